"""The report of a store: one HTML page, its figures, their data, a table and one sentence, written to a folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import xarray as xr

from ..dataset import chosen_outcomes, design_of, label_of, levels_in, value_said
from ..discovery.regions import Discovery, discover
from ..figures.sentence import Change, changes_of, statement
from ..figures.style import figure_style
from ..intervals import LEVEL, said
from ..open import open_sweep
from ..shares import most_telling
from ..windows import window_mean
from .contents import Findings, report_page
from .page import render
from .parts import (
    basis,
    charts_of,
    convergence_picture,
    fan_picture,
    map_picture,
    region_picture,
    response_picture,
    sensitivity_pictures,
    window_of,
)

SHOWN_OUTCOMES = 3
LEAST_POINTS = 60
"""Fewer points give no boxes that a third of them can judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was written and what it says: files (the page first), one sentence, and the rows of the table.

    ``lacking`` says why there are no boxes, of a package that was not there for one; empty where none was missed.
    """

    paths: tuple[Path, ...]
    statement: str
    changes: tuple[Change, ...]
    lacking: str = ""


def write_report(
    store: str | Path,
    out: str | Path,
    outcomes: Iterable[str] | None = None,
    from_month: int | None = None,
    partial: bool = False,
) -> Report:
    """Write the page ``index.html``, its figures (PNG and SVG) and their data (CSV) into the folder ``out``.

    ``outcomes`` defaults to quality, fit and true access where recorded; means are over the months from
    ``from_month`` on, by default the second half of the run. Raises what :func:`open_sweep` raises, ValueError for an
    unknown outcome, and ModuleNotFoundError without the extra ``plot``; nothing is written then. Without the extra
    ``discovery`` all is written but the boxes.
    """
    sweep = open_sweep(store, partial=partial)
    with figure_style():
        findings = report_findings(sweep, chosen_outcomes(sweep, outcomes, most=SHOWN_OUTCOMES), from_month)
        html = render(report_page(findings, sweep))
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(html, encoding="utf-8", newline="\n")
    paths = [folder / "index.html"]
    for picture in findings.pictures.values():
        paths += picture.write(folder)
    if findings.changes:
        table = pd.DataFrame([asdict(row) for row in findings.changes])
        table.to_csv(folder / "changes.csv", index=False, lineterminator="\n")
        paths.append(folder / "changes.csv")
    return Report(paths=tuple(paths), statement=findings.statement, changes=findings.changes, lacking=findings.lacking)


def report_findings(sweep: xr.Dataset, outcomes: tuple[str, ...], from_month: int | None) -> Findings:
    """Compute all that the report of an opened sweep says and shows, in memory.

    Raises ValueError where no run is done, and for an outcome that the store does not hold.

    >>> from tredegar.sweeps.run.small import small_store
    >>> findings = report_findings(open_sweep(small_store()), ("quality",), from_month=None)
    >>> sorted(findings.pictures), findings.statement
    (['over-time', 'responses'], '...')
    """
    if not sweep.attrs["runs_done"]:
        raise ValueError(f"no run of '{sweep.attrs['store']}' is done; `tredegar status` says what failed and why")
    means = window_mean(sweep, outcomes, from_month)
    first = next(iter(means.values()))
    charts, note = charts_of(means, sweep), basis(means, sweep)
    pictures = {}
    for chart in charts:
        name = "map" if chart is charts[0] else f"map-{chart.attrs['outcome'].replace('_', '-')}"
        pictures[name] = map_picture(chart, sweep, note, name)
    pictures["responses"] = response_picture(means, sweep, note)
    lever = charts[0].attrs["x"] if charts else str(most_telling(first, sweep).index[0])
    pictures["over-time"] = fan_picture(sweep, outcomes, lever)
    indices, refusal = None, ""
    try:
        indices, found = sensitivity_pictures(sweep, outcomes, from_month)
        pictures |= {picture.name: picture for picture in found}
    except ValueError as error:
        refusal = str(error)
    settled = convergence_picture(means, sweep)
    if settled is not None:
        pictures["convergence"] = settled
    discoveries, lacking = _discoveries(sweep, outcomes[0], from_month)
    regions = region_picture(discoveries, sweep)
    if regions is not None:
        pictures["regions"] = regions
    text = (
        statement(charts[0], sweep, window_of(means))
        if charts
        else _said_without_map(pictures["responses"].table, lever, means)
    )
    return Findings(
        statement=text,
        changes=tuple(row for chart in charts for row in changes_of(chart)),
        pictures=pictures,
        indices=indices,
        refusal=refusal,
        discoveries=discoveries,
        lacking=lacking,
        outcomes=outcomes,
    )


def _discoveries(sweep: xr.Dataset, outcome: str, from_month: int | None) -> tuple[tuple[Discovery, ...], str]:
    """Return where the first outcome is in its best and in its worst fifth, and what is lacking for that.

    None for few points or another design.
    """
    design = design_of(sweep)
    if sweep.sizes["point"] < LEAST_POINTS or not design.kind.space_filling:
        return (), ""
    if design.correlations:
        return (), f"{design.correlated_in_words}; sweep them without correlations to seek boxes"
    found = []
    for below in (False, True):
        try:
            found.append(discover(sweep, outcome, None, below, from_month))
        except ValueError:  # nothing to separate: all points are alike
            continue
        except ModuleNotFoundError as error:
            return (), str(error)
    return tuple(found), ""


def _said_without_map(table: pd.DataFrame, parameter: str, means: xr.Dataset) -> str:
    rows = table[(table["outcome"] == table["outcome"].iloc[0]) & (table["parameter"] == parameter)]
    labels, rows = levels_in(means, parameter), rows.sort_values("value")
    told = rows if labels else rows.iloc[[0, -1]]
    ends = [
        f"{said(row['mean'], row['low'], row['high'])} at {value_said(row['value'], labels, '.2g')}"
        for row in told.to_dict("records")
    ]
    return (
        f"The mean of {label_of(rows['outcome'].iloc[0], unit=False)} goes with {label_of(parameter, unit=False)}: "
        f"{', '.join(ends)}; means over months {window_of(means)[0]} to {window_of(means)[1]}, in brackets "
        f"{LEVEL:.0%} intervals."
    )
