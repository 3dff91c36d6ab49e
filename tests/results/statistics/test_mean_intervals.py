"""Intervals of means: what they are made of, which points belong together, and when there is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tredegar.results import at
from tredegar.results.intervals import said
from tredegar.results.statistics.mean_intervals import Scatter, mean_with_interval, scatter_of

from ...coverage.truths import NAMES, TRUTHS, made_sweep


def of(points: int, sampled: bool, common: bool = True) -> Scatter:
    """Return the scatter of points of which each was drawn by itself."""
    return Scatter(sampled=sampled, common=common, units=np.arange(points))


def test_an_interval_over_replicates_is_the_t_interval_of_the_replicate_means() -> None:
    values = np.random.default_rng(2).standard_normal((5, 6))
    found = mean_with_interval(values, of(5, sampled=False))
    low, high = stats.t.interval(0.95, 5, values.mean(), stats.sem(values.mean(axis=0)))
    assert np.allclose([found.mean, found.low, found.high], [values.mean(), low, high], rtol=1e-12)


def test_an_interval_over_sampled_points_is_the_t_interval_of_the_points_where_chance_is_nil() -> None:
    values = np.repeat(np.random.default_rng(2).standard_normal((9, 1)), 4, axis=1)
    found = mean_with_interval(values, of(9, sampled=True))
    low, high = stats.t.interval(0.95, 8, values.mean(), stats.sem(values[:, 0]))
    assert np.allclose([found.low, found.high], [low, high], rtol=1e-9)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    draw = np.random.default_rng(11)
    trials, points, replicates = 2000, 12, 5
    values = (
        draw.standard_normal((points, 1, trials))
        + 0.7 * draw.standard_normal((1, replicates, trials))
        + 0.3 * draw.standard_normal((points, replicates, trials))
    )
    found = mean_with_interval(values, of(points, sampled=True))
    covered = ((found.low <= 0.0) & (found.high >= 0.0)).mean()
    assert 0.93 <= covered <= 0.985


def test_one_replicate_of_a_grid_has_no_interval_and_failed_runs_are_left_out() -> None:
    single = mean_with_interval(np.array([[1.0], [3.0]]), of(2, sampled=False))
    assert single.mean == 2.0 and np.isnan(single.low) and said(2.0, np.nan, np.nan) == "2.000 (no interval)"
    holed = mean_with_interval(np.array([[1.0, np.nan], [3.0, 5.0]]), of(2, sampled=False))
    assert holed.mean == 2.5 and np.isfinite(holed.low)
    assert said(0.0512, -0.01, 0.1, digits=2, sign=True) == "+0.05 (-0.01 to +0.10)"


def test_one_replicate_of_sampled_points_under_common_random_numbers_has_no_interval() -> None:
    values = np.random.default_rng(2).standard_normal((9, 1))
    assert np.isnan(mean_with_interval(values, of(9, sampled=True)).low)
    assert np.isfinite(mean_with_interval(values, of(9, sampled=True, common=False)).low)


def test_a_trajectory_is_one_observation() -> None:
    trajectories = np.random.default_rng(3).standard_normal((6, 1))
    values = np.repeat(trajectories, 4, axis=0)
    found = mean_with_interval(values, Scatter(sampled=True, common=False, units=np.arange(24) // 4))
    low, high = stats.t.interval(0.95, 5, trajectories.mean(), stats.sem(trajectories[:, 0]))
    assert np.allclose([found.low, found.high], [low, high], rtol=1e-9)


@pytest.mark.parametrize(
    ("design", "per_unit"),
    [
        ({"method": "sobol", "points": 8}, 10),
        ({"method": "sobol", "points": 8, "groups": {"both": list(NAMES[:2])}}, 8),
        ({"method": "morris", "trajectories": 4, "levels": 4}, 5),
        ({"method": "morris", "trajectories": 4, "levels": 4, "groups": {"both": list(NAMES[:2])}}, 4),
        ({"method": "latin-hypercube", "points": 30}, 1),
    ],
)
def test_points_keep_their_units_however_some_of_them_are_chosen(design: dict[str, object], per_unit: int) -> None:
    sweep = made_sweep(TRUTHS["product"], design, 2, "common", np.random.default_rng(1))
    sweep = sweep.assign_coords(point=np.arange(sweep.sizes["point"]))
    assert scatter_of(sweep).units.tolist() == (np.arange(sweep.sizes["point"]) // per_unit).tolist()
    some = at(sweep, {NAMES[0]: slice(0.0, 0.5)})
    assert scatter_of(some).units.tolist() == (some["point"].values // per_unit).tolist()
    held = some.assign_coords({NAMES[3]: 0.5})  # as `contrast` does with what both of its settings name
    assert scatter_of(held).units.tolist() == scatter_of(some).units.tolist()


def test_points_of_a_whole_design_are_stratified_and_a_part_of_them_is_not() -> None:
    sweep = made_sweep(
        TRUTHS["everything acts"],
        {"method": "latin-hypercube", "points": 60},
        4,
        "independent",
        np.random.default_rng(1),
    )
    assert scatter_of(sweep).additive is not None
    assert scatter_of(at(sweep, {NAMES[0]: slice(0.0, 0.5)})).additive is None
    assert scatter_of(sweep.isel(point=slice(0, 59))).additive is None
    whole, as_if_unstratified = (
        mean_with_interval(sweep["quality"].values[:, :, 0], scatter)
        for scatter in (scatter_of(sweep), of(60, sampled=True, common=False))
    )
    assert whole.mean == as_if_unstratified.mean
    assert whole.high - whole.low < 0.6 * (as_if_unstratified.high - as_if_unstratified.low)


@pytest.mark.parametrize("sampled", [False, True])
@pytest.mark.parametrize("common", [False, True])
def test_a_column_has_the_interval_that_it_has_alone_whatever_its_neighbour_lacks(sampled: bool, common: bool) -> None:
    values = np.random.default_rng(5).standard_normal((20, 3, 2))
    values[4:, :, 1] = np.nan
    values[1, 0, 0] = np.nan
    scatter = of(20, sampled, common)
    both = mean_with_interval(values, scatter)
    for column in range(2):
        alone = mean_with_interval(values[:, :, column], scatter)
        assert [part[column] for part in both] == list(alone)


def test_a_point_that_lost_all_but_one_run_leaves_the_interval_of_a_grid() -> None:
    values = np.random.default_rng(6).standard_normal((40, 2))
    scatter = of(40, sampled=False, common=False)
    whole = mean_with_interval(values, scatter)
    values[7, 0] = np.nan
    found = mean_with_interval(values, scatter)
    assert 0.8 < (found.high - found.low) / (whole.high - whole.low) < 1.25
