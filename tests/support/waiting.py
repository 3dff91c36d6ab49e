"""Waiting for something to happen, however busy the machine is: nothing is concluded from how long it takes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

PATIENCE = 1500.0
"""Seconds after which something counts as stuck: a hundred times what any of it takes on a machine at rest."""


def wait_until(happened: Callable[[], object], otherwise: Callable[[], str] = lambda: "it did not happen") -> None:
    """Wait until ``happened()`` is true; fail with the text of ``otherwise()`` if it never is."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, otherwise()
        time.sleep(0.02)


def wait_while_it_runs(process: subprocess.Popen[str], happened: Callable[[], object]) -> None:
    """Wait until ``happened()`` is true; fail if ``process`` ends before."""

    def happened_or_ended() -> bool:
        ended = process.poll() is not None
        assert happened() or not ended, f"ended with status {process.returncode} before it happened"
        return bool(happened())

    wait_until(happened_or_ended)


def end(process: subprocess.Popen[str]) -> None:
    """Kill ``process``, started in a session of its own, and whatever it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
