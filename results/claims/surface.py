"""A smooth surface through scattered effects, with how sure it is: a Gaussian process (Rasmussen and Williams 2006).

Squared-exponential kernel with one length per axis, a constant mean and equal noise at all points (assumption: chance
and what the axes leave out scatter alike everywhere); lengths and noise by maximum likelihood.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize

SHORTEST, LONGEST = 0.1, 10.0
"""Bounds of the lengths, on axes scaled to 0..1 (assumption)."""
STARTS = (0.3, 1.0)


class Surface(NamedTuple):
    """A fitted surface.

    ``points`` (point, axis) are scaled to 0..1; ``covered`` is the share of the points that lie within the 95 %
    interval which the other points predict, ``explained`` the share of the variance that these predictions explain.
    """

    points: np.ndarray
    lengths: np.ndarray
    signal: float
    noise: float
    level: float
    weights: np.ndarray
    factor: np.ndarray
    covered: float
    explained: float

    def at(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard error of the surface at ``places`` (place, axis), scaled to 0..1.

        Both (place,), in the unit of the values that were fitted.

        >>> points = np.linspace(0.0, 1.0, 9)[:, None]
        >>> mean, error = fit_surface(points, 2.0 * points[:, 0]).at(np.array([[0.5], [0.75]]))
        >>> mean.round(2).tolist(), bool((error < 0.1).all())
        ([1.0, 1.5], True)
        """
        across = self.signal * _kernel(places, self.points, self.lengths)
        half = solve_triangular(self.factor, across.T, lower=True)
        variance = self.signal - (half**2).sum(axis=0)
        return self.level + across @ self.weights, np.sqrt(np.maximum(variance, 0.0))

    def draws(self, places: np.ndarray, number: int, seed: int = 3) -> np.ndarray:
        """Return ``number`` surfaces drawn from what is known, (draw, place), in the unit of the fitted values.

        ``places`` is (place, axis), scaled to 0..1.

        >>> points = np.linspace(0.0, 1.0, 9)[:, None]
        >>> fit_surface(points, 2.0 * points[:, 0]).draws(np.array([[0.5], [0.75]]), number=3).round(1).tolist()
        [[1.0, 1.5], [1.0, 1.5], [1.0, 1.5]]
        """
        across = self.signal * _kernel(places, self.points, self.lengths)
        half = solve_triangular(self.factor, across.T, lower=True)
        covariance = self.signal * _kernel(places, places, self.lengths) - half.T @ half
        # No Cholesky factor: neighbouring places make this matrix singular but for rounding.
        values, vectors = np.linalg.eigh(covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        normal = np.random.default_rng(seed).standard_normal((len(places), number))
        return (self.level + across @ self.weights)[None, :] + (root @ normal).T


def _kernel(one: np.ndarray, other: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    apart = (one[:, None, :] - other[None, :, :]) / lengths
    return np.asarray(np.exp(-0.5 * (apart**2).sum(axis=-1)))


def fit_surface(points: np.ndarray, values: np.ndarray) -> Surface:
    """Fit a surface to ``values`` (point,) at ``points`` (point, axis), scaled to 0..1; NaN are left out.

    Source: Rasmussen and Williams (2006), as the head of this module says. Raises ValueError for fewer than eight
    points.

    >>> points = np.linspace(0.0, 1.0, 9)[:, None]
    >>> surface = fit_surface(points, 2.0 * points[:, 0])
    >>> surface.level, round(surface.explained, 2)
    (1.0, 1.0)
    """
    known = np.isfinite(values)
    points, values = points[known], values[known]
    if len(values) < 8:
        raise ValueError(f"a surface needs at least 8 complete points, got {len(values)}")
    # An effect that is the same at all points has no scale of its own.
    level, scale = float(values.mean()), float(values.std()) or 1.0
    # In standard deviations, so that the same starts and bounds fit any outcome.
    scaled = (values - level) / scale
    axes = points.shape[1]
    # Noise, the last, stays above zero: without it near points make the matrix singular.
    bounds = [(np.log(SHORTEST), np.log(LONGEST))] * axes + [(np.log(1e-2), np.log(1e2)), (np.log(1e-5), np.log(2.0))]
    apart = ((points[:, None, :] - points[None, :, :]) ** 2).transpose(2, 0, 1)
    # From two starts: the likelihood may have two tops, one with short lengths and one with much noise.
    fits = [
        minimize(
            _unlikelihood,
            np.log([start] * axes + [1.0, 0.1]),
            args=(apart, scaled),
            bounds=bounds,
            jac=True,
            method="L-BFGS-B",
        )
        for start in STARTS
    ]
    best = np.exp(min(fits, key=lambda fit: float(fit.fun)).x)
    lengths, signal, noise = best[:axes], float(best[axes]), float(best[axes + 1])
    factor = cholesky(signal * _kernel(points, points, lengths) + noise * np.eye(len(points)), lower=True)
    weights = cho_solve((factor, True), scaled)
    covered, explained = _left_out(factor, weights, scaled)
    return Surface(
        points, lengths, signal * scale**2, noise * scale**2, level, weights / scale, factor * scale, covered, explained
    )


def _unlikelihood(logs: np.ndarray, apart: np.ndarray, values: np.ndarray) -> tuple[float, np.ndarray]:
    """Return minus the log likelihood (but for a constant) and its gradient, both in the logs of lengths and variances.

    ``apart`` (axis, point, point): squared distances along each axis.
    """
    lengths, signal, noise = np.exp(logs[:-2]), np.exp(logs[-2]), np.exp(logs[-1])
    scaled = apart / (lengths**2)[:, None, None]
    kernel = signal * np.exp(-0.5 * scaled.sum(axis=0))
    try:
        factor = cholesky(kernel + noise * np.eye(len(values)), lower=True)
    except np.linalg.LinAlgError:
        # Near points can make the matrix singular by rounding: the search is sent back from there.
        return 1e10, np.zeros_like(logs)
    weights = cho_solve((factor, True), values)
    inverse = cho_solve((factor, True), np.eye(len(values)))
    pull = (inverse - np.outer(weights, weights)) / 2.0
    slopes = [*(pull * kernel * scaled).sum(axis=(1, 2)), (pull * kernel).sum(), noise * np.trace(pull)]
    return float(0.5 * values @ weights + np.log(np.diag(factor)).sum()), np.array(slopes)


def _left_out(factor: np.ndarray, weights: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """Return coverage of 95 % intervals and share of variance explained, each point predicted from the others."""
    # The inverse holds the prediction of each point from all others, without a fit for each (eq. 5.12 there).
    inverse = cho_solve((factor, True), np.eye(len(values)))
    residuals, spread = weights / np.diag(inverse), np.sqrt(1.0 / np.diag(inverse))
    total = float(values.var())
    return float((np.abs(residuals) <= 1.96 * spread).mean()), float(
        1.0 - (residuals**2).mean() / total
    ) if total else 1.0
