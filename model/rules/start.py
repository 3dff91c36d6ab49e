"""Rules of the start (section 5): people and moods of month 0; ``month_zero`` has their order."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import SQRT3, SQRT6, SQRT12, clip01, larger, select, triangular
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import StartCentreLuck, StartLuck, StartSeatLuck
from ..records import (
    CatchmentState,
    CentreState,
    CouncilState,
    ManagerState,
    NationState,
    PlaceState,
    SeatState,
    Setting,
    TrustState,
)


class CentreStart(NamedTuple):
    """The centre at the start: its stance, its mood, the deal with the arm's-length body."""

    control: float
    detail: float
    rhetoric: float
    buffer: float
    focus_access: float
    focus_quality: float
    focus_integration: float
    party: float
    anxiety: float
    blame: float
    sclerosis: float
    cynicism: float
    entrenched: float
    challenge_bar: float
    disruption: float
    body: float
    pride: float
    memory_liberating: float
    memory_centralising: float
    best_practice: float
    national_optimum: float
    tenure: float
    months_since_election: float
    transition_left: float
    direction: float
    zeal: float
    months_since: float
    funding: float
    demand_level: float
    head_months: float
    months_settled: float
    issue_severity: float


def centre_start(centre: CentreState, luck: StartCentreLuck, p: Parameters) -> CentreStart:
    """The stance is set, the party drawn; focus weights that exceed the whole are scaled to it."""
    total = p.focus_access + p.focus_integration
    too_much = total > 1.0
    divisor = select(too_much, total, 1.0)
    focus_access = p.focus_access / divisor
    focus_integration = p.focus_integration / divisor
    return CentreStart(
        control=p.real_control,
        detail=p.mandate_detail,
        rhetoric=p.rhetoric_of_localism,
        buffer=p.arms_length,
        focus_access=focus_access,
        focus_quality=1.0 - focus_access - focus_integration,
        focus_integration=focus_integration,
        party=select(luck.party < 0.5, -1.0, 1.0),
        anxiety=0.3,
        blame=0.3,
        sclerosis=0.3,
        cynicism=0.2,
        entrenched=0.0,
        challenge_bar=0.0,
        disruption=0.0,
        body=0.0,
        pride=0.0,
        memory_liberating=0.0,
        memory_centralising=0.0,
        best_practice=0.0,
        national_optimum=0.0,
        tenure=0.0,
        months_since_election=0.0,
        transition_left=0.0,
        direction=0.0,
        zeal=0.5,
        months_since=30.0,
        funding=1.0,
        demand_level=1.0,
        head_months=0.0,
        months_settled=0.0,
        issue_severity=0.0,
    )


class NationStart(NamedTuple):
    """The country's means that everybody takes for last month's in month 1."""

    reported: float
    access: float
    quality: float
    integration: float
    fit: float
    found: float
    compliance: float
    vacancy: float
    failing_share: float
    overall_sd: float
    reported_sd: float
    best_method: float
    pool: float
    pool_skill: float
    wait: float
    challenge: float


def nation_start(nation: NationState, p: Parameters, k: Constants) -> NationStart:
    """The country looks like a typical trust; challenge is what is asked for."""
    return NationStart(
        reported=0.9,
        access=0.9,
        quality=0.66,
        integration=0.5,
        fit=0.8,
        found=0.0,
        compliance=0.6,
        vacancy=0.07,
        failing_share=0.1,
        overall_sd=0.08,
        reported_sd=0.08,
        best_method=0.0,
        pool=0.0,
        pool_skill=0.0,
        wait=k.BASE_WAIT,
        challenge=p.initial_challenge,
    )


class CouncilStart(NamedTuple):
    """What a trust sees of its administrative unit in month 1."""

    challenge: float
    compliance: float
    lead: float
    lead_method: float


def council_start(council: CouncilState, p: Parameters) -> CouncilStart:
    """A unit is like the country; nobody leads yet."""
    return CouncilStart(challenge=p.initial_challenge, compliance=0.6, lead=0.0, lead_method=0.0)


class CatchmentStart(NamedTuple):
    """What a trust sees of its catchment in month 1."""

    adopted: float


def catchment_start(catchment: CatchmentState) -> CatchmentStart:
    """Nobody in a catchment uses the proven practice yet."""
    return CatchmentStart(adopted=0.0)


class TrustStart(NamedTuple):
    """A trust at the start."""

    local_optimum: float
    method: float
    trap: float
    suitability: float
    displaces: float
    difficulty: float
    learning_stock: float
    adopted: float
    integration: float
    access: float
    reported: float
    quality: float
    fit: float
    alerts: float
    morale: float
    skill: float
    months_failing: float
    track_record: float
    pushed: float
    doctors_leaving: float
    regime_months: float
    queue: float
    wait: float


def trust_start(trust: TrustState, luck: StartLuck, p: Parameters, k: Constants) -> TrustStart:
    """Half-adapted methods, places that differ, some trusts in their trap (section 5; assumption, SF2)."""
    local_optimum = (luck.optimum_a + luck.optimum_b - 1.0) * SQRT6 * k.OWN_SPREAD + trust.regional_optimum
    method = p.method_heterogeneity * k.METHOD_START * local_optimum + k.METHOD_START_SD * (luck.method - 0.5) * SQRT12
    trap = p.trap_distance * (0.75 + 0.5 * luck.trap_distance) * select(luck.trap_side < 0.5, -1.0, 1.0)
    trapped = luck.starts_trapped < k.TRAP_START * p.local_trap
    drawn = (luck.difficulty_a + luck.difficulty_b + luck.difficulty_c + luck.difficulty_d - 2.0) * SQRT3
    return TrustStart(
        local_optimum=local_optimum,
        method=select(trapped, method + trap, method),
        trap=trap,
        suitability=luck.suitability,
        displaces=select(luck.displaces < p.displacing_share, 1.0, 0.0),
        difficulty=1.0 + p.trust_difference * drawn,
        learning_stock=0.5,
        adopted=0.0,
        integration=0.5,
        access=0.9,
        reported=0.9,
        quality=0.66,
        fit=0.8,
        alerts=0.1,
        morale=0.6,
        skill=1.0,
        months_failing=0.0,
        track_record=0.66,
        pushed=0.0,
        doctors_leaving=p.doctor_leaving,
        regime_months=0.0,
        queue=k.BASE_WAIT,
        wait=k.BASE_WAIT,
    )


class ManagerStart(NamedTuple):
    """A manager at the start."""

    capability: float
    freedom: float
    threshold: float
    challenges: float
    fear: float
    compliance: float
    staff_trust: float
    gaming: float
    wrongful_blame: float
    failing: float
    months_to_step: float
    unrest: float
    objects: float


def manager_start(
    manager: ManagerState, place: PlaceState, luck: StartLuck, setting: Setting, p: Parameters, k: Constants
) -> ManagerStart:
    """Managers differ in capability, taste for freedom and courage; the first ones may challenge from the start."""
    return ManagerStart(
        capability=clip01(p.manager_capability + k.CAPABILITY_START * (luck.capability - 0.5)),
        freedom=clip01(p.preference_for_freedom + k.FREEDOM_WIDTH * (luck.freedom - 0.5)),
        threshold=p.challenge_threshold + k.CHALLENGE_SD * (luck.threshold_a + luck.threshold_b - 1.0) * SQRT6,
        challenges=select((place.index + 0.5) / setting.trusts < p.initial_challenge, 1.0, 0.0),
        fear=0.3,
        compliance=0.6,
        staff_trust=0.5,
        gaming=0.0,
        wrongful_blame=0.0,
        failing=0.0,
        months_to_step=-1.0,
        unrest=0.0,
        objects=0.0,
    )


class SeatStart(NamedTuple):
    """A clinician's seat at the start."""

    occupied: bool
    talent: float
    skill: float
    morale: float
    effort_access: float
    effort_integration: float


def seat_start(seat: SeatState, luck: StartSeatLuck, p: Parameters, k: Constants) -> SeatStart:
    """Untrained people, some from the poor tail, and a few vacant seats (section 5; A26)."""
    spread = triangular(luck.spread_a, luck.spread_b)
    talent = select(
        luck.origin < p.poor_performer_share,
        larger(0.1, k.TAIL_MEAN + k.TAIL_SD * spread),
        larger(0.1, 1.0 + p.skill_spread * spread),
    )
    return SeatStart(
        occupied=luck.morale >= 0.07,
        talent=talent,
        skill=talent,
        morale=clip01(p.professional_motivation - 0.1 + 0.2 * luck.morale - 0.1),
        effort_access=k.NORM_ACCESS,
        effort_integration=k.NORM_INTEGRATION,
    )
