"""Rules of a trust's service: integration, demand, treatment, reports, failures (S2, S3)."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import SQRT6, floor, larger, negation, root, saturating, select, smaller, unfixed
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import TrustLuck
from ..records import CentreState, ManagerState, NationState, Now, Setting, Sums, TrustState


def integration(trust: TrustState, catchment_sums: Sums, setting: Setting, k: Constants) -> float:
    """Joint work of a catchment builds up, in units of a good size that fit the catchments (S2; A43, A44)."""
    partners = unfixed(catchment_sums.raw_integration) / unfixed(catchment_sums.size)
    joint = (
        root(larger(0.0, trust.raw_integration * partners))
        * setting.unit_power
        * (1.0 - k.MISMATCH_COST * (1.0 - trust.overlap))
    )
    return trust.integration + (saturating(joint) - trust.integration) / k.INTEGRATION_MONTHS


class Demand(NamedTuple):
    """Work that arrives this month, and the part of it that poor service made."""

    demand: float
    failure_demand_share: float


def demand(trust: TrustState, centre: CentreState, nation: NationState, p: Parameters, k: Constants) -> Demand:
    """Prevention lowers demand, failure demand raises it, waits deter, patients choose (S2; A02, A30, A46, B26)."""
    failure_demand = p.failure_demand * (0.5 * (1.0 - trust.quality) + 0.5 * (1.0 - trust.fit))
    arriving = (
        centre.arrivals
        * trust.difficulty
        * (1.0 - k.PREVENTION_EFFECT * (trust.integration - 0.5))
        * (1.0 - p.practice_effect * k.EMERGENCY_SHARE * trust.adopted)
    )
    arriving = (
        arriving
        * (1.0 + failure_demand)
        / (1.0 + p.failure_demand * k.FAILURE_NORM)
        / (1.0 + k.WAIT_ELASTICITY * (trust.wait - k.BASE_WAIT))
    )
    longer = trust.wait - nation.wait
    return Demand(
        demand=arriving * (1.0 - k.CHOICE_REACH * p.patient_choice * longer / root(1.0 + longer * longer)),
        failure_demand_share=failure_demand / (1.0 + failure_demand),
    )


class Treatment(NamedTuple):
    """What is done, and who waits how long."""

    treated: float
    queue: float
    wait: float
    need_met: float


def treatment(trust: TrustState, centre: CentreState, p: Parameters, k: Constants) -> Treatment:
    """Capacity meets queue and demand (S2; V17)."""
    capacity = p.capacity_ratio * centre.money * trust.raw_access
    backlog = trust.queue + trust.demand
    treated = smaller(backlog, capacity * smaller(1.0, backlog / (k.BACKLOG_COVER * capacity + 1e-6)))
    queue = larger(0.0, backlog - treated)
    wait = smaller(k.WAIT_MAX, queue / larger(treated, 1e-3))
    return Treatment(
        treated=treated,
        queue=queue,
        wait=wait,
        need_met=treated * (1.0 - trust.failure_demand_share),
    )


def seen_in_time(wait: float, k: Constants) -> float:
    """Return the share seen within the standard where the wait is ``wait`` months: log-logistic, of shape 3."""
    wait_ratio = wait / k.ACCESS_SCALE
    return 1.0 / (1.0 + wait_ratio * wait_ratio * wait_ratio)


SEASON = (1.044, 1.035, 1.012, 0.973, 0.967, 0.957, 0.969, 0.965, 0.984, 1.009, 1.021, 1.071)
"""Wait of a calendar month over that of the year, January to December.

Computed from England's ae_attendances_trust_month_2016_2019.csv (all organisations) and ae_trust_month_2021_2025.csv
(the 129 trusts whose breaches are known in every month, without February and March 2025, which are copies). Each
month's share a within four hours gives a wait (1/a - 1)^(1/3), in units of the limit, as the model has it; its log less
the centred mean of twelve months (half weights at both ends) is averaged by calendar month: five years, four of August
and September. The twelve sum to zero before they are turned back.
"""


def season_factor(month: float, strength: float) -> float:
    """Return the factor on waits of calendar ``month`` (1..12): 1 at strength 0, the record's at 1."""
    factor = SEASON[0]
    for number, of_month in enumerate(SEASON[1:], start=2):
        factor = select(month == float(number), of_month, factor)
    return 1.0 + strength * (factor - 1.0)


def access(trust: TrustState, now: Now, p: Parameters, k: Constants) -> float:
    """The share seen within the standard falls with the wait, which is longer in winter (S2; V17)."""
    months = now.month + floor(p.season_start) - 2.0
    factor = season_factor(months - 12.0 * floor(months / 12.0) + 1.0, p.season_strength)
    return seen_in_time(trust.wait * factor, k)


class Publication(NamedTuple):
    """Access as it is in the end, and as the trust publishes it."""

    access: float
    reported: float


def told_access(trust: TrustState, manager: ManagerState, landing: float, p: Parameters, k: Constants) -> float:
    """Return the access that a trust publishes if a dressed report lands up to ``landing`` above the target."""
    dressed = smaller(p.target_level + landing, trust.access + k.GAMING_REACH * manager.gaming)
    return smaller(1.0, larger(trust.access, dressed))


class Push(NamedTuple):
    """What a push adds to this month's report, and what the last one takes from this month's quality."""

    pushed: float
    push_debt: float


def push(trust: TrustState, manager: ManagerState, luck: TrustLuck, p: Parameters, k: Constants) -> Push:
    """Who would miss a tough target by a little may get over the line in the last days of the month (S2; B10, B11)."""
    told = told_access(trust, manager, k.GAMING_MARGIN * luck.margin, p, k)
    short = p.target_level - told
    chance = smaller(1.0, p.notch_effort * p.target_toughness)
    pushes = (short > 0.0) & (short < k.NOTCH_WIDTH) & (luck.pushes < chance)
    # What is left of the uniform says where the push lands.
    lands = smaller(1.0, p.target_level + k.NOTCH_LANDING * (luck.pushes / larger(1e-12, chance)))
    return Push(
        pushed=select(pushes, lands - told, 0.0),
        push_debt=k.NOTCH_COST * p.notch_truth * trust.pushed,
    )


def publication(trust: TrustState, manager: ManagerState, luck: TrustLuck, p: Parameters, k: Constants) -> Publication:
    """A gaming trust reports up to just above the target; part of a push is true (S2; B8 to B12, V12 to V14)."""
    told = told_access(trust, manager, k.GAMING_MARGIN * luck.margin, p, k)
    return Publication(access=trust.access + p.notch_truth * trust.pushed, reported=told + trust.pushed)


class Performance(NamedTuple):
    """True quality, and the overall mark of the trust."""

    quality: float
    overall: float


def performance(trust: TrustState, k: Constants) -> Performance:
    """Waiting harms quality a little, last month's push too; three marks make the overall one (S2)."""
    raw = trust.raw_quality * (1.0 - k.WAIT_HARM * saturating(larger(0.0, trust.wait - k.HARM_WAIT)))
    quality = larger(0.0, raw * raw / (raw * raw + k.QUALITY_HALF) - trust.push_debt)
    return Performance(quality=quality, overall=0.4 * trust.access + 0.4 * quality + 0.2 * trust.integration)


class Drift(NamedTuple):
    """How local circumstances change."""

    local_optimum: float
    difficulty: float


def drift(trust: TrustState, luck: TrustLuck, p: Parameters, k: Constants) -> Drift:
    """Places change slowly: the best way of working, and demand over funding (S3; A06, V09 to V11)."""
    rate = p.local_drift_rate
    local_optimum = (
        trust.local_optimum
        - rate * (trust.local_optimum - trust.regional_optimum)
        + root(rate * (2.0 - rate)) * k.OWN_SPREAD * (luck.drift_a + luck.drift_b - 1.0) * SQRT6
    )
    rate = k.DIFFICULTY_DRIFT
    difficulty = (
        trust.difficulty
        - rate * (trust.difficulty - 1.0)
        + root(rate * (2.0 - rate)) * p.trust_difference * (luck.difficulty_a + luck.difficulty_b - 1.0) * SQRT6
    )
    return Drift(local_optimum=local_optimum, difficulty=larger(0.5, difficulty))


class TrustFailure(NamedTuple):
    """Whether the trust fails, and whether the public hears of a failure."""

    failing: bool
    below_target: bool
    months_failing: float
    found_told: float
    found_hidden: float


def failure(trust: TrustState, centre: CentreState, luck: TrustLuck, p: Parameters, k: Constants) -> TrustFailure:
    """Inspectors, data, users and luck find poor care; a lenient regulator keeps some of it quiet (S3; A32, A35)."""
    failing = (trust.quality < k.FAILING_LEVEL) | (trust.access < k.FAILING_LEVEL)
    poor = 1.0 - trust.quality
    bad = poor * poor * k.FOUND_QUALITY + k.FOUND_ACCESS * larger(0.0, k.FOUND_ACCESS_LEVEL - trust.access)
    found = bad * (
        k.FOUND_BASE
        + k.FOUND_INSPECTION * p.inspection_intensity
        + k.FOUND_PUBLIC * p.public_reporting
        + k.FOUND_USERS * p.user_voice
    ) + k.FOUND_GAMING * p.inspection_intensity * larger(0.0, trust.reported - trust.access)
    told = found * (1.0 - p.regulator_leniency * centre.pride)
    is_told = luck.found < told
    return TrustFailure(
        failing=failing,
        below_target=trust.access < p.target_level,
        months_failing=select(failing, trust.months_failing + 1.0, larger(0.0, trust.months_failing - 1.0)),
        found_told=select(is_told, 1.0, 0.0),
        found_hidden=select(negation(is_told) & (luck.found < found), 1.0, 0.0),
    )
