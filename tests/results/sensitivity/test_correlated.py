"""Correlated parameters: what counts one parameter's effect as another's is refused by name, and delta is not."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.results import analyze_sensitivity, discover, draw_map, draw_responses, open_sweep, write_report
from tredegar.results.sensitivity.indices import Bootstrap
from tredegar.results.sensitivity.methods import METHODS
from tredegar.results.sensitivity.table import remarks
from tredegar.sweeps.spec.sampling import draw_points
from tredegar.sweeps.spec.spec import Spec

from ...support.made_stores import made_store

DESIGN = 'method = "latin-hypercube"\npoints = 120\n{}'
CORRELATIONS = "correlations = { mandate_detail = { real_control = 0.7 } }"
VARY = "[vary]\nmandate_detail = [0.0, 1.0]\nreal_control = [0.0, 1.0]\nsolidarity = [0.0, 1.0]\n"


def surface(points, luck, month):
    return points["real_control"] + 0.2 * points["solidarity"] + 0.01 * luck + 0.0 * month


def store_of(tmp_path, correlations=CORRELATIONS):
    design = DESIGN.format(correlations)
    points = draw_points(Spec.from_text(f"[design]\n{design}\n{VARY}"))
    return made_store(tmp_path / "s.zarr", points, {"quality": surface}, design=design, months=4, batch=40)


@pytest.fixture
def sweep(tmp_path):
    return open_sweep(store_of(tmp_path))


@pytest.mark.parametrize("method", ["pawn", "regression"])
def test_methods_for_independent_parameters_are_refused_by_name_with_what_is_allowed(sweep, method):
    with pytest.raises(ValueError) as refused:
        analyze_sensitivity(sweep, method=method)
    assert str(refused.value) == (
        f"method '{method}' tells the effects of independent parameters alone: 'mandate_detail' and 'real_control' have"
        " a rank correlation of 0.7, so that what one does would count as the other's; this store allows: delta"
    )


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_methods_of_other_designs_name_the_design_that_they_need(sweep, method):
    with pytest.raises(ValueError, match=f"'{method}' cannot use a latin-hypercube design: it needs {method}"):
        analyze_sensitivity(sweep, method=method)


def test_auto_is_delta_which_says_what_it_means_then(sweep):
    found = analyze_sensitivity(sweep, bootstrap=Bootstrap(4))
    assert found.attrs["method"] == "delta" and not METHODS["delta"].independent
    said = " ".join(remarks(found))
    assert "Rank correlations of the parameters: mandate detail with real control 0.7." in said
    assert "and with it whatever it is correlated with" in said
    value = found["delta"].isel(outcome=0, month=0)
    assert value.sel(parameter="mandate_detail") > value.sel(parameter="solidarity")


def test_boxes_and_maps_are_refused_and_responses_are_not(sweep):
    with pytest.raises(
        ValueError, match="shares of a box can be told of independent parameters alone: 'mandate_detail'"
    ):
        discover(sweep, "quality")
    with pytest.raises(ValueError, match="a map can be drawn of independent parameters alone: 'mandate_detail' and"):
        draw_map(sweep, "quality")
    assert len(draw_responses(sweep, ["quality"]).axes) == 3


def test_without_correlations_nothing_is_refused(tmp_path):
    sweep = open_sweep(store_of(tmp_path, ""))
    assert analyze_sensitivity(sweep).attrs["method"] == "regression"
    assert draw_map(sweep, "quality").axes and discover(sweep, "quality").regions


def test_the_report_says_which_parts_correlated_parameters_do_not_allow(tmp_path):
    write_report(store_of(tmp_path), tmp_path / "report")
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert page.count("have a rank correlation of 0.7, so that what one does would count as the other") == 2
    assert "No maps: " in page and "No boxes: " in page and "mandate_detail with real_control 0.7" in page
    assert np.char.find(page, "delta: how much of the distribution moves") > 0
