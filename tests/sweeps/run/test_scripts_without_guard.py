"""Scripts that sweep at their top level, with no ``if __name__ == "__main__"``: workers do not run them again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tredegar.store.format import DONE, FAILED
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.store.store import SweepStore

from ...support.fake_model import simulate
from ...support.sweep_cases import contents, small_spec
from ...support.waiting import PATIENCE

pytestmark = pytest.mark.processes

SCRIPT = """
import os
import signal
from pathlib import Path

from tests.support.fake_model import simulate
from tests.support.sweep_cases import small_spec
from tredegar.sweeps.run.runner import complete_sweep

with open("log", "a") as log:
    log.write("began\\n")


def model(points, **others):
    if {kill} and not Path("killed").exists():
        Path("killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(points, **others)


print(complete_sweep(small_spec(), "s.zarr", workers=2, simulate=model, points_per_batch=5).complete)
"""
HOW = {
    "a file": ["script.py"],
    "a module": ["-m", "script"],
    "standard input": ["-"],
    "the command line": ["-c", SCRIPT.format(kill=False)],
}


def run(folder: Path, root: Path, script: str, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(script)
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{root}"}
    command = [sys.executable, *words]
    return subprocess.run(
        command, input=script, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("undisturbed") / "s.zarr"
    assert complete_sweep(small_spec(), path, workers=0, simulate=simulate, points_per_batch=5).complete
    return contents(path)


@pytest.mark.parametrize("how", HOW)
def test_a_script_without_guard_sweeps_on_workers_and_runs_once(
    tmp_path: Path, root: Path, undisturbed: dict[str, str], how: str
) -> None:
    done = run(tmp_path, root, SCRIPT.format(kill=False), *HOW[how])
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")
    assert (tmp_path / "log").read_text() == "began\n"
    assert contents(tmp_path / "s.zarr") == undisturbed


def test_a_worker_that_takes_the_place_of_a_dead_one_does_not_run_the_script_either(
    tmp_path: Path, root: Path, undisturbed: dict[str, str]
) -> None:
    done = run(tmp_path, root, SCRIPT.format(kill=True), "script.py")
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
    assert (tmp_path / "killed").exists()
    assert (tmp_path / "log").read_text() == "began\n"
    assert contents(tmp_path / "s.zarr") == undisturbed


def test_nor_does_the_process_in_which_a_deadly_run_is_looked_for(tmp_path: Path, root: Path) -> None:
    """A task that its own run kills: the fourth time a process of its own is made, to which the model goes whole."""
    script = """
from tests.support.fake_model import simulate_with_poison
from tests.support.sweep_cases import small_spec
from tredegar.sweeps.run.runner import complete_sweep

with open("log", "a") as log:
    log.write("began\\n")


def model(points, **others):
    return simulate_with_poison(points, **others)


complete_sweep(small_spec("solidarity = 0.5\\n"), "s.zarr", task=(0, 1), simulate=model)
"""
    endings = [run(tmp_path, root, script, "script.py").returncode for _ in range(4)]
    assert endings == [-9, -9, -9, 0]
    assert (tmp_path / "log").read_text() == "began\n" * 4
    assert SweepStore(tmp_path / "s.zarr").read_status()[19].tolist() == [FAILED, DONE, DONE]
