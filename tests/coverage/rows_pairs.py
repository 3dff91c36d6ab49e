"""Rows of second-order indices: what two parameters do together."""

from __future__ import annotations

from functools import cache

import numpy as np
import xarray as xr
from scipy.stats import qmc

from .law import Row, Said
from .rows_indices import found_of
from .truths import NAMES, REPLICATES, TRUTHS

DESIGN = {"method": "sobol", "points": 32, "second_order": True}


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


def _pair_row(name: str, runs: tuple[int, str]) -> Row:
    true, pairs = true_pairs(name), np.triu_indices(len(NAMES), 1)

    def read(found: xr.Dataset) -> Said:
        index, half = (found[each].values[pairs] for each in ("S2", "S2_conf"))
        return Said(index, index - half, index + half, true)

    def trial(rng: np.random.Generator) -> Said:
        return read(found_of("sobol", DESIGN, TRUTHS[name], runs, rng))

    words = f"base 32 x {runs[0]}, {runs[1]}"
    return Row(kind="second-order index", truth=name, design=words, trial=trial, trials=100)


def rows() -> list[Row]:
    """Return the rows of pairs."""
    names = ("everything acts", "product", "chance grows with the effect")
    return [_pair_row(name, runs) for name in names for runs in REPLICATES]
