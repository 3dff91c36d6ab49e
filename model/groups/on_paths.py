"""Books with paths of single trusts: any book of rules made into one whose trusts meet demand and money of their own.

A rule that reads what the country sends to each trust reads it times the trust's own path; others stay as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from ..arithmetic import select
from ..providers import Providers
from ..schedule.month import Phase, Step, Tally
from ..schedule.rulebook import Field, RuleBook, with_varied_constants
from ..trust_paths import MULTIPLIED, PathStep
from .grouped import FORMAT, with_groups, without_groups
from .membership import check_providers
from .steps import OF_TRUSTS, fields_read, in_place_of, marked_own

_BOOKS: dict[tuple[RuleBook, tuple[PathStep, ...]], RuleBook] = {}


def with_paths(book: RuleBook, steps: Iterable[PathStep]) -> RuleBook:
    """Return ``book`` in which trusts have paths of these ``steps`` and no others, made once for the same ones.

    >>> from ..schedule.rulebook import BUILT_IN
    >>> book = with_paths(BUILT_IN, [PathStep("demand_path", 13)])
    >>> with_paths(book, []) is BUILT_IN, with_paths(book, book.paths) is book, len(book.memory)
    (True, True, 1)
    """
    wanted = tuple(sorted(set(steps)))
    if book.paths == wanted:
        return book
    inner = without_groups(book)
    pathless = inner.pathless or inner
    made = with_groups(_of_steps(pathless, wanted), book.groups)
    return with_varied_constants(made, book.varied_constants)


def book_for(book: RuleBook, providers: Providers | None) -> RuleBook:
    """Return ``book`` with the paths that trusts have of their own by ``providers``, and no others.

    Raises ValueError unless the groups of the book and the column ``group`` of ``providers`` say one thing.

    >>> from ..schedule.rulebook import BUILT_IN
    >>> book_for(BUILT_IN, None) is BUILT_IN
    True
    """
    check_providers(book.groups, providers)
    return with_paths(book, () if providers is None else providers.steps)


def _of_steps(book: RuleBook, steps: tuple[PathStep, ...]) -> RuleBook:
    if not steps:
        return book
    if (book, steps) not in _BOOKS:
        _BOOKS[book, steps] = _transformed(book, steps)
    return _BOOKS[book, steps]


def _transformed(book: RuleBook, steps: tuple[PathStep, ...]) -> RuleBook:
    memory: dict[Field, type] = {**book.memory, **{("trust", step.field): float for step in steps}}
    return replace(
        book,
        memory=MappingProxyType(memory),
        month=tuple(_phase(phase, book, steps) for phase in book.month),
        start=tuple(_with_start(phase, steps) for phase in book.start),
        paths=steps,
        pathless=book,
        text=_text(book, steps),
    )


def _text(book: RuleBook, steps: Sequence[PathStep]) -> str:
    """Return what a store keeps of the own rules of ``book``, and of the paths."""
    kept = json.loads(book.text) if book.text else {"rules": [], "outcomes": [], "choices": []}
    return json.dumps({**kept, "format": FORMAT, "paths": steps}, sort_keys=True, separators=(",", ":"))


def _with_start(phase: Phase, steps: Sequence[PathStep]) -> Phase:
    """Return ``phase``, in which trusts that no table tells anything have paths of 1."""
    if phase.name != "places":
        return phase

    def paths(trust: Any) -> tuple[float, ...]:
        return tuple(1.0 for _ in steps)

    step = Step(marked_own(paths), ("trust",), tuple(step.field for step in steps), single=False)
    return replace(phase, steps=(*phase.steps, step))


def _phase(phase: Phase, book: RuleBook, steps: Sequence[PathStep]) -> Phase:
    if phase.level not in OF_TRUSTS:
        return phase
    sent = {("centre", MULTIPLIED[step.parameter]) for step in steps}

    def seen(reader: Any) -> Any:
        return _on_view(reader, steps) if fields_read(reader, phase, book) & sent else reader

    tallies = tuple(seen(tally) for tally in phase.tallies)
    return replace(phase, steps=tuple(seen(step) for step in phase.steps), tallies=tallies)


def _on_view(reader: Any, steps: Sequence[PathStep]) -> Any:
    """Return a step or a tally whose rule reads the centre as the trust at hand meets it."""
    names = tuple(dict.fromkeys((*reader.reads, "centre", "trust", "now")))
    rule: Callable[..., Any] = reader.rule

    def of_trust(*records: Any) -> Any:
        read = dict(zip(names, records, strict=True))
        read["centre"] = _CentreOnPaths(read["centre"], read["trust"], read["now"], steps)
        return rule(*[read[name] for name in reader.reads])

    made = in_place_of(rule, of_trust)
    if isinstance(reader, Tally):
        return Tally(made, names, reader.fields, reader.over, reader.into)
    return Step(made, names, reader.writes, reader.single)


class _CentreOnPaths:
    """The centre as a trust meets it: demand and money times what its own path says of the month."""

    __slots__ = ("_centre", "_now", "_steps", "_trust")

    def __init__(self, centre: Any, trust: Any, now: Any, steps: Sequence[PathStep]) -> None:
        self._centre, self._trust, self._now, self._steps = centre, trust, now, steps

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._centre, name)
        path: Any = 1.0
        for step in self._steps:  # in the order of months: the last that has begun holds
            if MULTIPLIED[step.parameter] == name:
                path = select(self._now.month >= float(step.month), getattr(self._trust, step.field), path)
        return value * path
