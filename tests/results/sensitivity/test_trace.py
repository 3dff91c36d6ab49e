"""Indices at growing numbers of points: each part is the smaller design, and the rule says which was enough."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from SALib.sample import latin, morris, sobol
from SALib.test_functions import Ishigami

from tredegar.results import draw_sensitivity, open_sweep, trace_sensitivity
from tredegar.results.dataset import design_of
from tredegar.results.sensitivity.indices import Bootstrap, analyze_sensitivity, usable_rows
from tredegar.results.sensitivity.methods import find_method
from tredegar.results.sensitivity.table import write_indices
from tredegar.results.sensitivity.trace import _parts, stopping_lines, trace_rows

from ...coverage.truths import TRUTHS, made_sweep
from ...support.commands import tredegar
from ...support.made_stores import grid, made_store

NAMES = ("mandate_detail", "method_heterogeneity", "real_control")
ISHIGAMI = {"num_vars": 3, "names": list(NAMES), "bounds": [[-np.pi, np.pi]] * 3}


def ishigami(points, luck, month):
    columns = np.stack([points[name][:, 0, 0] for name in NAMES], axis=1)
    return (Ishigami.evaluate(columns)[:, None, None] + 0.1 * luck) * month


def still(points, luck, month):
    return 0.3 + 0.0 * points["real_control"] * luck * month


def store_of(tmp_path, rows, design, outcomes=None, **options):
    points = {name: rows[:, column] for column, name in enumerate(NAMES)}
    options = {"months": 2, "replicates": 2, "batch": 64} | options
    return made_store(tmp_path / "s.zarr", points, outcomes or {"quality": ishigami}, design=design, **options)


def sobol_store(tmp_path, base=256, **options):
    rows = sobol.sample(ISHIGAMI, base, calc_second_order=False, seed=5)
    return store_of(tmp_path, rows, f'method = "sobol"\npoints = {base}\nsecond_order = false', **options)


def _said(trace):
    """What is said of a trace, but for what is not shown to cover, which is named where a number is guessed."""
    lines = stopping_lines(trace)
    guessed = any("would do" in line for line in lines)
    assert guessed == any("points that would do" in line for line in lines)
    return [line for line in lines if not line.startswith("Not shown to cover: ")]


def test_each_part_of_a_sobol_design_has_the_indices_of_the_smaller_design(tmp_path):
    trace = trace_sensitivity(open_sweep(sobol_store(tmp_path)), bootstrap=Bootstrap(seed=3))
    assert trace["number"].values.tolist() == [8, 16, 32, 64, 128, 256]
    for base in (16, 256):
        folder = tmp_path / str(base)
        folder.mkdir()
        alone = analyze_sensitivity(open_sweep(sobol_store(folder, base)), bootstrap=Bootstrap(seed=3))
        for name in ("S1", "ST", "ST_conf"):
            part = trace[name].sel(number=base).values
            assert np.abs(part - alone[name].isel(month=0).values).max() < 1e-12, name


def test_the_number_that_was_enough_is_the_first_from_which_on_all_intervals_are_narrow(tmp_path):
    """With 16 base points an interval is narrow by chance, with 32 and 64 it is not: 128 are the first that suffice."""
    trace = trace_sensitivity(open_sweep(sobol_store(tmp_path)), limit=0.375)
    widest = trace["ST_conf"].where(trace["important"]).max("parameter").isel(outcome=0).values
    assert (widest == trace["widest"].isel(outcome=0).values).all()
    assert (widest <= 0.375).tolist() == [False, True, False, False, True, True]
    assert trace["enough"].item() == trace["needed"].item() == 128
    assert _said(trace) == ["quality: the widest interval is at most ± 0.375 from 128 base points on."]


def test_a_limit_that_the_last_interval_just_meets_is_met_and_one_below_it_is_not(tmp_path):
    sweep = open_sweep(sobol_store(tmp_path))
    last = trace_sensitivity(sweep)["widest"].values[0, -1]
    assert trace_sensitivity(sweep, limit=last)["enough"].item() == 256
    assert np.isnan(trace_sensitivity(sweep, limit=0.999 * last)["enough"].item())


def test_where_the_points_were_too_few_it_says_about_how_many_would_do_and_how_to_get_them(tmp_path):
    trace = trace_sensitivity(open_sweep(sobol_store(tmp_path)), limit=0.02)
    needed = 256 * (float(trace["widest"][0, -1]) / 0.02) ** 2
    assert np.isnan(trace["enough"][0]) and trace["needed"].item() == pytest.approx(needed, abs=1.0)
    asked = 2 ** int(np.ceil(np.log2(needed)))
    lines = _said(trace)
    assert f"with 256 base points, above ± 0.02; about {int(trace['needed'].item())} would do." in lines[0]
    assert lines[1] == f"'tredegar extend' with points = {asked} under [design] keeps all that is done."


def test_points_of_a_sobol_design_are_counted_as_base_points_where_it_must_grow(tmp_path):
    trace = trace_sensitivity(open_sweep(sobol_store(tmp_path, 64)), method="pawn", limit=0.01)
    assert trace.attrs["unit"] == "points" and trace["number"].values[-1] == 64 * 5
    asked = int(_said(trace)[-1].split("points = ")[1].split()[0])
    assert asked >= trace["needed"].item() / 5 > asked / 2


def test_morris_counts_trajectories_and_compares_with_the_largest_effect(tmp_path):
    rows = morris.sample(ISHIGAMI, 40, num_levels=4, seed=1)
    trace = trace_sensitivity(open_sweep(store_of(tmp_path, rows, 'method = "morris"\ntrajectories = 40')), limit=0.01)
    assert trace["number"].values.tolist() == [10, 20, 40] and trace.attrs["unit"] == "trajectories"
    largest = trace["mu_star"].isel(number=-1).max("parameter")
    share = trace["mu_star_conf"].where(trace["important"]).max("parameter") / largest
    assert np.allclose(trace["widest"], share)
    lines = _said(trace)
    assert "of the largest effect" in lines[0]
    assert "more trajectories are another morris design: sweep one anew, with trajectories = " in lines[1].lower()


def test_points_of_a_grid_are_taken_in_a_drawn_order_and_of_a_hypercube_too(tmp_path):
    points = grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=[0.0, 0.5, 1.0], real_control=[0.0, 0.5, 1.0])
    rows = np.column_stack([points[name] for name in NAMES])
    trace = trace_sensitivity(open_sweep(store_of(tmp_path, rows, 'method = "grid"')), limit=1e-6)
    assert trace["number"].values.tolist() == [14, 27] and np.isfinite(trace["SRC"]).all()
    assert _said(trace)[-1] == "'tredegar extend' takes levels."
    assert "R2" in trace and trace["R2"].dims == ("outcome", "number")


def test_an_outcome_that_does_not_vary_is_told_beside_one_that_does(tmp_path):
    sweep = open_sweep(sobol_store(tmp_path, outcomes={"quality": ishigami, "morale": still}))
    trace = trace_sensitivity(sweep, ["quality", "morale"], limit=0.5)
    lines = _said(trace)
    assert lines[1] == "morale: no interval is known; it does not vary beyond chance." and len(lines) == 2
    assert not trace["important"].sel(outcome="morale").any()


def test_a_failed_run_leaves_out_its_base_point(tmp_path):
    status = np.ones((256 * 5, 2))
    status[12, 0] = 2
    trace = trace_sensitivity(open_sweep(sobol_store(tmp_path, status=status)))
    assert trace["number"].values.tolist() == [8, 16, 32, 64, 128, 255] and trace.attrs["dropped"] == 1


def test_a_limit_must_be_above_zero(tmp_path):
    with pytest.raises(ValueError, match="must be above zero, got 0"):
        trace_sensitivity(open_sweep(sobol_store(tmp_path, 16)), limit=0.0)


def test_table_figure_and_file_hold_every_number(tmp_path):
    trace = trace_sensitivity(open_sweep(sobol_store(tmp_path)), limit=0.3)
    header, rows = trace_rows(trace)
    assert header == ("outcome", "parameter", "8 base points", "16", "32", "64", "128", "256")
    assert [row[1] for row in rows] == ["mandate detail", "method heterogeneity", "real control"]
    axes = draw_sensitivity(trace).axes[0]
    assert axes.get_xlabel() == "base points"
    assert [line.get_xdata().tolist() for line in axes.lines[:3]] == [trace["number"].values.tolist()] * 3
    assert any("enough for ± 0.3" in line.get_label() for line in axes.lines)
    text = write_indices(trace, tmp_path / "trace.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0].startswith("outcome,number,parameter,") and len(text.splitlines()) == 1 + 6 * 3


def test_an_index_that_cannot_be_told_from_an_idle_one_is_marked_at_each_number(tmp_path):
    trace = trace_sensitivity(open_sweep(sobol_store(tmp_path, 16)))
    trace["ST_idle"] = xr.full_like(trace["ST"], 0.0)
    trace["ST_idle"][{"number": 0, "parameter": int(trace["ST"][0, -1].argmax("parameter"))}] = 9.0
    first, *others = trace_rows(trace)[1]
    assert first[2].endswith(" (as idle)") and not first[3].endswith(" (as idle)")
    assert not any("(as idle)" in cell for row in others for cell in row)


def test_the_command_prints_the_trace_and_refuses_what_does_not_go_together(tmp_path, capsys):
    store, out = str(sobol_store(tmp_path, 64)), tmp_path / "trace.csv"
    assert tredegar("sensitivity", store, "--by-points", "--limit", "0.01", "--out", str(out)) == 0
    said = capsys.readouterr().out
    assert "ST: share of the variance" in said and "± is the half-width of a 95% interval." in said
    assert "8 base points" in said and "'tredegar extend' with points = " in said and out.exists()
    assert tredegar("sensitivity", store, "--limit", "0.1") == 2
    assert "--limit X is for --by-points" in capsys.readouterr().err
    assert tredegar("sensitivity", store, "--by-points", "--window", "1") == 2
    assert "--window K is not for" in capsys.readouterr().err


def test_a_hypercube_says_that_more_points_are_another_design(tmp_path):
    rows = latin.sample(ISHIGAMI, 120, seed=2)
    trace = trace_sensitivity(
        open_sweep(store_of(tmp_path, rows, 'method = "latin-hypercube"\npoints = 120')), limit=0.001
    )
    assert "more points are another latin-hypercube design" in _said(trace)[-1].lower()


def test_delta_keeps_the_rows_of_a_base_point_together() -> None:
    sweep = made_sweep(
        TRUTHS["one acts, linear"], {"method": "sobol", "points": 64}, 2, "common", np.random.default_rng(4)
    )
    design, rows = design_of(sweep), np.arange(sweep.sizes["point"])
    size, method = design.points_in_unit, find_method("delta")
    for number, part in _parts(rows[:, None], method, design, seed=3).items():
        assert number == len(part) and number % size == 0
        assert (part.reshape(-1, size) - part.reshape(-1, size)[:, :1] == np.arange(size)).all()
    complete = np.ones(len(rows), dtype=bool)
    complete[3 * size + 1] = False
    kept, used, dropped, _ = usable_rows(complete, design, method)
    assert (used, dropped) == (len(rows) - size, size)
    assert not set(kept) & set(range(3 * size, 4 * size))
