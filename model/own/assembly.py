"""Assembly of steps: graphs of own rules as steps of a month or of the start, choices as one step that computes all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..draws import LuckTable
from ..graph.fields import RECORDS
from ..graph.functions import LuckNames, function_of
from ..graph.rows import Row, Rows, rows_of
from ..graph.trace import LUCK_OF, RANKS, Tracer
from ..schedule.month import Level, Step
from ..schedule.rulebook import LUCK, RuleBook
from .judging import own_luck
from .places import PLACES, REMEMBERS, place_of_rule
from .records import OwnRule, RuleChoice
from .trials import Graph

ORDER = (*RECORDS, "luck")


def luck_of(rules: Iterable[OwnRule]) -> Mapping[Level, LuckTable]:
    """Return the luck of every level with the own draws of ``rules``, under names that no other rule has."""
    tables: dict[Level, dict[Any, tuple[str, ...]]] = {level: dict(table) for level, table in LUCK.items()}
    for rule in rules:
        for stream, names in own_luck(rule.name, rule.draws).items():
            tables[level_of(rule)][stream] = tuple(name and f"{rule.name}_{name}_{stream}" for name in names)
    return MappingProxyType({level: MappingProxyType(table) for level, table in tables.items()})


def level_of(rule: OwnRule) -> Level:
    """Return the level of the phase in which ``rule`` runs."""
    return place_of_rule(rule.replaces).phase.level if rule.replaces else REMEMBERS[rule.actor]


def names_of_words(luck: Mapping[Level, LuckTable]) -> Mapping[Level, LuckNames]:
    """Return level -> (stream, word) -> the name under which the record of luck has the word."""
    return {
        level: {(int(stream), word): name for stream, names in table.items() for word, name in enumerate(names) if name}
        for level, table in luck.items()
    }


def reads_of(rows: Rows, actor: str) -> tuple[str, ...]:
    """Return the records that ``rows`` read, ``actor`` first, the others in one order."""
    read = {"luck" if row[0] == "luck" else row[1] for row in rows if row[0] in ("field", "luck")}
    return (actor, *(name for name in ORDER if name in read and name != actor))


def own_step(rule: OwnRule, words: Mapping[Level, LuckNames]) -> Step:
    """Return ``rule`` as a step: it gives a tuple, whatever it writes."""
    return _step(rule.name, rule.actor, rule.writes, (rule.rows, rule.results), words.get(level_of(rule), {}))


def _step(name: str, actor: str, writes: Sequence[str], graph: Graph, luck: LuckNames) -> Step:
    reads = reads_of(graph[0], actor)
    return Step(function_of(name, reads, *graph, luck, single=False), reads, tuple(writes), single=False)


def start_steps(rule: OwnRule) -> list[Step]:
    """Return the step of the start that begins the memory of an added rule."""
    rows = tuple(_start_row(value) for value in rule.start)
    return [_step(f"{rule.name}_start", rule.actor, rule.writes, (rows, tuple(range(len(rows)))), {})]


def reset_step(rule: OwnRule) -> Step:
    """Return the last step of the clinicians' month for the memory of a seat: a newcomer begins anew."""
    rows: list[Row] = [("field", "seat", "hired")]
    results = []
    for name, value in zip(rule.writes, rule.start, strict=True):
        rows += [_start_row(value), ("field", "seat", name), ("select", 0, len(rows), len(rows) + 1)]
        results.append(len(rows) - 1)
    return _step(f"{rule.name}_anew", "seat", rule.writes, (tuple(rows), tuple(results)), {})


def _start_row(value: float | str) -> Row:
    return ("field", "p", value) if isinstance(value, str) else ("number", float(value).hex())


def choice_step(name: str, choice: RuleChoice, book: RuleBook, words: Mapping[Level, LuckNames]) -> Step:
    """Return the step of the built-in rule ``name`` that computes every level of ``choice`` and takes the chosen one.

    A level without a rule of this name takes the built-in one.
    """
    step = PLACES[name].step
    built_in = _graph_of(step, PLACES[name].phase.level, book)
    by_level = [next(((r.rows, r.results) for r in level if r.replaces == name), built_in) for level in choice.levels]
    rows: list[Row] = [("field", "p", choice.name)]
    chosen: list[int] = []
    for number, (level_rows, results) in enumerate(by_level):
        offset = len(rows)
        rows += [_moved(row, offset) for row in level_rows]
        given = [result + offset for result in results]
        if not number:
            chosen = given
            continue
        rows += [("number", float(number).hex()), ("==", 0, len(rows))]
        condition = len(rows) - 1
        for position, result in enumerate(given):
            rows.append(("select", condition, result, chosen[position]))
            chosen[position] = len(rows) - 1
    return _step(name, step.actor, step.writes, (tuple(rows), tuple(chosen)), words.get(PLACES[name].phase.level, {}))


def _moved(row: Row, offset: int) -> Row:
    """Return a row behind ``offset`` others: its operands have moved."""
    if row[0] in ("field", "luck", "number", "condition", "count"):
        return row
    return (row[0], *(operand + offset for operand in row[1:]))


def _graph_of(step: Step, level: Level, book: RuleBook) -> Graph:
    """Return the graph of a built-in rule."""
    rank = RANKS[level]
    tracer = Tracer(rank, book.luck[LUCK_OF[rank]], book)
    tracer.follow(step)
    return rows_of([tracer.written[step.actor, name] for name in step.writes])
