"""A store on a file system that shows late what other machines wrote (tests/slow_disk): right, or clear, or both."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.extend import extend_store

from ...support.places import TESTS
from ...support.sweep_cases import SMALL, contents, small_spec
from ...support.waiting import PATIENCE

pytestmark = pytest.mark.processes

TREDEGAR = (sys.executable, "-m", "tredegar.cli.entry")


@dataclass(frozen=True, slots=True)
class SlowDisk:
    """A folder that other processes see some time after it was written: until so many ``seconds`` later."""

    folder: Path
    ledger: Path
    seconds: float

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start ``tredegar`` with ``words`` in the folder, a machine of its own as far as the files go."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(TESTS / "slow_disk"),
            "TREDEGAR_SLOW_DISK": f"{self.folder}:{self.ledger}:{self.seconds}",
        }
        return subprocess.Popen(
            [*TREDEGAR, *words],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def call(self, *words: str) -> tuple[int, str]:
        """Run ``tredegar`` and return its status and what it said."""
        return ended(self.start(*words))


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, said


@pytest.fixture
def slow(tmp_path: Path) -> Callable[..., SlowDisk]:
    def make(seconds: float) -> SlowDisk:
        disk = SlowDisk(tmp_path / "disk", tmp_path / "ledger", seconds)
        disk.folder.mkdir()
        disk.ledger.mkdir()
        (disk.folder / "spec.toml").write_text(SMALL)
        return disk

    return make


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("undisturbed") / "s.zarr"
    assert complete_sweep(small_spec(), path, workers=0, engine="numpy").complete
    return contents(path)


SWEEP = ("sweep", "spec.toml", "--out", "s.zarr", "--engine", "numpy")


def test_the_shim_hides_what_another_process_wrote_and_shows_it_later(slow) -> None:
    disk = slow(3600.0)
    assert disk.call(*SWEEP, "--workers", "0")[0] == 0
    store = disk.folder / "s.zarr"
    status, said = disk.call("status", str(store))
    assert (status, "does not exist" in said) == (1, True), said
    at_once = SlowDisk(disk.folder, disk.ledger, 0.0)
    status, said = at_once.call("status", str(store))
    assert status == 0, said


@pytest.mark.parametrize("seconds", [0.5, 4.0])
def test_tasks_that_start_together_on_nothing_make_one_whole_store(slow, undisturbed, seconds) -> None:
    disk = slow(seconds)
    tasks = [disk.start(*SWEEP, "--task", f"{number}/3") for number in range(3)]
    said = [ended(task) for task in tasks]
    assert [status for status, _ in said] == [0, 0, 0], said
    assert contents(disk.folder / "s.zarr") == undisturbed
    status, words = disk.call("verify", "s.zarr", "--engine", "numpy", "--patience", "60")
    assert (status, "equal bit for bit" in words) == (0, True), words
    assert contents(disk.folder / "s.zarr") == undisturbed


@pytest.mark.chaos  # half a minute of waiting
def test_workers_compute_in_a_store_that_they_do_not_see_yet(slow, undisturbed) -> None:
    disk = slow(15.0)
    status, said = disk.call(*SWEEP, "--workers", "2")
    assert (status, "75 runs" in said) == (0, True), said
    assert contents(disk.folder / "s.zarr") == undisturbed


@pytest.mark.chaos  # half a minute of waiting
def test_workers_that_see_a_store_as_it_was_before_it_was_extended_wait_for_what_they_are_asked(slow, tmp_path) -> None:
    disk, text = slow(15.0), SMALL.replace("replicates = 3", "replicates = 6")
    larger = disk.folder / "larger.toml"
    larger.write_text(text)
    for path in (disk.folder / "s.zarr", tmp_path / "sound.zarr"):
        assert complete_sweep(small_spec(), path, workers=0, engine="numpy").complete
    status, said = disk.call("extend", "s.zarr", "larger.toml", "--engine", "numpy", "--workers", "2")
    assert (status, "150 runs" in said) == (0, True), said
    sound = SweepStore(tmp_path / "sound.zarr")
    extend_store(sound, Spec.from_text(text))
    assert complete_sweep(Spec.from_text(text), sound.path, workers=0, engine="numpy").complete
    assert contents(disk.folder / "s.zarr") == contents(sound.path)


def test_the_job_that_verifies_at_once_finds_no_damage_where_files_show_late(slow, undisturbed) -> None:
    disk = slow(4.0)
    assert disk.call(*SWEEP, "--workers", "0")[0] == 0
    status, said = disk.call("verify", "s.zarr", "--engine", "numpy", "--patience", "60")
    assert (status, "equal bit for bit" in said, "repaired" in said) == (0, True, False), said
    assert contents(disk.folder / "s.zarr") == undisturbed
