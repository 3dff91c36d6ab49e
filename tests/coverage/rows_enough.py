"""Rows of points that are enough: what holds at the number that is named, and at the number that would do."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

from tredegar.results.sensitivity.indices import Bootstrap
from tredegar.results.sensitivity.trace import trace_sensitivity

from .law import Row, Said
from .rows_sobol import true_indices
from .truths import TRUTHS, made_sweep

FORECAST = "points that would do"
ROOT = "the number follows from the root of numbers alone, whatever the scatter of widths"
RUNS = (4, "independent")
FEW = Bootstrap(resamples=50)


def _sweep(name: str, points: int, rng: np.random.Generator) -> Any:
    design = {"method": "sobol", "points": points, "second_order": False}
    return made_sweep(TRUTHS[name], design, *RUNS, rng)


def _row_of_intervals(name: str) -> Row:
    """Return the row of intervals at the smallest number that is called enough, which is chosen for their width."""
    true = true_indices(name)["ST"]

    def trial(rng: np.random.Generator) -> Said:
        trace = trace_sensitivity(_sweep(name, 64, rng), method="sobol", limit=0.4, bootstrap=FEW).isel(outcome=0)
        enough = float(trace["enough"])
        if np.isnan(enough):
            return Said(true * np.nan, true * np.nan, true * np.nan, true)
        index, half = (trace[each].sel(number=enough).values for each in ("ST", "ST_conf"))
        return Said(index, index - half, index + half, true)

    return Row(kind="points that are enough", truth=name, design="Sobol base 64 x 4, independent, limit .4",
               trial=trial, trials=100)  # fmt: skip


def _row_of_forecasts(name: str) -> Row:
    """Return the row of a second sweep, of the size that would do: whether its widest interval is within the limit."""
    limit = 0.15

    def trial(rng: np.random.Generator) -> Said:
        first = trace_sensitivity(_sweep(name, 16, rng), method="sobol", limit=limit, bootstrap=FEW).isel(outcome=0)
        number = 1 << (ceil(float(first["needed"])) - 1).bit_length()
        second = trace_sensitivity(_sweep(name, number, rng), method="sobol", limit=limit, bootstrap=FEW)
        widest = second["widest"].values[0, -1:]
        return Said(widest, np.zeros(1), np.full(1, limit), widest)

    return Row(kind=FORECAST, truth=name, design="Sobol base 16 x 4, independent, limit .15", trial=trial, trials=100,
               known=ROOT)  # fmt: skip


def rows() -> list[Row]:
    """Return the rows of points that are enough."""
    names = ("everything acts", "product", "chance grows with the effect")
    return [
        *(_row_of_intervals(name) for name in names),
        *(_row_of_forecasts(name) for name in names if name != "product"),
    ]
