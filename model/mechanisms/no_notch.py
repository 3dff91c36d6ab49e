"""No notch: the rival in which a report just below the target stands as it is."""

from __future__ import annotations

from ..constants import Constants
from ..parameters import Parameters
from ..random_records import TrustLuck
from ..records import ManagerState, TrustState
from ..rules.trust import Publication, Push, told_access
from .rivals import Mechanism, Range, Rival, RivalRule


class DressingParameters(Parameters):
    """The parameters, and the one of this rival."""

    dressing_margin: float


def no_push(trust: TrustState) -> Push:
    """Nobody pushes over the line."""
    return Push(pushed=0.0, push_debt=0.0)


def dressed_alone(
    trust: TrustState, manager: ManagerState, luck: TrustLuck, p: DressingParameters, k: Constants
) -> Publication:
    """A gaming trust reports up to somewhere above the target; its true access stays what it was (S2; B8)."""
    reported = told_access(trust, manager, p.dressing_margin * luck.margin, p, k)
    return Publication(access=trust.access, reported=reported)


_MARGIN = Range(
    default=0.03,
    low=0.005,
    high=0.05,
    unit="share",
    meaning="distance above the target up to which dressed reports land",
    source="assumption",
    least=0.0,
    most=1.0,
)

NOTCH = Mechanism(
    name="notch",
    rules=("push", "publication"),
    meaning="some that would miss the target by a little push over it, by half in truth and at a cost to next month's"
    " quality; dressed reports land just above the target",
    rivals={
        "none": Rival(
            name="none",
            meaning="a report just below the target stands as it is; dressed reports land up to three points above it",
            source="assumption; against it Gruber, Hoe and Stoye 2023 (B11) and Mason et al. 2012 (B10)",
            rules=(
                RivalRule(function=no_push, replaces="push"),
                RivalRule(function=dressed_alone, replaces="publication", parameters={"dressing_margin": _MARGIN}),
            ),
        )
    },
)
