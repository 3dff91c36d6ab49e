"""Order of the start and of a month, as data: every engine walks it, or is checked against it.

1. ``centre``      the minister reads last month's country and settles the centre's stance, before anybody acts on it;
2. ``managers``    read the stance, last month's means and their own trust, and decide;
3. ``signals``     what the decisions mean for the staff of each trust;
4. ``clinicians``  work, learn, leave, are hired; their work is summed exactly into their trust;
5. ``output``      what the trust makes of it; catchments add up what their trusts bring to joint work;
6. ``service``     demand, treatment, quality, reports, failures; the country is summed exactly;
7. ``country``     the means and spreads that everybody will see;
8. ``examples``    who looks good against these means, summed by country, council and catchment;
9. ``outlook``, ``councils``, ``catchments``  what the centre, neighbours and partners see next month.

Month 0 (``START``) makes the units, then places and sizes, which are summed, then everybody's state.

**The law of a rule.** A rule reads the records that its arguments name. What it returns becomes part of the record
of its first argument, the one who acts: the fields of a NamedTuple under their names, a single quantity under the
name of the rule. Within a phase rules run in this order, and a later one sees what an earlier one of the same agent
wrote; no agent sees what another writes in the same phase.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

from ..rules import (
    centre,
    clinician,
    country,
    manager,
    methods,
    minister,
    places,
    reorganisation,
    start,
    tallies,
    team,
    trust,
    turnover,
)

Rule = Callable[..., Any]
Level = Literal["country", "council", "catchment", "trust", "seat"]


@dataclass(frozen=True, slots=True)
class Step:
    """One rule of a phase: the records it reads (the first one acts) and the quantities it writes to that one."""

    rule: Rule
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    single: bool

    @property
    def actor(self) -> str:
        """The record that the rule writes to."""
        return self.reads[0]


@dataclass(frozen=True, slots=True)
class Tally:
    """An exact sum over agents: what one adds (``rule``), over which group, into which record of sums."""

    rule: Rule
    reads: tuple[str, ...]
    fields: tuple[str, ...]
    over: Level
    into: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the month in which agents of one level act side by side."""

    name: str
    level: Level
    steps: tuple[Step, ...]
    tallies: tuple[Tally, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, in order."""
        return tuple(step.rule for step in self.steps)

    @property
    def reads(self) -> frozenset[str]:
        """The records that the phase reads."""
        by_rules = {name for step in self.steps for name in step.reads}
        return frozenset(by_rules.union(*(tally.reads for tally in self.tallies)))

    @property
    def writes(self) -> frozenset[str]:
        """The quantities that the phase writes, as ``record.quantity``."""
        written = {f"{step.actor}.{name}" for step in self.steps for name in step.writes}
        return frozenset(written | {f"{tally.into}.{name}" for tally in self.tallies for name in tally.fields})


def step_of(rule: Rule) -> Step:
    """Read off a rule's signature which records it reads and what it writes."""
    returned = get_type_hints(rule)["return"]
    fields = getattr(returned, "_fields", None)
    return Step(rule, tuple(inspect.signature(rule).parameters), fields or (rule.__name__,), fields is None)


def _tally(rule: Rule, over: Level, into: str) -> Tally:
    step = step_of(rule)
    return Tally(rule, step.reads, step.writes, over, into)


def _phase(name: str, level: Level, *rules: Rule, sums: tuple[Tally, ...] = ()) -> Phase:
    return Phase(name, level, tuple(step_of(rule) for rule in rules), sums)


MONTH: tuple[Phase, ...] = (
    _phase(
        "centre",
        "country",
        centre.national_optimum,
        centre.best_practice,
        minister.calendar,
        minister.headship,
        minister.ministry,
        minister.government,
        minister.worries,
        minister.anxiety,
        minister.sclerosis,
        minister.cynicism,
        minister.grip,
        minister.settlement,
        minister.issue_severity,
        minister.focus,
        reorganisation.complaints,
        reorganisation.readiness,
        reorganisation.launch,
        reorganisation.reach,
        reorganisation.transition,
        centre.incentives,
        centre.demand_level,
        centre.arrivals,
        centre.funding,
        centre.money,
        centre.absorb,
        centre.footprint,
    ),
    _phase(
        "managers",
        "trust",
        manager.view,
        reorganisation.provider_step,
        reorganisation.upheaval,
        manager.fear,
        manager.compliance,
        manager.place,
        manager.central_pressure,
        manager.grievance,
        manager.challenges,
        manager.objects,
        manager.latitude,
        manager.gaming,
        methods.climate,
        methods.learning,
        methods.learning_stock,
        methods.method,
        methods.staff_trust,
        methods.adopted,
        turnover.inspection,
        turnover.failing,
        turnover.security,
        turnover.failure_regime,
        turnover.succession,
        turnover.aftermath,
    ),
    _phase("signals", "trust", team.signals, team.autonomy, team.hiring, team.calls),
    _phase(
        "clinicians",
        "seat",
        clinician.motivation,
        clinician.skill,
        clinician.leave_rate,
        clinician.fate,
        clinician.newcomer,
        clinician.recruit,
        sums=(_tally(clinician.contribution, "trust", "totals"),),
    ),
    _phase(
        "output",
        "trust",
        team.team_state,
        team.doctors_leaving,
        team.burned_out,
        team.fitness,
        team.multiplier,
        team.raw_output,
        sums=(_tally(tallies.tally_partners, "catchment", "catchment_sums"),),
    ),
    _phase(
        "service",
        "trust",
        trust.integration,
        trust.demand,
        trust.treatment,
        trust.access,
        trust.push,
        trust.publication,
        trust.performance,
        trust.drift,
        trust.failure,
        sums=(
            _tally(tallies.tally_conditions, "country", "country_sums"),
            _tally(tallies.tally_staff, "country", "country_sums"),
            _tally(tallies.tally_distribution, "country", "country_sums"),
            _tally(tallies.tally_reports, "country", "country_sums"),
        ),
    ),
    _phase("country", "country", country.means, country.spread),
    _phase(
        "examples",
        "trust",
        country.lead,
        sums=(
            _tally(tallies.tally_examples, "country", "country_sums"),
            _tally(tallies.tally_neighbours, "council", "council_sums"),
            _tally(tallies.tally_adopters, "catchment", "catchment_sums"),
        ),
    ),
    _phase("outlook", "country", country.best_method, country.pool),
    _phase("councils", "council", country.council_view),
    _phase("catchments", "catchment", country.catchment_view),
)
"""The month, phase by phase."""

START: tuple[Phase, ...] = (
    _phase("units", "country", places.units, places.scale),
    _phase(
        "places",
        "trust",
        places.position,
        places.drawn_size,
        places.arcs,
        places.nodes,
        sums=(_tally(places.tally_drawn_size, "country", "country_sums"),),
    ),
    _phase(
        "sizes",
        "trust",
        places.size,
        sums=(
            _tally(places.tally_size, "country", "country_sums"),
            _tally(places.tally_size, "council", "council_sums"),
            _tally(places.tally_partner, "catchment", "catchment_sums"),
        ),
    ),
    _phase("weights", "country", places.weight),
    _phase("trusts", "trust", places.overlap, places.regional_optimum, start.trust_start),
    _phase("managers", "trust", start.manager_start),
    _phase("centre", "country", start.centre_start, start.nation_start),
    _phase("councils", "council", start.council_start),
    _phase("catchments", "catchment", start.catchment_start),
    _phase("seats", "seat", start.seat_start),
)
"""Month 0, phase by phase. A table of real trusts stands in for what ``providers.given`` names."""
