"""Dates of the months of a run: the year of the run, and the calendar where the first month is known."""

from __future__ import annotations

import datetime
import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..model.text.plain_text import brief

FIRST_YEAR, LAST_YEAR = 1000, 9999
"""Years of four digits: what lies outside, readers of dates disagree on."""
_START = re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])", re.ASCII)
_FIRST_DAY = re.compile(r"([0-9]{4}-[0-9]{2})-01(T00:00:00)?", re.ASCII)


def read_start(start: Any, months: int = 1) -> str:
    """Return the year and month of month 1 as a text: of ``start``, such a text or the date of the month's first day.

    Raises ValueError for anything else, and where ``months`` from then end after the year 9999.

    >>> read_start("1997-05"), read_start(datetime.date(1997, 5, 1))
    ('1997-05', '1997-05')
    """
    first = _FIRST_DAY.fullmatch(start.isoformat()) if isinstance(start, datetime.date) else None
    text = first[1] if first else start
    if not isinstance(text, str) or not _START.fullmatch(text):
        expected = f"the year and month of month 1, such as '1997-05', from '{FIRST_YEAR}-01' on"
        raise ValueError(f"start must be {expected}, got {brief(start)}")
    year, month = map(int, text.split("-"))
    if year + (month - 1 + months - 1) // 12 > LAST_YEAR:
        raise ValueError(f"start is '{text}': {months} months from then end after the year {LAST_YEAR}")
    return text


def dates_of(months: ArrayLike, start: str) -> NDArray[np.datetime64]:
    """Return the first day of each of ``months`` (month,), numbered from 1, the number of ``start``: (month,).

    Whole seconds, which reach further than the nanoseconds of pandas: to the end of the longest run. Raises ValueError
    for a ``start`` that is no month.

    >>> dates_of([1, 9], "1997-05").astype("datetime64[D]")
    array(['1997-05-01', '1998-01-01'], dtype='datetime64[D]')
    """
    number = np.asarray(months, dtype=np.int64) - 1
    first = np.datetime64(read_start(start, int(number.max(initial=0)) + 1), "M")
    return (first + number.astype("timedelta64[M]")).astype("datetime64[s]")


def years_of(months: ArrayLike) -> NDArray[np.int32]:
    """Return the year of the run, counted from 1, in which each of ``months`` (month,), counted from 1, lies: (month,).

    >>> years_of([1, 12, 13])
    array([1, 1, 2], dtype=int32)
    """
    return ((np.asarray(months, dtype=np.int32) - 1) // 12 + 1).astype(np.int32)
