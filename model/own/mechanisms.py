"""Mechanisms: parts of the model that have a rival which the package brings, chosen by name in a spec.

A mechanism is a named set of rules. ``[rules] gaming = "proportional"`` takes its rival instead of what is built in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..arithmetic import saturating, smaller
from ..constants import Constants
from ..parameters import Parameters
from ..records import ManagerState
from .declared import rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Rules that can stand in for those of a mechanism, what they say, and where they come from."""

    name: str
    meaning: str
    source: str
    functions: tuple[Callable[..., Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """A named set of rules of the model: what they say as they are built in, and their rivals by name."""

    name: str
    rules: tuple[str, ...]
    meaning: str
    rivals: Mapping[str, Rival]


@rule(replaces="gaming")
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


_ALL = (
    Mechanism(
        name="gaming",
        rules=("gaming",),
        meaning="the wish to dress up reports saturates with the true gap to the target: a small gap tempts almost as"
        " much as a large one",
        rivals={
            "proportional": Rival(
                name="proportional",
                meaning="the wish is proportional to the true gap: who is close to the target has little to hide",
                source="assumption: the plainest form in which a gap can tempt",
                functions=(gaming_in_proportion,),
            )
        },
    ),
)
MECHANISMS: Mapping[str, Mechanism] = MappingProxyType({each.name: each for each in _ALL})
"""Name -> mechanism, of all that have a rival."""
