"""Failure threshold: the rival to inspections, in which a trust is in the failure regime once it has failed long."""

from __future__ import annotations

from ..arithmetic import select
from ..parameters import Parameters
from ..records import ManagerState, TrustState
from ..rules.team import unsupported_output
from ..rules.turnover import Inspection
from .rivals import Mechanism, Range, Rival, RivalRule


class ThresholdParameters(Parameters):
    """The parameters, and the one of this rival."""

    failing_months: float


def uninspected(trust: TrustState) -> Inspection:
    """Nobody visits."""
    return Inspection(track_record=0.0, found_poor=0.0)


def failing_for_long(manager: ManagerState, trust: TrustState, p: ThresholdParameters) -> float:
    """A trust is in the failure regime while its months of failing are above a threshold (M4; A34)."""
    return select(trust.months_failing > p.failing_months, 1.0, 0.0)


_MONTHS = Range(
    default=6.0,
    low=2.0,
    high=24.0,
    unit="months",
    meaning="time of failure after which the failure regime acts",
    source="assumption",
    least=0.0,
    most=1e6,
)

REGIME = Mechanism(
    name="regime",
    rules=("inspection", "failing", "raw_output"),
    meaning="a visit that finds the worse of quality and access too low opens the regime; a re-inspection, the first"
    " after a year, closes it on a good track record; support grows with the months inside",
    rivals={
        "threshold": Rival(
            name="threshold",
            meaning="a trust is in the failure regime while it has failed for more months than a threshold; nothing but"
            " a better manager comes of it",
            source="assumption; against it NHS Providers 2017 and HSJ 2017 (B22)",
            rules=(
                RivalRule(function=uninspected, replaces="inspection"),
                RivalRule(function=failing_for_long, replaces="failing", parameters={"failing_months": _MONTHS}),
                RivalRule(function=unsupported_output, replaces="raw_output"),
            ),
        )
    },
)
