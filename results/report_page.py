"""The page of a report: what was asked, what came out and how sure it is on the first screen, then the details."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from .discovery import Discovery, region_rows, sought
from .facts import design_of, label_of
from .intervals import said
from .page import Page, Section
from .provenance import SHOWN_FAILURES, asked, failures, ran
from .report_parts import Picture
from .sensitivity_table import summary, told
from .statement import Change, table_of

FEW_REPLICATES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that a report says and shows; ``refusal`` says why there are no ``indices``."""

    statement: str
    changes: tuple[Change, ...]
    pictures: dict[str, Picture]
    indices: xr.Dataset | None
    refusal: str
    discoveries: tuple[Discovery, ...]
    outcomes: tuple[str, ...]


def page_of(findings: Findings, sweep: xr.Dataset) -> Page:
    """Return the page of a store."""
    cards = (
        ("What was asked", _asked_lines(sweep)),
        ("What came out", _came_out(findings)),
        ("How sure is it", _sure_lines(findings, sweep)),
    )
    sections = [
        *_map_sections(findings),
        _figures("Against each parameter", findings.pictures["responses"]),
        _figures("Over time", findings.pictures["over-time"]),
        *_sensitivity_sections(findings),
    ]
    sections += [_region_section(found) for found in findings.discoveries]
    if "convergence" in findings.pictures:
        sections.append(_figures("Has it settled?", findings.pictures["convergence"]))
    sections += [_failure_section(sweep), *_provenance_sections(sweep)]
    return Page(
        title=f"Sweep '{sweep.attrs.get('title', sweep.attrs['store'])}'",
        lead=findings.statement,
        cards=cards,
        sections=tuple(sections),
        foot="Made by tredegar report from the store alone. Each figure stands beside this page as PNG and SVG, its "
        "data as CSV.",
    )


def _asked_lines(sweep: xr.Dataset) -> tuple[str, ...]:
    design, rows = design_of(sweep), asked(sweep)
    lines = [f"{name}: {low} to {high} ({unit})" for name, low, high, unit, _ in rows[:4]]
    if len(rows) > 4:
        lines.append(f"and {len(rows) - 4} more parameters")
    lines.append(
        f"{design.method}: {sweep.sizes['point']} points, {design.replicates} replicates under {design.luck} luck, "
        f"{int(sweep.month[-1])} months"
    )
    return tuple(lines)


def _came_out(findings: Findings) -> tuple[str, ...]:
    if not findings.changes:
        return (findings.statement,)
    lines = []
    for outcome in findings.outcomes:
        rows = [row for row in findings.changes if row.outcome == outcome]
        ends = (f"{_numbers(row)} at {label_of(row.y, unit=False)} {row.at:.2g}" for row in (rows[0], rows[-1]))
        lines.append(f"{label_of(outcome, unit=False)}: {'; '.join(ends)}")
    first = findings.changes[0]
    head = f"change when {label_of(first.x, unit=False)} goes from {first.low_x:.2g} to {first.high_x:.2g}:"
    return (head, *lines)


def _numbers(row: Change) -> str:
    return said(row.change, row.change_low, row.change_high, sign=True)


def _sure_lines(findings: Findings, sweep: xr.Dataset) -> tuple[str, ...]:
    facts = sweep.attrs
    lines = [f"{facts['runs_done']} of {facts['runs']} runs done, {facts['runs_failed']} failed"]
    lines.append("brackets, bars and bands are 95 % intervals; differences are taken run by run")
    replicates = design_of(sweep).replicates
    if replicates < FEW_REPLICATES:
        lines.append(
            f"{replicates} replicates only: what luck does is itself known badly; sweep {FEW_REPLICATES} or more"
        )
    if findings.indices is not None:
        shares = findings.indices["seed_share"].isel(month=-1).values
        if np.isfinite(shares).any():
            least, most = np.nanmin(shares), np.nanmax(shares)
            lines.append(f"luck makes {least:.0%} to {most:.0%} of the variance of single runs")
        lines.append(findings.indices.attrs["advice"])
    return tuple(lines)


def _figures(heading: str, picture: Picture) -> Section:
    return Section(heading=heading, images=picture.images(), note=picture.note)


def _map_sections(findings: Findings) -> list[Section]:
    maps = [picture for name, picture in findings.pictures.items() if name == "map" or name.startswith("map-")]
    sections = [
        _figures(f"Map of {label_of(outcome, unit=False)}", picture)
        for outcome, picture in zip(findings.outcomes, maps, strict=False)
    ]
    if findings.changes:
        sections.append(Section(heading="The maps in numbers", table=table_of(findings.changes)))
    return sections


def _sensitivity_sections(findings: Findings) -> list[Section]:
    heading = "What matters most"
    if findings.indices is None:
        return [Section(heading=heading, warning=f"No indices of sensitivity: {findings.refusal}.")]
    first, course = findings.pictures["sensitivity"], findings.pictures["sensitivity-over-time"]
    return [
        Section(
            heading=heading,
            paragraphs=tuple(told(findings.indices)),
            table=summary(findings.indices),
            images=first.images(),
            note=first.note,
        ),
        _figures("What matters, over time", course),
    ]


def _region_section(found: Discovery) -> Section:
    kind = "bad" if found.below else "good"
    heading = f"Where {label_of(found.outcome, unit=False)} is {kind}"
    if not found.regions:
        return Section(heading=heading, paragraphs=(sought(found), "No box separates these points from the others."))
    note = "In brackets 95 % intervals (Wilson)."
    return Section(heading=heading, paragraphs=(sought(found),), table=region_rows(found), note=note)


def _failure_section(sweep: xr.Dataset) -> Section:
    found = failures(sweep)
    missing = sweep.attrs["runs_missing"]
    warning = f"The sweep is unfinished: {missing} runs are missing." if missing else ""
    if not found:
        return Section(heading="Failures", paragraphs=("No run failed.",), warning=warning)
    rows = [(str(one.point), str(one.replicate), one.reason) for one in found[:SHOWN_FAILURES]]
    more = f" The first {SHOWN_FAILURES} are listed." if len(found) > SHOWN_FAILURES else ""
    return Section(
        heading="Failures",
        paragraphs=(f"{len(found)} of {sweep.attrs['runs']} runs failed and are left out everywhere.{more}",),
        table=(("point", "replicate", "reason"), rows),
        warning=warning,
    )


def _provenance_sections(sweep: xr.Dataset) -> list[Section]:
    return [
        Section(heading="What was varied", table=(("parameter", "from", "to", "unit", "meaning"), asked(sweep))),
        Section(
            heading="What was run, and where",
            table=(("", ""), ran(sweep)),
            folded=("The whole spec", str(sweep.attrs["spec"])),
        ),
    ]
