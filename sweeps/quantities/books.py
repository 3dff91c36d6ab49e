"""The book of rules of a spec: made of its own rules, its choices and its varied constants, before a table is checked.

Whatever a name of a spec may stand for, its book knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...model.constants import CONSTANTS
from ...model.parameters import PARAMETERS, base_of, is_change
from ...model.schedule.rulebook import BUILT_IN, RuleBook, with_varied_constants
from ..forms.data_tables import Source

BUILT_IN_LABEL = "built-in"
"""What the rules that stand are called where a choice names them."""


def with_book(tables: Any, source: Source) -> Any:
    """Return the ``tables`` of a spec with its book in place of the table [rules]; no tables as they are.

    Raises ValueError for rules that cannot be. It is made once: what has a book has the same one again.
    """
    if not isinstance(tables, Mapping):
        return tables
    vary = tables.get("vary")
    varied = {name: entry for name, entry in vary.items() if isinstance(name, str)} if isinstance(vary, Mapping) else {}
    given, choices = tables.get("rules"), choices_of(varied)
    if isinstance(given, RuleBook):
        book = given
    else:
        book = source.rules(given, choices) if choices or given is not None else BUILT_IN
    return {**tables, "rules": book_with_constants(book, varied)}


def choices_of(varied: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what chooses between rules among the entries of [vary]: name -> labels, the first of which is level 0.

    >>> choices_of({"gaming": {"values": ["built-in", "my_rules.py:gaming"]}, "real_control": {"values": [0.2, 0.8]}})
    {'gaming': ['built-in', 'my_rules.py:gaming']}
    """
    found: dict[str, list[str]] = {}
    others = {name: entry for name, entry in varied.items() if base_of(name) not in {*PARAMETERS, *CONSTANTS}}
    labelled = {name: labels for name, entry in others.items() if (labels := _labels(entry))}
    # The choice from the start first: what a run begins with is the first level where it is not varied itself.
    for name in sorted(labelled, key=is_change):
        first = [] if base_of(name) in labelled else [BUILT_IN_LABEL]
        found[base_of(name)] = [*dict.fromkeys([*found.get(base_of(name), first), *labelled[name]])]
    return found


def _labels(entry: Any) -> list[str]:
    """Return the values of an entry of [vary] if they are labels of rules, not numbers."""
    values = entry.get("values") if isinstance(entry, Mapping) else None
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        return []
    return values


def book_with_constants(book: RuleBook, names: Iterable[str]) -> RuleBook:
    """Return ``book`` with those of the varied ``names`` that are constants among its parameters, and no others.

    >>> book_with_constants(BUILT_IN, ["real_control", "VOICE_BASE"]).varied_constants
    ('VOICE_BASE',)
    """
    return with_varied_constants(book, [base_of(name) for name in names if base_of(name) in CONSTANTS])
