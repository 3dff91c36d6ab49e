"""Checks of a book of own rules as a whole: what is read before it is made, what is read by nobody, what no rule says.

A text that nobody traced, of a store, goes through them as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType

from ..graph.trace import Traced, known_before, trace_month, trace_own_outcomes, trace_start, unmade
from ..schedule.rulebook import Field, RuleBook
from .assembly import level_of
from .places import COUNTRY, OUTCOME_READS, PLACES, READS, place_of_rule, records_for
from .records import OwnOutcome, OwnRule, OwnRules
from .refusal import RuleRefused, refused


def check_records(own: OwnRules) -> None:
    """Raise RuleRefused for records that no judged rule has: twice of one name, other fields, records out of reach."""
    for found, what in ((own.rules, "rule"), (own.outcomes, "outcome")):
        names = [each.name for each in found]
        for name in {name for name in names if names.count(name) > 1}:
            raise RuleRefused(f"{what} '{name}' is there twice")
    for rule in own.every_rule:
        _check_rule(rule)
    for outcome in own.outcomes:
        read = _records_in(outcome)
        level = "seat" if "seat" in read else "country" if read <= set(COUNTRY) else "trust"
        if level != outcome.level or not read <= set(OUTCOME_READS):
            raise refused(outcome.place, "it reads other records than an outcome of its level")


def _check_rule(rule: OwnRule) -> None:
    if rule.replaces:
        place = place_of_rule(rule.replaces)
        if (rule.actor, rule.writes) != (place.step.actor, place.step.writes):
            raise refused(rule.place, f"it writes other fields than the rule '{rule.replaces}'")
        allowed: Iterable[str] = records_for(place, replaces=True)
    else:
        allowed = READS[level_of(rule)]
    if not _records_in(rule) <= set(allowed):
        raise refused(rule.place, "it reads records that are out of its reach")


def _records_in(one: OwnRule | OwnOutcome) -> set[str]:
    return {"luck" if row[0] == "luck" else row[1] for row in one.rows if row[0] in ("field", "luck")}


def check_known(book: RuleBook, own: OwnRules) -> None:
    """Raise RuleRefused for an own rule that reads what nobody has made when it runs first."""
    for line in unmade(list(_phases(book)), known_before(book)):
        record, _, name = line.partition(": ")[2].partition(".")
        read = {each.place: each.rows for each in own.every_rule} | {each.place: each.rows for each in own.outcomes}
        where = next((place for place, rows in read.items() if ("field", record, name) in rows), "own rules")
        steps = [each.step for each in PLACES.values()]
        makers = [f"'{step.rule.__name__}'" for step in steps if step.actor == record and name in step.writes]
        said = f"'{record}.{name}' is not known when it runs in month 1"
        raise refused(where, f"{said}; put it after {makers[0] if makers else 'the rule'}, which makes it")


def _phases(book: RuleBook) -> Iterator[Traced]:
    yield from (*trace_start(book), *trace_month(book))
    if (outcomes := trace_own_outcomes(book)) is not None:
        yield outcomes


def with_starts_told(book: RuleBook, own: OwnRules) -> RuleBook:
    """Return ``book`` with own parameters that work at the start alone told as such: they take no change by month.

    Raises RuleRefused for one that nothing reads: whoever varied it would see nothing.
    """
    begun = _read_by(trace_start(book))
    month = _read_by(list(_phases(book))[len(book.start) :])
    rows = dict(book.parameters)
    for name in book.own_parameters:
        if ("p", name) in month:
            continue
        if ("p", name) not in begun:
            where = next((rule.place for rule in own.every_rule if name in rule.parameters), "own rules")
            raise refused(where, f"own parameter '{name}' is read by no rule")
        rows[name] = replace(rows[name], initial_only=True)
    # The same value where nothing is to be told, so that what was traced is not traced again.
    return book if rows == dict(book.parameters) else replace(book, parameters=MappingProxyType(rows))


def _read_by(phases: Iterable[Traced]) -> set[Field]:
    return {field for phase in phases for field in phase.reads}
