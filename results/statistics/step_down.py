"""Terms of parameters on which values depend, found one after the other; none where chance does as well.

Each parameter stands for itself with its linear and its square term, so that a U-shape is found like a slope, and each
two parameters for their product. The best of all is held against the best of all that shuffled values give (max-T,
Westfall and Young 1993), parameters and products each among themselves. What it explains is taken out, and the next is
sought in the residuals, which are shuffled in their turn (Freedman and Lane 1983), until one is no better than chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from .blas_threads import one_thread

LEAST_POINTS = 10
"""Fewer values have no terms (assumption)."""
SHUFFLES = 499
SOUND = 1e-6
"""A column of which less than this share is left besides the terms that were found is one of them, but for rounding."""


class Term(NamedTuple):
    """One parameter with its linear and square term, or two with their product.

    ``share`` of the variance of the values: what the term adds to the others, less what as many columns of noise would
    add (adjusted as in Ezekiel 1930). ``chance``: the probability that values on which nothing acts, besides the terms
    before, give a term as good as this one.
    """

    parameters: tuple[str, ...]
    share: float
    chance: float


class _Columns(NamedTuple):
    """What is tried: (point, parameter) twice, (point, pair), and the two parameters of each pair (2, pair)."""

    linear: np.ndarray
    square: np.ndarray
    product: np.ndarray
    pairs: np.ndarray


@one_thread()
def find_terms(
    sample: np.ndarray, names: Sequence[str], values: np.ndarray, most: int = 3, level: float = 0.05, seed: int = 17
) -> tuple[Term, ...]:
    """Return at most ``most`` terms of parameters on which ``values`` (point,) depend, in the order of their finding.

    ``sample`` is (point, parameter), in any units, since ranks alone count; ``names`` are those of its columns. Values
    that are not finite are left out; none but noise gives any term with a probability of ``level``. Assumptions: points
    are drawn independently, parameters of each other, and chance is of like size everywhere.

    >>> sample = np.random.default_rng(1).random((80, 3))
    >>> values = (sample[:, 0] - 0.5) ** 2 + sample[:, 1] * 0.0
    >>> [(term.parameters, round(term.share, 2), term.chance) for term in find_terms(sample, "abc", values)]
    [(('a',), 0.99, 0.004)]
    """
    known = np.isfinite(values)
    sample, values = np.asarray(sample)[known], np.asarray(values, dtype=np.float64)[known]
    if len(values) < LEAST_POINTS or np.ptp(values) == 0.0 or not sample.shape[1]:
        return ()
    values, columns, orders = values - values.mean(), _columns(sample), _orders(len(values), seed)
    taken: list[np.ndarray] = []
    found: list[tuple[tuple[int, ...], float]] = []
    while len(found) < most:
        parameters, chance = _best(columns, values, _basis(taken, len(values)), orders)
        # One that was found already leads only where nothing else is left.
        if chance > level or parameters in [term for term, _ in found]:
            break
        taken.append(_of_term(columns, parameters))
        found.append((parameters, max(chance, found[-1][1] if found else 0.0)))
    shares = _shares(values, taken)
    return tuple(
        Term(tuple(names[one] for one in term), share, chance)
        for (term, chance), share in zip(found, shares, strict=True)
    )


def _orders(points: int, seed: int) -> np.ndarray:
    """Return the places of the points (point, order): as they are, and shuffled."""
    places = np.tile(np.arange(points), (SHUFFLES + 1, 1))
    places[1:] = np.random.default_rng(seed).permuted(places[1:], axis=1)
    return places.T


def _columns(sample: np.ndarray) -> _Columns:
    places = (2.0 * stats.rankdata(sample, axis=0) - 1.0) / len(sample) - 1.0
    pairs = np.stack(np.triu_indices(sample.shape[1], 1))
    return _Columns(places, places**2, places[:, pairs[0]] * places[:, pairs[1]], pairs)


def _of_term(columns: _Columns, parameters: tuple[int, ...]) -> np.ndarray:
    if len(parameters) == 2:
        return np.asarray(columns.linear[:, parameters].prod(axis=1, keepdims=True))
    return np.column_stack([columns.linear[:, parameters], columns.square[:, parameters]])


def _basis(taken: Sequence[np.ndarray], points: int) -> np.ndarray:
    """Return an orthonormal basis (point, rank) of a constant and the columns that were ``taken``."""
    left, sizes, _ = np.linalg.svd(np.column_stack([np.ones(points), *taken]), full_matrices=False)
    return np.asarray(left[:, sizes > SOUND * sizes[0]])


def _besides(columns: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return what is left of ``columns`` (point, column) besides the ``basis``, of length 1, or 0 if nothing is."""
    left = columns - basis @ (basis.T @ columns)
    sizes = np.sqrt((left**2).sum(axis=0))
    return np.asarray(left * np.where(sizes > SOUND * np.sqrt(len(left)), 1.0 / np.maximum(sizes, SOUND), 0.0))


def _best(
    columns: _Columns, values: np.ndarray, basis: np.ndarray, orders: np.ndarray
) -> tuple[tuple[int, ...], float]:
    """Return the parameters of the best term besides ``basis``, and how often shuffled residuals give as good a one."""
    residuals = values - basis @ (basis.T @ values)
    tried = _besides(residuals[orders], basis)
    linear = _besides(columns.linear, basis)
    square = _besides(columns.square, basis)
    # The square of its own linear term is left out first; both have then nothing in common.
    square = square - linear * (linear * square).sum(axis=0)
    square = _besides(square, basis)
    alone = (linear.T @ tried) ** 2 + (square.T @ tried) ** 2
    chance, margin = _against_shuffles(alone)
    best: tuple[tuple[int, ...], float] = ((int(alone[:, 0].argmax()),), chance)
    if columns.pairs.shape[1]:
        together = (_besides(columns.product, basis).T @ tried) ** 2
        of_pairs, of_margin = _against_shuffles(together)
        if (of_pairs, -of_margin) < (chance, -margin):
            one, other = columns.pairs[:, together[:, 0].argmax()]
            best = ((int(one), int(other)), of_pairs)
        # Bonferroni for the two families.
        return best[0], min(1.0, 2.0 * best[1])
    return best


def _against_shuffles(explained: np.ndarray) -> tuple[float, float]:
    """Return how often the best of shuffled values is as good as that of the first column, which is among them.

    ``explained`` is (term, column), shares of variance. And how many times better the first is than the middle one.
    """
    best = explained.max(axis=0)
    # But for rounding, lest a shuffle that changes nothing look worse than what it is equal to.
    return float((best >= best[0] * (1.0 - 1e-9)).mean()), float(best[0] / max(np.median(best), 1e-300))


def _shares(values: np.ndarray, taken: Sequence[np.ndarray]) -> list[float]:
    """Return the adjusted share of the variance that each of the terms ``taken`` adds to the others."""
    total, points = float(values @ values), len(values)
    left, rank = _left(values, taken)
    noise = left / max(points - rank, 1)
    shares = []
    for place in range(len(taken)):
        without, fewer = _left(values, [*taken[:place], *taken[place + 1 :]])
        shares.append(float((without - left - (rank - fewer) * noise) / total))
    return shares


def _left(values: np.ndarray, taken: Sequence[np.ndarray]) -> tuple[float, int]:
    basis = _basis(taken, len(values))
    residuals = values - basis @ (basis.T @ values)
    return float(residuals @ residuals), basis.shape[1]
