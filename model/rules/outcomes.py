"""Rules of the outcomes: all that are not percentiles (section 8), in the order of the table."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import as_float, floor, larger, magnitude, root, select, smaller, unfixed
from ..parameters import Parameters
from ..records import CentreState, NationState, Setting, Sums, TrustState


class ServiceOutcomes(NamedTuple):
    """What patients get."""

    true_access: float
    reported_access: float
    quality: float
    integration: float
    overall: float
    overall_sd: float
    access_sd: float
    fit: float
    wait_months: float
    queue: float
    gaming_gap: float
    below_target_share: float
    failing_share: float
    found_failures: float
    hidden_failures: float
    failure_demand_share: float
    centre_quality_error: float
    trapped_share: float
    reports_just_above: float
    reports_just_below: float
    reports_further_above: float
    reports_further_below: float
    placebo_just_above: float
    placebo_just_below: float
    placebo_further_above: float
    placebo_further_below: float


def service_outcomes(nation: NationState, country_sums: Sums, setting: Setting) -> ServiceOutcomes:
    """Access, quality, waits and failures, true and published; where reports lie beside the target."""
    s, trusts = country_sums, setting.trusts
    return ServiceOutcomes(
        true_access=nation.access,
        reported_access=nation.reported,
        quality=nation.quality,
        integration=nation.integration,
        overall=nation.overall,
        overall_sd=nation.overall_sd,
        access_sd=nation.access_sd,
        fit=nation.fit,
        wait_months=nation.wait,
        queue=nation.queue,
        gaming_gap=nation.reported - nation.access,
        below_target_share=as_float(s.below_target) / trusts,
        failing_share=nation.failing_share,
        found_failures=nation.found,
        hidden_failures=nation.hidden,
        failure_demand_share=nation.failure_demand_share,
        centre_quality_error=(1.0 - nation.seen_share) * nation.quality_sd,
        trapped_share=as_float(s.trapped) / trusts,
        reports_just_above=as_float(s.just_above) / trusts,
        reports_just_below=as_float(s.just_below) / trusts,
        reports_further_above=as_float(s.further_above) / trusts,
        reports_further_below=as_float(s.further_below) / trusts,
        placebo_just_above=as_float(s.placebo_above) / trusts,
        placebo_just_below=as_float(s.placebo_below) / trusts,
        placebo_further_above=as_float(s.placebo_further_above) / trusts,
        placebo_further_below=as_float(s.placebo_further_below) / trusts,
    )


class StaffOutcomes(NamedTuple):
    """Who works, how well and in what spirit."""

    morale: float
    clinician_leave_rate: float
    vacancy_share: float
    mean_skill: float
    skill_sd: float
    poor_performer_share_now: float
    skill_tail: float
    skill_middle: float
    skill_top: float
    skill_displacers: float
    skill_others: float
    alert_rate: float
    pool_count: float
    burned_out_share: float
    nurses_at_work: float
    doctors_leaving: float


def ratio_or(total: int, count: int, otherwise: float) -> float:
    """``total`` over ``count``, both exact sums of the same kind; ``otherwise`` where nobody was counted."""
    counted = count > 0
    return select(counted, as_float(total) / select(counted, as_float(count), 1.0), otherwise)


def staff_outcomes(nation: NationState, country_sums: Sums) -> StaffOutcomes:
    """Means over the clinicians at work, by the size of their trusts; an empty group takes the country's mean."""
    s = country_sums
    people = larger(1.0, unfixed(s.at_work))
    mean_skill = unfixed(s.skill) / people
    return StaffOutcomes(
        morale=unfixed(s.morale) / people,
        clinician_leave_rate=unfixed(s.left) / people,
        vacancy_share=nation.vacancy,
        mean_skill=mean_skill,
        skill_sd=root(larger(0.0, unfixed(s.skill_squared) / people - mean_skill * mean_skill)),
        poor_performer_share_now=unfixed(s.poor) / people,
        skill_tail=ratio_or(s.tail_skill, s.tail, mean_skill),
        skill_middle=ratio_or(s.middle_skill, s.middle, mean_skill),
        skill_top=ratio_or(s.top_skill, s.top, mean_skill),
        skill_displacers=ratio_or(s.displacer_skill, s.displacer_at_work, mean_skill),
        skill_others=ratio_or(s.skill - s.displacer_skill, s.at_work - s.displacer_at_work, mean_skill),
        alert_rate=unfixed(s.alerts) / people,
        pool_count=nation.pool,
        burned_out_share=unfixed(s.burned_out) / people,
        nurses_at_work=unfixed(s.nurses) / people,
        doctors_leaving=unfixed(s.doctors_left) / people,
    )


class ManagerOutcomes(NamedTuple):
    """How managers stand, and what becomes of them."""

    psychological_safety: float
    manager_trust: float
    manager_fear: float
    compliance: float
    challenge_share: float
    manager_departures: float
    adoption_share: float
    method_spread: float
    pressure_on_staff: float
    private_grievance: float
    organisational_learning: float
    wrongful_blame: float
    sacked_for_system: float
    long_failing_share: float
    departures_long_failing: float
    meeting_target_share: float
    departures_meeting_target: float
    failure_entries: float
    failure_exits: float
    failure_early_exits: float
    trusts_reorganised: float
    disruption_of_trusts: float
    objecting_share: float
    objecting_supply_share: float


def manager_outcomes(nation: NationState, country_sums: Sums, setting: Setting) -> ManagerOutcomes:
    """Means by size for what managers feel and do; counts of trusts for what happens to them."""
    s, trusts = country_sums, setting.trusts
    return ManagerOutcomes(
        psychological_safety=nation.safety,
        manager_trust=nation.staff_trust,
        manager_fear=nation.fear,
        compliance=nation.compliance,
        challenge_share=nation.challenge,
        manager_departures=as_float(s.departed) / trusts,
        adoption_share=as_float(s.adopters) / trusts,
        method_spread=nation.method_sd,
        pressure_on_staff=nation.pressure,
        private_grievance=nation.grievance,
        organisational_learning=nation.learning_stock,
        wrongful_blame=nation.wrongful_blame,
        sacked_for_system=as_float(s.sacked) / trusts,
        long_failing_share=as_float(s.long_failing) / trusts,
        departures_long_failing=as_float(s.long_failing_departed) / trusts,
        meeting_target_share=as_float(s.meeting) / trusts,
        departures_meeting_target=as_float(s.meeting_departed) / trusts,
        failure_entries=as_float(s.entered_regime) / trusts,
        failure_exits=as_float(s.left_regime) / trusts,
        failure_early_exits=as_float(s.left_regime_early) / trusts,
        trusts_reorganised=as_float(s.reorganised) / trusts,
        disruption_of_trusts=nation.disruption,
        objecting_share=as_float(s.objecting) / trusts,
        objecting_supply_share=nation.objecting_supply / nation.supply,
    )


class CentreOutcomes(NamedTuple):
    """What the centre does, fears and costs."""

    real_control_now: float
    mandate_detail_now: float
    rhetoric_gap: float
    arms_length_now: float
    anxiety: float
    blame: float
    sclerosis: float
    cynicism: float
    entrenched_localism: float
    focus_access_now: float
    focus_quality_now: float
    focus_integration_now: float
    reorganisation_started: float
    reorganisation_direction: float
    any_tier_started: float
    disruption: float
    minister_changed: float
    head_changed: float
    best_practice_error: float
    challenge_bar: float
    funding_level: float
    unit_cost: float
    control_conceded: float
    control_volunteered: float
    compliance_cost_share: float
    central_body: float
    party: float


def centre_outcomes(nation: NationState, centre: CentreState) -> CentreOutcomes:
    """The centre's stance and mood, its reorganisations, and money over need met."""
    return CentreOutcomes(
        real_control_now=centre.control,
        mandate_detail_now=centre.detail,
        rhetoric_gap=centre.rhetoric_gap,
        arms_length_now=centre.buffer,
        anxiety=centre.anxiety,
        blame=centre.blame,
        sclerosis=centre.sclerosis,
        cynicism=centre.cynicism,
        entrenched_localism=centre.entrenched,
        focus_access_now=centre.focus_access,
        focus_quality_now=centre.focus_quality,
        focus_integration_now=centre.focus_integration,
        reorganisation_started=centre.started,
        reorganisation_direction=select(centre.started > 0.5, centre.direction, 0.0),
        any_tier_started=larger(centre.started, centre.middle_started),
        disruption=centre.disruption,
        minister_changed=centre.minister_changed,
        head_changed=centre.new_head,
        best_practice_error=magnitude(centre.best_practice - centre.national_optimum),
        challenge_bar=centre.challenge_bar,
        funding_level=centre.money,
        unit_cost=centre.money / larger(0.01, nation.need_met),
        control_conceded=centre.control_conceded,
        control_volunteered=centre.control_volunteered,
        compliance_cost_share=centre.compliance_cost,
        central_body=centre.body,
        party=centre.party,
    )


PERCENTILE_BINS = 1024.0
"""Of equal width between 0 and 1. An assumption: fine enough for a percentile of trusts."""


def percentile_bin(share: float) -> float:
    """The bin, 0..1023, of a trust's value; percentiles are read off the bins, so that they are exact."""
    return smaller(PERCENTILE_BINS - 1.0, floor(share * PERCENTILE_BINS))


def percentile_value(bin_number: float) -> float:
    """The middle of a bin."""
    return (bin_number + 0.5) / PERCENTILE_BINS


def percentile_rank(tenths: int, trusts: int) -> int:
    """How many trusts from the bottom (from 0) the percentile of ``tenths`` lies."""
    return (tenths * trusts + 9) // 10 - 1


def final_optimum(trust: TrustState, centre: CentreState, p: Parameters) -> float:
    """The locally best way of working after this month's drift (for the record of a trust)."""
    return centre.national_optimum + p.method_heterogeneity * trust.local_optimum
