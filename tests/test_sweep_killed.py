"""Sweeps whose processes are killed, from outside or by a run of their own, and sweeps that are asked to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tredegar.store.format import DONE, FAILED
from tredegar.sweeps.progress_report import report_status
from tredegar.sweeps.runner import run_sweep
from tredegar.sweeps.spec import Spec
from tredegar.sweeps.store import SweepStore

from .fake_model import simulate, simulate_with_poison
from .sweep_cases import SMALL, contents, small_spec
from .test_sweep import by_value

SLOW = SMALL.replace("trusts = 3\nclinicians = 2", "trusts = 10\nclinicians = 10").replace("every = 12", "every = 1")


@pytest.mark.parametrize(("workers", "kills"), [(0, 3), (2, 1)])
def test_a_killed_sweep_is_finished_by_the_same_command_to_the_same_bytes(
    tmp_path: Path, workers: int, kills: int
) -> None:
    (tmp_path / "slow.toml").write_text(SLOW)
    command = [sys.executable, "-m", "tredegar.sweeps.cli", "sweep", "slow.toml", "--out", "s.zarr"]
    command += ["--workers", str(workers), "--engine", "numpy"]
    for kill in range(kills):
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, start_new_session=True)
        _wait_for_batches(tmp_path / "s.zarr", kill + 1, process)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert subprocess.run(command, cwd=tmp_path, stdout=subprocess.DEVNULL, check=False).returncode == 0
    run_sweep(Spec.from_text(SLOW), tmp_path / "undisturbed.zarr", workers=0, engine="numpy")
    assert contents(tmp_path / "s.zarr") == contents(tmp_path / "undisturbed.zarr")


def _wait_for_batches(path: Path, number: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        if len(list((path / "status").glob("c.*"))) >= number:
            return
        time.sleep(0.005)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_a_signal_ends_the_sweep_after_the_batch_in_work_with_status_3(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "slow.toml").write_text(SLOW)
    command = [sys.executable, "-m", "tredegar.sweeps.cli", "sweep", "slow.toml", "--out", "s.zarr"]
    command += ["--task", "0/1", "--engine", "numpy"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    _wait_for_batches(tmp_path / "s.zarr", 1, process)
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "run the same command again to finish" in said
    assert list((tmp_path / "s.zarr").rglob("*.partial")) == []


def test_a_run_that_kills_its_worker_is_recorded_and_its_neighbours_are_done(tmp_path: Path) -> None:
    spec = small_spec("solidarity = 0.5\n")
    poisonous = by_value(simulate_with_poison)
    summary = run_sweep(spec, tmp_path / "s.zarr", workers=2, simulate=poisonous, points_per_batch=1)
    assert summary.complete
    run_sweep(spec, tmp_path / "sound.zarr", workers=0, simulate=simulate)
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
        "from tests.fake_model import simulate_with_poison as simulate\nfrom tests.sweep_cases import small_spec\n"
        "from tredegar.sweeps.runner import run_sweep\n"
        "if __name__ == '__main__':\n"
        f"    run_sweep(small_spec('solidarity = 0.5\\n'), {str(path)!r}, task=(0, 1), simulate=simulate)\n"
    )
    (tmp_path / "task.py").write_text(code)
    command, place = [sys.executable, str(tmp_path / "task.py")], {**os.environ, "PYTHONPATH": str(root)}
    endings = [subprocess.run(command, env=place, check=False).returncode for _ in range(4)]
    assert endings == [-signal.SIGKILL, -signal.SIGKILL, -signal.SIGKILL, 0]
    status = SweepStore(path).read_status()
    assert status.all()
    assert status[19].tolist() == [FAILED, DONE, DONE]
