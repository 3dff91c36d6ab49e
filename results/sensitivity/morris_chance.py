"""Elementary effects without the chance in them: sizes corrected for it, their intervals, and the band of idleness.

The size of an effect that chance moves is too large on average, the more so the smaller the effect. What chance does is
read off the effects of each replicate by itself, which holds under common random numbers, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import special

from ..intervals import combined
from .idle import reaching_down
from .morris import elementary_effects, morris_effects

DRAWS = 4000
"""Parameters that do nothing which are simulated for a band (assumption)."""


class _Chance(NamedTuple):
    """Chance in effects: variance left in a mean effect, how many parts of it are independent; (factors, times)."""

    variance: np.ndarray
    parts: np.ndarray
    freedom: int


def effects_and_chance(
    sample: np.ndarray,
    values: np.ndarray,
    deviations: np.ndarray,
    levels: int,
    common: bool,
    level: float = 0.95,
    owners: Sequence[str] | None = None,
) -> dict[str, np.ndarray]:
    """Return the effects of ``values`` (rows, times) by name, each (factors, times) in the unit of ``values``.

    ``deviations`` (rows, replicates, times) are those of the runs from ``values``, under ``common`` random numbers or
    independent ones; the other arguments are those of :func:`morris_effects`, whose ``mu``, ``sigma`` and ``mu_star``
    are here ``mu``, ``sigma`` and ``mu_star_raw``. ``mu_star`` is the latter times the ratio of the mean sizes of
    normal effects without and with the variance of chance (Leone, Nelson & Nottingham 1961, Technometrics 3:543;
    assumption: normal effects). ``mu_conf`` and ``mu_star_conf`` are half-widths by the jackknife over trajectories
    (Student's t), with what replicates under common random numbers add. ``mu_star_idle`` is what a parameter that does
    nothing stays below; NaN with one replicate, where chance is not known. Raises what :func:`elementary_effects`
    raises.

    >>> sample = np.array([[0.0, 0.0], [2 / 3, 0.0], [2 / 3, 2 / 3], [1.0, 1.0], [1.0, 1 / 3], [1 / 3, 1 / 3]])
    >>> still = np.zeros((6, 2, 1))
    >>> found = effects_and_chance(sample, sample @ np.array([[3.0], [0.0]]), still, levels=4, common=True)
    >>> found["mu_star"].round(6).tolist(), found["mu_star_idle"].tolist()
    ([[3.0], [0.0]], [[0.0], [0.0]])
    """
    raw = morris_effects(sample, values, levels, 0, 0, level, owners)
    kept = _first_members(sample.shape[1], owners)
    effects = elementary_effects(sample, values, levels, owners)[kept]
    rows, replicates, times = deviations.shape
    runs = elementary_effects(sample, deviations.reshape(rows, -1).astype(np.float64), levels, owners)[kept]
    runs = runs.reshape(*runs.shape[:2], replicates, times)
    chance = _chance_in(runs, common)
    sizes = np.abs(effects)
    corrected = _corrected(effects.mean(axis=1), sizes.mean(axis=1), _variance(effects), chance.variance)
    mu_conf = _half_width(_without_each(effects), runs.mean(axis=1), common, level)
    if owners is not None:
        mu_conf[[owners.count(each) > 1 for each in dict.fromkeys(owners)]] = np.nan  # of several directions
    signed = (np.sign(effects)[:, :, None] * runs).mean(axis=1)
    size_conf = _half_width(_corrected_without_each(effects, chance.variance), signed, common, level)
    band = _band(chance, effects.shape[1], level)
    size_conf = reaching_down(corrected, size_conf, band)
    return {
        "mu": raw.mu, "mu_conf": mu_conf, "mu_star": corrected, "mu_star_conf": size_conf, "mu_star_idle": band,
        "mu_star_raw": raw.mu_star, "sigma": raw.sigma,
    }  # fmt: skip


def _first_members(parameters: int, owners: Sequence[str] | None) -> list[int]:
    """Return a column of each factor: members of a group have effects of one size."""
    return [*range(parameters)] if owners is None else [list(owners).index(each) for each in dict.fromkeys(owners)]


def _chance_in(runs: np.ndarray, common: bool) -> _Chance:
    """Read chance off the effects of the deviations of each replicate, (factors, trajectories, replicates, times).

    Under common random numbers trajectories share a part of it. How many independent parts there are is the effective
    number of dimensions (tr S)^2 / tr S^2, its denominator without bias (Bai & Saranadasa 1996, Statistica Sinica
    6:311).
    """
    _, trajectories, replicates, _ = runs.shape
    freedom = replicates - 1
    if not freedom:
        return _Chance(np.zeros(runs[:, 0, 0].shape), np.ones(runs[:, 0, 0].shape, dtype=int), 0)
    variance = (runs**2).sum(axis=2).mean(axis=1) / freedom / replicates
    parts = np.full(variance.shape, trajectories if not common else 1)
    if common and freedom > 1:
        products = np.einsum("ftrm,ftsm->fmrs", runs, runs) / freedom
        trace, square = np.einsum("fmrr->fm", products), (products**2).sum(axis=(2, 3))
        without_bias = freedom**2 / (freedom + 2) / (freedom - 1) * (square - trace**2 / freedom)
        with np.errstate(invalid="ignore", divide="ignore"):
            dimensions = np.where(without_bias > 0.0, trace**2 / without_bias, trajectories)
        parts = np.clip(np.nan_to_num(dimensions, nan=1.0), 1, trajectories).astype(int)
    return _Chance(variance, parts, freedom)


def _band(chance: _Chance, trajectories: int, level: float) -> np.ndarray:
    if not chance.freedom:
        return np.full(chance.variance.shape, np.nan)
    known = {parts: _idle_size(int(parts), trajectories, chance.freedom, level) for parts in np.unique(chance.parts)}
    return np.sqrt(chance.variance) * np.vectorize(known.__getitem__, otypes=[float])(chance.parts)


@cache
def _idle_size(parts: int, trajectories: int, freedom: int, level: float) -> float:
    """Return the size that an idle parameter stays below, in standard deviations of the chance in an effect."""
    draw = np.random.default_rng(0)
    effects = draw.standard_normal((DRAWS, parts))
    variance = draw.chisquare(freedom * parts, DRAWS) / (freedom * parts)
    spread = effects.var(axis=1) * trajectories / max(trajectories - 1, 1)
    sizes = _corrected(effects.mean(axis=1), np.abs(effects).mean(axis=1), spread, variance)
    return float(np.quantile(sizes / np.sqrt(variance), level))


def _corrected(mean: np.ndarray, size: np.ndarray, spread: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Return mean sizes without chance, from mean, mean size and variance of effects, and the variance of chance."""
    own = np.maximum(spread - chance, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = _mean_size(mean, own) / _mean_size(mean, own + chance)
    return np.where((chance > 0.0) & np.isfinite(ratio), size * ratio, size)


def _mean_size(mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Return the mean size of a normal variable."""
    scale = np.sqrt(variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        far = np.where(scale > 0.0, np.abs(mean) / scale, np.inf)
    tail = scale * np.sqrt(2.0 / np.pi) * np.exp(-0.5 * far**2)
    return np.asarray(tail + np.abs(mean) * special.erf(far / np.sqrt(2.0)))


def _variance(effects: np.ndarray) -> np.ndarray:
    trajectories = effects.shape[1]
    return effects.var(axis=1) * trajectories / max(trajectories - 1, 1)


def _without_each(values: np.ndarray) -> np.ndarray:
    """Return means without each trajectory in turn, of ``values`` (factors, trajectories, times)."""
    others = max(values.shape[1] - 1, 1)
    return (values.sum(axis=1, keepdims=True) - values) / others


def _corrected_without_each(effects: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Return the corrected sizes without each trajectory in turn, (factors, trajectories, times)."""
    mean = _without_each(effects)
    centre = effects.mean(axis=1, keepdims=True)
    others = effects.shape[1] - 1
    # Of the others about their own mean: centred first, so that no digits are lost.
    squares = _without_each((effects - centre) ** 2) - (mean - centre) ** 2
    spread = np.maximum(squares, 0.0) * others / max(others - 1, 1)
    return _corrected(mean, _without_each(np.abs(effects)), spread, chance[:, None])


def _half_width(parts: np.ndarray, by_replicate: np.ndarray, common: bool, level: float) -> np.ndarray:
    """Return half-widths (factors, times) by the jackknife of ``parts`` (factors, trajectories, times).

    ``by_replicate`` (factors, replicates, times) is what each replicate moves the estimate by: under common random
    numbers all trajectories alike, which does not show between them.
    """
    trajectories, replicates = parts.shape[1], by_replicate.shape[1]
    if trajectories < 2:
        return np.full(parts[:, 0].shape, np.nan)
    points = parts.var(axis=1) * (trajectories - 1)
    zero = np.zeros_like(points)
    shared = by_replicate.var(axis=1, ddof=1) / replicates if common and replicates > 1 else zero
    found = combined(zero, shared, zero + max(replicates - 1, 1), points, zero + trajectories - 1, level)
    return np.where(points + shared > 0.0, found.high, 0.0)
