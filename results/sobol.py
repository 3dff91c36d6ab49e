"""Sobol indices of every outcome at every time at once, equal to SALib's on the same sample.

Estimators: first order Saltelli et al. (2010), total order Jansen (1999) as given there, second order Saltelli (2002);
intervals by the bootstrap over base points that SALib uses. A resample is a row of weights, so that all resamples of
all times are one product of matrices.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

BLOCK_COLUMNS = 256
"""Columns (times) treated together: a bound on memory that leaves the products of matrices large."""


class SobolIndices(NamedTuple):
    """Indices and half-widths of their intervals; ``S1`` and ``ST`` (parameters, times), ``S2`` (pairs, times).

    The pairs are (0, 1), (0, 2), ... (1, 2), ...; without second order, ``S2`` has none.
    """

    S1: np.ndarray
    S1_conf: np.ndarray
    ST: np.ndarray
    ST_conf: np.ndarray
    S2: np.ndarray
    S2_conf: np.ndarray


def sobol_indices(
    values: np.ndarray, parameters: int, second_order: bool, resamples: int = 100, seed: int = 0, level: float = 0.95
) -> SobolIndices:
    """Return the indices of ``values``: (rows, times) in the row order of SALib's sampler, all finite.

    Times at which the outcome does not vary give NaN. ``seed`` starts the bootstrap; with ``resamples`` below 2 the
    half-widths are NaN. Raises ValueError where the rows do not fit the design.
    """
    step = (2 if second_order else 1) * parameters + 2
    if values.ndim != 2 or len(values) % step or not len(values):
        raise ValueError(f"expected rows in blocks of {step} for {parameters} parameters, got shape {values.shape}")
    weights = _weights(len(values) // step, resamples, seed)
    scale = stats.norm.ppf(0.5 + level / 2.0)
    blocks = [
        _block(np.asarray(values[:, start : start + BLOCK_COLUMNS], dtype=np.float64), parameters, step, weights, scale)
        for start in range(0, values.shape[1], BLOCK_COLUMNS)
    ]
    return SobolIndices(*(np.concatenate(parts, axis=1) for parts in zip(*blocks, strict=True)))


def _weights(base: int, resamples: int, seed: int) -> np.ndarray:
    """Return the weights of the base points: in the first row all equal, then one row for each resample."""
    draws = np.random.default_rng(seed).integers(base, size=(base, max(resamples, 0)))
    rows = [np.bincount(column, minlength=base) for column in draws.T]
    return np.array([np.ones(base), *rows]) / base


def _block(values: np.ndarray, parameters: int, step: int, weights: np.ndarray, scale: float) -> SobolIndices:
    with np.errstate(invalid="ignore", divide="ignore"):
        varies = np.where(np.ptp(values, axis=0) > 0.0, 1.0, np.nan)
        values = (values - values.mean(axis=0)) / values.std(axis=0)
        blocks = values.reshape(-1, step, values.shape[1])
        a, b = blocks[:, 0], blocks[:, -1]
        variance = _variance(a, b, weights)
        first, total, second = [], [], []
        for one in range(parameters):
            mixed = blocks[:, 1 + one]
            first.append(weights @ (b * (mixed - a)) / variance * varies)
            total.append(0.5 * (weights @ (a - mixed) ** 2) / variance * varies)
        if step > parameters + 2:
            for one in range(parameters):
                for other in range(one + 1, parameters):
                    product = blocks[:, 1 + parameters + one] * blocks[:, 1 + other] - a * b
                    second.append(weights @ product / variance - first[one] - first[other])
    return SobolIndices(*(part for group in (first, total, second) for part in _read(group, a.shape[1], scale)))


def _variance(a: np.ndarray, b: np.ndarray, weights: np.ndarray) -> np.ndarray:
    mean = (weights @ a + weights @ b) / 2.0
    return (weights @ a**2 + weights @ b**2) / 2.0 - mean**2


def _read(group: list[np.ndarray], times: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    if not group:
        return np.empty((0, times)), np.empty((0, times))
    found = np.stack(group)
    if found.shape[1] < 3:
        return found[:, 0], np.full_like(found[:, 0], np.nan)
    return found[:, 0], scale * found[:, 1:].std(axis=1, ddof=1)
