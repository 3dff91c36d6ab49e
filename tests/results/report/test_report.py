"""The report says what the runs say: its map, its sentence and its files follow from the data alone."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import xarray as xr
from scipy.stats import qmc

from tredegar.model import PARAMETERS
from tredegar.results import open_sweep
from tredegar.results.discovery.regions import discover
from tredegar.results.figures.maps import axes_of_map, map_of
from tredegar.results.figures.response_curves import responses
from tredegar.results.figures.sentence import change_table, changes_of, sign_turns, statement
from tredegar.results.figures.style import alone
from tredegar.results.report.contents import report_page
from tredegar.results.report.parts import map_picture, region_picture
from tredegar.results.report.report import report_findings, write_report
from tredegar.results.shares import most_telling
from tredegar.results.windows import window_mean

from ...support.made_stores import grid, made_store

GRID = grid(method_heterogeneity=[0.0, 0.5, 1.0, 1.5], mandate_detail=[0.0, 0.5, 1.0])


def crossing(points, luck, month):
    """Mandate detail helps below a heterogeneity of 0.6 and harms above it."""
    detail, spread = points["mandate_detail"], points["method_heterogeneity"]
    own = np.random.default_rng(4).standard_normal((len(detail), luck.shape[1], 1))
    return 0.5 + detail * (0.06 - 0.1 * spread) + 0.05 * luck + 0.002 * own + 0.0 * month


def flat(points, luck, month):
    return 0.4 + 0.0 * points["mandate_detail"] + 0.05 * luck + 0.0 * month


@pytest.fixture
def store(tmp_path):
    return made_store(tmp_path / "grid.zarr", GRID, {"quality": crossing, "true_access": flat}, replicates=6)


@pytest.fixture
def sampled(tmp_path):
    unit = qmc.LatinHypercube(3, rng=3).random(64)
    points = {"method_heterogeneity": 1.5 * unit[:, 0], "mandate_detail": unit[:, 1], "grip_rate": 0.1 * unit[:, 2]}
    design = 'method = "latin-hypercube"\npoints = 64'
    return made_store(tmp_path / "sample.zarr", points, {"quality": crossing}, replicates=6, design=design)


def chart_of(store, outcome="quality"):
    sweep = open_sweep(store)
    means = window_mean(sweep, [outcome])[outcome]
    return sweep, means, map_of(means, sweep, *axes_of_map(means, sweep))


def test_the_lever_lies_on_the_x_axis_and_idle_parameters_are_not_mapped(store, sampled):
    for path in (store, sampled):
        _, _, chart = chart_of(path)
        assert (chart.attrs["x"], chart.attrs["y"]) == ("mandate_detail", "method_heterogeneity")


def test_the_map_of_a_grid_holds_the_means_and_paired_changes_of_its_cells(store):
    sweep, means, chart = chart_of(store)
    cell = (sweep.mandate_detail.values == 1.0) & (sweep.method_heterogeneity.values == 1.5)
    base = (sweep.mandate_detail.values == 0.0) & (sweep.method_heterogeneity.values == 1.5)
    there = chart.sel(mandate_detail=1.0, method_heterogeneity=1.5)
    assert np.isclose(float(there["mean"]), means.values[cell].mean(), rtol=1e-12)
    assert np.isclose(float(there["change"]), (means.values[cell] - means.values[base]).mean(), rtol=1e-9)
    assert float(there["change_low"]) < -0.09 < float(there["change_high"])


def test_common_luck_cancels_in_changes(store):
    _, _, chart = chart_of(store)
    last = chart.isel(mandate_detail=-1)
    assert float((last["change_high"] - last["change_low"]).max()) < 0.02
    assert float((last["mean_high"] - last["mean_low"]).min()) > 0.05


def test_the_sign_turns_where_it_was_made_to_turn(store, sampled):
    for path in (store, sampled):
        place, low, high = sign_turns(chart_of(path)[2])
        assert low <= 0.6 <= high and abs(place - 0.6) < 0.1


def test_a_surface_recovers_the_effect_and_its_interval_covers_it(sampled):
    _, _, chart = chart_of(sampled)
    assert chart.attrs["method"] == "surface" and chart.attrs["r2"] > 0.95
    ends = chart.isel(mandate_detail=-1, method_heterogeneity=-1)
    width = float(ends.mandate_detail - chart.mandate_detail[0])
    truth = width * (0.06 - 0.1 * float(ends.method_heterogeneity))
    assert float(ends["change_low"]) <= truth <= float(ends["change_high"])


def test_a_surface_through_a_step_has_no_interval_and_its_caption_says_so(tmp_path):
    draw = np.random.default_rng(2)
    points = dict(zip(("mandate_detail", "method_heterogeneity"), draw.random((2, 120)), strict=True))
    noise = 0.05 * draw.standard_normal((120, 4, 1))
    outcomes = {"quality": lambda p, luck, month: 0.4 + 0.3 * (p["mandate_detail"] > 0.62) + noise + 0.0 * month}
    store = made_store(tmp_path / "step.zarr", points, outcomes, design='method = "latin-hypercube"')
    sweep, _, chart = chart_of(store)
    assert (
        np.isfinite(chart["mean"]).all() and np.isnan(chart["mean_low"]).all() and np.isnan(chart["change_high"]).all()
    )
    assert "it has no interval" in map_picture(chart, sweep, "", "map").note
    assert "(no interval)" in statement(chart, sweep, (13, 24))


def test_noise_turns_no_sign():
    ends = {"change": [-0.2, 0.2], "change_low": [-0.3, -0.1], "change_high": [-0.1, 0.5]}
    cells = {name: (("y", "x"), np.column_stack([np.zeros(2), values])) for name, values in ends.items()}
    chart = xr.Dataset(cells, {"y": [0.0, 1.0], "x": [0.0, 1.0]}, {"x": "x", "y": "y"})
    assert sign_turns(chart) is None


def test_many_varied_parameters_with_many_values_make_a_surface_and_no_grid(tmp_path):
    names = list(PARAMETERS)[:30]
    points = dict(zip(names, np.random.default_rng(1).random((30, 200)), strict=True))
    design = 'method = "latin-hypercube"'
    outcomes = {"quality": lambda p, luck, month: p[names[0]] + p[names[3]] + 0.0 * luck * month}
    store = made_store(tmp_path / "wide.zarr", points, outcomes, design=design, months=4)
    assert chart_of(store)[2].attrs["method"] == "surface"


def test_the_sentence_reports_effects_null_effects_and_their_basis(store):
    sweep, _, chart = chart_of(store)
    said = statement(chart, sweep, (13, 24))
    assert said.startswith("Raising mandate detail from 0 to 1 changes quality by +0.06")
    assert "by -0.09" in said and "the sign turns at about 0.6" in said
    assert "over 6 paired replicates under common random numbers" in said and "no clear change" not in said
    assert "no clear change" in statement(chart_of(store, "true_access")[2], sweep, (13, 24))


def test_the_rows_of_the_table_repeat_the_map(store):
    _, _, chart = chart_of(store)
    rows = changes_of(chart)
    assert [row.at for row in rows] == [0.0, 0.5, 1.5]
    assert rows[-1].change == pytest.approx(rows[-1].mean_at_high_x - rows[-1].mean_at_low_x)
    header, cells = change_table(rows)
    assert header[2:4] == ("at mandate detail 0", "at 1") and cells[0][0] == "quality" and "-0.0" in cells[2][-1]


def test_responses_have_one_row_per_level_with_interval_and_spread(store, sampled):
    sweep = open_sweep(store)
    means = window_mean(sweep, ["quality"])
    table = responses(means, sweep)
    assert len(table) == 4 + 3
    row = table[(table["parameter"] == "mandate_detail") & (table["value"] == 0.5)].iloc[0]
    members = sweep.mandate_detail.values == 0.5
    assert row["mean"] == pytest.approx(means.quality.values[members].mean()) and row["points"] == 4
    assert row["low"] < row["mean"] < row["high"] and row["p10"] < row["p90"]
    many = open_sweep(sampled)
    assert len(responses(window_mean(many), many)) == 3 * 10
    assert most_telling(window_mean(many).quality, many).index[-1] == "grip_rate"


def test_a_report_writes_the_page_figures_and_their_data(store, tmp_path):
    report = write_report(store, tmp_path / "out")
    assert report.paths[0] == tmp_path / "out" / "index.html" and len(report.changes) == 6
    names = {path.name for path in report.paths}
    pictures = (
        "map",
        "map-true-access",
        "responses",
        "over-time",
        "sensitivity",
        "sensitivity-over-time",
        "convergence",
    )
    assert names == {f"{name}.{kind}" for name in pictures for kind in ("png", "svg", "csv")} | {
        "index.html",
        "changes.csv",
    }
    assert all(path.stat().st_size > 100 for path in report.paths)
    with (tmp_path / "out" / "changes.csv").open(encoding="utf-8") as file:
        assert [row["outcome"] for row in csv.DictReader(file)] == ["quality"] * 3 + ["true_access"] * 3


def test_boxes_are_drawn_where_they_were_found_and_their_limits_are_in_the_table(tmp_path):
    unit = qmc.LatinHypercube(3, rng=3).random(200)
    points = {"mandate_detail": unit[:, 0], "real_control": unit[:, 1], "grip_rate": 0.1 * unit[:, 2]}

    def corner(points, luck, month):
        return np.where((points["mandate_detail"] > 0.5) & (points["grip_rate"] < 0.06), 0.8, 0.4) + 0.01 * luck

    store = made_store(tmp_path / "b.zarr", points, {"quality": lambda p, luck, m: corner(p, luck, m) + 0.0 * m},
                       design='method = "latin-hypercube"\npoints = 200')  # fmt: skip
    sweep = open_sweep(store)
    found = discover(sweep, "quality", 0.6)
    picture = region_picture([found], sweep)
    limits = picture.table[picture.table["box"] == 1].set_index("parameter")
    assert set(limits.index) == {"mandate_detail", "grip_rate"}
    assert limits.loc["mandate_detail", "low"] == pytest.approx(0.5, abs=0.06)
    (drawn,) = alone(picture.panels[0]).axes
    box = drawn.patches[0]
    corners = {drawn.get_xlabel().split()[0]: (box.get_x(), box.get_x() + box.get_width()),
               drawn.get_ylabel().split()[0]: (box.get_y(), box.get_y() + box.get_height())}  # fmt: skip
    assert corners["mandate"][0] == pytest.approx(limits.loc["mandate_detail", "low"])
    assert corners["grip"][1] == pytest.approx(limits.loc["grip_rate", "high"])
    page = report_page(report_findings(sweep, ("quality",), None), sweep)
    boxes = next(part for part in page.sections if part.heading == "Where quality is good")
    assert boxes.table is not None and len(boxes.images) == 1


def test_the_same_runs_give_the_same_files(store, tmp_path):
    sweep, _, chart = chart_of(store)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        map_picture(chart, sweep, "Note.", "map").write(tmp_path / folder)
    for name in ("map.png", "map.svg", "map.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_sweep_of_one_parameter_is_reported_without_a_map(tmp_path):
    store = made_store(tmp_path / "one.zarr", {"mandate_detail": np.linspace(0, 1, 5)}, {"quality": flat})
    findings = report_findings(open_sweep(store), ("quality",), None)
    assert findings.changes == () and "map" not in findings.pictures
    assert findings.statement.startswith("The mean of quality goes with mandate detail: 0.")


def test_an_unknown_outcome_is_refused_and_nothing_is_written(store, tmp_path):
    with pytest.raises(ValueError, match="outcome 'qualty' is not in this store; did you mean 'quality'"):
        write_report(store, tmp_path / "out", outcomes=["qualty"])
    assert not (tmp_path / "out").exists()


SMALL = [
    ({"mandate_detail": np.array([0.0, 1.0]), "method_heterogeneity": np.array([0.0, 1.0])}, 4),
    ({"mandate_detail": np.linspace(0.0, 1.0, 5), "method_heterogeneity": np.linspace(0.0, 1.0, 5) ** 2}, 1),
]


@pytest.mark.parametrize(("points", "replicates"), SMALL)
def test_a_sweep_too_small_for_a_map_is_reported_all_the_same(tmp_path, points, replicates):
    store = made_store(
        tmp_path / "s.zarr", points, {"quality": crossing}, replicates=replicates, design='method = "table"'
    )
    findings = report_findings(open_sweep(store), ("quality",), None)
    assert "map" not in findings.pictures and findings.statement.startswith("The mean of quality goes with")


def test_a_store_without_a_single_run_is_refused(tmp_path):
    store = made_store(tmp_path / "s.zarr", GRID, {"quality": flat}, status=np.full((12, 4), 2))
    with pytest.raises(ValueError, match="no run of .* is done; `tredegar status` says what failed and why"):
        write_report(store, tmp_path / "out")
    assert not (tmp_path / "out").exists()
