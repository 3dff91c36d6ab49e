"""The share of chance in single runs: its estimate, its ends, and what it says where nothing can be known."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.results.statistics.chance_share import ChanceShare, share_of_chance
from tredegar.results.statistics.mean_intervals import Scatter

POINTS = np.arange(40)


def asked(runs: np.ndarray, common: bool = False, sampled: bool = True, units: np.ndarray | None = None) -> ChanceShare:
    """Return what is said of runs (points, replicates)."""
    means = runs.mean(axis=1)[:, None]
    scatter = Scatter(sampled=sampled, common=common, units=np.arange(len(runs)) if units is None else units)
    return share_of_chance(means, (runs[:, :, None] - means[:, None]), scatter)


def drawn(points: int = 40, replicates: int = 4, shared: float = 0.0) -> np.ndarray:
    """Return runs (points, replicates): effects of the points, chance of each run, chance that all points share."""
    rng = np.random.default_rng(4)
    effects, own = rng.standard_normal((points, 1)), rng.standard_normal((points, replicates))
    return effects + own + shared * rng.standard_normal(replicates)


def test_the_estimate_is_that_of_the_analysis_of_variance_of_one_way() -> None:
    runs = drawn()
    within = runs.var(axis=1, ddof=1).mean()
    between = runs.mean(axis=1).var(ddof=1) - within / 4
    found = asked(runs)
    assert found.share[0] == pytest.approx(within / (within + between), rel=1e-12)
    assert found.shared[0] == 0.0


def test_the_estimate_is_that_of_the_analysis_of_variance_of_two_ways() -> None:
    runs = drawn(shared=2.0)
    rows, columns = runs.mean(axis=1, keepdims=True), runs.mean(axis=0)
    residual = ((runs - rows - columns + runs.mean()) ** 2).sum() / (39 * 3)
    between = rows.var(ddof=1) - residual / 4
    shared = columns.var(ddof=1) - residual / 40
    found = asked(runs, common=True)
    total = residual + shared + between
    assert found.share[0] == pytest.approx((residual + shared) / total, rel=1e-12)
    assert found.shared[0] == pytest.approx(shared / total, rel=1e-12)


def test_an_interval_of_one_way_is_that_of_the_f_distribution_where_points_are_normal() -> None:
    from scipy import stats

    rng, found, exact = np.random.default_rng(1), [], []
    for _ in range(20):
        runs = rng.standard_normal((200, 1)) + rng.standard_normal((200, 4))
        one = asked(runs)
        found.append([one.low[0], one.high[0]])
        ratio = runs.mean(axis=1).var(ddof=1) / runs.var(axis=1, ddof=1).mean()
        ends = ratio / stats.f.ppf([0.025, 0.975], 199, 600)
        exact.append(1.0 / (1.0 + np.maximum(ends - 0.25, 0.0)))
    assert np.mean(found, axis=0) == pytest.approx(np.mean(exact, axis=0), abs=0.01)


@pytest.mark.parametrize("common", [True, False])
@pytest.mark.parametrize("sampled", [True, False])
def test_runs_that_never_differ_are_sure_of_no_chance(common: bool, sampled: bool) -> None:
    found = asked(np.repeat(drawn(replicates=1), 3, axis=1), common, sampled)
    assert found.share[0] == found.low[0] == found.high[0] == 0.0


@pytest.mark.parametrize("common", [True, False])
def test_an_outcome_that_does_not_vary_has_no_share(common: bool) -> None:
    assert np.isnan(asked(np.full((40, 3), 0.1), common)).all()


@pytest.mark.parametrize("common", [True, False])
@pytest.mark.parametrize("sampled", [True, False])
def test_where_nothing_but_chance_varies_the_interval_reaches_all_of_it(common: bool, sampled: bool) -> None:
    found = asked(np.random.default_rng(2).standard_normal((40, 4)), common, sampled)
    assert found.high[0] == 1.0 and 0.0 < found.low[0] < found.share[0]


def test_chance_that_is_the_same_at_all_points_is_told_as_such() -> None:
    effects = drawn(replicates=1) * np.ones((1, 4))
    found = asked(effects + np.array([0.1, -0.2, 0.3, 0.0]), common=True)
    assert found.share[0] == pytest.approx(found.shared[0], rel=1e-9)
    assert found.low[0] < found.share[0] < found.high[0]


def test_one_replicate_shows_no_chance() -> None:
    assert np.isnan(asked(drawn(replicates=1))).all()


def test_one_unit_of_points_has_a_share_and_no_interval() -> None:
    found = asked(drawn(points=5), units=np.zeros(5, dtype=int))
    assert 0.0 < found.share[0] <= 1.0 and np.isnan(found.low[0]) and np.isnan(found.high[0])


def test_points_that_were_drawn_together_tell_less_than_as_many_that_were_not() -> None:
    runs = np.repeat(drawn(points=40), 6, axis=0)
    alone, together, once = asked(runs), asked(runs, units=np.repeat(POINTS, 6)), asked(drawn(points=40))
    widths = [float(one.high[0] - one.low[0]) for one in (alone, together, once)]
    assert widths[0] < 0.6 * widths[1] and widths[1] == pytest.approx(widths[2], rel=0.05)


def test_few_replicates_under_common_random_numbers_say_little_however_many_the_points() -> None:
    few, many = (asked(drawn(400, replicates, shared=1.0), common=True) for replicates in (2, 16))
    assert few.high[0] - few.low[0] > 0.4 > many.high[0] - many.low[0]


def test_the_same_runs_say_the_same_and_another_seed_nearly_so() -> None:
    runs = drawn()
    means = runs.mean(axis=1)[:, None]
    scatter = Scatter(sampled=True, common=True, units=POINTS)
    first, again, other = (
        share_of_chance(means, runs[:, :, None] - means[:, None], scatter, seed=seed) for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again) and not np.array_equal(first.low, other.low)
    assert first.low == pytest.approx(other.low, abs=0.03) and first.high == pytest.approx(other.high, abs=0.03)


def test_many_times_say_at_each_what_it_says_alone() -> None:
    runs = drawn()[:, :, None] * np.linspace(1.0, 2.0, 70)
    means = runs.mean(axis=1)
    scatter = Scatter(sampled=True, common=False, units=POINTS)
    whole = share_of_chance(means, runs - means[:, None], scatter)
    assert whole.low.shape == (70,)
    assert np.ptp(whole.low) < 1e-9 and np.ptp(whole.share) < 1e-12
