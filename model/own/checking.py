"""Checks of a book of own rules as a whole: what is read before it is made, what is read by nobody, what no rule says.

A text that nobody traced, of a store, goes through them as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType

from ..graph.trace import Traced, known_before, trace_month, trace_own_outcomes, trace_start, unmade
from ..schedule.month import MONTH
from ..schedule.rulebook import Field, RuleBook
from .assembly import level_of
from .places import OUTCOME_READS, PLACES, READS, place_of_rule, records_for
from .records import OwnOutcome, OwnRule, OwnRules
from .refusal import RuleRefused, refused

OUT_OF_REACH = "it reads records that are out of its reach"


def check_records(own: OwnRules) -> None:
    """Raise RuleRefused for records that no judged rule has: twice of one name, other fields, records out of reach."""
    for found, what in ((own.rules, "rule"), (own.outcomes, "outcome")):
        names = [each.name for each in found]
        for name in {name for name in names if names.count(name) > 1}:
            raise RuleRefused(f"{what} '{name}' is there twice")
    for rule in own.every_rule:
        _check_rule(rule)
    for outcome in own.outcomes:
        if not outcome.reads <= set(OUTCOME_READS):
            raise refused(outcome.place, OUT_OF_REACH)
        if outcome.level == "seat":
            _check_in_time(outcome)


def _check_rule(rule: OwnRule) -> None:
    if rule.replaces:
        place = place_of_rule(rule.replaces)
        if (rule.actor, rule.writes) != (place.step.actor, place.step.writes):
            raise refused(rule.place, f"it writes other fields than the rule '{rule.replaces}'")
        allowed: Iterable[str] = records_for(place, replaces=True)
    else:
        allowed = READS[level_of(rule)]
    if not rule.reads <= set(allowed):
        raise refused(rule.place, OUT_OF_REACH)


def _check_in_time(outcome: OwnOutcome) -> None:
    """Raise RuleRefused if an outcome of seats, which adds up in the clinicians' month, reads what is made after it."""
    seats = next(number for number, phase in enumerate(MONTH) if phase.level == "seat")
    steps = [step for phase in MONTH[seats + 1 :] for step in phase.steps]
    made = {(step.actor, name): step.rule.__name__ for step in steps for name in step.writes}
    for row in outcome.rows:
        if row[0] == "field" and (row[1], row[2]) in made:
            raise refused(
                outcome.place,
                f"'{row[1]}.{row[2]}' is made after the clinicians' month ('{made[row[1], row[2]]}'), so that seats"
                " would be counted by last month's; make an outcome of trusts, or one of seats that does without",
            )


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
