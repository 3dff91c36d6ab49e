"""Conditional means, comparison of two stores, and export: what comes out is what the store holds."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tredegar.results import open_sweep
from tredegar.results.arms.comparison import compare, contrast
from tredegar.results.conditions import average_by
from tredegar.results.files import export

from ..support.made_stores import grid, made_store

POINTS = grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=[0.0, 1.0])


def party(points, luck, month):
    return np.where(month <= 12, -1.0, 1.0) + 0.0 * points["mandate_detail"] + 0.0 * luck


def turn(points, luck, month):
    return np.select([month == 3, month == 9], [1.0, -1.0], 0.0) + 0.0 * points["mandate_detail"] + 0.0 * luck


def quality(points, luck, month):
    return points["mandate_detail"] + 0.1 * luck + np.where(month <= 12, 0.0, 1.0)


def better(points, luck, month):
    return quality(points, luck, month) + 0.25


OUTCOMES = {"quality": quality, "party": party, "reorganisation_direction": turn}


@pytest.fixture
def store(tmp_path):
    status = np.ones((6, 4))
    status[2, 1] = 2
    fixed = {"grip_rate": 0.03}
    return made_store(tmp_path / "first.zarr", POINTS, OUTCOMES, status=status, fixed=fixed)


def test_means_by_party_separate_the_months(store):
    means = average_by(open_sweep(store), "party", ["quality"])
    assert means.quality.dims == ("party", "point", "replicate") and list(means.party.values) == [-1.0, 1.0]
    gain = means.quality.sel(party=1.0) - means.quality.sel(party=-1.0)
    assert np.allclose(gain.values[np.isfinite(gain.values)], 1.0, atol=1e-6)
    assert np.isnan(means.quality.values[:, 2, 1]).all() and int(means.months.values[0, 0, 0]) == 12


def test_a_direction_holds_until_the_next_one(store):
    sweep = open_sweep(store)
    held = average_by(sweep, "reorganisation_direction", ["quality"], carried=True)
    assert list(held.months.values[:, 0, 0]) == [16, 2, 6]
    assert list(average_by(sweep, "reorganisation_direction").months.values[:, 0, 0]) == [1, 22, 1]


def test_a_quantity_is_no_condition(store):
    with pytest.raises(ValueError, match="outcome 'quality' takes .* values, a condition at most 7"):
        average_by(open_sweep(store), "quality")


def test_two_stores_with_common_luck_are_compared_run_by_run(store, tmp_path):
    other = made_store(tmp_path / "second.zarr", POINTS, {"quality": better}, fixed={"grip_rate": 0.06})
    found = compare(open_sweep(store), open_sweep(other))
    row = found.table.iloc[0]
    assert found.paired and found.points == 6 and found.settings == ("grip_rate: 0.03 / 0.06",)
    assert row["outcome"] == "quality" and row["rises"] == 1.0
    assert row["change"] == pytest.approx(0.25, abs=1e-6) and row["change_high"] - row["change_low"] < 1e-6


def test_only_shared_points_are_compared_and_unpaired_luck_widens_the_interval(store, tmp_path):
    points = grid(mandate_detail=[0.5, 1.0, 0.25], method_heterogeneity=[1.0])
    other = made_store(tmp_path / "second.zarr", points, {"quality": better}, streams="independent")
    found = compare(open_sweep(store), open_sweep(other))
    assert found.points == 2 and not found.paired
    assert found.table.iloc[0]["change_high"] - found.table.iloc[0]["change_low"] > 0.1
    nothing = made_store(tmp_path / "third.zarr", grid(mandate_detail=[0.3]), {"quality": better})
    with pytest.raises(ValueError, match="no point has the same mandate_detail in both stores"):
        compare(open_sweep(made_store(tmp_path / "f.zarr", grid(mandate_detail=[0.1]), {"quality": quality})),
                open_sweep(nothing))  # fmt: skip


def test_two_settings_of_a_lever_are_contrasted_over_the_states_of_the_rest(store):
    found = contrast(open_sweep(store), {"mandate_detail": 0.0}, {"mandate_detail": 1.0}, ["quality"])
    row = found.table.iloc[0]
    assert found.points == 2 and found.paired and found.settings == ("mandate_detail: 0 / 1",)
    assert row["change"] == pytest.approx(1.0, abs=1e-6) and row["rises"] == 1.0
    with pytest.raises(ValueError, match="both settings must name the same parameters"):
        contrast(open_sweep(store), {"mandate_detail": 0.0}, {"grip_rate": 0.03})


def test_csv_has_one_row_per_run_with_its_parameters(store, tmp_path):
    table = pd.read_csv(export(open_sweep(store), tmp_path / "runs.csv", from_month=13))
    assert len(table) == 24 and list(table.columns[:4]) == [
        "point",
        "replicate",
        "mandate_detail",
        "method_heterogeneity",
    ]
    assert (table["grip_rate"] == 0.03).all() and (table["status"] == 2).sum() == 1
    row = table[(table["point"] == 5) & (table["replicate"] == 3)].iloc[0]
    expected = open_sweep(store).quality.values[5, 3, 12:].astype(float).mean()
    assert row["quality"] == pytest.approx(expected, abs=1e-12) and row["mandate_detail"] == 1.0
    assert table["quality"].isna().sum() == 1


def test_csv_is_written_in_blocks_that_do_not_show(store, tmp_path, monkeypatch):
    whole = export(open_sweep(store), tmp_path / "whole.csv", monthly=True).read_bytes()
    monkeypatch.setattr("tredegar.results.files.BLOCK_CELLS", 200)
    assert export(open_sweep(store), tmp_path / "blocks.csv", monthly=True).read_bytes() == whole
    assert len(pd.read_csv(tmp_path / "whole.csv")) == 24 * 24


def test_netcdf_holds_the_same_values(store, tmp_path):
    sweep = open_sweep(store)
    path = export(sweep, tmp_path / "all.nc", outcomes=["quality"], monthly=True)
    with xr.open_dataset(path, decode_times=False) as found:
        assert np.array_equal(found.quality.values, sweep.quality.values, equal_nan=True)
        assert found.quality.attrs["unit_in_words"] == "0..1" and "mandate_detail" in found.coords
    with pytest.raises(ValueError, match=r"must be \.nc \(NetCDF\), \.csv or \.parquet, got '\.xlsx'"):
        export(sweep, tmp_path / "all.xlsx")


def test_means_by_party_are_written_with_their_months(store, tmp_path):
    sweep = open_sweep(store)
    table = pd.read_csv(export(sweep, tmp_path / "party.csv", from_month=7, by="party"))
    assert len(table) == 2 * 24 and set(table["party"]) == {-1.0, 1.0}
    means = average_by(sweep, "party", ["quality"], from_month=7)
    row = table[(table["party"] == 1.0) & (table["point"] == 5) & (table["replicate"] == 3)].iloc[0]
    assert row["quality"] == pytest.approx(float(means.quality.sel(party=1.0)[5, 3])) and row["months"] == 12
    assert row["mandate_detail"] == 1.0 and (table["status"] == 2).sum() == 2
    with xr.open_dataset(export(sweep, tmp_path / "turn.nc", by="reorganisation_direction", from_month=1)) as found:
        assert found.quality.dims == ("reorganisation_direction", "point", "replicate")
        assert list(found.months.values[:, 0, 0]) == [16, 2, 6]
    with pytest.raises(ValueError, match="choose one: every month"):
        export(sweep, tmp_path / "both.csv", monthly=True, by="party")


def test_parquet_holds_the_rows_of_the_csv_file_with_their_types(store, tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    sweep = open_sweep(store)
    monkeypatch.setattr("tredegar.results.files.BLOCK_CELLS", 200)
    found = pd.read_parquet(export(sweep, tmp_path / "runs.parquet", monthly=True))
    table = pd.read_csv(export(sweep, tmp_path / "runs.csv", monthly=True))
    assert list(found.columns) == list(table.columns) and len(found) == 24 * 24
    assert np.allclose(found.to_numpy(float), table.to_numpy(float), equal_nan=True)
    assert found["quality"].dtype == np.float32 and found["point"].dtype == np.int64


def test_without_pyarrow_parquet_is_refused_in_one_line_and_nothing_is_written(store, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match=r'a Parquet file needs pyarrow: pip install "tredegar\[tables\]"'):
        export(open_sweep(store), tmp_path / "runs.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["first.zarr"]


def test_a_file_is_written_whole_or_not_at_all(store, tmp_path, monkeypatch):
    sweep = open_sweep(store)
    path = export(sweep, tmp_path / "runs.csv")
    before = path.read_bytes()

    def fail(block, names, *months):
        raise OSError("no space left")

    monkeypatch.setattr("tredegar.results.files.window_mean", fail)
    with pytest.raises(OSError, match="no space left"):
        export(sweep, path)
    assert path.read_bytes() == before and sorted(p.name for p in tmp_path.iterdir()) == ["first.zarr", "runs.csv"]
    with pytest.raises(FileNotFoundError, match="no folder at '.*nowhere' for the file 'runs.csv'"):
        export(sweep, tmp_path / "nowhere" / "runs.csv")


def test_a_file_that_cannot_be_written_is_named_as_it_was_asked_for(tmp_path):
    sweep = xr.Dataset(
        {"quality": (("point", "replicate", "month"), [[[0.5]]]), "status": (("point", "replicate"), [[1]])},
        {"point": [0], "replicate": [0], "month": [1]},
    )
    with pytest.raises(OSError, match="File name too long") as failed:
        export(sweep, tmp_path / f"{'x' * 250}.csv")
    assert failed.value.filename == str(tmp_path / f"{'x' * 250}.csv")
    assert list(tmp_path.iterdir()) == []
