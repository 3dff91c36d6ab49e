"""Streams that reach every terminal: signs that its encoding lacks are spelled out, ± as +- and ü as u."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

# ruff: noqa: RUF001, SIM905 -- signs that look like others are what this is about
_SIGNS = """
± +-  − -  – -  — -  ‐ -  ‑ -  × x  · .  … ...  ‘ '  ’ '  “ "  ” "  „ "  « "  » "  • *  → ->  ← <-
≤ <=  ≥ >=  ≠ !=  ≈ ~  √ sqrt  ∞ inf  € EUR  £ GBP  ° deg  ß ss  æ ae  Æ AE  œ oe  Œ OE  ø o  Ø O
đ d  ł l  Ł L  ░ .  ▒ :  ⁄ /
""".split()
SPELLED = {"\N{NO-BREAK SPACE}": " ", **dict(zip(_SIGNS[::2], _SIGNS[1::2], strict=True))}
"""Signs that people know in another form; letters with accents lose these, Greek ones become their names."""
OTHERS = "?"


class PlainStream:
    """A text stream that writes what its encoding has, and spells out the rest, instead of failing.

    It shows no ``buffer``: what writes through it never gets around it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write ``text`` and return how many letters of it were written: all."""
        try:
            return self._stream.write(text)
        except UnicodeEncodeError:
            self._stream.write(spelled(text, self._stream.encoding))
            return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write ``lines`` one after the other."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self._stream, name)


def spelled(text: str, encoding: str) -> str:
    """Return ``text`` with every letter that ``encoding`` lacks replaced by letters that it has."""
    return "".join(letter if _has(encoding, letter) else _spelled(letter, encoding) for letter in text)


def _spelled(letter: str, encoding: str) -> str:
    for other in (SPELLED.get(letter, ""), _without_accents(letter), _named(unicodedata.normalize("NFKD", letter)[0])):
        if other and _has(encoding, other):
            return other
    return OTHERS


def _without_accents(letter: str) -> str:
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(SPELLED.get(part, part) for part in parts if not unicodedata.combining(part))


def _named(letter: str) -> str:
    """Return the name of a Greek letter, the nearest shape of a line of a table or a bar, "" for all else."""
    name = unicodedata.name(letter, "")
    if name.startswith("GREEK ") and " LETTER " in name:
        word = name.split(" LETTER ")[1].split(" WITH ")[0].lower()
        return word.capitalize() if "CAPITAL" in name else word
    if name.startswith("BOX DRAWINGS "):
        words = set(name.split())
        lying, standing = bool(words & {"HORIZONTAL", "LEFT", "RIGHT"}), bool(words & {"VERTICAL", "UP", "DOWN"})
        return "+" if lying and standing else "-" if lying else "|"
    return "#" if name.endswith(" BLOCK") else ""


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def plain_streams() -> Iterator[None]:
    """Let nothing that is printed within fail for the encoding of standard output and standard error."""
    before = sys.stdout, sys.stderr
    # Without a terminal and files of its own, a process has no streams at all.
    sys.stdout, sys.stderr = (PlainStream(stream) if stream is not None else None for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
