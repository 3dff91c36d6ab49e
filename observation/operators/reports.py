"""Reports and what lies behind them: bunching above a target, patients in the last minutes of a limit, gaps."""

from __future__ import annotations

import numpy as np

from ...model.rules.tallies import NARROW_BIN, WIDE_BIN
from .history import History
from .operator import Operator
from .ordered import Floats, ratio, total

LATE = 11.0 / 12.0
"""Share of a limit after which its last twelfth begins: 20 minutes of 4 hours (V14)."""
BINS = ("just_above", "just_below", "further_above", "further_below")
"""Half a point on either side of a target, and from there to one and a half."""


def bins_about(reported: Floats, target: float) -> dict[str, Floats]:
    """Return which values of ``reported`` (any shape) lie in each of the four bins about ``target``, as 0 or 1.

    >>> {name: found.tolist() for name, found in bins_about(np.array([0.951, 0.94]), 0.95).items()}["just_above"]
    [1.0, 0.0]
    """
    distance = reported - target
    found = (
        (distance >= 0.0) & (distance < NARROW_BIN),
        (distance >= -NARROW_BIN) & (distance < 0.0),
        (distance >= NARROW_BIN) & (distance < WIDE_BIN),
        (distance >= -WIDE_BIN) & (distance < -NARROW_BIN),
    )
    return {name: each.astype(np.float64) for name, each in zip(BINS, found, strict=True)}


def bunching(courses: str) -> Operator:
    """Return the operator of the corrected bunching in the four courses that begin with ``courses``.

    Reports in half a point above the target over those in half a point below, over what the slope of the density
    further out would give: the centres of the further bins lie two points apart, those of the near ones half a point,
    so that a density that falls evenly on the scale of its logarithm gives the fourth root. 1 without bunching.

    >>> even = {f"reports_{name}": np.array([[share]]) for name, share in zip(BINS, (0.1, 0.1, 0.2, 0.2))}
    >>> bunching("reports").observe(History(even, {}, {})).tolist()
    [1.0]
    """
    names = tuple(f"{courses}_{name}" for name in BINS)

    def gather(history: History) -> tuple[Floats, ...]:
        return tuple(total(history.courses[name]) for name in names)

    def value(above: Floats, below: Floats, further_above: Floats, further_below: Floats) -> Floats:
        slope = np.sqrt(np.sqrt(ratio(further_above, further_below)))
        return ratio(ratio(above, below), slope)

    return Operator(
        name=f"bunching of {courses}",
        meaning=f"unit-months of {courses} in half a point above over those in half a point below, over the fourth root"
        " of the same from half a point to one and a half",
        needs="unit-months in each of the four bins",
        sums=BINS,
        gather=gather,
        value=value,
        courses=names,
    )


def late_share(access: Floats) -> Floats:
    """Return the share of all patients (any shape) who leave in the last twelfth of the limit that ``access`` meet.

    Waits are log-logistic of shape 3, as the model's access rule has it: access = 1 / (1 + (wait / limit)^3).

    >>> late_share(np.array([0.8])).round(4).tolist()
    [0.045]
    """
    cubed = LATE * LATE * LATE
    odds = (1.0 - access) / np.maximum(access, 1e-9)
    return access - cubed / (cubed + odds)


def late_rise(reported: str, true: str) -> Operator:
    """Return the operator of the rise of patients in the last twelfth of the limit by those who are dressed into it.

    Who did not leave in time but is reported to have left is reported to have left just in time.

    >>> panels = {"reported": np.array([[[0.83]]]), "true": np.array([[[0.8]]])}
    >>> late_rise("reported", "true").observe(History({}, panels, {})).round(2).tolist()
    [1.67]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        said, access = history.panels[reported], history.panels[true]
        flat = (len(access), -1)
        return total((said - access).reshape(flat)), total(late_share(access).reshape(flat))

    return Operator(
        name="rise of the last twelfth",
        meaning="patients who leave in the last twelfth of the limit, those dressed into it counted, over those who "
        "would; waits are log-logistic of shape 3",
        needs="access above 0",
        sums=("dressed", "late"),
        gather=gather,
        value=lambda dressed, late: 1.0 + ratio(dressed, late),
        panels=(reported, true),
    )
