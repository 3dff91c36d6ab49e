"""Paired differences: taken run by run, with intervals that hold the true change as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

from tredegar.kernels import simulate
from tredegar.results import join, open_sweep, paired
from tredegar.results.arms.pairs import SHARED

from ...support.made_stores import grid, made_store

POINTS = grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=[0.0, 1.0])
SPEC = "seed = 7\n[country]\ntrusts = 3\nclinicians = 4\n"


def quality(points, luck, month):
    return points["mandate_detail"] + 0.1 * luck + 0.001 * month


def better(points, luck, month):
    return quality(points, luck, month) + 0.25 + 0.1 * points["mandate_detail"]


@pytest.fixture
def both(tmp_path):
    status = np.ones((6, 4))
    status[2, 1] = status[3, :3] = status[4] = 2
    made = [
        made_store(tmp_path / f"{name}.zarr", POINTS, {"quality": outcome}, status=failed)
        for name, outcome, failed in (("a", quality, None), ("b", better, status))
    ]
    return join({"a": open_sweep(made[0]), "b": open_sweep(made[1])})


def sweep_of(values: NDArray[np.float64], seed: int = 7) -> xr.Dataset:
    """Return a sweep of one month with quality (point, replicate)."""
    points, replicates = values.shape
    coords = {"point": range(points), "replicate": range(replicates), "month": [1]}
    runs = xr.DataArray(values[:, :, None], dims=("point", "replicate", "month"), attrs={"units": "1"})
    return xr.Dataset({"quality": runs}, coords, {"spec": SPEC.replace("7", str(seed), 1)})


def test_differences_are_those_of_the_same_run(both):
    found = paired(both, arm="b", against="a")
    assert found.quality.dims == ("point", "replicate") and found.quality_mean.dims == ("point",)
    expected = 0.25 + 0.1 * both.mandate_detail.values
    done = np.isfinite(found.quality.values)
    assert np.allclose(found.quality.values[done], np.broadcast_to(expected[:, None], (6, 4))[done], atol=1e-6)
    assert found.attrs["paired"] == 1 and found.attrs["reason"] == SHARED and found.attrs["from_month"] == 13
    assert "b minus a" in found.quality_mean.attrs["long_name"] and found.mandate_detail.dims == ("point",)
    turned = paired(both, arm="a", against="b")
    assert np.allclose(turned.quality_mean.values, -found.quality_mean.values, equal_nan=True)


def test_pairs_that_are_not_whole_are_left_out_and_one_pair_has_no_interval(both):
    found = paired(both, arm="b", against="a")
    assert found.pairs.values.tolist() == [4, 4, 3, 1, 0, 4]
    assert np.isfinite(found.quality_mean.values).tolist() == [True] * 4 + [False, True]
    assert np.isfinite(found.quality_low.values).tolist() == [True] * 3 + [False] * 2 + [True]


def test_every_month_can_be_kept(both):
    found = paired(both, "b", "a", monthly=True, from_month=7)
    assert found.quality.dims == ("point", "replicate", "month") and found.quality_low.dims == ("point", "month")
    assert found.month.values.tolist() == list(range(7, 25)) and found.attrs["from_month"] == 7


def test_the_interval_is_that_of_the_paired_test_of_student():
    luck = np.random.default_rng(1)
    first, second = luck.normal(size=(3, 6)), luck.normal(size=(3, 6))
    found = paired(join({"a": sweep_of(first), "b": sweep_of(second)}), "b", "a", level=0.9)
    for point in range(3):
        expected = stats.ttest_rel(second[point], first[point]).confidence_interval(0.9)
        assert found.quality_low.values[point] == pytest.approx(expected.low)
        assert found.quality_high.values[point] == pytest.approx(expected.high)


def test_arms_of_other_seeds_are_not_paired_and_the_reason_is_told():
    luck = np.random.default_rng(2)
    first, second = luck.normal(size=(3, 6)), luck.normal(2.0, 3.0, size=(3, 6))
    both = join({"a": sweep_of(first), "b": sweep_of(second, seed=8)}, may_differ=["seeds"])
    found = paired(both, "b", "a")
    assert found.attrs["paired"] == 0 and "the seeds of 'a' and 'b' differ: 7 and 8" in found.attrs["reason"]
    assert "quality" not in found and "replicate" not in found.dims
    for point in range(3):
        welch = stats.ttest_ind(second[point], first[point], equal_var=False).confidence_interval()
        assert found.quality_low.values[point] == pytest.approx(welch.low)
        assert found.quality_high.values[point] == pytest.approx(welch.high)


def test_one_replicate_in_an_arm_leaves_an_unpaired_difference_without_an_interval():
    values = np.random.default_rng(3).normal(size=(1, 4))
    lone = np.where(np.arange(4) == 0, values, np.nan)
    found = paired(join({"a": sweep_of(values), "b": sweep_of(lone, 8)}, may_differ="seeds"), "b", "a")
    assert np.isfinite(found.quality_mean.values).all() and np.isnan(found.quality_low.values).all()


def share_that_holds(found: xr.Dataset, truth: NDArray[np.float64] | float) -> float:
    return float(((found.quality_low <= truth) & (truth <= found.quality_high)).mean())


POINTS_OF_COVERAGE = 20_000
ALLOWED = 4.0 * np.sqrt(0.95 * 0.05 / POINTS_OF_COVERAGE)
"""Four standard errors of a share of 95 % among so many points."""


@pytest.mark.parametrize("replicates", [2, 4, 12])
def test_paired_intervals_hold_the_true_change_in_95_of_100_cases(replicates):
    luck = np.random.default_rng(replicates)
    truth = luck.normal(size=POINTS_OF_COVERAGE)
    shared = luck.normal(0.0, 5.0, size=(POINTS_OF_COVERAGE, replicates))
    own = luck.normal(0.0, 1.0, size=shared.shape)
    both = join({"a": sweep_of(shared), "b": sweep_of(shared + truth[:, None] + own)})
    found = paired(both, "b", "a")
    assert abs(share_that_holds(found, truth) - 0.95) < ALLOWED


@pytest.mark.parametrize("spread", [1.0, 4.0])
def test_unpaired_intervals_hold_the_true_change_in_95_of_100_cases(spread):
    luck = np.random.default_rng(5)
    truth = luck.normal(size=POINTS_OF_COVERAGE)
    first = luck.normal(0.0, 1.0, size=(POINTS_OF_COVERAGE, 12))
    second = truth[:, None] + luck.normal(0.0, spread, size=first.shape)
    found = paired(join({"a": sweep_of(first), "b": sweep_of(second, 8)}, may_differ="seeds"), "b", "a")
    # Welch's interval is exact in the limit alone: with 12 replicates its share may lie half a percent beside 95 %.
    assert abs(share_that_holds(found, truth) - 0.95) < ALLOWED + 0.005


def test_pairing_arms_that_share_their_luck_narrows_the_interval_many_times():
    luck = np.random.default_rng(6)
    shared = luck.normal(0.0, 5.0, size=(200, 8))
    first, second = shared, shared + 1.0 + luck.normal(0.0, 0.5, size=shared.shape)
    narrow = paired(join({"a": sweep_of(first), "b": sweep_of(second)}), "b", "a")
    wide = paired(join({"a": sweep_of(first), "b": sweep_of(second, 8)}, may_differ="seeds"), "b", "a")
    width = [float((found.quality_high - found.quality_low).mean()) for found in (narrow, wide)]
    assert width[1] > 5.0 * width[0]


def test_intervals_over_the_model_itself_hold_what_many_replicates_say():
    size = {"months": 12, "trusts": 4, "clinicians": 4, "engine": "numpy", "outcomes": ["quality"], "dtype": "float64"}
    runs = [
        simulate({"target_toughness": [0.2, 0.9], "real_control": value}, replicates=1200, **size)["quality"].mean(
            axis=2
        )
        for value in (0.2, 0.8)
    ]
    truth = (runs[1] - runs[0]).mean(axis=1)
    # Groups of six replicates: each is a sweep of its own, whose luck no other group shares.
    first, second = (each.reshape(2 * 200, 6) for each in runs)
    found = paired(join({"a": sweep_of(first), "b": sweep_of(second)}), "b", "a")
    share = share_that_holds(found, np.repeat(truth, 200))
    assert 0.95 - 4.0 * np.sqrt(0.95 * 0.05 / 400) < share


def test_what_was_not_joined_or_is_no_arm_is_refused(both):
    with pytest.raises(ValueError, match="the dataset has no arms; join sweeps first"):
        paired(both.drop_attrs(), "b", "a")
    with pytest.raises(ValueError, match="no arm 'c'; there are 'a', 'b'"):
        paired(both, "c", "a")
    with pytest.raises(ValueError, match="arm and against must be two arms, got 'a' twice"):
        paired(both, "a", "a")
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        paired(both, "b", "a", level=95)
    with pytest.raises(ValueError, match="outcome 'qualty' is not in this store; did you mean 'quality'"):
        paired(both, "b", "a", outcomes=["qualty"])
