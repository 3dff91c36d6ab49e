"""Sobol indices of every outcome at every time at once, equal to SALib's on the same sample.

Estimators: first order Saltelli et al. (2010), total order Jansen (1999) as given there, second order Saltelli (2002);
intervals by the bootstrap over base points that SALib uses. A resample is a row of weights, so that all resamples of
all times are one product of matrices. Intervals equal SALib's for every seed but 0, by which SALib's ``analyze`` means
no seed at all; here 0 is a seed like any other, and the same intervals come out each time. What chance does to these
estimators, ``sobol_chance`` takes away.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy import stats

BLOCK_COLUMNS = 256
"""Columns (times) treated together: a bound on memory that leaves the products of matrices large."""
PART = 128
"""Base points taken at once: a part of a column block and its products stay in a processor's cache."""


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

    Indices are shares of the variance, without unit. Times at which the outcome does not vary give NaN. ``seed`` (0 or
    more) starts the bootstrap; with ``resamples`` below 2 the half-widths are NaN. Raises ValueError where the rows do
    not fit the design.

    >>> from SALib.sample import sobol
    >>> rows = sobol.sample({"num_vars": 2, "names": ["a", "b"], "bounds": [[0, 1], [0, 1]]}, 64, seed=1)
    >>> found = sobol_indices(2.0 * rows[:, :1] + rows[:, 1:], parameters=2, second_order=True)
    >>> found.S1.round(1).tolist(), found.ST.round(1).tolist()
    ([[0.8], [0.2]], [[0.8], [0.2]])
    """
    step = (2 if second_order else 1) * parameters + 2
    if values.ndim != 2 or len(values) % step or not len(values):
        raise ValueError(f"expected rows in blocks of {step} for {parameters} parameters, got shape {values.shape}")
    weights = resampling_weights(len(values) // step, resamples, seed)
    scale = stats.norm.ppf(0.5 + level / 2.0)
    blocks = [
        _read_all(
            resampled_indices(np.asarray(values[:, start : start + BLOCK_COLUMNS]), parameters, step, weights), scale
        )
        for start in range(0, values.shape[1], BLOCK_COLUMNS)
    ]
    return SobolIndices(*(np.concatenate(parts, axis=1) for parts in zip(*blocks, strict=True)))


def _read_all(found: Resampled, scale: float) -> SobolIndices:
    times = found.variance.shape[1]
    groups = (found.first, found.total, found.second)
    return SobolIndices(*(part for group in groups for part in _read(group, times, scale)))


def resampling_weights(base: int, resamples: int, seed: int) -> np.ndarray:
    """Return the weights of the base points, (resamples + 1, base points): in the first row all equal.

    >>> resampling_weights(2, resamples=0, seed=1).tolist()
    [[0.5, 0.5]]
    """
    # In the shape in which SALib draws: the same seed then gives the same resamples.
    draws = np.random.default_rng(seed).integers(base, size=(base, max(resamples, 0)))
    rows = [np.bincount(column, minlength=base) for column in draws.T]
    return np.array([np.ones(base), *rows]) / base


class Resampled(NamedTuple):
    """Indices of the sample, then of each resample of its base points, and the variance that they are shares of.

    ``first``, ``total`` (parameters, resamples + 1, times), ``second`` has pairs for parameters, or none; ``variance``
    (resamples + 1, times) is in units of that of the rows.
    """

    first: np.ndarray
    total: np.ndarray
    second: np.ndarray
    variance: np.ndarray


def resampled_indices(
    values: np.ndarray, parameters: int, step: int, weights: np.ndarray, deviations: np.ndarray | None = None
) -> Resampled:
    """Return the indices of ``values`` (rows, times) under each of the ``weights`` (resamples + 1, base points).

    A base point has ``step`` rows; they are taken in parts that a processor's cache holds. With ``deviations`` (rows,
    replicates, times) of two or more runs from ``values``, all products are freed of chance: a mean of products of
    *different* replicates, x y - cov(x, y) / R, which is right whatever the replicates share (Hoeffding's U-statistic).

    >>> rows = np.array([[0.0], [1.0], [1.0], [1.0], [0.0], [0.0]])
    >>> resampled_indices(rows, 1, 3, resampling_weights(2, resamples=0, seed=1)).total.round(3).tolist()
    [[[2.0]]]
    """
    # By the range: rounding may leave the variance of equal numbers just above zero.
    varies = np.where(np.ptp(values, axis=0) > 0.0, 1.0, np.nan)
    values = np.asarray(values, dtype=np.float64)
    centre, spread = values.mean(axis=0), values.std(axis=0)
    blocks = values.reshape(-1, step, values.shape[1])
    runs = None if deviations is None else deviations.reshape(-1, step, *deviations.shape[1:])
    sums = _Sums.empty(parameters, step > parameters + 2, (len(weights), values.shape[1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        for start in range(0, len(blocks), PART):
            part = slice(start, start + PART)
            # Centred first: in products of large numbers the differences that count would be lost.
            sums.add((blocks[part] - centre) / spread, weights[:, part], None if runs is None else runs[part] / spread)
        variance = sums.square - sums.mean**2
        if runs is not None:
            variance += _chance_in_mean(runs / spread, weights)
        first = sums.first / variance * varies
        total = 0.5 * sums.total / variance * varies
        pairs = combinations(range(parameters), 2)
        second = [both / variance - first[i] - first[j] for both, (i, j) in zip(sums.second, pairs, strict=False)]
    return Resampled(first, total, np.array(second).reshape(-1, *variance.shape), variance * varies)


def _chance_in_mean(runs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the variance (resamples + 1, times) that chance gives to the mean of A and B, over which it cancels."""
    means = np.einsum("wb,brt->wrt", weights, 0.5 * (runs[:, 0] + runs[:, -1]), optimize=True)
    return np.asarray(means.var(axis=1, ddof=1) / runs.shape[2])


class _Sums(NamedTuple):
    """Weighted sums over base points, each (resamples + 1, times), of outcomes whose standard deviation is 1.

    ``first`` and ``total`` have one for each parameter, ``second`` one for each pair or none.
    """

    mean: np.ndarray
    square: np.ndarray
    first: np.ndarray
    total: np.ndarray
    second: np.ndarray

    @classmethod
    def empty(cls, parameters: int, second_order: bool, shape: tuple[int, int]) -> _Sums:
        pairs = parameters * (parameters - 1) // 2 if second_order else 0
        counts = ((), (), (parameters,), (parameters,), (pairs,))
        return cls(*(np.zeros((*count, *shape)) for count in counts))

    def add(self, blocks: np.ndarray, weights: np.ndarray, runs: np.ndarray | None = None) -> None:
        """Take in base points: ``blocks`` (base points, rows, times), ``runs`` with replicates before times."""
        parameters, last = len(self.first), blocks.shape[1] - 1
        a, b = _row(blocks, runs, 0), _row(blocks, runs, last)
        # From A and B alone, which are independent; mixed rows repeat their coordinates.
        self.mean[...] += weights @ (0.5 * (a.mean + b.mean))
        self.square[...] += weights @ (0.5 * (a.times(a) + b.times(b)))
        for one in range(parameters):
            step = _row(blocks, runs, 1 + one).less(a)
            self.first[one] += weights @ b.times(step)
            self.total[one] += weights @ step.times(step)
        if len(self.second):
            both = a.times(b)
            for pair, (one, other) in enumerate(combinations(range(parameters), 2)):
                product = _row(blocks, runs, 1 + parameters + one).times(_row(blocks, runs, 1 + other))
                self.second[pair] += weights @ (product - both)


class _Runs(NamedTuple):
    """A row of every base point: its mean over replicates (base points, times), and what the runs deviate from it."""

    mean: np.ndarray
    apart: np.ndarray | None

    def less(self, other: _Runs) -> _Runs:
        apart = None if self.apart is None or other.apart is None else self.apart - other.apart
        return _Runs(self.mean - other.mean, apart)

    def times(self, other: _Runs) -> np.ndarray:
        """Return the products, freed of what chance adds to them where the runs are known."""
        product = self.mean * other.mean
        if self.apart is None or other.apart is None:
            return product
        replicates = self.apart.shape[1]
        return product - np.einsum("brt,brt->bt", self.apart, other.apart) / (replicates - 1) / replicates


def _row(blocks: np.ndarray, runs: np.ndarray | None, place: int) -> _Runs:
    return _Runs(np.ascontiguousarray(blocks[:, place]), None if runs is None else runs[:, place])


def _read(group: Sequence[np.ndarray] | np.ndarray, times: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    if not len(group):
        return np.empty((0, times)), np.empty((0, times))
    found = np.asarray(group)
    if found.shape[1] < 3:
        return found[:, 0], np.full_like(found[:, 0], np.nan)
    return found[:, 0], scale * found[:, 1:].std(axis=1, ddof=1)


def check_sobol_rows(sample: np.ndarray, second_order: bool, owners: Sequence[str] | None = None) -> None:
    """Raise ValueError unless the rows are those of Saltelli's scheme: A, A with one factor of B each, ..., B.

    ``sample`` is (rows, parameters) in any units, in blocks of ``factors + 2`` rows, or ``2 * factors + 2`` with
    ``second_order``, which then has B with one factor of A each before B (Saltelli 2002). ``owners`` (parameters) is
    the factor of each column; None where each is its own.

    >>> check_sobol_rows(np.array([[0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]]), second_order=False)
    >>> check_sobol_rows(np.array([[0.1, 0.2], [0.1, 0.8], [0.9, 0.2], [0.9, 0.8]]), second_order=False)
    Traceback (most recent call last):
    ValueError: the points are not in the rows of a Sobol design; analyse the store as it was opened
    """
    owners = [str(column) for column in range(sample.shape[1])] if owners is None else owners
    factors = [*dict.fromkeys(owners)]
    step = (2 if second_order else 1) * len(factors) + 2
    blocks = sample.reshape(-1, step, sample.shape[1])
    first, last = blocks[:, :1], blocks[:, -1:]
    own = np.array([[owner == factor for owner in owners] for factor in factors])
    sound = (blocks[:, 1 : 1 + len(factors)] == np.where(own, last, first)).all()
    if second_order:
        sound = sound and (blocks[:, 1 + len(factors) : -1] == np.where(own, first, last)).all()
    if not sound:
        raise ValueError("the points are not in the rows of a Sobol design; analyse the store as it was opened")
