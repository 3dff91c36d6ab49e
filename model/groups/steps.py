"""Steps of a book with groups: each rule that reads what differs is called on views, and events follow two rules.

Rules that read nothing of the kind stay the very same steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache, wraps
from typing import Any, TypeVar

from ..arithmetic import negation, select, smaller
from ..graph.expression_graph import in_order
from ..graph.trace import RANKS, START_LUCK, Tracer
from ..schedule.month import Level, Phase, Step, Tally
from ..schedule.rulebook import RuleBook
from ..trust_groups import FREEDOM, MANAGER_LEAVES, REORGANISED
from .views import (
    FREED,
    JUDGED,
    CentreOfTrust,
    Own,
    ParametersOfCountry,
    ParametersOfTrust,
    centre_read,
    happens,
    levers_read,
    own_or_given,
)

OF_TRUSTS: tuple[Level, ...] = ("trust", "seat")
"""Levels whose rules know the trust; those of other levels are the same for all trusts."""
Fields = frozenset[tuple[str, str]]
Reader = TypeVar("Reader", Step, Tally)


def marked_own(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function``, marked as one that works on floats, arrays and nodes as it stands."""
    marked: Any = function
    marked.own = True
    return function


def in_place_of(rule: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` under the name of ``rule``, in whose place it stands."""
    return marked_own(wraps(rule)(function))


@cache
def fields_read(reader: Step | Tally, phase: Phase, book: RuleBook, start: bool = False) -> Fields:
    """Return the fields that the rule of a step or of a tally reads in ``phase`` of ``book``."""
    rank = RANKS[phase.level]
    luck = START_LUCK[rank] if start else book.luck.get(phase.level)
    tracer = Tracer(rank, luck or {}, book)
    given = tracer.call(reader.rule, reader.reads)
    results = given if isinstance(reader, Tally) or not reader.single else (given,)
    nodes = in_order(node for node in results if hasattr(node, "operands"))
    return frozenset(node.detail for node in nodes if node.operation == "field")


def judging_step(book: RuleBook, own: Own) -> Step | None:
    """Return the step of the centre that says how trusts are judged, if it reads what groups have of their own.

    None, too, where it reads more than the centre's stance: it is then the same for all trusts.
    """
    phase = book.phase("centre")
    step = next(step for step in phase.steps if set(JUDGED) <= set(step.writes))
    plain = set(step.reads) <= {"centre", "p", "k", "setting", "now"}
    return step if plain and levers_read(fields_read(step, phase, book), own) else None


def on_views(reader: Reader, level: Level, fields: Fields, own: Own, judging: Step | None = None) -> Reader:
    """Return a step or a tally whose rule is called on views, where it reads what differs between groups.

    ``judging`` is the step of the centre that is followed for each trust.
    """
    levers = levers_read(fields, own)
    if level not in OF_TRUSTS:
        return _with_rule(reader, _of_country(reader, own), ("p", "centre")) if levers else reader
    freed = FREEDOM in own and centre_read(fields, FREED)
    judging = judging if centre_read(fields, JUDGED) else None
    if not (levers or freed or judging):
        return reader
    more = ("p", "trust", *(() if judging is None else judging.reads))
    return _with_rule(reader, _of_trust(reader, more, own, freed, judging), more)


def _with_rule(reader: Reader, rule: Callable[..., Any], more: Iterable[str]) -> Reader:
    """Return ``reader`` with ``rule``, which reads ``more`` records behind its own."""
    return replace(reader, rule=rule, reads=tuple(dict.fromkeys((*reader.reads, *more))))


def _of_trust(reader: Any, more: tuple[str, ...], own: Own, freed: bool, judging: Step | None) -> Callable[..., Any]:
    names, rule = tuple(dict.fromkeys((*reader.reads, *more))), reader.rule

    def of_trust(*records: Any) -> Any:
        read = dict(zip(names, records, strict=True))
        p, trust = read["p"], read["trust"]
        read["p"] = ParametersOfTrust(p, trust, own)
        if freed or judging is not None:
            judged = {} if judging is None else _made_by(judging, read)
            freedom = own_or_given(trust, p, own[FREEDOM], 0.0) if freed else None
            read["centre"] = CentreOfTrust(read["centre"], freedom, judged)
        return rule(*[read[name] for name in reader.reads])

    return in_place_of(rule, of_trust)


def _made_by(step: Step, read: dict[str, Any]) -> dict[str, Any]:
    given = step.rule(*[read[name] for name in step.reads])
    return dict(zip(step.writes, (given,) if step.single else given, strict=True))


def _of_country(reader: Any, own: Own) -> Callable[..., Any]:
    names, rule = tuple(dict.fromkeys((*reader.reads, "p", "centre"))), reader.rule

    def of_country(*records: Any) -> Any:
        read = dict(zip(names, records, strict=True))
        read["p"] = ParametersOfCountry(read["p"], read["centre"], own)
        return rule(*[read[name] for name in reader.reads])

    return in_place_of(rule, of_country)


def with_events(step: Step, own: Own) -> Step:
    """Return ``step``, after which events happen to groups, if it is the rule that they follow."""
    if REORGANISED in own and step.actor == "manager" and step.writes == ("months_to_step", "unrest"):
        return _followed_by(step, ("p", "trust", "centre"), _reorganised, own[REORGANISED])
    if MANAGER_LEAVES in own and step.actor == "manager" and "departure" in step.writes:
        return _followed_by(step, ("p", "trust"), _leaving, own[MANAGER_LEAVES])
    return step


def _followed_by(step: Step, more: tuple[str, ...], event: Callable[..., Any], own: Any) -> Step:
    names, rule = tuple(dict.fromkeys((*step.reads, *more))), step.rule

    def followed(*records: Any) -> tuple[Any, ...]:
        read = dict(zip(names, records, strict=True))
        made = dict(zip(step.writes, rule(*records[: len(step.reads)]), strict=True))
        made |= event(made, happens(read["trust"], read["p"], own), read)
        return tuple(made[name] for name in step.writes)

    return Step(in_place_of(rule, followed), names, step.writes, single=False)


def _reorganised(made: dict[str, Any], comes: Any, read: dict[str, Any]) -> dict[str, Any]:
    """The trust's own step comes now, with the blow of one, unless one has come anyway."""
    anew = comes & negation(made["months_to_step"] == 0.0)
    struck = smaller(1.0, made["unrest"] + read["centre"].shock)
    return {
        "months_to_step": select(comes, 0.0, made["months_to_step"]),
        "unrest": select(anew, struck, made["unrest"]),
    }


def _leaving(made: dict[str, Any], comes: Any, read: dict[str, Any]) -> dict[str, Any]:
    """The manager leaves for certain, and through nobody's blame: every draw lies below a hazard of 1."""
    return {name: select(comes, 1.0, made[name]) for name in ("just_departure", "departure")}
