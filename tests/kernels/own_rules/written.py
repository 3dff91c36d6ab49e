"""Rules as a researcher writes them, at every level of the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tredegar.model.arithmetic import (
    clip01,
    floor,
    larger,
    magnitude,
    negation,
    peak,
    root,
    saturating,
    select,
    smaller,
    triangular,
)
from tredegar.model.own.declared import Own, rule

ADDED: list[Callable[..., Any]] = []
"""Rules with memory, luck and parameters of their own, and outcomes."""
REPLACED: list[Callable[..., Any]] = []
"""Rules in place of those of the model."""


def added(function: Any) -> Any:
    ADDED.append(function)
    return function


def replaced(function: Any) -> Any:
    REPLACED.append(function)
    return function


# The centre and the country -------------------------------------------------------------------------------------------


@added
@rule(after="anxiety", writes="centre.resolve", start=0.5, draws=("whim",))
def resolve(centre: Any, nation: Any, luck: Any) -> Any:
    return clip01(0.9 * centre.resolve + 0.1 * luck.whim * centre.anxiety - 0.05 * nation.challenge)


@added
@rule(after="spread", writes=("centre.alarm", "centre.calm"), start=(0.0, "target_level"), draws=("a", "b"))
def alarm(centre: Any, nation: Any, luck: Any, p: Any) -> Any:
    shock = triangular(luck.a, luck.b)
    return clip01(0.5 * centre.alarm + nation.failing_share + 0.1 * shock), centre.calm * (1.0 - p.bite * centre.alarm)


@added
@rule(after="pool", writes="centre.crowd", start=0.0)
def crowd(nation: Any, centre: Any) -> Any:
    return saturating(nation.pool) + 0.5 * centre.crowd


@added
@rule(
    after="crowd",
    writes="centre.burden",
    start=0.0,
    huge=Own(0.0, low=0.0, high=1.0, most=1e12, unit="share", meaning="what a trust adds to a mean"),
    vast=Own(0.0, low=0.0, high=1.0, most=1e12, unit="share", meaning="what a clinician adds to a mean"),
    doom=Own(-0.5, low=-0.9, high=-0.1, most=100.0, unit="months", meaning="the month in which all ends"),
)
def burden(centre: Any, p: Any) -> Any:
    return clip01(0.5 * centre.burden + 0.1 * p.doom + 1e-12 * (p.huge + p.vast))


@replaced
@rule
def anxiety(centre: Any, nation: Any) -> Any:
    return 0.5 * centre.anxiety + 0.5 * clip01(saturating(centre.blame) + 0.5 * centre.lever_shortfall)


@replaced
@rule
def absorb(centre: Any) -> Any:
    return 0.25


@replaced
@rule(echo=Own(0.5, low=0.0, high=1.0, unit="share", meaning="of what was promised"))
def cynicism(centre: Any, p: Any, k: Any) -> Any:
    return centre.cynicism + (p.echo * centre.rhetoric - centre.cynicism) / k.CYNICISM_MONTHS


@replaced
@rule
def spread(nation: Any, p: Any) -> Any:
    fields = ("vacancy", "failing_share", "access_sd", "reported_sd", "quality_sd", "overall_sd", "method_sd")
    return {**dict.fromkeys(fields, 0.125), "seen_share": p.echo}


# Trusts and managers --------------------------------------------------------------------------------------------------


@added
@rule(
    after="fear",
    writes="manager.dread",
    start=0.1,
    bite=Own(0.3, low=0.0, high=1.0, unit="share", meaning="how strongly inspection frightens"),
)
def dread(manager: Any, centre: Any, p: Any) -> Any:
    return clip01(0.8 * manager.dread + p.bite * p.inspection_intensity * manager.fear + 0.1 * centre.alarm)


@added
@rule(after="dread", writes="manager.mood", start=0.5, draws=("u",))
def mood(manager: Any, luck: Any, unit: Any) -> Any:
    return 0.5 * manager.mood + 0.25 * luck.u + 0.25 * (1.0 - manager.dread) * unit.standing


@added
@rule(after="adopted", writes="trust.fatigue", start="initial_challenge")
def fatigue(trust: Any, manager: Any, setting: Any) -> Any:
    return clip01(trust.fatigue + 0.05 * manager.pressure - 0.02 * floor(3.0 * trust.fit) / setting.leverage)


@added
@rule(after="calls", writes="trust.slack", start=1.0)
def slack(trust: Any, manager: Any) -> Any:
    return select((manager.mood > 0.5) & negation(manager.departed), 1.0 - trust.strain, root(trust.fatigue))


@added
@rule(after="raw_output", writes="trust.pride", start=0.0)
def pride(trust: Any, catchment: Any) -> Any:
    return smaller(1.0, trust.raw_quality * (1.0 + catchment.adopted))


@added
@rule(after="failure", writes="manager.shame", start=0.0)
def shame(manager: Any, trust: Any) -> Any:
    return select(trust.failing | trust.below_target, clip01(manager.shame + 0.1), 0.9 * manager.shame)


@added
@rule(after="lead", writes="trust.envy", start=-0.5)
def envy(trust: Any, nation: Any) -> Any:
    return magnitude(trust.lead - nation.overall_sd) - trust.envy / 3.0


@replaced
@rule
def fear(manager: Any, centre: Any) -> Any:
    return clip01(0.7 * manager.fear + 0.3 * centre.control * peak(manager.gap - 0.25))


class Found(NamedTuple):
    optimum: Any
    misfit: Any


@replaced
@rule
def place(trust: Any, centre: Any, p: Any) -> Any:
    optimum = centre.national_optimum + p.method_heterogeneity * trust.local_optimum
    return Found(optimum=optimum, misfit=p.echo)


@replaced
@rule(draws=("dare",))
def challenges(manager: Any, luck: Any, p: Any) -> Any:
    return select(manager.grievance + luck.dare * p.solidarity > 1.0, 1.0, 0.0)


@replaced
@rule(replaces="gaming")
def gaming_of_the_frightened(manager: Any) -> Any:
    return clip01(0.5 * manager.fear + 0.5 * manager.true_gap)


@replaced
@rule
def learning(manager: Any) -> Any:
    return 0.0625


@replaced
@rule
def drift(trust: Any, luck: Any) -> Any:
    return trust.local_optimum + 0.01 * (luck.drift_a - 0.5), larger(0.5, 0.99 * trust.difficulty + 0.01)


@replaced
@rule
def lead(trust: Any, nation: Any) -> Any:
    ahead = larger(0.0, trust.reported - nation.reported)
    return {"lead_cubed": ahead * ahead * ahead, "lead": ahead}


# Units and catchments -------------------------------------------------------------------------------------------------


@added
@rule(after="council_view", writes="unit.standing", start=0.5)
def standing(unit: Any, nation: Any) -> Any:
    quiet = unit.challenge < nation.challenge + 0.5 * magnitude(nation.best_method)
    return 0.75 * unit.standing + select(quiet, 0.25, 0.0)


@replaced
@rule
def council_view(council: Any, nation: Any) -> Any:
    return nation.challenge, nation.compliance, 0.5, 0.5 * nation.best_method


@replaced
@rule
def catchment_view(catchment: Any) -> Any:
    return clip01(catchment.adopted + 0.01)


# Clinicians -----------------------------------------------------------------------------------------------------------


@added
@rule(after="motivation", writes="seat.spirit", start=0.6, draws=("v", "w"))
def spirit(seat: Any, trust: Any, manager: Any, luck: Any) -> Any:
    return clip01(seat.spirit + 0.1 * (luck.v - luck.w) + 0.05 * trust.fit - 0.1 * manager.dread)


@added
@rule(after="spirit", writes=("seat.grit", "seat.wit"), start=(0.3, "bite"), draws=("a", "b", "c", "d", "e"))
def grit(seat: Any, luck: Any, p: Any) -> Any:
    return 0.5 * seat.grit + 0.5 * luck.a * luck.e, clip01(seat.wit + p.bite * (luck.b + luck.c - luck.d - 0.5))


@added
@rule(after="recruit", writes="seat.months", start=0.0)
def months(seat: Any, now: Any) -> Any:
    return seat.months + select(seat.occupied, 1.0, 0.0) + 0.0 * now.month


@replaced
@rule
def motivation(seat: Any, trust: Any, p: Any) -> Any:
    return clip01(0.9 * seat.morale + 0.1 * trust.morale_goal), p.professional_motivation, 0.125


@replaced
@rule
def skill(seat: Any, trust: Any) -> Any:
    return larger(0.05, seat.skill + 0.1 * trust.training * (1.5 - seat.skill))


# Levels of choices ----------------------------------------------------------------------------------------------------


@rule(replaces="gaming")
def gaming_by_lot(manager: Any) -> Any:
    return 0.5 * manager.gaming + 0.5 * manager.gap
