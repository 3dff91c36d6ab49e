"""numba imported, and asked to compile, whatever its environment variables say.

numba reads them when it is imported and again whenever it compiles. Some values end in an exception there, one in the
end of the process, most in a warning of twenty lines. Here such a value is left out, for as long as numba is at work,
and one note names it.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from .notes import note_once

_one_at_a_time = threading.RLock()
"""Environment and warnings belong to the whole process: two threads would each restore what the other has changed."""
THREADS, FEATURES = "NUMBA_NUM_THREADS", "NUMBA_CPU_FEATURES"
_UNREADABLE = re.compile(
    r"Environment variable '(?P<name>NUMBA_\w+)' is defined but its associated value '(?P<value>.*)' c"
)


def is_thread_count(text: str) -> bool:
    """Whether ``text`` is a whole number from 1 on, in plain digits."""
    text = text.strip()
    return text.isascii() and text.isdecimal() and int(text[:18]) > 0


def note_ignored(name: str, value: str) -> None:
    """Say that the environment variable ``name`` is ignored, and why."""
    what = "no list of features" if name == FEATURES else "no number of threads"
    note_once(f"{name} = {value!r} is {what} and is ignored; unset it, or give it a value that can be used")


def _bad_values() -> dict[str, str]:
    """The variables that numba, or LLVM, cannot bear, with their values."""
    named = {name: os.environ[name] for name in (THREADS, FEATURES) if os.environ.get(name, "").strip()}
    bad = {}
    if THREADS in named and not is_thread_count(named[THREADS]):
        bad[THREADS] = named[THREADS]
    features = named.get(FEATURES, "+").split(",")
    if not all(feature.strip().startswith(("+", "-")) for feature in features if feature.strip()):
        bad[FEATURES] = named[FEATURES]  # LLVM would end the process
    return bad


@contextmanager
def usable_environment() -> Iterator[None]:
    """Leave out what numba cannot use while the block imports or compiles; a note names each value left out.

    An empty number of threads is no number. Where the engines keep compiled code is theirs to say, so that
    NUMBA_CACHE_LOCATOR_CLASSES has no say. A number of threads that was changed after the import of numba has none
    either: numba's own threads may have been started.
    """
    with _one_at_a_time:
        bad = _bad_values()
        for name, value in bad.items():
            note_ignored(name, value)
        here: dict[str, str | None] = {**dict.fromkeys(bad), "NUMBA_CACHE_LOCATOR_CLASSES": None}
        started = getattr(sys.modules.get("numba"), "config", None)
        if started is not None:
            here[THREADS] = str(started.NUMBA_NUM_THREADS)
        elif not os.environ.get(THREADS, "1").strip():
            here[THREADS] = None
        before = {name: os.environ.get(name) for name in here}
        try:
            _set(here)
            with _warnings_as_notes():
                yield
        finally:
            _set(before)


def _set(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def _warnings_as_notes() -> Iterator[None]:
    """Make one note of each variable of which numba warns that it cannot read it; pass all other warnings on."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for warning in caught:
        found = _UNREADABLE.match(str(warning.message))
        if found:
            note_once(f"{found['name']} = {found['value']!r} cannot be read by numba, which ignores it")
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
