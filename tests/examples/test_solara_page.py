"""The page of examples/solara_page.py, rendered without a browser: its sliders, its buttons and its plots work."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import mesa
import pytest

from tredegar.model import PARAMETERS, HealthService

from ..support.example_scripts import script
from ..support.places import ROOT

MESA = tuple(map(int, mesa.__version__.split(".")[:2]))
solara = pytest.importorskip("solara", reason="Solara is not installed: pip install 'mesa[rec]'")
vuetify = pytest.importorskip("ipyvuetify")
SHORT = 40

if not hasattr(vuetify, "TabsItems") and MESA < (3, 5):
    pytest.skip("the page of Mesa up to 3.4 works with ipyvuetify below 2", allow_module_level=True)


@pytest.fixture
def page() -> Iterator[tuple[Any, Any]]:
    """The page as Solara shows it, and the model behind it, which Reset replaces."""
    with warnings.catch_warnings():  # of Mesa 3.3, by Solara, about Mesa's own components
        warnings.filterwarnings("ignore", "(?s).*(Failed to validate hooks|rules-of-hooks)", UserWarning)
        made = script("solara_page").page
    model = solara.reactive(made.args[0])
    shown = made.component(model, **made.kwargs)
    _, rendered = solara.render(solara.AppLayout(children=[shown]), handle_error=False)
    yield rendered, model
    rendered.close()


def press(rendered: Any, words: str) -> None:
    (button,) = (each for each in rendered.find(vuetify.Btn).widgets if each.children == [words])
    button.click()


def slider(rendered: Any, name: str) -> Any:
    (found,) = (each for each in rendered.find(vuetify.Slider).widgets if each.label == name.replace("_", " "))
    return found


def test_the_page_is_short() -> None:
    assert len((ROOT / "examples" / "solara_page.py").read_text(encoding="utf-8").splitlines()) <= SHORT


def test_a_step_is_a_month_of_the_model(page: tuple[Any, Any]) -> None:
    rendered, model = page
    press(rendered, "Step")
    press(rendered, "Step")
    alone = HealthService(trusts=20, clinicians=8, seed=7)
    alone.run_for(2)
    assert model.value.steps == 2 and model.value.outcomes == alone.outcomes
    assert len(rendered.find(vuetify.Slider).widgets) == 2 + 5


def test_a_lever_works_from_the_next_reset_on(page: tuple[Any, Any]) -> None:
    rendered, model = page
    lever = slider(rendered, "kaizen_support")
    row = PARAMETERS["kaizen_support"]
    assert (lever.v_model, lever.min, lever.max) == (row.default, row.low, row.high)
    lever.v_model = 0.9
    press(rendered, "Step")
    assert model.value.p.kaizen_support == row.default
    press(rendered, "Reset")
    press(rendered, "Step")
    alone = HealthService(trusts=20, clinicians=8, seed=7, kaizen_support=0.9)
    alone.run_for(1)
    assert model.value.steps == 1 and model.value.outcomes == alone.outcomes
