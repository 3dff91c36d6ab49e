"""Rows of figures: levels of a ramp, surfaces through sampled points, words and turns of sentences, convergence."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from tredegar.results import measure_hysteresis
from tredegar.results.figures.fan_charts import convergence
from tredegar.results.figures.maps import map_of
from tredegar.results.figures.sentence import sign_turns, statement

from .law import Row, Said
from .rows_means import population
from .rows_tables import TREND, WALK, Read, positions, row_of
from .truths import NAMES, REPLICATES, TRUTHS, Truth, space

WIDEST = 9.0
"""Bound of what no words limit, beyond all values."""
UP = NAMES[0]
"""The parameter of the y axis of maps."""
CELLS = (0, 8, 16, 24, 32)
"""Places along each axis of a surface that are asked for: ends, middle and between."""
SURFACES = ("Latin hypercube 100", "Sobol base 32")
SOME = ("grid 3^4", "Latin hypercube 100", "Latin hypercube 12", "Sobol base 32", "Morris 10")


def of_levels(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """The levels of a ramp on its way up and down: the surface, and the surface raised by a fifth."""
    drift = xr.where(sweep["month"] > 4, 0.2, 0.0)
    table = measure_hysteresis(
        sweep.assign(quality=sweep["quality"] + drift).assign_coords(WALK), "solidarity", "quality"
    )
    row = table[table["value"] == 0.0].iloc[0]
    true = float(truth.surface(population(design, positions(sweep))).mean())
    names = (("up", "up_low", "up_high"), ("down", "down_low", "down_high"))
    found = np.array([[row[name] for name in each] for each in names])
    return Said(*found.T, np.array([true, true + 0.2]))


def surface_at(truth: Truth, across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Return the surface (y, x) of the truth over two parameters, averaged over the others."""
    others = space()[:256].copy()
    cells = np.empty((len(up), len(across)))
    for row, high in enumerate(up):
        for column, right in enumerate(across):
            others[:, 0], others[:, 1] = high, right
            cells[row, column] = truth.surface(others).mean()
    return cells


def of_surface(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """Level and change of a surface through sampled points, at its corners, edges and inside."""
    chart = map_of(sweep["quality"].mean("month"), sweep, TREND, UP).isel({TREND: list(CELLS), UP: list(CELLS)})
    true = surface_at(truth, chart[TREND].values, chart[UP].values)
    parts = []
    for name, cells, first in (("mean", true, 0), ("change", true - true[:, :1], 1)):
        found = [chart[name + suffix].values[:, first:].ravel() for suffix in ("", "_low", "_high")]
        parts.append([*found, cells[:, first:].ravel()])
    return Said(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _true_changes(truth: Truth, chart: xr.Dataset) -> np.ndarray:
    cells = surface_at(truth, chart[TREND].values[[0, -1]], chart[UP].values[[0, -1]])
    return np.asarray(cells[:, 1] - cells[:, 0])


def of_words(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """What the words under a map say of its ends: a rise, a fall, or no clear change, as an interval of the change."""
    chart = map_of(sweep["quality"].mean("month"), sweep, TREND, UP)
    said = statement(chart, sweep, (1, 1)).split(" where ", 1)[0], statement(chart, sweep, (1, 1)).split(", and by ")[1]
    change = chart["change"].values[[0, -1], -1]
    low, high = np.full(2, -WIDEST), np.full(2, WIDEST)
    for place, words in enumerate(said):
        if "no clear change" not in words.split(";")[0]:
            (low if change[place] > 0.0 else high)[place] = 1e-9 * np.sign(change[place])
    return Said(change, low, high, _true_changes(truth, chart))


def of_turn(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """Where the sign of a change turns, which is told only where it does: in the middle, or nowhere (-9)."""
    chart = map_of(sweep["quality"].mean("month"), sweep, TREND, UP)
    ends = _true_changes(truth, chart)
    true = np.array([0.5 if ends[0] * ends[1] < -1e-9 else -9.0])
    found = sign_turns(chart)
    # Where no turn is told nothing wrong is said.
    place, low, high = (true[0], -9.0, 9.0) if found is None else found
    return Said(np.array([place]), np.array([low]), np.array([high]), true)


def of_convergence(truth: Truth, design: dict[str, Any], sweep: xr.Dataset) -> Said:
    """Every mean on the way: of the first points, or of the first replicates."""
    table = convergence(sweep[["quality"]].mean("month"), sweep)
    true = float(truth.surface(population(design, positions(sweep))).mean())
    columns = (table[name].to_numpy(dtype=float) for name in ("mean", "low", "high"))
    return Said(*columns, np.full(len(table), true))


MAPS = ("grid 3^4", *SURFACES)
FIGURES: dict[str, tuple[Read, tuple[str, ...], tuple[str, ...], int]] = {
    "level of a ramp": (of_levels, SOME, ("product", "chance grows with the effect"), 6),
    "cell of a surface": (
        of_surface,
        SURFACES,
        ("nothing acts", "everything acts", "U-shape", "product", "step", "chance grows with the effect"),
        1,
    ),
    "words under a map": (of_words, MAPS, ("nothing acts", "product"), 1),
    "turn of a sign": (of_turn, MAPS, ("nothing acts", "product"), 1),
    "convergence": (of_convergence, SOME, ("product", "chance grows with the effect"), 1),
}
"""Kind -> how it is read, under which designs and truths, of how many months."""


def rows() -> list[Row]:
    """Return the rows of the figures."""
    return [
        row_of(kind, read, TRUTHS[name], label, runs, months)
        for kind, (read, labels, names, months) in FIGURES.items()
        for name in names
        for label in labels
        for runs in REPLICATES
        # Two replicates of a grid show no convergence.
        if kind != "convergence" or runs[0] > 2 or "grid" not in label
    ]
