"""Tiers of a reorganisation: the centre's own, providers one after the other, and a middle tier between them."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import floor, larger, negation, select, smaller
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import CentreLuck, TrustLuck
from ..records import CentreState, ManagerState, TrustState
from ..rules.reorganisation import Upheaval
from ..rules.turnover import failing
from .rivals import Mechanism, Range, Rival, RivalOutcome, RivalRule

NO_STEP = -1.0
"""Months to a trust's own step where none is to come."""


class TieredCentre(CentreState):
    """The centre above two further tiers."""

    reform_scope: float  # of a national start of this month: share of trusts that it marks, 0 without one
    reform_spread: float  # over which their own months lie, months
    middle_started: float  # 0 or 1: the middle tier is reorganised this month
    months_settled: float  # since the last start of either


class TieredManager(ManagerState):
    """A manager whose trust has a month of its own."""

    months_to_step: float  # -1 where none is to come
    unrest: float  # disruption by whatever touched the trust


class ReachLuck(CentreLuck):
    """The centre's uniforms, and those of the other tiers."""

    reaches: float
    scope: float
    spread: float
    middle: float


class StepLuck(TrustLuck):
    """A trust's uniforms, and those of its own step."""

    marked: float
    month: float
    merges: float
    touched: float


class TierParameters(Parameters):
    """The parameters, and those of this rival."""

    provider_chance: float
    scope_least: float
    spread_least: float
    spread_most: float
    middle_rate: float
    middle_rest: float
    mark_tilt: float
    merger_rate: float
    national_shock: float
    middle_share: float
    middle_shock: float


class Reach(NamedTuple):
    """What of the providers this month's national start reaches, and whether the middle tier is reorganised."""

    reform_scope: float
    reform_spread: float
    middle_started: float
    months_settled: float


def reach(centre: TieredCentre, luck: ReachLuck, p: TierParameters) -> Reach:
    """Some national reforms reach providers, over years; an anxious centre reorganises the middle in between (A41)."""
    begins = centre.started > 0.5
    reaches = begins & (luck.reaches < p.provider_chance)
    settled = centre.months_settled + 1.0
    rest = settled * settled / (settled * settled + p.middle_rest * p.middle_rest)
    hazard = p.political_responsiveness * p.middle_rate * centre.anxiety * rest
    middle = negation(begins) & (luck.middle < hazard)
    return Reach(
        reform_scope=select(reaches, p.scope_least + (1.0 - p.scope_least) * luck.scope, 0.0),
        reform_spread=p.spread_least + (p.spread_most - p.spread_least) * luck.spread,
        middle_started=select(middle, 1.0, 0.0),
        months_settled=select(begins | middle, 0.0, settled),
    )


class OwnStep(NamedTuple):
    """How many months are left to the trust's own step, and how disrupted it is."""

    months_to_step: float
    unrest: float


def provider_step(
    manager: TieredManager, trust: TrustState, centre: TieredCentre, luck: StepLuck, p: TierParameters, k: Constants
) -> OwnStep:
    """Small and failing trusts, and those across borders, are marked more often; each has its own month (B5b)."""
    poor = failing(manager, trust, k)
    weight = 1.0 + p.mark_tilt * (0.5 * (1.0 - trust.size) + poor + 0.5 * (0.5 - trust.overlap))
    marked = luck.marked < centre.reform_scope * weight
    waiting = larger(NO_STEP, manager.months_to_step - 1.0)
    planned = select(marked, floor(luck.month * centre.reform_spread), waiting)
    left = select(luck.merges < p.merger_rate, 0.0, planned)
    touched = (centre.middle_started > 0.5) & (luck.touched < p.middle_share)
    blow = select(left == 0.0, 1.0, 0.0) + p.national_shock * centre.started + select(touched, p.middle_shock, 0.0)
    faded = manager.unrest * (1.0 - 1.0 / k.DISRUPTION_MONTHS)
    return OwnStep(months_to_step=left, unrest=smaller(1.0, faded + centre.shock * blow))


def upheaval_by_steps(manager: TieredManager, centre: CentreState) -> Upheaval:
    """A trust is reorganised in its own month, and disrupted by what touches it."""
    return Upheaval(
        reorganised=select(manager.months_to_step == 0.0, 1.0, 0.0),
        own_disruption=manager.unrest,
        own_shock=centre.shock,
    )


def any_tier_started(centre: TieredCentre) -> float:
    """The centre's reorganisation or one of the middle tier starts this month."""
    return larger(centre.started, centre.middle_started)


def disruption_of_trusts(manager: ManagerState) -> float:
    """Disruption as trusts meet it."""
    return manager.own_disruption


MERGED = "222 of 302 primary care trusts were merged in 2006; half of the acute hospitals 1997 to 2006 (B5); fit to V06"
BURSTS = "bursts of successions last a year (2006) to five (1998 to 2002): B5b; fit to V06 and V07"
QUIET = "successions of providers 2007 to 2022 (B5b): 62 among 230 in 16 years"
RATE = "fit to the yearly rate of successions of providers (B5b: 387 old codes among 230 in 30 years) and to V07"
TO_V03 = "fit to V03"


def _share(default: float, low: float, high: float, meaning: str, source: str, most: float = 1.0) -> Range:
    return Range(
        default=default, low=low, high=high, unit="share", meaning=meaning, source=source, least=0.0, most=most
    )


REACHES = {
    "provider_chance": _share(0.4, 0.2, 0.8, "chance that a national reorganisation reaches providers", RATE),
    "scope_least": _share(0.4, 0.1, 1.0, "least scope of one that does: share of trusts marked; the most is 1", MERGED),
    "spread_least": Range(
        default=12.0, low=1.0, high=24.0, unit="months", source=BURSTS, least=1.0, most=600.0,
        meaning="shortest time over which the own months of marked trusts are spread; at 1 all begin at once",
    ),
    "spread_most": Range(
        default=60.0, low=24.0, high=84.0, unit="months", source=BURSTS, least=1.0, most=600.0,
        meaning="longest time over which they are spread",
    ),
    "middle_rate": Range(
        default=0.12, low=0.0, high=0.24, unit="1/month", source=TO_V03, least=0.0, most=10.0,
        meaning="hazard of reorganising the middle tier per anxiety, once settled; at 0 it is left alone",
    ),
    "middle_rest": Range(
        default=24.0, low=6.0, high=48.0, unit="months", source=TO_V03, least=0.1, most=1000.0,
        meaning="time since the last start of any tier after which that hazard is half of it",
    ),
}  # fmt: skip
STEPS = {
    "mark_tilt": _share(
        1.0, 0.0, 2.0, "how much more often small, failing and border trusts are marked", "assumption", 10.0
    ),
    "merger_rate": Range(
        default=0.0014,
        low=0.0,
        high=0.005,
        unit="1/month",
        source=QUIET,
        least=0.0,
        most=1.0,
        meaning="hazard that a trust is merged outside reforms",
    ),
    "national_shock": _share(
        0.4, 0.0, 1.0, "part of the shock that a national start gives every trust at once", "assumption"
    ),
    "middle_share": _share(0.3, 0.1, 0.6, "share of trusts that a start of the middle tier touches", "assumption"),
    "middle_shock": _share(0.3, 0.0, 0.6, "part of the shock that it gives them", "assumption"),
}
REORGANISATION = Mechanism(
    name="reorganisation",
    rules=("upheaval",),
    meaning="one tier: a national start reorganises every trust in the same month",
    rivals={
        "tiers": Rival(
            name="tiers",
            meaning="a national start shakes all trusts a little and reaches some of them, each in its own month over"
            " years; trusts merge outside reforms, and a middle tier is reorganised in between",
            source="successions of providers 1993 to 2022 (B5b); 222 of 302 primary care trusts merged in 2006; Gaynor,"
            " Laudicella and Propper 2012; sizes: fit to V03, V06 and V07",
            rules=(
                RivalRule(
                    function=reach,
                    after="launch",
                    writes=(
                        "centre.reform_scope",
                        "centre.reform_spread",
                        "centre.middle_started",
                        "centre.months_settled",
                    ),
                    start=(0.0, 1.0, 0.0, 0.0),
                    draws=("reaches", "scope", "spread", "middle"),
                    parameters=REACHES,
                ),
                RivalRule(
                    function=provider_step,
                    after="view",
                    writes=("manager.months_to_step", "manager.unrest"),
                    start=(NO_STEP, 0.0),
                    draws=("marked", "month", "merges", "touched"),
                    parameters=STEPS,
                ),
                RivalRule(function=upheaval_by_steps, replaces="upheaval"),
            ),
            outcomes=(
                RivalOutcome(
                    function=any_tier_started,
                    unit="0/1",
                    meaning="a reorganisation of the centre or of the middle tier starts",
                ),
                RivalOutcome(
                    function=disruption_of_trusts, unit="0..1", meaning="disruption as trusts meet it, mean by size"
                ),
            ),
        )
    },
)
