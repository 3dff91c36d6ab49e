"""Scores of forecasts by what came: proper ones, which nobody betters by saying other than what they believe.

Forecasts are ensembles: many equally likely members. Source: Gneiting and Raftery 2007, J. Am. Stat. Assoc. 102, 359.
"""

from __future__ import annotations

import numpy as np


def crps_of(members: np.ndarray, came: np.ndarray) -> np.ndarray:
    """Return the continuous ranked probability score of ensembles, (...,), in the unit of what is foretold; 0 is best.

    ``members`` is (..., draw), ``came`` (...,). The mean distance of the members from what came, less half of their
    mean distance from each other. Of a single member it is the absolute error.

    >>> crps_of(np.array([[0.0, 1.0], [0.5, 0.5]]), np.array([0.5, 1.0])).tolist()
    [0.25, 0.5]
    """
    count = members.shape[-1]
    ordered = np.sort(members, axis=-1)
    # Mean distance of pairs from the order alone: n log n instead of all pairs.
    weights = 2.0 * np.arange(1, count + 1) - count - 1.0
    apart = 2.0 * (ordered * weights).sum(axis=-1) / count**2
    return np.asarray(np.abs(members - came[..., None]).mean(axis=-1) - apart / 2.0)


def forecast_band(members: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and the upper end of the middle ``share`` of ensembles, (...,) each; ``members`` (..., draw).

    >>> [end.round(6).tolist() for end in forecast_band(np.linspace(0.0, 1.0, 101)[None], 0.9)]
    [[0.05], [0.95]]
    """
    ends = (1.0 - share) / 2.0
    lower, upper = np.quantile(members, [ends, 1.0 - ends], axis=-1)
    return np.asarray(lower), np.asarray(upper)


def interval_score(members: np.ndarray, came: np.ndarray, share: float) -> np.ndarray:
    """Return the score of the band of ``share``, (...,), in the unit of what is foretold: its width, and a fine.

    ``members`` is (..., draw), ``came`` (...,). What lies outside costs 2 / (1 - share) times its distance.

    >>> interval_score(np.linspace(0.0, 1.0, 101)[None], np.array([1.0]), 0.9).round(6).tolist()
    [1.9]
    """
    lower, upper = forecast_band(members, share)
    fine = 2.0 / (1.0 - share)
    return np.asarray(upper - lower + fine * (np.maximum(lower - came, 0.0) + np.maximum(came - upper, 0.0)))


__all__ = ["crps_of", "forecast_band", "interval_score"]
