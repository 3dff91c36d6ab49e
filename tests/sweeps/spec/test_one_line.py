"""Values that cannot be shown as they are: huge, endless, of many lines, or unable to show themselves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tredegar.kernels import simulate
from tredegar.model import Parameters
from tredegar.model.constants import constants_with
from tredegar.model.text.plain_text import brief
from tredegar.sweeps.spec.errors import SpecError, shown
from tredegar.sweeps.spec.spec import Spec

from ...fuzz.fuzz_mutations import itself, nested, shared
from ...support.commands import tredegar
from ...support.sweep_cases import SMALL


class Mute:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


ENDLESS: list[Any] = [[[[0.5] * 4] * 4] * 4] * 4
for _ in range(30):
    ENDLESS = [ENDLESS] * 4
VALUES = {
    "a whole number": 10**5000,
    "a list that would fill the disk": ENDLESS,
    "a list in itself": itself(),
    "a deep list": nested(1, 3000),
    "a table of many lines": pd.DataFrame({"a": range(50)}),
    "an array of many lines": np.arange(100.0).reshape(10, 10),
    "an object": object(),
    "an object that cannot show itself": Mute(),
    "a function": lambda: 1,
    "a long text": "x\n" * 100_000,
    "letters that a terminal obeys": "\x1b[31m\u202e\x85",
    "shared lists": shared(4, 30),
}


@pytest.mark.parametrize("name", VALUES)
def test_any_value_is_shown_on_one_short_line_of_printable_letters(name: str) -> None:
    for text in (brief(VALUES[name]), shown(VALUES[name])):
        assert text.isprintable() and 0 < len(text) <= 60
        assert " at 0x" not in text and "no words" not in text


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize(
    "give",
    [
        lambda value: simulate({"solidarity": 0.5}, months=value),
        lambda value: simulate({"solidarity": 0.5}, outcomes=[value]),
        lambda value: simulate({"solidarity": 0.5}, dtype=value),
        lambda value: simulate({"solidarity": 0.5}, engine=value),
        lambda value: simulate({"solidarity": 0.5}, constants={"ALERT_NEED": value}),
        lambda value: Parameters(solidarity=value),
        lambda value: Spec(months=value, design={"method": "grid"}, vary={"solidarity": {"values": [0.5, 1.0]}}),
        lambda value: Spec(design={"method": "grid"}, vary={"solidarity": value}),
        lambda value: Spec(design={"method": "grid"}, vary={"solidarity": {"values": [value, 0.5]}}),
    ],
    ids=["months", "outcomes", "dtype", "engine", "constants", "Parameters", "Spec", "vary", "values"],
)
def test_whatever_is_given_the_refusal_is_one_short_line(give: Any, name: str) -> None:
    with pytest.raises(ValueError) as refusal:
        give(VALUES[name])
    assert str(refusal.value).isprintable() and len(str(refusal.value)) < 400


def test_names_of_a_megabyte_are_cut() -> None:
    for give in (
        lambda: constants_with({"x\n" * 500_000: 1.0}),
        lambda: Parameters(**{"x\n" * 500_000: 1.0}),
        lambda: simulate({"x\n" * 500_000: 1.0}),
        lambda: simulate({"solidarity": 0.5}, outcomes=["x\n" * 500_000]),
    ):
        with pytest.raises(ValueError, match="unknown") as refusal:
            give()
        assert str(refusal.value).isprintable() and len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ({"x\n" * 500_000: ["a"]}, "unknown parameter"),
        ({"target_toughness@" + "\x1b" * 5000: ["a"]}, r"'target_toughness@\?+\.\.\.' must be numbers, got text"),
        ({"target_toughness@" + "\n" * 5000: [[1.0], [1.0, 2.0]]}, "must be numbers, one for each point, got a ragged"),
        ({"solidarity": int}, "parameter 'solidarity' must be numbers, got the class int"),
        ({"solidarity": [object()]}, "the first of them an object of the kind object"),
        (xr.Dataset({"solidarity": (("a\n" * 900, "b"), [[0.5]])}), "points must lie on one dimension"),
    ],
)
def test_points_are_refused_in_one_line_whatever_their_names(points: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refusal:
        simulate(points)
    assert str(refusal.value).isprintable() and len(str(refusal.value)) < 700


def test_points_may_be_variables_of_xarray() -> None:
    given = {"solidarity": xr.Variable("point", [0.5, 1.0]), "displacement_rate": [0.1, 0.2]}
    small = {"replicates": 1, "months": 1, "trusts": 2, "clinicians": 1, "engine": "numpy"}
    plain = simulate({name: list(np.asarray(values)) for name, values in given.items()}, **small)
    assert simulate(given, **small)["quality"].tobytes() == plain["quality"].tobytes()


def test_a_path_of_providers_with_a_nul_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"providers table 'a\?b' cannot be read: embedded null byte"):
        simulate({"solidarity": 0.5}, providers="a\0b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "the spec is nested too deeply; at most 6 levels are read"),
        ('{"months": 6, "months": 12}', "the spec names the key 'months' twice"),
        ('{"vary": {"solidarity": [0.5, 1], "solidarity": [0, 1]}}', "the spec names the key 'solidarity' twice"),
        ('{"months": 1' + "0" * 9000 + "}", "the spec is not valid JSON: a whole number has thousands of digits"),
        (b"\xff{}", "the spec is not valid JSON: 'utf-8' codec can't decode"),
        (" " * 1_000_001, "the spec is larger than 1,000,000 bytes"),
        (None, "a spec must be text, got NoneType"),
    ],
)
def test_json_that_is_no_spec_is_refused_in_one_line(text: Any, said: str) -> None:
    with pytest.raises(SpecError) as refusal:
        Spec.model_validate_json(text)
    assert str(refusal.value).startswith(said)


def test_a_number_of_thousands_of_digits_in_toml_is_said_in_plain_words() -> None:
    with pytest.raises(SpecError, match="not valid TOML: a whole number has thousands of digits"):
        Spec.from_text("months = 1" + "0" * 9000 + "\n")


@pytest.mark.parametrize("letter", ["\x1b[31m", "\n", "\r", "\x07", "\x9b", "\u202e", "\u2028", "\x00"])
def test_a_word_that_a_terminal_would_obey_is_refused_and_shown_without_it(
    letter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (
        ("init", f"a{letter}b.toml"),
        (f"--a{letter}b",),
        (f"a{letter}b",),
        ("init", "x.toml", f"a{letter}b"),
    ):
        assert tredegar(*words) == 2
        said = capsys.readouterr()
        assert said.out == "" and said.err.startswith("error: a word of the command holds a ")
        assert said.err[:-1].isprintable() and "a?" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_too_long_for_the_system_is_cut_in_the_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL)
    for words in (("report", "x" * 3000), ("init", "x" * 3000), ("run", "--months", "1", "--out", "x" * 3000)):
        assert tredegar(*words) == 1
        said = capsys.readouterr().err
        assert said.startswith("error: ") and said.count("\n") == 1 and len(said) < 500
        assert "Errno" not in said
    assert os.listdir(tmp_path) == ["small.toml"]
