"""Events of a course: how often they come, how evenly, and how many units each year's take in."""

from __future__ import annotations

from typing import Any

import numpy as np

from .history import History
from .operator import Operator
from .ordered import Floats, per_event, ratio, total

LONGEST_SPELL = 120
"""Completed spells of so many months and more are counted together: a median below it is not moved. An assumption."""
BUSIEST = 0.2
"""Share of the years that are the busiest: 6 of the record's 30 (V07)."""


def months_per_event(course: str, in_years: bool = False) -> Operator:
    """Return the operator of the months that fall to an event of ``course``, or of the years.

    All months count, also those before the first event and after the last: the completed intervals of a short history
    are the short ones. Without an event the value is infinite.

    >>> months_per_event("minister_changed").observe(History({"minister_changed": np.eye(4)[:1]}, {}, {})).tolist()
    [4.0]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        seen = history.courses[course]
        return np.full(len(seen), float(seen.shape[1])), _events(seen).sum(axis=1).astype(np.float64)

    return Operator(
        name=f"months per {course}",
        meaning=f"{'years' if in_years else 'months'} for each event of {course}",
        needs=f"an event of {course}",
        sums=("months", "events"),
        gather=gather,
        value=lambda months, events: per_event(months / 12.0 if in_years else months, events),
        courses=(course,),
    )


def interval_variation(course: str) -> Operator:
    """Return the operator of the standard deviation over the mean of the completed intervals between events.

    >>> starts = np.zeros((1, 40))
    >>> starts[0, [0, 10, 30]] = 1.0
    >>> interval_variation("started").observe(History({"started": starts}, {}, {})).round(3).tolist()
    [0.471]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        seen = history.courses[course]
        rows, gaps = _gaps(seen)
        # Sums of whole numbers, which are exact in any order.
        return tuple(np.bincount(rows, np.power(gaps, power), len(seen)).astype(np.float64) for power in (0, 1, 2))

    def value(number: Floats, months: Floats, squares: Floats) -> Floats:
        enough = number > 1.0
        number = np.where(enough, number, 2.0)
        spread = np.sqrt(np.maximum(0.0, (squares - months * months / number) / (number - 1.0)))
        return np.where(enough, ratio(spread, months / number), np.nan)

    return Operator(
        name=f"variation of intervals of {course}",
        meaning=f"completed intervals between events of {course}: standard deviation over mean",
        needs=f"two intervals between events of {course}",
        sums=("intervals", "months", "squares"),
        gather=gather,
        value=value,
        courses=(course,),
    )


def median_spell(course: str) -> Operator:
    """Return the operator of the median of the completed intervals between events of ``course``, in months.

    >>> starts = np.zeros((1, 40))
    >>> starts[0, [0, 10, 14, 30]] = 1.0
    >>> median_spell("minister_changed").observe(History({"minister_changed": starts}, {}, {})).tolist()
    [10.0]
    """
    lengths = np.arange(1.0, LONGEST_SPELL + 1.0)

    def gather(history: History) -> tuple[Floats, ...]:
        seen = history.courses[course]
        rows, gaps = _gaps(seen)
        cells = rows * LONGEST_SPELL + np.minimum(gaps, LONGEST_SPELL) - 1
        counts = np.bincount(cells, minlength=len(seen) * LONGEST_SPELL).astype(np.float64)
        return tuple(counts.reshape(len(seen), LONGEST_SPELL).T)

    def value(*counts: Floats) -> Floats:
        below = np.add.accumulate(np.stack(counts, axis=-1), axis=-1)
        number = below[..., -1]
        middles = [(below >= need[..., None]).argmax(axis=-1) for need in (np.ceil(number / 2), number // 2 + 1)]
        return np.where(number > 0.0, (lengths[middles[0]] + lengths[middles[1]]) / 2.0, np.nan)

    return Operator(
        name=f"median interval of {course}",
        meaning=f"completed intervals between events of {course}: median",
        needs=f"two events of {course}",
        sums=tuple(f"of {length:g} months" for length in lengths),
        smooth=False,
        gather=gather,
        value=value,
        courses=(course,),
    )


def burstiness(course: str, units: int) -> Operator:
    """Return the operator of the variance over the mean of the yearly numbers, of ``units``, that ``course`` takes in.

    1 where changes fall on years by chance. ``course`` is the share of the units in each month; the number of units is
    the record's, as the ratio grows with it.

    >>> shares = np.zeros((1, 24))
    >>> shares[0, 3] = 0.5
    >>> burstiness("reorganised", 10).observe(History({"reorganised": shares}, {}, {})).tolist()
    [5.0]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        counts = units * _by_year(history.courses[course])
        return np.full(len(counts), float(counts.shape[1])), total(counts), total(counts * counts)

    def value(years: Floats, counted: Floats, squares: Floats) -> Floats:
        enough = years > 1.0
        years = np.where(enough, years, 2.0)
        variance = np.maximum(0.0, squares - counted * counted / years) / (years - 1.0)
        return np.where(enough, ratio(variance, counted / years), np.nan)

    return Operator(
        name=f"burstiness of {course}",
        meaning=f"units that {course} takes in by year, of {units}: variance over mean",
        needs=f"an event of {course}",
        sums=("years", "units", "squares"),
        gather=gather,
        value=value,
        courses=(course,),
    )


def share_in_busiest(course: str) -> Operator:
    """Return the operator of the share of ``course`` that falls into the busiest fifth of the years.

    >>> shares = np.zeros((1, 120))
    >>> shares[0, [3, 40, 41]] = 0.5
    >>> share_in_busiest("reorganised").observe(History({"reorganised": shares}, {}, {})).tolist()
    [1.0]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        counts = np.sort(_by_year(history.courses[course]), axis=1)
        busiest = round(BUSIEST * counts.shape[1])
        return total(counts[:, counts.shape[1] - busiest :]), total(counts)

    return Operator(
        name=f"{course} in the busiest years",
        meaning=f"share of {course} that falls into the busiest fifth of the years",
        needs=f"an event of {course}",
        sums=("busiest", "all"),
        gather=gather,
        value=ratio,
        courses=(course,),
    )


def _events(course: Floats) -> Any:
    return course > 0.5


def _gaps(course: Floats) -> tuple[Any, Any]:
    """Return the history and the length in months of each completed interval between events, history by history."""
    rows, months = np.nonzero(_events(course))
    same = rows[1:] == rows[:-1]
    return rows[1:][same], (months[1:] - months[:-1])[same]


def _by_year(course: Floats) -> Floats:
    """Return the sums of whole years, (history, year), of a course (history, month)."""
    years = course.shape[1] // 12
    return total(course[:, : 12 * years].reshape(len(course), years, 12))
