"""Places of stores, and how they leave them: home folders, links, empty folders, odd disks, other formats."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tredegar.results import open_sweep
from tredegar.store.format import StoreDamaged, StoreError
from tredegar.store.root_file import sealed
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.compact import compact_store
from tredegar.sweeps.upkeep.status import report_status

from ...support.commands import tredegar
from ...support.fake_model import simulate
from ...support.sweep_cases import contents, small_spec

pytestmark = pytest.mark.processes


def swept(path: Path | str, text: tuple[str, str] = ("", "")) -> Path:
    summary = complete_sweep(small_spec(*text), path, workers=0, simulate=simulate)
    assert summary.complete
    return summary.path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def test_a_tilde_is_the_home_folder_everywhere(home: Path, tmp_path: Path) -> None:
    assert swept("~/x.zarr") == home / "x.zarr"
    assert open_sweep("~/x.zarr").attrs["runs_done"] == 72
    assert report_status("~/x.zarr").counts.done == 72
    assert compact_store(SweepStore("~/x.zarr"), "~/x.zip").path == home / "x.zip"
    assert verify_store("~/x.zip", runs=0).faults == ()
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def empty_folder(place: Path) -> Path:
    place.mkdir()
    return place


def link_to_an_empty_folder(place: Path) -> Path:
    (place.parent / "elsewhere").mkdir()
    place.symlink_to("elsewhere")
    return place.parent / "elsewhere"


def link_to_nothing_yet(place: Path) -> Path:
    place.symlink_to(place.parent / "later")
    return place.parent / "later"


@pytest.mark.parametrize("made", [empty_folder, link_to_an_empty_folder, link_to_nothing_yet])
def test_a_place_that_is_ready_and_empty_is_used(tmp_path: Path, made) -> None:
    place = tmp_path / "e.zarr"
    real = made(place)
    swept(place)
    assert (real / "zarr.json").is_file()
    assert place.is_symlink() == (made is not empty_folder)
    assert open_sweep(place).attrs["runs_done"] == 72
    swept(tmp_path / "plain.zarr")
    assert contents(real) == contents(tmp_path / "plain.zarr")


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "e.zarr").mkdir()
    (tmp_path / "e.zarr" / "thesis.tex").write_text("all of it")
    with pytest.raises(StoreError, match="is no store"):
        swept(tmp_path / "e.zarr")
    assert [path.name for path in (tmp_path / "e.zarr").iterdir()] == ["thesis.tex"]
    with pytest.raises(StoreError, match="a sweep is written to a folder"):
        swept(tmp_path / "s.ZIP")


@pytest.mark.parametrize("name", ["a.zip", "up.ZIP", "a.zarr"])
def test_archives_verify_and_tell_their_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    swept("s.zarr")
    assert tredegar("compact", "s.zarr", "--out", name) == 0
    assert zipfile.is_zipfile(name) == name.lower().endswith(".zip")
    assert tredegar("status", name) == 0
    assert tredegar("verify", name, "--runs", "0") == 0
    said = capsys.readouterr().out
    assert "done 72, failed 3, missing 0" in said and "fit their digests" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["s.zarr", name])


@pytest.mark.parametrize("harm", ["lost", "swapped"])
def test_a_damaged_store_is_not_archived(tmp_path: Path, harm: str) -> None:
    store = swept(tmp_path / "s.zarr")
    if harm == "lost":
        (store / "quality/c.1.0.0").unlink()
    else:
        (store / "quality/c.1.0.0").write_bytes((store / "quality/c.2.0.0").read_bytes())
    with pytest.raises(StoreError, match=r"is damaged \(quality/c.1.0.0"):
        compact_store(SweepStore(store), tmp_path / "a.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["s.zarr"]


def reseal(store: Path, change) -> None:
    root = json.loads((store / "zarr.json").read_bytes())
    change(root)
    (store / "zarr.json").write_bytes(sealed(root))


def attribute(name: str, value: object):
    return lambda root: root["attributes"].update({name: value})


def without(name: str):
    return lambda root: root["attributes"].pop(name)


def array(name: str, **facts: object):
    return lambda root: root["consolidated_metadata"]["metadata"][name].update(facts)


CHANGES = {
    **{f"{name} = {value!r}": attribute(name, value) for name, value in {
        "points": 3, "points_per_batch": 0, "replicates_per_batch": "three", "spec": None, "specs": "x",
        "seed": [1], "sampler": 5, "streams": "bad", "coordinates": 7, "coordinate_digests": {}, "providers": 4,
        "defaults": [], "tredegar_store": "2",
    }.items()},
    **{f"no {name}": without(name) for name in ("spec", "rules_hash", "points_per_batch", "coordinates")},
    "spec of something else": attribute("spec", "a = 1\n"),
    "status of another shape": array("status", shape=[25]),
    "status of text": array("status", shape="25"),
    "quality of another shape": array("quality", shape=[24, 3, 2]),
    "digests of another shape": array("digest", shape=[9, 1, 4, 8]),
    "a coordinate of another shape": array("real_control", shape=[24]),
    "no metadata": lambda root: root.pop("consolidated_metadata"),
    "no arrays": lambda root: root["consolidated_metadata"].update(metadata={}),
    "metadata that is a list": lambda root: root.update(consolidated_metadata=[]),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_metadata_of_another_shape_are_refused_in_one_line_even_if_they_are_sealed(tmp_path: Path, change: str) -> None:
    store = swept(tmp_path / "s.zarr")
    reseal(store, CHANGES[change])
    for read in (
        lambda: open_sweep(store, partial=True).load(),
        lambda: report_status(store),
        lambda: verify_store(store, runs=0, repair=False),
        lambda: swept(store),
    ):
        with pytest.raises(ValueError) as refusal:
            read()
        assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize("zipped", [False, True])
def test_one_changed_byte_of_the_root_file_is_refused_by_every_reader(tmp_path: Path, zipped: bool) -> None:
    store = swept(tmp_path / "s.zarr")
    if zipped:
        store = compact_store(SweepStore(store), tmp_path / "a.zip").path
        content = store.read_bytes().replace(b'"seed": 3', b'"seed": 4')
    else:
        content = (store / "zarr.json").read_bytes().replace(b'"seed": 3', b'"seed": 4')
    (store if zipped else store / "zarr.json").write_bytes(content)
    for read in (open_sweep, report_status, lambda path: verify_store(path, runs=0)):
        with pytest.raises(ValueError, match=r"damaged|not a store|no zarr.json"):
            read(store)


def test_a_dataset_goes_to_netcdf_and_zarr_as_it_is_and_after_any_selection(tmp_path: Path) -> None:
    sweep = open_sweep(swept(tmp_path / "s.zarr", ("solidarity = 0.5", '"sanction_strength@13" = 0.8')))
    parts = {
        "all": sweep,
        "points": sweep.isel(point=slice(3, 9)),
        "rows": sweep.isel(point=[1, 20, 5], month=-1),
        "one": sweep[["quality"]].isel(replicate=0),
        "mean": sweep.mean("replicate", keep_attrs=True),
        "chunks": sweep.chunk({"point": 4}),
    }
    for name, part in parts.items():
        part.to_netcdf(tmp_path / f"{name}.nc")
        part.to_zarr(tmp_path / f"{name}.zarr", consolidated=False)
        again = [xr.open_dataset(tmp_path / f"{name}.nc"), xr.open_zarr(tmp_path / f"{name}.zarr", consolidated=False)]
        for written in again:
            assert np.array_equal(written["quality"], part["quality"], equal_nan=True), name
    assert json.loads(sweep.attrs["sampler"])["method"] == "grid"


def test_chunks_are_what_xarray_means_by_them_or_refused(tmp_path: Path) -> None:
    store = swept(tmp_path / "s.zarr")
    assert open_sweep(store, chunks=-1).quality.chunks[0] == (25,)
    assert open_sweep(store, chunks=2).quality.chunks[0] == (6, 6, 6, 6, 1)
    assert open_sweep(store, chunks=np.int8(4)).quality.chunks[0] == (12, 12, 1)
    assert open_sweep(store, chunks="auto").quality.chunks[0] == (25,)
    assert open_sweep(store, chunks={"point": 5, "replicate": 1}).quality.chunks[:2] == ((5,) * 5, (1, 1, 1))
    for wrong in (0, -2, True, 1.5, "much", [4]):
        with pytest.raises(ValueError, match="chunks must be a number of batches from 1 on, -1"):
            open_sweep(store, chunks=wrong)


@pytest.mark.parametrize("lost", ["quality/c.1.0.0", "quality", "digest/c.1.0.0.0"])
def test_what_is_lost_is_refused_or_counted_as_missing(tmp_path: Path, lost: str) -> None:
    store = swept(tmp_path / "s.zarr")
    truth = open_sweep(store).load()
    gone = store / lost
    for file in [gone] if gone.is_file() else sorted(gone.iterdir()):
        file.unlink()
    with pytest.raises(StoreDamaged, match=rf"is damaged: {lost}.* lost .*; give its sweep again"):
        open_sweep(store)
    partial = open_sweep(store, partial=True).load()
    missing = (partial.status == 0).values
    assert partial.attrs["runs_missing"] == missing.sum() == (75 if lost == "quality" else 9)
    assert np.isnan(partial.quality.values[missing]).all() and np.isnan(partial.queue.values[missing]).all()
    assert np.array_equal(partial.quality.values[~missing], truth.quality.values[~missing], equal_nan=True)


@pytest.mark.parametrize("zipped", [False, True])
def test_a_lost_coordinate_is_refused_even_in_part(tmp_path: Path, zipped: bool) -> None:
    store = swept(tmp_path / "s.zarr")
    if zipped:
        whole = compact_store(SweepStore(store), tmp_path / "whole.zip").path
        store = tmp_path / "a.zip"
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(store, "w") as new:
            for name in old.namelist():
                if not name.startswith("mandate_detail/c"):
                    new.writestr(name, old.read(name))
    else:
        (store / "mandate_detail/c.0").unlink()
    with pytest.raises(StoreDamaged, match="coordinate mandate_detail/c.* is lost"):
        open_sweep(store, partial=True)


def test_an_address_is_named_as_it_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for use in (open_sweep, SweepStore, lambda path: complete_sweep(small_spec(), path, workers=0, simulate=simulate)):
        with pytest.raises(StoreError, match="got the address 's3://bucket/s.zarr'"):
            use("s3://bucket/s.zarr")
    assert list(tmp_path.iterdir()) == []
