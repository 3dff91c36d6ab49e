"""Definitions of the record's side of each target that files give: which units, which months, and how it is resampled.

They were written down, with their reasons, before any value was computed by them. The quantity itself is that of the
operator in ``observation/counterparts.py``, the same for files and for runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

EVERY_HALF_POINT = 200
"""Attendances of a month from which on every half point has a value that they can give: one patient is half a point."""
ADMITTED = 0.05
"""Emergency admissions over attendances from which on a trust has a major department (an assumption)."""
MAJOR = "ae_attendances_trust_month_2016_2019.csv"
ALL_TYPES = "ae_trust_month_2021_2025.csv"
SUCCESSIONS = "trust_successions_1993_2022.csv"
REORGANISATIONS = "compiled_nhs_reorganisations_england.csv"
SECRETARIES = "compiled_health_secretaries.csv"
WAITING = "rtt_england_month_2007_2024.csv"
COUNCILS = "catchment_trust22_ltla21.csv"
BOARDS = "catchment_trust22_icb22.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """How the record's history of a target is made of files.

    ``units`` says which units count, ``months`` which months, ``reason`` why; ``resampled`` what stands for the chance
    of the record, or why nothing does. ``quantity`` says in words what is computed where no operator does.
    """

    files: tuple[str, ...]
    units: str
    months: str
    reason: str
    resampled: str
    quantity: str = ""


_TYPE_ONE = "trusts (codes that begin with R) with attendances of type 1 in each month of the window"
_WHY_TYPE_ONE = (
    "the model's trusts have an emergency department of their own in every month; independent providers and walk-in "
    "centres have other patients, and a trust that opens, closes or merges is not the same unit before and after"
)
_BY_TRUST = "by trust: each left out once"
_THREE = "April 2016 to March 2019, in three financial years"
_COMPLETE = "a complete count of what went in, not a sample; the scatter between its units is resampled by "

DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {
        "V01": Definition(
            files=(REORGANISATIONS,),
            units="the country",
            months="the months after the first major reorganisation, up to the month of the last",
            reason="the list begins and ends with a start: the months between its ends fall to the starts after the "
            "first; the months after its last line are not in the list",
            resampled="by interval: each left out once",
        ),
        "V02": Definition(
            files=(REORGANISATIONS,),
            units="the country",
            months="from the month of the first major reorganisation to that of the last",
            reason="intervals need both of their ends",
            resampled="by interval: each left out once",
        ),
        "V04": Definition(
            files=(SECRETARIES,),
            units="the country",
            months="the months after the first secretary of state of the list came, up to that of the last",
            reason="as V01; who comes back after another has come again, and the spell of who is in office has no end; "
            "two changes in one month are one, as in the model",
            resampled="by spell: each left out once",
        ),
        "V05": Definition(
            files=(SECRETARIES,),
            units="the country",
            months="the same, with the month of the first",
            reason="completed spells in whole months",
            resampled="by spell: order statistics",
        ),
        "V06": Definition(
            files=(SUCCESSIONS,),
            units="old codes: a provider that is succeeded counts once in a month, however many take it over",
            months="calendar years, from January of the first year of the file to December of its last",
            reason="the operator counts units that a change takes in: of a provider that is split one, of three that "
            "merge into one of them two",
            resampled="not resampled: no window was found that covers the variance of thirty skewed years",
        ),
        "V07": Definition(
            files=(SUCCESSIONS,),
            units="the same",
            months="the same",
            reason="as V06; years that follow each other are alike, so that five of them are resampled together",
            resampled="by five years: each left out once",
        ),
        "V08": Definition(
            files=(MAJOR,),
            units=_TYPE_ONE,
            months="April 2017 to March 2018; attendances of type 1",
            reason=_WHY_TYPE_ONE + "; the year is that of the quantity",
            resampled=_BY_TRUST,
        ),
        "V09": Definition(
            files=(MAJOR,),
            units=_TYPE_ONE,
            months=_THREE + "; attendances of type 1",
            reason=_WHY_TYPE_ONE + "; the mean of the two pairs of years that follow each other",
            resampled=_BY_TRUST,
        ),
        "V10": Definition(
            files=(MAJOR,),
            units=_TYPE_ONE,
            months=_THREE + "; attendances of type 1",
            reason="as V09, the first year with the third",
            resampled=_BY_TRUST,
        ),
        "V11": Definition(
            files=(ALL_TYPES,),
            units="trusts with attendances and known breaches in each month that is compared, whose emergency "
            f"admissions are {ADMITTED:.0%} of these attendances or more",
            months="the first year of the file and the year four years later, each in the calendar months that both "
            "have; copied months are left out, and the same month of the other year with them",
            reason="the file does not part the types: a major department admits about a quarter of its patients, a "
            "walk-in centre hardly any, and the latter meet the limit always, which would pass for persistence; a part "
            "of a year is compared with the same part, as winters differ from summers",
            resampled=_BY_TRUST,
        ),
        "V12": Definition(
            files=(MAJOR,),
            units="the trusts of V09",
            months=f"{_THREE}: trust-months of all types together with {EVERY_HALF_POINT} attendances or more",
            reason="the limit of 95 % is set for all types of a provider together; with fewer attendances some half "
            "points have no value that can fall into them",
            resampled="by trust: each left out once, with all of its months",
        ),
        "V13": Definition(
            files=(MAJOR,),
            units="the trusts of V09",
            months="the same, 8 points below the limit",
            reason="as V12",
            resampled="by trust: each left out once, with all of its months",
        ),
        "V17": Definition(
            files=(WAITING,),
            units="England",
            months="financial year 2007-08, as far as the file has it, and calendar year 2012",
            reason="the years that the quantity names; copied months are left out",
            resampled="not resampled: a complete count of one country, which has no scatter of units",
            quantity="within 18 weeks over within and beyond, summed over the months of 2012, less the same of 2007-08",
        ),
        "V35": Definition(
            files=(COUNCILS, ALL_TYPES),
            units="councils (lower tier) with patients of a trust whose admissions are known",
            months="emergency admissions: mean over the months of the file, copied months left out",
            reason="the catchments say where a trust's patients are from, not how many they are: emergency admissions "
            "stand for their number, so that the weights are approximate; " + _COMPLETE + "council",
            resampled="by council: order statistics",
            quantity="largest share of one trust in the patients of a council; median of councils",
        ),
        "V36": Definition(
            files=(COUNCILS,),
            units="trusts of the file",
            months="none: one year's catchments",
            reason=_COMPLETE + "trust",
            resampled="by trust: order statistics",
            quantity="largest share of one council in the patients of a trust; median of trusts",
        ),
        "V37": Definition(
            files=(BOARDS,),
            units="trusts of the file",
            months="none: one year's catchments",
            reason=_COMPLETE + "trust",
            resampled="by trust: order statistics",
            quantity="share of its main board in the patients of a trust; median of trusts",
        ),
        "V38": Definition(
            files=(MAJOR,),
            units=_TYPE_ONE,
            months="April 2016 to March 2019: all attendances of type 1",
            reason=_WHY_TYPE_ONE,
            resampled=_BY_TRUST,
        ),
        "V39": Definition(
            files=(MAJOR,),
            units=_TYPE_ONE,
            months=_THREE + "; attendances of type 1",
            reason="as V09, the first year with the third",
            resampled="by trust of the worst tenth: as so many throws of a coin",
        ),
    }
)
"""Target -> how its history is made of files."""
