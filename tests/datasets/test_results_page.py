"""The page on results shows examples that run as they stand."""

from __future__ import annotations

import doctest

import numpy as np

from ..house.test_examples import FLAGS, PRINTED
from ..support.places import ROOT


def test_the_examples_of_the_page_on_results_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    found = doctest.DocTestParser().get_doctest(page, {}, "results.md", "docs/results.md", 0)
    assert len(found.examples) > 20
    with np.printoptions(**PRINTED):
        doctest.DebugRunner(optionflags=FLAGS, verbose=False).run(found)
