"""A task's script in a shell, with no scheduler: what it does when it is told to stop, and when its program ends."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tredegar.sweeps.job_script import Job, Resources
from tredegar.sweeps.job_slurm import slurm_array


def bare_job(tmp_path: Path, program: str, **changes: object) -> Job:
    """A job whose program is the shell script ``program``; the stand-in for scontrol writes down its words."""
    for name, text in {"program": program, "scontrol": 'echo "$@" >> requeued'}.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{text}\n")
        (tmp_path / name).chmod(0o755)
    job = Job(
        Path("/data/a.toml"), Path("/data/a.zarr"), "a", 8, Resources(notice=32), program=(str(tmp_path / "program"),)
    )
    return replace(job, **changes)  # type: ignore[arg-type]


def start(tmp_path: Path, job: Job) -> subprocess.Popen[str]:
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "SLURM_ARRAY_TASK_ID": "3"}
    environment |= {"SLURM_JOB_ID": "77", "SLURM_RESTART_COUNT": os.environ.get("SLURM_RESTART_COUNT", "0")}
    (tmp_path / "script").write_text(slurm_array(job))
    words = ["bash", str(tmp_path / "script")]
    return subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)


def stop_when_started(tmp_path: Path, running: subprocess.Popen[str], number: int) -> tuple[int, str]:
    while not (tmp_path / "started").exists():
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(number)
    said, _ = running.communicate(timeout=60)
    return running.returncode, said


WAITS = "trap 'exit 3' USR1 TERM; touch started; for _ in {1..600}; do sleep 0.1; done"
DEAF = "trap '' USR1; touch started; for _ in {1..600}; do sleep 0.1; done"


def test_a_task_that_is_told_that_time_is_short_goes_back_into_the_queue(tmp_path: Path) -> None:
    status, said = stop_when_started(tmp_path, start(tmp_path, bare_job(tmp_path, WAITS)), signal.SIGUSR1)
    assert status == 3
    assert (tmp_path / "requeued").read_text() == "requeue 77\n"
    assert "exit status 3, stopped: time" in said


def test_a_batch_that_takes_too_long_is_dropped_and_the_task_goes_back_into_the_queue(tmp_path: Path) -> None:
    status, said = stop_when_started(tmp_path, start(tmp_path, bare_job(tmp_path, DEAF)), signal.SIGUSR1)
    assert status == 128 + signal.SIGKILL
    assert "the batch in work is dropped" in said
    assert (tmp_path / "requeued").read_text() == "requeue 77\n"


def test_a_task_that_is_cancelled_stops_and_stays_out_of_the_queue(tmp_path: Path) -> None:
    status, said = stop_when_started(tmp_path, start(tmp_path, bare_job(tmp_path, WAITS)), signal.SIGTERM)
    assert status == 3
    assert "stopped: cancelled" in said
    assert not (tmp_path / "requeued").exists()


@pytest.mark.parametrize("program", ["touch started; exit 0", "touch started; exit 1", "touch started; kill -9 $$"])
def test_a_task_that_ends_by_itself_stays_out_of_the_queue(tmp_path: Path, program: str) -> None:
    running = start(tmp_path, bare_job(tmp_path, program))
    said, _ = running.communicate(timeout=60)
    assert running.returncode == {"0": 0, "1": 1}.get(program[-1], 137)
    assert f"task 3: exit status {running.returncode}" in said
    assert not (tmp_path / "requeued").exists()


def test_an_error_is_not_tried_again_though_time_is_short(tmp_path: Path) -> None:
    program = WAITS.replace("exit 3", "exit 1")
    status, _ = stop_when_started(tmp_path, start(tmp_path, bare_job(tmp_path, program)), signal.SIGUSR1)
    assert status == 1
    assert not (tmp_path / "requeued").exists()


def test_a_task_does_not_come_back_for_ever(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SLURM_RESTART_COUNT", "50")
    status, said = stop_when_started(tmp_path, start(tmp_path, bare_job(tmp_path, WAITS)), signal.SIGUSR1)
    assert status == 3
    assert "give it a longer --time" in said
    assert not (tmp_path / "requeued").exists()
