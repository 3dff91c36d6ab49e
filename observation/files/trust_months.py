"""Months of trusts as arrays: attendances and breaches, years of access that operators read, bins of reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...model.rules.tallies import PLACEBO_STEP
from ..operators.history import History
from ..operators.ordered import Floats, mean, ratio, total
from ..operators.reports import bins_about
from .calendar_months import month_number
from .definitions import ADMITTED, EVERY_HALF_POINT
from .table_reader import FileTable

LIMIT = 0.95
FIRST_MONTH, MONTHS = month_number("2016-04"), 36
"""The three financial years of the file that parts the types."""
PANEL = "reported_access"
ACCESS_YEARS = 4


class TrustMonths(NamedTuple):
    """Numbers of units by month, each (unit, month): attendances, and those over four hours; NaN: not in the file."""

    units: tuple[str, ...]
    attendances: Floats
    breaches: Floats

    def of(self, chosen: np.ndarray) -> TrustMonths:
        """Return some units: ``chosen`` (unit,) of bool.

        >>> both = TrustMonths(("R1", "R2"), np.array([[10.0], [20.0]]), np.zeros((2, 1)))
        >>> both.of(np.array([False, True])).units
        ('R2',)
        """
        units = tuple(unit for unit, kept in zip(self.units, chosen, strict=True) if kept)
        return TrustMonths(units, self.attendances[chosen], self.breaches[chosen])


def grid(table: FileTable, rows: np.ndarray, units: Sequence[str], number: str, first: int, months: int) -> Floats:
    """Return a column of numbers as (unit, month), rows of one unit and month summed; NaN where there is none.

    ``rows`` (row,) of bool: those that count; a number that is missing makes its sum NaN. Months from ``first`` on.

    >>> from .shapes import SHAPES
    >>> shape = SHAPES["ae_trust_month_2021_2025.csv"]
    >>> columns = {"nhs_trust22_code": np.array(["R1", "R1"])}, {"date": np.array([3, 4])}, {"n": np.array([5.0, 6.0])}
    >>> grid(FileTable(shape, np.array([2, 3]), *columns), np.array([True, True]), ["R1"], "n", 3, 3).tolist()
    [[5.0, 6.0, nan]]
    """
    code, month = table.shape.codes[0], table.shape.month
    places = {unit: place for place, unit in enumerate(units)}
    found = np.full((len(units), months), np.nan)
    part = table.keep(rows)
    columns = part.texts[code].tolist(), part.months[month].tolist(), part.numbers[number].tolist()
    sums: dict[tuple[int, int], float] = {}
    for unit, when, value in zip(*columns, strict=True):
        if unit in places and first <= when < first + months:
            place = (places[unit], when - first)
            sums[place] = sums.get(place, 0.0) + value
    for place, value in sums.items():
        found[place] = value
    return found


def months_by_type(table: FileTable) -> tuple[TrustMonths, TrustMonths]:
    """Return type 1 and all types, of trusts with attendances of type 1 in each month that the file has of the window.

    Raises ValueError where no trust has.
    """
    codes = table.texts["org_code"]
    trusts = sorted({code for code in codes.tolist() if code.startswith("R")})
    first_type = table.texts["type"] == "1"
    every = np.ones(len(codes), dtype=bool)
    numbers = ("attendances", "breaches")
    one, all_types = (
        TrustMonths(tuple(trusts), *(grid(table, rows, trusts, name, FIRST_MONTH, MONTHS) for name in numbers))
        for rows in (first_type, every)
    )
    there = ~np.isnan(one.attendances).all(axis=0)
    full = np.asarray((one.attendances[:, there] > 0.0).all(axis=1) & ~np.isnan(one.breaches[:, there]).any(axis=1))
    if not (there.any() and full.any()):
        raise ValueError("no trust has attendances of type 1 in each month from April 2016 to March 2019")
    return one.of(full), all_types.of(full)


def yearly_access(months: TrustMonths, years: Sequence[int]) -> Floats:
    """Return the share within four hours by unit and year (unit, year), 0..1, in calendar months that all years have.

    The years are numbers from 0, of twelve months each. NaN where a unit lacks one of these months.

    >>> seen = TrustMonths(("R1",), np.array([[100.0] * 12 + [np.nan] + [100.0] * 11]), np.full((1, 24), 10.0))
    >>> yearly_access(seen, [0, 1]).round(3).tolist()
    [[0.9, 0.9]]
    """
    attended, late = (
        np.stack([values[:, 12 * year : 12 * year + 12] for year in years], axis=1)
        for values in (months.attendances, months.breaches)
    )
    common = ~np.isnan(attended).all(axis=0).any(axis=0)
    return 1.0 - ratio(total(late[:, :, common]), total(attended[:, :, common]))


def panel_history(access: Floats) -> History:
    """Return the history of one country by the access of its trusts, ``access`` (unit, year), 0..1.

    >>> panel_history(np.array([[0.9], [0.8]])).panels["reported_access"].shape
    (1, 2, 1)
    """
    return History({}, {PANEL: access[None]}, {})


def histories_without_each(access: Floats) -> History:
    """Return as many histories as there are trusts, each lacking one; ``access`` (unit, year), 0..1.

    >>> histories_without_each(np.array([[0.9], [0.8]])).panels["reported_access"][:, :, 0].tolist()
    [[nan, 0.8], [0.9, nan]]
    """
    return History({}, {PANEL: _without_each(access)}, {})


def sizes_without_each(sizes: Floats) -> History:
    """Return as many histories as there are trusts, each lacking the size of one; ``sizes`` (unit,) over their mean.

    >>> sizes_without_each(np.array([0.5, 1.5])).units["size"].tolist()
    [[nan, 1.5], [0.5, nan]]
    """
    return History({}, {}, {"size": _without_each(sizes)})


def _without_each(values: Floats) -> Floats:
    several = np.repeat(values[None], len(values), axis=0)
    several[np.arange(len(values)), np.arange(len(values))] = np.nan
    return several


def sizes_of(months: TrustMonths) -> Floats:
    """Return the attendances of each unit over their mean (unit,).

    >>> sizes_of(TrustMonths(("R1", "R2"), np.array([[100.0], [300.0]]), np.zeros((2, 1)))).tolist()
    [0.5, 1.5]
    """
    sums = total(np.nan_to_num(months.attendances))
    return sums / mean(sums)


def report_courses(months: TrustMonths) -> History:
    """Return how many months' reports of each trust lie in the bins about the limit and about the placebo.

    A history (unit) is a trust; its one month is the whole window, so that the sums of trusts are those of the country.

    >>> seen = TrustMonths(("R1",), np.full((1, 2), 1000.0), np.array([[48.0, 52.0]]))
    >>> courses = report_courses(seen).courses
    >>> courses["reports_just_above"].tolist(), courses["reports_just_below"].tolist()
    ([[1.0]], [[1.0]])
    """
    counted = np.nan_to_num(months.attendances) >= EVERY_HALF_POINT
    reported = np.where(counted, 1.0 - ratio(months.breaches, months.attendances), -1.0)
    abouts = {"reports": LIMIT, "placebo": LIMIT - PLACEBO_STEP}
    return History(
        {
            f"{name}_{place}": total(found)[:, None]
            for name, target in abouts.items()
            for place, found in bins_about(np.nan_to_num(reported, nan=-1.0), target).items()
        },
        {},
        {},
    )


def compared_years(table: FileTable) -> Floats:
    """Return access of all types (unit, year), 0..1, the first and fifth year of the file, NaN between them.

    Each in the calendar months that both have. Raises ValueError where no month has its like four years later.

    >>> from .shapes import SHAPES
    >>> shape, when = SHAPES["ae_trust_month_2021_2025.csv"], {"date": np.array([0, 48])}
    >>> numbers = {"total_attendances": [200.0, 400.0], "attendances_over_4hours": [20.0, 100.0]}
    >>> numbers["total_emergency_admissions"] = [90.0, 90.0]
    >>> numbers = {name: np.array(each) for name, each in numbers.items()}
    >>> texts = {"nhs_trust22_code": np.array(["R1", "R1"])}
    >>> compared_years(FileTable(shape, np.array([2, 3]), texts, when, numbers)).tolist()
    [[0.9, nan, nan, nan, 0.75]]
    """
    units = sorted(set(table.texts["nhs_trust22_code"].tolist()))
    months = table.months["date"]
    first = int(months.min()) if len(months) else 0
    every, number = np.ones(len(months), dtype=bool), 12 * (ACCESS_YEARS + 1)
    names = ("total_attendances", "attendances_over_4hours", "total_emergency_admissions")
    attended, late, admitted = (grid(table, every, units, name, first, number) for name in names)
    ends = np.r_[0:12, number - 12 : number]
    there = np.asarray(~np.isnan(attended[:, ends]).all(axis=0))
    common = np.tile(there[:12] & there[12:], 2)
    if not common.any():
        raise ValueError("no month has the same calendar month four years later")
    attended, late, admitted = (values[:, ends][:, common] for values in (attended, late, admitted))
    known = np.asarray((attended > 0.0).all(axis=1) & ~np.isnan(late).any(axis=1))
    told = ~np.isnan(admitted)  # a month whose admissions are missing says nothing of the kind of trust
    major = np.asarray(ratio(total(np.where(told, admitted, 0.0)), total(np.where(told, attended, 0.0))) >= ADMITTED)
    halves = common.sum() // 2
    years: Floats = np.full((len(units), ACCESS_YEARS + 1), np.nan)
    for year, part in ((0, slice(None, halves)), (ACCESS_YEARS, slice(halves, None))):
        years[:, year] = 1.0 - ratio(total(late[:, part]), total(attended[:, part]))
    return years[known & major]
