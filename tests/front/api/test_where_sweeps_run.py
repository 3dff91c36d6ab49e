"""``tredegar.run_sweep`` wherever Python runs: scripts, event loops, threads, processes that were spawned or forked."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cloudpickle
import pytest

import tredegar as tg

from ...support import fake_model
from ...support.sweep_cases import contents, small_spec
from ...support.waiting import PATIENCE
from . import test_sweeping
from .test_sweeping import simulate_all

pytestmark = pytest.mark.processes

# Workers do not have the folder of the tests on their path.
for module in (fake_model, test_sweeping):
    cloudpickle.register_pickle_by_value(module)

BEGINNING = """
import asyncio, multiprocessing, os, sys
from concurrent.futures import ProcessPoolExecutor
import tredegar as tg
from tests.front.api.test_sweeping import simulate_all
from tests.support.sweep_cases import small_spec

with open("log", "a") as log:
    log.write("began\\n")


def sweep(store, workers=2):
    return tg.run_sweep(small_spec(), store, workers, simulate=simulate_all, points_per_batch=5).attrs["runs_done"]

"""
SCRIPTS = {
    "a plain script": 'print(sweep("s.zarr"))',
    "an event loop": """
async def main():
    return sweep("s.zarr")

print(asyncio.run(main()))
""",
    "a forked process that may have children, after a sweep of its parent": """
sweep("before.zarr")
with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
    print(pool.submit(sweep, "s.zarr").result())
""",
    "a forked process that may have none": """
sweep("before.zarr", workers=0)
with multiprocessing.get_context("fork").Pool(1) as pool:
    print(pool.apply(sweep, ["s.zarr"]))
""",
    "a process that os.fork made": """
sweep("before.zarr")
if (child := os.fork()) == 0:
    print(sweep("s.zarr"))
    sys.exit()
assert os.waitpid(child, 0)[1] == 0
""",
}
SPAWNED = """
if __name__ == "__main__":
    pool = {pool}
    print({call})
    {end}
"""
POOLS = {
    "that may have children": (
        'ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))',
        'pool.submit(sweep, "s.zarr").result()',
        "pool.shutdown()",
    ),
    "that may have none": (
        'multiprocessing.get_context("spawn").Pool(1)',
        'pool.apply(sweep, ["s.zarr"])',
        "pool.close(), pool.join()",
    ),
}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("undisturbed") / "s.zarr"
    tg.run_sweep(small_spec(), path, workers=0, simulate=simulate_all, points_per_batch=5)
    return contents(path)


def run(folder: Path, root: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(BEGINNING + text)
    # Python 3.12 warns of any fork while there are threads: ours outlive a fork, which is what is shown here.
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONWARNINGS": "ignore::DeprecationWarning"}
    return subprocess.run(
        [sys.executable, "script.py"], cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.mark.parametrize("where", SCRIPTS)
def test_a_script_sweeps_on_workers_without_a_guard(
    where: str, tmp_path: Path, root: Path, undisturbed: dict[str, str]
) -> None:
    done = run(tmp_path, root, SCRIPTS[where])
    assert (done.returncode, done.stdout, done.stderr) == (0, "75\n", "")
    assert (tmp_path / "log").read_text() == "began\n"
    assert contents(tmp_path / "s.zarr") == undisturbed


@pytest.mark.parametrize("kind", POOLS)
def test_a_spawned_process_sweeps(kind: str, tmp_path: Path, root: Path, undisturbed: dict[str, str]) -> None:
    pool, call, end = POOLS[kind]
    done = run(tmp_path, root, SPAWNED.format(pool=pool, call=call, end=end))
    assert (done.returncode, done.stdout, done.stderr) == (0, "75\n", "")
    assert contents(tmp_path / "s.zarr") == undisturbed


def swept(store: Path, workers: int) -> Any:
    return tg.run_sweep(small_spec(), store, workers, simulate=simulate_all, points_per_batch=5)


def test_threads_sweep_side_by_side(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    stores = [tmp_path / "a.zarr", tmp_path / "b.zarr", tmp_path / "c.zarr"]
    with ThreadPoolExecutor(3) as pool:
        sweeps = list(pool.map(swept, stores, (0, 1, 1)))
    assert [sweep.attrs["runs_done"] for sweep in sweeps] == [75, 75, 75]
    assert [contents(store) == undisturbed for store in stores] == [True, True, True]


def test_threads_may_work_on_one_store(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    with ThreadPoolExecutor(2) as pool:
        sweeps = list(pool.map(swept, [tmp_path / "s.zarr"] * 2, (0, 0)))
    assert [sweep.attrs["runs_missing"] for sweep in sweeps] == [0, 0]
    assert contents(tmp_path / "s.zarr") == undisturbed


def test_an_event_loop_goes_on_beside_a_sweep_in_a_thread(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    async def main() -> tuple[int, int]:
        beats, sweep = 0, asyncio.create_task(asyncio.to_thread(swept, tmp_path / "s.zarr", 2))
        while not sweep.done():
            await asyncio.sleep(0)
            beats += 1
        return beats, sweep.result().attrs["runs_done"]

    beats, done = asyncio.run(main())
    assert beats > 0 and done == 75
    assert contents(tmp_path / "s.zarr") == undisturbed
