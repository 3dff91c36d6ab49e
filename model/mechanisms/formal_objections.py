"""Formal objection: providers' answer to a yearly consultation on one issue, which the law protects.

Own memories, draws and parameters are no fields of the built-in records: arguments that hold some are of type Any.
"""

from __future__ import annotations

from typing import Any

from ..arithmetic import floor, select, triangular
from ..records import Now, TrustState
from .rivals import Mechanism, Range, Rival, RivalOutcome, RivalRule


def consulted(now: Now) -> bool:
    """Whether providers are consulted in this month: the last one of each year of the run."""
    return now.month - 12.0 * floor(now.month / 12.0) < 0.5


def issue_severity(centre: Any, now: Now, luck: Any, p: Any) -> float:
    """What a year's consultation asks of providers differs from year to year, for all of them alike."""
    drawn: float = p.issue_spread * triangular(luck.weight_a, luck.weight_b)
    last: float = centre.issue_severity
    return select(consulted(now), drawn, last)


def objection(manager: Any, trust: Any, centre: Any, now: Now, luck: Any, p: Any) -> float:
    """Grievance, size and the issue outweigh what fear the law leaves; a provider's answer stands for a year."""
    net = (
        manager.grievance
        + p.objection_size * (trust.size - 1.0)
        - manager.fear * (1.0 - p.objection_protection)
        + centre.issue_severity
        + p.objection_noise * triangular(luck.noise_a, luck.noise_b)
    )
    last: float = manager.objects
    return select(consulted(now), select(net > p.objection_threshold, 1.0, 0.0), last)


def objecting_share(manager: Any) -> bool:
    """By number of trusts."""
    objects: bool = manager.objects > 0.5
    return objects


def objecting_supply(trust: TrustState, manager: Any) -> float:
    """By supply, before it is divided by all supply: a mean by size of size is a sum of squares."""
    return trust.size * select(manager.objects > 0.5, 1.0, 0.0)


def supply(trust: TrustState) -> float:
    """All supply."""
    return trust.size


_ISSUE = {
    "issue_spread": Range(
        default=0.15, low=0.0, high=0.4, least=0.0, most=10.0, unit="index",
        meaning="standard deviation of the severity of the issue between the years' consultations; 0: every year alike",
        source="fit to V34",
    )
}  # fmt: skip
_OBJECTION = {
    "objection_size": Range(
        default=0.5, low=0.0, high=1.0, least=0.0, most=10.0, unit="index",
        meaning="effect of a trust's size, 1 on average, on its readiness to object; 0: size does not matter",
        source="fit to the shares by number and by supply of Monitor 2015 (B36)",
    ),
    "objection_protection": Range(
        default=0.9, low=0.0, high=1.0, least=0.0, most=1.0, unit="share",
        meaning="part of a manager's fear that the legal right to object takes away; 0: none",
        source="assumption: the right was given by law (Monitor 2015)",
    ),
    "objection_noise": Range(
        default=0.1, low=0.0, high=0.3, least=0.0, most=10.0, unit="index",
        meaning="standard deviation of what else moves a provider's answer in a year",
        source="assumption",
    ),
    "objection_threshold": Range(
        default=0.46, low=0.2, high=0.8, least=-10.0, most=10.0, unit="index",
        meaning="net grievance above which a provider objects formally",
        source="fit to V34",
    ),
}  # fmt: skip

OBJECTION = Mechanism(
    name="objection",
    rules=("challenges",),
    meaning="managers speak up by challenging in public, which may cost them their post; there is no other objection",
    rivals={
        "formal": Rival(
            name="formal",
            meaning="once a year providers can besides object formally to one issue, protected by law; nothing else"
            " follows from it",
            source="Monitor 2015: 37 % of providers, 75 % of supply (B36)",
            rules=(
                RivalRule(
                    function=issue_severity, after="settlement", writes=("centre.issue_severity",), start=(0.0,),
                    draws=("weight_a", "weight_b"), parameters=_ISSUE,
                ),
                RivalRule(
                    function=objection, after="challenges", writes=("manager.objects",), start=(0.0,),
                    draws=("noise_a", "noise_b"), parameters=_OBJECTION,
                ),
            ),
            outcomes=(
                RivalOutcome(
                    function=objecting_share, unit="share of trusts",
                    meaning="trusts that objected formally in the last consultation",
                ),
                RivalOutcome(
                    function=objecting_supply, unit="mean size",
                    meaning="supply of the trusts that objected, size squared over the sum of sizes; over supply it is"
                    " their share of all supply",
                ),
                RivalOutcome(function=supply, unit="mean size", meaning="supply of all trusts, in the same unit"),
            ),
        )
    },
)  # fmt: skip
