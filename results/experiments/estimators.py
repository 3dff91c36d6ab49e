"""Estimators as they were published, as pure functions of series by month; every run gives an estimate of its own.

All take series (..., month) of one unit, months counted from 1, and return estimates (...) of that unit, so that
intervals over runs are those of :mod:`tredegar.results.intervals`. NaN, of a failed run or of a group without a trust,
stay NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from .records import OutcomeReading, Window

YEAR = 12
"""Months of a period of an event study: the studies that are followed here are of yearly data."""


def mean_in(series: np.ndarray, window: Window) -> np.ndarray:
    """Return the mean (...) of ``series`` (..., month) over the months of ``window``, both ends counted in.

    Raises ValueError for a window that does not lie within the series.

    >>> mean_in(np.array([[1.0, 2.0, 4.0]]), (2, 3)).tolist()
    [3.0]
    """
    first, last = window
    months = np.shape(series)[-1]
    if not 1 <= first <= last <= months:
        raise ValueError(f"a window must lie in months 1 to {months}, first before last, got {first} to {last}")
    return np.asarray(series, dtype=np.float64)[..., first - 1 : last].mean(axis=-1)


def difference_of_arms(treated: np.ndarray, control: np.ndarray, after: Window) -> np.ndarray:
    """Return by how much ``treated`` lies above ``control``, both (..., month), in the window ``after``: (...).

    It is what a comparison of two countries under one path of demand measures (Besley, Bevan and Burchardi 2009).

    >>> difference_of_arms(np.array([[1.0, 2.0]]), np.array([[1.0, 1.5]]), (2, 2)).tolist()
    [0.5]
    """
    return mean_in(treated, after) - mean_in(control, after)


def before_and_after(series: np.ndarray, before: Window, after: Window) -> np.ndarray:
    """Return the change (...) of ``series`` (..., month) from the window ``before`` to the window ``after``.

    It has no control: what else moved in that time is part of it.

    >>> before_and_after(np.array([[1.0, 2.0, 4.0]]), (1, 1), (2, 3)).tolist()
    [2.0]
    """
    return mean_in(series, after) - mean_in(series, before)


def difference_in_differences(treated: np.ndarray, control: np.ndarray, before: Window, after: Window) -> np.ndarray:
    """Return how much more ``treated`` changed than ``control``, both (..., month), between two windows: (...).

    The coefficient of treated x after in a regression with an effect for each group and window, groups weighted alike
    (Angrist and Pischke 2009, section 5.2).

    >>> treated, control = np.array([[1.0, 2.0]]), np.array([[1.0, 1.5]])
    >>> difference_in_differences(treated, control, (1, 1), (2, 2)).tolist()
    [0.5]
    """
    return before_and_after(treated, before, after) - before_and_after(control, before, after)


class EventStudy(NamedTuple):
    """Coefficients (..., period) of the years about an event, and the ``periods`` (period,) in years from it.

    Period 0 is the first year of the event, period -1, to which all are compared, the last year before.
    """

    periods: np.ndarray
    coefficients: np.ndarray

    @property
    def effect(self) -> np.ndarray:
        """The mean of the coefficients from the event on, one for each run: (..., run).

        >>> EventStudy(np.array([-1, 0, 1]), np.array([[0.0, 0.5, 0.7]])).effect.tolist()
        [0.6]
        """
        return np.asarray(self.coefficients[..., self.periods >= 0].mean(axis=-1))

    @property
    def pre_trend(self) -> np.ndarray:
        """The mean of the coefficients before the year of reference, (..., run): far from zero, groups were not alike.

        NaN where no such year was asked for.

        >>> EventStudy(np.array([-2, -1, 0]), np.array([[0.1, 0.0, 0.5]])).pre_trend.tolist()
        [0.1]
        """
        earlier = self.coefficients[..., self.periods < -1]
        return np.asarray(earlier.mean(axis=-1)) if earlier.shape[-1] else np.full(earlier.shape[:-1], np.nan)


def event_study(treated: np.ndarray, control: np.ndarray, event: int, years: Window) -> EventStudy:
    """Return the coefficients of ``treated`` against ``control``, both (..., month), by year from the month ``event``.

    ``years`` are the first and the last year, such as (-3, 3). Each coefficient is the gap of the groups in its year
    less that in the year before the event: what a regression with effects of trusts and years gives where all events
    fall into one month (Angrist and Pischke 2009, section 5.2). Raises ValueError where a year lies outside.

    >>> treated = np.concatenate([np.zeros(24), np.full(12, 0.5)])
    >>> found = event_study(treated, np.zeros(36), event=25, years=(-2, 0))
    >>> found.periods.tolist(), found.coefficients.tolist(), float(found.effect), float(found.pre_trend)
    ([-2, -1, 0], [0.0, 0.0, 0.5], 0.5, 0.0)
    """
    first, last = years
    if not first <= -1 or not last >= 0:
        raise ValueError(f"the years of an event study must begin at -1 or before and end at 0 or after, got {years}")
    gap = np.asarray(treated, dtype=np.float64) - np.asarray(control, dtype=np.float64)
    periods = np.arange(first, last + 1)
    each = [mean_in(gap, (event + YEAR * year, event + YEAR * (year + 1) - 1)) for year in periods.tolist()]
    means = np.stack(each, axis=-1)
    return EventStudy(periods, means - means[..., [-1 - first]])


def _given(what: Any, name: str) -> Any:
    """Return ``what`` of a reading; raise ValueError where it was left out."""
    if what is None:
        raise ValueError(f"the estimator needs '{name}', which the reading leaves out")
    return what


def _arms(treated: np.ndarray, control: np.ndarray, reading: OutcomeReading) -> np.ndarray:
    return difference_of_arms(treated, control, _given(reading.after, "after"))


def _before(treated: np.ndarray, control: np.ndarray, reading: OutcomeReading) -> np.ndarray:
    return before_and_after(treated, _given(reading.before, "before"), _given(reading.after, "after"))


def _differences(treated: np.ndarray, control: np.ndarray, reading: OutcomeReading) -> np.ndarray:
    windows = _given(reading.before, "before"), _given(reading.after, "after")
    return difference_in_differences(treated, control, *windows)


def _event(treated: np.ndarray, control: np.ndarray, reading: OutcomeReading) -> np.ndarray:
    return event_study(treated, control, _given(reading.event, "event"), _given(reading.years, "years")).effect


ESTIMATORS: Mapping[str, Callable[[np.ndarray, np.ndarray, OutcomeReading], np.ndarray]] = MappingProxyType(
    {
        "difference of arms": _arms,
        "before and after": _before,
        "difference in differences": _differences,
        "event study": _event,
    }
)
"""Name of an estimator -> its application to two series, by the windows of a reading."""
NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "difference of arms": ("after",),
        "before and after": ("before", "after"),
        "difference in differences": ("before", "after"),
        "event study": ("event", "years"),
    }
)
"""Name of an estimator -> what of a reading it needs."""


def estimate_with(reading: OutcomeReading, treated: np.ndarray, control: np.ndarray) -> np.ndarray:
    """Return what the estimator of ``reading`` makes of two series (..., month): an estimate for each run, (...).

    Raises KeyError for an estimator that there is not, ValueError for a window outside of the series.

    >>> from .reading import find_experiment
    >>> reading = find_experiment("england-less-wales").reading
    >>> estimate_with(reading, np.full((2, 240), 0.75), np.full((2, 240), 0.5)).tolist()
    [0.25, 0.25]
    """
    return ESTIMATORS[reading.estimator](treated, control, reading)
