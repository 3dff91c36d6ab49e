"""Dressed reports: the wish to dress one up, and the gap to the target."""

from __future__ import annotations

from ..arithmetic import saturating, smaller
from ..constants import Constants
from ..parameters import Parameters
from ..records import ManagerState
from .rivals import Mechanism, Rival, RivalRule


def gaming_in_proportion(manager: ManagerState, p: Parameters, k: Constants) -> float:
    """The wish to dress up a report grows with the gap without end; at GAMING_GAP_HALF it is the built-in one."""
    wish = (
        p.gaming_propensity
        * manager.fear
        * k.GAMING_SCALE
        * smaller(1.0, p.target_toughness)
        * (0.5 * manager.true_gap / k.GAMING_GAP_HALF)
    )
    goal = saturating(wish / (k.GAMING_WATCH_BASE + k.GAMING_WATCH * p.inspection_intensity))
    return manager.gaming + k.GAMING_RATE * (goal - manager.gaming)


GAMING = Mechanism(
    name="gaming",
    rules=("gaming",),
    meaning="the wish to dress up reports saturates with the true gap to the target: a small gap tempts almost as"
    " much as a large one",
    rivals={
        "proportional": Rival(
            name="proportional",
            meaning="the wish is proportional to the true gap: who is close to the target has little to hide",
            source="assumption: the plainest form in which a gap can tempt",
            rules=(RivalRule(function=gaming_in_proportion, replaces="gaming"),),
        )
    },
)
