"""Sweeps that are killed, starved, corrupted and run twice at once, at random: the store comes out the same.

The rounds (TREDEGAR_CHAOS_ROUNDS, 20 unless told otherwise) are drawn from one seed (TREDEGAR_CHAOS_SEED), which is
printed with every failure.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.log import read_events
from tredegar.sweeps.store.store import SweepStore

from ...support.sweep_cases import contents
from ...support.waiting import PATIENCE

pytestmark = pytest.mark.chaos

ROUNDS = int(os.environ.get("TREDEGAR_CHAOS_ROUNDS", "20"))
SEED = int(os.environ.get("TREDEGAR_CHAOS_SEED", "1948"))
SPEC = """
name = "chaos"
seed = 5
months = 2
replicates = 2
[country]
trusts = 3
clinicians = 3
[design]
method = "latin-hypercube"
points = 160
[vary]
real_control = [0.0, 1.0]
mandate_detail = [0.0, 1.0]
[record]
outcomes = ["quality", "true_access", "queue", "wait_months"]
"""
POINTS_PER_BATCH = 2


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The contents of the store that one process writes when nothing happens to it."""
    path = tmp_path_factory.mktemp("undisturbed") / "s.zarr"
    complete_sweep(Spec.from_text(SPEC), path, workers=0, engine="numpy", points_per_batch=POINTS_PER_BATCH)
    return contents(path)


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Chance that differs between tests and repeats between runs."""
    print(f"TREDEGAR_CHAOS_SEED={SEED}")  # noqa: T201 - shown with a failure, to repeat it
    return random.Random(f"{SEED} {request.node.name}")


def sweep(
    folder: Path, *options: str, before: object = None, prefix: tuple[str, ...] = (), text: str = SPEC
) -> subprocess.Popen[str]:
    """Start the sweep of the spec ``text`` in ``folder`` as a user would, in a session of its own."""
    folder.mkdir(exist_ok=True)
    (folder / "chaos.toml").write_text(text)
    command = [*prefix, sys.executable, "-m", "tredegar.cli.entry", "sweep", "chaos.toml", "--out", "s.zarr"]
    command += ["--engine", "numpy", *options]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        preexec_fn=before,
    )  # fmt: skip


def finish(folder: Path, *options: str) -> None:
    """Run the same command again, to the end."""
    process = sweep(folder, *options)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said


def new_store(folder: Path) -> Path:
    """Make an empty store of small batches, so that there are many moments to be killed at."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / "s.zarr", ignore_errors=True)
    create_store(Spec.from_text(SPEC), folder / "s.zarr", POINTS_PER_BATCH)
    return folder / "s.zarr"


def noted(store: Path, event: str) -> Counter[int]:
    """Return how often each batch met ``event`` ("begin"; "batch" when it is done), as all processes noted it."""
    return Counter(int(line["batch"]) for line in read_events(store) if line["event"] == event)


def test_kills_of_driver_and_workers_at_any_moment(tmp_path: Path, chance: random.Random) -> None:
    """One sweep, ROUNDS kills, the same bytes; a kill costs no more batches than there were workers."""
    text = SPEC.replace("points = 160", f"points = {2 * POINTS_PER_BATCH * max(40, 5 * ROUNDS)}")
    spec = Spec.from_text(text.replace("months = 2", "months = 6"))
    complete_sweep(
        spec, tmp_path / "undisturbed.zarr", workers=2, engine="numpy", points_per_batch=2 * POINTS_PER_BATCH
    )
    store = tmp_path / "s.zarr"
    create_store(spec, store, 2 * POINTS_PER_BATCH)
    kills = begun_twice = 0
    while kills < ROUNDS and not SweepStore(store).read_status().all():
        workers = chance.choice([0, 0, 2])
        lost_before = (noted(store, "begin") - noted(store, "batch")).total()
        killed_workers = _kill_at_random(store, chance, workers, text.replace("months = 2", "months = 6"))
        lost = (noted(store, "begin") - noted(store, "batch")).total() - lost_before
        assert lost <= max(1, workers) + killed_workers, "a kill cost more batches than were in work"
        kills, begun_twice = kills + killed_workers + 1, begun_twice + lost
    process = sweep(tmp_path, "--workers", "2", text=text.replace("months = 2", "months = 6"))
    assert "is complete" in process.communicate(timeout=PATIENCE)[0]
    print(f"{kills} kills in one sweep of {SweepStore(store).number_of_batches} batches: {begun_twice} begun again")  # noqa: T201
    assert kills >= ROUNDS // 2, "the sweep was over before it was killed often enough"
    assert max(noted(store, "batch").values()) == 1, "a batch that was complete was computed again"
    assert noted(store, "begin").total() - SweepStore(store).number_of_batches <= begun_twice
    assert contents(store) == contents(tmp_path / "undisturbed.zarr")


def _kill_at_random(store: Path, chance: random.Random, workers: int, text: str) -> int:
    """Run the sweep and kill it: now and then while it starts, mostly among its batches; return the workers killed.

    The moment is drawn in batches, not in seconds: on a fast machine the sweep would be over, on a busy one not begun.
    """
    begun, killed = noted(store, "begin").total(), 0
    seen = begun
    process = sweep(store.parent, "--workers", str(workers), text=text)
    if chance.random() < 0.1:
        time.sleep(chance.uniform(0.0, 3.0))
    else:
        last = begun + chance.randint(1, 6)
        while process.poll() is None and (now := noted(store, "begin").total()) < last:
            time.sleep(chance.uniform(0.0, 0.05))
            # Only where something was begun since the last kill: on a busy machine workers would die as they start.
            if now > seen and chance.random() < 0.1:
                killed += _kill_one_worker(process.pid, chance)
                seen = now
        time.sleep(chance.uniform(0.0, 0.05))
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return killed


def _kill_one_worker(driver: int, chance: random.Random) -> int:
    try:
        workers = psutil.Process(driver).children(recursive=True)
        chance.choice(workers).kill()
    except (psutil.Error, IndexError):
        return 0
    return 1


def test_files_that_are_deleted_cut_or_changed(
    tmp_path: Path, undisturbed: dict[str, str], chance: random.Random
) -> None:
    store = new_store(tmp_path)
    finish(tmp_path, "--workers", "0")
    for _ in range(max(1, ROUNDS // 5)):
        names = [name for name in undisturbed if name != "zarr.json"]
        for name in chance.sample(names, chance.randint(1, 12)):
            _damage(store / name, chance)
        finish(tmp_path, "--workers", "0")
        assert contents(store) == undisturbed


def _damage(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    kind = chance.choice(["delete", "empty", "cut", "flip", "zero the end"])
    if kind == "delete":
        path.unlink()
        return
    if kind == "empty":
        content.clear()
    elif kind == "cut":
        del content[chance.randrange(len(content)) :]
    elif kind == "flip":
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    else:
        start = chance.randrange(len(content))
        content[start:] = bytes(len(content) - start)
    path.write_bytes(content)


def test_two_drivers_on_one_store(tmp_path: Path, undisturbed: dict[str, str], chance: random.Random) -> None:
    for _ in range(max(1, ROUNDS // 20)):
        shutil.rmtree(tmp_path / "s.zarr", ignore_errors=True)
        if chance.random() < 0.7:
            new_store(tmp_path)
        drivers = [sweep(tmp_path, "--workers", "0"), sweep(tmp_path, "--workers", chance.choice(["0", "2"]))]
        endings = [(driver.communicate(timeout=PATIENCE)[0], driver.returncode) for driver in drivers]
        assert [status for _, status in endings] == [0, 0], endings
        finish(tmp_path)
        if SweepStore(tmp_path / "s.zarr").batch_shape[0] == POINTS_PER_BATCH:
            assert contents(tmp_path / "s.zarr") == undisturbed


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """Mount a disk of ``size`` bytes in memory at ``folder``; skips where mounting is not allowed."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here; the limit of file size stands in for it")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_disk_that_fills_up(tmp_path: Path, undisturbed: dict[str, str], chance: random.Random) -> None:
    for number in range(max(1, ROUNDS // 10)):
        folder = tmp_path / f"disk{number}"
        with small_disk(folder, chance.randrange(300_000, 1_200_000)):
            store = new_store(folder)
            process = sweep(folder, "--workers", chance.choice(["0", "2"]))
            said, _ = process.communicate(timeout=PATIENCE)
            assert process.returncode == 1, said
            assert "the disk is full" in said
            assert len([line for line in said.splitlines() if line.startswith("error:")]) == 1
            subprocess.run(["mount", "-o", "remount,size=200m", folder], check=True)
            finish(folder, "--workers", "0")
            assert contents(store) == undisturbed


def test_a_limit_of_file_size(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    new_store(tmp_path)
    process = sweep(
        tmp_path,
        "--workers",
        "0",
        before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40, resource.RLIM_INFINITY)),
    )
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, said
    assert "the disk is full" in said
    finish(tmp_path, "--workers", "0")
    assert contents(tmp_path / "s.zarr") == undisturbed


@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed")
def test_clocks_that_jump(tmp_path: Path, undisturbed: dict[str, str], chance: random.Random) -> None:
    new_store(tmp_path)
    for offset in ("-20y", "+20y", "-1d x100"):
        process = sweep(tmp_path, "--workers", "0", prefix=("faketime", "-f", offset))
        time.sleep(chance.uniform(0.5, 5.0))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    finish(tmp_path, "--workers", "0")
    assert contents(tmp_path / "s.zarr") == undisturbed
