"""Damaged stores and archives, by the hundred: none reads as whole and wrong, and the sweep mends each to the byte.

``make damage`` does the same to 20,000 of them.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tredegar.results import open_sweep
from tredegar.store.format import DONE, StoreError
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.compact import compact_store

from ...support.damage import Damaged, harm_folder, harm_zip
from ...support.fake_model import simulate
from ...support.sweep_cases import contents, small_spec

pytestmark = pytest.mark.processes

STORES = int(os.environ.get("TREDEGAR_DAMAGED_STORES", "240"))
"""How many stores and archives are damaged in all: half of them stores, a quarter archives of either kind."""
SHARES = 4
"""Each kind is divided into so many tests, which can run side by side."""
FAILING = ("solidarity = 0.5\n", "")
"""Without it the fake model fails at one point: the stores have failed runs, too."""
SIGNED = "flipped and signed"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two finished sweeps that differ in their seed, and an archive of each as a folder and as one file."""
    folder = tmp_path_factory.mktemp("sound")
    for name, seed in (("ours", 3), ("other", 4)):
        spec = small_spec(*FAILING).canonical().replace("seed = 3", f"seed = {seed}")
        complete_sweep(type(small_spec()).from_text(spec), folder / name, workers=0, simulate=simulate_by_seed)
        for archive in (f"{name}.archive", f"{name}.zip"):
            compact_store(SweepStore(folder / name), folder / archive)
    return folder


def simulate_by_seed(points: object, seed: int, runs: np.ndarray, **others: object) -> object:
    """Return what the fake model gives, other numbers for another seed."""
    return simulate(points, runs=np.asarray(runs) + 1000 * seed, **others)


def read(path: Path) -> xr.Dataset | None:
    """Return everything in a store, or None if it is refused in one line."""
    said = ""
    try:
        return open_sweep(path, verify=True).load()
    except (ValueError, FileNotFoundError) as refusal:
        said = str(refusal)
    assert len(said.splitlines()) == 1, said
    return None


def assert_right_or_refused(path: Path, truth: xr.Dataset, done: Damaged) -> bool:
    """Check that what is read is the truth; return whether it was refused. The log and metadata copies may differ."""
    found = read(path)
    if found is not None:
        assert found.drop_attrs(deep=False).identical(truth.drop_attrs(deep=False)), done
        partial = open_sweep(path, partial=True).load()
        assert partial.drop_attrs(deep=False).identical(truth.drop_attrs(deep=False)), done
        return False
    assert_partial_invents_nothing(path, truth, done)
    return True


def assert_partial_invents_nothing(path: Path, truth: xr.Dataset, done: Damaged) -> None:
    """Check that an unfinished look at a damaged store, if it is given, has true values for all that it calls done."""
    try:
        partial = open_sweep(path, partial=True).load()
    except (ValueError, FileNotFoundError):
        return
    claimed = (partial.status == DONE).values
    assert (truth.status.values[claimed] == DONE).all(), done
    for name in ("quality", "true_access", "queue"):
        assert np.array_equal(partial[name].values[claimed], truth[name].values[claimed]), done
    for name in truth.coords:
        assert np.array_equal(partial[name].values, truth[name].values), done


@pytest.mark.parametrize("share", range(SHARES))
def test_no_damaged_store_reads_as_whole_and_wrong_and_the_sweep_mends_it(
    sound: Path, tmp_path: Path, share: int
) -> None:
    truth, before = open_sweep(sound / "ours").load(), contents(sound / "ours")
    spec, refused = small_spec(*FAILING), 0
    for number in range(share, STORES // 2, SHARES):
        luck = np.random.default_rng([1, number])
        store = tmp_path / "s"
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(sound / "ours", store)
        done = harm_folder(store, sound / "other", luck)
        refused += assert_right_or_refused(store, truth, done)
        if "zarr.json" in done.files:
            continue  # nothing else says under which rules the runs were made
        seen = verify_or_refuse(store)
        summary = complete_sweep(spec, store, workers=0, simulate=simulate_by_seed)
        assert summary.complete, done
        if done.harm == SIGNED and not summary.repaired and not summary.computed:
            assert not assert_right_or_refused(store, truth, done)
            continue  # a bit that no value depends on, such as one beyond the end of the array
        assert contents(store) == before, done
        assert bool(summary.repaired or summary.computed) == done.changed, done
        assert seen or not done.changed or summary.computed, done
    assert refused > STORES // 2 // SHARES // 4


def verify_or_refuse(store: Path) -> bool:
    """Return whether ``verify`` sees that something is wrong with a store that was complete."""
    try:
        found = verify_store(store, runs=0, repair=False)
    except StoreError:
        return True
    return bool(found.faults) or not found.counts.complete


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("kind", ["ours.archive", "ours.zip"])
def test_no_damaged_archive_reads_as_whole_and_wrong(sound: Path, tmp_path: Path, kind: str, share: int) -> None:
    truth = open_sweep(sound / kind).load()
    harmed_quietly = []
    for number in range(share, STORES // 4, SHARES):
        luck = np.random.default_rng([2, number])
        archive = tmp_path / kind
        if archive.exists():
            shutil.rmtree(archive) if archive.is_dir() else archive.unlink()
        if kind.endswith(".zip"):
            shutil.copyfile(sound / kind, archive)
            done = harm_zip(archive, sound / kind.replace("ours", "other"), luck)
        else:
            shutil.copytree(sound / kind, archive)
            done = harm_folder(archive, sound / kind.replace("ours", "other"), luck)
        refused = assert_right_or_refused(archive, truth, done)
        if refused and not verify_or_refuse(archive):
            harmed_quietly.append(done)
    assert harmed_quietly == []
