"""Notch of a target: the last push over the line by those just below it, and where dressed reports land.

Own memories, draws and parameters are no fields of the built-in records: arguments that hold some are of type Any.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..arithmetic import larger, select, smaller
from ..constants import Constants
from ..rules.trust import Performance, Publication, performance, told_access
from .rivals import Mechanism, Range, Rival, RivalRule


class Push(NamedTuple):
    """What a push adds to this month's report, and what the last one takes from this month's quality."""

    pushed: float
    push_debt: float


def told_of(trust: Any, manager: Any, luck: Any, p: Any, k: Constants) -> float:
    """What the trust would publish without a push: dressed reports land nearer to the target than the built-in ones."""
    return told_access(trust, manager, p.dressing_margin * luck.margin, p, k)


def push(trust: Any, manager: Any, luck: Any, p: Any, k: Constants) -> Push:
    """Who would miss a tough target by a little may get over the line in the last days of the month."""
    told = told_of(trust, manager, luck, p, k)
    short = p.target_level - told
    pushes = (short > 0.0) & (short < p.notch_width) & (luck.pushes < p.notch_effort * p.target_toughness)
    lands = smaller(1.0, p.target_level + p.notch_landing * luck.lands)
    return Push(
        pushed=select(pushes, lands - told, 0.0),
        push_debt=p.notch_cost * p.notch_truth * trust.pushed,
    )


def notched_publication(trust: Any, manager: Any, luck: Any, p: Any, k: Constants) -> Publication:
    """Part of what a push adds is true: patients who would have waited longer are seen in time."""
    told = told_of(trust, manager, luck, p, k)
    return Publication(access=trust.access + p.notch_truth * trust.pushed, reported=told + trust.pushed)


def notched_performance(trust: Any, k: Constants) -> Performance:
    """The true part of last month's push is paid for with this month's quality."""
    plain = performance(trust, k)
    quality = larger(0.0, plain.quality - trust.push_debt)
    return Performance(quality=quality, overall=plain.overall + 0.4 * (quality - plain.quality))


_PUSH = {
    "notch_effort": Range(
        default=0.05, low=0.0, high=0.3, least=0.0, most=100.0, unit="1/month",
        meaning="chance that a trust just below a target of toughness 1 pushes over it; 0: none does, as built in",
        source="fit to V12; that a target draws patients over its line: Gruber, Hoe and Stoye 2023; Mason et al. 2012",
    ),
    "notch_width": Range(
        default=0.006, low=0.002, high=0.02, least=0.0, most=1.0, unit="share",
        meaning="distance below the target within which a push reaches it",
        source="fit to V12, about the half point in which reports bunch (B12d)",
    ),
    "notch_landing": Range(
        default=0.003, low=0.001, high=0.01, least=0.0, most=1.0, unit="share",
        meaning="distance above the target up to which a push lands",
        source="assumption: within the half point above the target (B12c, B12d)",
    ),
    "notch_truth": Range(
        default=0.5, low=0.0, high=1.0, least=0.0, most=1.0, unit="share",
        meaning="part of a push by which access truly rises; the rest is in the report alone",
        source="assumption between Bevan and Hood 2006 (B8), a dressed rise, and Gruber, Hoe and Stoye 2023 (B11)",
    ),
    "notch_cost": Range(
        default=1.0, low=0.0, high=3.0, least=0.0, most=100.0, unit="1",
        meaning="next month's quality that a push costs, per unit of access truly gained; 0: nothing",
        source="assumption",
    ),
}  # fmt: skip
_DRESSING = {
    "dressing_margin": Range(
        default=0.02, low=0.005, high=0.05, least=0.0, most=1.0, unit="share",
        meaning="distance above the target up to which dressed reports land; built in is GAMING_MARGIN, 0.03",
        source="fit to V12, with the push",
    )
}  # fmt: skip

NOTCH = Mechanism(
    name="notch",
    rules=("publication", "performance"),
    meaning="a report just below the target stands as it is; dressed reports land up to three points above it",
    rivals={
        "at-target": Rival(
            name="at-target",
            meaning="some that would miss the target by a little push over it, by half in truth and at a cost to next"
            " month's quality; dressed reports land nearer to the target",
            source="Gruber, Hoe and Stoye 2023 (B11); Mason et al. 2012 (B10)",
            rules=(
                RivalRule(
                    function=push, after="access", writes=("trust.pushed", "trust.push_debt"), start=(0.0, 0.0),
                    draws=("pushes", "lands"), parameters={**_PUSH, **_DRESSING},
                ),
                RivalRule(function=notched_publication, replaces="publication"),
                RivalRule(function=notched_performance, replaces="performance"),
            ),
        )
    },
)  # fmt: skip
