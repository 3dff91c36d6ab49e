"""Indices of groups: SALib's numbers on SALib's designs, with the names of the groups wherever they are shown."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from SALib.sample import morris, sobol

from tredegar.results import draw_sensitivity, open_sweep, salib_problem, write_report
from tredegar.results.sensitivity.indices import Bootstrap, analyze_sensitivity
from tredegar.results.sensitivity.table import remarks, summary

from ...support.made_stores import made_store

NAMES = ("mandate_detail", "solidarity", "real_control", "target_level")
OWNERS = ["central", "solidarity", "central", "target_level"]
PROBLEM = {"num_vars": 4, "names": list(NAMES), "bounds": [[0.0, 1.0]] * 4, "groups": OWNERS}
GROUPS = 'groups = { central = ["mandate_detail", "real_control"] }'


def surface(points, luck, month):
    a, b, c, d = (points[name] for name in NAMES)
    return (2.0 * a + 3.0 * b * c - c**2 + 0.5 * d + 0.01 * luck) * month


def sweep_of(tmp_path, rows, design, **options):
    points = {name: rows[:, column] for column, name in enumerate(NAMES)}
    options = {"months": 2, "replicates": 2, "batch": 64} | options
    return open_sweep(made_store(tmp_path / "s.zarr", points, {"quality": surface}, design=design, **options))


def sobol_sweep(tmp_path, second_order=True, **options):
    rows = sobol.sample(dict(PROBLEM), 64, calc_second_order=second_order, seed=5)
    design = f'method = "sobol"\npoints = 64\nsecond_order = {str(second_order).lower()}\n{GROUPS}'
    return sweep_of(tmp_path, rows, design, **options)


def morris_sweep(tmp_path, **options):
    rows = morris.sample(dict(PROBLEM), 20, num_levels=6, seed=1)
    return sweep_of(tmp_path, rows, f'method = "morris"\ntrajectories = 20\nlevels = 6\n{GROUPS}', **options)


def means_of(sweep):
    return sweep.quality.isel(month=-1).astype(float).mean("replicate").values


@pytest.mark.parametrize("second_order", [True, False])
def test_sobol_indices_of_groups_equal_salibs(tmp_path, second_order):
    sweep = sobol_sweep(tmp_path, second_order)
    problem = salib_problem(sweep)
    assert problem["groups"] == OWNERS
    theirs = salib_sobol.analyze(problem, means_of(sweep), calc_second_order=second_order, seed=4)
    ours = analyze_sensitivity(sweep, window=1, bootstrap=Bootstrap(seed=4)).isel(outcome=0, month=-1)
    assert ours["parameter"].values.tolist() == ["central", "solidarity", "target_level"]
    for name in ("S1", "ST"):
        assert np.abs(ours[f"{name}_raw"].values - theirs[name]).max() < 1e-12, name
    for name in ("S1", "ST", *(("S2",) if second_order else ())):
        assert np.nanmax(np.abs(ours[name].values - theirs[name])) < 1e-6, name
        ratio = ours[f"{name}_conf"].values / theirs[f"{name}_conf"]
        assert np.nanmin(ratio) == pytest.approx(np.nanmax(ratio), rel=1e-3) and 1.0 <= np.nanmax(ratio) < 1.2


def test_morris_effects_of_groups_equal_salibs(tmp_path):
    sweep = morris_sweep(tmp_path)
    rows = np.column_stack([sweep[name].values for name in NAMES])
    theirs = salib_morris.analyze(salib_problem(sweep), rows, means_of(sweep), num_levels=6, seed=4)
    ours = analyze_sensitivity(sweep, window=1, bootstrap=Bootstrap(seed=4)).isel(outcome=0, month=-1)
    assert ours["parameter"].values.tolist() == list(theirs["names"]) == ["central", "solidarity", "target_level"]
    for name, own in (("mu", "mu"), ("mu_star", "mu_star_raw"), ("sigma", "sigma")):
        expected = np.array(np.ma.filled(theirs[name], np.nan), dtype=float)
        assert np.allclose(ours[own].values, expected, rtol=0.0, atol=1e-12, equal_nan=True), name
    assert np.isnan(ours["sigma"][0]) and np.isfinite(ours["sigma"][1:]).all()


def test_a_failed_run_drops_the_base_point_of_its_groups(tmp_path):
    status = np.ones((64 * 8, 2))
    status[8 * 3 + 2, 0] = 2
    found = analyze_sensitivity(sobol_sweep(tmp_path, status=status))
    assert (found.attrs["used"], found.attrs["dropped"], found.attrs["unit"]) == (63, 1, "base points")


def test_a_method_that_needs_no_groups_has_an_index_of_each_parameter(tmp_path):
    found = analyze_sensitivity(sobol_sweep(tmp_path), method="regression")
    assert found["parameter"].values.tolist() == list(NAMES) and "groups" not in found.attrs


def test_rows_of_other_groups_are_no_design_of_these(tmp_path):
    design = 'method = "sobol"\npoints = 64\ngroups = { central = ["mandate_detail", "solidarity"] }'
    rows = sobol.sample(dict(PROBLEM), 64, seed=5)
    with pytest.raises(ValueError, match="not in the rows of a Sobol design"):
        analyze_sensitivity(sweep_of(tmp_path, rows, design))
    walks = morris.sample(dict(PROBLEM), 20, num_levels=6, seed=1)
    (tmp_path / "walks").mkdir()
    with pytest.raises(ValueError, match="no Morris trajectories"):
        analyze_sensitivity(
            sweep_of(tmp_path / "walks", walks, design.replace("sobol", "morris").replace("points", "trajectories"))
        )


def test_table_figure_and_report_name_the_groups_and_their_members(tmp_path):
    sweep = morris_sweep(tmp_path)
    found = analyze_sensitivity(sweep)
    assert "central" in [row[1] for row in summary(found)[1]]
    assert "Groups, each moved as one: central: mandate detail, real control." in remarks(found)
    assert "central" in [text.get_text() for text in draw_sensitivity(found).axes[0].get_yticklabels()]
    write_report(tmp_path / "s.zarr", tmp_path / "report")
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "central: mandate detail, real control" in page and "central: mandate_detail, real_control" in page
