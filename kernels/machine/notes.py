"""Notes to the user: what was done otherwise than asked, each said once in a process."""

from __future__ import annotations

import logging
from functools import cache

_log = logging.getLogger("tredegar")


@cache
def note_once(text: str) -> None:
    """Say ``text`` as a warning of the logger "tredegar", unless it has been said before in this process."""
    _log.warning("%s", text)
