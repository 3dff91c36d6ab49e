"""Dates of the months of a run: the year of the run, and the calendar where the first month is known."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..model.text.plain_text import brief

_START = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])", re.ASCII)


def first_month(start: Any) -> np.datetime64:
    """Return the calendar month that ``start``, a text such as "1997-05", names.

    Raises ValueError for anything else.

    >>> first_month("1997-05")
    np.datetime64('1997-05')
    """
    if not isinstance(start, str) or not _START.fullmatch(start) or start.startswith("0000"):
        raise ValueError(f"start must be a year and a month, such as '1997-05', got {brief(start)}")
    return np.datetime64(start, "M")


def dates_of(months: ArrayLike, start: str) -> NDArray[np.datetime64]:
    """Return the first day of each of ``months`` (month,), numbered from 1, the number of ``start``: (month,).

    Whole seconds, which reach further than the nanoseconds of pandas: to the end of the longest run. Raises ValueError
    for a ``start`` that is no month.

    >>> dates_of([1, 9], "1997-05").astype("datetime64[D]")
    array(['1997-05-01', '1998-01-01'], dtype='datetime64[D]')
    """
    number = np.asarray(months, dtype=np.int64) - 1
    return (first_month(start) + number.astype("timedelta64[M]")).astype("datetime64[s]")


def years_of(months: ArrayLike) -> NDArray[np.int32]:
    """Return the year of the run, counted from 1, in which each of ``months`` (month,), counted from 1, lies: (month,).

    >>> years_of([1, 12, 13])
    array([1, 1, 2], dtype=int32)
    """
    return ((np.asarray(months, dtype=np.int32) - 1) // 12 + 1).astype(np.int32)
