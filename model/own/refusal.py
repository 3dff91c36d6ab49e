"""Refusal of rules of one's own: one line, with the file and the line in it where somebody has to look."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from ..text.plain_text import plain

MOST_LETTERS = 400


class RuleRefused(ValueError):
    """A rule or an outcome of one's own cannot be used; nothing has run, and nothing is written."""


def refused(where: str, what: str) -> RuleRefused:
    """Return the refusal that says ``what`` is wrong and ``where``, on one line.

    >>> str(refused("my_rules.py:3, rule 'fear'", "it has no arguments"))
    "my_rules.py:3, rule 'fear': it has no arguments"
    """
    return RuleRefused(f"{where}: {plain(what, MOST_LETTERS)}" if where else plain(what, MOST_LETTERS))


def written_at(function: Callable[..., Any], kind: str = "rule") -> str:
    """Return the file, the line and the name of a function, as messages begin with them."""
    file, line = file_and_line(function)
    return f"{file}:{line}, {kind} '{plain(getattr(function, '__name__', 'function'))}'"


def file_and_line(function: Callable[..., Any]) -> tuple[str, int]:
    """Return the name of the file (without folders) and the line of ``def`` of a function."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return "unknown file", 0
    try:
        lines, first = inspect.getsourcelines(inspect.unwrap(function))
        skipped = next((number for number, line in enumerate(lines) if line.lstrip().startswith("def ")), 0)
    except (OSError, TypeError):  # typed at a prompt: no text is kept
        return PurePath(code.co_filename).name, code.co_firstlineno
    return PurePath(code.co_filename).name, first + skipped


def text_of(function: Callable[..., Any]) -> str:
    """Return the text of a function, for readers; "" where none is kept."""
    try:
        return inspect.cleandoc("\n" + inspect.getsource(inspect.unwrap(function)))
    except (OSError, TypeError):
        return ""
