"""Rows of the tables that reports print: responses, fans, maps, comparisons, ramps, regret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tredegar.results import compare, join, measure_hysteresis, measure_robustness, paired
from tredegar.results.arms.comparison import Comparison
from tredegar.results.figures.fan_charts import fans
from tredegar.results.figures.maps import map_of
from tredegar.results.figures.response_curves import responses

from .law import Row, Said
from .rows_means import DESIGNS, population
from .truths import NAMES, REPLICATES, TRUTHS, Truth, made_sweep, runs_at

Read = Callable[[Truth, dict[str, Any], xr.Dataset], Said]
TREND = "mandate_detail"
"""The parameter of the tables: the one that acts in most truths."""
AXIS = NAMES.index(TREND)
SHOWN = ("nothing acts", "everything acts", "U-shape", "product", "chance grows with the effect")
WALK = {"solidarity": 0.0, "solidarity@3": 1.0, "solidarity@5": 0.0}
"""A lever that goes up and comes back, two months a step."""


def mean_between(truth: Truth, design: dict[str, Any], at: np.ndarray, low: float, high: float) -> float:
    """Return the true mean where TREND lies in ``low`` .. ``high``."""
    over = population(design, at)
    chosen = (over[:, AXIS] >= low - 1e-9) & (over[:, AXIS] <= high + 1e-9)
    return float(truth.surface(over[chosen]).mean())


def positions(sweep: xr.Dataset) -> np.ndarray:
    """Return the points of a made sweep, (points, 4)."""
    return np.column_stack([sweep[name].values for name in NAMES])


def _of_table(table: pd.DataFrame, names: tuple[str, str, str], truths: list[float]) -> Said:
    return Said(*(table[name].to_numpy(dtype=float) for name in names), np.array(truths))


def of_responses(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """Means by level or bin; bins of a sampled design are ten of equal count."""
    table = responses(sweep[["quality"]].mean("month"), sweep, [TREND])
    at, bins = positions(sweep), len(table)
    if "levels" in design:
        levels = np.linspace(0.0, 1.0, design["levels"]).round(9)
        table = table.set_index(table["value"].round(9)).reindex(levels)  # few trajectories may miss one
        edges = [(value, value) for value in levels]
    else:
        edges = [(place / bins, (place + 1) / bins) for place in range(bins)]
    return _of_table(table, ("mean", "low", "high"), [mean_between(truth, design, at, *edge) for edge in edges])


def of_fans(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """Means of the lowest and of the highest third of a parameter."""
    table, at = fans(sweep, ("quality",), TREND), positions(sweep)
    thirds = ((0.0, 1 / 3), (2 / 3, 1.0))
    return _of_table(table, ("mean", "low", "high"), [mean_between(truth, design, at, *edge) for edge in thirds])


def _changed(truth: Truth, sweep: xr.Dataset) -> np.ndarray:
    """Return new runs (point, replicate, month) of the truth at the points of the sweep."""
    rng = np.random.default_rng(int(1e6 * float(sweep["quality"].values[0, 0, 0])) % 2**31)
    return runs_at(truth, positions(sweep), sweep.sizes["replicate"], sweep.attrs["streams"], rng)[:, :, None]


def of_paired_change(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """The change from a sweep to another of the same points and random numbers, which adds the surface once more."""
    other = sweep.assign(quality=sweep["quality"] + _changed(truth, sweep))
    return _of_comparison(truth, design, sweep, compare(sweep, other, ["quality"], 1, 1), True)


def of_change(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """The change from a sweep without any effect to another of the same points and another seed."""
    still = sweep.assign(quality=sweep["quality"] - truth.surface(positions(sweep))[:, None, None])
    other = sweep.assign(quality=xr.zeros_like(sweep["quality"]) + _changed(truth, sweep))
    other.attrs["spec"] = other.attrs["spec"].replace("seed = 7", "seed = 8", 1)
    return _of_comparison(truth, design, sweep, compare(still, other, ["quality"], 1, 1), False)


def _of_comparison(truth: Truth, design: dict[str, Any], sweep: xr.Dataset, found: Comparison, by_run: bool) -> Said:
    assert found.paired is by_run
    true = float(truth.surface(population(design, positions(sweep))).mean())
    return _of_table(found.table, ("change", "change_low", "change_high"), [true])


def of_difference(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """The differences at each point between two arms of joined sweeps, of which one adds the surface once more."""
    other = sweep.assign(quality=sweep["quality"] + _changed(truth, sweep))
    found = paired(join({"a": sweep, "b": other}), arm="b", against="a", outcomes=["quality"])
    names = ("quality_mean", "quality_low", "quality_high")
    return Said(*(found[name].values for name in names), truth.surface(positions(sweep)))


def of_map(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """Level and change of each cell of a map of a grid."""
    chart = map_of(sweep["quality"].mean("month"), sweep, TREND, NAMES[0])
    at = positions(sweep)
    levels = np.unique(at[:, 0])
    cells = np.array(
        [[truth.surface(at[(at[:, 0] == up) & (at[:, AXIS] == across)]).mean() for across in levels] for up in levels]
    )
    truths = {"mean": cells, "change": (cells - cells[:, :1])[:, 1:]}
    parts = []
    for name, true in truths.items():
        first = cells.shape[1] - true.shape[1]  # the first column is compared with itself
        found = [chart[name + suffix].values[:, first:].ravel() for suffix in ("", "_low", "_high")]
        parts.append([*found, true.ravel()])
    return Said(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def of_ramp(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """The gap at the end of a ramp, which is the surface of the truth."""
    back = xr.zeros_like(sweep["quality"]) + (sweep["month"] > 4) * sweep["quality"].isel(month=0)
    table = measure_hysteresis(sweep.assign(quality=back).assign_coords(WALK), "solidarity", "quality")
    true = float(truth.surface(population(design, positions(sweep))).mean())
    return _of_table(table[table["value"] == 0.0], ("gap", "gap_low", "gap_high"), [true])


def of_regret(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """The mean regret of each setting of a lever, over the states of a grid."""
    table = measure_robustness(sweep, "quality", (TREND,))
    at = positions(sweep)
    by_setting = np.stack([truth.surface(at[at[:, AXIS] == value]) for value in table[TREND]])
    regret = (by_setting.max(axis=0) - by_setting).mean(axis=1)
    return _of_table(table, ("mean_regret", "mean_regret_low", "mean_regret_high"), regret.tolist())


DISTINCT = tuple(label for label in DESIGNS if "Morris" not in label)
"""Designs without equal points, which `compare` needs."""
TABLES: dict[str, tuple[Read, tuple[str, ...], int]] = {
    "response at a level": (of_responses, tuple(DESIGNS), 1),
    "fan of a third": (of_fans, tuple(DESIGNS), 1),
    "change between sweeps, run by run": (of_paired_change, DISTINCT, 1),
    "change between sweeps of other seeds": (of_change, DISTINCT, 1),
    "difference of arms at a point": (of_difference, ("Latin hypercube 12",), 1),
    "cell of a map of a grid": (of_map, ("grid 3^4", "grid 2^4"), 1),
    "gap of a ramp": (of_ramp, tuple(DESIGNS), 6),
    "mean regret": (of_regret, ("grid 3^4", "grid 2^4"), 1),
}
"""Kind -> how it is read, under which designs, of how many months."""


def row_of(kind: str, read: Read, truth: Truth, label: str, runs: tuple[int, str], months: int) -> Row:
    """Return the row of a kind that ``read`` takes from made sweeps; ``runs`` are replicates and streams."""
    design = DESIGNS[label]

    def trial(rng: np.random.Generator) -> Said:
        return read(truth, design, made_sweep(truth, design, *runs, rng, months))

    return Row(kind=kind, truth=truth.name, design=f"{label} x {runs[0]}, {runs[1]}", trial=trial, trials=200)


def rows() -> list[Row]:
    """Return the rows of the tables."""
    return [
        row_of(kind, read, TRUTHS[name], label, runs, months)
        for kind, (read, labels, months) in TABLES.items()
        for name in SHOWN
        for label in labels
        for runs in REPLICATES
    ]
