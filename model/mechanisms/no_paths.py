"""No outside paths: the rival in which demand and money are what the model makes of them."""

from __future__ import annotations

from ..records import CentreState
from .rivals import Mechanism, Rival, RivalRule


def arrivals_as_grown(centre: CentreState) -> float:
    """Demand comes as it has grown (C14)."""
    return centre.demand_level


def money_as_funded(centre: CentreState) -> float:
    """All that is funded is spent (C14)."""
    return centre.funding


OUTSIDE = Mechanism(
    name="outside",
    rules=("arrivals", "money"),
    meaning="arriving demand and funding are multiplied by paths that a spec gives by month, 1 where it gives none",
    rivals={
        "none": Rival(
            name="none",
            meaning="demand grows at one rate, and funding answers to access alone",
            source="assumption (C14)",
            rules=(
                RivalRule(function=arrivals_as_grown, replaces="arrivals"),
                RivalRule(function=money_as_funded, replaces="money"),
            ),
        )
    },
)
