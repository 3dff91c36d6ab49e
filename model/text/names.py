"""Help for what is not known: the closest name that is; and whole numbers, whoever made them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any

from .plain_text import brief

WORD_END = 2**32
"""Seeds, run numbers and sizes stay below: they are words of the key of all luck, or count what is."""


def closest(name: Any, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the known name nearest to ``name``, or "" when none is near or it is no text.

    >>> closest("qualty", ["quality", "morale"])
    "; did you mean 'quality'?"
    """
    matches = get_close_matches(name, list(known), n=1) if isinstance(name, str) else []
    return f"; did you mean '{matches[0]}'?" if matches else ""


def real_number(value: Any) -> float | None:
    """Return ``value`` as a float, infinity for what is too large for one; None for what is no number.

    >>> real_number(2), real_number(10**400), real_number("2"), real_number(True)
    (2.0, inf, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value == abs(value) else -math.inf


def whole_number(name: str, value: Any, least: int = 0, most: int = WORD_END - 1) -> int:
    """Return ``value`` as an int of Python, whatever integer it is; NumPy's own would overflow when multiplied.

    Raises ValueError, naming ``name`` and the range, for what is no whole number in ``least`` .. ``most``.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or not least <= int(value) <= most:
        raise ValueError(f"{name} must be a whole number in {least} .. {most}, got {brief(value)}")
    return int(value)
