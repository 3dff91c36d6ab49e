"""Intruder: what another user of the machine tries on a running sweep, as a program that gives up its rights first.

    python intruder.py UID

It reads as JSON what there is to attack, and prints as JSON what it got. An attempt is refused if the system or the
other side says no; any other failure of an attempt is one of this program, which then ends with it.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import distributed
from distributed.security import Security

PATIENCE = 600.0
SECONDS_FOR_DASK = 20
"""After this a client of Dask has given up; that there is nobody without TLS is what the bare connections tell."""
TLS_ALERT = b"\x15\x03"
SECRET = b"PRIVATE KEY"


def answer(connection: socket.socket) -> bytes:
    """What the other side says to a request for a page. A scheduler or worker of Dask speaks first."""
    connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
    said = connection.recv(1000)
    return b"" if said.startswith(TLS_ALERT) else said


def plain(address: str, port: int) -> bytes:
    with socket.create_connection((address, port), timeout=PATIENCE) as connection:
        return answer(connection)


def encrypted(address: str, port: int, own: Security | None) -> bytes:
    """Speak TLS, without a certificate or with one of one's ``own``, and trust whoever answers."""
    context = ssl.create_default_context() if own is None else own.get_connection_args("worker")["ssl_context"]
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = socket.create_connection((address, port), timeout=PATIENCE)
    with connection, context.wrap_socket(connection) as wrapped:
        return answer(wrapped)


def runs_code(address: str, port: int) -> object:
    """Have the scheduler, if it is one, say who it is."""

    async def ask() -> object:
        place = f"tcp://{address}:{port}"
        async with distributed.Client(place, asynchronous=True, timeout=SECONDS_FOR_DASK) as client:
            return f"runs code as user {await client.run_on_scheduler(os.getuid)}"

    return asyncio.run(ask())


def by_name(name: str) -> object:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(f"\0{name[1:]}" if name.startswith("@") else name)
        return "connected"


def secret_in(folder: str) -> object:
    """Whatever of ``folder`` holds a key and can be read."""
    for above, _, names in os.walk(folder):
        for name in names:
            with suppress(PermissionError):
                if SECRET in (Path(above) / name).read_bytes():
                    return f"{above}/{name}"
    return None


def readable(path: str) -> object:
    with open(path, "rb") as file:
        return file.read(1) or "open"


def attempts(target: dict[str, list], got: dict[str, str]) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each attempt and its name; ``got`` is what came of those before."""
    own = Security.temporary()
    for address, port in target["schedulers"]:
        yield f"a client of Dask at {port}", lambda: runs_code(address, port)  # noqa: B023
    for address, port in target["sockets"]:
        yield f"a plain connection to {port}", lambda: plain(address, port)  # noqa: B023
        if f"a plain connection to {port}" in got:
            continue  # a server of pages would wait for the end of its request
        yield f"TLS to {port}", lambda: encrypted(address, port, None)  # noqa: B023
        yield f"TLS to {port} with a certificate of one's own", lambda: encrypted(address, port, own)  # noqa: B023
    for name in target["names"]:
        yield f"the socket {name}", lambda: by_name(name)  # noqa: B023
    for folder in target["private"]:
        yield f"the folder {folder}", lambda: os.listdir(folder)  # noqa: B023
    for folder in target["shared"]:
        yield f"a key in {folder}", lambda: secret_in(folder)  # noqa: B023
    for path in target["files"]:
        yield path, lambda: readable(path)  # noqa: B023
    for process in target["processes"]:
        yield f"a key in the command of {process}", lambda: SECRET in Path(f"/proc/{process}/cmdline").read_bytes()  # noqa: B023
        for name in ("environ", "mem", "maps"):
            yield f"{name} of {process}", lambda: readable(f"/proc/{process}/{name}")  # noqa: B023


def become(user: int) -> None:
    if user != os.getuid():
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


def main() -> None:
    target = json.load(sys.stdin)
    become(int(sys.argv[1]))
    got: dict[str, str] = {}
    tried = 0
    for what, attempt in attempts(target, got):
        tried += 1
        with suppress(OSError):  # among them refusals of TLS, and of Dask's client
            result = attempt()
            if result:
                got[what] = str(result)
    json.dump({"tried": tried, "got": got}, sys.stdout)


if __name__ == "__main__":
    main()
