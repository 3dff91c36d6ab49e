"""The report of a store: figures, tables and one sentence, written to a folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from .facts import chosen_outcomes, design_of, label_of, varied_parameters
from .figure_style import save_figure
from .figures import draw_responses
from .intervals import LEVEL, said
from .map_figure import draw_map
from .maps import axes_of_map, map_of
from .open import open_sweep
from .responses import responses
from .shares import most_telling
from .statement import Change, changes_of, statement
from .windows import window_mean

SHOWN_OUTCOMES = 3
SHOWN_PARAMETERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was written and what it says: files, one sentence, and the rows of the table."""

    paths: tuple[Path, ...]
    statement: str
    changes: tuple[Change, ...]


def write_report(
    store: str | Path,
    out: str | Path,
    outcomes: Iterable[str] | None = None,
    from_month: int | None = None,
    partial: bool = False,
) -> Report:
    """Write figures (PNG and SVG) and tables (CSV) of a finished sweep into the folder ``out``, made if need be.

    ``outcomes`` defaults to quality, fit and true access where recorded; means are over the months from
    ``from_month`` on, by default the second half of the run. Raises what :func:`open_sweep` raises, ValueError for an
    unknown outcome, and ModuleNotFoundError without the extra ``plot``; nothing is written then.
    """
    sweep = open_sweep(store, partial=partial)
    means = window_mean(sweep, chosen_outcomes(sweep, outcomes, most=SHOWN_OUTCOMES), from_month)
    charts = _charts(means, sweep)
    table = responses(means, sweep, _shown_parameters(means, sweep))
    note = _note(means, sweep)
    figures = {"responses": draw_responses(table, note)}
    tables = {"responses": table}
    changes = tuple(row for chart in charts for row in changes_of(chart))
    if charts:
        figures["map"] = draw_map(charts[0], f"{note} {_map_note(charts[0])}", _places(charts[0], sweep))
        tables["map"] = charts[0].to_dataframe().reset_index()
        tables["changes"] = pd.DataFrame([asdict(row) for row in changes])
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [path for name, figure in figures.items() for path in save_figure(figure, folder, name)]
    for name, rows in tables.items():
        rows.to_csv(folder / f"{name}.csv", index=False)
        paths.append(folder / f"{name}.csv")
    text = statement(charts[0], sweep, window_of(means)) if charts else _said_without_map(table, means)
    return Report(paths=tuple(paths), statement=text, changes=changes)


def _charts(means: xr.Dataset, sweep: xr.Dataset) -> list[xr.Dataset]:
    """Return the maps of all outcomes over the two parameters that the first outcome answers to most."""
    if len(varied_parameters(sweep)) < 2:
        return []
    x, y = axes_of_map(next(iter(means.values())), sweep)
    return [map_of(values, sweep, x, y) for values in means.values()]


def _shown_parameters(means: xr.Dataset, sweep: xr.Dataset) -> tuple[str, ...]:
    varied = varied_parameters(sweep)
    if len(varied) <= SHOWN_PARAMETERS:
        return varied
    return tuple(most_telling(next(iter(means.values())), sweep).index[:SHOWN_PARAMETERS])


def window_of(means: xr.Dataset) -> tuple[int, int]:
    """Return the first and the last month of window means."""
    return int(means.attrs["from_month"]), int(means.attrs["to_month"])


def _note(means: xr.Dataset, sweep: xr.Dataset) -> str:
    design, (first, last) = design_of(sweep), window_of(means)
    failed = f"; {sweep.attrs['runs_failed']} failed runs left out" if sweep.attrs["runs_failed"] else ""
    return (
        f"Means over months {first} to {last}; {sweep.sizes['point']} points ({design.method}), "
        f"{design.replicates} replicates each{failed}."
    )


def _map_note(chart: xr.Dataset) -> str:
    if chart.attrs["method"] == "grid":
        return "Black line: no change; band: 95 % interval of the paired change; dots: it includes zero."
    return (
        f"Polynomial surface of degree {chart.attrs['degree']} through the points (circles), "
        f"R² = {chart.attrs['r2']:.2f}. Black line: no change; dashed lines and band: its 95 % interval."
    )


def _places(chart: xr.Dataset, sweep: xr.Dataset) -> tuple[np.ndarray, np.ndarray] | None:
    if chart.attrs["method"] == "grid":
        return None
    return sweep[chart.attrs["x"]].values, sweep[chart.attrs["y"]].values


def _said_without_map(table: pd.DataFrame, means: xr.Dataset) -> str:
    rows = table[table["outcome"] == table["outcome"].iloc[0]].sort_values("value")
    first, last = rows.iloc[0], rows.iloc[-1]
    ends = [f"{said(row['mean'], row['low'], row['high'])} at {row['value']:.2g}" for row in (first, last)]
    return (
        f"The mean of {label_of(first['outcome'], unit=False)} goes with {label_of(first['parameter'], unit=False)}: "
        f"{ends[0]}, {ends[1]}; means over months {window_of(means)[0]} to {window_of(means)[1]}, in brackets "
        f"{LEVEL:.0%} intervals."
    )
