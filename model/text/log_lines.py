"""The log of a sweep as events: lines of JSON that are what they should be; everything else in the folder is passed by.

The log is for people and is never needed: a line that was torn, damaged or written by something else is no reason to
stop. What is text in an event can be printed as it is.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from .plain_text import plain

LONGEST_LINE = 65_536
LARGEST_NUMBER = 2**53
MOST_LETTERS = 500
MOST_VERSIONS = 100
NEEDED: Mapping[str, tuple[str, ...]] = {
    "start": ("host",),
    "begin": ("batch",),
    "batch": ("runs", "seconds", "engine"),
    "stop": ("batch",),
    "failure": ("point", "replicate", "reason"),
}
"""What an event must say to be of use; an event of another name need say nothing."""


def read_log(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the events in the ``*.jsonl`` files of ``folder``, file by file, in the order of their names.

    Every event has an ``event`` (text); whole numbers (``batch``, ``point``, ``replicate``, ``runs``, ``process``) are
    0 or more, ``seconds`` and ``time`` finite, texts printable and at most 500 letters long, ``versions`` a table of
    texts. A line in which any of these is otherwise is left out; so is a file that cannot be read. Raises nothing.
    """
    for path in _files(folder):
        try:
            with path.open("rb") as file:
                for line in _lines(file):
                    if (event := _event(line)) is not None:
                        yield event
        except OSError:
            continue


def _files(folder: Path) -> list[Path]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".jsonl"))
    except OSError:
        return []
    return [folder / name for name in names if _is_file(folder / name)]


def _is_file(path: Path) -> bool:
    """Whether ``path`` is a plain file: to open a pipe would wait for a writer that never comes."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of ``file`` that are not absurdly long, without ever holding one that is."""
    whole = True
    while part := file.readline(LONGEST_LINE):
        ended = part.endswith(b"\n")
        if whole and (ended or len(part) < LONGEST_LINE):
            yield part
        whole = ended


def _event(line: bytes) -> dict[str, Any] | None:
    """Return the event in ``line``, None if it is none."""
    try:
        found = json.loads(line.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("event"), str):
        return None
    if not all(key in found for key in NEEDED.get(found["event"], ())):
        return None
    try:
        return {key: READ[key](value) if key in READ else value for key, value in found.items()}
    except ValueError:
        return None


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_NUMBER:
        raise ValueError("no whole number")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST_NUMBER:
        raise ValueError("no number")  # NaN is neither below nor above
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")
    return plain(value, MOST_LETTERS)


def _versions(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > MOST_VERSIONS:
        raise ValueError("no table of versions")
    return {plain(name): plain(_text(number)) for name, number in value.items()}


READ: Mapping[str, Callable[[object], Any]] = {
    **dict.fromkeys(("batch", "point", "replicate", "runs", "process"), _whole),
    **dict.fromkeys(("seconds", "time"), _number),
    **dict.fromkeys(("event", "host", "python", "engine", "reason"), _text),
    "versions": _versions,
}
"""How what an event says is read; each raises ValueError for what it cannot be."""
