"""Monthly access in files: the share of attendances within four hours by month, of trusts and of countries."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...model.text.plain_text import plain
from ..operators.ordered import Floats, total
from .calendar_months import month_name
from .defects import mend_table
from .definitions import MAJOR
from .shapes import SHAPES
from .table_reader import PAGE, FileTable, read_file_table
from .trust_months import FIRST_MONTH, MONTHS, TrustMonths, months_by_type

COMPARATORS = {"Scotland": "ae_scotland_month_2007_2025.csv", "Wales": "ae_wales_month.csv"}
"""Country -> its file of the whole country by month."""
WITHIN = {"Scotland": "within_4_hours", "Wales": "within_4h"}


class MonthlyAccess(NamedTuple):
    """Attendances by month from April 2016 to March 2019: ``trusts`` of England and, by name, whole ``countries``.

    A country has one unit, that of England the sum of its trusts.
    """

    trusts: TrustMonths
    countries: dict[str, TrustMonths]


def monthly_access(folder: str | os.PathLike[str]) -> MonthlyAccess:
    """Return what the files of ``folder`` say of access month by month (docs/data.md has their names and columns).

    England's are departments of type 1, of trusts that have them in every month; Scotland and Wales are there where
    their file is, and has every month. Raises OSError for a folder or file that cannot be read, and ValueError where
    the file of England's trusts is not there, lacks a month, or is no such table.
    """
    place = Path(folder)
    if MAJOR not in os.listdir(place):
        raise ValueError(
            f"'{plain(place, 300)}' has no file '{MAJOR}', which is predicted; {PAGE} says where it is from"
        )
    trusts = months_by_type(_table(place / MAJOR))[0]
    if lacking := np.flatnonzero(np.isnan(trusts.attendances).any(axis=0)).tolist():
        raise ValueError(f"'{MAJOR}' has no numbers for {month_name(FIRST_MONTH + lacking[0])}: expected every month"
                         " from April 2016 to March 2019")  # fmt: skip
    countries = {"England": _whole(trusts)}
    for name, file in COMPARATORS.items():
        if (place / file).exists() and (found := _country(name, _table(place / file))) is not None:
            countries[name] = found
    return MonthlyAccess(trusts, countries)


def _table(path: Path) -> FileTable:
    return mend_table(read_file_table(path, SHAPES[path.name]))[0]


def _whole(trusts: TrustMonths) -> TrustMonths:
    return TrustMonths(("England",), total(trusts.attendances, axis=0)[None], total(trusts.breaches, axis=0)[None])


def _country(name: str, table: FileTable) -> TrustMonths | None:
    """Return the months of a country; None where one of them is missing."""
    attended, within = np.full(MONTHS, np.nan), np.full(MONTHS, np.nan)
    places = table.months["date"] - FIRST_MONTH
    inside = (places >= 0) & (places < MONTHS)
    attended[places[inside]] = table.numbers["attendances"][inside]
    within[places[inside]] = table.numbers[WITHIN[name]][inside]
    if np.isnan(attended + within).any():
        return None
    return TrustMonths((name,), attended[None], (attended - within)[None])


def log_odds(months: TrustMonths) -> Floats:
    """Return the log odds of being seen within four hours, (unit, month).

    Half an attendance more of either kind keeps them finite where nobody waits longer (Haldane 1955, Ann. Hum. Genet.
    20, 309). Raises nothing: months without numbers are NaN.

    >>> log_odds(TrustMonths(("R1",), np.array([[99.0]]), np.array([[9.0]]))).round(3).tolist()
    [[2.254]]
    """
    found: Floats = np.log((months.attendances - months.breaches + 0.5) / (months.breaches + 0.5))
    return found


__all__ = ["MonthlyAccess", "log_odds", "monthly_access"]
