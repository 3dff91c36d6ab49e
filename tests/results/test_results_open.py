"""A store opens lazily, labelled and counted; what cannot be used is refused in one clear line."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
import xarray as xr
import zarr

from tredegar.model import OUTCOMES
from tredegar.results import at, open_sweep, unstack_grid
from tredegar.store.format import STORE_FORMAT

from ..support.made_stores import grid, made_store

LEVELS = grid(method_heterogeneity=[0.0, 0.5, 1.0, 1.5], mandate_detail=[0.0, 0.4, 1.0])


def quality(points, luck, month):
    return 0.5 - 0.1 * points["mandate_detail"] * points["method_heterogeneity"] + 0.01 * luck + 0.001 * month


@pytest.fixture
def store(tmp_path):
    return made_store(tmp_path / "made.zarr", LEVELS, {"quality": quality}, fixed={"political_responsiveness": 0.0})


def test_a_store_opens_lazily_with_units_names_and_parameters_as_coordinates(store):
    sweep = open_sweep(store)
    assert dict(sweep.sizes) == {"point": 12, "replicate": 4, "month": 24}
    assert sweep.quality.chunks is not None and sweep.quality.dtype == np.float32
    assert (
        sweep.quality.units == "1"
        and sweep.quality.unit_in_words == "0..1"
        and sweep.quality.meaning == OUTCOMES["quality"].meaning
    )
    assert sweep.mandate_detail.dims == ("point",) and sweep.mandate_detail.unit_in_words == "share"
    assert sweep.political_responsiveness.dims == () and float(sweep.political_responsiveness) == 0.0
    assert list(sweep.month.values) == list(range(1, 25))
    assert (sweep.attrs["runs"], sweep.attrs["runs_done"], sweep.attrs["runs_failed"]) == (48, 48, 0)


def test_the_values_are_those_of_plain_xarray(store):
    plain = xr.open_zarr(store, consolidated=False)
    assert np.array_equal(open_sweep(store).quality.values, plain.quality.values)
    assert open_sweep(store, chunks=None).quality.chunks is None
    assert open_sweep(store, chunks=2).quality.chunks[0] == (6, 6)


def test_points_are_found_by_the_value_of_a_parameter(store):
    sweep = open_sweep(store)
    chosen = at(sweep, mandate_detail=0.4)
    assert chosen.sizes["point"] == 4 and set(chosen.mandate_detail.values) == {0.4}
    assert at(sweep, mandate_detail=0.4, method_heterogeneity=1.0).sizes["point"] == 1
    assert at(sweep, mandate_detail=0.41, tolerance=0.02).sizes["point"] == 4
    assert at(sweep, political_responsiveness=0.0).sizes["point"] == 12
    with pytest.raises(ValueError, match=r"no point has mandate_detail = 0\.41; available: 0, 0\.4, 1"):
        at(sweep, mandate_detail=0.41)
    with pytest.raises(ValueError, match="did you mean 'mandate_detail'"):
        at(sweep, mandat_detail=0.4)


def test_a_grid_unstacks_to_its_parameters_whatever_the_order_of_its_points(tmp_path, store):
    unstacked = unstack_grid(open_sweep(store))
    assert unstacked.quality.dims == ("method_heterogeneity", "mandate_detail", "replicate", "month")
    one = unstacked.quality.sel(method_heterogeneity=1.5, mandate_detail=1.0).values
    assert np.array_equal(one, open_sweep(store).quality.isel(point=11).values)
    order = np.random.default_rng(3).permutation(12)
    shuffled = {name: values[order] for name, values in LEVELS.items()}
    again = unstack_grid(open_sweep(made_store(tmp_path / "shuffled.zarr", shuffled, {"quality": quality})))
    assert np.array_equal(again.quality.values, unstacked.quality.values)


def test_other_designs_are_not_unstacked(tmp_path):
    sample = {name: values[:-1] for name, values in LEVELS.items()}
    store = made_store(tmp_path / "s.zarr", sample, {"quality": quality}, design='method = "latin-hypercube"')
    with pytest.raises(ValueError, match="11 points of this 'latin-hypercube' design are no full grid"):
        unstack_grid(open_sweep(store))


def test_an_unfinished_sweep_is_refused_with_the_command_that_finishes_it(tmp_path):
    status = np.ones((12, 4))
    status[9:] = 0
    status[2, 1] = 2
    store = made_store(tmp_path / "part.zarr", LEVELS, {"quality": quality}, status=status)
    with pytest.raises(
        ValueError, match=r"12 of 48 runs are missing; finish it with `tredegar sweep SPEC --out .*part"
    ):
        open_sweep(store)
    sweep = open_sweep(store, partial=True)
    assert (sweep.attrs["runs_done"], sweep.attrs["runs_failed"], sweep.attrs["runs_missing"]) == (35, 1, 12)
    assert np.isnan(sweep.quality.values[status != 1]).all() and np.isfinite(sweep.quality.values[status == 1]).all()


def test_an_archive_opens_like_the_store(store, tmp_path):
    with zipfile.ZipFile(tmp_path / "made.zip", "w") as archive:
        for file in sorted(path for path in store.rglob("*") if path.is_file()):
            archive.write(file, file.relative_to(store))
    archived = open_sweep(tmp_path / "made.zip")
    assert np.array_equal(archived.quality.values, open_sweep(store).quality.values)
    assert archived.attrs["runs"] == 48 and archived.mandate_detail.dims == ("point",)


def test_what_is_no_store_gets_one_line(tmp_path):
    with pytest.raises(FileNotFoundError, match="no store at"):
        open_sweep(tmp_path / "nowhere.zarr")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("hello", encoding="utf-8")
    for name in ("empty", "file.txt"):
        with pytest.raises(ValueError, match="is not a store: expected a Zarr directory"):
            open_sweep(tmp_path / name)
    zarr.open_group(tmp_path / "other.zarr", mode="w", zarr_format=3)
    with pytest.raises(ValueError, match="but not a store that `tredegar sweep` wrote"):
        open_sweep(tmp_path / "other.zarr")
    newer = made_store(tmp_path / "newer.zarr", LEVELS, {"quality": quality}, store_format=99)
    with pytest.raises(ValueError, match=f"has store format 99; this tredegar reads up to {STORE_FORMAT}"):
        open_sweep(newer)


@pytest.mark.parametrize("batch", [1, 5, 12])
def test_the_status_read_from_its_files_is_what_zarr_reads(tmp_path, batch):
    store = made_store(tmp_path / "made.zarr", LEVELS, {"quality": quality}, batch=batch)
    status = zarr.open_group(store, mode="r+")["status"]
    status[3:5] = [[2, 1, 0, 1], [1, 1, 2, 2]]
    (store / "status" / status.metadata.encode_chunk_key((0, 0))).unlink()
    found = open_sweep(store, partial=True).status
    assert np.array_equal(found, status[...])


@pytest.mark.parametrize("harm", [lambda content: content[:-9], lambda content: content[:8] + b"?" + content[9:]])
def test_a_damaged_status_is_refused(store, harm):
    status = zarr.open_group(store, mode="r")["status"]
    file = store / "status" / status.metadata.encode_chunk_key((0, 0))
    file.write_bytes(harm(file.read_bytes()))
    with pytest.raises(ValueError, match="is damaged: status/c/0/0 does not fit its checksum"):
        open_sweep(store)
