"""Tallies of a trust: what it adds to the exact sums over its unit, its catchment and the country.

Quantities are summed in fixed point, conditions are counted; the sums are exact, so that their order does not matter.
"""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import as_float, select, unfixed
from ..constants import Constants
from ..parameters import Parameters
from ..records import ManagerState, Sums, TrustState


class Means(NamedTuple):
    """Conditions of a trust weighted by its size; or, once summed and divided, the means of the country."""

    access: float
    reported: float
    quality: float
    integration: float
    overall: float
    fit: float
    wait: float
    queue: float
    challenge: float
    found: float
    hidden: float
    compliance: float
    fear: float
    safety: float
    staff_trust: float
    pressure: float
    need_met: float
    failure_demand_share: float
    grievance: float
    learning_stock: float
    wrongful_blame: float
    disruption: float
    supply: float
    objecting_supply: float


def tally_conditions(trust: TrustState, manager: ManagerState) -> Means:
    """What patients, managers and staff meet counts by the size of the trust."""
    size = trust.size
    return Means(
        access=size * trust.access,
        reported=size * trust.reported,
        quality=size * trust.quality,
        integration=size * trust.integration,
        overall=size * trust.overall,
        fit=size * trust.fit,
        wait=size * trust.wait,
        queue=size * trust.queue,
        challenge=size * manager.challenges,
        found=size * trust.found_told,
        hidden=size * trust.found_hidden,
        compliance=size * manager.compliance,
        fear=size * manager.fear,
        safety=size * manager.safety,
        staff_trust=size * manager.staff_trust,
        pressure=size * manager.pressure,
        need_met=size * trust.need_met,
        failure_demand_share=size * trust.failure_demand_share,
        grievance=size * manager.grievance,
        learning_stock=size * trust.learning_stock,
        wrongful_blame=size * manager.wrongful_blame,
        disruption=size * manager.own_disruption,
        # A mean by size of size is what trusts supply together.
        supply=size * size,
        objecting_supply=size * size * manager.objects,
    )


class Staff(NamedTuple):
    """A trust's staff, weighted by its size."""

    at_work: float
    left: float
    displaced: float
    rehired: float
    poor: float
    burned_out: float
    nurses: float
    doctors_left: float
    displaced_talent: float
    alerts: float
    morale: float
    skill: float
    skill_squared: float
    tail: float
    middle: float
    top: float
    tail_skill: float
    middle_skill: float
    top_skill: float
    displacer_at_work: float
    displacer_skill: float


def tally_staff(trust: TrustState, totals: Sums) -> Staff:
    """Each seat stands for a team, the larger the trust the larger the team; the middle is who is in no tail."""
    size = trust.size
    at_work = size * as_float(totals.at_work)
    skill = size * unfixed(totals.skill)
    return Staff(
        at_work=at_work,
        left=size * as_float(totals.left),
        displaced=size * as_float(totals.displaced),
        rehired=size * as_float(totals.rehired),
        poor=size * as_float(totals.poor),
        burned_out=size * as_float(totals.burned_out),
        nurses=size * as_float(totals.nurses),
        doctors_left=size * as_float(totals.doctors_left),
        displaced_talent=size * unfixed(totals.displaced_talent),
        alerts=size * unfixed(totals.alerts),
        morale=size * unfixed(totals.morale),
        skill=skill,
        skill_squared=size * unfixed(totals.skill_squared),
        tail=size * as_float(totals.tail),
        middle=size * as_float(totals.at_work - totals.tail - totals.top),
        top=size * as_float(totals.top),
        tail_skill=size * unfixed(totals.tail_skill),
        middle_skill=size * unfixed(totals.skill - totals.tail_skill - totals.top_skill),
        top_skill=size * unfixed(totals.top_skill),
        displacer_at_work=select(trust.displaces > 0.5, at_work, 0.0),
        displacer_skill=select(trust.displaces > 0.5, skill, 0.0),
    )


class Distribution(NamedTuple):
    """A trust among trusts, each counting the same: values, squares, and yes or no."""

    plain_access: float
    plain_access_squared: float
    plain_reported: float
    plain_reported_squared: float
    plain_quality: float
    plain_quality_squared: float
    plain_overall: float
    plain_overall_squared: float
    plain_method: float
    plain_method_squared: float
    adopters: bool
    failing: bool
    below_target: bool
    trapped: bool
    departed: bool
    sacked: bool
    long_failing: bool
    long_failing_departed: bool
    meeting: bool
    meeting_departed: bool
    entered_regime: bool
    left_regime: bool
    left_regime_early: bool
    reorganised: bool
    objecting: bool


def tally_distribution(trust: TrustState, manager: ManagerState) -> Distribution:
    """Spread between trusts and counts of trusts take no account of size."""
    long_failing = manager.failing > 0.5
    return Distribution(
        plain_access=trust.access,
        plain_access_squared=trust.access * trust.access,
        plain_reported=trust.reported,
        plain_reported_squared=trust.reported * trust.reported,
        plain_quality=trust.quality,
        plain_quality_squared=trust.quality * trust.quality,
        plain_overall=trust.overall,
        plain_overall_squared=trust.overall * trust.overall,
        plain_method=trust.method,
        plain_method_squared=trust.method * trust.method,
        adopters=trust.adopted > 0.5,
        failing=trust.failing,
        below_target=trust.below_target,
        trapped=trust.trapped,
        departed=manager.departed,
        sacked=manager.sacked,
        long_failing=long_failing,
        long_failing_departed=long_failing & manager.departed,
        meeting=manager.meeting,
        meeting_departed=manager.meeting & manager.departed,
        entered_regime=trust.regime_entry,
        left_regime=trust.regime_exit,
        left_regime_early=trust.regime_early_exit,
        # The size is that of every trust: where one value holds for the country, each of them adds it.
        reorganised=(trust.size > 0.0) & (manager.reorganised > 0.5),
        objecting=manager.objects > 0.5,
    )


NARROW_BIN = 0.005
"""Width of the bin next to a threshold: half a point of access, as the record is binned (B12d). An assumption."""
WIDE_BIN = 0.015
"""Where the bin behind it ends: one and a half points, an assumption (the two bins next to the target are B12d's)."""
PLACEBO_STEP = 0.08
"""How far below the target the threshold lies at which reports are counted for comparison (B12). An assumption."""


class Reports(NamedTuple):
    """On which side of the target, and of a threshold that is none, what the trust publishes lies, and how near."""

    just_above: bool
    just_below: bool
    further_above: bool
    further_below: bool
    placebo_above: bool
    placebo_below: bool
    placebo_further_above: bool
    placebo_further_below: bool


def tally_reports(trust: TrustState, p: Parameters) -> Reports:
    """Reports bunch above a target that counts, not above another threshold (B12, B12d; V12, V13)."""
    gap = trust.reported - p.target_level
    other = trust.reported - (p.target_level - PLACEBO_STEP)
    return Reports(
        just_above=(gap >= 0.0) & (gap < NARROW_BIN),
        just_below=(gap < 0.0) & (gap >= -NARROW_BIN),
        further_above=(gap >= NARROW_BIN) & (gap < WIDE_BIN),
        further_below=(gap < -NARROW_BIN) & (gap >= -WIDE_BIN),
        placebo_above=(other >= 0.0) & (other < NARROW_BIN),
        placebo_below=(other < 0.0) & (other >= -NARROW_BIN),
        placebo_further_above=(other >= NARROW_BIN) & (other < WIDE_BIN),
        placebo_further_below=(other < -NARROW_BIN) & (other >= -WIDE_BIN),
    )


class Examples(NamedTuple):
    """What a trust adds to the centre's search for what works."""

    lead_cubed: float
    lead_cubed_method: float


def tally_examples(trust: TrustState) -> Examples:
    """The centre looks at the best most: leads count by their cube."""
    return Examples(lead_cubed=trust.lead_cubed, lead_cubed_method=trust.lead_cubed * trust.method)


class Neighbours(NamedTuple):
    """What a trust adds to its administrative unit."""

    challenge: float
    compliance: float
    lead: float
    lead_method: float


def tally_neighbours(trust: TrustState, manager: ManagerState, k: Constants) -> Neighbours:
    """Peers see who challenges, who obeys and what works nearby (A15)."""
    weight = trust.lead + k.LEAD_PEERS
    return Neighbours(
        challenge=trust.size * manager.challenges,
        compliance=trust.size * manager.compliance,
        lead=weight,
        lead_method=weight * trust.method,
    )


class Adopters(NamedTuple):
    """What a trust adds to the adopters of its catchment."""

    adopted: bool


def tally_adopters(trust: TrustState) -> Adopters:
    """Partners in a catchment see who uses the proven practice (A30)."""
    return Adopters(adopted=trust.adopted > 0.5)


class Partners(NamedTuple):
    """What a trust brings to the joint work of its catchment."""

    raw_integration: float


def tally_partners(trust: TrustState) -> Partners:
    """Joint work needs both sides; larger trusts bring more (S1)."""
    return Partners(raw_integration=trust.size * trust.raw_integration)
