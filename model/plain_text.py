"""Text from outside as messages may show it: one line, nothing that a terminal obeys, invisible letters by name."""

from __future__ import annotations

import unicodedata

MOST_LETTERS = 60
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
