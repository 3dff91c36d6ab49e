"""The page of groups of trusts: its examples run as they stand, and its spec is read."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import numpy as np
import pytest

from tredegar.sweeps import Spec

from ..house.test_examples import FLAGS, PRINTED
from ..support.places import ROOT

PAGE = ROOT / "docs" / "groups.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.readers
def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = doctest.DocTestParser().get_doctest("\n".join(blocks("python")), {}, PAGE.name, str(PAGE), 0)
    told: list[str] = []
    with np.printoptions(**PRINTED):
        result = doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(page, out=told.append)
    assert result.failed == 0, "".join(told)
    assert result.attempted >= 8


def test_the_spec_of_the_page_is_read() -> None:
    (text,) = blocks("toml")
    spec = Spec.from_text(f'design = {{ method = "sobol", points = 4 }}\n{text}')
    groups = spec.rules.groups
    assert groups is not None and groups.names == ("paid", "merged") and groups.outcomes == spec.outcomes
    assert {lever.name for lever in groups.levers} == {
        "outcome_payment[paid]",
        "reorganised[merged]",
        "freedom[merged]",
    }
