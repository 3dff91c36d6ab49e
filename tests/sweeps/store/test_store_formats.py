"""Stores of the first format, written before there were digests: read as before, finished, and said to have none.

Their layout is the one that the code of then wrote; their numbers were written anew when results changed.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from tredegar.model.graph.merkle import BY_THEIR_TEXT, WITH_FEWER_OUTCOMES, same_numbers
from tredegar.model.outcomes import OUTCOMES, TRUST_RECORDS
from tredegar.results import open_sweep
from tredegar.store.format import StoreError
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store import writing
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.compact import compact_store
from tredegar.sweeps.upkeep.merge import merge_stores
from tredegar.sweeps.upkeep.missing import damage

from ...support.commands import tredegar
from ...support.places import TESTS

OLD = TESTS / "stores" / "format-1.zip"
MEAN_QUALITY = 0.5766104


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished sweep, an archive of it and an unfinished one, of the spec beside them, and the rules of their time.

    (Their hash was taken of their text then.)
    """
    monkeypatch.setattr("tredegar.model.rules_hash", lambda *book: BY_THEIR_TEXT)
    return unpacked(OLD, tmp_path, monkeypatch)


def unpacked(stores: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    with zipfile.ZipFile(stores) as packed:
        packed.extractall(folder)
    for name in ("finished.zarr", "unfinished.zarr"):
        (folder / name / "log").mkdir(exist_ok=True)
    return folder


def test_a_store_whose_hash_was_taken_of_the_text_of_the_rules_is_read_and_not_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unpacked(OLD.with_name("text-hash.zip"), tmp_path, monkeypatch)
    for name in ("finished.zarr", "archive.zip"):
        sweep = open_sweep(name, verify=True)
        assert (sweep.attrs["rules_hash"], sweep.attrs["runs_done"]) == (BY_THEIR_TEXT, 8)
    sweep = ("sweep", "spec.toml", "--workers", "0", "--engine", "numpy", "--out")
    assert tredegar(*sweep, "unfinished.zarr") == 1
    said = capsys.readouterr().err
    assert "was begun under other rules (rules hash e7fddca28972, installed" in said
    assert "those were the rules of model 1, and these give other numbers" in said
    assert tredegar("status", "unfinished.zarr") == 3
    assert tredegar("verify", "finished.zarr") == 1
    assert "the store was written under other rules" in capsys.readouterr().err


def test_a_store_of_the_time_of_82_outcomes_is_read_and_its_rules_are_known_as_others(tmp_path: Path) -> None:
    """All that it recorded, of the country and of trusts; what was added since it does not have."""
    with zipfile.ZipFile(OLD.with_name("fewer-outcomes.zip")) as packed:
        packed.extractall(tmp_path)
    sweep = open_sweep(tmp_path / "archive.zip", verify=True)
    assert (sweep.attrs["rules_hash"], sweep.attrs["runs_done"]) == (WITH_FEWER_OUTCOMES, 4)
    assert same_numbers(WITH_FEWER_OUTCOMES) == "; those were the rules of model 1, and these give other numbers"
    outcomes, records = ([name for name in table if name in sweep] for table in (OUTCOMES, TRUST_RECORDS))
    assert (len(outcomes), len(records)) == (82, 13)
    assert all(np.isfinite(sweep[name].values).all() for name in (*outcomes, *records))


@pytest.mark.parametrize("name", ["finished.zarr", "archive.zip"])
def test_an_old_store_is_read_as_before_and_said_to_have_no_digests(old: Path, name: str) -> None:
    sweep = open_sweep(old / name)
    assert sweep.attrs["digests"] == "none"
    assert dict(sweep.sizes) == {"point": 8, "replicate": 2, "month": 2}
    assert float(sweep.quality.mean()) == pytest.approx(MEAN_QUALITY, abs=1e-7)
    assert sweep["target_toughness@13"].values.tolist() == [0.0, 1.0] * 4
    with pytest.raises(ValueError, match=r"has no digests \(its format is the first\); open it without verify=True"):
        open_sweep(old / name, verify=True)
    assert not verify_store(old / name, runs=0, repair=False).digests


def test_an_old_store_computed_again_here_has_the_same_bits(old: Path) -> None:
    found = verify_store(old / "finished.zarr", runs=16, engine="numpy", repair=False)
    assert (found.faults, found.recomputed) == ((), 16)


def test_an_old_sweep_is_finished_where_it_was_begun(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tredegar("status", "unfinished.zarr") == 3
    assert "the store has no digests" in capsys.readouterr().out
    assert tredegar("sweep", "spec.toml", "--out", "unfinished.zarr", "--workers", "0", "--engine", "numpy") == 0
    assert "note: unfinished.zarr has no digests" in capsys.readouterr().err
    both = [open_sweep(old / name).load() for name in ("finished.zarr", "unfinished.zarr")]
    assert np.array_equal(both[0].quality, both[1].quality) and np.array_equal(both[0].queue, both[1].queue)
    assert not (old / "unfinished.zarr" / "digest").exists()
    assert tredegar("verify", "unfinished.zarr", "--runs", "1", "--engine", "numpy") == 0
    assert "fit their checksums; the store has no digests" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["quality/c.3.0.0", "real_control/c.0", "solidarity/c"])
def test_a_file_that_an_old_store_has_lost_is_missed_all_the_same(old: Path, name: str) -> None:
    (old / "finished.zarr" / name).unlink()
    with pytest.raises(ValueError, match="is damaged: .*lost"):
        open_sweep(old / "finished.zarr")
    assert any(name in fault for fault in verify_store(old / "finished.zarr", runs=0, repair=False).faults)


@pytest.mark.parametrize("lost", ["quality/c", "solidarity/c", "status/c"])
def test_a_file_that_an_old_archive_has_lost_is_missed_by_all_and_not_archived_again(old: Path, lost: str) -> None:
    with zipfile.ZipFile("archive.zip") as whole, zipfile.ZipFile("part.zip", "w") as part:
        for name in whole.namelist():
            if not name.startswith(lost):
                part.writestr(name, whole.read(name))
    with pytest.raises(ValueError, match=r"lost|unfinished"):
        open_sweep("part.zip")
    found = verify_store("part.zip", runs=0)
    assert found.faults or not found.counts.complete
    with pytest.raises(StoreError, match=r"is damaged|is unfinished"):
        compact_store(SweepStore("part.zip"), "again.zip")
    assert not Path("again.zip").exists()


def test_a_status_that_no_run_can_have_is_damage(old: Path) -> None:
    store = SweepStore("finished.zarr")
    batch = store.batch(3)
    writing._write(store, batch, "status", np.full(batch.shape, 7, dtype=np.uint8), 0)
    with pytest.raises(ValueError, match="holds a status that no run can have"):
        open_sweep("finished.zarr")
    assert any("holds a status" in fault for fault in verify_store("finished.zarr", runs=0, repair=False).faults)
    assert tredegar("sweep", "spec.toml", "--out", "finished.zarr", "--workers", "0", "--engine", "numpy") == 0
    assert open_sweep("finished.zarr").attrs["runs_done"] == 16


def test_stores_without_digests_are_not_merged(old: Path) -> None:
    with pytest.raises(StoreError, match="has no digests"):
        merge_stores([SweepStore(old / "finished.zarr"), SweepStore(old / "unfinished.zarr")], old / "m.zarr")
    store = SweepStore(old / "finished.zarr")
    assert store.spec.hash() == Spec.from_file(old / "spec.toml").hash() == store.facts["spec_hash"]
    assert list(damage(store, store.batch(0))) == []
