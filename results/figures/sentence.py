"""Statement of what the map shows, in one sentence and in a table: computed from the runs, with its uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import xarray as xr

from ..dataset import design_of, label_of
from ..intervals import LEVEL, NO_RUNS, said

NOTHING = 1e-9
"""Smaller changes are rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an outcome does between the ends of the x axis of a map, at one place of its y axis: a row of a table.

    ``change`` is the mean of the differences run by run, with its 95 % interval.
    """

    outcome: str
    y: str
    at: float
    x: str
    low_x: float
    high_x: float
    mean_at_low_x: float
    mean_at_high_x: float
    change: float
    change_low: float
    change_high: float


def changes_of(chart: xr.Dataset) -> list[Change]:
    """Return what the x axis of a map does at the least, the middle and the greatest y.

    The dims of ``chart`` are (y parameter, x parameter). Numbers are in the units of the parameters and of the outcome.
    Raises KeyError for a dataset that is no map.

    >>> cells = dict.fromkeys(("mean", "change", "change_low", "change_high"), (("y", "x"), [[0.0, 0.1], [0.0, -0.2]]))
    >>> chart = xr.Dataset(cells, {"y": [0.8, 0.9], "x": [0.0, 1.0]}, {"outcome": "quality", "x": "x", "y": "y"})
    >>> [(row.at, row.change) for row in changes_of(chart)]
    [(0.8, 0.1), (0.9, -0.2)]
    """
    places = sorted({0, (chart.sizes[chart.attrs["y"]] - 1) // 2, chart.sizes[chart.attrs["y"]] - 1})
    return [_change_at(chart.isel({chart.attrs["y"]: place})) for place in places]


def _change_at(line: xr.Dataset) -> Change:
    x, y = line.attrs["x"], line.attrs["y"]
    first, last = line.isel({x: 0}), line.isel({x: -1})
    return Change(
        outcome=line.attrs["outcome"],
        y=y,
        at=float(line[y]),
        x=x,
        low_x=float(first[x]),
        high_x=float(last[x]),
        mean_at_low_x=float(first["mean"]),
        mean_at_high_x=float(last["mean"]),
        change=float(last["change"]),
        change_low=float(last["change_low"]),
        change_high=float(last["change_high"]),
    )


def statement(chart: xr.Dataset, sweep: xr.Dataset, months: tuple[int, int]) -> str:
    """Say in one sentence what raising x does at the least and at the greatest y, where its sign turns, how surely.

    ``chart`` is a map, dims (y parameter, x parameter), of the runs of ``sweep``, an opened sweep; ``months`` the first
    and the last month of its means.

    >>> cells = dict.fromkeys(("change", "change_low", "change_high"), (("y", "x"), [[0.0, 0.1], [0.0, 0.2]]))
    >>> facts = {"outcome": "quality", "x": "x", "y": "y", "method": "grid"}
    >>> attrs = {"sampler": '{"method": "grid", "names": [], "bounds": []}'}
    >>> sweep = xr.Dataset({"status": (("point", "replicate"), [[1, 1]])}, attrs=attrs)
    >>> statement(xr.Dataset(cells, {"y": [0.8, 0.9], "x": [0.0, 1.0]}, facts), sweep, (61, 120))[:64]
    'Raising x from 0 to 1 changes quality by +0.10 (+0.10 to +0.10) '
    """
    x, y = chart.attrs["x"], chart.attrs["y"]
    first, last = (f"{float(chart[x][place]):.2g}" for place in (0, -1))
    ends = [_change(chart.isel({x: -1, y: place}), _digits(chart["change"].values)) for place in (0, -1)]
    return (
        f"Raising {label_of(x, unit=False)} from {first} to {last} changes "
        f"{label_of(chart.attrs['outcome'], unit=False)} by {ends[0]} where {label_of(y, unit=False)} is "
        f"{float(chart[y][0]):.2g}, and by {ends[1]} where it is {float(chart[y][-1]):.2g}{_turn(chart)}; means over "
        f"months {months[0]} to {months[1]}, in brackets {LEVEL:.0%} intervals{_basis(chart, sweep)}."
    )


def _change(cell: xr.Dataset, digits: int) -> str:
    change, low, high = (float(cell[name]) for name in ("change", "change_low", "change_high"))
    if not isfinite(change):
        return "an amount that no completed run tells,"
    unclear = ", no clear change," if low <= 0.0 <= high else ""
    return said(change, low, high, digits, sign=True) + unclear


def _digits(changes: np.ndarray) -> int:
    greatest = float(np.nanmax(np.abs(changes))) if np.isfinite(changes).any() else 0.0
    return 3 if greatest < NOTHING else int(np.clip(1 - np.floor(np.log10(greatest)), 1, 6))


def _basis(chart: xr.Dataset, sweep: xr.Dataset) -> str:
    design = design_of(sweep)
    paired = "paired replicates" if design.shares_streams else "replicates"
    over = f" over {design.replicates} {paired} under {design.streams_in_words}" if design.replicates > 1 else ""
    if chart.attrs["method"] == "surface":
        over += f"{' and' if over else ' over'} the scatter of {sweep.sizes['point']} points about a fitted surface"
    return over or ", which one replicate does not give"


def sign_turns(chart: xr.Dataset) -> tuple[float, float, float] | None:
    """Return where along y the change over the whole x axis turns its sign, and the range where its sign is unsure.

    ``chart`` is a map, dims (y parameter, x parameter); the three numbers are in the unit of the parameter of y. The
    crossing is interpolated; the bounds are the last y on either side where the 95 % interval excludes zero. None where
    the change keeps its sign, turns more than once, or is not sure of its sign on both sides: noise turns signs, too.

    >>> ends = {"change": [-0.2, 0.2], "change_low": [-0.3, 0.1], "change_high": [-0.1, 0.3]}
    >>> cells = {name: (("y", "x"), np.column_stack([np.zeros(2), values])) for name, values in ends.items()}
    >>> sign_turns(xr.Dataset(cells, {"y": [0.0, 1.0], "x": [0.0, 1.0]}, {"x": "x", "y": "y"}))
    (0.5, 0.0, 1.0)
    """
    last = chart.isel({chart.attrs["x"]: -1})
    place, change = last[chart.attrs["y"]].values, last["change"].values
    turns = np.flatnonzero(np.sign(change[:-1]) * np.sign(change[1:]) < 0)
    if len(turns) != 1:
        return None
    turn = int(turns[0])
    step = change[turn] / (change[turn] - change[turn + 1])
    crossing = place[turn] + step * (place[turn + 1] - place[turn])
    sure = (last["change_low"].values > 0.0) | (last["change_high"].values < 0.0)
    before, after = np.flatnonzero(sure[: turn + 1]), np.flatnonzero(sure[turn + 1 :])
    if not (len(before) and len(after)):
        return None
    return float(crossing), float(place[before[-1]]), float(place[turn + 1 + after[0]])


def _turn(chart: xr.Dataset) -> str:
    found = sign_turns(chart)
    if found is None:
        return ""
    crossing, low, high = found
    return f"; the sign turns at about {crossing:.2g} ({low:.2g} to {high:.2g})"


def change_table(changes: Sequence[Change]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and the cells, as text, of a printed table of changes."""
    if not changes:
        return (), []
    x, y = label_of(changes[0].x, unit=False), label_of(changes[0].y, unit=False)
    header = ("outcome", y, f"at {x} {changes[0].low_x:.2g}", f"at {changes[0].high_x:.2g}", f"change ({LEVEL:.0%})")
    return header, [_cells(row) for row in changes]


def _cells(row: Change) -> tuple[str, ...]:
    ends = (f"{mean:.3f}" if isfinite(mean) else NO_RUNS for mean in (row.mean_at_low_x, row.mean_at_high_x))
    change = said(row.change, row.change_low, row.change_high, sign=True)
    return label_of(row.outcome, unit=False), f"{row.at:.2g}", *ends, change
