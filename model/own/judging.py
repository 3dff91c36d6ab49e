"""Judging of rules of one's own: names that clash, places that do not exist, and each function by its trace.

What is declared (functions) comes out as records (graphs). Everything that can be wrong is said here, in one line with
file and line, before a book is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..draws import LuckTable
from ..graph.expression_graph import Kind, Rank
from ..graph.fields import kind_of_field
from ..graph.trace import RANKS
from ..schedule.month import Level
from ..schedule.rulebook import BUILT_IN, RuleBook
from ..text.names import closest
from .declared import Declared
from .names import names_of
from .places import OUTCOME_READS, PLACES, RulePlace, check_memory, names_of_records, place_of_rule, records_for
from .records import OwnOutcome, OwnRule, OwnRules, RuleChoice
from .refusal import RuleRefused, file_and_line, refused, text_of
from .tracing import RuleReading

DRAWS_IN_BLOCK = 4
"""Uniforms of a block of Philox."""


def judge_declared(declared: Sequence[Declared], choices: Mapping[str, Mapping[str, Sequence[Declared]]]) -> OwnRules:
    """Return what is declared as records; ``choices`` are name -> label -> what is declared for the level.

    Raises RuleRefused for the first thing that cannot be.
    """
    everything = (*declared, *(each for levels in choices.values() for level in levels.values() for each in level))
    _check_twice(declared, choices)
    labels = {name: tuple(levels) for name, levels in choices.items()}
    parameters, memory = names_of(
        [(each.place, each.parameters, each.writes) for each in everything],
        labels,
        [(each.place, each.name) for each in everything if each.kind == "outcome"],
    )
    book = replace(BUILT_IN, parameters=parameters, memory=memory, choices=labels)
    added = {each.name: each for each in everything if each.after}
    return OwnRules(
        rules=tuple(_rule(each, book, added) for each in declared if each.kind == "rule"),
        outcomes=tuple(_outcome(each, book) for each in declared if each.kind == "outcome"),
        choices=tuple(_choice(name, levels, book, added) for name, levels in choices.items()),
    )


def _check_twice(declared: Sequence[Declared], choices: Mapping[str, Mapping[str, Sequence[Declared]]]) -> None:
    first: dict[tuple[str, str], Declared] = {}
    for each in declared:
        key = each.kind, each.name
        if key in first:
            raise refused(each.place, f"{each.kind} '{each.name}' is there already: {first[key].place}")
        first[key] = each
    for name, levels in choices.items():
        for each in (each for level in levels.values() for each in level):
            if each.kind == "outcome":
                raise refused(each.place, f"an outcome cannot be a level of the choice '{name}'")


def stream_of(rule: str, draws: Sequence[str], block: int) -> int:
    """Return the number of an own stream, by the rule and its draws: other rules do not move it.

    >>> 2**31 <= stream_of("mood", ("u",), 0) < 2**32
    True
    """
    said = f"{rule}/{','.join(draws)}/{block}"
    return 2**31 + int(hashlib.sha256(said.encode()).hexdigest()[:8], 16) % 2**31


def own_luck(rule: str, draws: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """Return the luck table of own draws: stream -> the names of its four words."""
    blocks = [tuple(draws[first : first + DRAWS_IN_BLOCK]) for first in range(0, len(draws), DRAWS_IN_BLOCK)]
    return {
        stream_of(rule, draws, number): (*names, *[""] * (DRAWS_IN_BLOCK - len(names)))
        for number, names in enumerate(blocks)
    }


def _place(declared: Declared, added: Mapping[str, Declared]) -> RulePlace:
    """Return the place of the built-in rule that ``declared`` replaces, or behind which its chain begins."""
    try:
        if declared.replaces:
            return place_of_rule(declared.replaces)
        seen, at = {declared.name}, declared.after
        while at in added and at not in PLACES:
            if at in seen:
                raise RuleRefused(f"'{declared.name}' runs after itself: {' after '.join([*seen, at])}")
            seen.add(at)
            at = added[at].after
        if at not in PLACES:
            raise RuleRefused(f"there is no rule '{at}' to run after{closest(at, [*PLACES, *added])}")
        return PLACES[at]
    except RuleRefused as refusal:
        raise refused(declared.place, str(refusal)) from None


def _rule(declared: Declared, book: RuleBook, added: Mapping[str, Declared]) -> OwnRule:
    place = _place(declared, added)
    level = place.phase.level
    actor, writes, kinds = _written(declared, place, book)
    own = own_luck(declared.name, declared.draws)
    luck = _luck(declared, level, own, book)
    rank: Rank = RANKS[level]
    reading = RuleReading(book, records_for(place, bool(declared.replaces)), rank, luck)
    rows, results = reading.trace(declared, writes, kinds)
    file, line = file_and_line(declared.function)
    return OwnRule(
        name=declared.name, replaces=declared.replaces, after=declared.after, actor=actor, writes=writes,
        start=_start(declared, book), draws=declared.draws, parameters=declared.parameters, rows=rows, results=results,
        file=file, line=line, text=text_of(declared.function),
    )  # fmt: skip


def _written(declared: Declared, place: RulePlace, book: RuleBook) -> tuple[str, tuple[str, ...], list[Kind]]:
    """Return who writes what, and its kinds: what the replaced rule writes, or a memory of one's own."""
    if declared.replaces:
        actor, writes = place.step.actor, place.step.writes
        return actor, writes, [kind_of_field(actor, name, book) for name in writes]
    actors = {record for record, _ in declared.writes}
    try:
        if len(actors) > 1:
            raise RuleRefused(f"a rule writes to one record, got {' and '.join(sorted(actors))}")
        (actor,) = actors
        if declared.name in PLACES:
            raise RuleRefused(f"there is a rule '{declared.name}' already; name it otherwise, or replace that one")
        check_memory(actor, place.phase)
    except RuleRefused as refusal:
        raise refused(declared.place, str(refusal)) from None
    return actor, tuple(name for _, name in declared.writes), ["number"] * len(declared.writes)


def _luck(declared: Declared, level: Level, own: Mapping[int, tuple[str, ...]], book: RuleBook) -> LuckTable:
    """Return what the rule may draw: the luck of its level, and its own."""
    table = book.luck.get(level)
    if table is None:
        if own:
            raise refused(declared.place, f"a {names_of_records([level])} has no luck; draw it elsewhere")
        return {}
    known = {name for names in table.values() for name in names if name}
    for name in declared.draws:
        if name in known:
            raise refused(declared.place, f"own draw '{name}' is there already: luck.{name}; name it otherwise")
    return {**table, **own}  # type: ignore[dict-item]  # own streams are plain numbers


def _start(declared: Declared, book: RuleBook) -> tuple[float | str, ...]:
    for value in declared.start:
        if isinstance(value, str) and value not in book.parameters:
            raise refused(declared.place, f"start names no parameter: '{value}'{closest(value, book.parameters)}")
    return declared.start


def _outcome(declared: Declared, book: RuleBook) -> OwnOutcome:
    rows, results = RuleReading(book, OUTCOME_READS, Rank.SEAT, {}).trace(declared, (declared.name,), [None])
    file, line = file_and_line(declared.function)
    return OwnOutcome(
        name=declared.name, condition=_is_condition(rows[results[0]], rows, book), unit=declared.unit,
        meaning=declared.meaning, rows=rows, results=results, file=file, line=line, text=text_of(declared.function),
    )  # fmt: skip


def _is_condition(row: tuple[Any, ...], rows: Sequence[tuple[Any, ...]], book: RuleBook) -> bool:
    if row[0] == "field":
        return kind_of_field(row[1], row[2], book) == "condition"
    if row[0] == "select":
        return _is_condition(rows[row[2]], rows, book)
    return row[0] in ("condition", "<", "<=", ">", ">=", "==", "&", "|", "not")


def _choice(
    name: str, levels: Mapping[str, Sequence[Declared]], book: RuleBook, added: Mapping[str, Declared]
) -> RuleChoice:
    judged_levels = tuple(tuple(_rule(each, book, added) for each in level) for level in levels.values())
    return RuleChoice(name=name, labels=tuple(levels), levels=judged_levels)
