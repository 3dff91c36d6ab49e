"""Windows in time and intervals over luck: means that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.results import open_sweep
from tredegar.results.windows import window, window_mean, window_means

from ..support.made_stores import grid, made_store


def rising(points, luck, month):
    return points["mandate_detail"] + 0.1 * luck + month.astype(float)


@pytest.fixture
def sweep(tmp_path):
    points = grid(mandate_detail=[0.0, 1.0])
    status = np.array([[1, 1, 2], [1, 1, 1]])
    store = made_store(tmp_path / "w.zarr", points, {"quality": rising}, replicates=3, months=24, status=status)
    return open_sweep(store)


def test_a_window_keeps_both_its_ends(sweep):
    assert list(window(sweep, 3, 5).month.values) == [3, 4, 5]
    with pytest.raises(ValueError, match=r"no recorded month lies in 30 \.\. 24; .* one of those in 1 \.\. 24"):
        window(sweep, from_month=30)
    yearly = sweep.isel(month=[11, 23])
    with pytest.raises(
        ValueError, match=r"no recorded mean of 12 months lies in 24 \.\. 24; .* one of those in 1 \.\. 24"
    ):
        window(yearly, 24)


def test_window_means_are_means_and_failed_runs_stay_missing(sweep):
    means = window_mean(sweep, ["quality"], 3, 5)
    assert means.quality.dtype == np.float64 and np.isnan(means.quality.values[0, 2])
    months_only = means.quality.values - window_mean(sweep, ["quality"], 4, 4).quality.values
    assert np.allclose(months_only[np.isfinite(months_only)], 0.0, atol=1e-6)
    assert (means.attrs["from_month"], means.attrs["to_month"]) == (3, 5)
    settled = window_mean(sweep)
    assert (settled.attrs["from_month"], settled.attrs["to_month"]) == (13, 24)


def test_means_of_several_months_belong_to_a_window_only_as_a_whole(tmp_path):
    points = grid(mandate_detail=[0.0, 1.0])
    sweep = open_sweep(made_store(tmp_path / "y.zarr", points, {"quality": rising}, months=48, every=12))
    assert list(window(sweep, 13).month.values) == [24, 36, 48]
    assert list(window(sweep, 14, 47).month.values) == [36]
    means = window_mean(sweep)
    assert (means.attrs["from_month"], means.attrs["to_month"]) == (25, 48)


def test_successive_windows_end_where_they_say(sweep):
    yearly = window_means(sweep, 12)
    assert list(yearly.month.values) == [12, 24]
    assert np.array_equal(yearly.quality.values[1, :, 1], window_mean(sweep, None, 13, 24).quality.values[1])
    assert list(window_means(sweep, 10).month.values) == [14, 24]
    with pytest.raises(ValueError, match="1 .. 24 recorded months, got 25"):
        window_means(sweep, 25)
