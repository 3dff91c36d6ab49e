"""Seasons: winter lengthens waits, summer shortens them; the queue, a stock, knows no season."""

from __future__ import annotations

from ..arithmetic import floor, select
from ..constants import Constants
from ..parameters import Parameters
from ..records import Now, TrustState
from ..rules.trust import seen_in_time
from .rivals import Mechanism, Range, Rival, RivalRule


class Seasonal(Parameters):
    """Parameters, with those that the rival brings."""

    season_strength: float
    season_start: float


FACTORS = (1.044, 1.035, 1.012, 0.973, 0.967, 0.957, 0.969, 0.965, 0.984, 1.009, 1.021, 1.071)
"""Wait of a calendar month over that of the year, January to December.

Computed from England's ae_attendances_trust_month_2016_2019.csv (all organisations) and ae_trust_month_2021_2025.csv
(the 129 trusts whose breaches are known in every month, without February and March 2025, which are copies). Each
month's share a within four hours gives a wait (1/a - 1)^(1/3), in units of the limit, as the model has it; its log less
the centred mean of twelve months (half weights at both ends) is averaged by calendar month: five years, four of August
and September. The twelve sum to zero before they are turned back.
"""


def factor_of(month: float, strength: float) -> float:
    """Return the factor on waits of calendar ``month`` (1..12): 1 at strength 0, the record's at 1."""
    factor = FACTORS[0]
    for number, of_month in enumerate(FACTORS[1:], start=2):
        factor = select(month == float(number), of_month, factor)
    return 1.0 + strength * (factor - 1.0)


def access_in_season(trust: TrustState, now: Now, p: Seasonal, k: Constants) -> float:
    """The share seen within the standard falls with the wait, which is longer in winter (S2; V17)."""
    months = now.month + floor(p.season_start) - 2.0
    factor = factor_of(months - 12.0 * floor(months / 12.0) + 1.0, p.season_strength)
    return seen_in_time(trust.wait * factor, k)


_STRENGTH = Range(
    default=1.0,
    low=0.0,
    high=2.0,
    least=0.0,
    most=5.0,
    unit="ratio",
    meaning="how strongly waits follow the season: 0 not at all, as built in, 1 as in England's A&E series",
    source="computed from England's A&E and RTT series, as spread of the log factors: 1.7 in 2016-19, 0.7 in 2021-25,"
    " 0.4 for waits of 18 weeks in 2009-20",
)
_START = Range(
    default=1.0,
    low=1.0,
    high=12.0,
    unit="month",
    meaning="calendar month of month 1 of the run: 1 January, 4 April, as financial years begin; fractions are cut",
    source="convention: years of a run, as in its yearly records, are calendar years",
)

SEASON = Mechanism(
    name="season",
    rules=("access",),
    meaning="all months are alike",
    rivals={
        "twelve-months": Rival(
            name="twelve-months",
            meaning="waits have a factor for each calendar month, where access is read off them; demand has no season",
            source="NHS monthly series of A&E: computed, see model/mechanisms/seasons.py",
            rules=(
                RivalRule(
                    function=access_in_season,
                    replaces="access",
                    parameters={"season_strength": _STRENGTH, "season_start": _START},
                ),
            ),
        )
    },
)
