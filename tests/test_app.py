"""The page in the browser shows what the model computes (extra ``app``)."""

from __future__ import annotations

import warnings

import pytest

pytest.importorskip("solara", reason='needs pip install "tredegar[app]"')

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # solara and Mesa warn of each other's code
    import solara

    from tredegar.model.app import LEVERS, TRUSTS, Explorer, page, slider
    from tredegar.model.parameters import PARAMETERS, Parameters

from tredegar.model import HealthService


@pytest.mark.filterwarnings("ignore")
def test_the_page_can_be_drawn() -> None:
    box, context = solara.render(page, handle_error=False)
    assert box.children
    context.close()


def test_sliders_cover_the_declared_ranges() -> None:
    for name in LEVERS:
        row, shown = PARAMETERS[name], slider(name)
        assert (shown.min, shown.max, shown.value) == (row.low, row.high, row.default)


def test_the_explorer_runs_the_model_itself() -> None:
    explorer = Explorer(run=3, real_control=0.8)
    plain = HealthService(Parameters(real_control=0.8), trusts=TRUSTS, clinicians=10, seed=7, run=3)
    explorer.run_for(2)
    plain.run_for(2)
    assert explorer.outcomes == plain.outcomes
