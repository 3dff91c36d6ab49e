"""Stores of one spec, swept in part on several machines, merge into the one that an undisturbed sweep writes."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tredegar.results import open_sweep
from tredegar.store.format import StoreError
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.sampling import draw_points
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.compact import compact_store
from tredegar.sweeps.upkeep.extend import extend_store
from tredegar.sweeps.upkeep.merge import merge_stores

from ...support.commands import tredegar
from ...support.fake_model import simulate
from ...support.sweep_cases import SMALL, contents, small_spec


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    """Two halves of one sweep and a third of it."""
    for name, task in (("a.zarr", (0, 2)), ("b.zarr", (1, 2)), ("c.zarr", (0, 3))):
        complete_sweep(small_spec(), tmp_path / name, workers=0, simulate=simulate, task=task)
    return [tmp_path / name for name in ("a.zarr", "b.zarr", "c.zarr")]


def merged(paths: list[Path], out: Path) -> object:
    return merge_stores([SweepStore(path) for path in paths], out)


def test_halves_merge_into_the_undisturbed_store_byte_for_byte(parts: list[Path], tmp_path: Path) -> None:
    complete_sweep(small_spec(), tmp_path / "whole.zarr", workers=0, simulate=simulate)
    before = [contents(path) for path in parts]
    made = merged(parts, tmp_path / "m.zarr")
    assert made.counts.complete and made.left_out == ()
    assert contents(tmp_path / "m.zarr") == contents(tmp_path / "whole.zarr")
    assert [contents(path) for path in parts] == before
    logs = {file.name for path in parts for file in (path / "log").glob("*.jsonl")}
    assert {file.name for file in (tmp_path / "m.zarr" / "log").glob("*.jsonl")} == logs


def test_what_no_store_has_or_has_only_damaged_is_missing_and_swept_later(parts: list[Path], tmp_path: Path) -> None:
    shutil.copyfile(parts[0] / "quality/c.0.0.0", parts[0] / "quality/c.2.0.0")
    made = merged([parts[0], parts[2]], tmp_path / "m.zarr")
    assert [line.partition("a.zarr/")[2].partition(":")[0] for line in made.left_out] == ["quality/c.2.0.0"]
    assert made.counts.missing > 0
    with pytest.raises(ValueError, match="is unfinished"):
        open_sweep(tmp_path / "m.zarr")
    assert complete_sweep(small_spec(), tmp_path / "m.zarr", workers=0, simulate=simulate).complete
    complete_sweep(small_spec(), tmp_path / "whole.zarr", workers=0, simulate=simulate)
    assert contents(tmp_path / "m.zarr") == contents(tmp_path / "whole.zarr")


def test_an_extended_sweep_whose_last_batch_is_done_in_part_merges_too(tmp_path: Path) -> None:
    """One machine has the old runs of that batch, the other has it whole."""
    new = small_spec(
        "real_control = {low = 0.0, high = 1.0, levels = 5}",
        "real_control = {values = [0, 1, 0.5, 0.25, 0.75, 0.1]}".replace("0, 1,", "0.0, 1.0,"),
    )
    old = small_spec(
        "real_control = {low = 0.0, high = 1.0, levels = 5}", "real_control = {values = [0.0, 1.0, 0.5, 0.25, 0.75]}"
    )
    for name in ("a.zarr", "b.zarr"):
        complete_sweep(old, tmp_path / name, workers=0, simulate=simulate, points_per_batch=7)
        extend_store(SweepStore(tmp_path / name), new)
    complete_sweep(new, tmp_path / "b.zarr", workers=0, simulate=simulate)
    for order in (("a.zarr", "b.zarr"), ("b.zarr", "a.zarr")):
        out = tmp_path / f"{order[0]}-first"
        assert merged([tmp_path / name for name in order], out).counts.complete
        assert contents(out) == contents(tmp_path / "b.zarr")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed = 3", "seed = 4", "they differ in 'spec_hash'"),
        ("levels = 5", "levels = 4", "they differ in 'spec_hash'"),
    ],
)
def test_stores_of_different_sweeps_are_refused(
    parts: list[Path], tmp_path: Path, old: str, new: str, said: str
) -> None:
    complete_sweep(small_spec(old, new), tmp_path / "other.zarr", workers=0, simulate=simulate)
    with pytest.raises(StoreError, match=said):
        merged([parts[0], tmp_path / "other.zarr"], tmp_path / "m.zarr")
    assert not (tmp_path / "m.zarr").exists()
    assert [path.name for path in tmp_path.glob(".m.zarr*")] == []


def test_other_refusals_name_what_is_wrong(parts: list[Path], tmp_path: Path) -> None:
    complete_sweep(small_spec(), tmp_path / "whole.zarr", workers=0, simulate=simulate)
    archive = compact_store(SweepStore(tmp_path / "whole.zarr"), tmp_path / "a.zip").path
    with pytest.raises(StoreError, match="is an archive: it cannot be merged"):
        merged([parts[0], archive], tmp_path / "m.zarr")
    with pytest.raises(StoreError, match="expected two stores or more"):
        merged([parts[0]], tmp_path / "m.zarr")
    with pytest.raises(StoreError, match="exists already; choose another --out"):
        merged(parts, parts[2])
    complete_sweep(small_spec(), tmp_path / "sevens.zarr", workers=0, simulate=simulate, points_per_batch=7)
    with pytest.raises(StoreError, match="they differ in 'points_per_batch'"):
        merged([parts[0], tmp_path / "sevens.zarr"], tmp_path / "m.zarr")
    (parts[1] / "real_control" / "c.0").unlink()
    with pytest.raises(StoreError, match=r"b.zarr' is damaged \(real_control/c.0: is missing\)"):
        merged(parts, tmp_path / "m.zarr")


def test_machines_whose_samplers_drew_other_points_are_not_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The spec is the same; the version of the library that draws its points is not."""
    text = SMALL.replace('"grid"', '"latin-hypercube"\npoints = 25').replace(
        "{low = 0.0, high = 1.0, levels = 5}", "[0.0, 1.0]"
    )
    spec = Spec.from_text(text)
    complete_sweep(spec, tmp_path / "a.zarr", workers=0, simulate=simulate, task=(0, 2))
    with monkeypatch.context() as patch:
        reverse = {name: values[::-1].copy() for name, values in draw_points(spec).items()}
        patch.setattr("tredegar.sweeps.store.create.draw_points", lambda spec: reverse)
        complete_sweep(spec, tmp_path / "b.zarr", workers=0, simulate=simulate, task=(1, 2))
    with pytest.raises(StoreError, match="they differ in 'coordinate_digests'"):
        merged([tmp_path / "a.zarr", tmp_path / "b.zarr"], tmp_path / "m.zarr")
    assert not (tmp_path / "m.zarr").exists()


def test_a_damaged_status_is_told_as_left_out(parts: list[Path], tmp_path: Path) -> None:
    file = parts[0] / "status/c.2.0"
    file.write_bytes(file.read_bytes()[:-3])
    made = merged([parts[0], parts[1]], tmp_path / "m.zarr")
    assert [line.partition("a.zarr/")[2].partition(":")[0] for line in made.left_out] == ["status/c.2.0"]


def test_two_machines_that_computed_different_values_are_not_reconciled(parts: list[Path], tmp_path: Path) -> None:
    def a_little_off(points: object, **others: object) -> object:
        out = simulate(points, **others)
        out["queue"] = np.nextafter(out["queue"], np.float32(9))
        return out

    complete_sweep(small_spec(), tmp_path / "off.zarr", workers=0, simulate=a_little_off)
    with pytest.raises(StoreError, match="holds other values of 'queue' in batch 0 than a store before it"):
        merged([parts[0], tmp_path / "off.zarr"], tmp_path / "m.zarr")
    assert not (tmp_path / "m.zarr").exists()


def test_the_command_merges(
    parts: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert tredegar("merge", "a.zarr", "b.zarr", "--out", "m.zarr") == 0
    assert capsys.readouterr().out == "m.zarr: done 72, failed 3, missing 0\n"
    assert open_sweep("m.zarr", verify=True).load().attrs["runs_failed"] == 3
    assert tredegar("merge", "a.zarr", "c.zarr", "--out", "n.zarr") == 3
    assert "missing 27" in capsys.readouterr().out
