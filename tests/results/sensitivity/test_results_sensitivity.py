"""Indices equal SALib's on its own samples, cover the analytic values, and never hide a failed run."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import pawn as salib_pawn
from SALib.analyze import sobol as salib_sobol
from SALib.sample import latin, morris, sobol
from SALib.test_functions import Ishigami, Sobol_G
from scipy import stats

from tredegar.results import open_sweep
from tredegar.results.sample import salib_problem
from tredegar.results.sensitivity.indices import Bootstrap, analyze_sensitivity
from tredegar.results.sensitivity.morris import morris_effects
from tredegar.results.sensitivity.pawn import pawn_indices
from tredegar.results.sensitivity.precision import Widest, forecast
from tredegar.results.sensitivity.sobol import sobol_indices
from tredegar.results.sensitivity.table import remarks, strongest

from ...support.made_stores import made_store

NAMES = ("mandate_detail", "method_heterogeneity", "real_control")
ISHIGAMI = {"num_vars": 3, "names": list(NAMES), "bounds": [[-np.pi, np.pi]] * 3}
SOBOL_G = {"num_vars": 8, "names": list("abcdefgh"), "bounds": [[0.0, 1.0]] * 8}
G = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
FIRST = np.array([0.3139, 0.4424, 0.0])
TOTAL = np.array([0.5576, 0.4424, 0.2437])
CASES = [(ISHIGAMI, Ishigami.evaluate), (SOBOL_G, Sobol_G.evaluate)]


def ishigami(points, luck, month):
    columns = np.stack([points[name][:, 0, 0] for name in NAMES], axis=1)
    return (Ishigami.evaluate(columns)[:, None, None] + 0.5 * luck) * month


def noisy(points, luck, month):
    own = np.random.default_rng(9).standard_normal((len(points["mandate_detail"]), luck.shape[1], 1))
    return ishigami(points, luck, month) + 4.0 * own


def sweep_of(tmp_path, rows, design, outcome=ishigami, **options):
    points = {name: rows[:, column] for column, name in enumerate(NAMES)}
    options = {"months": 3, "replicates": 2, "batch": 64} | options
    return open_sweep(made_store(tmp_path / "s.zarr", points, {"quality": outcome}, design=design, **options))


def sobol_sweep(tmp_path, base=128, second_order=True, **options):
    rows = sobol.sample(ISHIGAMI, base, calc_second_order=second_order, seed=5)
    design = f'method = "sobol"\npoints = {base}\nsecond_order = {str(second_order).lower()}'
    return sweep_of(tmp_path, rows, design, **options)


@pytest.mark.parametrize("second_order", [True, False])
@pytest.mark.parametrize(("problem", "model"), CASES)
def test_sobol_indices_and_their_intervals_equal_salibs(problem, model, second_order):
    size = problem["num_vars"]
    outcome = model(sobol.sample(problem, 256, calc_second_order=second_order, seed=3))
    theirs = salib_sobol.analyze(problem, outcome, calc_second_order=second_order, seed=11)
    ours = sobol_indices(np.stack([outcome, 100.0 + 3.0 * outcome], axis=1), size, second_order, 100, 11)
    for name in ("S1", "S1_conf", "ST", "ST_conf"):
        assert np.abs(getattr(ours, name) - theirs[name][:, None]).max() < 1e-12, name
    if second_order:
        pairs = np.triu_indices(size, 1)
        assert np.abs(ours.S2[:, 0] - theirs["S2"][pairs]).max() < 1e-12
        assert np.abs(ours.S2_conf[:, 0] - theirs["S2_conf"][pairs]).max() < 1e-12


@pytest.mark.parametrize(("problem", "model"), CASES)
def test_morris_effects_and_pawn_equal_salibs(problem, model):
    rows = morris.sample(problem, 40, num_levels=6, seed=1)
    theirs = salib_morris.analyze(problem, rows, model(rows), num_levels=6, seed=5)
    ours = morris_effects(rows, model(rows)[:, None], 6, 100, 5)
    for name in ("mu", "mu_star", "sigma", "mu_star_conf"):
        assert np.abs(getattr(ours, name)[:, 0] - np.array(theirs[name], float)).max() < 1e-12, name
    rows = latin.sample(problem, 500, seed=1)
    for outcome in (model(rows), np.round(model(rows))):
        theirs = salib_pawn.analyze(problem, rows, outcome, S=10)
        ours = pawn_indices(rows, outcome[:, None], resamples=0)
        for name in ("minimum", "mean", "median", "maximum"):
            assert np.abs(getattr(ours, name)[:, 0] - theirs[name]).max() < 1e-12, name


def test_sobol_intervals_cover_the_analytic_values_of_ishigami(tmp_path):
    found = analyze_sensitivity(sobol_sweep(tmp_path, base=1024, second_order=False), window=1)
    assert found.S1.dims == ("outcome", "month", "parameter") and found.sizes["month"] == 3
    for month in range(3):
        one = found.isel(outcome=0, month=month)
        assert (np.abs(one.S1 - FIRST) <= 1.5 * one.S1_conf + 0.01).all()
        assert (np.abs(one.ST - TOTAL) <= 1.5 * one.ST_conf + 0.01).all()


@pytest.mark.parametrize(
    ("problem", "model", "first", "total"),
    [
        (ISHIGAMI, Ishigami.evaluate, FIRST, TOTAL),
        (SOBOL_G, Sobol_G.evaluate, Sobol_G.sensitivity_index(G), Sobol_G.total_sensitivity_index(G)),
    ],
)
def test_intervals_cover_the_analytic_values_as_often_as_they_say(problem, model, first, total):
    covered = []
    for seed in range(20):
        outcome = model(sobol.sample(problem, 256, calc_second_order=False, seed=seed))
        found = sobol_indices(outcome[:, None], problem["num_vars"], False, 200, 1)
        covered += [np.abs(found.S1[:, 0] - first) <= found.S1_conf[:, 0]]
        covered += [np.abs(found.ST[:, 0] - total) <= found.ST_conf[:, 0]]
    assert np.mean(covered) > 0.92, np.mean(covered, axis=0)


def test_second_order_finds_the_one_interaction_of_ishigami(tmp_path):
    found = analyze_sensitivity(sobol_sweep(tmp_path, base=512)).isel(outcome=0, month=0)
    pair = found.S2.sel(parameter="mandate_detail", parameter_2="real_control")
    assert abs(float(pair) - 0.2437) < 0.1
    others = found.S2.sel(parameter="mandate_detail", parameter_2="method_heterogeneity")
    assert abs(float(others)) < 0.1 and np.isnan(float(found.S2[2, 0]))


def test_salib_itself_can_analyse_what_the_store_hands_out(tmp_path):
    sweep = sobol_sweep(tmp_path)
    outcome = sweep.quality.isel(month=-1).astype(float).mean("replicate").values
    theirs = salib_sobol.analyze(salib_problem(sweep), outcome, seed=4)
    ours = analyze_sensitivity(sweep, window=1, bootstrap=Bootstrap(seed=4)).isel(outcome=0, month=-1)
    assert np.abs(ours.ST_raw.values - theirs["ST"]).max() < 1e-12
    assert np.abs(ours.S1_raw.values - theirs["S1"]).max() < 1e-12
    # Chance that all points share cancels: what is freed of it is the same, but for the rounding of the deviations.
    assert np.abs(ours.ST.values - theirs["ST"]).max() < 1e-6
    wider = stats.t.ppf(0.975, 127) / stats.norm.ppf(0.975) * np.sqrt(128 / 127)
    assert ours.ST_conf.values == pytest.approx(wider * theirs["ST_conf"], rel=1e-4)


def test_a_failed_run_drops_its_whole_base_point_and_is_told(tmp_path):
    status = np.ones((128 * 8, 2))
    status[8 * 5 + 3, 1] = 2
    whole = sobol_sweep(tmp_path)
    (tmp_path / "holed").mkdir()
    holed = analyze_sensitivity(sobol_sweep(tmp_path / "holed", status=status))
    assert (holed.attrs["used"], holed.attrs["dropped"], holed.attrs["unit"]) == (127, 1, "base points")
    kept = np.delete(np.arange(128 * 8), np.arange(40, 48))
    means = whole.quality.astype(float).mean("replicate").isel(month=slice(1, 3)).mean("month").values[kept][:, None]
    assert np.abs(holed.ST.values[0, 0] - sobol_indices(means, 3, True).ST[:, 0]).max() < 1e-12
    assert np.isfinite(holed.S1).all()


def test_an_outcome_that_does_not_vary_has_no_indices(tmp_path):
    found = analyze_sensitivity(
        sobol_sweep(tmp_path, outcome=lambda p, luck, month: 0.3 + 0.0 * p["real_control"] * luck * month)
    )
    assert np.isnan(found.S1).all() and np.isnan(found.ST).all()
    assert "One replicate" not in found.attrs["advice"] and strongest(found) == ""


def test_the_share_of_the_seed_is_that_of_the_noise_put_in(tmp_path):
    rows = latin.sample(ISHIGAMI, 400, seed=2)
    design = 'method = "latin-hypercube"\npoints = 400'
    found = analyze_sensitivity(sweep_of(tmp_path, rows, design, noisy, replicates=8, months=1), method="pawn",
                        bootstrap=Bootstrap(resamples=5))  # fmt: skip
    signal, noise = Ishigami.evaluate(rows).var(), 16.0
    assert found.seed_share.item() == pytest.approx(noise / (noise + signal), abs=0.05)
    assert found.seed_share_common.item() < 0.05
    assert found.seed_share_low.item() < found.seed_share.item() < found.seed_share_high.item()
    assert found.seed_share_high - found.seed_share_low == 2.0 * found.seed_share_conf and found.seed_share_conf < 0.1
    single = analyze_sensitivity(sweep_of(tmp_path, rows, design, replicates=1), method="regression")
    assert np.isnan(single.seed_share).all() and "One replicate does not show" in single.attrs["advice"]


def test_a_sweep_of_four_times_the_points_has_an_interval_that_was_forecast(tmp_path):
    found = []
    for base in (64, 256):
        (tmp_path / str(base)).mkdir()
        sweep = sobol_sweep(tmp_path / str(base), base, second_order=False, replicates=1)
        found.append(analyze_sensitivity(sweep, bootstrap=Bootstrap(400)))
    low, high = found[0].attrs["with_more_units"]
    assert low < float(found[1].ST_conf.max()) < high
    assert f"± {low:.2g} to {high:.2g} with 256 base points" in found[0].attrs["advice"]
    assert np.isnan(found[0].attrs["with_more_replicates"]).all()


def test_nothing_is_forecast_of_points_whose_chance_is_shared(tmp_path):
    found = analyze_sensitivity(sobol_sweep(tmp_path, 64, second_order=False))
    assert np.isnan(found.attrs["with_more_units"]).all() and "sweeps it would be" not in found.attrs["advice"]
    assert "More points do not lower the chance that they share" in found.attrs["advice"]


def test_replicates_narrow_an_interval_by_what_of_it_is_chance():
    facts = {"half": 0.1, "units": 64, "replicates": 16, "common": False}
    none, all_of_it = (forecast(Widest(chance=part, **facts), replicates=4.0) for part in (0.0, 1.0))
    assert none == forecast(Widest(chance=0.0, **facts))
    assert all_of_it == pytest.approx([end / 2.0 for end in none])


def test_luck_that_is_left_in_the_means_is_told_with_what_it_does_to_idle_parameters(tmp_path):
    found = analyze_sensitivity(sobol_sweep(tmp_path, 256, False, outcome=noisy, months=1))
    left = found.attrs["chance_in_means"]
    assert left == pytest.approx(8.0 / (8.0 + Ishigami.evaluate(sobol.sample(ISHIGAMI, 256, seed=5)).var()), abs=0.05)
    assert f"Chance makes {left:.0%} of the variance of the analysed means." in found.attrs["advice"]
    assert any(
        f"Chance left in the means (up to {left:.0%} of their variance) is taken" in line for line in remarks(found)
    )
    assert found.ST_raw.sel(parameter="real_control").item() - TOTAL[2] * (1.0 - left) == pytest.approx(left, abs=0.12)
    assert (np.abs(found.ST.values - TOTAL) <= found.ST_conf.values).all()
    assert found.ST_idle.max() < left / 2.0 and found.S1.sel(parameter="real_control") <= found.S1_idle[0, 0, 2]


def test_the_method_follows_the_design_and_others_are_refused(tmp_path):
    rows = morris.sample(ISHIGAMI, 20, num_levels=4, seed=1)
    sweep = sweep_of(tmp_path, rows, 'method = "morris"\ntrajectories = 20\nlevels = 4')
    found = analyze_sensitivity(sweep)
    assert found.attrs["method"] == "morris" and set(found.data_vars) >= {"mu", "mu_star", "sigma", "mu_star_conf"}
    with pytest.raises(
        ValueError, match="'sobol' cannot use a morris design: it needs sobol; this store allows: morris"
    ):
        analyze_sensitivity(sweep, method="sobol")
    with pytest.raises(ValueError, match=r"unknown method 'sobel'; did you mean 'sobol'\? \(methods: auto, sobol"):
        analyze_sensitivity(sweep, method="sobel")
    status = np.ones((20 * 4, 2))
    status[4 * 7 + 2, 0] = 2
    (tmp_path / "holed").mkdir()
    holed = analyze_sensitivity(
        sweep_of(tmp_path / "holed", rows, 'method = "morris"\ntrajectories = 20', status=status)
    )
    kept = np.delete(np.arange(80), np.arange(28, 32))
    means = sweep.quality.astype(float).mean("replicate").isel(month=slice(1, 3)).mean("month").values[kept][:, None]
    assert np.abs(holed.mu_star.values[0, 0] - morris_effects(rows[kept], means, 4).mu_star[:, 0]).max() < 1e-12
    assert "1 of 20 trajectories dropped: a run failed." in remarks(holed)
    with pytest.raises(ValueError, match="are no whole trajectories of 4"):
        analyze_sensitivity(sweep.isel(point=slice(1, None)))


def test_selected_points_of_a_sobol_design_are_refused(tmp_path):
    sweep = sobol_sweep(tmp_path, base=16)
    with pytest.raises(ValueError, match="not in the rows of a Sobol design"):
        analyze_sensitivity(sweep.isel(point=np.roll(np.arange(sweep.sizes["point"]), 1)))


def test_regression_finds_the_signs_and_the_explained_share(tmp_path):
    rows = latin.sample(ISHIGAMI, 300, seed=2)

    def linear(points, luck, month):
        return 2.0 * points["mandate_detail"] - points["real_control"] + 0.0 * luck * month

    found = analyze_sensitivity(sweep_of(tmp_path, rows, 'method = "latin-hypercube"', linear)).isel(outcome=0, month=0)
    assert float(found.R2) == pytest.approx(1.0, abs=1e-6)
    assert np.allclose(found.SRC, np.array([2.0, 0.0, -1.0]) / np.sqrt(5.0), atol=0.05)
    assert np.allclose(found.share, np.array([0.8, 0.0, 0.2]), atol=0.05)
