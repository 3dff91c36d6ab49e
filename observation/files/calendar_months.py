"""Months as files write them, as whole numbers that follow each other."""

from __future__ import annotations

import re

_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
_BY_NUMBER = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_BY_NAME = re.compile(r"([A-Za-z]+) ([0-9]{4})")
FIRST_YEAR, LAST_YEAR = 1900, 2100
NO_MONTH = -1


def month_number(text: str) -> int:
    """Return the months from January of year 0 to the month that ``text`` names, ``NO_MONTH`` for any other text.

    >>> month_number("April 2021") == month_number("2021-04-30") == month_number("2021-04")
    True
    >>> month_number("2021-13-01"), month_number("April"), month_number("2021-02-31")
    (-1, -1, -1)
    """
    year, month, day = 0, 0, 1
    if found := _BY_NUMBER.fullmatch(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3] or 1)
    elif (found := _BY_NAME.fullmatch(text)) and found[1].lower() in _NAMES:
        year, month = int(found[2]), _NAMES.index(found[1].lower()) + 1
    there = FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= _days(year, month)
    return 12 * year + month - 1 if there else NO_MONTH


def _days(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 28 + leap if month == 2 else 30 if month in (4, 6, 9, 11) else 31


def month_name(number: int) -> str:
    """Return the month of that number in words.

    >>> month_name(month_number("2021-04"))
    'April 2021'
    """
    return f"{_NAMES[number % 12].capitalize()} {number // 12}"
