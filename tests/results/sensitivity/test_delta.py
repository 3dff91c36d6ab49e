"""Borgonovo's delta: SALib's numbers, near the known answers, and refused or unknown where nothing can be said."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import SALib
from SALib.analyze import delta as salib_delta
from SALib.sample import latin, sobol
from SALib.test_functions import Ishigami
from scipy import stats

from tredegar.results import open_sweep
from tredegar.results.sensitivity.delta import GRID, check_many_values, class_bounds, delta_indices
from tredegar.results.sensitivity.indices import Bootstrap, analyze_sensitivity
from tredegar.results.sensitivity.table import remarks, summary

from ...support.made_stores import made_store

NAMES = ("mandate_detail", "method_heterogeneity", "real_control")
ISHIGAMI = {"num_vars": 3, "names": list(NAMES), "bounds": [[-np.pi, np.pi]] * 3}
UNIT = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0.0, 1.0]] * 2}
HYPERCUBE = 'method = "latin-hypercube"\npoints = {}'


def sweep_of(tmp_path, rows, design, outcome=None, **options):
    points = {name: rows[:, column] for column, name in enumerate(NAMES)}
    options = {"months": 1, "replicates": 2, "batch": 64} | options
    outcome = outcome or (lambda p, luck, month: 2.0 * p[NAMES[0]] + p[NAMES[1]] + 0.0 * luck * month)
    return open_sweep(made_store(tmp_path / "s.zarr", points, {"quality": outcome}, design=design, **options))


@pytest.mark.skipif(not hasattr(salib_delta, "obtain_resampled_subset"), reason="SALib before version 1.6")
@pytest.mark.parametrize("seed", [0, 5])
def test_intervals_are_salibs_and_delta_differs_by_the_resample_that_it_has_in_place_of_the_sample(seed):
    rows = latin.sample(ISHIGAMI, 150, seed=1)
    outcome = Ishigami.evaluate(rows)
    grid, classes = np.linspace(outcome.min(), outcome.max(), GRID), class_bounds(150)
    ours = delta_indices(rows, outcome[:, None], 10, seed)
    for place in range(3):
        np.random.seed(seed)  # noqa: NPY002 -- by this generator SALib draws
        theirs = salib_delta.bias_reduced_delta(
            outcome, grid, rows[:, place], classes, 10, 0.95, 150, "raw", None, "x", 10
        )
        assert abs(theirs[1] - ours.delta_conf[place, 0]) < 1e-12
        sample, resample = (
            salib_delta.calc_delta(outcome[kept], grid, rows[kept, place], classes) for kept in (slice(None), theirs[2])
        )
        assert abs(theirs[0] - 2.0 * (resample - sample) - ours.delta[place, 0]) < 1e-12


def test_classes_are_those_of_salib():
    for points in (50, 100, 1500, 20_000, 10**6):
        power = 2.0 / (7.0 + np.tanh((1500.0 - points) / 500.0))
        count = int(np.round(min(int(np.ceil(points**power)), 48)))
        assert np.array_equal(class_bounds(points), np.linspace(0, points, count + 1))


def test_a_whole_analysis_of_salib_is_met_within_the_intervals(tmp_path):
    rows = latin.sample(ISHIGAMI, 300, seed=2)
    ours = delta_indices(rows, Ishigami.evaluate(rows)[:, None], 20, 1)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setattr("warnings.formatwarning", warnings.formatwarning)  # which SALib replaces for good
        theirs = salib_delta.analyze(ISHIGAMI, rows, Ishigami.evaluate(rows), num_resamples=20, seed=1, method="delta")
    name = "delta_raw" if "delta_raw" in theirs else "delta"
    assert (np.abs(theirs[name] - ours.delta[:, 0]) <= 3.0 * ours.delta_conf[:, 0]).all(), SALib.__version__


def test_delta_of_a_linear_model_is_near_what_integration_gives():
    """Y = .8 X1 + .6 X2 of normal inputs: the area between N(0, 1) and N(.8 x, .6^2), averaged over x."""
    rows = stats.norm.ppf(latin.sample(UNIT, 1000, seed=3))
    outcome = rows @ np.array([[0.8], [0.6]])
    found = delta_indices(rows, outcome, 20, 1)
    places = np.linspace(-8.0, 8.0, 2001)
    known = []
    for one, other in ((0.8, 0.6), (0.6, 0.8)):
        given = stats.norm.ppf((np.arange(400) + 0.5) / 400.0)[:, None]
        gaps = np.abs(stats.norm.pdf(places) - stats.norm.pdf(places, one * given, other))
        known.append(0.5 * np.trapezoid(gaps, places, axis=1).mean())
    assert known == pytest.approx([0.386, 0.237], abs=0.002)
    assert (np.abs(found.delta[:, 0] - known) <= found.delta_conf[:, 0] + 0.03).all()


def test_the_luck_of_nobody_else_is_moved():
    np.random.seed(4)  # noqa: NPY002 -- the shared generator is what must not move
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    rows = latin.sample(UNIT, 100, seed=3)
    delta_indices(rows, rows[:, :1], 2, 9)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_an_outcome_that_does_not_vary_has_no_delta_and_does_not_stop_the_others(tmp_path):
    rows = latin.sample(UNIT, 120, seed=3)
    found = delta_indices(rows, np.column_stack([np.full(120, 0.3), rows[:, 0]]), 4)
    assert np.isnan(found.delta[:, 0]).all() and np.isfinite(found.delta[:, 1]).all()
    sample = latin.sample(ISHIGAMI, 120, seed=2)
    sweep = sweep_of(tmp_path, sample, HYPERCUBE.format(120), lambda p, luck, month: 0.3 + 0.0 * luck * month)
    table = summary(analyze_sensitivity(sweep, method="delta", bootstrap=Bootstrap(4)))
    assert {row[2] for row in table[1]} == {"does not vary"}


def test_too_few_points_are_refused_with_the_number_that_it_needs(tmp_path):
    rows = latin.sample(ISHIGAMI, 99, seed=2)
    with pytest.raises(ValueError, match="only 99 of 99 points are complete; method 'delta' needs at least 100"):
        analyze_sensitivity(sweep_of(tmp_path, rows, HYPERCUBE.format(99)), method="delta")


def test_designs_on_few_values_are_refused_and_so_are_such_columns_of_a_table(tmp_path):
    rows = np.tile([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]], (60, 1))
    sweep = sweep_of(tmp_path, rows, 'method = "grid"')
    with pytest.raises(
        ValueError, match="'delta' cannot use a grid design: it needs latin-hypercube or sobol or table"
    ):
        analyze_sensitivity(sweep, method="delta")
    (tmp_path / "table").mkdir()
    with pytest.raises(ValueError, match="'mandate_detail' takes one of its values at 60 of 120 points"):
        analyze_sensitivity(sweep_of(tmp_path / "table", rows, 'method = "table"\nfile = "x.csv"'), method="delta")
    check_many_values(latin.sample(UNIT, 120, seed=1), ("a", "b"))


def test_rows_of_a_base_point_are_drawn_together(tmp_path):
    rows = sobol.sample(ISHIGAMI, 32, calc_second_order=False, seed=1)
    sweep = sweep_of(tmp_path, rows, 'method = "sobol"\npoints = 32\nsecond_order = false')
    found = analyze_sensitivity(sweep, method="delta", bootstrap=Bootstrap(6, 2)).isel(outcome=0, month=0)
    outcome = sweep["quality"].astype(float).mean("replicate").values
    whole, single = (delta_indices(rows, outcome, 6, 2, together=number) for number in (5, 1))
    assert np.array_equal(found["delta"].values, whole.delta[:, 0])
    assert not np.array_equal(whole.delta_conf, single.delta_conf)
    assert any(
        "how much of the distribution moves" in line
        for line in remarks(analyze_sensitivity(sweep, method="delta", bootstrap=Bootstrap(2)))
    )
