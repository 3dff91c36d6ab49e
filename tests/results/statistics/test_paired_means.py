"""Means under paired streams: samples are the units, whether the points stand for a space or for themselves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tredegar.results.intervals import variance_of_mean
from tredegar.results.statistics.mean_intervals import Scatter, mean_with_interval, scatter_of
from tredegar.sweeps.spec.spec import Spec

from ...coverage.truths import NAMES, TRUTHS, made_sweep, sweep_of


def chosen(sets: list[int]) -> Scatter:
    """Return the scatter of points that stand for themselves and share streams as ``sets`` say."""
    return Scatter(sampled=False, common=False, units=np.arange(len(sets)), sets=np.array(sets))


def values_of(points: int, replicates: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((points, replicates))


def test_points_of_one_sample_are_judged_as_under_common_random_numbers() -> None:
    values = values_of(4, 5)
    common = Scatter(sampled=False, common=True, units=np.arange(4))
    assert np.allclose(mean_with_interval(values, chosen([0] * 4)), mean_with_interval(values, common), rtol=1e-12)


def test_points_that_share_nothing_are_judged_as_under_independent_streams() -> None:
    values = values_of(4, 5)
    values[1, 2:] = np.nan
    independent = Scatter(sampled=False, common=False, units=np.arange(4))
    found = mean_with_interval(values, chosen([0, 1, 2, 3]))
    assert np.allclose(found, mean_with_interval(values, independent), rtol=1e-12)


def test_samples_add_up_as_independent_means_of_their_points() -> None:
    values, sets = values_of(5, 6), [0, 0, 1, 1, 1]
    parts = [values[:2].mean(axis=0), values[2:].mean(axis=0)]
    each = [float(variance_of_mean(part)[0]) * (size / 5) ** 2 for part, size in zip(parts, (2, 3), strict=True)]
    freedom = sum(each) ** 2 / sum(variance**2 / 5 for variance in each)
    half = stats.t.ppf(0.975, freedom) * np.sqrt(sum(each))
    found = mean_with_interval(values, chosen(sets))
    assert np.allclose([found.low, found.high], [values.mean() - half, values.mean() + half], rtol=1e-12)


def test_a_sample_of_which_runs_failed_is_told_by_those_that_are_left() -> None:
    values = values_of(6, 4)
    whole = mean_with_interval(values, chosen([0, 0, 1, 1, 2, 2]))
    values[0, 1:] = np.nan  # a single run is left of a point
    values[2] = np.nan  # and none of another
    found = mean_with_interval(values, chosen([0, 0, 1, 1, 2, 2]))
    assert np.isfinite(found.low) and 0.5 < (found.high - found.low) / (whole.high - whole.low) < 3.0
    single = mean_with_interval(values[:, :1], chosen([0, 0, 1, 1, 2, 2]))
    assert np.isfinite(single.mean) and np.isnan(single.low)


def test_samples_that_stand_for_a_space_need_one_replicate() -> None:
    spec = Spec(
        points={name: np.repeat(np.random.default_rng(4).random(8), 2) for name in NAMES},
        arms=2, streams="paired", months=1, replicates=1,
    )  # fmt: skip
    sweep = sweep_of(TRUTHS["everything acts"], spec, np.random.default_rng(1))
    scatter = scatter_of(sweep)
    assert scatter.sampled and not scatter.common and scatter.additive is None
    assert scatter.units.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
    found = mean_with_interval(sweep["quality"].values[:, :, 0], scatter)
    by_sample = sweep["quality"].values.reshape(8, 2).mean(axis=1)
    low, high = stats.t.interval(0.95, 7, by_sample.mean(), stats.sem(by_sample))
    assert np.allclose([found.low, found.high], [low, high], rtol=1e-9)


@pytest.mark.parametrize("method", [{"method": "sobol", "points": 8}, {"method": "morris", "trajectories": 8}])
def test_base_points_and_trajectories_are_samples(method: dict[str, object]) -> None:
    sweep = made_sweep(TRUTHS["product"], method, 1, "paired", np.random.default_rng(1))
    scatter = scatter_of(sweep)
    assert scatter.sets is not None and np.array_equal(scatter.sets, scatter.units)
    some = scatter.of(np.arange(3, 20, 4))
    assert some.sets is not None and np.array_equal(some.sets, scatter.sets[3:20:4])
    assert np.isfinite(mean_with_interval(sweep["quality"].values[:, :, 0], scatter).low)
