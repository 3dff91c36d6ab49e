"""Regression-based indices: standardised coefficients, of values and of ranks, and shares of a quadratic fit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

from ..shares import shares_with_intervals


class RegressionIndices(NamedTuple):
    """(parameters, times), but ``R2`` and ``R2_rank`` (times): the share of variance that the linear fits explain.

    ``SRC``, ``SRRC``: coefficients of standardised values, of ranks, with half-widths of their intervals. ``share``,
    ``total_share``: of the variance that a quadratic fit gives to the parameter alone, and with its interactions, less
    what chance gives to its terms.
    """

    SRC: np.ndarray
    SRC_conf: np.ndarray
    SRRC: np.ndarray
    SRRC_conf: np.ndarray
    R2: np.ndarray
    R2_rank: np.ndarray
    share: np.ndarray
    share_conf: np.ndarray
    total_share: np.ndarray
    total_share_conf: np.ndarray
    share_idle: np.ndarray
    total_share_idle: np.ndarray
    SRC_idle: np.ndarray
    SRRC_idle: np.ndarray


def regression_indices(
    sample: np.ndarray, values: np.ndarray, level: float = 0.95, deviations: np.ndarray | None = None
) -> RegressionIndices:
    """Return the indices of ``values`` (points, times), finite, at ``sample`` (points, parameters).

    ``deviations`` (points, replicates, times) are those of runs under common random numbers from ``values``; None under
    others. Coefficients are in standard deviations of the outcome per one of the parameter, shares 0..1. Intervals of
    coefficients are Student's, with White's covariance in its HC1 form; those of shares come from the grouped
    jackknife, those that end in ``_idle`` are what a parameter that does nothing stays below. Times at which the
    outcome does not vary give NaN. Raises ValueError where the points are no more than the coefficients.

    >>> sample = np.random.default_rng(1).random((40, 2))
    >>> found = regression_indices(sample, 1.0 - sample[:, :1])
    >>> found.SRC[0].round(6).tolist(), found.R2.round(6).tolist()
    ([-1.0], [1.0])
    """
    points, parameters = sample.shape
    if points <= parameters + 1:
        raise ValueError(
            f"a regression on {parameters} parameters needs more than {parameters + 1} points, got {points}"
        )
    linear = _standardised_fit(sample, values, level)
    # Ranks: an effect that only rises, or only falls, counts in full, in whatever curve.
    ranks = stats.rankdata(sample, axis=0), stats.rankdata(values, axis=0)
    ranked = _standardised_fit(*ranks, level)
    shares = shares_with_intervals(values, sample, level, deviations)
    # By the range: rounding may leave the variance of equal numbers just above zero.
    still = np.ptp(values, axis=0) == 0.0
    ordered = (shares.alone, shares.alone_conf, shares.total, shares.total_conf, shares.alone_idle, shares.total_idle)
    masked = (*(np.where(still, np.nan, share) for share in ordered), linear[1], ranked[1])
    # A coefficient is told from nothing where its interval leaves zero out.
    return RegressionIndices(*linear[:2], *ranked[:2], linear[2], ranked[2], *masked)


def _standardised_fit(
    sample: np.ndarray, values: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    points, parameters = sample.shape
    with np.errstate(invalid="ignore", divide="ignore"):
        # A parameter that takes one value becomes a column of zeros, to which the pseudoinverse gives nothing.
        x = np.nan_to_num((sample - sample.mean(axis=0)) / sample.std(axis=0))
        y = np.where(np.ptp(values, axis=0) > 0.0, (values - values.mean(axis=0)) / values.std(axis=0), np.nan)
    inverse = np.linalg.pinv(x)
    coefficients = inverse @ y
    residuals = y - x @ coefficients
    freedom = points - parameters - 1
    # White's: outcomes scatter differently over the space. HC1: residuals of a fit are smaller than its errors.
    variance = (inverse**2) @ (residuals**2) * points / freedom
    half = stats.t.ppf(0.5 + level / 2.0, freedom) * np.sqrt(variance)
    return coefficients, half, 1.0 - (residuals**2).mean(axis=0)
