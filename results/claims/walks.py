"""Forward and backward: a lever of a contradiction walked over its range and back, from either end.

One walk alone cannot tell memory from a trend in time, as its way back comes later. Two walks can: what a trend adds
to the gap of the one that begins at the low end, it takes from the gap of the one that begins at the high end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...model.parameters import change_of
from ..dataset import label_of
from ..figures.ramp import measure_hysteresis
from ..figures.style import LINES, add_caption, figure_style, light_grid, new_figure
from ..intervals import said
from ..open import open_sweep
from .claims import BANDS, read_table
from .designs import ClaimDesign, DesignSize, design_at

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAST_REPLICATES = 6
EVERY = 6
ENDS = ("low", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A lever and its steps, each ``months`` long, at each of some values of another parameter ``across``."""

    phase: str
    lever: str
    steps: tuple[float, ...]
    months: int
    across: str
    at: tuple[float, ...]
    outcome: str
    fixed: Mapping[str, float]


def _walks() -> dict[str, Walk]:
    rows = {name: (row["walk"], row["fixed"]) for name, row in read_table("phases.toml").items() if "walk" in row}
    return {
        name: Walk(
            phase=name,
            lever=row["lever"],
            steps=tuple(row["steps"]),
            months=row["months"],
            across=row["across"],
            at=tuple(row["at"]),
            outcome=row["outcome"],
            fixed={**fixed, **row["fixed"]},
        )
        for name, (row, fixed) in rows.items()
    }


WALKS: Mapping[str, Walk] = _walks()
"""The walks, by the contradiction that they belong to."""


def walk_designs(walk: Walk, size: DesignSize) -> dict[str, ClaimDesign]:
    """Return the two designs of a walk: from the low end and back, and from the high end and back."""
    enough = replace(size, replicates=max(size.replicates, LEAST_REPLICATES))
    designs = {}
    for end in ENDS:
        name = f"{walk.phase}-from-{end}"
        there = walk.steps if end == "low" else walk.steps[::-1]
        values = (*there, *there[-2::-1])
        fixed = dict(walk.fixed) | {
            change_of(walk.lever, 1 + place * walk.months): value for place, value in enumerate(values)
        }
        # Common: each value is one sample, and its interval is over its replicates, which are independent either way;
        # so the gaps at two values differ by the value and not by luck.
        head = f'months = {len(values) * walk.months}\nstreams = "common"\n[fixed]\n'
        head += "".join(f'"{key}" = {float(value)!r}\n' for key, value in fixed.items())
        head += f"[record]\nevery = {EVERY}\n"
        title = f"{label_of(walk.lever, False)} walked from its {end} end to the other and back"
        sample = np.array([[value] for value in walk.at])
        designs[name] = design_at(name, title, head, sample, (walk.across,), {"walk": {}}, (walk.outcome,), enough)
    return designs


def walked(walk: Walk, folder: str | Path) -> pd.DataFrame:
    """Return the means on both ways and the gap between them (see :func:`hysteresis`), from both stores.

    Columns: ``begins`` ("low", "high"), the parameter ``across``, and those of :func:`hysteresis`.
    """
    tables = []
    for end in ENDS:
        sweep = open_sweep(Path(folder) / f"{walk.phase}-from-{end}.zarr", chunks=None)
        for point, value in enumerate(sweep[walk.across].values):
            table = measure_hysteresis(sweep.isel(point=[point]), walk.lever, walk.outcome)
            table.insert(0, walk.across, float(value))
            table.insert(0, "begins", end)
            tables.append(table)
    return pd.concat(tables, ignore_index=True)


def walk_words(walk: Walk, table: pd.DataFrame) -> str:
    """Say, for each value of the other parameter, what is left of the first end when the lever is back there."""
    told = []
    for value, rows in table.groupby(walk.across):
        gaps = []
        for end, step, sign in (("low", min(walk.steps), 1.0), ("high", max(walk.steps), -1.0)):
            row = rows[(rows["begins"] == end) & (rows["value"] == step)].iloc[0]
            low, high = sorted((sign * row["gap_low"], sign * row["gap_high"]))
            gaps.append(said(sign * row["gap"], low, high, digits=2, sign=True))
        where = f"{label_of(walk.across, False)} {value:g}"
        told.append(f"at {where} {gaps[0]} after the way up and down, {gaps[1]} after the way down and up")
    lever, outcome = label_of(walk.lever, False), label_of(walk.outcome, False)
    return (
        f"Forward and backward: {lever} is moved in steps of {walk.months // 12} years over its range and back. What "
        f"the walk has changed in {outcome} where it began: {'; '.join(told)}. Below {BANDS[walk.outcome].band:g} is "
        "too small to matter."
    )


def draw_walk(walk: Walk, table: pd.DataFrame) -> Figure:
    """Draw the outcome against the lever, both ways of both walks, a panel for each value of the other parameter."""
    values = sorted(table[walk.across].unique())
    with figure_style():
        figure = new_figure(3.4 * len(values), 3.2)
        panels = figure.subplots(1, len(values), sharey=True, squeeze=False)[0]
        for panel, value in zip(panels, values, strict=True):
            _draw_ways(panel, walk, table[table[walk.across] == value])
            panel.set_title(f"{label_of(walk.across, False)} {value:g}")
        panels[0].set_ylabel(label_of(walk.outcome))
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper left", ncols=4)
        add_caption(figure, f"{walk.phase}: the second half of each step. Bands: 95% intervals over replicates.")
    return figure


def _draw_ways(panel: Any, walk: Walk, rows: pd.DataFrame) -> None:
    for end, colour in zip(ENDS, LINES, strict=False):
        first, back = ("up", "down") if end == "low" else ("down", "up")
        part = rows[rows["begins"] == end]
        for way, line, word in ((first, "solid", "there"), (back, "dashed", "and back")):
            panel.fill_between(
                part["value"], part[f"{way}_low"], part[f"{way}_high"], color=colour, alpha=0.15, linewidth=0
            )
            panel.plot(
                part["value"], part[way], color=colour, linestyle=line, marker="o", markersize=3,
                label=f"from the {end} end" if word == "there" else "and back",
            )  # fmt: skip
    panel.set_xlabel(label_of(walk.lever))
    light_grid(panel)
