"""How a country starts (section 6): sizes, places, people and moods of month 0.

The values that start alike everywhere stand in the ``*_START`` tables; the rest is drawn.
"""

from __future__ import annotations

from typing import NamedTuple

from .arithmetic import SQRT3, SQRT6, SQRT12, clip01, floor, larger, root, select, smaller, triangular
from .constants import Constants
from .parameters import Parameters
from .records import Setting

CENTRE_START = {
    "anxiety": 0.3, "blame": 0.3, "sclerosis": 0.3, "cynicism": 0.2, "entrenched": 0.0, "challenge_bar": 0.0,
    "disruption": 0.0, "body": 0.0, "pride": 0.0, "memory_liberating": 0.0, "memory_centralising": 0.0,
    "best_practice": 0.0, "national_optimum": 0.0, "tenure": 0.0, "months_since_election": 0.0,
    "transition_left": 0.0, "direction": 0.0, "zeal": 0.5, "months_since": 30.0, "funding": 1.0, "demand_level": 1.0,
}  # fmt: skip
NATION_START = {
    "reported": 0.9, "access": 0.9, "quality": 0.66, "integration": 0.5, "fit": 0.8, "found": 0.0, "compliance": 0.6,
    "vacancy": 0.07, "failing_share": 0.1, "overall_sd": 0.08, "reported_sd": 0.08, "best_method": 0.0, "pool": 0.0,
    "pool_skill": 0.0,
}  # fmt: skip
COUNCIL_START = {"compliance": 0.6, "lead": 0.0, "lead_method": 0.0}
CATCHMENT_START = {"adopted": 0.0}
TRUST_START = {
    "learning_stock": 0.5, "adopted": 0.0, "integration": 0.5, "access": 0.9, "reported": 0.9, "quality": 0.66,
    "fit": 0.8, "alerts": 0.1, "morale": 0.6, "skill": 1.0, "months_failing": 0.0,
}  # fmt: skip
MANAGER_START = {"fear": 0.3, "compliance": 0.6, "staff_trust": 0.5, "gaming": 0.0, "wrongful_blame": 0.0}


class Units(NamedTuple):
    """How the administrative units relate to their trusts."""

    leverage: float
    engagement: float
    unit_power: float
    own_vacancies: float


def units(setting: Setting, k: Constants) -> Units:
    """Large units have leverage over providers, small ones stay close to their places (S2; A43)."""
    trusts_per_unit = setting.trusts / setting.units
    leverage = trusts_per_unit / (trusts_per_unit + k.LEVERAGE_HALF)
    engagement = k.ENGAGEMENT_HALF / (k.ENGAGEMENT_HALF + trusts_per_unit)
    return Units(
        leverage=leverage,
        engagement=engagement,
        unit_power=leverage * engagement / k.UNIT_BEST,
        own_vacancies=smaller(1.0, root(setting.clinicians / k.SEATS_REF)),
    )


def number_of_units(setting: Setting, p: Parameters) -> float:
    """Units are whole, at least one and at most one for each trust."""
    return larger(1.0, smaller(setting.trusts, floor(p.number_of_units + 0.5)))


class CentreStart(NamedTuple):
    """The centre's stance at the start."""

    control: float
    detail: float
    rhetoric: float
    buffer: float
    focus_access: float
    focus_quality: float
    focus_integration: float
    party: float


def centre_start(party_luck: float, p: Parameters) -> CentreStart:
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
        party=select(party_luck < 0.5, -1.0, 1.0),
    )


class StartLuck:
    """The uniforms of a trust at the start, named after their use."""

    position: float
    optimum_a: float
    optimum_b: float
    method: float
    capability: float
    freedom: float
    threshold_a: float
    threshold_b: float
    difficulty_a: float
    difficulty_b: float
    difficulty_c: float
    difficulty_d: float
    displaces: float
    suitability: float
    trap_side: float
    trap_distance: float
    size_a: float
    size_b: float
    size_c: float
    size_d: float
    starts_trapped: float


def drawn_size(luck: StartLuck, p: Parameters) -> float:
    """Size before it is scaled to a mean of 1 (V38)."""
    drawn = (luck.size_a + luck.size_b + luck.size_c + luck.size_d - 2.0) * SQRT3
    return larger(0.2, 1.0 + p.size_spread * drawn)


def position(index: float, luck: StartLuck, setting: Setting) -> float:
    """Where the trust lies on the ring, 0..1; ``index`` counts trusts from 0."""
    return (index + luck.position) / setting.trusts


class Arcs(NamedTuple):
    """The council and the catchment that a place on the ring belongs to, as whole numbers from 0."""

    council: float
    catchment: float


def arcs(place: float, setting: Setting, p: Parameters) -> Arcs:
    """Councils cut the ring in equal arcs; catchments are the same arcs, shifted (A44)."""
    shifted = place + 0.5 * p.boundary_mismatch / setting.units
    shifted = shifted - floor(shifted)
    return Arcs(
        council=smaller(setting.units - 1.0, floor(place * setting.units)),
        catchment=smaller(setting.units - 1.0, floor(shifted * setting.units)),
    )


class Nodes(NamedTuple):
    """The two nodes of the region between which a place lies, and how near it is to the second."""

    first: float
    second: float
    nearness: float


def nodes(place: float, node_count: float) -> Nodes:
    """Neighbouring trusts share a regional part of their best way of working; it is drawn at nodes of the ring."""
    exact = place * node_count
    whole = floor(exact)
    first = select(whole >= node_count, whole - node_count, whole)
    second = select(first + 1.0 >= node_count, 0.0, first + 1.0)
    return Nodes(first=first, second=second, nearness=exact - whole)


def regional_optimum(first_node: float, second_node: float, nearness: float) -> float:
    """The regional part of the local optimum; the nodes bring the sum of three uniforms less 1.5."""
    between = (1.0 - nearness) * first_node + nearness * second_node
    return 2.0 * 0.6 * between * 1.2247


class TrustStart(NamedTuple):
    """A trust at the start."""

    local_optimum: float
    method: float
    trap: float
    suitability: float
    displaces: float
    difficulty: float


def trust_start(regional: float, luck: StartLuck, p: Parameters, k: Constants) -> TrustStart:
    """Half-adapted methods, places that differ, some trusts in their trap (section 6; assumption, SF2)."""
    local_optimum = (luck.optimum_a + luck.optimum_b - 1.0) * SQRT6 * k.OWN_SPREAD + regional
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
    )


class ManagerStart(NamedTuple):
    """A manager at the start."""

    capability: float
    freedom: float
    threshold: float
    challenges: float


def manager_start(index: float, luck: StartLuck, setting: Setting, p: Parameters, k: Constants) -> ManagerStart:
    """Managers differ in capability, taste for freedom and courage; the first ones may challenge from the start."""
    return ManagerStart(
        capability=clip01(p.manager_capability + k.CAPABILITY_START * (luck.capability - 0.5)),
        freedom=clip01(p.preference_for_freedom + k.FREEDOM_WIDTH * (luck.freedom - 0.5)),
        threshold=p.challenge_threshold + k.CHALLENGE_SD * (luck.threshold_a + luck.threshold_b - 1.0) * SQRT6,
        challenges=select((index + 0.5) / setting.trusts < p.initial_challenge, 1.0, 0.0),
    )


class StartSeatLuck:
    """The uniforms of a seat at the start."""

    morale: float
    origin: float
    spread_a: float
    spread_b: float


class SeatStart(NamedTuple):
    """A clinician's seat at the start."""

    occupied: bool
    talent: float
    skill: float
    morale: float
    effort_access: float
    effort_integration: float


def seat_start(luck: StartSeatLuck, p: Parameters, k: Constants) -> SeatStart:
    """Untrained people, some from the poor tail, and a few vacant seats (section 6; A26)."""
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
