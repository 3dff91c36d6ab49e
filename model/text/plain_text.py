"""Text from outside as messages may show it: one line, nothing that a terminal obeys, invisible letters by name."""

from __future__ import annotations

import re
import unicodedata
from reprlib import Repr
from typing import Any

MOST_LETTERS = 60
OBEYED = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]")
"""What a terminal obeys instead of showing it: control characters, ends of lines, marks that turn the direction."""
MOST_BITS = 200
"""Of a larger whole number the size is shown: its decimal digits take quadratic time."""
BLANK = " \t\r\n"
"""What may surround a cell; other blanks, such as a no-break space, are letters that somebody has to see."""


def plain(text: object, most: int = MOST_LETTERS) -> str:
    """Return ``text`` on one line, its control and other invisible letters as "?", cut to ``most`` letters."""
    letters = str(text)
    # What is cut off is not looked at: a text may be megabytes long.
    shown = "".join(letter if letter.isprintable() else "?" for letter in letters[: most + 1])
    return shown if len(shown) <= most else shown[: most - 3] + "..."


def hidden(text: str) -> str:
    """Return the first invisible letter of ``text`` in words, "no-break space (U+00A0)"; "" if there is none."""
    for letter in text:
        if not letter.isprintable():
            return f"{_name(letter)} (U+{ord(letter):04X})"
    return ""


def _name(letter: str) -> str:
    if letter == "\ufeff":
        return "byte order mark"
    return unicodedata.name(letter, "control character").lower()


class _Brief(Repr):
    """Python's own short form of a value, for one that may be huge, hold itself or be unable to show itself."""

    def repr_int(self, value: int, level: int) -> str:
        return repr(value) if value.bit_length() < MOST_BITS else f"a whole number of {value.bit_length():,} bits"

    def repr_instance(self, value: Any, level: int) -> str:
        if isinstance(value, type):
            return f"the class {value.__name__}"
        try:
            text = " ".join(repr(value).split())
        except Exception:  # noqa: BLE001 -- a value that cannot show itself is shown by its kind
            text = ""
        return text if text and " at 0x" not in text else f"an object of the kind {type(value).__name__}"


_BRIEF = _Brief()
_BRIEF.maxlevel, _BRIEF.maxother, _BRIEF.maxstring = 3, MOST_LETTERS, MOST_LETTERS


def brief(value: object, most: int = MOST_LETTERS) -> str:
    """Return ``value`` as a script would write it, on one line of at most ``most`` letters, whatever it is."""
    return plain(_BRIEF.repr(value), most)
