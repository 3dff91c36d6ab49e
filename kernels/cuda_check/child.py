"""Programs run in a process of their own and watched, so that one that hangs or crashes is told and leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

Tell = Callable[[str], None]
PROGRESS = "progress: "
"""Begins a line that is meant for the person who waits; such a line shows that the program is alive."""
MOST_KEPT = 20_000
"""Characters that are kept of what a program prints."""
_LOOK = 0.1  # seconds between two looks
_LAST_MOMENT = 30.0  # seconds in which a killed process should be gone


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it printed, shortened in the middle.

    ``status`` is its exit status, or minus the signal; None where there is none. ``reason``: why it was ended, or
    could not be started; "" where it ended by itself.
    """

    status: int | None
    reason: str
    output: str

    def how(self) -> str:
        """Return how it ended, in words."""
        if self.reason or self.status is None:
            return self.reason
        if self.status >= 0:
            return f"it ended with status {self.status}"
        known = {number.value: number.name for number in signal.Signals}
        return f"it was ended by {known.get(-self.status, f'signal {-self.status}')}"


def watched(command: list[str], patience: float, tell: Tell | None = None) -> Ended:
    """Run ``command`` to its end, or until it has said nothing for ``patience`` seconds; never raise for what it does.

    Lines that begin with PROGRESS go to ``tell``; without it they do not count, and ``patience`` is for the whole.
    Whatever the command has started, in its own group of processes, ends with it.
    """
    with TemporaryFile() as file:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, env=_environment(),
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            return Ended(None, f"{command[0]} cannot be started: {error.strerror}", "")
        try:
            reason = _follow(process, file, patience, tell)
        finally:
            gone = _end(process)
        reason += "" if gone else "; it cannot be ended, which a GPU that hangs may be the cause of"
        return Ended(process.returncode, reason, _output(file))


def _environment() -> dict[str, str]:
    """This process's environment, in which a new Python finds the modules that this one finds."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}


def _follow(process: subprocess.Popen[bytes], file: IO[bytes], patience: float, tell: Tell | None) -> str:
    """Tell what is said until the process has ended; return why it should not be waited for, "" where it ended."""
    alive, read = time.monotonic(), 0
    while True:
        ended = _has_ended(process)
        lines, read = _new_lines(file, read)
        for line in lines:
            if tell is not None and line.startswith(PROGRESS):
                alive = time.monotonic()
                tell(line.removeprefix(PROGRESS))
        if ended:
            return ""
        if time.monotonic() - alive > patience:
            return f"{'it said nothing for' if tell else 'it was not done in'} {patience:g} seconds and was ended"
        time.sleep(_LOOK)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process has ended; it is left as it is, so that its number is that of no other process yet."""
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # where this program's parent has it ignore the ends of its children
        return True


def _new_lines(file: IO[bytes], read: int) -> tuple[list[str], int]:
    """Return the whole lines of ``file`` beyond the first ``read`` bytes, and where they end."""
    text = os.pread(file.fileno(), 1_000_000, read)
    whole = text[: text.rfind(b"\n") + 1] if len(text) < 1_000_000 else text
    return whole.decode(errors="replace").splitlines(), read + len(whole)


def _end(process: subprocess.Popen[bytes]) -> bool:
    """Kill the process and its group; return whether it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    try:
        process.wait(_LAST_MOMENT)
    except subprocess.TimeoutExpired:
        return False
    return True


def _output(file: IO[bytes]) -> str:
    size = os.fstat(file.fileno()).st_size
    text = os.pread(file.fileno(), MOST_KEPT, 0)
    if size > MOST_KEPT:
        half = MOST_KEPT // 2
        left_out = f"\n... {size - 2 * half} bytes left out ...\n".encode()
        text = text[:half] + left_out + os.pread(file.fileno(), half, size - half)
    return "\n".join(line.removeprefix(PROGRESS) for line in text.decode(errors="replace").splitlines())
