"""Job scripts: what they ask for, and that no word of a user becomes a command.

The schedulers are stand-ins here; tests/sweeps/slurm/test_slurm.py sends the same scripts to a real Slurm.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tredegar.sweeps.cluster.certificates import made_for_one_sweep
from tredegar.sweeps.cluster.dask_servers import Worker
from tredegar.sweeps.cluster.slurm import dask_jobqueue, worker_jobs
from tredegar.sweeps.jobs.pbs import pbs_array, pbs_verify, pbs_warm_up
from tredegar.sweeps.jobs.quoting import SubmitError, clock, seconds_of
from tredegar.sweeps.jobs.script import Job, Resources, Surroundings
from tredegar.sweeps.jobs.slurm import slurm_array, slurm_driver, slurm_verify, slurm_warm_up
from tredegar.sweeps.submission import send

from ...support.sweep_cases import SMALL
from ...support.waiting import PATIENCE

TREDEGAR = [sys.executable, "-m", "tredegar.cli.entry"]
HOSTILE = [
    "a b",
    "it's",
    'say "so"',
    "$(touch pwned)",
    "`touch pwned`",
    "x;touch pwned",
    "-rf",
    "%A_%a",
    "a\\b",
    "é*?[x]",
]
JOB = Job(spec=Path("/data/first.toml"), store=Path("/data/first.zarr"), name="first", tasks=8)
WARM_UPS = {"warm-up": slurm_warm_up, "pbs-w": pbs_warm_up}
OF_STORE = {"array": slurm_array, "verify": slurm_verify, "driver": slurm_driver, "pbs": pbs_array, "pbs-v": pbs_verify}
SCRIPTS = {**OF_STORE, **WARM_UPS}


def asked(**resources: object) -> Job:
    return replace(JOB, resources=replace(Resources(), **resources))  # type: ignore[arg-type]


def directives(script: str) -> list[str]:
    return [line.split(" ", 1)[1] for line in script.splitlines() if line.startswith(("#SBATCH ", "#PBS "))]


def command_line(script: str) -> list[str]:
    """The words of the line that runs tredegar, as a shell reads them."""
    line = next(line for line in script.splitlines() if " sweep " in line and not line.startswith("#"))
    return shlex.split(line.strip().rstrip("&"))


def test_an_array_for_slurm_asks_for_what_was_asked() -> None:
    job = asked(time=5400, cpus=4, gpus="a100:1", memory="8GB", partition="long", account="p1", directives=("--qos=x",))
    found = directives(slurm_array(replace(job, array_limit=3)))
    assert found == [
        "--job-name=tredegar-first",
        "--nodes=1",
        "--ntasks=1",
        "--cpus-per-task=4",
        "--time=01:30:00",
        "--output=tredegar-logs/first-%A_%a.log",
        "--open-mode=append",
        "--mem=8G",
        "--partition=long",
        "--account=p1",
        "--qos=x",
        "--array=0-7%3",
        "--gres=gpu:a100:1",
        "--signal=B:USR1@120",
        "--requeue",
    ]


def test_an_array_for_pbs_asks_for_what_was_asked() -> None:
    job = asked(time=5400, cpus=4, gpus="1", memory="8G", partition="long", account="p1")
    assert directives(pbs_array(replace(job, array_limit=3))) == [
        "-N tredegar-first",
        "-l select=1:ncpus=4:mem=8gb:ngpus=1",
        "-l walltime=01:30:00",
        "-j oe",
        "-o tredegar-logs/",
        "-q long",
        "-A p1",
        "-J 0-7%3",
        "-r y",
    ]


@pytest.mark.parametrize("script", [slurm_array, pbs_array])
def test_every_task_is_told_how_many_tasks_there_are(script) -> None:
    words = command_line(script(JOB))
    assert words[-2:] == ["--task", "$task/8"]
    assert "ARRAY_TASK_COUNT" not in script(JOB)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_threads_are_limited_to_the_cores_of_the_task(script) -> None:
    exported = next(line for line in script(asked(cpus=4)).splitlines() if line.startswith("export "))
    cores = 1 if script is slurm_driver else 4
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    assert exported == "export " + " ".join(f"{name}={cores}" for name in names)


def test_one_task_under_pbs_is_no_array() -> None:
    script = pbs_array(replace(JOB, tasks=1))
    assert "-J" not in script
    assert "task=0" in script


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_scripts_are_read_by_a_shell(script) -> None:
    around = Surroundings(("cuda/12.4",), Path("/data/my setup.sh"), Path("/data/my venv"), None)
    for tasks in (1, 8):
        text = script(replace(JOB, tasks=tasks, surroundings=around))
        assert subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True).stderr == ""


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_hostile_names_stay_words(tmp_path: Path, script, name: str) -> None:
    """The script runs with a program that writes down its words: they are the names, and nothing else has run."""
    witness = tmp_path / "witness"
    witness.write_text('#!/bin/bash\nprintf "%s\\n" "$@" >> words\n')
    witness.chmod(0o755)
    job = replace(JOB, spec=tmp_path / name, store=tmp_path / f"{name}.zarr", name=name, program=(str(witness),))
    environment = {**os.environ, "SLURM_ARRAY_TASK_ID": "3", "PBS_ARRAY_INDEX": "3", "PBS_O_WORKDIR": str(tmp_path)}
    done = subprocess.run(["bash"], input=script(job), text=True, capture_output=True, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    words = (tmp_path / "words").read_text().splitlines()
    assert "warm-up" in words if script in WARM_UPS.values() else str(tmp_path / f"{name}.zarr") in words
    assert not (tmp_path / "pwned").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["witness", "words"]


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
@pytest.mark.parametrize("letter", ["\n", "\r", "\0", "\x1b"])
def test_control_characters_in_a_path_are_refused(script, letter: str) -> None:
    with pytest.raises(SubmitError, match="control character"):
        script(replace(JOB, store=Path(f"/data/a{letter}#SBATCH --wrap=x")))


@pytest.mark.parametrize("text", ["a b", "-x", "$(id)", "a\n#SBATCH --uid=0", "a'b", 'a"b', "a#b", "", "%x", "a;b"])
@pytest.mark.parametrize("option", ["partition", "account"])
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_what_a_directive_cannot_hold_is_refused(script, option: str, text: str) -> None:
    with pytest.raises(SubmitError, match=f"^--{option} "):
        script(asked(**{option: text}))


@pytest.mark.parametrize("text", ["no-dash", "--a\n--b", "-", "--é"])
def test_a_directive_of_ones_own_is_one_line_that_begins_with_a_dash(text: str) -> None:
    with pytest.raises(SubmitError, match="one line that begins with a dash"):
        slurm_array(asked(directives=(text,)))


@pytest.mark.parametrize("name", ["-x", "a b", "$(id)", "a;b", "a\nb"])
def test_a_module_is_a_plain_name(name: str) -> None:
    with pytest.raises(SubmitError, match="--module"):
        slurm_array(replace(JOB, surroundings=Surroundings(modules=(name,))))


@pytest.mark.parametrize("logs", ["a b", "-o", "logs/%u", "x\ny", "$HOME", ""])
def test_a_folder_for_logs_is_a_plain_path(logs: str) -> None:
    with pytest.raises(SubmitError, match="--logs"):
        slurm_array(replace(JOB, logs=logs))


def test_limits_of_time_are_read_as_people_write_them() -> None:
    read = {"90m": 5400, "12h": 43_200, "2d": 172_800, "45s": 45, "1:30:00": 5400, "2-00:00:00": 172_800}
    assert {text: seconds_of(text) for text in read} == read
    assert clock(172_805) == "48:00:05"


@pytest.mark.parametrize("text", ["60", "1:30", "1h30m", "-1h", "", "1:99:00", "$(id)"])
def test_a_limit_of_time_of_two_meanings_is_refused(text: str) -> None:
    with pytest.raises(SubmitError, match="--time must be such as"):
        seconds_of(text)


def test_a_container_is_given_the_folders_of_spec_and_store() -> None:
    around = Surroundings(container=Path("/images/tredegar 1.sif"))
    job = replace(asked(gpus="1"), spec=Path("/home/me/my specs/a.toml"), surroundings=around)
    words = command_line(slurm_array(job))
    start = ["apptainer", "exec", "--nv", "--bind", "/data", "--bind", "/home/me/my specs", "/images/tredegar 1.sif"]
    assert words[: len(start)] == start
    with pytest.raises(SubmitError, match="cannot bind"):
        slurm_array(replace(job, store=Path("/data:/etc/x.zarr")))


def test_workers_on_slurm_speak_tls_leave_in_time_and_declare_their_gpu(tmp_path: Path, monkeypatch) -> None:
    """The script is dask-jobqueue's; it is made without a Slurm."""
    monkeypatch.chdir(tmp_path)
    hears = signal.getsignal(signal.SIGINT)
    made_by = dask_jobqueue().slurm.SLURMJob
    assert signal.getsignal(signal.SIGINT) is hears
    security = made_for_one_sweep()
    job = asked(time=3600, notice=120, cpus=4, gpus="a100:1", memory="2G", partition="long")
    made = made_by("tls://10.0.0.1:8786", name="w", protocol="tls://", security=_on_disk(security), **worker_jobs(job))
    script = made.job_script()
    assert {"--gres=gpu:a100:1", "-p long", "--cpus-per-task=4", "--mem=2G", "-t 01:00:00"} <= set(directives(script))
    words = shlex.split(script.splitlines()[-1])
    options = dict(pairwise(words))
    assert options["--protocol"] == "tls://"
    assert options["--tls-key"] == "worker.key"
    assert options["--resources"] == "GPU=1"
    assert options["--worker-class"] == f"{Worker.__module__}.{Worker.__name__}"
    assert "--no-dashboard" in words
    assert options["--nthreads"] == "1"
    assert int(options["--lifetime"][:-1]) + int(options["--lifetime-stagger"][:-1]) < 3600


def _on_disk(security):
    """The same, with names of files in place of keys: dask-jobqueue writes the files when it starts."""
    security.tls_ca_file, security.tls_worker_cert, security.tls_worker_key = "ca.pem", "worker.pem", "worker.key"
    return security


def refused(tmp_path: Path, *words: str) -> str:
    (tmp_path / "s.toml").write_text(SMALL)
    given = ["submit", "s.toml", "--out", "s.zarr", "--tasks", "2", *words]
    environment = {**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        [*TREDEGAR, *given], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 1, done.stdout
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "s.zarr").exists()
    return done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--cluster", "slurm", "--time", "2m"], "less than a minute before the notice"),
        (["--cluster", "slurm", "--gpus", "2"], "--gpus must be at most 1 for a task, got 2"),
        (["--cluster", "slurm", "--dask"], "--dask needs --memory"),
        (["--cluster", "pbs", "--dask"], "--dask needs --cluster slurm"),
        (["--cluster", "slurm", "--here"], "it needs --dask"),
        (["--cluster", "slurm", "--memory", "lots"], "--memory must be such as 4G"),
        (["--cluster", "slurm", "--partition", "a b", "--submit"], "--partition goes into a directive"),
        (["--cluster", "pbs", "--submit"], "'qsub' is not on this machine"),
    ],
)
def test_a_request_that_cannot_work_is_refused_in_one_line(tmp_path: Path, words: list[str], message: str) -> None:
    assert message in refused(tmp_path, *words)


def test_tasks_without_work_are_named(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(SMALL)
    words = ["submit", "s.toml", "--out", "s.zarr", "--cluster", "slurm", "--tasks", "500"]
    done = subprocess.run([*TREDEGAR, *words], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0
    assert "of 500 tasks only" in done.stderr


def test_what_the_scheduler_answers_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sbatch").write_text("#!/bin/sh\necho 'sbatch: error: invalid partition specified: x' >&2\nexit 1\n")
    (tmp_path / "sbatch").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(SubmitError, match="sbatch did not queue the job: sbatch: error: invalid partition"):
        send("slurm", JOB)
