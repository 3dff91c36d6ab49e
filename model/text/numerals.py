"""Numbers as TOML and CSV files write them, and nothing else that Python's ``float`` and ``int`` would take.

``float`` reads ``1_234``, ``nan`` and the digits of every script. In a table or on a command line these are slips
(an absent value, a thousands separator), and a slip must never become a value.
"""

from __future__ import annotations

import math
import re

from .plain_text import BLANK, hidden, plain

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


def parse_number(text: str, expected: str = "a number") -> float:
    """Return the finite number that ``text`` is: an optional sign, digits 0 to 9, a point, an exponent.

    Blanks around it are left out. Raises ValueError, "expected a number, got '...'", for all else: not a number,
    infinity and what overflows to it included. ``expected`` says what is wanted in place of "a number".

    >>> parse_number(" 1.5e2 ")
    150.0
    """
    word = text.strip(BLANK)
    value = float(word) if _NUMBER.fullmatch(word) else math.nan
    if not math.isfinite(value):
        raise ValueError(f"expected {expected}, got {_got(word)}")
    return value


def parse_whole(text: str, expected: str = "a whole number") -> int:
    """Return the whole number that ``text`` is: an optional sign and up to 18 digits 0 to 9.

    Raises ValueError, "expected a whole number, got '...'", for all else.

    >>> parse_whole("-12")
    -12
    """
    word = text.strip(BLANK)
    if not _WHOLE.fullmatch(word):
        raise ValueError(f"expected {expected}, got {_got(word)}")
    return int(word)


def _got(word: str) -> str:
    """Return what came, with a word on the commonest slips."""
    if not word:
        return "an empty cell"
    got = f"'{plain(word)}'"
    if letter := hidden(word):
        return f"{got}, which holds a {letter}"
    if _DECIMAL_COMMA.fullmatch(word):
        return f"{got}; write a decimal point, and no thousands separator"
    if word.endswith("%") and _NUMBER.fullmatch(word[:-1]):
        return f"{got}; write a share, such as 0.05 for 5%"
    if any(letter.isdigit() and not letter.isascii() for letter in word):
        return f"{got}; write the digits 0 to 9"
    return got
