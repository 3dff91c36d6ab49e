"""No objections: the rival in which no provider answers a consultation."""

from __future__ import annotations

from ..records import CentreState, ManagerState
from .rivals import Mechanism, Rival, RivalRule


def no_issue(centre: CentreState) -> float:
    """Nobody is consulted."""
    return 0.0


def nobody_objects(manager: ManagerState) -> float:
    """No provider objects formally."""
    return 0.0


OBJECTION = Mechanism(
    name="objection",
    rules=("issue_severity", "objects"),
    meaning="once a year providers can object formally to one issue, protected by law; nothing else follows from it",
    rivals={
        "none": Rival(
            name="none",
            meaning="managers speak up by challenging in public alone, which may cost them their post",
            source="assumption; against it Monitor 2015: 37 % of providers, 75 % of supply (B36)",
            rules=(
                RivalRule(function=no_issue, replaces="issue_severity"),
                RivalRule(function=nobody_objects, replaces="objects"),
            ),
        )
    },
)
