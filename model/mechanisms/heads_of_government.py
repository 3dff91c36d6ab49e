"""Heads of government: who leads it, for how long, and how long ministers last who depend on them."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import negation, select
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import CentreLuck
from ..records import CentreState
from ..rules.minister import Calendar, Ministry, election_called, inherited_deal
from .rivals import Mechanism, Range, Rival, RivalOutcome, RivalRule

HAZARD_RISES = (
    "Berlinski, Dewan and Dowding 2007: the hazard rises with experience, reshuffles are shared; size: fit to V04"
)
FIT = "fit to V04 and V05"


class HeadedCentre(CentreState):
    """The centre with a head of government above the minister."""

    head_months: float  # in office
    new_head: float  # 0 or 1: begins this month


class HeadLuck(CentreLuck):
    """The centre's uniforms, and one of the head's own."""

    falls: float


class HeadParameters(Parameters):
    """The parameters, and those of this rival."""

    head_loses: float
    head_hazard: float
    head_half: float
    minister_follows: float
    reshuffle_chance: float
    minister_wear: float
    minister_half: float


def elections(centre: CentreState, luck: CentreLuck, p: HeadParameters, k: Constants) -> Calendar:
    """An election comes as in the rule built in; it may turn out the head of government, not the minister alone."""
    called = election_called(centre, luck, k)
    return Calendar(
        months_since_election=select(called, 0.0, centre.months_since_election + 1.0),
        tenure=centre.tenure + 1.0,
        voted=called & (luck.change < p.head_loses),
    )


class Headship(NamedTuple):
    """How long the head of government has led, and whether another one begins this month (0 or 1)."""

    head_months: float
    new_head: float


def headship(centre: HeadedCentre, luck: HeadLuck, p: HeadParameters) -> Headship:
    """Between elections a head of government falls the more easily the longer they have led."""
    led = centre.head_months + 1.0
    hazard = p.head_hazard * led * led / (led * led + p.head_half * p.head_half)
    falls = negation(centre.months_since_election <= 0.0) & (luck.falls < hazard)
    changed = centre.voted | falls
    return Headship(head_months=select(changed, 0.0, led), new_head=select(changed, 1.0, 0.0))


def appointments(centre: HeadedCentre, luck: CentreLuck, p: HeadParameters, k: Constants) -> Ministry:
    """Most ministers leave with the head who chose them, some in a reshuffle after an election, others by time."""
    called = centre.months_since_election <= 0.0
    served = centre.tenure * centre.tenure
    hazard = p.minister_wear / p.minister_tenure * served / (served + p.minister_half * p.minister_half)
    chance = select(centre.new_head > 0.5, p.minister_follows, select(called, p.reshuffle_chance, hazard))
    # Another party keeps no minister of its predecessor.
    changed = (luck.leaves < chance) | (centre.voted & (luck.party < k.PARTY_CHANGE))
    # What is left of the uniform that decided on the election.
    lost, kept = luck.change / p.head_loses, (luck.change - p.head_loses) / (1.0 - p.head_loses)
    zeal = select(centre.voted, lost, select(called, kept, luck.change))
    return Ministry(
        minister_changed=select(changed, 1.0, 0.0),
        tenure=select(changed, 0.0, centre.tenure),
        zeal=select(changed, zeal, centre.zeal),
        buffer=select(changed, inherited_deal(centre, p, k), centre.buffer),
    )


def head_changed(centre: HeadedCentre) -> float:
    """Another head of government begins this month."""
    return centre.new_head


def _share(default: float, low: float, high: float, meaning: str, source: str) -> Range:
    return Range(default=default, low=low, high=high, unit="share", meaning=meaning, source=source)


LOSES = {"head_loses": _share(0.40, 0.2, 0.6, "chance that an election brings another head of government", FIT)}
FALLS = {
    "head_hazard": Range(
        default=0.015, low=0.005, high=0.03, unit="1/month", source=HAZARD_RISES, least=0.0, most=1.0,
        meaning="hazard of an experienced head of government between elections; at 0 heads change at elections alone",
    ),
    "head_half": Range(
        default=12.0, low=3.0, high=36.0, unit="months", source=HAZARD_RISES, least=0.0, most=1000.0,
        meaning="time in office after which a head has half of that hazard",
    ),
}  # fmt: skip
LEAVES = {
    "minister_follows": _share(0.80, 0.5, 1.0, "chance that a minister leaves with the head of government", FIT),
    "reshuffle_chance": _share(0.30, 0.0, 0.6, "chance that a minister leaves at an election that the head wins", FIT),
    "minister_wear": Range(
        default=1.8, low=1.2, high=2.4, unit="ratio", source=HAZARD_RISES, least=0.0, most=100.0,
        meaning="hazard of an experienced minister under the same head, times minister_tenure",
    ),
    "minister_half": Range(
        default=24.0, low=6.0, high=48.0, unit="months", source=HAZARD_RISES, least=0.0, most=1000.0,
        meaning="time in office after which a minister has half of that hazard; at 0 it is constant, as built in",
    ),
}  # fmt: skip
MINISTER = Mechanism(
    name="minister",
    rules=("calendar", "ministry"),
    meaning="a minister leaves by a constant hazard, or loses an election; nobody stands above them",
    rivals={
        "experience": Rival(
            name="experience",
            meaning="the hazard of the head of government, and of the minister under them, rises with time in office;"
            " most ministers leave with the head, and the party changes only with the head",
            source="Berlinski, Dewan and Dowding 2007, British Journal of Political Science; sizes: fit to V04 and V05",
            rules=(
                RivalRule(function=elections, replaces="calendar", parameters=LOSES),
                RivalRule(
                    function=headship,
                    after="calendar",
                    writes=("centre.head_months", "centre.new_head"),
                    start=(0.0, 0.0),
                    draws=("falls",),
                    parameters=FALLS,
                ),
                RivalRule(function=appointments, replaces="ministry", parameters=LEAVES),
            ),
            outcomes=(
                RivalOutcome(function=head_changed, unit="0/1", meaning="a head of government begins this month"),
            ),
        )
    },
)
