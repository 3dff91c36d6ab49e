"""Rows of advice: the widest interval of a sweep with four times the units, or the replicates, that it forecasts."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from tredegar.results.sensitivity.indices import Bootstrap, analyze_sensitivity
from tredegar.results.sensitivity.methods import find_method
from tredegar.results.sensitivity.precision import TIMES

from .law import Row, Said
from .truths import TRUTHS, Truth, made_sweep

KIND = "advice on intervals"
DESIGNS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "Sobol base 32": ("sobol", "points", {"method": "sobol", "points": 32, "second_order": False}),
    "Morris 10": ("morris", "trajectories", {"method": "morris", "trajectories": 10, "levels": 4}),
    "Latin hypercube 60": ("regression", "points", {"method": "latin-hypercube", "points": 60}),
}
"""Design -> the method that is asked, the key of its number of units, and itself."""
SHOWN = (("Sobol base 32", "product"), ("Sobol base 32", "chance grows with the effect"),
         ("Morris 10", "everything acts"), ("Latin hypercube 60", "everything acts"))  # fmt: skip


def analysed(sweep: xr.Dataset, method: str) -> xr.Dataset:
    """Return the indices of the one outcome of a made sweep."""
    return analyze_sensitivity(sweep, method=method, window=1, bootstrap=Bootstrap(resamples=50))


def widest_half(found: xr.Dataset, method: str) -> float:
    """Return the half-width of the widest interval that is printed."""
    return float(found[f"{find_method(method).shown[0]}_conf"].max())


def _row(truth: Truth, label: str, replicates: int, streams: str) -> Row:
    method, key, design = DESIGNS[label]

    def trial(rng: np.random.Generator) -> Said:
        found = analysed(made_sweep(truth, design, replicates, streams, rng), method)
        more = {**design, key: TIMES * design[key]}, design
        later = [made_sweep(truth, each, count, streams, rng)
                 for each, count in zip(more, (replicates, TIMES * replicates), strict=True)]  # fmt: skip
        ends = np.array(forecasts(found))
        truths = [widest_half(analysed(sweep, method), method) for sweep in later]
        return Said(np.sqrt(ends[:, 0] * ends[:, 1]), ends[:, 0], ends[:, 1], np.array(truths))

    words = f"{label} x {replicates}, {streams}; four times the units, four times the replicates"
    return Row(kind=KIND, truth=truth.name, design=words, trial=trial, trials=100)


def forecasts(found: xr.Dataset) -> list[list[float]]:
    """Return what the advice says of four times the units and of four times the replicates."""
    return [found.attrs["with_more_units"], found.attrs["with_more_replicates"]]


def rows() -> list[Row]:
    """Return the rows of advice."""
    return [
        *(_row(TRUTHS[name], label, 4, "independent") for label, name in SHOWN),
        _row(TRUTHS["everything acts"], "Morris 10", 4, "common"),
    ]
