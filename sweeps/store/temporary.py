"""Folders and files that are built beside their place and renamed when whole, and what dead builders left."""

from __future__ import annotations

import atexit
import glob
import os
import re
import shutil
import socket
import time
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

from .durable import flush_folder, flush_tree

MARK = "creating"
SECONDS_TO_BE_OLD = 86_400.0
"""When what a builder on another machine left, who cannot be asked, counts as abandoned."""


def building_place(path: Path) -> Path:
    """Return where to build what shall stand at ``path``: beside it, under a name that no other process takes."""
    who = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
    return path.with_name(f".{path.name}.{MARK}-{who}{path.suffix}")


def remove_abandoned(path: Path) -> int:
    """Remove what killed processes left of building ``path``; return how many things it was."""
    removed = 0
    for left in path.parent.glob(f".{glob.escape(path.name)}.{MARK}-*"):
        if _is_abandoned(left):
            remove(left)
            removed += 1
    return removed


def put_in_place(building: Path, path: Path, shared: bool = False) -> None:
    """Give what was built at ``building`` its name ``path``, durably and in one step.

    Raises OSError where that fails; there is nothing at ``path`` then, unless it is ``shared``: other processes may use
    it as soon as it has its name.
    """
    # Before it has its name: a name must not stand for files that a power cut can empty.
    flush_tree(building)
    try:
        os.rename(building, path)
        flush_folder(path.parent)
    except OSError:
        if not shared and not os.path.lexists(building):  # it had its name already
            with suppress(OSError):
                os.rename(path, building)
        raise


def remove(path: Path) -> None:
    """Remove the folder or file ``path``, if it is there and can be removed."""
    with suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _is_abandoned(left: Path) -> bool:
    match = re.search(rf"\.{MARK}-(.*)-(\d+)-[0-9a-f]{{8}}", left.name)
    # The number of a process means something on its own machine alone.
    if match and match[1] == socket.gethostname():
        return not _is_alive(int(match[2]))
    try:
        return time.time() - left.stat().st_mtime > SECONDS_TO_BE_OLD
    except FileNotFoundError:
        return False


def _is_alive(process: int) -> bool:
    try:
        # Signal 0 does nothing but ask; that it is not allowed says that the process is there, of another user.
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def place_for_this_process() -> Path:
    """Return where a store may be made that is gone when this process ends."""
    folder = mkdtemp(prefix="tredegar-")
    atexit.register(_remove_own, folder, os.getpid())
    return Path(folder) / "sweep.zarr"


def _remove_own(folder: str, owner: int) -> None:
    # A process that was forked has the list of its parent, whose folders are none of its business.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
