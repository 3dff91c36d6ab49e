"""Books of own rules made by hand: a rule at every level, with memory, luck, parameters and outcomes of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tredegar.model.arithmetic import as_float, clip01, larger, negation, select, unfixed
from tredegar.model.outcomes import OUTCOMES, Outcome
from tredegar.model.parameters import PARAMETERS, Parameter
from tredegar.model.schedule.month import Phase, Step, Tally
from tredegar.model.schedule.rulebook import BUILT_IN, LUCK, RuleBook

Rule = Callable[..., Any]


def own(rule: Rule) -> Rule:
    """Mark ``rule`` as one's own: it may give values that differ less often than what it writes to."""
    rule.own = True  # type: ignore[attr-defined]
    return rule


def step(rule: Rule, reads: str, writes: str) -> Step:
    return Step(own(rule), tuple(reads.split()), (writes,), True)


def tally(rule: Rule, reads: str, fields: str, over: Any, into: str) -> Tally:
    return Tally(own(rule), tuple(reads.split()), tuple(fields.split()), over, into)


def with_steps(phases: tuple[Phase, ...], phase: str, *steps: Step, after: str = "") -> tuple[Phase, ...]:
    """Return ``phases`` with ``steps`` in one of them: behind the rule ``after``, or at its end."""

    def extended(one: Phase) -> Phase:
        names = [each.rule.__name__ for each in one.steps]
        place = names.index(after) + 1 if after else len(names)
        return replace(one, steps=(*one.steps[:place], *steps, *one.steps[place:]))

    return tuple(extended(one) if one.name == phase else one for one in phases)


def with_replaced(phases: tuple[Phase, ...], rule: str, other: Rule, reads: str) -> tuple[Phase, ...]:
    """Return ``phases`` with the rule ``rule`` replaced by ``other``, which reads what ``reads`` says."""
    other.__name__ = rule

    def changed(each: Step) -> Step:
        found = each.rule.__name__ == rule
        return Step(own(other), tuple(reads.split()), each.writes, each.single) if found else each

    return tuple(replace(one, steps=tuple(map(changed, one.steps))) for one in phases)


def with_tally(phases: tuple[Phase, ...], phase: str, one: Tally) -> tuple[Phase, ...]:
    return tuple(replace(each, tallies=(*each.tallies, one)) if each.name == phase else each for each in phases)


def parameter(name: str, default: float, low: float, high: float) -> Parameter:
    return Parameter(
        name=name, symbol=name, default=default, low=low, high=high, least=low, most=high, unit="share",
        kind="uncertainty", actor="own", meaning="made up", source="one's own",
    )  # fmt: skip


def outcome(name: str) -> Outcome:
    return Outcome(name=name, unit="share", meaning="made up")


def dread(manager: Any, nation: Any, p: Any, luck: Any) -> Any:
    return clip01(0.8 * manager.dread + p.bite * manager.fear * luck.u + 0.1 * nation.alarm)


def resolved(manager: Any) -> Any:
    return (manager.dread > 0.3) | (manager.resolved & negation(manager.fear < 0.2))


def withdrawal(manager: Any, council: Any) -> Any:
    return select(manager.resolved, 0.5 * council.mood, larger(manager.fear - 0.2, manager.gaming))


def alarm(nation: Any, centre: Any, luck: Any, p: Any) -> Any:
    return clip01(0.5 * nation.alarm + luck.omen * centre.anxiety * p.bite)


def braced(centre: Any, nation: Any) -> Any:
    return nation.alarm > 0.1


def mood(council: Any, nation: Any) -> Any:
    return 0.5 * council.mood + 0.25 * council.challenge + 0.25 * nation.best_method


def known(catchment: Any, p: Any) -> Any:
    return p.bite


def spirit(seat: Any, trust: Any, manager: Any, luck: Any) -> Any:
    return clip01(seat.spirit + 0.1 * (luck.v - 0.5) + 0.05 * trust.fit - 0.1 * manager.dread + 0.01 * luck.w)


def tired(seat: Any, luck: Any) -> Any:
    return (seat.spirit < 0.4) | (seat.tired & (luck.w < 0.9))


def motivation_of_spirit(seat: Any) -> Any:
    return clip01(0.95 * seat.morale + 0.05 * seat.spirit)


def spirit_anew(seat: Any) -> Any:
    return select(seat.hired, 0.6, seat.spirit)


def tired_anew(seat: Any) -> Any:
    return seat.tired & negation(seat.hired)


def of_seats(seat: Any) -> Any:
    return select(seat.occupied, seat.spirit, 0.0), seat.occupied & seat.tired


def for_outcomes(trust: Any, manager: Any, totals: Any, setting: Any) -> Any:
    per_seat = unfixed(totals.spirit) / setting.clinicians
    return (
        manager.dread * trust.size,
        per_seat * trust.size,
        manager.resolved,
        as_float(totals.tired) / setting.clinicians * trust.size,
        0.25,
    )


def own_dread(country_sums: Any, setting: Any) -> Any:
    return unfixed(country_sums.dread) / setting.weight


def own_spirit(country_sums: Any, setting: Any) -> Any:
    return unfixed(country_sums.spirit) / setting.weight


def own_resolved(country_sums: Any, setting: Any) -> Any:
    return as_float(country_sums.resolved) / setting.trusts


def own_tired(country_sums: Any, setting: Any) -> Any:
    return unfixed(country_sums.tired) / setting.weight


def own_quarter(country_sums: Any, setting: Any) -> Any:
    return unfixed(country_sums.quarter) / setting.trusts


OF_SUMS: tuple[Any, ...] = (own_dread, own_spirit, own_resolved, own_tired, own_quarter)


def own_alarm(nation: Any, p: Any) -> Any:
    return nation.alarm + p.bite


def own_bite(p: Any) -> Any:
    return p.bite


def own_constant(nation: Any) -> Any:
    return 0.125


def start_of(value: float | bool) -> Rule:
    def start(record: Any) -> Any:
        return value

    return start


BITE = parameter("bite", 0.3, 0.0, 1.0)
TRUST_STREAM, SEAT_STREAM, COUNTRY_STREAM = 2_000_000_011, 1_999_999_973, 2**31 - 1


def started(start: tuple[Phase, ...], memory: Mapping[tuple[str, str], float | bool]) -> tuple[Phase, ...]:
    """Return the start of a book that remembers ``memory``: field -> its value at the start."""
    places = {
        "manager": "managers", "trust": "trusts", "nation": "centre", "centre": "centre", "council": "councils",
        "catchment": "catchments", "seat": "seats",
    }  # fmt: skip
    for (record, field), value in memory.items():
        start = with_steps(start, places[record], step(start_of(value), record, field))
    return start


def remembering(memory: Mapping[tuple[str, str], float | bool], **parts: Any) -> RuleBook:
    types = {field: type(value) for field, value in memory.items()}
    return replace(BUILT_IN, start=started(BUILT_IN.start, memory), memory=types, **parts)


def constant_rules() -> RuleBook:
    """Rules that give a constant, or a value of the country, to a trust, a seat and the country."""
    month = with_replaced(BUILT_IN.month, "fear", lambda manager: 0.5, "manager")
    month = with_replaced(month, "motivation", lambda seat, p: (p.professional_motivation, 0.25, 0.5), "seat p")
    month = with_replaced(month, "cynicism", lambda centre: 0.125, "centre")
    return replace(BUILT_IN, month=month)


def everything() -> RuleBook:
    """Rules at every level, with memory of numbers and of conditions, luck and outcomes."""
    month = with_steps(BUILT_IN.month, "centre", step(braced, "centre nation", "braced"))
    month = with_steps(
        month, "managers",
        step(dread, "manager nation p luck", "dread"), step(resolved, "manager", "resolved"), after="fear",
    )  # fmt: skip
    month = with_replaced(month, "gaming", withdrawal, "manager council")
    month = with_steps(month, "country", step(alarm, "nation centre luck p", "alarm"))
    month = with_steps(month, "councils", step(mood, "council nation", "mood"))
    month = with_steps(month, "catchments", step(known, "catchment p", "known"))
    seat = [
        step(spirit, "seat trust manager luck", "spirit"), step(tired, "seat luck", "tired"),
        step(motivation_of_spirit, "seat", "morale"),
    ]  # fmt: skip
    month = with_steps(month, "clinicians", *seat, after="motivation")
    month = with_steps(month, "clinicians", step(spirit_anew, "seat", "spirit"), step(tired_anew, "seat", "tired"))
    month = with_tally(month, "clinicians", tally(of_seats, "seat", "spirit tired", "trust", "totals"))
    fields = "dread spirit resolved tired quarter"
    sums = tally(for_outcomes, "trust manager totals setting", fields, "country", "country_sums")
    month = (*month, Phase("own_sums", "trust", (), (sums,)))
    read = [
        *(step(rule, "country_sums setting", rule.__name__) for rule in OF_SUMS),
        step(own_alarm, "nation p", "own_alarm"),
        step(own_bite, "p", "own_bite"),
        step(own_constant, "nation", "own_constant"),
    ]
    memory = {
        ("manager", "dread"): 0.1, ("manager", "resolved"): False, ("nation", "alarm"): 0.0, ("centre", "braced"): True,
        ("council", "mood"): 0.5, ("catchment", "known"): 0.0, ("seat", "spirit"): 0.5, ("seat", "tired"): False,
    }  # fmt: skip
    luck = {
        "country": {**LUCK["country"], COUNTRY_STREAM: ("omen", "", "", "")},
        "trust": {**LUCK["trust"], TRUST_STREAM: ("u", "", "", "")},
        "seat": {**LUCK["seat"], SEAT_STREAM: ("v", "w", "", "")},
    }
    return remembering(
        memory, month=month, luck=luck, own_outcomes=tuple(read), parameters={**PARAMETERS, "bite": BITE},
        outcomes={**OUTCOMES, **{each.writes[0]: outcome(each.writes[0]) for each in read}},
    )  # fmt: skip


def no_seat_luck() -> RuleBook:
    """No rule of the clinicians draws: nobody leaves, nobody is hired, morale is what it was."""
    others: dict[str, Rule] = {
        "motivation": lambda seat: (seat.morale, seat.effort_access, 0.25),
        "fate": lambda seat: (seat.skill < 0.5, False, False, seat.occupied),
        "newcomer": lambda seat: (False, False),
        "recruit": lambda seat: (
            seat.occupied, seat.talent, seat.skill, seat.morale, seat.effort_access, seat.effort_integration
        ),
    }  # fmt: skip
    month = BUILT_IN.month
    for name, rule in others.items():
        month = with_replaced(month, name, rule, "seat")
    return replace(BUILT_IN, month=month)
