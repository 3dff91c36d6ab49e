"""Rules of a clinician: work, learning, staying or going, and how a vacant seat is filled (L1, L2).

A vacant seat keeps the traits of the person who left; nothing reads them, and whoever is hired brings new ones.
"""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import clip01, coachability, larger, negation, select, smaller, triangular
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import SeatLuck
from ..records import SeatState, Setting, TrustState


class Motivation(NamedTuple):
    """Morale, and how the day is divided; quality has the rest of the effort."""

    morale: float
    effort_access: float
    effort_integration: float


def motivation(seat: SeatState, trust: TrustState, luck: SeatLuck, k: Constants) -> Motivation:
    """Morale follows conditions; the weaker it is, the more incentives divide the day (L1; A29, B18, B39)."""
    morale = clip01(
        seat.morale
        + k.MORALE_RATE * (trust.morale_goal - seat.morale)
        + k.MORALE_NOISE * triangular(luck.spread_a, luck.spread_b)
    )
    weight = k.EFFORT_LOYALTY + morale
    both = weight + trust.pull
    access_goal = (weight * trust.access_norm + trust.pull_access) / both
    integration_goal = (weight * trust.integration_norm + trust.pull_integration) / both
    return Motivation(
        morale=morale,
        effort_access=seat.effort_access + k.EFFORT_RATE * (access_goal - seat.effort_access),
        effort_integration=seat.effort_integration + k.EFFORT_RATE * (integration_goal - seat.effort_integration),
    )


def skill(seat: SeatState, trust: TrustState, k: Constants) -> float:
    """Training lifts the coachable below the plateau; what is not used fades towards talent (L1; A29)."""
    room = larger(0.0, k.SKILL_PLATEAU - seat.skill)
    trained = trust.training * coachability(seat.skill, k.COACH_HALF) * room
    return larger(0.05, seat.skill + trained - (seat.skill - seat.talent) / k.SKILL_MEMORY)


def usual_leave_rate(seat: SeatState, trust: TrustState, p: Parameters, k: Constants) -> float:
    """Return the rate at which a clinician leaves whose profession is not asked for."""
    low = 1.0 - seat.morale
    leave = smaller(0.5, p.clinician_turnover * (k.LEAVE_BASE + k.LEAVE_MORALE * low * low + trust.leave_strain))
    return leave + trust.leave_blame


def nurse(seat: SeatState, setting: Setting, k: Constants) -> bool:
    """Whether the seat is a nurse's: the first of each trust's seats are, for the whole run."""
    return seat.number < k.NURSE_SHARE * setting.clinicians


def leave_rate(seat: SeatState, trust: TrustState, setting: Setting, p: Parameters, k: Constants) -> float:
    """Low morale, pressure and blame drive people out, nurses more readily than doctors (L1; B38, V24, V25)."""
    times = select(nurse(seat, setting, k), p.nurse_leaving, trust.doctors_leaving)
    return usual_leave_rate(seat, trust, p, k) * times


class Fate(NamedTuple):
    """Whether the person in the seat goes this month, and how."""

    poor: bool
    left: bool
    displaced: bool
    at_work: bool


def fate(seat: SeatState, trust: TrustState, luck: SeatLuck, k: Constants) -> Fate:
    """People leave by chance, and poor performers are pushed on or removed (L1; A26, A28)."""
    poor = seat.skill < k.POOR_SKILL
    displace = seat.leave_rate + select(poor, trust.displacement_hazard, 0.0)
    remove = displace + select(poor, trust.removal_hazard, 0.0)
    leaves = luck.fate < seat.leave_rate
    return Fate(
        poor=poor,
        left=seat.occupied & leaves,
        displaced=seat.occupied & negation(leaves) & (luck.fate < displace),
        at_work=seat.occupied & negation(luck.fate < remove),
    )


LOW_MORALE = 0.5
"""Morale below which a clinician counts as burned out: the middle of the scale, an assumption."""


class Contribution(NamedTuple):
    """What a seat adds to the sums of its trust; nothing, but for people who go or come, unless somebody works."""

    at_work: bool
    left: bool
    displaced: bool
    rehired: bool
    poor: bool
    burned_out: bool
    nurses: bool
    doctors_left: bool
    tail: bool
    top: bool
    displaced_talent: float
    access: float
    quality: float
    integration: float
    alerts: float
    morale: float
    skill: float
    skill_squared: float
    tail_skill: float
    top_skill: float


def contribution(seat: SeatState, trust: TrustState, setting: Setting, p: Parameters, k: Constants) -> Contribution:
    """Skill, lifted or held down by protocol, times effort makes care; alerts are the expected share (L2; A29, B25)."""
    coach = coachability(seat.skill, k.COACH_HALF)
    effective_skill = (
        seat.skill
        + larger(0.0, 1.0 - seat.skill) * k.PROTOCOL_LIFT * p.protocol_strength * coach
        - larger(0.0, seat.skill - 1.0) * p.protocol_strength * trust.prescribed
    )
    output = effective_skill * (k.EFFORT_BASE + k.EFFORT_MORALE * seat.morale + trust.effort_strain)
    output = select(seat.at_work, output, 0.0)
    skill_at_work = select(seat.at_work, seat.skill, 0.0)
    tail = seat.at_work & (seat.talent < 0.75)
    top = seat.at_work & (seat.talent > 1.15)
    return Contribution(
        at_work=seat.at_work,
        left=seat.left,
        displaced=seat.displaced,
        rehired=seat.rehired,
        poor=seat.at_work & seat.poor,
        burned_out=seat.at_work & (seat.morale < LOW_MORALE),
        nurses=seat.at_work & nurse(seat, setting, k),
        doctors_left=seat.left & negation(nurse(seat, setting, k)),
        tail=tail,
        top=top,
        displaced_talent=select(seat.displaced, seat.talent, 0.0),
        access=output * seat.effort_access,
        quality=output * (1.0 - seat.effort_access - seat.effort_integration),
        integration=output * seat.effort_integration,
        alerts=select(seat.at_work, smaller(1.0, trust.alert_chance * (k.ALERT_MORALE + seat.morale)), 0.0),
        morale=select(seat.at_work, seat.morale, 0.0),
        skill=skill_at_work,
        skill_squared=skill_at_work * skill_at_work,
        tail_skill=select(tail, seat.skill, 0.0),
        top_skill=select(top, seat.skill, 0.0),
    )


class Recruit(NamedTuple):
    """Who sits in the seat next month."""

    occupied: bool
    talent: float
    skill: float
    morale: float
    effort_access: float
    effort_integration: float


class Newcomer(NamedTuple):
    """A recruit to a vacant seat."""

    hired: bool
    rehired: bool


def newcomer(seat: SeatState, trust: TrustState, luck: SeatLuck) -> Newcomer:
    """A vacant seat may be filled, at some trusts from the pool of displaced people (L1; A28)."""
    hired = negation(seat.occupied) & (luck.fate < trust.hire_chance)
    return Newcomer(hired=hired, rehired=hired & (luck.origin < trust.from_pool))


def recruit(seat: SeatState, trust: TrustState, luck: SeatLuck, p: Parameters, k: Constants) -> Recruit:
    """Recruits come from the pool, the poor tail or the main body; selection finds better ones (L1; A26, A36)."""
    spread = triangular(luck.spread_a, luck.spread_b)
    place = (luck.origin - trust.from_pool) / larger(1e-12, 1.0 - trust.from_pool)
    talent = select(
        place < p.poor_performer_share * (1.0 - p.recruitment_selectivity),
        larger(0.1, k.TAIL_MEAN + k.TAIL_SD * spread),
        larger(0.1, 1.0 + p.skill_spread * (spread + p.recruitment_selectivity)),
    )
    talent = select(seat.rehired, larger(0.1, trust.pool_mean + 0.05 * spread), talent)
    return Recruit(
        occupied=seat.at_work | seat.hired,
        talent=select(seat.hired, talent, seat.talent),
        skill=select(seat.hired, talent, seat.skill),
        morale=select(seat.hired, p.professional_motivation, seat.morale),
        effort_access=select(seat.hired, k.PROF_ACCESS, seat.effort_access),
        effort_integration=select(seat.hired, k.PROF_INTEGRATION, seat.effort_integration),
    )
