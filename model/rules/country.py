"""Rules of the country: its means, and what looks as if it worked (N1 to N3); everybody sees them next month."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import as_float, larger, root, select, smaller, unfixed
from ..constants import Constants
from ..parameters import Parameters
from ..records import CatchmentState, CentreState, CouncilState, NationState, Setting, Sums, TrustState
from .tallies import Means


def means(nation: NationState, country_sums: Sums, setting: Setting) -> Means:
    """What the country is like on average, by the size of trusts."""
    s, weight = country_sums, setting.weight
    return Means(
        access=unfixed(s.access) / weight,
        reported=unfixed(s.reported) / weight,
        quality=unfixed(s.quality) / weight,
        integration=unfixed(s.integration) / weight,
        overall=unfixed(s.overall) / weight,
        fit=unfixed(s.fit) / weight,
        wait=unfixed(s.wait) / weight,
        queue=unfixed(s.queue) / weight,
        challenge=unfixed(s.challenge) / weight,
        found=unfixed(s.found) / weight,
        hidden=unfixed(s.hidden) / weight,
        compliance=unfixed(s.compliance) / weight,
        fear=unfixed(s.fear) / weight,
        safety=unfixed(s.safety) / weight,
        staff_trust=unfixed(s.staff_trust) / weight,
        pressure=unfixed(s.pressure) / weight,
        need_met=unfixed(s.need_met) / weight,
        failure_demand_share=unfixed(s.failure_demand_share) / weight,
        grievance=unfixed(s.grievance) / weight,
        learning_stock=unfixed(s.learning_stock) / weight,
        wrongful_blame=unfixed(s.wrongful_blame) / weight,
        disruption=unfixed(s.disruption) / weight,
        supply=unfixed(s.supply) / weight,
        objecting_supply=unfixed(s.objecting_supply) / weight,
    )


def standard_deviation(total: int, total_squared: int, count: float) -> float:
    """Standard deviation over ``count`` trusts from two exact sums; rounding below zero counts as zero."""
    mean = unfixed(total) / count
    return root(larger(0.0, unfixed(total_squared) / count - mean * mean))


class Spread(NamedTuple):
    """How unequal trusts are, and what share of the country lacks staff or fails."""

    vacancy: float
    failing_share: float
    access_sd: float
    reported_sd: float
    quality_sd: float
    overall_sd: float
    method_sd: float
    seen_share: float


def spread(nation: NationState, country_sums: Sums, setting: Setting, p: Parameters) -> Spread:
    """Differences between trusts are plain; the centre sees of quality what is measured or what staff tell it (A20)."""
    s, trusts = country_sums, setting.trusts
    return Spread(
        vacancy=larger(0.0, 1.0 - unfixed(s.at_work) / (setting.weight * setting.clinicians)),
        failing_share=as_float(s.failing) / trusts,
        access_sd=standard_deviation(s.plain_access, s.plain_access_squared, trusts),
        reported_sd=standard_deviation(s.plain_reported, s.plain_reported_squared, trusts),
        quality_sd=standard_deviation(s.plain_quality, s.plain_quality_squared, trusts),
        overall_sd=standard_deviation(s.plain_overall, s.plain_overall_squared, trusts),
        method_sd=standard_deviation(s.plain_method, s.plain_method_squared, trusts),
        seen_share=p.measurability_quality + p.internal_voice * nation.safety * (1.0 - p.measurability_quality),
    )


class Lead(NamedTuple):
    """By how much a trust looks better than the rest."""

    lead: float
    lead_cubed: float


def lead(trust: TrustState, nation: NationState, k: Constants) -> Lead:
    """Who looks good leads: published access and as much of quality as is seen, against the means (A20, A33)."""
    lead_unit = nation.overall_sd + k.LEAD_SD
    shown = 0.5 * trust.reported + 0.5 * (
        nation.seen_share * trust.quality + (1.0 - nation.seen_share) * nation.quality
    )
    ahead = (shown - 0.5 * nation.reported - 0.5 * nation.quality) / lead_unit + k.LEAD_OFFSET
    ahead = smaller(k.LEAD_MAX, larger(0.0, ahead))
    return Lead(lead=ahead, lead_cubed=ahead * ahead * ahead)


class CouncilView(NamedTuple):
    """What the managers of an administrative unit will see of each other next month."""

    challenge: float
    compliance: float
    lead: float
    lead_method: float


def council_view(council: CouncilState, council_sums: Sums) -> CouncilView:
    """Means by size within the unit, and its sums of leads."""
    size = larger(1e-9, unfixed(council_sums.size))
    return CouncilView(
        challenge=unfixed(council_sums.challenge) / size,
        compliance=unfixed(council_sums.compliance) / size,
        lead=unfixed(council_sums.lead),
        lead_method=unfixed(council_sums.lead_method),
    )


class CatchmentView(NamedTuple):
    """What the trusts of a catchment will see of each other next month."""

    adopted: float


def catchment_view(catchment: CatchmentState, catchment_sums: Sums) -> CatchmentView:
    """Share of the catchment's trusts that use the proven practice."""
    return CatchmentView(adopted=as_float(catchment_sums.adopted) / larger(1.0, as_float(catchment_sums.trusts)))


def best_method(nation: NationState, country_sums: Sums, centre: CentreState) -> float:
    """What works is the method of those who look best; without any, the centre keeps its view (N2; A33)."""
    any_lead = country_sums.lead_cubed > 0
    weight = select(any_lead, as_float(country_sums.lead_cubed), 1.0)
    return select(any_lead, as_float(country_sums.lead_cubed_method) / weight, centre.best_practice)


class Pool(NamedTuple):
    """Displaced people who look for a post, and the sum of their talent."""

    pool: float
    pool_skill: float


def pool(nation: NationState, country_sums: Sums, k: Constants) -> Pool:
    """The displaced wait in a pool, with the talent of its mean, until they are rehired or leave (N3; A28)."""
    displaced_now = unfixed(country_sums.displaced)
    rehired_now = unfixed(country_sums.rehired)
    keep = 1.0 - k.POOL_DECAY
    waiting = larger(0.0, nation.pool + displaced_now - rehired_now) * keep
    talent = larger(
        0.0,
        nation.pool_skill
        + unfixed(country_sums.displaced_talent)
        - rehired_now * (nation.pool_skill / larger(1.0, nation.pool)),
    )
    return Pool(pool=waiting, pool_skill=select(waiting > 0.5, talent * keep, 0.6 * waiting))
