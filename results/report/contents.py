"""The page of a report: what was asked, what came out and how sure it is on the first screen, then the details."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import xarray as xr

from ..dataset import design_of, label_of, spec_of
from ..discovery.regions import SHARES_IN_BRACKETS, Discovery, no_region, region_rows, sought
from ..figures.sentence import Change, change_table
from ..intervals import said
from ..sensitivity.table import chance_in_words, remarks, strongest, summary
from .own_rules import own_rules_in, own_rules_sections
from .page import Page, Section
from .parts import FEW_REPLICATES, Picture
from .provenance import SHOWN_FAILURES, failures, ran, set_values, varied_rows

ASKED = 3
"""Parameters that the first screen names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that a report says and shows; ``refusal`` says why there are no ``indices``.

    ``lacking`` says what is missing for ``discoveries``.
    """

    statement: str
    changes: tuple[Change, ...]
    pictures: dict[str, Picture]
    indices: xr.Dataset | None
    refusal: str
    discoveries: tuple[Discovery, ...]
    lacking: str
    outcomes: tuple[str, ...]


def report_page(findings: Findings, sweep: xr.Dataset) -> Page:
    """Return the page of an opened sweep, made of its ``findings``.

    >>> from tredegar.results.open import open_sweep
    >>> from tredegar.results.report.report import report_findings
    >>> from tredegar.sweeps.run.small import small_store
    >>> sweep = open_sweep(small_store())
    >>> page = report_page(report_findings(sweep, ("quality",), from_month=None), sweep)
    >>> page.title, [title for title, _ in page.cards]
    ("Sweep 'sweep'", ['What was asked', 'What came out', 'How sure is it'])
    """
    cards = (
        ("What was asked", _asked_lines(findings, sweep)),
        ("What came out", _came_out(findings)),
        ("How sure is it", _sure_lines(findings, sweep)),
    )
    sections = [
        *_map_sections(findings, sweep),
        _figures("Against each parameter", findings.pictures["responses"]),
        _figures("Over time", findings.pictures["over-time"]),
        *_sensitivity_sections(findings),
    ]
    sections += _region_sections(findings)
    if "convergence" in findings.pictures:
        sections.append(_figures("Has it settled?", findings.pictures["convergence"]))
    sections += [*own_rules_sections(own_rules_in(sweep)), _failure_section(sweep), *_provenance_sections(sweep)]
    return Page(
        title=f"Sweep '{sweep.attrs.get('title', sweep.attrs['store'])}'",
        lead=findings.statement,
        cards=cards,
        sections=tuple(sections),
        foot="Made by tredegar report from the store alone. Each figure stands beside this page as PNG and SVG, its "
        "data as CSV.",
    )


def _asked_lines(findings: Findings, sweep: xr.Dataset) -> tuple[str, ...]:
    design, rows = design_of(sweep), varied_rows(sweep)
    outcomes = " and ".join(
        part for part in (", ".join(map(_plain, findings.outcomes[:-1])), _plain(findings.outcomes[-1])) if part
    )
    lines = [f"How {outcomes} answer{'s' if len(findings.outcomes) == 1 else ''} to:"]
    lines += [_asked(*row) for row in rows[:ASKED]]
    if len(rows) > ASKED:
        left = len(rows) - ASKED
        lines.append(f"and {left} more parameter{'s' if left > 1 else ''}, under What was varied")
    held = set_values(sweep, in_words=True)
    shown = f"{', '.join(held[:ASKED])}{' and others' if len(held) > ASKED else ''}"
    lines.append(f"Held fixed: {shown}; the rest at the defaults" if held else "All else at the defaults")
    lines.append(
        f"{design.method}: {sweep.sizes['point']} points, {design.replicates} replicates under "
        f"{design.streams_in_words}, {int(sweep.month[-1])} months{_country(sweep)}"
    )
    return tuple(lines)


def _asked(name: str, low: str, high: str, unit: str, meaning: str) -> str:
    return f"{name}, {low} to {high} ({unit}): {meaning}" if high else f"{name}, {low}: {meaning}"


def _plain(name: str) -> str:
    return label_of(name, unit=False)


def _country(sweep: xr.Dataset) -> str:
    country = spec_of(sweep).get("country", {})
    return f", {country['trusts']} trusts of {country['clinicians']} clinicians" if "trusts" in country else ""


def _came_out(findings: Findings) -> tuple[str, ...]:
    strong = strongest(findings.indices) if findings.indices is not None else ""
    if not findings.changes:
        return (findings.statement, *([strong] if strong else []))
    lines = []
    for outcome in findings.outcomes:
        rows = [row for row in findings.changes if row.outcome == outcome]
        lines.append(f"{_plain(outcome)}: {_numbers(rows[0])}; {_numbers(rows[-1])}")
    first, last = findings.changes[0], findings.changes[-1]
    head = (
        f"Change when {_plain(first.x)} goes from {first.low_x:.2g} to {first.high_x:.2g}, where {_plain(first.y)} is "
        f"{first.at:.2g}; and where it is {last.at:.2g}:"
    )
    return (head, *lines, *([strong] if strong else []))


def _numbers(row: Change) -> str:
    unclear = "" if _is_clear(row) else ", no clear change"
    return said(row.change, row.change_low, row.change_high, sign=True) + unclear


def _is_clear(row: Change) -> bool:
    return row.change_low > 0.0 or row.change_high < 0.0


def _sure_lines(findings: Findings, sweep: xr.Dataset) -> tuple[str, ...]:
    facts = sweep.attrs
    lines = [f"{facts['runs_done']} of {facts['runs']} runs done, {facts['runs_failed']} failed"]
    lines.append("brackets, bars, bands and ± are 95 % intervals; differences are taken run by run")
    if findings.changes:
        clear = sum(map(_is_clear, findings.changes))
        lines.append(
            f"the interval leaves out zero in {clear} of the {len(findings.changes)} changes of the table below"
        )
    replicates = design_of(sweep).replicates
    if replicates < FEW_REPLICATES:
        lines.append(
            f"{replicates} replicates only: what chance does is itself known badly; sweep {FEW_REPLICATES} or more"
        )
    if findings.indices is not None:
        if shares := chance_in_words(findings.indices):
            lines.append(f"share of chance in the variance of single runs: {shares}")
        lines.append(findings.indices.attrs["advice"])
    return tuple(lines)


def _figures(heading: str, picture: Picture) -> Section:
    return Section(heading=heading, images=picture.images(), note=picture.note)


def _map_sections(findings: Findings, sweep: xr.Dataset) -> list[Section]:
    maps = [picture for name, picture in findings.pictures.items() if name == "map" or name.startswith("map-")]
    sections = [
        _figures(f"Map of {label_of(outcome, unit=False)}", picture)
        for outcome, picture in zip(findings.outcomes, maps, strict=False)
    ]
    if not sections and (said := design_of(sweep).correlated_in_words):
        sections.append(Section(heading="Maps", warning=f"No maps: {said}."))
    if findings.changes:
        sections.append(Section(heading="The maps in numbers", table=change_table(findings.changes)))
    return sections


def _sensitivity_sections(findings: Findings) -> list[Section]:
    heading = "What matters most"
    if findings.indices is None:
        return [Section(heading=heading, warning=f"No indices of sensitivity: {findings.refusal}.")]
    first, course = findings.pictures["sensitivity"], findings.pictures["sensitivity-over-time"]
    return [
        Section(
            heading=heading,
            paragraphs=tuple(remarks(findings.indices)),
            table=summary(findings.indices),
            images=first.images(),
            note=first.note,
        ),
        _figures("What matters, over time", course),
    ]


def _region_sections(findings: Findings) -> list[Section]:
    if findings.lacking:
        heading = f"Where {_plain(findings.outcomes[0])} is good or bad"
        return [Section(heading=heading, warning=f"No boxes: {findings.lacking}")]
    picture = findings.pictures.get("regions")
    images = iter(picture.images() if picture is not None else ())
    sections = []
    for found in findings.discoveries:
        heading = f"Where {_plain(found.outcome)} is {'bad' if found.below else 'good'}"
        if found.regions:
            shown = tuple(islice(images, 1))
            drawn = picture.note if picture is not None else ""
            note = f"{SHARES_IN_BRACKETS} {drawn}"
            part = Section(
                heading=heading, paragraphs=(sought(found),), table=region_rows(found), images=shown, note=note
            )
        else:
            part = Section(heading=heading, paragraphs=(sought(found), no_region(found)))
        sections.append(part)
    return sections


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
        Section(heading="What was varied", table=(("parameter", "from", "to", "unit", "meaning"), varied_rows(sweep))),
        Section(
            heading="What was run, and where",
            table=(("", ""), ran(sweep)),
            folded=("The whole spec", str(sweep.attrs["spec"])),
        ),
    ]
