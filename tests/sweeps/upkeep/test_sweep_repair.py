"""Damage to metadata and coordinates: found by verify, undone by the sweep."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.store import StoreError, SweepStore
from tredegar.sweeps.upkeep.extend import extend_store

from ...support.fake_model import simulate
from ...support.sweep_cases import SMALL, contents, small_spec


@pytest.fixture
def store(tmp_path: Path) -> Path:
    complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate)
    return tmp_path / "s.zarr"


@pytest.mark.parametrize(
    "name", ["real_control/c.0", "solidarity/c", "month/zarr.json", "quality/zarr.json", "status/zarr.json"]
)
@pytest.mark.parametrize("harm", ["delete", "empty", "garble"])
def test_damaged_metadata_and_coordinates_are_found_and_written_anew(store: Path, name: str, harm: str) -> None:
    before = contents(store)
    path = store / name
    if harm == "delete":
        path.unlink()
    else:
        path.write_bytes(b"" if harm == "empty" else path.read_bytes()[::-1])
    assert any(name in fault for fault in verify_store(store, runs=0, repair=False).faults)
    assert complete_sweep(small_spec(), store, workers=0, simulate=simulate).computed == 0
    assert contents(store) == before
    assert [path.name for path in store.parent.iterdir()] == [store.name]


def test_a_folder_that_vanished_is_made_again_and_its_runs_too(store: Path) -> None:
    before = contents(store)
    shutil.rmtree(store / "quality")
    assert complete_sweep(small_spec(), store, workers=0, simulate=simulate).computed == 75
    assert contents(store) == before


def test_the_coordinates_of_an_extended_sweep_are_made_again_too(store: Path) -> None:
    for levels, replicates in ((9, 3), (17, 6)):
        new = Spec.from_text(
            SMALL.replace("high = 1.0, levels = 5", f"high = 1.0, levels = {levels}", 1).replace(
                "replicates = 3", f"replicates = {replicates}"
            )
        )
        extend_store(SweepStore(store), new)
        assert complete_sweep(new, store, workers=0, simulate=simulate).complete
    before = contents(store)
    (store / "replicate" / "c.1").unlink()
    (store / "real_control" / "c.2").write_bytes(b"")
    (store / "quality" / "zarr.json").unlink()
    faults = {fault.partition(":")[0] for fault in verify_store(store, runs=0, repair=False).faults}
    assert faults >= {"replicate/c.1", "real_control/c.2", "quality/zarr.json"}
    assert complete_sweep(new, store, workers=0, simulate=simulate).computed == 0
    assert contents(store) == before


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_root_file_with_one_bit_flipped_is_refused(store: Path, place: float) -> None:
    content = bytearray((store / "zarr.json").read_bytes())
    digits = [at for at, letter in enumerate(content) if chr(letter).isdigit()]
    at = digits[int(place * len(digits))]
    content[at] = ord("3") if content[at] != ord("3") else ord("2")
    (store / "zarr.json").write_bytes(content)
    with pytest.raises(StoreError, match="is damaged: zarr.json is not what was written"):
        complete_sweep(small_spec(), store, workers=0, simulate=simulate)
