"""Notes to the user: what was done otherwise than asked, said once in a process; errors, said in one line."""

from __future__ import annotations

import logging
from functools import cache

_log = logging.getLogger("tredegar")
_LONGEST_LINE = 600


@cache
def note_once(text: str) -> None:
    """Say ``text`` as a warning of the logger "tredegar", unless it has been said before in this process."""
    _log.warning("%s", text)


def in_a_line(error: BaseException) -> str:
    """Return what ``error`` says, or its kind, in one line of bounded length: beginning and end, where the cause is."""
    words = (word for word in str(error).split() if not word.startswith("========"))  # rules around CuPy's reasons
    text = " ".join(words) or type(error).__name__
    half = _LONGEST_LINE // 2
    return text if len(text) <= _LONGEST_LINE else f"{text[:half]} ... {text[-half:]}"
