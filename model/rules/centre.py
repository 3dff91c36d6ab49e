"""Rules of the centre: what it knows, pays for and costs (C1, C2, C13 to C16)."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import SQRT6, larger, root, select, smaller
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import CentreLuck
from ..records import CentreState, NationState


def national_optimum(centre: CentreState, luck: CentreLuck, p: Parameters) -> float:
    """Technology and demography move the best way of working for everybody (C1; assumption)."""
    return centre.national_optimum + p.national_drift * (luck.drift_a + luck.drift_b - 1.0) * SQRT6


def best_practice(centre: CentreState, nation: NationState, luck: CentreLuck, p: Parameters) -> float:
    """The centre copies what looked as if it worked somewhere, late and with error (C2; A33, B24, B25)."""
    copy_rate = 1.0 / p.best_practice_lag
    return (
        centre.best_practice
        + copy_rate * (nation.best_method - centre.best_practice)
        + p.best_practice_noise * root(copy_rate * (2.0 - copy_rate)) * (luck.error_a + luck.error_b - 1.0) * SQRT6
    )


class Incentives(NamedTuple):
    """How strongly trusts are judged by access and by integration; quality has the rest."""

    incentive_access: float
    incentive_integration: float


def incentives(centre: CentreState, p: Parameters) -> Incentives:
    """What is in focus counts as far as it can be measured or is paid for (C13; Holmstrom and Milgrom 1991, B18)."""
    measured_quality = p.measurability_quality + p.outcome_payment * (1.0 - p.measurability_quality)
    measured_integration = p.measurability_integration + p.outcome_payment * (1.0 - p.measurability_integration)
    weight_sum = (
        centre.focus_access + centre.focus_quality * measured_quality + centre.focus_integration * measured_integration
    ) + 1e-9
    return Incentives(
        incentive_access=centre.focus_access / weight_sum,
        incentive_integration=centre.focus_integration * measured_integration / weight_sum,
    )


def demand_level(centre: CentreState, p: Parameters) -> float:
    """Demand grows faster or slower than funded capacity (C14)."""
    return centre.demand_level * (1.0 + p.demand_growth / 12.0)


def arrivals(centre: CentreState, p: Parameters) -> float:
    """Demand comes as it has grown, times a path from outside (C14)."""
    return centre.demand_level * p.demand_path


def funding(centre: CentreState, nation: NationState, p: Parameters, k: Constants) -> float:
    """Money answers missed targets, and is squeezed more slowly once they are met (C14)."""
    short = p.target_level - nation.access
    short = select(short > 0.0, short, k.SQUEEZE * short)
    grown = centre.funding * (1.0 + p.funding_response * short / 12.0)
    return smaller(k.FUND_MAX, larger(k.FUND_MIN, grown))


def money(centre: CentreState, p: Parameters) -> float:
    """What is funded is spent, times a path from outside (C14)."""
    return centre.funding * p.money_path


def absorb(centre: CentreState, nation: NationState, k: Constants) -> float:
    """Room for displaced people: failing and understaffed trusts take them (C15; A28)."""
    return (nation.failing_share + nation.vacancy) / (nation.failing_share + nation.vacancy + k.ABSORB_HALF)


class Footprint(NamedTuple):
    """What the centre's activity takes from the service, and how its control is felt."""

    compliance_cost: float
    soft: float
    rhetoric_gap: float


def footprint(centre: CentreState, p: Parameters, k: Constants) -> Footprint:
    """Reporting and a grown central body cost output; the buffer softens what managers feel (C16; A02, A10, B41)."""
    soft = 1.0 - k.ARMS_SOFTENS * centre.buffer
    return Footprint(
        compliance_cost=(
            k.OVERHEAD * (0.5 * centre.control * (centre.detail + p.inspection_intensity)) + k.BODY_COST * centre.body
        ),
        soft=soft,
        rhetoric_gap=centre.rhetoric - (1.0 - centre.control * soft),
    )
