"""Job scripts in a shell, with stand-ins for schedulers: a task that is told to stop, and an array of PBS."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tredegar.sweeps.jobs.script import Job, Resources, Surroundings
from tredegar.sweeps.jobs.slurm import slurm_array
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.spec import Spec

from ...support.sweep_cases import SMALL, contents
from ...support.waiting import PATIENCE, end, wait_while_it_runs

pytestmark = pytest.mark.processes

TREDEGAR = [sys.executable, "-m", "tredegar.cli.entry"]


Start = Callable[..., subprocess.Popen[str]]

WAITS = "trap 'exit 3' USR1 TERM; touch started; for _ in {1..9999}; do sleep 0.1; done"
DEAF = "trap '' USR1; touch started; for _ in {1..9999}; do sleep 0.1; done"
PATIENT = Resources(notice=int(PATIENCE))
"""The shell waits so long for a task that was told to stop, and no longer than that takes."""


def bare_job(tmp_path: Path, program: str, resources: Resources = PATIENT) -> Job:
    """A job whose program is the shell script ``program``; the stand-in for scontrol writes down its words."""
    for name, text in {"program": program, "scontrol": 'echo "$@" >> requeued'}.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{text}\n")
        (tmp_path / name).chmod(0o755)
    return Job(Path("/data/a.toml"), Path("/data/a.zarr"), "a", 8, resources, program=(str(tmp_path / "program"),))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """What starts the script of a job as Slurm would; whatever still runs in the end is killed."""
    started = []

    def start(job: Job, restarts: int = 0) -> subprocess.Popen[str]:
        environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "SLURM_ARRAY_TASK_ID": "3"}
        environment |= {"SLURM_JOB_ID": "77", "SLURM_RESTART_COUNT": str(restarts)}
        (tmp_path / "script").write_text(slurm_array(job))
        words = ["bash", "-x", str(tmp_path / "script")]
        with (tmp_path / "trace").open("w") as trace:
            running = subprocess.Popen(
                words,
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=trace,
                text=True,
                start_new_session=True,
            )
        started.append(running)
        return running

    yield start
    for running in started:
        end(running)


def stop_when_started(tmp_path: Path, running: subprocess.Popen[str], number: int) -> tuple[int, str]:
    # Started is not enough: a shell that has not learned the number of its child yet kills it, as it should.
    waits = re.compile(r"^\+ wait \d+$", re.MULTILINE)
    wait_while_it_runs(
        running, lambda: (tmp_path / "started").exists() and waits.search((tmp_path / "trace").read_text())
    )
    running.send_signal(number)
    said, _ = running.communicate(timeout=PATIENCE)
    return running.returncode, said


def test_a_task_that_is_told_that_time_is_short_goes_back_into_the_queue(tmp_path: Path, start: Start) -> None:
    status, said = stop_when_started(tmp_path, start(bare_job(tmp_path, WAITS)), signal.SIGUSR1)
    assert status == 3
    assert (tmp_path / "requeued").read_text() == "requeue 77\n"
    assert "exit status 3, stopped: time" in said


def test_a_task_that_is_told_before_its_work_began_goes_back_into_the_queue(tmp_path: Path, start: Start) -> None:
    """As on a busy node, where the shell is told between the start of its child and learning the child's number."""
    (tmp_path / "setup").write_text("kill -s USR1 $$\n")
    job = replace(bare_job(tmp_path, WAITS.replace("9999", "99")), surroundings=Surroundings(setup=tmp_path / "setup"))
    running = start(job)
    said, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == 128 + signal.SIGKILL, said
    assert (tmp_path / "requeued").read_text() == "requeue 77\n"


def test_a_batch_that_takes_too_long_is_dropped_and_the_task_goes_back_into_the_queue(
    tmp_path: Path, start: Start
) -> None:
    job = bare_job(tmp_path, DEAF, Resources(notice=32))
    status, said = stop_when_started(tmp_path, start(job), signal.SIGUSR1)
    assert status == 128 + signal.SIGKILL
    assert "the batch in work is dropped" in said
    assert (tmp_path / "requeued").read_text() == "requeue 77\n"


def test_a_task_that_is_cancelled_stops_and_stays_out_of_the_queue(tmp_path: Path, start: Start) -> None:
    status, said = stop_when_started(tmp_path, start(bare_job(tmp_path, WAITS)), signal.SIGTERM)
    assert status == 3
    assert "stopped: cancelled" in said
    assert not (tmp_path / "requeued").exists()


@pytest.mark.parametrize("program", ["touch started; exit 0", "touch started; exit 1", "touch started; kill -9 $$"])
def test_a_task_that_ends_by_itself_stays_out_of_the_queue(tmp_path: Path, start: Start, program: str) -> None:
    running = start(bare_job(tmp_path, program))
    said, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == {"0": 0, "1": 1}.get(program[-1], 137)
    assert f"task 3: exit status {running.returncode}" in said
    assert not (tmp_path / "requeued").exists()


def test_an_error_is_not_tried_again_though_time_is_short(tmp_path: Path, start: Start) -> None:
    job = bare_job(tmp_path, WAITS.replace("exit 3", "exit 1"))
    status, _ = stop_when_started(tmp_path, start(job), signal.SIGUSR1)
    assert status == 1
    assert not (tmp_path / "requeued").exists()


def test_a_task_does_not_come_back_for_ever(tmp_path: Path, start: Start) -> None:
    running = start(bare_job(tmp_path, WAITS), restarts=50)
    status, said = stop_when_started(tmp_path, running, signal.SIGUSR1)
    assert status == 3
    assert "give it a longer --time" in said
    assert not (tmp_path / "requeued").exists()


QSUB = """\
#!/bin/bash
# Takes a job as PBS does: puts its script by, to be run later, and answers with the number of the job.
number=$((41 + $(ls | grep -c '^job-')))
cat > "job-$number"; echo "$@" >> options
grep -q '^#PBS -J' "job-$number" && echo "$number[].server" || echo "$number.server"
"""


def run_job(folder: Path, name: str, **variables: str) -> str:
    """Run the script of a job that ``qsub`` has put by; return what it printed."""
    environment = {**os.environ, "PBS_O_WORKDIR": str(folder), **variables}
    words = {"cwd": folder, "env": environment, "text": True, "timeout": PATIENCE}
    done = subprocess.run(["bash", name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **words)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout
    return str(done.stdout)


def test_an_array_on_a_stand_in_for_pbs_writes_what_an_undisturbed_sweep_writes(tmp_path: Path) -> None:
    (tmp_path / "qsub").write_text(QSUB)
    (tmp_path / "qsub").chmod(0o755)
    (tmp_path / "it's.toml").write_text(SMALL)
    words = ["submit", "it's.toml", "--out", "s $x.zarr", "--cluster", "pbs", "--tasks", "3", "--engine", "numpy"]
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        [*TREDEGAR, *words, "--submit"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert "queued job 41[].server (3 tasks), then 42.server to verify" in done.stdout
    first, last = (tmp_path / "options").read_text().splitlines()
    assert re.fullmatch(r"-N s-small-[0-9a-f]{6}", first)
    assert re.fullmatch(r"-N v-small-[0-9a-f]{6} -W depend=afterany:41\[\]\.server", last)
    assert "#PBS -J 0-2\n" in (tmp_path / "job-41").read_text()
    for task in range(3):
        run_job(tmp_path, "job-41", PBS_ARRAY_INDEX=str(task))
    assert "equal bit for bit" in run_job(tmp_path, "job-42")
    complete_sweep(Spec.from_text(SMALL), tmp_path / "alone.zarr", workers=0, engine="numpy")
    assert contents(tmp_path / "s $x.zarr") == contents(tmp_path / "alone.zarr")
