"""Inputs that are not uniform, and levels: probabilities, indices, shares and means with known truth, and the words."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tredegar.datasets.inputs import Input, input_of
from tredegar.results import analyze_sensitivity, discover, draw_map, window_mean
from tredegar.results.discovery.regions import region_rows, sought
from tredegar.results.figures.fan_charts import thirds
from tredegar.results.figures.maps import map_of
from tredegar.results.report.parts import basis, map_picture
from tredegar.results.report.provenance import varied_rows
from tredegar.results.sensitivity.indices import Bootstrap
from tredegar.results.sensitivity.table import remarks
from tredegar.results.statistics.digital_nets import base_net
from tredegar.results.statistics.mean_intervals import mean_with_interval, scatter_of

from ..own_sweeps import LABELS, TWO, drawn, own_sweep

LEVELS = np.array([0.0, 1.0, 0.3])
BETA = {"distribution": "beta", "a": 2, "b": 5, "low": 0.0, "high": 1.0}
TABLES = (
    BETA,
    {"distribution": "normal", "mean": 0.5, "sd": 0.2, "low": 0.0, "high": 1.0},
    {"distribution": "triangular", "low": 0.0, "mode": 0.2, "high": 1.0},
    {"distribution": "log-uniform", "low": 0.01, "high": 1.0},
)
WEIGHED = {"distribution": "discrete", "values": [0.0, 1.0, 5.0], "weights": [1, 2, 1]}
DREAD = ["mean_dread"]
MIXED = {"gaming": LABELS, "rule": TWO, "bite": BETA, "solidarity": TABLES[3]}
MEAN, VARIANCE = 2.0 / 7.0, 10.0 / (49.0 * 8.0)
"""Of the beta distribution."""


def product(points):
    """Levels times a slope in ``bite``; the choice ``rule`` and ``solidarity`` do nothing."""
    return LEVELS[points["gaming"].astype(int)] * (1.0 + 2.0 * points["bite"])


def of_product():
    """Return first and total shares of gaming and of bite in the product, exactly."""
    slope, square = 1.0 + 2.0 * MEAN, 4.0 * VARIANCE + (1.0 + 2.0 * MEAN) ** 2
    whole = (LEVELS**2).mean() * square - (LEVELS.mean() * slope) ** 2
    first = {"gaming": LEVELS.var() * slope**2, "bite": LEVELS.mean() ** 2 * 4.0 * VARIANCE}
    total = {"gaming": LEVELS.var() * square, "bite": (LEVELS**2).mean() * 4.0 * VARIANCE}
    return {name: (first[name] / whole, total[name] / whole) for name in first}


def additive(points):
    return LEVELS[points["gaming"].astype(int)] + 2.0 * points["bite"]


@pytest.mark.parametrize("table", TABLES, ids=[table["distribution"] for table in TABLES])
def test_probabilities_are_those_of_the_draw_and_the_middle_holds_what_it_says(table):
    unit = np.linspace(0.01, 0.99, 33)
    one = input_of((table["low"], table["high"]), table)
    assert np.allclose(one.in_unit(drawn(unit, table)), unit, atol=1e-9) and not one.uniform
    low, high = one.in_unit(np.array(one.middle()))
    assert (low, high) == (pytest.approx(0.01), pytest.approx(0.99))
    assert table["distribution"] in one.words


def test_few_values_stand_at_the_middle_of_their_probabilities():
    one = input_of((0.0, 5.0), WEIGHED)
    assert one.in_unit(np.array([0.0, 1.0, 5.0])).tolist() == [0.125, 0.5, 0.875] and one.steps.tolist() == [0.25, 0.75]
    named = input_of((0.0, 2.0), {"distribution": "discrete", "values": ["gap", "built-in"], "weights": [3, 1]}, LABELS)
    assert named.values.tolist() == [0.0, 2.0] and named.chances.tolist() == [0.25, 0.75]
    numbers = input_of((0.2, 0.8), {}, levels=[0.8, 0.2])
    assert (
        numbers.values.tolist() == [0.2, 0.8]
        and numbers.words == "equally likely levels"
        and numbers.middle()[1] == 0.8
    )


def test_an_unknown_distribution_is_refused_and_a_plain_range_is_uniform():
    with pytest.raises(ValueError, match="the distribution 'cauchy' is not known to this version"):
        input_of((0.0, 1.0), {"distribution": "cauchy"})
    assert input_of((0.0, 1.0), {"distribution": "uniform", "low": 0.0, "high": 1.0}).words == "uniform"
    assert Input(low=1.0, high=3.0).in_unit(np.array([1.5])).tolist() == [0.25]


def test_sobol_indices_of_levels_and_of_a_skewed_input_are_the_true_ones():
    found = [
        analyze_sensitivity(own_sweep("sobol", product, MIXED, 128, seed=seed), DREAD, bootstrap=Bootstrap(60)).isel(
            outcome=0, month=-1
        )
        for seed in range(6)
    ]
    inside = []
    for name, truth in of_product().items():
        for index, value in zip(("S1", "ST"), truth, strict=True):
            each = [float(one[index].sel(parameter=name)) for one in found]
            half = [float(one[f"{index}_conf"].sel(parameter=name)) for one in found]
            assert np.mean(each) == pytest.approx(value, abs=0.03), (name, index)
            assert max(half) < 0.35
            inside += [abs(one - value) <= width for one, width in zip(each, half, strict=True)]
    assert np.mean(inside) >= 0.9
    for name in ("rule", "solidarity"):  # a choice, and a number, that do nothing
        idle = [
            float(abs(one["ST"] - 0.0).sel(parameter=name)) <= float(one["ST_idle"].sel(parameter=name))
            for one in found
        ]
        assert np.mean(idle) >= 5 / 6 and max(float(one["ST"].sel(parameter=name)) for one in found) < 0.02


def test_the_distribution_counts_and_not_the_range():
    skewed = own_sweep("sobol", additive, {"gaming": LABELS, "bite": BETA}, 128)
    flat = own_sweep("sobol", additive, {"gaming": LABELS, "bite": (0.0, 1.0)}, 128)
    shares = [
        float(analyze_sensitivity(one, DREAD)["S1"].isel(outcome=0, month=-1).sel(parameter="bite"))
        for one in (skewed, flat)
    ]
    truths = [4.0 * variance / (4.0 * variance + LEVELS.var()) for variance in (VARIANCE, 1.0 / 12.0)]
    assert shares == [pytest.approx(truth, abs=0.03) for truth in truths] and truths[0] < 0.5 < truths[1]


@pytest.mark.parametrize(("method", "index", "sweeps"), [("pawn", "median", 4), ("delta", "delta", 1)])
def test_a_choice_that_acts_is_told_from_one_that_does_not(method, index, sweeps):
    acts, idle = [], []
    for seed in range(sweeps):
        sweep = own_sweep("latin-hypercube", additive, MIXED, 120, seed=seed, months=2)
        found = analyze_sensitivity(sweep, DREAD, method=method, bootstrap=Bootstrap(20)).isel(outcome=0, month=-1)
        told = (found[index] > found[f"{index}_idle"]).to_series()
        acts += [told["gaming"], told["bite"]]
        idle += [told["rule"], told["solidarity"]]
    assert all(acts) and sum(idle) <= sweeps // 2


def test_slices_and_classes_of_a_choice_are_its_levels():
    sweep = own_sweep("latin-hypercube", lambda points: LEVELS[points["gaming"].astype(int)], MIXED, 120, noise=0.0)
    pawn = analyze_sensitivity(sweep, DREAD, method="pawn", bootstrap=Bootstrap(4)).isel(outcome=0, month=-1)
    # Each level holds a third of the points, and one value each: distances 2/3, 2/3, and 1/3 for the middle one.
    assert float(pawn["median"].sel(parameter="gaming")) == pytest.approx(2 / 3)
    assert float(pawn["minimum"].sel(parameter="gaming")) == pytest.approx(1 / 3)
    few = own_sweep("latin-hypercube", additive, {"gaming": LABELS, "bite": (0.0, 1.0)}, 100).isel(point=slice(100))
    lone = few.assign_coords(gaming=("point", np.r_[np.full(95, 1.0), np.full(5, 2.0)], few["gaming"].attrs))
    with pytest.raises(ValueError, match="delta needs 10 points at each level, and 'gaming' has one of 5"):
        analyze_sensitivity(lone, DREAD, method="delta", bootstrap=Bootstrap(4))


def test_quadratic_shares_under_distributions_are_the_true_ones():
    def curve(points):
        return points["rule"] + 2.0 * points["bite"] + points["rate"] ** 2

    normal = {"distribution": "normal", "mean": 0.5, "sd": 0.2, "low": 0.0, "high": 1.0}
    inputs = {"rule": TWO, "bite": BETA, "rate": normal, "solidarity": (0.5, 1.5)}
    parts = np.array([0.25, 4.0 * VARIANCE, np.var(drawn(np.linspace(0.0, 1.0, 20_001)[1:-1], normal) ** 2), 0.0])
    sweep = own_sweep("latin-hypercube", curve, inputs, 200, streams="independent")
    found = analyze_sensitivity(sweep, DREAD, method="regression").isel(outcome=0, month=-1)
    assert np.abs(found["share"].values - parts / parts.sum()).max() < 0.04
    assert (found["total_share"].values > found["total_share_idle"].values).tolist() == [True, True, True, False]
    assert found["SRC"].sel(parameter="rule") == pytest.approx(np.sqrt(0.25 / parts.sum()), abs=0.05)


@pytest.mark.parametrize(("method", "points"), [("latin-hypercube", 60), ("sobol", 16)])
def test_means_over_levels_and_distributions_are_covered_and_hardly_wider_than_they_need_be(method, points):
    truth, found, errors = LEVELS.mean() + 2.0 * MEAN, [], []
    for seed in range(40):
        sweep = own_sweep(method, additive, MIXED, points, noise=0.2, streams="independent", months=2, seed=seed)
        runs = window_mean(sweep, DREAD)["mean_dread"].transpose("point", "replicate").values
        found.append(mean_with_interval(runs, scatter_of(sweep)))
        errors.append(float(found[-1].mean) - truth)
    assert np.mean([float(one.low) <= truth <= float(one.high) for one in found]) >= 0.9
    ideal = 2.0 * stats.norm.ppf(0.975) * np.std(errors)
    assert np.mean([float(one.high - one.low) for one in found]) < 2.0 * ideal


def test_a_net_is_known_by_its_first_column_of_many_values_and_levels_are_strata():
    first = [[0.0, 0.8], [1.0, 0.8], [0.0, 0.3], [1.0, 0.3]]
    second = [[1.0, 0.1], [0.0, 0.1], [1.0, 0.9], [0.0, 0.9]]
    rows, bounds = np.array(first + second), [(0, 1), (0, 1)]
    found = base_net(rows, 4, ("a", "b"), bounds, 2, (True, False))
    assert found.places.tolist() == [1, 0] and found.strata[0].tolist() == [[1], [0]]
    assert base_net(rows, 4, ("a", "b"), bounds, 2, (True, True)) is None


def test_a_map_spans_the_middle_of_a_distribution_and_covers_the_truth_there():
    def plane(points):
        return points["bite"] + points["rate"] * points["bite"]

    inputs = {"bite": BETA, "rate": (0.0, 1.0), "gaming": LABELS}
    sweep = own_sweep("latin-hypercube", plane, inputs, 100, streams="independent", seed=3)
    means = window_mean(sweep, DREAD)["mean_dread"]
    chart = map_of(means, sweep, "bite", "rate")
    assert chart["bite"].values[[0, -1]] == pytest.approx(stats.beta(2, 5).ppf([0.01, 0.99]))
    assert chart["rate"].values[[0, -1]].tolist() == [0.0, 1.0]
    across, up = np.meshgrid(chart["bite"].values, chart["rate"].values)
    truth = across + up * across
    assert ((chart["mean_low"].values <= truth) & (truth <= chart["mean_high"].values)).mean() > 0.9
    assert "Of bite, the middle 98% of the distribution." in map_picture(chart, sweep, "", "map").note


def test_a_course_in_a_long_tail_that_a_surface_misses_leaves_it_without_an_interval():
    steep = {"bite": {"distribution": "log-uniform", "low": 0.001, "high": 1.0}, "rate": (0.0, 1.0)}
    sweep = own_sweep("sobol", lambda points: np.log10(points["bite"]) + points["rate"], steep, 32)
    assert np.isnan(map_of(window_mean(sweep, DREAD)["mean_dread"], sweep, "bite", "rate")["mean_low"].values).all()
    assert draw_map(sweep, "mean_dread").axes[0].get_xlabel() == "bite [share]"


def test_the_thirds_of_a_course_over_time_are_equally_likely():
    sweep = own_sweep("latin-hypercube", additive, {"bite": TABLES[3], "gaming": LABELS}, 60)
    low, high = thirds(sweep["bite"], input_of((0.01, 1.0), TABLES[3])).values()
    assert (len(low), len(high)) == (pytest.approx(20, abs=1), pytest.approx(20, abs=1))
    assert len(next(iter(thirds(sweep["bite"]).values()))) > 40  # of the range, nearly all points are low


def test_words_say_that_shares_are_probabilities_under_your_distributions():
    skewed = own_sweep("latin-hypercube", additive, {"bite": BETA, "rate": (0.0, 10.0)} | {"gaming": LABELS}, 240)
    found = discover(skewed, "mean_dread", threshold=1.0)
    assert sought(found).endswith("Points are drawn from your distributions: shares of them are probabilities.")
    assert region_rows(found)[0][-1] == "probability under your distributions"
    means = window_mean(skewed, DREAD)
    assert "240 points (latin-hypercube, drawn from your distributions of bite)" in basis(means, skewed)
    row = next(row for row in varied_rows(skewed) if row[0] == "bite")
    assert row == ("bite", "0", "1", "share", "the meaning of bite; drawn from: beta (a 2, b 5)")
    of_indices = remarks(analyze_sensitivity(skewed, DREAD, method="pawn", bootstrap=Bootstrap(4)))
    assert "Points are drawn from your distributions, of which the indices are: bite beta (a 2, b 5)." in of_indices


def test_effects_of_equal_steps_are_refused_where_a_parameter_has_a_distribution():
    sweep = own_sweep("morris", lambda points: points["bite"], {"bite": BETA, "rate": (0.0, 10.0)}, 10)
    with pytest.raises(ValueError, match="goes in equal steps of a range, and 'bite' has a distribution; this store"):
        analyze_sensitivity(sweep, DREAD, method="morris")
    assert analyze_sensitivity(sweep, DREAD).attrs["method"] == "regression"


def test_words_of_a_uniform_space_are_as_they_were():
    flat = own_sweep("latin-hypercube", lambda points: points["bite"], {"bite": (0.0, 1.0), "rate": (0.0, 10.0)}, 100)
    found = discover(flat, "mean_dread")
    assert sought(found).endswith("shares from the other third.") and region_rows(found)[0][-1] == "of all points"
    assert "100 points (latin-hypercube)," in basis(window_mean(flat, DREAD), flat)
