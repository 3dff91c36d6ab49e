"""Files that another machine has written and this one does not see yet.

Clients of NFS, and of others, remember what a folder held and ask the server again some time later: by default up to a
minute. What a process itself wrote it sees at once, and what it sees stays; so that waiting is all that helps.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

SECONDS_TO_SHOW = 90.0
"""How long what must be there may take to be seen."""
SECONDS_BETWEEN_LOOKS = 0.5
TAKEN = (errno.ENOTEMPTY, errno.EEXIST)
"""What the server says of a name that something stands at, whether or not it is seen here."""


class Patience:
    """So many ``seconds`` to wait, used up by one wait after another."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def wait_until(self, seen: Callable[[], bool], folder: Path) -> bool:
        """Wait until ``seen()``, which depends on ``folder``, as long as patience lasts; return whether it came."""
        while not seen():
            if self.left <= 0:
                return False
            began = time.monotonic()
            time.sleep(SECONDS_BETWEEN_LOOKS)
            with suppress(OSError):
                os.listdir(folder)  # to open a folder has clients of NFS ask the server what is new in it
            self.left -= time.monotonic() - began
        return True


def wait_until_seen(seen: Callable[[], bool], folder: Path) -> bool:
    """Wait until ``seen()``, which must come unless ``folder`` was removed; return whether it did."""
    return Patience(SECONDS_TO_SHOW).wait_until(seen, folder)
