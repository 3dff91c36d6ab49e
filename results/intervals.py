"""Intervals of a number: over luck, and over points where these are a sample of the parameter space."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

LEVEL = 0.95
NO_RUNS = "no runs"
"""What stands in place of a number that no completed run gives."""


class Estimate(NamedTuple):
    """A number and its interval; arrays of one shape, or floats. Without any replication the bounds are NaN."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def estimate_by_point(values: np.ndarray, level: float = LEVEL) -> Estimate:
    """Estimate the mean over replicates at each point of ``values`` (point, replicate, ...): (point, ...).

    Student's t over the replicates that are there (NaN are left out); with one the bounds are NaN. The mean and its
    bounds have the unit of ``values``.

    >>> guess = estimate_by_point(np.array([[0.4, 0.5, 0.6], [0.6, 0.7, 0.8]]))
    >>> guess.mean.round(3).tolist(), guess.low.round(3).tolist()
    ([0.5, 0.7], [0.252, 0.452])
    """
    repeats = np.moveaxis(np.asarray(values, dtype=np.float64), 1, 0)
    variance, freedom = variance_of_mean(repeats)
    # Several runs without a difference between them are sure of it; a single one is not.
    half = stats.t.ppf(0.5 + level / 2.0, np.maximum(freedom, 1)) * np.sqrt(variance)
    mean = mean_over(repeats, 0)
    return Estimate(mean, mean - half, mean + half)


def estimate_unpaired(first: np.ndarray, second: np.ndarray, level: float = LEVEL) -> Estimate:
    """Estimate at each point how much larger the mean over replicates of ``first`` is than that of ``second``.

    Both are (point, replicate, ...), of one unit, and independent of each other; the estimate is (point, ...). Welch's
    interval: variances of the two means add up (Welch 1947, Biometrika 34, 28-35). NaN are left out; where one of the
    two has fewer than two replicates the bounds are NaN.

    >>> guess = estimate_unpaired(np.array([[0.4, 0.5, 0.6]]), np.array([[0.2, 0.3, 0.4]]))
    >>> [float(part.round(3)[0]) for part in guess]
    [0.2, -0.027, 0.427]
    """
    sides = [np.moveaxis(np.asarray(values, dtype=np.float64), 1, 0) for values in (first, second)]
    means = [mean_over(side, 0) for side in sides]
    (one, one_freedom), (other, other_freedom) = (variance_of_mean(side) for side in sides)
    change = means[0] - means[1]
    guess = combined(change, one, one_freedom, other, other_freedom, level)
    known = np.isfinite(one) & np.isfinite(other)
    return Estimate(change, np.where(known, guess.low, np.nan), np.where(known, guess.high, np.nan))


def combined(
    mean: np.ndarray,
    luck: np.ndarray,
    luck_freedom: np.ndarray,
    points: np.ndarray,
    point_freedom: np.ndarray,
    level: float = LEVEL,
) -> Estimate:
    """Return the interval of a mean whose variance has two independent sources with their degrees of freedom.

    All arrays have the same shape, or broadcast to it: ``mean`` in some unit, the variances of the mean (``luck``,
    ``points``) in its square. Student's t, degrees of freedom by Welch-Satterthwaite. A source without replication
    (NaN) is left out; without both, the bounds are NaN.

    >>> guess = combined(np.array(0.5), np.array(0.01), np.array(4), np.array(0.03), np.array(60))
    >>> [round(float(number), 3) for number in guess]
    [0.5, 0.096, 0.904]
    """
    # Points that stand for themselves come with a scatter of zero, which must not pass for certainty.
    known = np.isfinite(luck) | (np.isfinite(points) & (points > 0.0))
    luck, points = np.nan_to_num(luck), np.nan_to_num(points)
    total = luck + points
    spread = luck**2 / np.maximum(luck_freedom, 1) + points**2 / np.maximum(point_freedom, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = np.where(spread > 0.0, total**2 / spread, np.inf)
    half = np.where(known, stats.t.ppf(0.5 + level / 2.0, freedom) * np.sqrt(total), np.nan)
    return Estimate(mean, mean - half, mean + half)


def mean_over(values: np.ndarray, axis: int) -> np.ndarray:
    """Return the mean of ``values`` (of any shape) along ``axis``, which goes; NaN are left out, of none it is NaN.

    >>> mean_over(np.array([[0.4, np.nan], [0.6, np.nan]]), 0).round(3).tolist()
    [0.5, nan]
    """
    present = np.isfinite(values)
    count = present.sum(axis)
    total = np.where(present, values, 0.0).sum(axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def variance_of_mean(repeats: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the variance of the mean of independent repeats, and its degrees of freedom.

    ``repeats`` is (replicate, ...), both results (...), the variance in the square of their unit. NaN are left out; of
    fewer than two the variance is NaN.

    >>> variance, freedom = variance_of_mean(np.array([0.4, 0.5, 0.6]))
    >>> round(float(variance), 5), int(freedom)
    (0.00333, 2)
    """
    present = np.isfinite(repeats)
    count = present.sum(0)
    deviation = np.where(present, repeats - mean_over(repeats, 0), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(count > 1, (deviation**2).sum(0) / (count - 1) / count, np.nan)
    return variance, count - 1


def said(mean: float, low: float, high: float, digits: int = 3, sign: bool = False) -> str:
    """Return "0.512 (0.498 to 0.526)", rounded to ``digits`` decimals; without an interval, or a mean, it says so."""
    if not np.isfinite(mean):
        return NO_RUNS
    form = f"{'+' if sign else ''}.{digits}f"
    if not (np.isfinite(low) and np.isfinite(high)):
        return f"{mean:{form}} (no interval)"
    return f"{mean:{form}} ({low:{form}} to {high:{form}})"
