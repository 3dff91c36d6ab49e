"""Places of rules: which rules can be replaced, where added ones stand, and which records a rule may read there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ..schedule.month import MONTH, Level, Phase, Step
from ..text.names import closest
from .refusal import RuleRefused

COUNTRY = ("setting", "now", "p", "k", "centre", "nation")
READS: Mapping[Level, tuple[str, ...]] = MappingProxyType(
    {
        "country": (*COUNTRY, "luck"),
        # Each trust holds a copy of what its unit or catchment sees: what differs between trusts must not enter it.
        "council": (*COUNTRY, "council"),
        "catchment": (*COUNTRY, "catchment"),
        "trust": (*COUNTRY, "trust", "manager", "council", "catchment", "luck"),
        "seat": (*COUNTRY, "trust", "manager", "council", "catchment", "seat", "luck"),
    }
)
"""Level of a phase -> the records that its rules may read."""
OUTCOME_READS = tuple(name for name in READS["seat"] if name != "luck")
REMEMBERS: Mapping[str, Level] = MappingProxyType(
    {"centre": "country", "trust": "trust", "manager": "trust", "council": "council", "seat": "seat"}
)
"""Record that can have a memory of one's own -> the level of the phases whose rules write it."""
STARTS: Mapping[str, str] = MappingProxyType(
    {"centre": "centre", "trust": "trusts", "manager": "managers", "council": "councils", "seat": "seats"}
)
"""The same records -> the phase of the start in which their memory begins."""
ALIASES: Mapping[str, str] = MappingProxyType({"unit": "council"})
"""What a rule calls a record -> the record."""


def record_named(name: str) -> str:
    """Return the record that a rule calls ``name``.

    >>> record_named("unit"), record_named("manager")
    ('council', 'manager')
    """
    return ALIASES.get(name, name)


def names_of_records(records: Iterable[str]) -> str:
    """Return what rules call ``records``, as a message lists them.

    >>> names_of_records(("centre", "council"))
    'centre, unit'
    """
    called = {record: name for name, record in ALIASES.items()}
    return ", ".join(called.get(record, record) for record in records)


class RulePlace(NamedTuple):
    """A rule of a month, and the phase in which it stands."""

    phase: Phase
    step: Step


PLACES: Mapping[str, RulePlace] = MappingProxyType(
    {step.rule.__name__: RulePlace(phase, step) for phase in MONTH for step in phase.steps}
)
"""Name of a rule of the month -> its place."""


def place_of_rule(name: str) -> RulePlace:
    """Return the place of the built-in rule ``name``. Raises RuleRefused, with the closest name, if there is none.

    >>> place_of_rule("fear").phase.name
    'managers'
    """
    if name not in PLACES:
        raise RuleRefused(f"there is no rule '{name}'{closest(name, PLACES)} (docs/model.md lists them)")
    return PLACES[name]


def records_for(place: RulePlace, replaces: bool) -> tuple[str, ...]:
    """Return the records that a rule at ``place`` may read; one that ``replaces`` it may read all that it reads."""
    allowed = READS[place.phase.level]
    return (*allowed, *(name for name in place.step.reads if name not in allowed)) if replaces else allowed


def check_memory(actor: str, phase: Phase) -> None:
    """Raise RuleRefused unless a rule of ``phase`` may write a memory of ``actor``."""
    if actor not in REMEMBERS:
        raise RuleRefused(f"'{actor}' has no memory of one's own; it may be of: {names_of_records(REMEMBERS)}")
    if REMEMBERS[actor] != phase.level:
        fitting = [p.steps[-1].rule.__name__ for p in MONTH if p.level == REMEMBERS[actor] and p.steps]
        raise RuleRefused(
            f"a memory of '{actor}' is not written in the phase '{phase.name}' of the {phase.level}; put the rule after"
            f" one of its own, such as {' or '.join(repr(name) for name in fitting)}"
        )
