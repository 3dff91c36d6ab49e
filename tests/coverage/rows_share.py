"""Rows of the share of chance in the variance of single runs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from tredegar.results.sample import series_of
from tredegar.results.sensitivity.indices import Bootstrap, seed_shares
from tredegar.results.statistics.mean_intervals import scatter_of

from .law import Row, Said
from .rows_means import DESIGNS as OF_MEANS
from .rows_means import population
from .truths import NAMES, TRUTHS, Truth, calm, made_sweep, with_failures

KIND = "share of chance in single runs"
HYPERCUBE = "Latin hypercube 100"
FEW = "Latin hypercube 10"
DESIGNS: dict[str, dict[str, Any]] = {**OF_MEANS, FEW: {"method": "latin-hypercube", "points": 10}}
LOUD = replace(TRUTHS["product"], name="product under much chance", chance=lambda at: np.full(len(at), 0.15))
SAME = replace(TRUTHS["everything acts"], name="chance is nearly the same at all points", shared=0.95)
SEVERAL = (TRUTHS["everything acts"], TRUTHS["step"], TRUTHS["chance grows with the effect"], TRUTHS["nothing acts"])


@cache
def true_share(truth: Truth, label: str, streams: str) -> float:
    """Return the share of chance in single runs over the points of a design, as :func:`made_sweep` makes it."""
    design = DESIGNS[label]
    # The points of a grid are the lattice of its levels.
    lattice = {**design, "method": "morris"} if design["method"] == "grid" else design
    over = population(lattice, np.empty((0, len(NAMES))))
    shared = truth.shared if streams == "common" else 0.0
    size = truth.chance(over) ** 2 * (1.0 - shared + shared * (0.5 + np.sin(2.0 * np.pi * over[:, 0]) ** 2))
    return float(size.mean() / (size.mean() + truth.surface(over).var()))


def said_of(sweep: xr.Dataset, truth: float) -> Said:
    """Return the interval of the one outcome of a made sweep."""
    ((_, series),) = series_of(sweep, ("quality",), 1)
    found = seed_shares(series, scatter_of(sweep), Bootstrap())
    return Said(*(found[name] for name in ("seed_share", "seed_share_low", "seed_share_high")), np.array([truth]))


def _row(truth: Truth, label: str, replicates: int, streams: str, failed: float = 0.0) -> Row:
    design = DESIGNS[label]

    def trial(rng: np.random.Generator) -> Said:
        sweep = made_sweep(truth, design, replicates, streams, rng)
        sweep = with_failures(sweep, failed, rng) if failed else sweep
        return said_of(sweep, true_share(truth, label, streams))

    lost = f", {failed:.0%} of runs failed" if failed else ""
    return Row(kind=KIND, truth=truth.name, design=f"{label} x {replicates}, {streams}{lost}", trial=trial)


def rows() -> list[Row]:
    """Return the rows of the share of chance."""
    runs = ((2, "common"), (4, "common"), (8, "common"), (4, "independent"))
    product, growing = TRUTHS["product"], TRUTHS["chance grows with the effect"]
    hypercubes = [_row(truth, HYPERCUBE, *each) for truth in SEVERAL for each in runs]
    cases = [(product, label) for label in (FEW, "Sobol base 64, first order", "grid 3^4")]
    cases += [(growing, label) for label in ("Sobol base 32", "Morris 10", "grid 3^4")]
    more = [_row(*case, *each) for case in cases for each in (runs[1], runs[3])]
    ends = [_row(TRUTHS["nothing acts"], label, 4, "common") for label in ("Sobol base 32", "grid 3^4")]
    failed = [
        _row(LOUD, label, *each, 0.05)
        for label in (HYPERCUBE, "Sobol base 32", "Morris 10")
        for each in ((4, "common"), (2, "independent"))
    ]
    others = [
        _row(calm(TRUTHS["everything acts"]), HYPERCUBE, 4, "common"),
        _row(SAME, HYPERCUBE, 4, "common"),
        _row(SAME, HYPERCUBE, 1, "common"),
        _row(LOUD, FEW, 2, "independent"),
        _row(LOUD, FEW, 2, "common"),
    ]
    return [*hypercubes, *more, *ends, *failed, *others]
