"""One job that compiles before an array: where it is of use, what it asks for, and what it leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tredegar.sweeps.jobs import warming as warm_up
from tredegar.sweeps.jobs.pbs import pbs_warm_up
from tredegar.sweeps.jobs.script import Job, Resources, Surroundings
from tredegar.sweeps.jobs.slurm import slurm_warm_up
from tredegar.sweeps.jobs.warming import is_of_use
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.store import SweepStore

from ...support.commands import tredegar
from ...support.fake_schedulers import behave, calls
from ...support.own_rules import remove, written
from ...support.sweep_cases import SMALL
from ...support.waiting import PATIENCE

TREDEGAR = [sys.executable, "-m", "tredegar.cli.entry"]
JOB = Job(Path("/data/first.toml"), Path("/data/first.zarr"), "first", 8, Resources(gpus="1", time=7200, memory="4G"))


@pytest.fixture(autouse=True)
def on_a_shared_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled code is kept where all nodes see it, and the packages of both kinds of engine are here."""
    monkeypatch.setenv("TREDEGAR_CACHE", "/scratch/cache")
    monkeypatch.setattr(warm_up, "find_spec", lambda name: True)


def waiting_for(text: str) -> Job:
    return replace(JOB, resources=replace(JOB.resources, directives=(text,)))


def test_engines_that_compile_are_warmed_up_for() -> None:
    found = {engine: is_of_use(replace(JOB, engine=engine)) for engine in ("auto", "numba", "cuda", "numpy", "mesa")}
    assert found == {"auto": True, "numba": True, "cuda": True, "numpy": False, "mesa": False}


def test_one_task_compiles_for_itself() -> None:
    assert not is_of_use(replace(JOB, tasks=1))


@pytest.mark.parametrize("place", ["/tmp/cache", "/var/tmp/x", "/dev/shm/x"])
def test_a_cache_that_no_other_node_sees_is_not_warmed_up(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("TREDEGAR_CACHE", place)
    assert not is_of_use(JOB)


def test_without_the_packages_there_is_nothing_to_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm_up, "find_spec", lambda name: None)
    assert not is_of_use(JOB)
    elsewhere = replace(JOB, surroundings=Surroundings(venv=Path("/envs/fast")))
    assert is_of_use(elsewhere), "another environment may have them"


@pytest.mark.parametrize("text", ["--dependency=afterok:7", "-d afterok:7", "-W depend=afterok:7"])
def test_an_array_that_waits_for_a_job_of_the_users_waits_for_no_other(text: str) -> None:
    assert not is_of_use(waiting_for(text))
    assert is_of_use(waiting_for("--qos=debug"))


@pytest.mark.parametrize("script", [slurm_warm_up, pbs_warm_up])
def test_the_job_that_compiles_gets_what_one_task_gets_but_less_time(script) -> None:
    text = script(replace(JOB, engine="cuda"))
    assert "tredegar warm-up --engine cuda\n" in text
    assert "array" not in text
    assert "00:30:00" in text
    assert "#SBATCH --gres=gpu:1\n" in text or ":ngpus=1\n" in text
    assert "#SBATCH --mem=4G\n" in text or ":mem=4gb" in text
    assert "00:10:00" in script(replace(JOB, resources=replace(JOB.resources, time=600)))


def submitted(folder: Path, *words: str) -> str:
    (folder / "s.toml").write_text(SMALL)
    behave(folder, "sbatch", "queue")
    given = ["submit", "s.toml", "--out", "s.zarr", "--cluster", "slurm", "--tasks", "3", "--submit", *words]
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(
        [*TREDEGAR, *given], cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_sweep_that_is_sent_has_a_job_that_compiles_first_and_names_it(tmp_path: Path) -> None:
    said = submitted(tmp_path, "--engine", "numba")
    assert "first job 4711, which compiles once for all tasks" in said
    assert "queued job 4712 (3 tasks), then 4713 to verify" in said
    assert "--dependency=afterany:4711" in calls(tmp_path, "sbatch")[1]


@pytest.mark.parametrize("words", [["--no-warm-up"], ["--engine", "numpy"]])
def test_a_sweep_may_do_without(tmp_path: Path, words: list[str]) -> None:
    assert "queued job 4711 (3 tasks), then 4712 to verify" in submitted(tmp_path, *words)
    assert len(calls(tmp_path, "sbatch")) == 2


@pytest.mark.compiled
def test_what_the_command_compiles_others_find(tmp_path: Path) -> None:
    environment = {**os.environ, "TREDEGAR_CACHE": str(tmp_path / "cache")}
    words = [*TREDEGAR, "warm-up", "--engine", "numba"]
    said = []
    for _ in range(2):
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=PATIENCE)
        assert (done.returncode, done.stdout) == (0, "engine numba is ready\n"), done.stderr
        said.append(done.stderr)
    assert "compiling the rules for this processor, once" in said[0]
    assert said[1] == ""


def test_own_rules_are_compiled_beside_those_of_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for made in (slurm_warm_up, pbs_warm_up):
        assert "warm-up --engine auto\n" in made(JOB)
        own = made(replace(JOB, own_rules=True))
        assert "warm-up --engine auto --spec /data/first.toml --out /data/first.zarr\n" in own
    monkeypatch.chdir(tmp_path)
    written(tmp_path)
    asked = ("submit", "own.toml", "--out", "s.zarr", "--cluster", "slurm", "--tasks", "4", "--time", "1:00:00")
    assert tredegar(*asked, "--part", "warm-up") == 0
    assert f"--spec {tmp_path / 'own.toml'} --out {tmp_path / 's.zarr'}" in capsys.readouterr().out
    found: list[str] = []
    monkeypatch.setattr(
        "tredegar.kernels.engine_table.load_engine", lambda name, rules: (found.append(rules.text), (name, None))[1]
    )
    create_store(Spec.from_file("own.toml"), tmp_path / "s.zarr")
    remove(tmp_path)
    assert tredegar("warm-up", "--engine", "numpy", "--spec", "own.toml", "--out", "s.zarr") == 0
    assert capsys.readouterr().out == "engine numpy is ready for the rules of the spec\n"
    assert tredegar("warm-up", "--engine", "numpy") == 0
    assert found == [SweepStore(tmp_path / "s.zarr").rules.text, ""]
