"""The front door with own rules: points name their parameters, choices and constants; outcomes name their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tredegar.kernels import simulate
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.own.books import book_of
from tredegar.model.schedule.rulebook import BUILT_IN

from ...support.cases import AVAILABLE
from .written import alarm, dread, gaming_by_lot
from .written_outcomes import mean_dread

SMALL: dict[str, Any] = {"replicates": 2, "months": 12, "trusts": 3, "clinicians": 2, "dtype": "float64"}
RULES = [dread, alarm, mean_dread]
CHOICE = book_of(choices={"gaming": ("built-in", "proportional")})
ENGINE = "numpy"


def out(points: Any, engine: str = ENGINE, **arguments: Any) -> Any:
    return simulate(points, engine=engine, **{**SMALL, **arguments})


ENGINES = [pytest.param(name, marks=[pytest.mark.slow] if name == "numba" else []) for name in AVAILABLE]


def digest(points: Any, **arguments: Any) -> bytes:
    found = out(points, **arguments)
    return b"".join(found[name].tobytes() for name in OUTCOMES)


@pytest.mark.parametrize("engine", ENGINES)
def test_own_parameters_differ_between_points_and_own_outcomes_are_recorded(engine: str) -> None:
    names = ["mean_dread", "manager_fear"]
    found = out({"bite": [0.0, 0.4, 1.0]}, engine, rules=RULES, outcomes=names)
    assert list(found) == ["manager_fear", "mean_dread"]
    dreaded = found["mean_dread"][:, :, -1]
    assert (np.diff(dreaded, axis=0) > 0.0).all()
    again = out({"bite": [0.0, 0.4, 1.0]}, rules=RULES, outcomes=names)
    assert found["mean_dread"].tobytes() == again["mean_dread"].tobytes()


def test_without_names_all_outcomes_are_recorded_own_ones_last() -> None:
    assert list(out({}, rules=RULES)) == [*OUTCOMES, "mean_dread"]
    assert list(out({})) == list(OUTCOMES)


def test_rules_that_only_watch_change_nothing() -> None:
    assert digest({"solidarity": [0.2, 1.0]}, rules=RULES) == digest({"solidarity": [0.2, 1.0]})


def test_an_own_parameter_changes_from_a_month_on() -> None:
    changed = out({"bite": 0.1, "bite@7": [0.1, 0.9]}, rules=RULES)["mean_dread"]
    assert changed[0, :, :6].tobytes() == changed[1, :, :6].tobytes()
    assert (changed[1, :, 6:] > changed[0, :, 6:]).all()


def test_a_book_a_list_and_a_file_are_the_same_rules(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from tredegar.model.own.declared import rule\n@rule\ndef gaming(manager):\n    return 0.5 * manager.fear\n",
        encoding="utf-8",
    )
    by_file = digest({}, rules=tmp_path / "mine.py")
    assert by_file == digest({}, rules=book_of(tmp_path / "mine.py")) != digest({})
    assert digest({}, rules={"gaming": f"{tmp_path / 'mine.py'}:gaming"}) == by_file


def test_the_levels_of_a_choice_are_numbers_or_labels_and_have_the_bits_of_their_rules() -> None:
    both = out({"gaming": ["built-in", "proportional"]}, rules=CHOICE)
    assert both["reported_access"].tobytes() == out({"gaming": [0, 1]}, rules=CHOICE)["reported_access"].tobytes()
    table = pd.DataFrame({"gaming": ["built-in", "proportional"]})
    assert both["reported_access"].tobytes() == out(table, rules=CHOICE)["reported_access"].tobytes()
    assert digest({"gaming": "built-in"}, rules=CHOICE) == digest({}, rules=CHOICE) == digest({})
    fixed = digest({}, rules={"gaming": "proportional"})
    assert digest({"gaming": "proportional"}, rules=CHOICE) == fixed != digest({})
    later = out({"gaming": 0, "gaming@7": [0, 1]}, rules=CHOICE)["reported_access"]
    assert later[0, :, :6].tobytes() == later[1, :, :6].tobytes()
    assert (later[0, :, 6:] != later[1, :, 6:]).any()


@pytest.mark.parametrize("engine", ENGINES)
def test_constants_among_the_points_have_the_bits_of_constants_of_the_call(engine: str) -> None:
    varied = out({"VOICE_BASE": [0.1, 0.4], "real_control": 0.5}, engine)
    for point, value in enumerate((0.1, 0.4)):
        fixed = out({"real_control": 0.5}, engine, constants={"VOICE_BASE": value})
        assert all(varied[name][point].tobytes() == fixed[name][0].tobytes() for name in OUTCOMES)
    with_rules = out({"VOICE_BASE": [0.1, 0.4], "real_control": 0.5}, engine, rules=RULES)
    assert with_rules["quality"].tobytes() == varied["quality"].tobytes()


def test_a_dataset_brings_own_parameters_choices_and_constants_as_coordinates() -> None:
    book = book_of(RULES, choices={"gaming": ("built-in", "proportional")})
    coordinates = {"bite": ("point", [0.2, 0.8]), "gaming": 1.0, "VOICE_BASE": 0.3, "point": [0, 1]}
    by_hand = {"bite": [0.2, 0.8], "gaming": 1.0, "VOICE_BASE": 0.3}
    found, expected = out(xr.Dataset(coords=coordinates), rules=book), out(by_hand, rules=book)
    assert all(found[name].tobytes() == expected[name].tobytes() for name in book.outcomes)
    assert found.call.points.keys() == by_hand.keys()


def test_the_call_says_what_was_asked() -> None:
    found = out({"bite": [0.2, 0.8], "VOICE_BASE": 0.3}, rules=RULES, outcomes="mean_dread")
    assert (found.call.own_rules, found.call.outcomes) == (book_of(RULES).text, ("mean_dread",))
    assert found.call.varied == ("bite",) and found.call.fixed == {"VOICE_BASE": 0.3}
    assert out({}).call.own_rules == "" == BUILT_IN.text


@pytest.mark.parametrize(
    ("points", "arguments", "said"),
    [
        ({"bite": 1.5}, {"rules": RULES}, r"parameter 'bite' must lie in 0 .. 1 \(share\), got 1.5"),
        ({"bite": 0.5}, {}, "unknown parameter 'bite'"),
        ({"bites": 0.5}, {"rules": RULES}, "unknown parameter 'bites'; did you mean 'bite'"),
        ({"VOICE_BAS": 0.5}, {}, "unknown parameter 'VOICE_BAS'; did you mean 'VOICE_BASE'"),
        ({"bite": "much"}, {"rules": RULES}, "parameter 'bite' must be numbers, got text"),
        ({"bite@13": 0.5}, {"rules": RULES}, "'bite@13' changes after the last month"),
        ({"gaming": 0.5}, {"rules": CHOICE}, r"chooses between the levels 0 \(built-in\), 1 \(proportional\), got 0.5"),
        ({"gaming": [0, np.nan]}, {"rules": CHOICE}, "chooses between the levels .*, got nan"),
        (
            {"gaming": ["built-in", "mine"]},
            {"rules": CHOICE},
            "chooses between the levels 0 \\(built-in\\), 1 \\(proportional\\), got 'mine'",
        ),
        ({"gaming": [True, False]}, {"rules": CHOICE}, "must be numbers or labels, got True and False"),
        ({"gaming@0": 1}, {"rules": CHOICE}, "'gaming@0' is no change of a parameter"),
        ({"VOICE_BASE@3": 0.5}, {}, "'VOICE_BASE@3' cannot change: 'VOICE_BASE' is a constant"),
        ({"VOICE_BASE": -0.5}, {}, "parameter 'VOICE_BASE' must lie in 0"),
        (
            {"VOICE_BASE": 0.5},
            {"constants": {"VOICE_BASE": 0.5}},
            "constant 'VOICE_BASE' is given twice: among the points, and in constants",
        ),
        ({}, {"rules": RULES, "outcomes": ["mean_dred"]}, "unknown outcome 'mean_dred'; did you mean 'mean_dread'"),
        ({}, {"outcomes": ["mean_dread"]}, "unknown outcome 'mean_dread'"),
        ({}, {"rules": [lambda manager: manager.fear]}, "written|rule|def"),
        ({}, {"rules": 7}, "rules must be functions in a list, the path of a file, or a mapping"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(points: Any, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        out(points, **arguments)


def test_a_level_given_by_a_function_has_its_bits() -> None:
    book = book_of({"gaming": gaming_by_lot})
    assert digest({}, rules={"gaming": gaming_by_lot}) == digest({}, rules=book) != digest({})
