"""Outside paths: demand and money by month, as somebody else has them, on top of what the model makes of them."""

from __future__ import annotations

from ..parameters import Parameters
from ..records import CentreState
from .rivals import Mechanism, Range, Rival, RivalRule


class Paths(Parameters):
    """Parameters, with those that the rival brings."""

    demand_path: float
    money_path: float


def arrivals_on_path(centre: CentreState, p: Paths) -> float:
    """Demand comes as it has grown, times the path (C14)."""
    return centre.demand_level * p.demand_path


def money_on_path(centre: CentreState, p: Paths) -> float:
    """What is funded is spent, times the path (C14)."""
    return centre.funding * p.money_path


_DEMAND = Range(
    default=1.0,
    low=0.8,
    high=1.3,
    least=0.01,
    most=100.0,
    unit="ratio",
    meaning="arriving demand over what the model's own growth makes of it; 1 as built in; set it by month, as"
    " demand_path@13, and demand_growth to 0 where the path holds the growth",
    source="given by whoever sets it; the range is an assumption",
)
_MONEY = Range(
    default=1.0,
    low=0.8,
    high=1.3,
    least=0.01,
    most=100.0,
    unit="ratio",
    meaning="spending over what the centre's own answer makes of funding; 1 as built in; set it by month, as"
    " money_path@13, and funding_response to 0 where the path holds the answer",
    source="given by whoever sets it; the range is an assumption",
)

OUTSIDE = Mechanism(
    name="outside",
    rules=("arrivals", "money"),
    meaning="demand grows at one rate, and funding answers to access alone",
    rivals={
        "paths": Rival(
            name="paths",
            meaning="arriving demand and funding are multiplied by paths that a spec gives by month",
            source="NHS monthly series, or whatever is to be tried; 1 throughout is what is built in",
            rules=(
                RivalRule(function=arrivals_on_path, replaces="arrivals", parameters={"demand_path": _DEMAND}),
                RivalRule(function=money_on_path, replaces="money", parameters={"money_path": _MONEY}),
            ),
        )
    },
)
