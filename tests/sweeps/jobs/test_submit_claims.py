"""Claims on a cluster: tasks share every design, and the last job finds the stores whole and writes the page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tredegar.cli import claims_run as cli_claims_run
from tredegar.cli.claims_run import run_share
from tredegar.cli.entry import main
from tredegar.cli.terminal import Incomplete
from tredegar.results.open import open_sweep
from tredegar.sweeps.run.runner import SweepSummary, complete_sweep
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.missing import Counts

from ...support.fake_schedulers import behave, calls
from ...support.sweep_cases import contents
from ...support.waiting import PATIENCE

pytestmark = pytest.mark.processes

TREDEGAR = [sys.executable, "-m", "tredegar.cli.entry"]
CHOSEN = ["--size", "tiny", "--claim", "a05"]
TABLE = "real_control\n" + "".join(f"{number / 10}\n" for number in range(5))
SPEC = """
name = "NAME"
months = 12
replicates = 2
[country]
trusts = 3
clinicians = 2
[design]
method = "table"
file = "NAME.csv"
"""


@dataclass(frozen=True, slots=True)
class SmallDesign:
    name: str
    title: str = "a small design"
    points: str = TABLE

    @property
    def spec(self) -> str:
        return SPEC.replace("NAME", self.name)


DESIGNS = {name: SmallDesign(name) for name in ("first", "second")}


def run_job(folder: Path, script: str, **variables: str) -> str:
    """Run the script of a job that ``sbatch`` was given; return what it printed."""
    environment = {**os.environ, "SLURM_JOB_DEPENDENCY": "afterany:4711", **variables}
    words = {"cwd": folder, "env": environment, "text": True, "timeout": PATIENCE}
    done = subprocess.run(["bash", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **words)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout
    return str(done.stdout)


def submit(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    behave(folder, "sbatch", "queue")
    given = ["submit-claims", "--out", "it's c", "--cluster", "slurm", "--tasks", "3", "--no-warm-up", *words]
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run(
        [*TREDEGAR, *given], cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )


def test_claims_on_a_stand_in_for_slurm_give_the_stores_and_the_page_that_one_process_gives(tmp_path: Path) -> None:
    """One task of three is lost; submitted again with two tasks, what it left is computed and nothing else."""
    done = submit(tmp_path, *CHOSEN, "--submit")
    assert done.returncode == 0, done.stderr
    assert "queued job 4711 (3 tasks), then 4712 to write the page" in done.stdout
    assert not SweepStore(tmp_path / "it's c" / "frozen.zarr").read_status().any()
    for task in (0, 2):
        assert "the share of this task is done" in run_job(tmp_path, "script-1", SLURM_ARRAY_TASK_ID=str(task))
    assert 0 < done_in(tmp_path, "frozen").sum() < done_in(tmp_path, "frozen").size
    missing = sum(int((~done_in(tmp_path, name)).sum()) for name in ("frozen", "frozen-half"))
    again = submit(tmp_path, *CHOSEN, "--submit", "--tasks", "2")
    assert "found " in again.stdout
    said = [run_job(tmp_path, "script-3", SLURM_ARRAY_TASK_ID=str(task)) for task in (0, 1)]
    computed = [int(runs) for text in said for runs in re.findall(r"^(\d+) runs in ", text, re.MULTILINE)]
    # The task that finds the first stage whole begins the second, if there is one.
    more = (tmp_path / "it's c" / "frozen-more.zarr").exists()
    assert sum(computed) == missing + (int(done_in(tmp_path, "frozen-more").sum()) if more else 0)
    assert f"complete: 2 of {3 if more else 2} sweeps" in said[1]
    last = run_job(tmp_path, "script-4")
    assert "A05" in last
    assert more or " runs in " not in last
    assert not more or done_in(tmp_path, "frozen-more").all()
    assert (tmp_path / "it's c" / "index.html").is_file()
    spec = Spec.from_file(tmp_path / "it's c" / "frozen.toml")
    complete_sweep(spec, tmp_path / "alone.zarr", workers=0, engine="numpy")
    assert contents(tmp_path / "it's c" / "frozen.zarr") == contents(tmp_path / "alone.zarr")


def done_in(folder: Path, name: str) -> np.ndarray:
    """Return which runs of the store ``name`` of the claims in ``folder`` are recorded, bool (point, replicate)."""
    return np.asarray(SweepStore(folder / "it's c" / f"{name}.zarr").read_status().astype(bool))


def test_without_submit_the_script_is_printed_and_nothing_made(tmp_path: Path) -> None:
    done = submit(tmp_path, *CHOSEN, "--seed", "7")
    assert done.returncode == 0, done.stderr
    assert "--seed=7" in done.stdout
    assert "--array=0-2" in done.stdout
    assert '--task "$task/3"' in done.stdout
    assert calls(tmp_path, "sbatch") == []
    assert not (tmp_path / "it's c").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--size", "huge"], "unknown size 'huge'"),
        (["--claim", "a99"], "unknown claim 'A99'"),
        (["--seed", "-1"], "seed must be a whole number in 0 .. 4294967295, got -1"),
        (["--time", "2m"], "less than a minute before the notice"),
        (["--partition", "a b", "--submit"], "--partition goes into a directive"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_one_line_and_nothing_made(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    behave(tmp_path, "sbatch", "queue")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(SystemExit) as end:
        main(["submit-claims", "--out", "c", "--cluster", "slurm", "--tasks", "3", "--no-warm-up", *words])
    assert end.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert not (tmp_path / "c").exists()


def test_tasks_share_every_design_and_begin_with_another_one_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares: list[tuple[str, object]] = []
    run = cli_claims_run._run

    def noted(spec: Spec, path: Path, *others: object) -> SweepSummary:
        shares.append((spec.name, others[-1]))
        return run(spec, path, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(cli_claims_run, "_run", noted)
    complete = [run_share(DESIGNS, tmp_path, "numpy", (task, 2)) for task in (1, 0)]
    assert shares == [("first", (1, 2)), ("second", (0, 2)), ("first", (0, 2)), ("second", (1, 2))]
    assert complete == [0, 2]
    assert all(open_sweep(tmp_path / f"{name}.zarr").attrs["runs_done"] == 10 for name in DESIGNS)


@pytest.mark.parametrize(("stopped", "expected"), [("interrupted", Incomplete), ("the disk is full", ValueError)])
def test_a_task_that_is_stopped_says_so_to_its_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: str, expected: type[Exception]
) -> None:
    """Status 3, with which it comes back, for an interruption; 1 for what a human must see to."""
    summary = SweepSummary(tmp_path, True, Counts(0, 0, 10), 0, 0, 0.0, stopped)
    monkeypatch.setattr(cli_claims_run, "_run", lambda *words: summary)
    with pytest.raises(expected):
        run_share(DESIGNS, tmp_path, "numpy", (0, 2))
