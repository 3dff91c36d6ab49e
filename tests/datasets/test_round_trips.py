"""Every Dataset that is handed out can be written as NetCDF and Zarr, and as a table, and comes back as it was."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
import xarray as xr

from tredegar import simulate
from tredegar.results import (
    analyze_sensitivity,
    at,
    average_by,
    join,
    open_sweep,
    paired,
    trace_sensitivity,
    unstack_grid,
    window,
    window_mean,
    window_means,
)

from ..support.made_stores import grid, made_store
from .test_conventions import store_in

POINTS = grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=[0.0, 1.0])
ENGINES = ["scipy", *(["h5netcdf"] if find_spec("h5netcdf") else [])]


def quality(points, luck, month):
    return points["mandate_detail"] + 0.1 * luck + 0.001 * month


def party(points, luck, month):
    return np.where(month <= 12, -1.0, 1.0) + 0.0 * points["mandate_detail"] + 0.0 * luck


@pytest.fixture
def sweep(tmp_path):
    status = np.ones((6, 4))
    status[2, 1] = 2
    fixed = {"grip_rate": 0.03, "sanction_strength@7": 0.8}
    outcomes = {"quality": quality, "party": party}
    return open_sweep(made_store(tmp_path / "a.zarr", POINTS, outcomes, status=status, fixed=fixed), chunks=1)


def sampled(folder):
    luck = np.random.default_rng(4)
    points = {"mandate_detail": luck.uniform(0, 1, 40), "method_heterogeneity": luck.uniform(0, 1.5, 40)}
    design = 'method = "latin-hypercube"\npoints = 40'
    return open_sweep(made_store(folder / "sample.zarr", points, {"quality": quality}, design=design))


def both_arms(sweep, folder):
    other = made_store(folder / "b.zarr", POINTS, {"quality": quality, "party": party}, fixed={"grip_rate": 0.05})
    return join({"low": sweep, "high": open_sweep(other)})


MADE = {
    "a sweep": lambda sweep, folder: sweep,
    "a sweep with dates": lambda sweep, folder: open_sweep(store_in(folder, "1997-05")),
    "a sweep with records of trusts": lambda sweep, folder: open_sweep(
        store_in(folder, trust_records={"trust_quality": False, "trust_year_quality": True})
    ),
    "an unfinished sweep": lambda sweep, folder: open_sweep(
        store_in(folder, status=np.array([[1, 1, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0], [2, 1, 1, 1]])), partial=True
    ),
    "some points": lambda sweep, folder: at(sweep, mandate_detail=[0.0, 1.0]),
    "some months": lambda sweep, folder: window(sweep, 7, 18),
    "a grid": lambda sweep, folder: unstack_grid(sweep),
    "means": lambda sweep, folder: window_mean(sweep),
    "means of windows": lambda sweep, folder: window_means(sweep, 7),
    "means by party": lambda sweep, folder: average_by(sweep, "party", ["quality"]),
    "indices": lambda sweep, folder: analyze_sensitivity(sampled(folder), ["quality"], "regression"),
    "indices by number of points": lambda sweep, folder: trace_sensitivity(sampled(folder), ["quality"], "regression"),
    "arms": both_arms,
    "numbered arms": lambda sweep, folder: join({1: sweep, 2: sweep}, dim="step"),
    "differences": lambda sweep, folder: paired(both_arms(sweep, folder), "high", "low"),
    "monthly differences": lambda sweep, folder: paired(both_arms(sweep, folder), "high", "low", monthly=True),
    "called runs": lambda sweep, folder: simulate(
        {"real_control": [0.2, 0.8], "sanction_strength@7": 0.8},
        replicates=2,
        months=12,
        trusts=3,
        clinicians=4,
        engine="numpy",
        outcomes=["quality"],
        trust_records=True,
        runs=[[0, 1], [2, 3]],
        constants={"FEAR_RATE": 0.2},
    ).to_dataset(start="1997-05"),
}
"""How each Dataset is made, of an opened sweep and an empty folder."""


@pytest.fixture
def made(request, sweep, tmp_path):
    folder = tmp_path / "more"
    folder.mkdir()
    return MADE[request.param](sweep, folder)


def assert_as_written(found: xr.Dataset, written: xr.Dataset) -> None:
    """Compare dims, values, coordinates and attributes; numbers may have come back in a wider or narrower type."""
    xr.testing.assert_equal(found, written)
    assert list(found.attrs) == list(written.attrs)
    for name, row in (("", written), *written.variables.items()):
        back = found.attrs if not name else found[name].attrs
        assert set(back) == set(row.attrs), name
        for key, value in row.attrs.items():
            given = np.asarray(value)
            assert np.array_equal(np.asarray(back[key]), given, equal_nan=given.dtype.kind == "f"), (name, key)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("made", MADE, indirect=True)
def test_what_is_written_as_netcdf_comes_back(made, engine, tmp_path):
    made.to_netcdf(tmp_path / "made.nc", engine=engine)
    with xr.open_dataset(tmp_path / "made.nc", engine=engine) as found:
        assert_as_written(found.load(), made.compute())


@pytest.mark.parametrize("made", MADE, indirect=True)
def test_what_is_written_as_zarr_comes_back(made, tmp_path):
    made.to_zarr(tmp_path / "made.zarr", consolidated=False)
    with xr.open_dataset(tmp_path / "made.zarr", engine="zarr", consolidated=False) as found:
        assert_as_written(found.load(), made.compute())


@pytest.mark.parametrize("made", MADE, indirect=True)
def test_what_is_made_a_table_has_every_value_and_coordinate(made):
    table = made.to_dataframe().reset_index()
    assert set(table.columns) == {*map(str, made.variables), *map(str, made.dims)}
    name = str(next(iter(made.data_vars)))
    values = made[name].values
    assert np.isclose(np.nansum(table[name].astype(float)) * values.size, np.nansum(values.astype(float)) * len(table))


def test_flags_and_dates_are_read_as_they_were_meant(tmp_path):
    sweep = open_sweep(store_in(tmp_path, "1997-05"))
    sweep.to_netcdf(tmp_path / "made.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "made.nc", engine="scipy", decode_times=False) as raw:
        assert (
            raw.time.attrs["units"] == "days since 1997-05-01" and raw.time.attrs["calendar"] == "proleptic_gregorian"
        )
        assert raw.time.values[:2].tolist() == [0, 31]
        assert "coordinates" in raw.quality.encoding and "coordinates" not in raw.attrs
