"""Rules of a reorganisation: when the centre begins one, and what that does to it and to trusts (C12, M1).

Started reorganisations are not scaled by political_responsiveness, so that forced ones work with frozen politics.
"""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import clip01, floor, larger, magnitude, negation, select, smaller
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import CentreLuck, TrustLuck
from ..records import CentreState, ManagerState, Now, TrustState


class Complaints(NamedTuple):
    """Two complaints compete: too much direction, too little order."""

    motive_liberating: float
    motive_centralising: float
    memory_liberating: float
    memory_centralising: float


def complaints(centre: CentreState, p: Parameters, k: Constants) -> Complaints:
    """The remembered complaint of the other side makes the centre hesitate (C12; A38, A47, A48)."""
    liberating = centre.sclerosis
    centralising = clip01(
        k.CENTRALISE_SCALE
        * centre.anxiety
        * (k.CENTRALISE_ROOM - centre.control)
        * (k.CENTRALISE_BASE + centre.variation)
    )
    fade = 1.0 - 1.0 / k.MEMORY_MONTHS
    return Complaints(
        motive_liberating=liberating - p.reform_memory * centre.memory_centralising,
        motive_centralising=centralising - p.reform_memory * centre.memory_liberating,
        memory_liberating=larger(centre.memory_liberating * fade, liberating),
        memory_centralising=larger(centre.memory_centralising * fade, centralising),
    )


class Readiness(NamedTuple):
    """How near a reorganisation is, and what an unprepared one would disrupt."""

    months_since: float
    disruption: float
    hazard: float
    shock: float


def readiness(centre: CentreState, p: Parameters, k: Constants) -> Readiness:
    """A zealous new minister with a mandate and a motive reorganises, once the last time is forgotten (C12; A41)."""
    months_since = centre.months_since + 1.0
    motive = larger(0.0, larger(centre.motive_liberating, centre.motive_centralising))
    fresh = centre.zeal / (1.0 + centre.tenure / k.ZEAL_MONTHS)
    window = 1.0 / (1.0 + centre.months_since_election / k.ZEAL_MONTHS)
    rest = months_since * months_since / (months_since * months_since + k.REST_MONTHS * k.REST_MONTHS)
    rest = rest * rest
    return Readiness(
        months_since=months_since,
        disruption=centre.disruption * (1.0 - 1.0 / k.DISRUPTION_MONTHS),
        hazard=(
            p.political_responsiveness
            * p.reform_propensity
            * (k.HAZARD_BASE + fresh + k.HAZARD_WINDOW * window)
            * motive
            * motive
            * k.HAZARD_SCALE
            * rest
        ),
        shock=p.reorganisation_shock * (1.0 - k.PREPARED_SHIELD * p.reform_preparedness),
    )


class Launch(NamedTuple):
    """A reorganisation that starts, or the state without one."""

    started: float
    months_since: float
    transition_left: float
    direction: float
    disruption: float
    pride: float
    body: float
    rhetoric: float
    sclerosis: float
    anxiety: float
    blame: float


def launch(centre: CentreState, luck: CentreLuck, now: Now, p: Parameters, k: Constants) -> Launch:
    """A start disrupts, flatters and grows the centre, and eases the complaint behind it (C12; A10, A35, A42).

    A forced start replaces a reorganisation under way; others wait for its end.
    """
    forced = (p.forced_reorganisation_month > 0.0) & (now.month == floor(p.forced_reorganisation_month))
    started = forced | ((centre.transition_left <= 0.0) & (luck.reorganises < centre.hazard))
    chosen = select(centre.motive_liberating > centre.motive_centralising, -1.0, 1.0)
    direction = select(forced, p.forced_reorganisation_direction, chosen)
    frees = started & (direction < 0.0)
    tightens = started & (direction > 0.0)
    return Launch(
        started=select(started, 1.0, 0.0),
        months_since=select(started, 0.0, centre.months_since),
        transition_left=select(started, k.TRANSITION_MONTHS, centre.transition_left),
        direction=select(started, direction, centre.direction),
        disruption=select(started, smaller(1.0, centre.disruption + centre.shock), centre.disruption),
        pride=select(started, 1.0, centre.pride),
        body=select(started, centre.body + p.centre_growth * (1.0 - centre.body), centre.body),
        rhetoric=select(
            frees,
            centre.rhetoric + k.LIBERATE_RHETORIC * (1.0 - centre.rhetoric),
            select(tightens, k.CENTRALISE_RHETORIC * centre.rhetoric, centre.rhetoric),
        ),
        sclerosis=select(frees, k.LIBERATE_SCLEROSIS * centre.sclerosis, centre.sclerosis),
        anxiety=select(tightens, k.CENTRALISE_ANXIETY * centre.anxiety, centre.anxiety),
        blame=select(tightens, k.CENTRALISE_BLAME * centre.blame, centre.blame),
    )


class Reach(NamedTuple):
    """What of the providers this month's national start reaches, and whether the middle tier is reorganised."""

    reform_scope: float
    reform_spread: float
    middle_started: float
    months_settled: float


def reach(centre: CentreState, luck: CentreLuck, p: Parameters, k: Constants) -> Reach:
    """Some national reforms reach providers, over years; an anxious centre reorganises the middle (C12; A41, V03)."""
    begins = centre.started > 0.5
    reaches = begins & (luck.reaches < p.provider_chance)
    settled = centre.months_settled + 1.0
    rest = settled * settled / (settled * settled + k.MIDDLE_REST * k.MIDDLE_REST)
    hazard = p.political_responsiveness * p.middle_rate * centre.anxiety * rest
    middle = negation(begins) & (luck.middle < hazard)
    shortest = smaller(k.SPREAD_LEAST, p.reform_spread)
    return Reach(
        reform_scope=select(reaches, k.SCOPE_LEAST + (1.0 - k.SCOPE_LEAST) * luck.scope, 0.0),
        reform_spread=shortest + (p.reform_spread - shortest) * luck.spread,
        middle_started=select(middle, 1.0, 0.0),
        months_settled=select(begins | middle, 0.0, settled),
    )


class Transition(NamedTuple):
    """Where the transition stands, and the centre's stance at the end of the phase."""

    transition_left: float
    buffer: float
    control: float
    detail: float
    control_volunteered: float


def transition(centre: CentreState, p: Parameters, k: Constants) -> Transition:
    """Control tightens in any transition; its end frees or centralises; then the stance is set (C12; A11, A22)."""
    under_way = centre.transition_left > 0.0
    left = select(under_way, centre.transition_left - 1.0, centre.transition_left)
    grip = centre.control_change + magnitude(centre.direction) * k.TRANSITION_GRIP * centre.room / k.TRANSITION_MONTHS
    control_change = select(under_way, grip, centre.control_change)
    ends = under_way & (left <= 0.0)
    frees = ends & (centre.direction < 0.0)
    tightens = ends & (centre.direction > 0.0)
    freed = p.liberation_depth * centre.control
    control_change = select(frees, control_change - freed, control_change)
    control_change = select(tightens, control_change + k.CENTRALISE_STEP * centre.room, control_change)
    detail_change = select(frees, centre.detail_change - p.liberation_depth * centre.detail, centre.detail_change)
    detail_change = select(tightens, detail_change + k.CENTRALISE_DETAIL * (1.0 - centre.detail), detail_change)
    built = larger(centre.buffer, p.arms_length_design)
    return Transition(
        transition_left=left,
        buffer=select(frees, built, select(tightens, k.CENTRALISE_ARMS * centre.buffer, centre.buffer)),
        control=clip01(centre.control + control_change),
        detail=clip01(centre.detail + detail_change),
        control_volunteered=select(frees, centre.control_volunteered + freed, centre.control_volunteered),
    )


NO_STEP = -1.0
"""Months to a trust's own step where none is to come."""


class OwnStep(NamedTuple):
    """How many months are left to the trust's own step, and how disrupted it is."""

    months_to_step: float
    unrest: float


def provider_step(
    manager: ManagerState, trust: TrustState, centre: CentreState, luck: TrustLuck, p: Parameters, k: Constants
) -> OwnStep:
    """Small and failing trusts, and those across borders, are marked more often, each with its month (M1; B5b)."""
    weight = 1.0 + k.MARK_TILT * (0.5 * (1.0 - trust.size) + manager.failing + 0.5 * (0.5 - trust.overlap))
    chance = smaller(1.0, centre.reform_scope * weight)
    marked = luck.marked < chance
    # What is left of the uniform that marked the trust chooses its month.
    month = floor(luck.marked / larger(1e-12, chance) * centre.reform_spread)
    planned = select(marked, month, larger(NO_STEP, manager.months_to_step - 1.0))
    left = select(luck.merges < p.merger_rate, 0.0, planned)
    touched = (centre.middle_started > 0.5) & (luck.touched < k.MIDDLE_SHARE)
    blow = select(left == 0.0, 1.0, 0.0) + k.NATIONAL_SHOCK * centre.started + select(touched, k.MIDDLE_SHOCK, 0.0)
    faded = manager.unrest * (1.0 - 1.0 / k.DISRUPTION_MONTHS)
    return OwnStep(months_to_step=left, unrest=smaller(1.0, faded + centre.shock * blow))


class Upheaval(NamedTuple):
    """What a reorganisation is for one trust this month."""

    reorganised: float
    own_disruption: float
    own_shock: float


def upheaval(manager: ManagerState, centre: CentreState) -> Upheaval:
    """A trust is reorganised in its own month, and disrupted by whatever touches it (M1; B5b, V06, V07)."""
    return Upheaval(
        reorganised=select(manager.months_to_step == 0.0, 1.0, 0.0),
        own_disruption=manager.unrest,
        own_shock=centre.shock,
    )
