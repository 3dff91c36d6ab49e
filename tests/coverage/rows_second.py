"""Rows of indices that stand second in tables: signed effects, coefficients, shares alone, pairs, PAWN's maximum."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import xarray as xr
from scipy import stats
from scipy.stats import qmc

from tredegar.results.shares import variance_shares

from .law import Row, Said
from .rows_indices import ACTS, HYPERCUBES, MORRIS, SHARED, found_of, in_band, interval_of
from .truths import NAMES, REPLICATES, TRUTHS, space

MANY = "Latin hypercube 100"
DESIGNS: dict[str, dict[str, Any]] = {
    **HYPERCUBES,
    **MORRIS,
    "Sobol base 32": {"method": "sobol", "points": 32, "second_order": True},
}
GROWS = "chance grows with the effect"
VARIANCE = "chance that points share moves the variance in which coefficients are measured"
EVERY = [0, 1, 2, 3]
"""Parameters."""


@cache
def true_mean_effects(name: str) -> np.ndarray:
    """Return mean effects over all steps of the lattice of four levels, signed."""
    surface, levels, step = TRUTHS[name].surface, np.linspace(0.0, 1.0, 4), 2.0 / 3.0
    lattice = np.stack(np.meshgrid(*[levels] * len(NAMES), indexing="ij"), axis=-1).reshape(-1, len(NAMES))
    found = []
    for axis in range(len(NAMES)):
        low = lattice[lattice[:, axis] + step <= 1.0 + 1e-9]
        found.append((surface(low + step * (np.arange(len(NAMES)) == axis)) - surface(low)).mean() / step)
    return np.array(found)


@cache
def means_with_chance(name: str, replicates: int, streams: str) -> np.ndarray:
    """Return means at 65,536 points with the chance of so many replicates in them; what they share is the same."""
    truth, at = TRUTHS[name], space()
    own = 1.0 - (truth.shared if streams == "common" else 0.0)
    chance = truth.chance(at) * np.sqrt(own / replicates) * np.random.default_rng(1).standard_normal(len(at))
    return np.asarray(truth.surface(at) + chance)


@cache
def true_coefficients(name: str, replicates: int, streams: str, ranked: bool) -> np.ndarray:
    """Return standardised coefficients of a regression, of values or of their ranks."""
    at, values = space(), means_with_chance(name, replicates, streams)
    if ranked:
        at, values = stats.rankdata(at, axis=0), stats.rankdata(values)
    scaled = [(each - each.mean(axis=0)) / each.std(axis=0) for each in (at, values)]
    return np.asarray(np.linalg.lstsq(*scaled, rcond=None)[0])


@cache
def true_shares_alone(name: str, replicates: int, streams: str) -> np.ndarray:
    """Return what each parameter explains by itself in a quadratic fit."""
    return np.asarray(variance_shares(means_with_chance(name, replicates, streams), space())[0])


@cache
def true_pairs(name: str) -> np.ndarray:
    """Return second-order indices (pairs,) of a truth, from 65,536 base points (Saltelli 2002)."""
    surface = TRUTHS[name].surface
    both = np.asarray(qmc.Sobol(2 * len(NAMES), scramble=True, seed=1).random(2**16))
    a, b = both[:, : len(NAMES)], both[:, len(NAMES) :]
    at_b = surface(b) - surface(b).mean()

    def closed(*places: int) -> float:
        mixed = a.copy()
        mixed[:, places] = b[:, places]
        return float((at_b * (surface(mixed) - surface(a))).mean() / at_b.var())

    one, other = np.triu_indices(len(NAMES), 1)
    return np.array([closed(i, j) - closed(i) - closed(j) for i, j in zip(one, other, strict=True)])


def _row(kind: str, name: str, label: str, method: str, runs: tuple[int, str],
         read: Callable[[xr.Dataset], Said], known: str = "") -> Row:  # fmt: skip
    def trial(rng: np.random.Generator) -> Said:
        return read(found_of(method, DESIGNS[label], TRUTHS[name], runs, rng))

    words = f"{label} x {runs[0]}, {runs[1]}"
    return Row(kind=kind, truth=name, design=words, trial=trial, trials=100, known=known)


def _effect_row(name: str, runs: tuple[int, str]) -> Row:
    true = true_mean_effects(name)
    return _row("Morris mu", name, "Morris 10", "morris", runs, lambda found: interval_of(found, "mu", EVERY, true))


def _coefficient_rows(name: str, runs: tuple[int, str]) -> list[Row]:
    """Return a row of the coefficients, and under common streams one of the parameter on which shared chance hangs."""
    kind, rest = "coefficient of a regression", EVERY[1:] if runs[1] == "common" else EVERY

    def read(chosen: list[int]) -> Callable[[xr.Dataset], Said]:
        def both(found: xr.Dataset) -> Said:
            parts = [interval_of(found, index, chosen, true_coefficients(name, *runs, ranked))
                     for index, ranked in (("SRC", False), ("SRRC", True))]  # fmt: skip
            return Said(*(np.concatenate(each) for each in zip(*parts, strict=True)))

        return both

    known = VARIANCE if (name, runs[1]) == ("everything acts", "common") else ""
    rows = [_row(kind, name, MANY, "regression", runs, read(rest), known)]
    if runs[1] == "common":
        rows.append(_row(f"{kind}, of one with shared chance", name, MANY, "regression", runs, read([0]), SHARED))
    return rows


def _share_row(name: str, runs: tuple[int, str]) -> Row:
    true = true_shares_alone(name, *runs)
    kind = "share of a quadratic fit, alone"
    return _row(kind, name, MANY, "regression", runs, lambda found: interval_of(found, "share", EVERY[1:], true))


def _band_row(index: str, method: str, name: str, runs: tuple[int, str]) -> Row:
    # The first parameter, on which shared chance hangs, has a row of its own elsewhere.
    idle = [place for place in EVERY[1:] if place not in ACTS[name]]
    kind = f"band of idle parameters, {index}"
    return _row(kind, name, MANY, method, runs, lambda found: in_band(found, index, idle))


def _pair_row(name: str, runs: tuple[int, str]) -> Row:
    true, pairs = true_pairs(name), np.triu_indices(len(NAMES), 1)

    def read(found: xr.Dataset) -> Said:
        index, half = (found[each].values[pairs] for each in ("S2", "S2_conf"))
        return Said(index, index - half, index + half, true)

    return _row("second-order index", name, "Sobol base 32", "sobol", runs, read)


def _cases(*names: str) -> list[tuple[str, tuple[int, str]]]:
    return [(name, runs) for name in names for runs in REPLICATES]


def rows() -> list[Row]:
    """Return the rows of what stands second in tables."""
    return [
        *(_effect_row(*case) for case in _cases("U-shape", "product", GROWS)),
        *(row for case in _cases("everything acts", "U-shape", GROWS) for row in _coefficient_rows(*case)),
        *(_share_row(*case) for case in _cases("everything acts", "product")),
        *(_band_row("maximum", "pawn", *case) for case in _cases("product")),
        *(_band_row("share", "regression", *case) for case in _cases("product")),
        *(_pair_row(*case) for case in _cases("everything acts", "product", GROWS)),
    ]
