"""Ministers alone: the rival to heads of government, in which a minister leaves by a constant hazard."""

from __future__ import annotations

from ..arithmetic import select
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import CentreLuck
from ..records import CentreState
from ..rules.minister import Calendar, Headship, Ministry, election_called, inherited_deal
from .rivals import Mechanism, Range, Rival, RivalRule


class MinisterParameters(Parameters):
    """The parameters, and the one of this rival."""

    election_change: float


def minister_voted_out(centre: CentreState, luck: CentreLuck, p: MinisterParameters, k: Constants) -> Calendar:
    """An election comes when it is due, or early by chance; it may turn the minister out (C3)."""
    called = election_called(centre, luck, k)
    return Calendar(
        months_since_election=select(called, 0.0, centre.months_since_election + 1.0),
        tenure=centre.tenure + 1.0,
        voted=called & (luck.change < p.election_change),
    )


def nobody_above(centre: CentreState) -> Headship:
    """Nobody stands above ministers, so that nobody there changes."""
    return Headship(head_months=0.0, new_head=0.0)


def constant_hazard(centre: CentreState, luck: CentreLuck, p: MinisterParameters, k: Constants) -> Ministry:
    """A minister leaves with the same chance in each month, or with a lost election (C3; A23)."""
    changed = (luck.leaves < 1.0 / p.minister_tenure) | centre.voted
    fresh_zeal = select(centre.voted, luck.change / p.election_change, luck.change)
    return Ministry(
        minister_changed=select(changed, 1.0, 0.0),
        tenure=select(changed, 0.0, centre.tenure),
        zeal=select(changed, fresh_zeal, centre.zeal),
        buffer=select(changed, inherited_deal(centre, p, k), centre.buffer),
    )


_CHANGE = Range(
    default=0.5,
    low=0.2,
    high=0.8,
    unit="share",
    meaning="chance that the minister leaves at an election",
    source="assumption",
    least=1e-9,
    most=1.0,
)

MINISTER = Mechanism(
    name="minister",
    rules=("calendar", "headship", "ministry"),
    meaning="the hazard of the head of government, and of the minister under them, rises with time in office; most"
    " ministers leave with the head, and the party changes only with the head",
    rivals={
        "constant": Rival(
            name="constant",
            meaning="a minister leaves by a constant hazard, or loses an election; nobody stands above them",
            source="assumption; against it Berlinski, Dewan and Dowding 2007: the hazard rises with experience",
            rules=(
                RivalRule(function=minister_voted_out, replaces="calendar", parameters={"election_change": _CHANGE}),
                RivalRule(function=nobody_above, replaces="headship"),
                RivalRule(function=constant_hazard, replaces="ministry"),
            ),
        )
    },
)
