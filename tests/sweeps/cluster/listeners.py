"""Listening sockets of the processes of a sweep, whatever their kind."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

LISTENS = 0x10000
"""The flag of a socket that takes connections (__SO_ACCEPTCON)."""


def family(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """The processes and all that they started."""
    return [member for each in processes for member in (each, *each.children(recursive=True))]


def internet_sockets(members: Iterable[psutil.Process]) -> list[tuple[str, int]]:
    """Address and port of each socket of ``members`` that takes connections."""
    return [
        (connection.laddr.ip, connection.laddr.port)
        for process in members
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]


def unix_sockets(members: Iterable[psutil.Process]) -> list[str]:
    """Names of the Unix sockets of ``members`` that take connections; ``@`` begins those that are no files."""
    names = []
    for process in members:
        held = set()
        for place in Path(f"/proc/{process.pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                held.add(str(place.readlink()))
        for line in Path(f"/proc/{process.pid}/net/unix").read_text().splitlines()[1:]:
            words = line.split()
            if int(words[3], 16) & LISTENS and f"socket:[{words[6]}]" in held:
                names.append(words[7])
    return names
