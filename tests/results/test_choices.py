"""Choices: every analysis tells their levels by label, or refuses them by name, as docs/results.md says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tredegar.results import (
    analyze_sensitivity,
    at,
    average_by,
    compare,
    contrast,
    discover,
    draw_map,
    draw_over_time,
    draw_responses,
    draw_sensitivity,
    export,
    grow_tree,
    join,
    measure_hysteresis,
    measure_robustness,
    paired,
    salib_problem,
    trace_sensitivity,
    unstack_grid,
    window_mean,
)
from tredegar.results.dataset import recorded_outcomes
from tredegar.results.discovery.figure import region_panels, region_table
from tredegar.results.discovery.regions import region_rows
from tredegar.results.discovery.robust import robust_rows
from tredegar.results.report.contents import report_page
from tredegar.results.report.page import render
from tredegar.results.report.report import report_findings
from tredegar.results.sensitivity.indices import Bootstrap
from tredegar.results.sensitivity.table import remarks, summary

from .own_sweeps import LABELS, TWO, own_sweep

PAGE = Path(__file__).parents[2] / "docs" / "results.md"
LEVELS = np.array([0.0, 1.0, 0.3])
INPUTS = {"gaming": LABELS, "bite": (0.0, 1.0), "rate": (0.0, 10.0)}
WITH_TWO = {"gaming": TWO, "bite": (0.0, 1.0), "rate": (0.0, 10.0)}
DREAD = ["mean_dread"]


def truth(points):
    return LEVELS[points["gaming"].astype(int)] + 0.2 * points["bite"]


def of_design(method: str, inputs: Any = None, points: int = 64, **options: Any) -> xr.Dataset:
    return own_sweep(method, truth, INPUTS if inputs is None else inputs, points, **options)


def table_of(sweep: xr.Dataset, method: str, resamples: int = 20) -> str:
    found = analyze_sensitivity(sweep, DREAD, method=method, bootstrap=Bootstrap(resamples))
    return " ".join([*(cell for row in summary(found)[1] for cell in row), *remarks(found)])


def printed(rows: tuple[tuple[str, ...], list[tuple[str, ...]]]) -> str:
    return " ".join(cell for row in rows[1] for cell in row)


def words_of(figure: Any) -> str:
    axes = figure.axes
    return " ".join(
        [text.get_text().replace("\n", "") for one in axes for text in one.get_xticklabels()]
        + [text.get_text() for one in axes for legend in [one.get_legend()] if legend for text in legend.get_texts()]
    )


def of_boxes(tmp_path: Path) -> str:
    found = discover(of_design("latin-hypercube", points=240), "mean_dread", below=True, threshold=0.25)
    assert found.regions and region_panels([found], found.parameters)
    assert region_table([found])["levels"].tolist()[0]
    return printed(region_rows(found))


def of_tree(tmp_path: Path) -> str:
    return grow_tree(discover(of_design("latin-hypercube", points=240), "mean_dread", below=True, threshold=0.25))


def of_robustness(tmp_path: Path) -> str:
    table = measure_robustness(of_design("grid"), "mean_dread", "gaming")
    return printed(robust_rows(table, ("gaming",)))


def of_export(tmp_path: Path) -> str:
    return export(of_design("grid"), tmp_path / "runs.csv").read_text(encoding="utf-8")


def of_report(tmp_path: Path) -> str:
    sweep = of_design("latin-hypercube", points=80)
    return render(report_page(report_findings(sweep, ("mean_dread",), from_month=None), sweep))


def of_joined(tmp_path: Path) -> str:
    arms = {"a": of_design("grid"), "b": of_design("grid")}
    return " ".join(unstack_grid(paired(join(arms), "b", "a", DREAD))["gaming"].values)


def of_comparison(tmp_path: Path) -> str:
    found = contrast(of_design("grid"), {"gaming": "built-in"}, {"gaming": "gap"}, DREAD)
    assert found.table["change"][0] == pytest.approx(0.3, abs=1e-6)
    return " ".join(found.settings)


def of_groups(tmp_path: Path) -> str:
    return " ".join(at(of_design("grid"), gaming=["gap", "built-in"]).pipe(unstack_grid)["gaming"].values)


CASES: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "`sobol`": ("gap", lambda tmp_path: table_of(of_design("sobol"), "sobol")),
    "`morris`": ("refused", lambda tmp_path: table_of(of_design("morris", WITH_TWO), "morris")),
    "`pawn`": ("gap", lambda tmp_path: table_of(of_design("latin-hypercube"), "pawn")),
    "`delta`": ("gap", lambda tmp_path: table_of(of_design("latin-hypercube", points=128), "delta", 4)),
    "`regression` and shares of a quadratic fit": (
        "my_rules.py:gaming",
        lambda tmp_path: table_of(of_design("latin-hypercube", WITH_TWO), "regression"),
    ),
    "maps": ("refused", lambda tmp_path: draw_map(of_design("grid"), "mean_dread", x="gaming", y="bite")),
    "responses": ("my_rules.py:gaming", lambda tmp_path: words_of(draw_responses(of_design("grid"), DREAD))),
    "courses over time": (
        "gaming: my_rules.py:gaming",
        lambda tmp_path: words_of(draw_over_time(of_design("grid"), DREAD, "gaming")),
    ),
    "boxes (`discover`)": ("built-in", of_boxes),
    "trees (`grow_tree`)": ("gaming is built-in", of_tree),
    "`measure_robustness`": ("my_rules.py:gaming", of_robustness),
    "`measure_hysteresis`": ("refused", lambda tmp_path: measure_hysteresis(of_design("grid"), "gaming", "quality")),
    "`at`, `unstack_grid`": ("gap", of_groups),
    "`contrast`, `compare`": ("gaming: built-in / gap", of_comparison),
    "`join`, `paired`": ("gap", of_joined),
    "`average_by`": ("refused", lambda tmp_path: average_by(of_design("grid"), by="gaming")),
    "`export`": ("my_rules.py:gaming", of_export),
    "the report": ("my_rules.py:gaming", of_report),
}
"""Analysis -> what it says of a choice, "refused" where it does not take one, and how it is asked."""


def rows_of_page() -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    section = text[text.index("\n## Choices and distributions") :]
    section = section[: section.index("\n## ", 5)]
    return [row.split("|")[1].strip() for row in re.findall(r"^\|.*\|$", section, re.MULTILINE)[2:]]


def test_the_page_says_of_each_analysis_what_is_tested_here():
    assert rows_of_page() == [*CASES]


@pytest.mark.parametrize("name", CASES)
def test_an_analysis_tells_levels_by_label_or_refuses_the_choice_by_name(name, tmp_path):
    expected, ask = CASES[name]
    if expected == "refused":
        with pytest.raises(ValueError, match=r"gaming.*(order|parameter)") as refused:
            ask(tmp_path)
        assert "\n" not in str(refused.value)
    else:
        assert expected in ask(tmp_path)


def test_a_choice_of_more_than_two_levels_is_refused_by_a_regression():
    with pytest.raises(ValueError) as refused:
        analyze_sensitivity(of_design("latin-hypercube"), method="regression")
    assert str(refused.value) == (
        "method 'regression' tells the effects of choices of at most 2 levels: the choice 'gaming' has 3 levels, "
        "built-in, my_rules.py:gaming, gap, which have no order; this store allows: pawn, delta"
    )


@pytest.mark.parametrize(("design", "named"), [("grid", "regression"), ("morris", "morris")])
def test_where_no_method_takes_a_choice_auto_says_what_to_do(design, named):
    with pytest.raises(ValueError, match=rf"'{named}' tells .* no order; compare its levels instead: contrast"):
        analyze_sensitivity(of_design(design))


def test_levels_are_selected_by_label():
    sweep = of_design("grid")
    assert set(at(sweep, gaming="gap")["gaming"].values) == {2.0}
    assert set(at(sweep, gaming=["gap", "built-in"], bite=0.5)["gaming"].values) == {0.0, 2.0}
    assert at(sweep, gaming="gap", bite=0.4, rate=0.1, method="nearest")["bite"].values.tolist() == [0.5]
    with pytest.raises(ValueError, match=r"gaming has no level 'gape'; did you mean 'gap'\?; give 'built-in' or"):
        at(sweep, gaming="gape")
    with pytest.raises(ValueError, match="the levels of gaming have no order, so that no slice holds any"):
        at(sweep, gaming=slice("built-in", "gap"))
    with pytest.raises(ValueError, match="no point has gaming = built-in; available: gap"):
        at(at(sweep, gaming="gap"), gaming="built-in")


def test_a_grid_has_labels_on_its_axis_and_is_selected_by_them():
    grid = unstack_grid(of_design("grid"))
    assert grid["gaming"].values.tolist() == [*LABELS]
    found = grid.sel(gaming="gap", bite=0.5)["mean_dread"].mean(("rate", "replicate", "month"))
    assert float(found) == pytest.approx(0.4, abs=0.1)


def test_own_parameters_and_outcomes_have_their_units_on_axes():
    sweep = of_design("grid")
    labels = [axes.get_xlabel() for axes in draw_responses(sweep, DREAD).axes]
    assert labels == ["gaming", "bite [share]", "rate [1/month]"]
    assert draw_responses(sweep, DREAD).axes[0].get_ylabel() == "mean dread [share]"
    drawn = draw_map(at(sweep, gaming="gap"), "mean_dread", x="rate", y="bite").axes
    assert (drawn[0].get_xlabel(), drawn[0].get_ylabel()) == ("rate [1/month]", "bite [share]")
    assert {axes.get_ylabel() for axes in drawn} >= {"mean dread [share]", "change of mean dread [share]"}


def test_a_level_has_a_point_and_no_line():
    level, number = draw_responses(of_design("grid"), DREAD).axes[:2]
    assert level.get_lines()[0].get_linestyle() == "None" and number.get_lines()[0].get_linestyle() == "-"


def test_a_map_takes_other_axes_than_a_choice():
    sweep = of_design("sobol")
    assert draw_map(sweep, "mean_dread").axes[0].get_xlabel() in ("rate [1/month]", "bite [share]")
    with pytest.raises(ValueError, match="this store varies gaming, bite; a choice has no order, and is no axis"):
        draw_map(own_sweep("grid", truth, {"gaming": LABELS, "bite": (0.0, 1.0)}), "mean_dread")


def test_a_parquet_or_csv_has_labels_and_netcdf_numbers_with_labels_beside_them(tmp_path):
    sweep = of_design("grid")
    table = pd.read_csv(export(sweep, tmp_path / "runs.csv", DREAD))
    assert set(table["gaming"]) == set(LABELS) and "mean_dread" in table
    with xr.open_dataset(export(sweep, tmp_path / "runs.nc", DREAD)) as written:
        assert written["gaming"].attrs["levels"] == '["built-in", "my_rules.py:gaming", "gap"]'
        assert set(at(written, gaming="gap")["gaming"].values) == {2.0}


def test_points_are_compared_by_the_labels_of_their_levels_not_by_their_numbers():
    first = of_design("grid")
    turned = [2, 0, 1]
    second = first.assign_coords(gaming=("point", np.array(turned, float)[first["gaming"].values.astype(int)]))
    labels = [LABELS[turned.index(k)] for k in range(3)]
    second["gaming"].attrs = {**first["gaming"].attrs, "levels": str(labels).replace("'", '"')}
    found = compare(first, second, DREAD)
    assert found.points == first.sizes["point"] and abs(found.table["change"][0]) < 1e-12


def test_arms_under_other_rules_lack_the_own_parameters_of_each_other():
    sweep = of_design("grid").drop_vars("rate").assign_attrs(rules_hash="1")
    first = sweep.assign_coords(rate=((), 3.0, of_design("grid")["rate"].attrs))
    both = join({"a": first, "b": sweep.assign_attrs(rules_hash="2")}, may_differ="rules")
    assert both["rate"].values[0] == 3.0 and np.isnan(both["rate"].values[1])


def test_an_own_outcome_is_known_in_joined_arms_though_its_rule_stands_on_another_line():
    first, second = of_design("grid"), of_design("grid")
    second["mean_dread"].attrs["own_rule"] = "my_rules.py:9"
    both = join({"a": first, "b": second})
    assert "mean_dread" in recorded_outcomes(both) and both["mean_dread"].attrs["own_rule"] == "my_rules.py:7"


def test_a_trace_and_a_figure_of_indices_take_choices():
    sweep = of_design("sobol", points=32)
    trace = trace_sensitivity(sweep, DREAD, limit=0.2, bootstrap=Bootstrap(20))
    assert trace["important"].sel(parameter="gaming").all()
    assert draw_sensitivity(trace).axes and salib_problem(sweep)["bounds"][0] == [0.0, 2.0]


def test_means_of_a_sweep_keep_levels_and_units():
    means = window_mean(of_design("grid"), DREAD)
    assert means["gaming"].attrs["levels"].startswith('["built-in"') and means["mean_dread"].attrs["cell_methods"]
