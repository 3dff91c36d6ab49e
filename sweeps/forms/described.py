"""Descriptions of things in Python: rows of a name and a text, as words or as an accessible table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ...model.text.amounts import counted
from ...store.random_streams import COMMON, INDEPENDENT, PAIRED

Rows = Sequence[tuple[str, str]]
RANDOM = {
    COMMON: "common random numbers",
    INDEPENDENT: "a random stream for each run",
    PAIRED: "random streams shared by the points of a sample",
}
MOST_NAMES = 6
"""How many names of a table are shown before the others are only counted."""


def as_words(title: str, rows: Rows) -> str:
    """Return ``rows`` below their ``title``, in two columns.

    >>> print(as_words("<a plan>", [("runs", "64"), ("files", "12")]))
    <a plan>
      runs   64
      files  12
    """
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join([title, *(f"  {name:{width}}  {text}" for name, text in rows)])


def as_page(title: str, rows: Rows) -> str:
    """Return ``rows`` as a table in HTML: its title is the caption, and each name the heading of its row.

    >>> as_page("A <plan>", [("runs", "64")])
    '<table><caption>A &lt;plan&gt;</caption><tbody><tr><th scope="row">runs</th><td>64</td></tr></tbody></table>'
    """
    lines = (f'<tr><th scope="row">{escape(name)}</th><td>{escape(text)}</td></tr>' for name, text in rows)
    return f"<table><caption>{escape(title)}</caption><tbody>{''.join(lines)}</tbody></table>"


def rows_of_spec(spec: Any, points: int, rules: Rows = ()) -> Rows:
    """Return what a spec of ``points`` says, a row for each part of it; parts that say nothing are left out.

    ``rules`` are the rows of its own rules.
    """
    random = RANDOM[spec.streams]
    varied = {name: _range(entry) for name, entry in spec.vary.items()} or dict.fromkeys(spec.table or (), "")
    record = spec.record
    outcomes = "all outcomes" if record.outcomes is None else _listed(dict.fromkeys(spec.outcomes, ""))
    rows = [
        ("design", f"{spec.design.method}, {counted(points, 'point')}"),
        ("runs", f"{points * spec.replicates:,}, {counted(spec.replicates, 'replicate')} of each point, {random}"),
        ("months", f"{spec.months:,}" + (f" from {spec.start} on" if spec.start else "")),
        ("country", f"{counted(spec.trusts, 'trust')}, {counted(spec.clinicians, 'clinician')} each"),
        ("groups", _groups(spec.country.groups)),
        *rules,
        ("vary", _listed(varied)),
        ("fixed", _listed({name: f"{value:g}" for name, value in spec.fixed.items()})),
        ("constants", _listed({name: f"{value:g}" for name, value in spec.constants.items()})),
        ("record", outcomes + _how(record)),
    ]
    return [(name, text) for name, text in rows if text]


def _groups(groups: Any) -> str:
    """Return groups of trusts in words: their shares, or their names where providers list who belongs."""
    if isinstance(groups, Mapping):
        return _listed({name: f"{share:g} of trusts" for name, share in groups.items()})
    return "" if groups is None else f"{_listed(dict.fromkeys(groups, ''))} of the providers table"


def _range(entry: Any) -> str:
    if entry.labels:
        return " or ".join(entry.labels[:MOST_NAMES])
    if entry.values is None:
        return f"{entry.low:g} .. {entry.high:g}" if entry.distribution is None else str(entry.distribution)
    levels = ", ".join(f"{value:g}" for value in entry.values[:MOST_NAMES])
    return (
        levels if len(entry.values) <= MOST_NAMES else f"{len(entry.values):,} levels {entry.low:g} .. {entry.high:g}"
    )


def _listed(entries: Mapping[str, str]) -> str:
    shown = [f"{name} {text}".strip() for name, text in list(entries.items())[:MOST_NAMES]]
    rest = len(entries) - len(shown)
    return "; ".join(shown) + (f"; and {rest:,} more" if rest else "")


def _how(record: Any) -> str:
    means = f", means of {record.every:,} months" if record.every > 1 else ""
    trusts = ", records of each trust" if record.trusts else ""
    return means + trusts + (", sums for the record" if record.summaries else "")
