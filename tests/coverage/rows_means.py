"""Rows of means: over every design, under common random numbers and independent streams."""

from __future__ import annotations

from typing import Any

import numpy as np

from tredegar.results.statistics.mean_intervals import mean_with_interval, scatter_of

from .law import Row, Said
from .truths import REPLICATES, TRUTHS, Truth, calm, made_sweep, space, with_failures

DESIGNS: dict[str, dict[str, Any]] = {
    "grid 3^4": {"method": "grid", "levels": 3},
    "grid 2^4": {"method": "grid", "levels": 2},
    "Latin hypercube 100": {"method": "latin-hypercube", "points": 100},
    "Latin hypercube 12": {"method": "latin-hypercube", "points": 12},
    "Sobol base 32": {"method": "sobol", "points": 32},
    "Sobol base 64, first order": {"method": "sobol", "points": 64, "second_order": False},
    "Morris 10": {"method": "morris", "trajectories": 10, "levels": 4},
}


def population(design: dict[str, Any], at: np.ndarray) -> np.ndarray:
    """Return the points that an interval is about: those of a grid themselves, a lattice, or the whole space."""
    if design["method"] == "grid":
        return at
    if design["method"] == "morris":
        levels = np.linspace(0.0, 1.0, design["levels"])
        return np.stack(np.meshgrid(*[levels] * at.shape[1], indexing="ij"), axis=-1).reshape(-1, at.shape[1])
    return space()


def _row(truth: Truth, label: str, replicates: int, streams: str, failed: float = 0.0) -> Row:
    design = DESIGNS[label]

    def trial(rng: np.random.Generator) -> Said:
        sweep = made_sweep(truth, design, replicates, streams, rng)
        at = np.column_stack([sweep[name].values for name in scatter_names(sweep)])
        if failed:
            sweep = with_failures(sweep, failed, rng)
            at = at[np.isfinite(sweep["quality"].values).any(axis=(1, 2))]  # a grid stands for the points it has
        found = mean_with_interval(sweep["quality"].values, scatter_of(sweep))
        return Said(*found, truth.surface(population(design, at)).mean(keepdims=True))

    lost = f", {failed:.0%} of runs failed" if failed else ""
    return Row(
        kind="mean over a design",
        truth=truth.name,
        design=f"{label} x {replicates}, {streams}{lost}",
        trial=trial,
    )


def scatter_names(sweep: Any) -> list[str]:
    """Return the varied parameters of a made sweep, in the order of its columns."""
    return [str(name) for name, values in sweep.coords.items() if values.dims == ("point",)]


def rows() -> list[Row]:
    """Return the rows of means."""
    every = [
        _row(truth, label, replicates, streams)
        for truth in TRUTHS.values()
        for label in DESIGNS
        for replicates, streams in REPLICATES
    ]
    product = TRUTHS["product"]
    few = [_row(product, label, 1, streams) for label in DESIGNS for streams in ("common", "independent")]
    two = [_row(product, label, 2, "common") for label in DESIGNS]
    failed = [_row(product, label, replicates, streams, 0.1) for label in DESIGNS for replicates, streams in REPLICATES]
    still = [
        _row(calm(TRUTHS[name]), label, 1, "independent")
        for name in ("everything acts", "U-shape", "product", "step")
        for label in DESIGNS
        if DESIGNS[label]["method"] != "grid"
    ]
    return [*every, *few, *two, *failed, *still]
