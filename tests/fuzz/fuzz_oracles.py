"""Oracles of every outcome: it is a right result, or one clear line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

MOST_LETTERS = 2000
SAYS_WHAT = re.compile(
    r"must |expected |expects |unknown |missing|cannot|at most|not valid|is not |has no |both |no effect|leave |"
    r"twice|larger than|too large|too deeply|too small|smaller|is empty|is reversed|does not|nothing is|exist|"
    r"refuse|seem to be|has a blank|holds a|named|outside|after the last|no change|under grid|were|ends with|needs|"
    r"is declared for|has lost|no store|two rows|is written to a folder|differ in|allows |never |is no "
)
"""A refusal says what was expected or what is wrong; a bare value or the name of an exception does not."""


def check_line(text: str) -> None:
    """A message is one printable line of bounded length that says what was expected, and no error of Python's own."""
    assert text.isprintable(), f"letters that a terminal obeys, or several lines: {text[:300]!r}"
    assert 8 <= len(text) < MOST_LETTERS, f"{len(text)} letters: {text[:300]!r}"
    assert SAYS_WHAT.search(text), f"does not say what was expected: {text!r}"
    for word in ("Traceback", "object at 0x", "int too large", "Exceeds the limit", "codec can't", "<class "):
        assert word not in text, f"an error of Python's own: {text[:300]!r}"


def refused(make: Callable[[], Any], kind: type[Exception]) -> tuple[Any, str]:
    """Return what ``make`` returns and "", or None and the line of its refusal, an exception of exactly ``kind``."""
    try:
        return make(), ""
    except kind as error:
        found = error
    check_exactly(found, kind)
    check_line(str(found))
    return None, str(found)


def check_exactly(error: Exception, kind: type[Exception]) -> None:
    """An error is of exactly this kind, not of one below it."""
    assert type(error) is kind, f"{type(error).__name__} in place of {kind.__name__}: {error}"
