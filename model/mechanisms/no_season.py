"""No season: the rival in which all months are alike."""

from __future__ import annotations

from ..constants import Constants
from ..records import TrustState
from ..rules.trust import seen_in_time
from .rivals import Mechanism, Rival, RivalRule


def access_all_year(trust: TrustState, k: Constants) -> float:
    """The share seen within the standard falls with the wait (S2; V17)."""
    return seen_in_time(trust.wait, k)


SEASON = Mechanism(
    name="season",
    rules=("access",),
    meaning="waits have a factor for each calendar month, where access is read off them; demand has no season",
    rivals={
        "none": Rival(
            name="none",
            meaning="all months are alike",
            source="assumption; against it the NHS monthly series of A&E: computed, see model/rules/trust.py",
            rules=(RivalRule(function=access_all_year, replaces="access"),),
        )
    },
)
