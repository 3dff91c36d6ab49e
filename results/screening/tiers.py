"""Tiers of the screen: which answers are asked, in how large a country, with how many replicates and trajectories."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ...model.text.names import closest
from .answers import AnswerSource
from .claim_answers import claim_sources
from .lever_answers import lever_source
from .record_answers import record_source

SEED = 20061001
"""Of all random streams and of the trajectories: a seed that nothing was set with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """How much is run. ``sources`` makes the answers; ``replicates`` of each setting, by name of the source.

    ``trajectories`` of the design that changes all constants at once, 0 for none, with ``replicates_at_once`` each.
    """

    name: str
    says: str
    sources: Callable[[], Sequence[AnswerSource]]
    replicates: Mapping[str, int]
    trajectories: int = 0
    replicates_at_once: int = 4


_TIERS = (
    Tier(
        name="quick",
        says="what nine levers do, constants one at a time (under two minutes on two cores)",
        sources=lambda: [lever_source(24, 4)],
        replicates={"levers": 8},
    ),
    Tier(
        name="standard",
        says="the levers and the record one at a time, the levers with all constants at once (some ten minutes)",
        sources=lambda: [lever_source(30, 6), record_source(140, 10)],
        replicates={"levers": 12, "record": 8},
        trajectories=10,
    ),
    Tier(
        name="full",
        says="as standard, larger, and the effects that the claims read (an hour)",
        sources=lambda: [lever_source(60, 10), record_source(140, 20), *claim_sources(30, 6)],
        replicates={"levers": 16, "record": 16, "frozen": 8, "live": 8},
        trajectories=16,
        replicates_at_once=8,
    ),
)
TIERS: Mapping[str, Tier] = MappingProxyType({tier.name: tier for tier in _TIERS})
"""Every tier by its name."""


def find_tier(name: str) -> Tier:
    """Return the tier ``name``; raise ValueError that proposes the closest name if there is none.

    >>> find_tier("quick").trajectories
    0
    """
    if name not in TIERS:
        raise ValueError(f"unknown tier '{name}'{closest(name, TIERS)} (tiers: {', '.join(TIERS)})")
    return TIERS[name]


__all__ = ["SEED", "TIERS", "Tier", "find_tier"]
