"""xarray opens a store by its own open_dataset: lazily, in chunks if asked, and with the refusals of open_sweep."""

from __future__ import annotations

import zipfile
from importlib.metadata import entry_points

import numpy as np
import pytest
import xarray as xr
import zarr
from xarray.testing import assert_identical

from tredegar.results import open_sweep
from tredegar.results.stores.backend import TredegarBackend
from tredegar.store.format import StoreDamaged

from ...support.made_stores import grid, made_store

POINTS = grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=[0.0, 1.0])


def quality(points, luck, month):
    return points["mandate_detail"] + 0.1 * luck + 0.001 * month


@pytest.fixture
def store(tmp_path):
    return made_store(tmp_path / "made.zarr", POINTS, {"quality": quality}, fixed={"grip_rate": 0.03})


@pytest.fixture
def archive(store, tmp_path):
    with zipfile.ZipFile(tmp_path / "made.zip", "w") as made:
        for file in sorted(path for path in store.rglob("*") if path.is_file()):
            made.write(file, file.relative_to(store))
    return tmp_path / "made.zip"


def test_the_engine_is_registered_with_xarray():
    (found,) = entry_points(group="xarray.backends", name="tredegar")
    assert found.load() is TredegarBackend
    assert "tredegar" in xr.backends.list_engines()


@pytest.mark.parametrize("which", ["store", "archive"])
def test_the_engine_gives_what_open_sweep_gives(which, request):
    place = request.getfixturevalue(which)
    with xr.open_dataset(place, engine="tredegar") as found:
        assert_identical(found.load(), open_sweep(place).load())


def test_without_chunks_nothing_is_read_before_it_is_asked_for(store, monkeypatch):
    with xr.open_dataset(str(store), engine="tredegar") as found:
        assert found.quality.chunks is None and not found.quality.variable._in_memory
        (store / "quality" / "c" / "0" / "0" / "0").unlink()
        assert float(found.quality[5, 0, 0]) == pytest.approx(float(open_sweep(store, True).quality[5, 0, 0]))


def test_chunks_are_those_that_are_asked_for(store):
    assert xr.open_dataset(store, engine="tredegar", chunks={}).quality.chunks is not None
    assert xr.open_dataset(store, engine="tredegar", chunks={"point": 2}).quality.chunks[0] == (2, 2, 2)
    assert xr.open_dataset(store, engine="tredegar", chunks="auto").quality.chunks[0] == (6,)
    lazy = xr.open_dataset(store, engine="tredegar", chunks={"point": 2}).quality
    assert np.array_equal(lazy.values, open_sweep(store).quality.values)


def test_a_store_is_recognised_and_other_things_are_left_to_others(store, archive, tmp_path):
    backend = TredegarBackend()
    assert backend.guess_can_open(store) and backend.guess_can_open(str(archive))
    zarr.open_group(tmp_path / "other.zarr", mode="w", zarr_format=3)
    (tmp_path / "text.zip").write_text("no archive", encoding="utf-8")
    others = (tmp_path / "other.zarr", tmp_path / "text.zip", tmp_path / "none.zarr", tmp_path, "s3://a/b.zarr", b"", 3)
    assert [other for other in others if backend.guess_can_open(other)] == []
    assert xr.open_dataset(store).attrs["runs_done"] == 24, "the engine need not be named"
    plain = xr.Dataset({"x": ("y", [1.0])})
    plain.to_zarr(tmp_path / "plain.zarr", consolidated=False)
    assert "x" in xr.open_dataset(tmp_path / "plain.zarr", consolidated=False)


def test_what_open_sweep_refuses_the_engine_refuses_too(tmp_path):
    status = np.ones((6, 4))
    status[3:] = 0
    part = made_store(tmp_path / "part.zarr", POINTS, {"quality": quality}, status=status)
    with pytest.raises(ValueError, match="is unfinished: 12 of 24 runs are missing"):
        xr.open_dataset(part, engine="tredegar")
    assert xr.open_dataset(part, engine="tredegar", partial=True).attrs["runs_missing"] == 12
    with pytest.raises(ValueError, match="has no digests"):
        xr.open_dataset(part, engine="tredegar", partial=True, verify=True)
    (part / "quality" / "c" / "0" / "0" / "0").unlink()
    with pytest.raises(StoreDamaged, match="lost"):
        xr.open_dataset(part, engine="tredegar")


def test_variables_can_be_left_out(store):
    assert "quality" not in xr.open_dataset(store, engine="tredegar", drop_variables="quality")
    assert "status" not in xr.open_dataset(store, engine="tredegar", drop_variables=["status", "nothing"])
