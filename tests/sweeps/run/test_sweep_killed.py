"""Sweeps whose processes are killed, from outside or by a run of their own, and sweeps that are asked to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tredegar.store.format import DONE, FAILED
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.status import report_status

from ...support.fake_model import simulate, simulate_with_poison
from ...support.places import TESTS
from ...support.sweep_cases import SMALL, contents, small_spec
from ...support.waiting import PATIENCE, end, wait_while_it_runs
from .test_sweep import by_value

pytestmark = pytest.mark.processes

SEVERAL = SMALL.replace("trusts = 3\nclinicians = 2", "trusts = 10\nclinicians = 10").replace("every = 12", "every = 1")


@contextmanager
def started_sweep(folder: Path, *options: str, allowed: int) -> Iterator[subprocess.Popen[str]]:
    """Start a sweep of several batches of which ``allow`` says how many may be done, in a session of its own.

    Whatever becomes of the test, no process of it and no open pipe is left.
    """
    (folder / "several.toml").write_text(SEVERAL)
    allow(folder, allowed)
    command = [sys.executable, str(TESTS / "support" / "held_sweep.py"), "sweep", "several.toml"]
    command += ["--out", "s.zarr", "--engine", "numpy", *options]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            end(process)


def allow(folder: Path, batches: int) -> None:
    """Let the sweep in ``folder`` go on until so many of its batches are done."""
    (folder / "allowed.new").write_text(str(batches))
    (folder / "allowed.new").replace(folder / "allowed")


def batches_done(folder: Path) -> int:
    return len(list((folder / "s.zarr" / "status").glob("c.*")))


@pytest.mark.parametrize(("workers", "kills"), [(0, 3), (2, 1)])
def test_a_killed_sweep_is_finished_by_the_same_command_to_the_same_bytes(
    tmp_path: Path, workers: int, kills: int
) -> None:
    for kill in range(kills):
        with started_sweep(tmp_path, "--workers", str(workers), allowed=kill + 1) as process:
            wait_while_it_runs(process, lambda: batches_done(tmp_path) > kill)  # noqa: B023
    killed_at = batches_done(tmp_path)
    with started_sweep(tmp_path, "--workers", str(workers), allowed=99) as process:
        said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said + errors
    complete_sweep(Spec.from_text(SEVERAL), tmp_path / "undisturbed.zarr", workers=0, engine="numpy")
    assert contents(tmp_path / "s.zarr") == contents(tmp_path / "undisturbed.zarr")
    assert kills <= killed_at < batches_done(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_a_signal_ends_the_sweep_after_the_batch_in_work_with_status_3(tmp_path: Path, number: signal.Signals) -> None:
    with started_sweep(tmp_path, "--task", "0/1", allowed=1) as process:
        wait_while_it_runs(process, (tmp_path / "held").exists)
        process.send_signal(number)
        allow(tmp_path, 99)
        said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3, errors
    assert "run the same command again to finish" in said
    assert batches_done(tmp_path) == 2
    assert list((tmp_path / "s.zarr").rglob("*.partial")) == []


def test_a_run_that_kills_its_worker_is_recorded_and_its_neighbours_are_done(tmp_path: Path) -> None:
    spec = small_spec("solidarity = 0.5\n")
    poisonous = by_value(simulate_with_poison)
    summary = complete_sweep(spec, tmp_path / "s.zarr", workers=2, simulate=poisonous, points_per_batch=1)
    assert summary.complete
    complete_sweep(spec, tmp_path / "sound.zarr", workers=0, simulate=simulate)
    killed, sound = (xr.open_zarr(tmp_path / f"{name}.zarr").load() for name in ("s", "sound"))
    poisoned = np.zeros((25, 3), dtype=bool)
    poisoned[19, 0] = True
    assert (killed.status.values[poisoned] == FAILED).all()
    assert (killed.status.values[~poisoned] == sound.status.values[~poisoned]).all()
    assert killed.quality.values[~poisoned].tobytes() == sound.quality.values[~poisoned].tobytes()
    causes = {cause.reason: cause.runs for cause in report_status(tmp_path / "s.zarr").causes}
    assert causes == {"the run kills the process that computes it": 1, "not finite: quality": 3}


def test_a_task_that_a_run_kills_again_and_again_gets_over_it(tmp_path: Path, root: Path) -> None:
    path = tmp_path / "s.zarr"
    code = (
        "from tests.support.fake_model import simulate_with_poison as simulate\n"
        "from tests.support.sweep_cases import small_spec\n"
        "from tredegar.sweeps.run.runner import complete_sweep\n"
        "if __name__ == '__main__':\n"
        f"    complete_sweep(small_spec('solidarity = 0.5\\n'), {str(path)!r}, task=(0, 1), simulate=simulate)\n"
    )
    (tmp_path / "task.py").write_text(code)
    command, place = [sys.executable, str(tmp_path / "task.py")], {**os.environ, "PYTHONPATH": str(root)}
    endings = [subprocess.run(command, env=place, check=False).returncode for _ in range(4)]
    assert endings == [-signal.SIGKILL, -signal.SIGKILL, -signal.SIGKILL, 0]
    status = SweepStore(path).read_status()
    assert status.all()
    assert status[19].tolist() == [FAILED, DONE, DONE]
