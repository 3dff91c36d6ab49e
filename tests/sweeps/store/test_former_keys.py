"""Stores whose spec says ``luck``, written before it was ``streams``: the same sweeps as before, to the last byte.

Their layout is the one that the code of then wrote; their numbers were written anew when results changed.
"""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tredegar.model.graph import merkle
from tredegar.results import compare, open_sweep
from tredegar.store.format import WITHOUT_ARMS
from tredegar.store.root_file import read_root, sealed, with_present_keys
from tredegar.sweeps.run.runner import check_same_sweep, complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.spec.text import former_text, present_text
from tredegar.sweeps.store.store import StoreError, SweepStore
from tredegar.sweeps.upkeep.extend import extend_store
from tredegar.sweeps.upkeep.merge import merge_stores

from ...support.commands import tredegar
from ...support.places import TESTS

OLD = TESTS / "stores" / "luck.zip"
"""A finished sweep with streams for each run, an archive of it, an unfinished one, and the spec of them all."""
RULES = "72e22cef80d30d8bfba4cb6ff42009c8fca7093dc8a78e89a972a003557ee6d7"
SWEEP = ("--workers", "0", "--engine", "numpy", "--out")


def rules_of_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rules have the hash that they had when the stores were written."""
    present = merkle.rules_hash
    for module in [*sys.modules.values()]:
        if getattr(module, "rules_hash", None) is present:
            monkeypatch.setattr(module, "rules_hash", lambda *book: RULES)


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rules_of_then(monkeypatch)
    with zipfile.ZipFile(OLD) as packed:
        packed.extractall(tmp_path)
    for name in ("finished.zarr", "unfinished.zarr"):
        (tmp_path / name / "log").mkdir()
    return tmp_path


def new_spec(*change: str) -> Spec:
    """Return the spec of the old stores, as it is written now, with ``change`` (old, new)."""
    text = Path("spec.toml").read_text().replace('luck = "independent"', 'streams = "independent"')
    return Spec.from_text(text.replace(*change) if change else text)


def files_of(store: Path) -> dict[str, bytes]:
    files = (file for file in store.rglob("*") if file.is_file())
    found = {str(file.relative_to(store)): file.read_bytes() for file in files}
    return {name: content for name, content in found.items() if not name.startswith("log/")}


@pytest.mark.parametrize("name", ["finished.zarr", "archive.zip"])
def test_an_old_store_is_read_and_fits_its_digests(old: Path, name: str) -> None:
    sweep = open_sweep(name, verify=True).load()
    assert (sweep.attrs["tredegar_store"], sweep.attrs["streams"], sweep.attrs["runs_done"]) == (2, "independent", 8)
    assert "luck" not in sweep.attrs
    assert len(np.unique(sweep.quality.values[:, :, 0])) == 8
    found = verify_store(name, runs=8, engine="numpy", repair=False)
    assert (found.faults, found.recomputed, found.digests) == ((), 8, True)


@pytest.mark.parametrize("text", ["luck", "streams"])
def test_an_old_sweep_is_finished_by_its_spec_however_that_is_written(
    old: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = Path("spec.toml").read_text()
    Path("spec.toml").write_text(spec.replace("luck =", f"{text} ="))
    assert tredegar("sweep", "spec.toml", *SWEEP, "unfinished.zarr") == 0
    note = "note: key 'luck' of a spec is 'streams' since version 0.2; 'luck' is still read\n"
    assert capsys.readouterr().err.count(note) == (text == "luck")
    assert files_of(old / "unfinished.zarr") == files_of(old / "finished.zarr")


def test_a_new_store_of_an_old_spec_differs_from_the_old_one_in_the_text_of_the_spec_alone(old: Path) -> None:
    assert tredegar("sweep", "spec.toml", *SWEEP, "new.zarr") == 0
    found = [read_root(old / name)["attributes"] for name in ("finished.zarr", "new.zarr")]
    assert "luck" not in found[1] and "luck =" not in found[1]["spec"]
    assert [facts.pop("tredegar_store") for facts in found] == [2, WITHOUT_ARMS] == [2, 3]
    before, now = (with_present_keys({name: fact for name, fact in facts.items() if name != "seal"}) for facts in found)
    before |= {"spec": present_text(before["spec"]), "specs": [present_text(text) for text in before["specs"]]}
    assert before == now
    files = [files_of(old / name) for name in ("finished.zarr", "new.zarr")]
    assert {name for name in files[0] | files[1] if files[0].get(name) != files[1].get(name)} == {"zarr.json"}
    both = [open_sweep(name, verify=True) for name in ("finished.zarr", "new.zarr")]
    assert np.array_equal(both[0].quality, both[1].quality)
    assert not any("streams" in line or "luck" in line for line in compare(*both).settings)


def test_an_old_and_a_new_store_are_merged_in_either_order(old: Path) -> None:
    complete_sweep(new_spec(), "new.zarr", workers=0, engine="numpy", points_per_batch=1, task=(1, 2))
    whole = open_sweep("finished.zarr").load()
    for number, names in enumerate((("unfinished.zarr", "new.zarr"), ("new.zarr", "unfinished.zarr"))):
        merged = merge_stores([SweepStore(name) for name in names], f"merged-{number}.zarr")
        assert merged.counts.complete and not merged.left_out
        assert not verify_store(merged.path, runs=1, engine="numpy", repair=False).faults
        assert np.array_equal(open_sweep(merged.path, verify=True).quality, whole.quality)
        check_same_sweep(SweepStore(merged.path), new_spec())
    assert files_of(old / "merged-0.zarr") == files_of(old / "finished.zarr")


def test_an_old_store_is_extended_by_a_spec_that_says_streams(old: Path) -> None:
    before = open_sweep("finished.zarr").load()
    larger = new_spec("replicates = 2", "replicates = 4")
    assert extend_store(SweepStore("finished.zarr"), larger) == (4, 4)
    assert complete_sweep(larger, "finished.zarr", workers=0, engine="numpy").counts.complete
    facts = read_root(old / "finished.zarr")["attributes"]
    assert (facts["tredegar_store"], facts["streams"]) == (3, "independent")
    assert "luck" not in facts and "\nluck = " in facts["specs"][0] and "\nstreams = " in facts["specs"][1]
    after = open_sweep("finished.zarr", verify=True)
    assert np.array_equal(after.quality[:, :2], before.quality) and after.attrs["runs_done"] == 16
    assert not verify_store("finished.zarr", runs=16, engine="numpy", repair=False).faults


def test_another_meaning_is_another_sweep_under_either_name(old: Path) -> None:
    common = new_spec('"independent"', '"common"')
    refused = """'streams = "independent"' in the store, 'streams = "common"' in the spec"""
    with pytest.raises(StoreError, match=refused):
        complete_sweep(common, "unfinished.zarr", workers=0)
    with pytest.raises(StoreError, match=refused):
        extend_store(SweepStore("finished.zarr"), common)


def test_a_store_that_says_neither_name_or_no_known_value_is_damaged(old: Path) -> None:
    for change in ({}, {"luck": "bad"}, {"streams": "bad"}):
        root = read_root(old / "finished.zarr")
        root["attributes"].pop("luck", None)
        root["attributes"].pop("streams", None)
        root["attributes"] |= change
        Path("finished.zarr/zarr.json").write_bytes(sealed(root))
        with pytest.raises(StoreError, match="attribute 'streams' (is missing|must be 'common', 'independent' or 'pa)"):
            SweepStore("finished.zarr")


def test_names_are_changed_above_the_first_table_alone() -> None:
    text = 'name = "luck = 1"\nluck = "common"\n\n[vary]\nluck = 1\n'
    assert present_text(text) == text.replace('\nluck = "', '\nstreams = "')
    assert former_text(present_text(text)) == text
    assert json.loads(json.dumps(with_present_keys({"luck": 1, "streams": 2, "seed": 3}))) == {"streams": 2, "seed": 3}
