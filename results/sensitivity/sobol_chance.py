"""Sobol indices freed of chance, with intervals over base points and replicates, and the band of idle parameters.

The means of a few replicates still hold chance, which to the total order looks like an effect of every parameter, and
to the variance like a part of the whole. Products of different replicates are free of it: x y - cov(x, y) / R. What the
replicates share, by common random numbers, cancels in the differences by itself, and is taken away as far as it does
not. The variance that is left to share out may be zero: there the indices are NaN.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy import stats

from ..intervals import combined
from ..statistics.digital_nets import BaseNet
from .sobol import BLOCK_COLUMNS, Resampled, resampled_indices, resampling_weights, sobol_indices

BEYOND = 0.995
"""Level, one-sided, at which the variance between points must lie above that of chance, or nothing is to be shared."""


class SobolRows(NamedTuple):
    """Design of the rows: the number of factors, pairs or not, and whether the replicates are common to all points.

    Or ``paired``: common to the rows of a base point, and others at the next. ``net``: the Sobol sequence that the base
    points are of; None where they are drawn independently.
    """

    parameters: int
    second_order: bool
    common: bool
    net: BaseNet | None = None
    paired: bool = False


def sobol_by_name(
    values: np.ndarray,
    deviations: np.ndarray,
    design: SobolRows,
    resamples: int = 100,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, np.ndarray]:
    """Return the indices of ``values`` (rows, times) by name, each (parameters, times), without unit.

    ``deviations`` (rows, replicates, times) are those of the runs from ``values``. ``S1``, ``ST``, ``S2`` are freed of
    chance; ``S1_raw``, ``ST_raw`` are not, and equal SALib's. ``_conf`` are half-widths of intervals at ``level``: over
    base points (bootstrap) and, under common random numbers, over replicates, joined after Welch and Satterthwaite.
    ``_idle``: a parameter that does nothing, or for ``S2`` a pair that does nothing beyond what each does alone, stays
    at or below it in size, in ``level`` of sweeps. With one replicate nothing can be taken away, and ``S1_idle`` and
    ``ST_idle`` are NaN unless all is still. Indices are NaN at times at which the points do
    not vary beyond chance. Those of pairs are upper triangles (parameters, parameters, times).

    >>> two_base_points = np.random.default_rng(1).random((2 * 6, 5))
    >>> found = sobol_by_name(two_base_points, np.zeros((12, 1, 5)), SobolRows(2, True, common=True), resamples=10)
    >>> found["S1"].shape, found["S2"].shape, bool(np.isnan(found["S2"][1, 0]).all())
    ((2, 5), (2, 2, 5), True)
    """
    step = (2 if design.second_order else 1) * design.parameters + 2
    raw = sobol_indices(values, design.parameters, design.second_order, 0, seed, level)
    weights = resampling_weights(len(values) // step, resamples, seed)
    blocks = [
        _block(values[:, part], deviations[:, :, part], design, step, weights, level)
        for part in (slice(at, at + BLOCK_COLUMNS) for at in range(0, values.shape[1], BLOCK_COLUMNS))
    ]
    found = {name: np.concatenate([block[name] for block in blocks], axis=1) for name in blocks[0]}
    for name in ("S2", "S2_conf", "S2_idle") if design.second_order else ():
        matrix = np.full((design.parameters, design.parameters, values.shape[1]), np.nan)
        matrix[np.triu_indices(design.parameters, 1)] = found[name]
        found[name] = matrix
    return found | {"S1_raw": raw.S1, "ST_raw": raw.ST}


def _block(
    values: np.ndarray, deviations: np.ndarray, design: SobolRows, step: int, weights: np.ndarray, level: float
) -> dict[str, np.ndarray]:
    several = deviations.shape[1] > 1
    found = resampled_indices(values, design.parameters, step, weights, deviations if several else None)
    spread = values.std(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = ((values - values.mean(axis=0)) / spread).reshape(-1, step, values.shape[1])
        runs = (deviations / spread).reshape(-1, step, *deviations.shape[1:])
    chance, uneven = _chance(scaled, runs, found, design), _uneven(scaled, found.variance[0], design)
    # Shares of a variance that is chance alone would be ratios of two errors.
    beyond = found.variance[0] > _most_by_chance(runs, design) if several else True
    known = np.where(beyond, 1.0, np.nan)
    freedom = max(deviations.shape[1] - 1, 1)
    said = {}
    parts = {"S1": (found.first, uneven), "ST": (found.total, 0.0 * uneven)}
    if design.second_order:
        # What a pair does beyond its members is theirs both: it meets by chance no oftener than either does.
        parts["S2"] = (found.second, np.minimum(*uneven[np.array(np.triu_indices(design.parameters, 1))]))
    for name, (resampled, more) in parts.items():
        said[name] = resampled[:, 0] * known
        said[f"{name}_conf"] = _half(resampled, more, chance[name], freedom, len(weights[0]), level) * known
    said["S1_idle"], said["ST_idle"] = (band * known for band in _bands(scaled, runs, found.variance[0], design, level))
    if design.second_order:
        said["S2_idle"] = said["S2_conf"]
    return said


def _uneven(scaled: np.ndarray, variance: np.ndarray, design: SobolRows) -> np.ndarray:
    """Return what a Sobol sequence adds to the variance of S1 over independent base points, (parameters, times)."""
    a, b, factors = scaled[:, 0], scaled[:, -1], range(design.parameters)
    if design.net is None:
        return np.zeros((design.parameters, scaled.shape[2]))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.array([design.net.of_factor(one, b, scaled[:, 1 + one] - a) / variance**2 for one in factors])


def _scatter(resampled: np.ndarray) -> np.ndarray:
    """Return the variance over resamples, which stand on the axis before the last; NaN for fewer than two."""
    if resampled.shape[-2] < 3:
        return np.full_like(resampled[..., 0, :], np.nan)
    return np.asarray(resampled[..., 1:, :].var(axis=-2, ddof=1))


def _half(
    resampled: np.ndarray, uneven: np.ndarray, shared: np.ndarray, freedom: int, base: int, level: float
) -> np.ndarray:
    points = _scatter(resampled)
    if not np.isfinite(points).any():
        return points
    # A resample of n base points scatters by (n - 1) / n of what n base points do.
    points = points * base / max(base - 1, 1) + uneven
    shared = shared + 0.0 * points
    guess = combined(np.zeros_like(points), shared, np.array(freedom), points, np.array(base - 1), level)
    return np.where(np.isfinite(points), np.maximum(guess.high, 0.0), np.nan)


def _shared(moves: np.ndarray) -> np.ndarray:
    """Return the variance (times,) of an index over replicates that is common to all base points, at least 0.

    ``moves`` (base points, replicates, times) are what each replicate moves the index by at each base point. Chance
    that is drawn anew at each point moves their mean, too; resampled base points show that already.
    """
    base, replicates, _ = moves.shape
    means = moves.mean(axis=0)
    own = ((moves - means) ** 2).sum(axis=(0, 1)) / (base * max(base - 1, 1) * replicates * (replicates - 1))
    return np.asarray(np.maximum(means.var(axis=0, ddof=1) / replicates - own, 0.0))


def _chance(scaled: np.ndarray, runs: np.ndarray, found: Resampled, design: SobolRows) -> dict[str, np.ndarray]:
    """Return what replicates that are common to all points add to the variance of indices, by name.

    Of parameters or pairs, (parameters, times).
    """
    variance, nothing = found.variance[0], np.zeros((1, scaled.shape[2]))
    if not design.common or runs.shape[2] < 2:
        return dict.fromkeys(("S1", "ST", "S2"), nothing)
    a, b, da, db = scaled[:, :1], scaled[:, -1:], runs[:, 0], runs[:, -1]
    whole = a * da + b * db
    parts: dict[str, list[np.ndarray]] = {"S1": [], "ST": [], "S2": []}
    with np.errstate(invalid="ignore", divide="ignore"):
        for place in range(design.parameters):
            step, apart = scaled[:, 1 + place, None] - a, runs[:, 1 + place] - da
            parts["S1"].append(_shared((b * apart + step * db - found.first[place, 0] * whole) / variance))
            moves = _shared((step * apart - found.total[place, 0] * whole) / variance)
            parts["ST"].append(moves + _shared_squares(apart / np.sqrt(variance)))
        for place, pair in enumerate(combinations(range(design.parameters), 2) if design.second_order else ()):
            moved = _moves_of_pair(scaled, runs, (1 + design.parameters + pair[0], 1 + pair[0], 1 + pair[1]))
            parts["S2"].append(_shared((moved - found.second[place, 0] * whole) / variance))
    return {name: np.array(of) for name, of in parts.items() if of}


def _moves_of_pair(scaled: np.ndarray, runs: np.ndarray, rows: tuple[int, int, int]) -> np.ndarray:
    """Return how the runs move the numerator of S2 at each base point, (base points, replicates, times).

    ``rows`` are those of B with the first factor of A, and of A with the first and with the second factor of B.
    """
    (a, b, mixed, one, other), (da, db, dmixed, done, dother) = (
        [each[:, place] for place in (0, -1, *rows)] for each in (scaled[:, :, None], runs)
    )
    return np.asarray(mixed * dother + other * dmixed + a * db + b * da - b * (done + dother) - (one + other) * db)


def _shared_squares(apart: np.ndarray) -> np.ndarray:
    """Return what chance common to all points adds to the variance of ST by products of its steps with themselves.

    ``apart`` (base points, replicates, times) is chance in the steps; the result is (times,), at least 0.
    """
    base, replicates = len(apart), apart.shape[1]
    turned = np.einsum("cr,brt->cbt", _contrasts(replicates), apart)
    squares = [np.zeros(apart.shape[2])]
    for one, other in combinations(turned, 2):
        product = one * other
        squares.append(product.mean(axis=0) ** 2 - product.var(axis=0) / max(base - 1, 1))
    # The mean square over the pairs of contrasts, divided by twice the number of ordered pairs of replicates.
    pairs = max(len(squares) - 1, 1)
    return np.asarray(np.maximum(np.sum(squares, axis=0) / pairs / (2.0 * replicates * (replicates - 1)), 0.0))


def _contrasts(replicates: int) -> np.ndarray:
    """Return Helmert's contrasts, (contrast, replicates): R - 1 independent ones of R replicates, of length 1."""
    contrasts = np.array([[*[1.0] * k, -k, *[0.0] * (replicates - 1 - k)] for k in range(1, replicates)])
    return np.asarray(contrasts / np.sqrt((contrasts**2).sum(axis=1, keepdims=True)))


def _over(values: np.ndarray, runs: np.ndarray) -> np.ndarray:
    """Return the mean over base points of ``values`` (base points, times) times each replicate: (replicates, times)."""
    return np.asarray(np.einsum("bt,brt->rt", values, runs) / len(values))


def _squared_scatter(apart: np.ndarray, other: np.ndarray | None = None) -> np.ndarray:
    """Return the mean square (times,) of the product of two replicates of ``apart`` (base points, replicates, times).

    Of one of them and one of ``other``, the mean of both orders, where that is given. With two replicates there is one
    contrast, and nothing tells what they share: that counts as 0.
    """
    replicates = apart.shape[1]
    contrasts = _contrasts(replicates)
    turned, also = (np.einsum("cr,brt->bct", contrasts, each) for each in (apart, apart if other is None else other))
    products = np.einsum("bct,bdt->cdt", turned, also) / len(apart)
    products = (products + products.swapaxes(0, 1)) / 2.0
    if replicates < 3:
        return np.zeros(apart.shape[2])
    pairs = [*combinations(range(replicates - 1), 2)]
    return np.asarray(np.mean([products[pair] ** 2 for pair in pairs], axis=0))


def _most_by_chance(runs: np.ndarray, design: SobolRows) -> np.ndarray:
    """Return the variance (times,) that points without any difference show beside their chance, at the level BEYOND."""
    if design.paired:
        # Both rows of a base point may move as one: their mean variance stands for one row of as many base points. That
        # is exact if they do, and too wide if they do not.
        both = (runs[:, 0].var(axis=1, ddof=1) + runs[:, -1].var(axis=1, ddof=1)) / 2.0
        return 2.0 * _scatter_by_variances(both, runs.shape[2], BEYOND)
    rows = np.concatenate([runs[:, 0], runs[:, -1]])
    apart = rows - rows.mean(axis=0) if design.common else rows
    return 2.0 * _scatter_of_squares(apart, design.common, BEYOND)


def _scatter_of_squares(apart: np.ndarray, common: bool, level: float) -> np.ndarray:
    """Return the quantile (times,) of half the mean square of differences that are chance alone, freed of chance.

    ``apart`` (base points, replicates, times). Variances of variances are judged by Student's t, with the degrees of
    freedom of a weighted sum of them (Satterthwaite 1946) where the points are independent. Assumption: normal chance.
    """
    replicates = apart.shape[1]
    if common and replicates > 2:
        freedom = (replicates - 1) * (replicates - 2) // 2
        return stats.t.ppf(level, freedom) * np.sqrt(_squared_scatter(apart) / (2.0 * replicates * (replicates - 1)))
    return _scatter_by_variances(apart.var(axis=1, ddof=1), replicates, level)


def _scatter_by_variances(variances: np.ndarray, replicates: int, level: float) -> np.ndarray:
    """Return that quantile (times,) of base points with chance of their own, of ``variances`` (base points, times)."""
    base, own = len(variances), replicates - 1
    fourth = variances**2
    # The mean of s^4 is sigma^4 (R + 1) / (R - 1); s^4 scatters about it as the moments of chi-squared say.
    uneven = 1.0 - own * (own + 2.0) / ((own + 4.0) * (own + 6.0))
    wide = stats.t.ppf(level, _freedom(fourth, uneven))
    return np.asarray(wide * np.sqrt(fourth.mean(axis=0) / (2.0 * replicates * (replicates + 1) * base)))


def _freedom(parts: np.ndarray, uneven: float) -> np.ndarray:
    """Return the degrees of freedom of the sum of ``parts`` (base points, times), whose squares scatter by a share."""
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = uneven * (parts**2).sum(axis=0) / parts.sum(axis=0) ** 2
    return np.where(relative > 0.0, 2.0 / relative, np.inf)


def _bands(
    scaled: np.ndarray, runs: np.ndarray, variance: np.ndarray, design: SobolRows, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bands of S1 and ST, (parameters, times): the scatter of an index whose steps are chance alone."""
    replicates, base = runs.shape[2], len(runs)
    first, total = np.full((2, design.parameters, scaled.shape[2]), np.nan)
    upper, b = 0.5 + level / 2.0, scaled[:, -1]
    for place in range(design.parameters if replicates > 1 else 0):
        apart = runs[:, 1 + place] - runs[:, 0]
        total[place] = _scatter_of_squares(apart, design.common, upper)
        if design.common:
            moves = _over(b, apart).var(axis=0, ddof=1) / replicates
            moves = moves + 2.0 * _squared_scatter(runs[:, -1], apart) / (replicates * (replicates - 1))
            first[place] = stats.t.ppf(upper, replicates - 1) * np.sqrt(moves)
        else:
            parts = b**2 * apart.var(axis=1, ddof=1)
            wide = stats.t.ppf(upper, _freedom(parts, 2.0 / (replicates + 1.0)))
            first[place] = wide * np.sqrt(parts.mean(axis=0) / replicates / base)
    with np.errstate(invalid="ignore", divide="ignore"):
        return first / variance, total / variance
