"""The page of own rules: its file of rules and its examples run as they stand, and its refusals are those that come."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import numpy as np
import pytest

from tredegar.model.own.books import book_of
from tredegar.model.own.refusal import RuleRefused
from tredegar.sweeps import Spec

from ..house.test_examples import FLAGS, PRINTED
from ..support.places import ROOT

pytest.importorskip("mesa")
PAGE = ROOT / "docs" / "own_rules.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.readers
def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, *others = blocks("python")
    Path("my_rules.py").write_text(first, encoding="utf-8")
    page = doctest.DocTestParser().get_doctest("\n".join(others), {}, PAGE.name, str(PAGE), 0)
    told: list[str] = []
    with np.printoptions(**PRINTED):
        result = doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(page, out=told.append)
    assert result.failed == 0, "".join(told)
    assert result.attempted >= 6


def test_the_specs_of_the_page_are_read(tmp_path: Path) -> None:
    (tmp_path / "my_rules.py").write_text(
        blocks("python")[0] + "\n\n@rule\ndef gaming(manager):\n    return 0.9 * manager.gaming\n", encoding="utf-8"
    )
    first, second, third = blocks("toml")
    spec = Spec.from_text(f'design = {{ method = "sobol", points = 4 }}\n{first}', tmp_path)
    assert spec.outcomes == ("quality", "mean_dread") and spec.rules.own_parameters == ("bite",)
    design = 'design = { method = "sobol", points = 4 }\n'
    varied = Spec.from_text(design + second[second.index("[vary]") :], tmp_path)
    assert varied.rules.choices == {"gaming": ("built-in", "proportional", "my_rules.py:gaming")}
    fixed = second.partition("[vary]")[0] + "[vary]\nreal_control = [0.0, 1.0]\n"
    assert Spec.from_text(design + fixed, tmp_path).rules.text
    of_a_mechanism = Spec.from_text(design + third, tmp_path)
    assert of_a_mechanism.rules.choices == {"reorganisation": ("built-in", "all-at-once")}


BRANCH = "a Python branch on data (if, and, or, min, max, a < b < c) has no place in a rule"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("manager.fear ** 2", "np.power has no place in a rule: for x ** 2 write x * x"),
        ("min(manager.fear, 1.0)", f"{BRANCH}: use select, &, |, smaller, larger"),
    ],
)
def test_the_refusals_of_the_page_are_those_that_come(change: str, line: str, tmp_path: Path) -> None:
    text = blocks("python")[0].replace("return manager.fear + 0.2 * (goal - manager.fear)", f"return {change}")
    (tmp_path / "my_rules.py").write_text(text, encoding="utf-8")
    with pytest.raises(RuleRefused, match=r"my_rules\.py:10, rule 'fear'") as found:
        book_of("my_rules.py", folder=tmp_path)
    assert str(found.value).endswith(line)
    assert line in " ".join(PAGE.read_text(encoding="utf-8").split())
