"""Sweeps that are killed in the middle: held after some batches by ``held_sweep``, then killed as a whole."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .places import TESTS
from .waiting import PATIENCE, end, wait_while_it_runs


def kill_in_the_middle(words: Sequence[str], folder: Path, store: str = "s.zarr") -> int:
    """Sweep by ``words`` in ``folder``, kill it after two batches, and return how many batches were done."""
    (folder / "allowed").write_text("2")
    with subprocess.Popen(
        _command(words), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            wait_while_it_runs(process, (folder / "held").exists)
            process.send_signal(signal.SIGKILL)
        finally:
            end(process)
    return _batches(folder / store)


def finish(words: Sequence[str], folder: Path, store: str = "s.zarr") -> int:
    """Finish the sweep by the same ``words``, and return how many batches are done."""
    (folder / "allowed").write_text("99")
    again = subprocess.run(_command(words), cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert again.returncode == 0, again.stderr
    return _batches(folder / store)


def _command(words: Sequence[str]) -> list[str]:
    return [sys.executable, str(TESTS / "support" / "held_sweep.py"), *words]


def _batches(store: Path) -> int:
    return len(list((store / "status").glob("c.*")))
