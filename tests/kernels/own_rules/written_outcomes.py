"""Outcomes as a researcher writes them, of the country, of trusts and of clinicians."""

from __future__ import annotations

from typing import Any

from tredegar.model.own.declared import outcome

from .written import added


@added
@outcome(unit="share", meaning="dread among managers")
def mean_dread(manager: Any) -> Any:
    return manager.dread


@added
@outcome(unit="share", meaning="trusts that are tired and envious")
def tired(trust: Any, manager: Any) -> Any:
    return (trust.fatigue > 0.2 * trust.size) | (trust.envy > 0.3) & (manager.shame > 0.0)


@added
@outcome(unit="share", meaning="spirit of clinicians, where the unit stands well")
def mean_spirit(seat: Any, unit: Any, p: Any) -> Any:
    return seat.spirit * unit.standing + seat.grit - seat.wit + p.vast


@added
@outcome(unit="share", meaning="clinicians who have stayed a year")
def stayed(seat: Any) -> Any:
    return seat.months > 6.0


@added
@outcome(unit="share", meaning="alarm at the centre")
def how_alarmed(centre: Any, p: Any) -> Any:
    return centre.alarm * centre.calm + centre.crowd - p.bite * centre.resolve


@added
@outcome(unit="share", meaning="whether the centre is resolved")
def resolved(centre: Any) -> Any:
    return centre.resolve > 0.4


@added
@outcome(unit="1/months", meaning="how near the end is")
def end(now: Any, p: Any) -> Any:
    return 1.0 / (p.doom - now.month)


@added
@outcome(unit="share", meaning="a number that never changes, of trusts")
def constant_of_trusts(trust: Any, p: Any) -> Any:
    return p.bite + 0.0 * trust.size


@added
@outcome(unit="share", meaning="a parameter, as trusts see it")
def slackness(trust: Any, manager: Any, p: Any) -> Any:
    return trust.slack * manager.mood + trust.pride + p.huge
