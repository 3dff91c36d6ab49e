"""Rates of courses: means over months, and parts of wholes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .history import History
from .operator import Operator
from .ordered import Floats, per_event, ratio, total


def mean_of(course: str) -> Operator:
    """Return the operator of the mean of ``course`` over months.

    >>> mean_of("morale").observe(History({"morale": np.array([[0.5, 0.75]])}, {}, {})).tolist()
    [0.625]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        seen = history.courses[course]
        return total(seen), np.full(len(seen), float(seen.shape[1]))

    return Operator(
        name=f"mean of {course}",
        meaning=f"mean of {course} over months",
        needs="months",
        sums=("total", "months"),
        gather=gather,
        value=ratio,
        courses=(course,),
    )


def quotient_of(part: str, whole: str, needs: str) -> Operator:
    """Return the operator of the sum of the course ``part`` over that of ``whole``; ``needs``: what a whole is.

    >>> left = quotient_of("departures_long_failing", "long_failing_share", "trusts that fail")
    >>> seen = {"departures_long_failing": np.array([[0.01, 0.02]]), "long_failing_share": np.array([[0.2, 0.4]])}
    >>> left.observe(History(seen, {}, {})).round(3).tolist()
    [0.05]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        return total(history.courses[part]), total(history.courses[whole])

    return Operator(
        name=f"{part} over {whole}",
        meaning=f"{part} over {whole}, both summed over months",
        needs=needs,
        sums=("part", "whole"),
        gather=gather,
        value=ratio,
        courses=(part, whole),
    )


def stay_until(share: str, exits: str, needs: str) -> Operator:
    """Return the operator of the months in a state, ``share`` of the units by month, over the ``exits`` from it.

    Infinite where units are in it and none leaves.

    >>> seen = {"failing": np.array([[0.2, 0.2, 0.1]]), "exits": np.array([[0.0, 0.0, 0.1]])}
    >>> stay_until("failing", "exits", "an exit").observe(History(seen, {}, {})).round(3).tolist()
    [5.0]
    """
    return replace(quotient_of(share, exits, needs), value=per_event)


def peak_of(course: str) -> Operator:
    """Return the operator of the largest month of ``course``: it grows with the length of a history, which is cut.

    >>> peak_of("challenge_share").observe(History({"challenge_share": np.array([[0.1, 0.3, 0.2]])}, {}, {})).tolist()
    [0.3]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        seen = history.courses[course]
        return seen.max(axis=1), np.ones(len(seen))

    return Operator(
        name=f"peak of {course}",
        meaning=f"largest month of {course}, mean over histories",
        needs="months",
        sums=("peak", "histories"),
        gather=gather,
        value=ratio,
        courses=(course,),
    )


def leave_rate_of(nurses: bool) -> Operator:
    """Return the operator of the rate at which ``nurses``, or else doctors, leave.

    >>> seen = {"clinician_leave_rate": np.array([[0.008, 0.006]])}
    >>> seen |= {"nurses_at_work": np.array([[0.5, 0.75]]), "doctors_leaving": np.array([[0.002, 0.001]])}
    >>> [leave_rate_of(nurses).observe(History(seen, {}, {})).round(4).tolist() for nurses in (True, False)]
    [[0.0088], [0.004]]
    """
    every, doctors, share = "clinician_leave_rate", "doctors_leaving", "nurses_at_work"
    parts = f"{every} less {doctors}, over {share}" if nurses else f"{doctors} over 1 - {share}"

    def gather(history: History) -> tuple[Floats, ...]:
        seen = history.courses
        if nurses:
            return total(seen[every] - seen[doctors]), total(seen[share])
        return total(seen[doctors]), total(1.0 - seen[share])

    who = "nurses" if nurses else "doctors"
    return Operator(
        name=f"leave rate of {who}",
        meaning=f"{parts}, both summed over months",
        needs=f"{who} at work",
        sums=("leavers", "at work"),
        gather=gather,
        value=ratio,
        courses=(every, doctors, share) if nurses else (doctors, share),
    )
