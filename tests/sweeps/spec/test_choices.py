"""Choices between rules under [vary] and [fixed]: labels in a spec, numbers of levels in its points."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import qmc

from tredegar import Spec, SpecError
from tredegar.model.parameters import PARAMETERS, Parameter
from tredegar.model.schedule.rulebook import BUILT_IN
from tredegar.sweeps.quantities.books import choices_of
from tredegar.sweeps.spec.sampling import draw_points, sampler_settings
from tredegar.sweeps.store.layout import coordinates, store_attributes

LABELS = ("built-in", "my_rules.py:gaming", "proportional")
ROW = Parameter(
    name="gaming", symbol="gaming", default=0.0, low=0.0, high=2.0, least=0.0, most=2.0, unit="choice",
    kind="uncertainty", actor="own rules", meaning="which rule of gaming holds", source="own rules",
)  # fmt: skip
BOOK = replace(BUILT_IN, parameters={**PARAMETERS, "gaming": ROW}, choices={"gaming": LABELS})
HYPERCUBE = {"method": "latin-hypercube", "points": 300}
ALL = {"values": list(LABELS)}


def spec_of(design: Any, vary: Any, **others: Any) -> Spec:
    return Spec(rules=BOOK, design=design, vary=vary, seed=11, **others)


def refusal(design: Any, vary: Any, **others: Any) -> str:
    with pytest.raises(SpecError) as refused:
        spec_of(design, vary, **others)
    assert len(str(refused.value).splitlines()) == 1
    return str(refused.value)


def test_a_grid_has_every_level_with_every_other() -> None:
    spec = spec_of("grid", {"gaming": ALL, "solidarity": {"values": [0.1, 0.9]}})
    points = draw_points(spec)
    assert points["gaming"].tolist() == [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]
    assert sampler_settings(spec)["levels"] == {"gaming": list(LABELS)}
    assert 'gaming = { values = ["built-in", "my_rules.py:gaming", "proportional"] }' in spec.canonical()
    assert "gaming built-in or my_rules.py:gaming or proportional" in repr(spec)


def test_a_grid_may_leave_levels_out_in_its_own_order() -> None:
    spec = spec_of("grid", {"gaming": {"values": ["proportional", "built-in"]}})
    assert draw_points(spec)["gaming"].tolist() == [2.0, 0.0]
    assert sampler_settings(spec)["levels"] == {"gaming": ["proportional", "built-in"]}


@pytest.mark.parametrize("design", [HYPERCUBE, {"method": "sobol", "points": 256}], ids=["hypercube", "sobol"])
def test_designs_that_sample_give_each_level_the_same_probability(design: dict[str, Any]) -> None:
    spec = spec_of(design, {"gaming": ALL, "solidarity": [0.1, 0.9]})
    counts = np.bincount(draw_points(spec)["gaming"].astype(int))
    assert len(counts) == 3 and counts.sum() == counts.shape[0] * counts.mean()
    assert np.abs(counts - counts.mean()).max() <= 0.02 * counts.sum()
    assert "distributions" not in sampler_settings(spec)
    assert sampler_settings(spec)["levels"] == {"gaming": list(LABELS)}
    assert sampler_settings(spec)["bounds"][0] == [0.0, 2.0]
    without = Spec(design=design, vary={"real_control": [0.1, 0.9], "solidarity": [0.1, 0.9]}, seed=11)
    assert draw_points(spec)["solidarity"].tobytes() == draw_points(without)["solidarity"].tobytes()


def test_two_levels_of_a_latin_hypercube_are_the_halves_of_its_column() -> None:
    spec = spec_of(HYPERCUBE, {"gaming": {"values": ["proportional", "built-in"]}})
    unit = qmc.LatinHypercube(1, seed=11).random(300)[:, 0]
    assert draw_points(spec)["gaming"].tobytes() == np.where(unit < 0.5, 0.0, 2.0).tobytes()
    # Where levels are drawn, the order in which they are named means nothing.
    assert spec == spec_of(HYPERCUBE, {"gaming": {"values": ["built-in", "proportional"]}})


def test_weights_say_how_often_a_level_is_drawn() -> None:
    given = {"values": ["proportional", "built-in"], "weights": [1, 3]}
    spec = spec_of(HYPERCUBE, {"gaming": given})
    assert np.bincount(draw_points(spec)["gaming"].astype(int)).tolist() == [225, 0, 75]
    table = {"distribution": "discrete", "values": ["built-in", "proportional"], "weights": [3.0, 1.0]}
    assert sampler_settings(spec)["distributions"] == {"gaming": table}
    assert spec == spec_of(HYPERCUBE, {"gaming": table})
    assert "has weights, but a grid has all levels equally often" in refusal("grid", {"gaming": given})


def test_labels_and_numbers_stand_for_levels_under_fixed_and_in_tables_of_points() -> None:
    vary = {"solidarity": [0.1, 0.9]}
    assert spec_of(HYPERCUBE, vary, fixed={"gaming": "proportional", "gaming@3": 1}).fixed == {
        "gaming": 2.0,
        "gaming@3": 1.0,
    }
    points = Spec(rules=BOOK, points={"gaming": ["built-in", "proportional"], "solidarity": [0.1, 0.2]})
    assert points.table is not None and points.table["gaming"].tolist() == [0.0, 2.0]
    numbers = Spec(rules=BOOK, points={"gaming": [0, 2], "solidarity": [0.1, 0.2]})
    assert numbers.hash() == points.hash()


def test_a_choice_may_change_in_a_month() -> None:
    spec = spec_of("grid", {"gaming@13": ALL}, fixed={"gaming": "built-in"})
    assert draw_points(spec)["gaming@13"].tolist() == [0.0, 1.0, 2.0]


def test_a_store_says_what_the_levels_are() -> None:
    spec = spec_of("grid", {"gaming": ALL}, fixed={"solidarity": 0.5})
    rows = {row.name: row for row in coordinates(spec, draw_points(spec))}
    about = rows["gaming"].attributes
    assert (about["levels"], about["units"], about["design"]) == (list(LABELS), "choice", "varied")
    assert rows["gaming"].dtype == "float64"
    found = store_attributes(spec, draw_points(spec), 1, "")
    assert found["tredegar_store"] == 5 and found["defaults"]["gaming"] == 0.0


@pytest.mark.parametrize(
    ("design", "vary", "said"),
    [
        (
            {"method": "morris", "trajectories": 4},
            {"gaming": ALL},
            "vary 'gaming' chooses between rules, which a morris design cannot: a category has no steps; take a design",
        ),
        (HYPERCUBE, {"gaming": [0.0, 2.0]}, "vary 'gaming' chooses between rules and must be { values = ["),
        (HYPERCUBE, {"gaming": {"low": 0, "high": 1}}, "vary 'gaming' chooses between rules and must be { values = ["),
        (HYPERCUBE, {"gaming": {"values": ["built-in"]}}, "must be a list of 2 to 100000 labels, got ['built-in']"),
        (
            HYPERCUBE,
            {"gaming": {"values": ["built-in", "proportonal"]}},
            "1 (my_rules.py:gaming), 2 (proportional), got 'proportonal'; did you mean 'proportional'?",
        ),
        (HYPERCUBE, {"gaming": {"values": [0, 0.5]}}, "2 (proportional), got 0.5"),
        (HYPERCUBE, {"gaming": {"values": [0, 3]}}, "2 (proportional), got 3"),
        (HYPERCUBE, {"gaming": {"values": [False, True]}}, "2 (proportional), got False"),
        (HYPERCUBE, {"gaming": {"values": ["built-in", 0]}}, "vary 'gaming': a value is named twice"),
        (HYPERCUBE, {"gaming": {**ALL, "distribution": "beta"}}, "a beta distribution has no 'values'"),
        (
            {**HYPERCUBE, "correlations": {"gaming": {"solidarity": 0.5}}},
            {"gaming": ALL, "solidarity": [0.0, 1.0]},
            "[design.correlations] names 'gaming', which chooses between rules: these have no ranks",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(design: Any, vary: Any, said: str) -> None:
    assert said in refusal(design, vary)


def test_texts_under_vary_are_labels_of_rules_and_the_rule_from_the_start_is_the_first_level() -> None:
    rival = ["built-in", "proportional"]
    assert choices_of({"gaming": {"values": rival}, "solidarity": {"values": [0.1, 0.2]}}) == {"gaming": rival}
    assert choices_of({"gaming@13": {"values": ["proportional", "x.py:g"]}}) == {
        "gaming": ["built-in", "proportional", "x.py:g"]
    }
    both = {"gaming@13": {"values": ["x.py:g", "built-in"]}, "gaming": {"values": ["proportional", "built-in"]}}
    assert choices_of(both) == {"gaming": ["proportional", "built-in", "x.py:g"]}
