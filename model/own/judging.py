"""Judging of rules of one's own: names that clash, places that do not exist, and each function by its trace.

What is declared (functions) comes out as records (graphs). Everything that can be wrong is said here, in one line with
file and line, before a book is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..draws import LuckTable
from ..graph.expression_graph import Kind, Rank
from ..graph.fields import kind_of_field
from ..graph.trace import RANKS
from ..parameters import Parameter
from ..schedule.month import Level
from ..schedule.rulebook import BUILT_IN, Field, RuleBook
from ..text.names import closest
from .declared import Declared
from .names import check_field, check_outcome, check_parameter, own_parameter
from .places import COUNTRY, OUTCOME_READS, PLACES, RulePlace, check_memory, place_of_rule, records_for
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
    book = names_known(everything, {name: tuple(levels) for name, levels in choices.items()})
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


def names_known(everything: Iterable[Declared], choices: Mapping[str, tuple[str, ...]]) -> RuleBook:
    """Return the built-in book with all names that own rules bring, as they are traced under it. Raises RuleRefused."""
    parameters: dict[str, Parameter] = dict(BUILT_IN.parameters)
    declared_by: dict[str, Any] = {}
    memory: dict[Field, type] = {}
    for name, labels in choices.items():
        check_parameter(name, "", choice=True)
        parameters[name] = parameter_of_choice(name, labels)
    for each in everything:
        for name, own in each.parameters.items():
            if declared_by.get(name, own) != own:
                raise refused(each.place, f"own parameter '{name}' is declared otherwise by another rule")
            check_parameter(name, each.place, taken=choices)
            declared_by[name] = own
            parameters[name] = own_parameter(name, own)
        for place in each.writes:
            record, field = ("council" if place[0] == "unit" else place[0]), place[1]
            if (record, field) in memory:
                raise refused(each.place, f"'{record}.{field}' is the memory of another rule")
            check_field(record, field, each.place)
            memory[record, field] = float
        if each.kind == "outcome":
            check_outcome(each.name, each.place, (*declared_by, *choices))
    return replace(BUILT_IN, parameters=parameters, memory=memory, choices=dict(choices))


def parameter_of_choice(name: str, labels: Sequence[str]) -> Parameter:
    """Return the row of a parameter that chooses between the levels ``labels``.

    >>> parameter_of_choice("gaming", ("built-in", "proportional")).meaning
    'which rules: 0 built-in, 1 proportional'
    """
    most = float(len(labels) - 1)
    said = ", ".join(f"{number} {label}" for number, label in enumerate(labels))
    return Parameter(
        name=name, symbol=name, default=0.0, low=0.0, high=most, least=0.0, most=most, unit="choice",
        kind="uncertainty", actor="own rules", meaning=f"which rules: {said}", source="structure, chosen by the spec",
    )  # fmt: skip


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
    actors = {"council" if record == "unit" else record for record, _ in declared.writes}
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
            raise refused(declared.place, f"a {'unit' if level == 'council' else level} has no luck; draw it elsewhere")
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
    read = {row[1] for row in rows if row[0] == "field"}
    level = "seat" if "seat" in read else "country" if read <= set(COUNTRY) else "trust"
    if level == "seat":
        _check_in_time(declared, rows)
    file, line = file_and_line(declared.function)
    return OwnOutcome(
        name=declared.name, level=level, condition=_is_condition(rows[results[0]], rows, book), unit=declared.unit,
        meaning=declared.meaning, rows=rows, results=results, file=file, line=line, text=text_of(declared.function),
    )  # fmt: skip


def _check_in_time(declared: Declared, rows: Sequence[tuple[Any, ...]]) -> None:
    """Raise RuleRefused if an outcome of seats, which adds up in the clinicians' month, reads what is made after it."""
    names = [phase.name for phase in BUILT_IN.month]
    later = BUILT_IN.month[names.index("clinicians") + 1 :]
    made = {(step.actor, name): step.rule.__name__ for phase in later for step in phase.steps for name in step.writes}
    for row in rows:
        if row[0] == "field" and (row[1], row[2]) in made:
            raise refused(
                declared.place,
                f"'{row[1]}.{row[2]}' is made after the clinicians' month ('{made[row[1], row[2]]}'), so that seats"
                " would be counted by last month's; make an outcome of trusts, or one of seats that does without",
            )


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
