"""The page on sweeps (docs/sweeps.md): its examples run, one after the other, in an empty folder."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pytest

from ..house.test_examples import FLAGS, PRINTED
from ..support.places import ROOT

PAGE = ROOT / "docs" / "sweeps.md"


@pytest.mark.readers
def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8").replace("```", "")
    page = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    told: list[str] = []
    with np.printoptions(**PRINTED):
        result = doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(page, out=told.append)
    assert result.failed == 0, "".join(told)
    assert result.attempted > 10
    assert (tmp_path / "my-points.csv").exists() and (tmp_path / "first.zarr").is_dir()
