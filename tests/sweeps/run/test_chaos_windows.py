"""Commands killed in the moments that matter: while a store is created, extended or archived.

A process gets ready, waits for a word, and does the one thing; it is killed at a random moment of it.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.compact import compact_store
from tredegar.sweeps.upkeep.extend import extend_store

from ...support.fake_model import simulate
from ...support.sweep_cases import SMALL, contents
from ...support.waiting import PATIENCE
from .test_chaos import ROUNDS, chance

__all__ = ["chance"]

pytestmark = pytest.mark.chaos

LARGER = SMALL.replace("high = 1.0, levels = 5", "high = 1.0, levels = 9", 1).replace(
    "replicates = 3", "replicates = 6"
)
READY = """
import sys
from pathlib import Path
from tredegar.sweeps.upkeep.compact import compact_store
from tredegar.sweeps.upkeep.extend import extend_store
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.store import SweepStore
spec = Spec.from_file("spec.toml")
print("ready", flush=True)
sys.stdin.readline()
"""
CREATE = "create_store(spec, Path('s.zarr'))"
EXTEND = "extend_store(SweepStore('s.zarr'), spec)"


def in_a_process(folder: Path, work: str, kill_after: float | None) -> float:
    """Do ``work`` in a process, in ``folder``, and kill it after so many seconds; return how long it took."""
    command = [sys.executable, "-c", READY + work]
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    began = time.perf_counter()
    process.stdin.write(b"go\n")
    process.stdin.flush()
    if kill_after is not None:
        time.sleep(kill_after)
        process.kill()
    process.communicate(timeout=PATIENCE)
    assert kill_after is not None or process.returncode == 0
    return time.perf_counter() - began


def killed_at_random(folder: Path, work: str, chance: random.Random, afresh: Callable[[], None]) -> Callable[[], None]:
    """Return what does ``work`` after ``afresh`` and kills it at a random moment of the time that it takes."""
    afresh()
    seconds = in_a_process(folder, work, None)

    def once() -> None:
        afresh()
        in_a_process(folder, work, chance.uniform(0.0, 1.1 * seconds))

    return once


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def finish(folder: Path, text: str) -> Path:
    path = folder / "s.zarr"
    assert complete_sweep(Spec.from_text(text), path, workers=0, simulate=simulate).complete
    return path


def test_kills_while_a_store_is_created(tmp_path: Path, chance: random.Random) -> None:
    (tmp_path / "spec.toml").write_text(SMALL)
    undisturbed = contents(finish(tmp_path, SMALL))
    kill = killed_at_random(tmp_path, CREATE, chance, lambda: shutil.rmtree(tmp_path / "s.zarr", ignore_errors=True))
    for _ in range(max(2, ROUNDS // 10)):
        kill()
        # What was not renamed is not there; what was, is whole.
        assert not (tmp_path / "s.zarr").exists() or verify_store(tmp_path / "s.zarr", runs=0).faults == ()
    assert contents(finish(tmp_path, SMALL)) == undisturbed
    assert names(tmp_path) == ["s.zarr", "spec.toml"]


def test_kills_while_a_sweep_is_extended(tmp_path: Path, chance: random.Random) -> None:
    (tmp_path / "spec.toml").write_text(LARGER)
    path = finish(tmp_path, SMALL)
    old = contents(path)
    shutil.copytree(path, tmp_path / "copy")
    extend_store(SweepStore(path), Spec.from_text(LARGER))
    extended = contents(finish(tmp_path, LARGER))

    def afresh() -> None:
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(tmp_path / "copy", path)

    kill = killed_at_random(tmp_path, EXTEND, chance, afresh)
    took_effect = 0
    for number in range(max(2, ROUNDS // 10)):
        kill()
        if len(SweepStore(path).facts["specs"]) == 2:
            took_effect += 1
        elif number % 2:
            # Given up: the sweep that was finished is whole, without a trace of what was tried.
            assert contents(finish(tmp_path, SMALL)) == old
            continue
        else:
            extend_store(SweepStore(path), Spec.from_text(LARGER))
        assert contents(finish(tmp_path, LARGER)) == extended
    print(f"{took_effect} extensions had taken effect when they were killed")  # noqa: T201 - shown with -s


@pytest.mark.parametrize("name", ["a.zarr", "a.zip"])
def test_kills_while_a_sweep_is_archived(tmp_path: Path, chance: random.Random, name: str) -> None:
    (tmp_path / "spec.toml").write_text(SMALL)
    store = SweepStore(finish(tmp_path, SMALL))
    place = tmp_path / name

    def afresh() -> None:
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)

    kill = killed_at_random(tmp_path, f"compact_store(SweepStore('s.zarr'), Path({name!r}))", chance, afresh)
    undisturbed = read_all(place)
    for _ in range(max(2, ROUNDS // 10)):
        kill()
        assert not place.exists() or read_all(place) == undisturbed
    afresh()
    compact_store(store, place)
    assert read_all(place) == undisturbed
    assert names(tmp_path) == sorted([name, "s.zarr", "spec.toml"])


def read_all(archive: Path) -> dict[str, object]:
    """Return the values of every variable of ``archive``, opened as users do."""
    from tredegar.results import open_sweep

    sweep = open_sweep(archive).load()
    return {str(name): variable.values.tobytes() for name, variable in sweep.variables.items()}
