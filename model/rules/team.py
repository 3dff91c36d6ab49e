"""Rules of a team: what its clinicians are told and given this month (L0), and what their work adds up to (S1)."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import as_float, clip01, larger, magnitude, peak, saturating, select, unfixed
from ..constants import Constants
from ..parameters import Parameters
from ..records import CentreState, ManagerState, NationState, Setting, Sums, TrustState


class Signals(NamedTuple):
    """What bears on every clinician of the trust alike."""

    strain: float
    training: float
    removal_hazard: float
    leave_strain: float
    leave_blame: float
    prescribed: float
    effort_strain: float
    alert_chance: float


def signals(trust: TrustState, manager: ManagerState, p: Parameters, k: Constants) -> Signals:
    """Pressure, supervision, blame and safety reach the staff (L0; A16, A29, A31, V28)."""
    strain = saturating(manager.pressure)
    supervision = (k.SUPERVISE_BASE + k.SUPERVISE_CAPABILITY * manager.capability) * (0.5 + 0.5 * trust.morale)
    need = larger(k.ALERT_FLOOR, 1.0 - trust.fit * trust.quality / k.ALERT_NORM)
    return Signals(
        strain=strain,
        training=k.TRAIN_RATE * p.development_support * supervision,
        removal_hazard=p.removal_rate * (k.REMOVE_BASE + (1.0 - k.REMOVE_BASE) * manager.capability),
        leave_strain=k.LEAVE_PRESSURE * strain,
        leave_blame=k.LEAVE_BLAME * manager.wrongful_blame,
        prescribed=1.0 - manager.discretion,
        effort_strain=k.PRESSURE_EFFORT * strain,
        alert_chance=manager.safety * (k.ALERT_BASE + k.ALERT_NEED * need),
    )


AUTONOMY_STRAIN = 0.2
"""The most of the autonomy that discretion gives which pressure takes away. An assumption."""


def autonomy(trust: TrustState, manager: ManagerState) -> float:
    """Discretion as the staff feel it, less under pressure; told for the record alone (L0; B39; assumption)."""
    return manager.discretion * (1.0 - AUTONOMY_STRAIN * trust.strain)


class Hiring(NamedTuple):
    """How fast vacant seats fill, and from where."""

    hire_chance: float
    from_pool: float
    pool_mean: float


def hiring(trust: TrustState, nation: NationState, setting: Setting, p: Parameters, k: Constants) -> Hiring:
    """Good morale attracts; the displaced find posts where quality is below the mean (L0; A28, A36)."""
    pooled = nation.pool > 0.5
    from_pool = nation.pool / (nation.pool + 1.0 + nation.vacancy * setting.seats)
    return Hiring(
        hire_chance=(
            k.HIRE_RATE
            * (k.HIRE_BASE + k.HIRE_MORALE * trust.morale)
            * (1.0 - k.HIRE_SELECT * p.recruitment_selectivity)
        ),
        from_pool=from_pool * select(trust.quality <= nation.quality, 1.0, 0.0),
        pool_mean=select(pooled, nation.pool_skill / select(pooled, nation.pool, 1.0), 0.6),
    )


class Calls(NamedTuple):
    """What pulls at the clinicians' hearts and hours."""

    morale_goal: float
    access_norm: float
    integration_norm: float
    pull: float
    pull_access: float
    pull_integration: float


def calls(trust: TrustState, manager: ManagerState, centre: CentreState, p: Parameters, k: Constants) -> Calls:
    """Discretion and trust lift morale, pressure crowds it out; queue and targets call for effort (L0; B39, B18)."""
    workload = (trust.wait - k.WORKLOAD_NEUTRAL) * k.WORKLOAD_SLOPE
    morale_goal = (
        p.professional_motivation
        + k.MORALE_DISCRETION * (manager.discretion - k.DISCRETION_NORM)
        + k.MORALE_TRUST * (manager.staff_trust - 0.5)
        + k.MORALE_QUALITY * (trust.quality - 0.66)
        - p.crowding_out * trust.strain * (k.CROWD_BASE + (1.0 - k.CROWD_BASE) * centre.control)
        - k.MORALE_WORK * saturating(larger(0.0, workload))
        - k.MORALE_DISRUPTION * manager.own_disruption
    )
    call = k.QUEUE_CALL * workload / (1.0 + magnitude(workload))
    pull = k.TARGET_PULL * manager.pressure
    return Calls(
        morale_goal=clip01(morale_goal),
        access_norm=k.PROF_ACCESS + call,
        integration_norm=k.PROF_INTEGRATION - k.CALL_INTEGRATION * call,
        pull=pull,
        pull_access=pull * centre.incentive_access,
        pull_integration=pull * centre.incentive_integration,
    )


class TeamState(NamedTuple):
    """The trust's staff at the end of the month."""

    share_at_work: float
    alerts: float
    morale: float
    skill: float


def team_state(trust: TrustState, totals: Sums, setting: Setting) -> TeamState:
    """Means over the clinicians at work (S1)."""
    people = larger(1.0, as_float(totals.at_work))
    return TeamState(
        share_at_work=as_float(totals.at_work) / setting.clinicians,
        alerts=unfixed(totals.alerts) / people,
        morale=unfixed(totals.morale) / people,
        skill=unfixed(totals.skill) / people,
    )


USUAL_VACANCY = 0.07
"""Share of vacant posts at which doctors leave as they would anyway: that of month 0. An assumption."""


def doctors_leaving(trust: TrustState, p: Parameters) -> float:
    """Where colleagues are missing, doctors leave more readily next month; any vacant post counts (S1; B38, V25)."""
    missing = 1.0 - trust.share_at_work - USUAL_VACANCY
    return p.doctor_leaving * larger(0.0, 1.0 + p.doctor_coupling * missing)


def burned_out(trust: TrustState, totals: Sums) -> float:
    """Share of the clinicians at work whose morale is low; told for the record alone (S1; B39)."""
    return as_float(totals.burned_out) / larger(1.0, as_float(totals.at_work))


class Fitness(NamedTuple):
    """How well the trust's method fits its place, and whether it stands in its trap."""

    fit: float
    trapped: bool


def fitness(trust: TrustState, p: Parameters) -> Fitness:
    """A method is as good as the better of two peaks makes it: the true one or the local trap (S1; B30, B32)."""
    true_peak = peak(trust.method - trust.optimum)
    trap_peak = p.local_trap * peak(trust.method - trust.optimum - trust.trap)
    return Fitness(fit=larger(true_peak, trap_peak), trapped=trap_peak > true_peak)


def multiplier(
    trust: TrustState,
    manager: ManagerState,
    centre: CentreState,
    nation: NationState,
    setting: Setting,
    p: Parameters,
    k: Constants,
) -> float:
    """Misfit, disruption and reporting cost output; vacancies are damped, for a seat stands for many (S1; A02, A08)."""
    mult = (
        (1.0 - k.METHOD_EFFECT * (1.0 - trust.fit))
        / (1.0 - k.METHOD_EFFECT * (1.0 - k.FIT_NORM))
        * (1.0 - k.DISRUPTION_LOSS * manager.own_disruption)
        * (1.0 - centre.compliance_cost)
    )
    mult = mult * (1.0 + k.CONTRACTOR_GAIN * p.contractor_use * peak(trust.method - centre.best_practice))
    share = trust.share_at_work
    return mult * (
        (setting.own_vacancies * share + (1.0 - setting.own_vacancies) * (1.0 - nation.vacancy))
        / larger(share, 1.0 / setting.clinicians)
    )


class RawOutput(NamedTuple):
    """Output of care per head of population, 1 at the norm."""

    raw_access: float
    raw_quality: float
    raw_integration: float


def unsupported_output(trust: TrustState, totals: Sums, setting: Setting, k: Constants) -> RawOutput:
    """Return the clinicians' output as the method and the organisation let it through."""
    return RawOutput(
        raw_access=unfixed(totals.access) / (setting.clinicians * k.NORM_ACCESS) * trust.multiplier,
        raw_quality=unfixed(totals.quality) / (setting.clinicians * k.NORM_QUALITY) * trust.multiplier,
        raw_integration=unfixed(totals.integration) / (setting.clinicians * k.NORM_INTEGRATION) * trust.multiplier,
    )


def raw_output(trust: TrustState, totals: Sums, setting: Setting, p: Parameters, k: Constants) -> RawOutput:
    """The clinicians' output; support in the failure regime takes months to tell (S1; B22, V31)."""
    plain = unsupported_output(trust, totals, setting, k)
    support = 1.0 + p.regime_support * trust.regime_months / (trust.regime_months + k.SUPPORT_MONTHS)
    return RawOutput(
        raw_access=plain.raw_access * support,
        raw_quality=plain.raw_quality * support,
        raw_integration=plain.raw_integration * support,
    )
