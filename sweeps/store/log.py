"""The log of a sweep: JSON lines under ``log/``, one file for each process, only ever appended to.

Nothing in it is needed to finish a sweep. It says what ran where, how long it took and why runs failed.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import time
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ...model.text.log_lines import read_log

MOST_LETTERS = 500
PACKAGES = ("tredegar", "numpy", "zarr", "numba", "mesa", "cupy-cuda12x", "cupy-cuda13x", "dask")


def note(store: Path, event: str, **facts: Any) -> None:
    """Append one line to this process's file: ``event``, the time (seconds since 1970, UTC) and ``facts``.

    A line that cannot be written (a full disk) is dropped: the log is never a reason to stop a sweep.
    """
    try:
        path = _own_file(str(store), os.getpid())
        line = {"event": event, "time": round(time.time(), 3), **facts}
        _append(path, line)
    except OSError:
        return


# Kept by process, too: a child that was forked must not write into the file of its parent.
@lru_cache(maxsize=16)
def _own_file(store: str, process: int) -> Path:
    host = "".join(letter if letter.isalnum() or letter == "-" else "-" for letter in socket.gethostname())
    # With the time, since the system gives the numbers of processes again.
    path = Path(store) / "log" / f"{host[:60]}-{process}-{time.time_ns()}.jsonl"
    path.parent.mkdir(exist_ok=True)
    start = {"event": "start", "time": round(time.time(), 3), "host": host, "process": process}
    _append(path, {**start, "python": platform.python_version(), "versions": _versions()})
    return path


def _append(path: Path, line: dict[str, Any]) -> None:
    # Closed after each line: a process that is killed has left all that it said.
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def read_events(store: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of all files of the log, file by file, as ``read_log`` of model/text/log_lines.py says."""
    return read_log(store / "log")
