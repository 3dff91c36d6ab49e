"""A Dask scheduler that runs already: where it is, and a client of it, or one line that says what is wrong."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from pickle import PickleError
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distributed import Client

MOST_BYTES = 100_000_000
"""A scheduler file lists the workers that were there when it was written: a few hundred bytes each."""
SECONDS_TO_ANSWER = 60
"""A typing mistake is told after this time; a scheduler on a busy machine answers within it."""
SECONDS_TO_CONNECT = 300
"""For a scheduler that has answered."""
MISUNDERSTANDINGS = (TypeError, AttributeError, ImportError, LookupError, PickleError)
"""What other versions of Dask make of each other's messages."""
UNKNOWN = "of an unknown version"
_log = logging.getLogger("tredegar")
EXAMPLE = "an address such as tcp://10.0.0.1:8786"


class SchedulerError(ValueError):
    """A scheduler that cannot be spoken to; the message is one line."""


def address_of(scheduler: str) -> str:
    """Return the address that ``scheduler`` means: it is one, or names a scheduler file of Dask (JSON)."""
    if "://" not in scheduler and Path(scheduler).is_file():
        return _address_in(Path(scheduler))
    if not re.fullmatch(r"(?:[a-z]+://)?[^\s/]+:\d{1,5}", scheduler):
        raise SchedulerError(f"--scheduler must be a scheduler file that exists or {EXAMPLE}, got {scheduler[:80]!r}")
    return scheduler if "://" in scheduler else f"tcp://{scheduler}"


def _address_in(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        found = json.loads(content) if len(content) <= MOST_BYTES else None
    except (OSError, ValueError, RecursionError):
        found = None
    address = found.get("address") if isinstance(found, dict) else None
    if not isinstance(address, str) or "://" not in address:
        raise SchedulerError(
            f"'{path}' is no scheduler file: expected JSON with an 'address', as dask scheduler writes"
        )
    return address


@contextmanager
def connected(scheduler: str) -> Iterator[Client]:
    """Yield a client of ``scheduler``, an address or a scheduler file. Raises SchedulerError if none answers there.

    Dask's own messages of lost connections are kept quiet: the driver says in one line what came of them.
    """
    from distributed import Client

    address = address_of(scheduler)
    # A notebook's thread runs a loop already: this one runs in a thread of its own.
    with ThreadPoolExecutor(1) as thread:
        theirs = thread.submit(asyncio.run, _ask(address)).result()
    ours = _own_version()
    if theirs != ours:
        _log.warning("%s: should the sweep stop over it, install the same on both sides", _both(address, theirs, ours))
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        # Not the default: what the caller computes with Dask must not go to these workers.
        with Client(address, set_as_default=False, timeout=SECONDS_TO_CONNECT) as client:
            yield client
    except MISUNDERSTANDINGS as error:
        if theirs == ours:
            raise
        raise _misunderstood(address, theirs, error) from error
    finally:
        log.setLevel(before)


async def _ask(address: str) -> str:
    """Return the version of the scheduler that answers at ``address``; raise SchedulerError if none does.

    A client that fails would linger for a minute.
    """
    from distributed.core import rpc
    from distributed.security import Security

    try:
        # From Dask's configuration: a scheduler of the user's own keeps the security that it was given.
        arguments = Security().get_connection_args("client")
        async with rpc(address, connection_args=arguments, timeout=SECONDS_TO_ANSWER) as server:
            fault: TypeError | None = None
            try:
                found = await asyncio.wait_for(server.identity(n_workers=0), SECONDS_TO_ANSWER)
            except TypeError as error:  # a worker, or a scheduler of 2024: a client would ask it the same
                fault = error
                found = await asyncio.wait_for(server.identity(), SECONDS_TO_ANSWER)
            theirs = await _version(server)
    except (*MISUNDERSTANDINGS, OSError, ValueError, AssertionError, RuntimeError) as error:
        raise _no_answer(address, error) from None
    if found.get("type") != "Scheduler":
        raise SchedulerError(
            f"at {address} is a Dask {str(found.get('type')).lower()}, no scheduler; expected {EXAMPLE}"
        )
    if fault is not None:
        raise _misunderstood(address, theirs, fault) from None
    return theirs


def _no_answer(address: str, error: BaseException) -> SchedulerError:
    why = _in_a_line(error) or f"nothing was said within {SECONDS_TO_ANSWER} s"
    if address.startswith("tls://") and "ssl_context" in why:
        why = "TLS needs the certificates that Dask's configuration names (distributed.comm.tls)"
    elif isinstance(error, MISUNDERSTANDINGS):
        return SchedulerError(
            f"what answers at {address} is not understood by Dask {_own_version()} here: {why};"
            " install the same version on both sides"
        )
    return SchedulerError(f"no Dask scheduler answers at {address}: {why}")


async def _version(server: Any) -> str:
    """Return the version of Dask that ``server`` has, UNKNOWN if it does not say."""
    try:
        said = await asyncio.wait_for(server.versions(), SECONDS_TO_ANSWER)
        return str(said["packages"]["distributed"])[:40]
    except (*MISUNDERSTANDINGS, OSError, ValueError, RuntimeError):
        return UNKNOWN


def _own_version() -> str:
    return version("distributed")


def _both(address: str, theirs: str, ours: str) -> str:
    return f"the scheduler at {address} has Dask {theirs}, this process {ours}"


def _misunderstood(address: str, theirs: str, error: BaseException) -> SchedulerError:
    both = _both(address, theirs, _own_version())
    return SchedulerError(
        f"{both}, and they do not understand each other ({_in_a_line(error)}); install the same version on both sides"
    )


def _in_a_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
