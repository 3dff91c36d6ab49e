"""Gaussian processes through scattered runs: what is known of a surface over a few parameters (Rasmussen and Williams).

Matern kernel of smoothness 3/2 with one length per axis, a level of its own, and equal noise at all points (assumption:
chance and what the axes leave out scatter alike everywhere). Lengths, signal and noise are not taken as known: they are
drawn from the normal approximation of their posterior about its mode (Laplace), under weak log-normal priors.
Source: Rasmussen and Williams (2006), chapters 2, 4 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack
from scipy.optimize import minimize

from .blas_threads import one_thread

LEAST_POINTS = 8
SETTINGS = 8
"""Settings of lengths, signal and noise that are drawn: each gives its part of the surfaces."""
LEVEL = 10.0
"""Variance of the level under the prior, in variances of the values: almost flat (assumption)."""
PRIOR_LENGTH, PRIOR_SIGNAL, PRIOR_NOISE = (0.7, 1.0), (0.5, 1.5), (0.1, 2.0)
"""Median and log standard deviation of the priors: a length as a share of its axis, the variances of signal and noise
in variances of the values (assumption). They only keep apart what the likelihood leaves open."""
SHORTEST, LONGEST = 0.05, 20.0
LEAST, MOST = 1e-6, 1e2
"""Bounds of the lengths and of the two variances."""
STARTS = ((0.3, 0.8, 0.02), (1.0, 0.5, 0.5))
"""Lengths, signal and noise where the search begins: a rough surface almost without noise, and a smooth one with much
of it."""
STEP = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class FittedProcess:
    """A process that was fitted to the mean over replicates at scattered points.

    ``points`` (point, axis) are scaled to 0..1. ``values`` (point,) and ``deviations`` (point, replicate), those of
    the replicates from their mean, are in standard deviations ``scale`` from ``middle``; without replicates that share
    their random numbers there are no deviations. ``settings`` (setting, axis + 2): drawn lengths, signal and noise.
    """

    points: np.ndarray
    values: np.ndarray
    deviations: np.ndarray
    middle: float
    scale: float
    settings: np.ndarray


def fit_process(points: np.ndarray, runs: np.ndarray, common: bool, seed: int = 3) -> FittedProcess:
    """Fit a surface to ``runs`` (point, replicate) at ``points`` (point, axis), scaled to 0..1.

    ``common``: each replicate has the same random numbers at all points, so that its chance is a surface of its own.
    Failed runs (NaN) are left out, and points without any run. Raises ValueError for fewer than eight points with
    runs, and for a single replicate under common random numbers, whose chance nothing can tell from the surface.
    Source: Rasmussen and Williams (2006), as the head of this module says.

    >>> points = np.linspace(0.0, 1.0, 9)[:, None]
    >>> process = fit_process(points, 2.0 * points, common=False)
    >>> process.middle, process.settings.shape
    (1.0, (8, 3))
    """
    known = np.isfinite(runs).any(axis=1)
    points, runs = points[known], runs[known]
    if len(runs) < LEAST_POINTS:
        raise ValueError(f"a surface needs at least {LEAST_POINTS} points with runs, got {len(runs)}")
    if common and runs.shape[1] < 2:
        raise ValueError("one replicate under common random numbers tells nothing of what chance does to a surface")
    by_point = np.nanmean(runs, axis=1)
    middle, scale = float(by_point.mean()), float(by_point.std())
    unit = scale or 1.0
    values = (by_point - middle) / unit
    # A failed run says nothing of how its replicate deviates there.
    deviations = np.nan_to_num((runs - by_point[:, None]) / unit) if common else np.empty((len(runs), 0))
    with one_thread():
        settings = _drawn_settings(_Evidence(points, values), np.random.default_rng(seed))
    return FittedProcess(points, values, deviations, middle, scale, settings)


def matern(one: np.ndarray, other: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the Matern kernel of smoothness 3/2 between places ``one`` and ``other``, (one, other), 1 at no distance.

    Both are (place, axis), scaled to 0..1; ``lengths`` are (axis,). Source: Rasmussen and Williams (2006), eq. 4.17.

    >>> matern(np.array([[0.0]]), np.array([[0.0], [1.0]]), np.array([1.0])).round(3).tolist()
    [[1.0, 0.483]]
    """
    near, far = one / lengths, other / lengths
    squares = (near**2).sum(axis=1)[:, None] + (far**2).sum(axis=1)[None, :] - 2.0 * near @ far.T
    distance = np.sqrt(3.0 * np.maximum(squares, 0.0))
    return np.asarray((1.0 + distance) * np.exp(-distance))


class _Evidence:
    """What values say of the logs of lengths, signal and noise: minus the log posterior, and its gradient."""

    def __init__(self, points: np.ndarray, values: np.ndarray) -> None:
        self.values = values
        # Distances are symmetric: half of them are kept, as (axis, pair).
        self.lower = np.tril_indices(len(points))
        self.apart = ((points[self.lower[0]] - points[self.lower[1]]) ** 2).T
        self.pairs = np.where(self.lower[0] == self.lower[1], 1.0, 2.0)
        axes = points.shape[1]
        priors = np.array([PRIOR_LENGTH] * axes + [PRIOR_SIGNAL, PRIOR_NOISE])
        self.medians, self.spreads = np.log(priors[:, 0]), priors[:, 1]
        self.low = np.log([SHORTEST] * axes + [LEAST] * 2)
        self.high = np.log([LONGEST] * axes + [MOST] * 2)
        self.starts = [np.log([length] * axes + [signal, noise]) for length, signal, noise in STARTS]

    def __call__(self, logs: np.ndarray) -> tuple[float, np.ndarray]:
        count, signal, noise = len(self.values), float(np.exp(logs[-2])), float(np.exp(logs[-1]))
        squares = self.apart * np.exp(-2.0 * logs[:-2])[:, None]
        distance = np.sqrt(3.0 * squares.sum(axis=0))
        decay = signal * np.exp(-distance)
        kernel = (1.0 + distance) * decay
        covariance = np.zeros((count, count), order="F")
        covariance[self.lower] = LEVEL + kernel
        covariance[np.diag_indices(count)] += noise
        factor, failed = lapack.dpotrf(covariance, lower=1, overwrite_a=1)
        if failed:
            return 1e10, np.zeros_like(logs)  # singular but for rounding: the search is sent back from there
        weights = lapack.dpotrs(factor, self.values, lower=1)[0]
        beside = (logs - self.medians) / self.spreads
        told = 0.5 * self.values @ weights + np.log(np.diag(factor)).sum() + 0.5 * beside @ beside
        inverse = lapack.dpotri(factor, lower=1)[0][self.lower]
        pull = 0.5 * self.pairs * (inverse - weights[self.lower[0]] * weights[self.lower[1]])
        on_noise = noise * pull[self.lower[0] == self.lower[1]].sum()
        slopes = [*(squares @ (3.0 * decay * pull)), kernel @ pull, on_noise]
        return float(told), np.array(slopes) + beside / self.spreads


def _drawn_settings(evidence: _Evidence, rng: np.random.Generator) -> np.ndarray:
    bounds = list(zip(evidence.low, evidence.high, strict=True))
    # Two starts: the posterior may have two tops, a rough surface and a smooth one with noise.
    fits = [minimize(evidence, start, jac=True, bounds=bounds, method="L-BFGS-B") for start in evidence.starts]
    top = min(fits, key=lambda fit: float(fit.fun)).x
    steps = STEP * np.eye(len(top))
    curvature = np.array([(evidence(top + step)[1] - evidence(top - step)[1]) / (2.0 * STEP) for step in steps])
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2.0)
    # The prior alone bends at least so much; less is an error of the differences.
    values = np.maximum(values, evidence.spreads.max() ** -2)
    drawn = top + (rng.standard_normal((SETTINGS, len(top))) / np.sqrt(values)) @ vectors.T
    return np.asarray(np.exp(np.clip(drawn, evidence.low, evidence.high)))
