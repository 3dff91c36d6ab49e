"""Regression-based indices: standardised coefficients, of values and of ranks, and shares of a quadratic fit."""

from __future__ import annotations

from collections.abc import Callable
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
    ranked = _standardised_fit(_ranks(sample), _ranks(values), level)
    shared, shared_ranks = _shared_chance(sample, values, deviations, level)
    shares = shares_with_intervals(values, sample, level, deviations)
    # By the range: rounding may leave the variance of equal numbers just above zero.
    still = np.ptp(values, axis=0) == 0.0
    of_shares = {
        "share": shares.alone,
        "share_conf": shares.alone_conf,
        "share_idle": shares.alone_idle,
        "total_share": shares.total,
        "total_share_conf": shares.total_conf,
        "total_share_idle": shares.total_idle,
    }
    return RegressionIndices(
        SRC=linear.coefficients,
        SRC_conf=np.hypot(np.hypot(linear.half, linear.of_scale), shared.of_coefficients),
        SRC_idle=np.hypot(linear.half, shared.of_nothing),
        SRRC=ranked.coefficients,
        SRRC_conf=np.hypot(ranked.half, shared_ranks.of_coefficients),  # the spread of ranks is no matter of chance
        SRRC_idle=np.hypot(ranked.half, shared_ranks.of_nothing),
        R2=linear.explained,
        R2_rank=ranked.explained,
        **{name: np.where(still, np.nan, each) for name, each in of_shares.items()},
    )


class _Fit(NamedTuple):
    """Coefficients with half-widths by the points, and what their common scale, the outcome's spread, adds to them."""

    coefficients: np.ndarray
    half: np.ndarray
    of_scale: np.ndarray
    explained: np.ndarray


def _ranks(values: np.ndarray) -> np.ndarray:
    return np.asarray(stats.rankdata(values, axis=0))


def _standardised_fit(sample: np.ndarray, values: np.ndarray, level: float) -> _Fit:
    points, parameters = sample.shape
    x, y = _standardised(sample, values)
    inverse = np.linalg.pinv(x)
    coefficients = inverse @ y
    residuals = y - x @ coefficients
    freedom = points - parameters - 1
    # White's: outcomes scatter differently over the space. HC1: residuals of a fit are smaller than its errors.
    variance = (inverse**2) @ (residuals**2) * points / freedom
    student = stats.t.ppf(0.5 + level / 2.0, freedom)
    # Spreads are of this sample, too. A parameter that explains all has that of the outcome, and no error from it.
    squares = x**2 - (x**2).mean(axis=0), y**2 - (y**2).mean(axis=0)
    own, of_outcome = ((each**2).mean(axis=0) for each in squares)
    apart = np.maximum(own[:, None] + of_outcome - 2.0 * squares[0].T @ squares[1] / points, 0.0)
    of_scale = student * np.abs(coefficients) * np.sqrt(apart / freedom) / 2.0
    return _Fit(coefficients, student * np.sqrt(variance), of_scale, 1.0 - (residuals**2).mean(axis=0))


def _standardised(sample: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(invalid="ignore", divide="ignore"):
        # A parameter that takes one value becomes a column of zeros, to which the pseudoinverse gives nothing.
        x = np.nan_to_num((sample - sample.mean(axis=0)) / sample.std(axis=0))
        y = np.where(np.ptp(values, axis=0) > 0.0, (values - values.mean(axis=0)) / values.std(axis=0), np.nan)
    return x, y


class _Shared(NamedTuple):
    """Half-widths by the replicates: of coefficients, and of those that are nothing but chance."""

    of_coefficients: np.ndarray
    of_nothing: np.ndarray


def _shared_chance(
    sample: np.ndarray, values: np.ndarray, deviations: np.ndarray | None, level: float
) -> tuple[_Shared, _Shared]:
    """Return what the chance that all points share does to coefficients, of values and of ranks, (parameters, times).

    Points do not tell it, for it moves them together; replicates do: a jackknife over them (Tukey 1958), Student's t.
    Zero without ``deviations`` (points, replicates, times) of two or more.
    """
    replicates = 1 if deviations is None else deviations.shape[1]
    if deviations is None or replicates < 2:
        nothing = np.zeros((sample.shape[1], values.shape[1]))
        return _Shared(nothing, nothing), _Shared(nothing, nothing)
    left = [values - deviations[:, one] / (replicates - 1) for one in range(replicates)]
    student = float(stats.t.ppf(0.5 + level / 2.0, replicates - 1) * np.sqrt((replicates - 1) / replicates))
    return (
        _jackknife(sample, values, left, np.asarray, student),
        _jackknife(_ranks(sample), values, left, _ranks, student),
    )


def _jackknife(
    sample: np.ndarray,
    values: np.ndarray,
    left: list[np.ndarray],
    change: Callable[[np.ndarray], np.ndarray],
    student: float,
) -> _Shared:
    """Return half-widths from the means ``left`` when each replicate is left out, as they are or ``change``d to ranks.

    Where the outcome's spread is chance itself, a coefficient is chance over chance: of a parameter that does nothing
    the scale of all replicates is kept, so that what is left is linear in the runs.
    """
    x = _standardised(sample, values)[0]
    inverse = np.linalg.pinv(x)
    anew = np.stack([inverse @ _standardised(sample, change(one))[1] for one in left])
    scale = change(values).std(axis=0)
    kept = np.stack([inverse @ _as_among(values, change(values), one) for one in left]) / np.where(scale > 0, scale, 1)
    halves = [student * np.sqrt(((fits - fits.mean(axis=0)) ** 2).sum(axis=0)) for fits in (anew, kept)]
    return _Shared(np.maximum(*halves), halves[1])


def _as_among(values: np.ndarray, changed: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return ``other`` (points, times) on the scale on which ``values`` read ``changed``, piece by piece straight."""
    if changed is values:
        return other
    order = np.argsort(values, axis=0, kind="stable")
    sorted_values, sorted_changed = (np.take_along_axis(each, order, axis=0) for each in (values, changed))
    pairs = zip(other.T, sorted_values.T, sorted_changed.T, strict=True)
    return np.column_stack([np.interp(one, places, read) for one, places, read in pairs])
