"""The story of one run as a page: politics above, trusts below, one trust with its clinicians at the bottom."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from ...model.own.records import rules_of_text
from ..dataset import label_of, value_said
from ..figures.style import INK, LINES, add_caption, figure_style, light_grid, new_figure, svg_text
from ..report.own_rules import own_rules_sections
from ..report.page import Page, Section
from .log import COURSE, Chronicle, Event
from .rerun import Rerun

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_ROWS = 400
"""Longer tables are cut on the page; the whole log stands in decisions.csv."""
POLITICS_LINES = ("real_control_now", "mandate_detail_now", "anxiety", "challenge_share")
SERVICE_LINES = ("true_access", "reported_access", "quality")
UNITS = dict.fromkeys(COURSE, "0..1") | {"wait": "months"}


def replay_page(rerun: Rerun, chronicle: Chronicle, trust: int, statement: str) -> Page:
    """Return the page of a run that was made again."""
    politics = [event for event in chronicle.events if event.level == "politics"]
    return Page(
        title=f"The story of point {rerun.point}, replicate {rerun.replicate}",
        lead=statement,
        cards=(
            ("What was set", _settings(rerun)),
            ("Politics", _counts(politics)),
            ("Trusts", _counts([*chronicle.of("managers"), *chronicle.of("trusts")])),
        ),
        sections=(
            *own_rules_sections(rules_of_text(rerun.book.text)),
            *_own_course(rerun, chronicle, trust),
            _politics(chronicle, politics),
            _trusts(chronicle),
            _one_trust(chronicle, trust),
            _clinicians(chronicle, trust),
        ),
        foot=f"Seed {rerun.seed}, run number {rerun.run}, {rerun.trusts} trusts of {rerun.clinicians} seats, "
        f"{rerun.months} months. The whole log: decisions.csv.",
    )


def _settings(rerun: Rerun) -> tuple[str, ...]:
    book = rerun.book
    set_here = [
        f"{name.replace('_', ' ')} {value_said(value, book.choices.get(name, ()))}"
        for name, value in rerun.settings.items()
        if value != book.parameters[name].default or name in book.choices
    ]
    shown = set_here[:8] + ([f"and {len(set_here) - 8} more"] if len(set_here) > 8 else [])
    return tuple(shown) or ("everything at its default",)


def _counts(events: list[Event]) -> tuple[str, ...]:
    counted = Counter(event.what for event in events)
    return tuple(f"{what}: {number}" for what, number in counted.most_common(8)) or ("nothing happened",)


def _rows(events: list[Event]) -> list[tuple[str, ...]]:
    return [(_date(event.month), event.who, event.what, event.grounds) for event in events[:MOST_ROWS]]


def _date(month: int) -> str:
    return f"year\N{NO-BREAK SPACE}{(month - 1) // 12 + 1}, month\N{NO-BREAK SPACE}{(month - 1) % 12 + 1}"


def _cut(events: list[Event]) -> str:
    return f"{len(events) - MOST_ROWS:,} more rows stand in decisions.csv." if len(events) > MOST_ROWS else ""


HEADER = ("when", "who", "what", "on which grounds")


def label_of_course(name: str) -> str:
    """Return the name of a quantity of a trust with its unit."""
    return f"{name} [{UNITS[name]}]"


def _own_course(rerun: Rerun, chronicle: Chronicle, trust: int) -> list[Section]:
    """Return the section of what own rules did here; none where there are none."""
    if not rerun.book.text:
        return []
    events = chronicle.of_own_rules(trust)
    drawn = {**chronicle.own.course(trust), **chronicle.own_outcomes}
    images = (
        ((svg_text(_own_figure(drawn)), f"What own rules wrote at trust {trust} and at the centre"),) if drawn else ()
    )
    return [
        Section(
            heading=f"Own rules at trust {trust} and at the centre",
            full=True,
            images=images,
            table=(HEADER, _rows(events)) if events else None,
            paragraphs=() if events else ("No own rule was followed.",),
            note=f"The first {len(LINES)} of {len(drawn)} quantities are drawn." if len(drawn) > len(LINES) else "",
        )
    ]


def _own_figure(drawn: dict[str, list[float]]) -> Figure:
    with figure_style():
        figure = new_figure(10.4, 2.6)
        axes = figure.subplots()
        _draw_lines(axes, drawn, "own rules")
        axes.set_xlabel("month")
    return figure


def _politics(chronicle: Chronicle, politics: list[Event]) -> Section:
    return Section(
        heading="Politics",
        full=True,
        images=((svg_text(_country_figure(chronicle, politics)), "Control, anxiety and service over the run"),),
        table=(HEADER, _rows(politics)),
        note=_cut(politics),
    )


def _trusts(chronicle: Chronicle) -> Section:
    events = sorted([*chronicle.of("managers"), *chronicle.of("trusts")], key=lambda event: event.month)
    by_trust = Counter(event.trust for event in events)
    rows = []
    for number, count in by_trust.most_common():
        kinds = Counter(event.what for event in events if event.trust == number)
        ends = [f"{chronicle.course[name][-1][number]:.2f}" for name in COURSE]
        rows.append((str(number), str(count), *ends, "; ".join(f"{what} ({n})" for what, n in kinds.most_common(3))))
    header = ("trust", "turns", *(label_of_course(name) for name in COURSE), "most of them")
    return Section(
        heading="Trusts",
        paragraphs=(
            f"{len(events):,} decisions of managers and turns of trusts; the trusts with most of them first.",
            f"Columns {COURSE[0]} to {COURSE[-1]}: how the trust stood at the end of the run.",
        ),
        table=(header, rows[:MOST_ROWS]),
    )


def _one_trust(chronicle: Chronicle, trust: int) -> Section:
    events = sorted([*chronicle.of("managers", trust), *chronicle.of("trusts", trust)], key=lambda event: event.month)
    return Section(
        heading=f"Trust {trust}",
        full=True,
        images=((svg_text(_trust_figure(chronicle, trust, events)), f"The course of trust {trust}"),),
        table=(HEADER, _rows(events)) if events else None,
        paragraphs=() if events else ("Nothing was decided here.",),
        note=_cut(events),
    )


def _clinicians(chronicle: Chronicle, trust: int) -> Section:
    events = chronicle.of("clinicians", trust)
    counts = ", ".join(f"{what}: {number}" for what, number in Counter(event.what for event in events).most_common())
    return Section(
        heading=f"Clinicians of trust {trust}",
        paragraphs=(f"{counts}." if counts else "Nobody came or went.",),
        table=(HEADER, _rows(events)) if events else None,
        note=_cut(events),
    )


def _country_figure(chronicle: Chronicle, politics: list[Event]) -> Figure:
    with figure_style():
        figure = new_figure(10.4, 4.6)
        upper, lower = figure.subplots(2, 1, sharex=True)
        _draw_lines(upper, {name: chronicle.country[name] for name in POLITICS_LINES}, "politics [0..1]")
        _draw_lines(lower, {name: chronicle.country[name] for name in SERVICE_LINES}, "service [0..1]")
        for event in politics:
            if "reorganisation starts" in event.what:
                upper.axvline(event.month, color=INK, linewidth=0.9)
                label = event.what.split()[1]
                upper.text(event.month, 1.02, label, fontsize=7, ha="center", transform=upper.get_xaxis_transform())
            elif event.what == "a new minister comes":
                upper.axvline(event.month, color="#999999", linewidth=0.6, linestyle="dotted")
        lower.set_xlabel("month")
        add_caption(figure, "Lines: starts of reorganisations; dotted: new ministers.")
    return figure


def _trust_figure(chronicle: Chronicle, trust: int, events: list[Event]) -> Figure:
    with figure_style():
        figure = new_figure(10.4, 4.6)
        upper, lower = figure.subplots(2, 1, sharex=True)
        own = {name: [row[trust] for row in rows] for name, rows in chronicle.course.items()}
        _draw_lines(upper, {name: own[name] for name in ("access", "reported", "quality", "fit")}, "service [0..1]")
        people = {name: own[name] for name in ("morale", "fear", "grievance", "compliance")}
        for event in events:
            if event.what.endswith("a successor came"):
                lower.axvline(event.month, color=INK, linewidth=0.8)
        challenges = np.flatnonzero(np.array(own["challenges"]) > 0.5) + 1
        lower.plot(challenges, np.zeros(len(challenges)), linestyle="", marker="|", color=INK, label="challenges")
        _draw_lines(lower, people, "people [index]")
        lower.set_xlabel("month")
        add_caption(figure, "Lines: a successor came. Marks at zero: months of open challenge.")
    return figure


def _draw_lines(axes: Any, series: dict[str, list[float]], unit: str) -> None:
    for (name, values), colour in zip(series.items(), LINES, strict=False):
        axes.plot(np.arange(1, len(values) + 1), values, color=colour, linewidth=1.2, label=label_of(name, unit=False))
    axes.set_ylabel(unit)
    axes.margins(x=0.01)
    light_grid(axes)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=1.2)
