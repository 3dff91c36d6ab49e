"""State variables of the model: what each actor knows and is, as records that the rules read.

Floats of a Mesa agent, or arrays over runs; shares and indices 0..1 unless a comment says more, conditions are bools.
"""

from __future__ import annotations

from typing import TYPE_CHECKING


class Sums:
    """Exact sums over agents, named as in their tallies: of quantities in fixed point (2**32 to one), or counts."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> int: ...


class Setting:
    """What does not change in a run: the size of the country and the form of its administrative units."""

    trusts: float  # H, count
    clinicians: float  # C, seats per trust
    seats: float  # N = H * C
    weight: float  # W, sum of the sizes of the trusts
    units: float  # U, administrative units
    leverage: float  # of a unit over its trusts, grows with their number
    engagement: float  # of a unit with its places, falls with their number
    unit_power: float  # leverage and engagement together; 1 at the best scale
    own_vacancies: float  # weight of a trust's own vacancies; the rest is the country's


class Now:
    """The month that is being computed."""

    month: float  # 1 .. T; 0 is the start


class CentreState:
    """The minister and the centre: stance, mood, memory, the deal with the arm's-length body."""

    national_optimum: float  # method units
    best_practice: float  # method units
    months_since_election: float  # months
    tenure: float  # months of the minister
    head_months: float  # months of the head of government
    new_head: float  # 0 or 1: begins this month
    zeal: float
    party: float  # -1 localist, +1 centralist
    pride: float  # interest of the centre in its own new reorganisation
    voted: bool  # an election turned out the head of government this month
    minister_changed: float  # 0 or 1
    control: float
    detail: float
    rhetoric: float
    buffer: float  # arm's length
    blame: float  # >= 0
    lever_shortfall: float
    variation: float
    late: float  # >= 1, before an election
    anxiety: float
    sclerosis: float
    cynicism: float
    body: float  # growth of the central body
    room: float  # for more control
    control_change: float  # per month
    detail_change: float  # per month
    control_conceded: float  # per month
    control_volunteered: float  # per month
    challenge_bar: float
    entrenched: float
    issue_severity: float  # of what the last consultation asked of providers
    focus_access: float
    focus_quality: float
    focus_integration: float
    months_since: float  # the last reorganisation, months
    motive_liberating: float
    motive_centralising: float
    memory_liberating: float
    memory_centralising: float
    shock: float
    hazard: float  # of reorganising, per month
    started: float  # 0 or 1: a reorganisation starts this month
    reform_scope: float  # of a start of this month: share of trusts that it marks, 0 without one
    reform_spread: float  # over which their own months lie, months
    middle_started: float  # 0 or 1: the middle tier is reorganised this month
    months_settled: float  # since the last start of either tier, months
    direction: float  # -1 liberating, 0 disruption only, +1 centralising
    transition_left: float  # months
    disruption: float
    incentive_access: float
    incentive_integration: float
    demand_level: float  # ratio to the start
    arrivals: float  # ratio to the start: demand as it comes
    funding: float  # ratio to the start
    money: float  # ratio to the start: funding as it is spent
    absorb: float  # room for displaced people
    compliance_cost: float
    soft: float  # part of control that the buffer leaves
    rhetoric_gap: float  # -1 .. 1


class NationState:
    """The country's means at the end of a month: what the centre and the managers see of it in the next one."""

    access: float
    reported: float
    quality: float
    integration: float
    overall: float
    fit: float
    wait: float  # months
    queue: float  # months of initial demand
    challenge: float
    found: float  # share of trusts
    hidden: float  # share of trusts
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
    disruption: float  # as trusts meet it
    supply: float  # mean by size of size
    objecting_supply: float  # of the trusts that object
    vacancy: float
    failing_share: float
    access_sd: float
    reported_sd: float
    quality_sd: float
    overall_sd: float
    method_sd: float
    seen_share: float  # of quality that the centre's measures and its staff show it
    best_method: float  # method units
    pool: float  # displaced people not yet rehired, clinicians
    pool_skill: float  # sum of their talent


class CouncilState:
    """What a trust sees of its administrative unit: means of last month over the unit's trusts."""

    challenge: float
    compliance: float
    lead: float  # sum over the unit's trusts
    lead_method: float  # sum of lead times method


class CatchmentState:
    """What a trust sees of the hospitals that share its patients."""

    adopted: float  # share of the catchment's trusts that use the proven practice


class TrustState:
    """A trust: its patients, its methods, what it delivers and what it publishes."""

    size: float  # ratio to the mean
    trap: float  # signed distance of the inferior peak, method units
    suitability: float
    regional_optimum: float  # method units
    local_optimum: float  # method units
    displaces: float  # 0 or 1
    overlap: float
    queue: float  # months of initial demand
    wait: float  # months
    access: float
    reported: float
    quality: float
    integration: float
    method: float  # method units
    optimum: float  # method units
    misfit: float
    fit: float
    trapped: bool
    adopted: float  # 0 or 1
    learning_stock: float
    difficulty: float  # demand over funding, ratio
    months_failing: float  # months
    track_record: float  # what inspectors have seen of the worse of quality and access
    found_poor: float  # 0 or 1: by a visit of this month
    regime_months: float  # months in the failure regime, 0 outside
    regime_entry: bool
    regime_exit: bool
    regime_early_exit: bool
    alerts: float  # per clinician at work
    morale: float
    skill: float
    share_at_work: float
    doctors_leaving: float  # rate of leaving over that of a clinician, ratio
    burned_out: float  # share of the clinicians at work
    displacement_hazard: float  # per month
    strain: float  # pressure, saturating
    training: float  # per month
    removal_hazard: float  # per month, of a poor performer
    leave_strain: float
    leave_blame: float  # per month
    prescribed: float  # 1 - discretion
    autonomy: float  # as the staff feel it
    effort_strain: float
    alert_chance: float  # per month
    hire_chance: float  # per month
    from_pool: float
    pool_mean: float  # skill
    morale_goal: float
    access_norm: float
    integration_norm: float
    pull: float
    pull_access: float
    pull_integration: float
    multiplier: float
    raw_access: float
    raw_quality: float
    raw_integration: float
    demand: float
    treated: float
    failure_demand_share: float
    need_met: float
    pushed: float  # access that a push adds to the report
    push_debt: float  # quality that the last push takes
    found_told: float  # 0 or 1
    found_hidden: float  # 0 or 1
    failing: bool
    below_target: bool
    overall: float
    lead: float
    lead_cubed: float


class ManagerState:
    """A trust's manager: character, mood and stance, and what was decided this month."""

    capability: float
    freedom: float
    threshold: float
    fear: float
    compliance: float
    gaming: float
    staff_trust: float
    challenges: float  # 0 or 1
    objects: float  # 0 or 1: formally, in the last consultation
    gap: float
    true_gap: float
    seen: float
    guard: float
    reorganised: float  # 0 or 1: the trust's own reorganisation starts this month
    months_to_step: float  # to the trust's own reorganisation, months; -1 where none is to come
    unrest: float  # disruption by whatever touched the trust
    own_disruption: float  # by reorganisations, as the trust meets it
    own_shock: float  # of its own reorganisation
    central_pressure: float  # >= 0
    grievance: float
    obey: float
    discretion: float
    shield: float
    pressure: float  # >= 0
    wrongful_blame: float
    safety: float
    learning: float  # per month
    failing: float  # 0 or 1
    meeting: bool
    just_departure: float  # per month
    departure: float  # per month
    departed: bool
    sacked: bool


class SeatState:
    """A clinician's seat: the person in it, and what the person gives this month."""

    number: float  # of the seat within its trust, from 0: known to every engine, so that none keeps it
    occupied: bool
    talent: float  # skill
    skill: float
    morale: float
    effort_access: float
    effort_integration: float
    leave_rate: float  # per month
    poor: bool
    left: bool
    displaced: bool
    at_work: bool
    hired: bool
    rehired: bool


class PlaceState:
    """Where a trust lies: what month 0 alone needs of it."""

    index: float  # trusts are counted from 0
    position: float  # on the ring
    drawn_size: float
    council: float  # number
    catchment: float  # number
    first: float  # number of a node of the region
    second: float  # number of a node of the region
    nearness: float  # to the second node
