"""The README is true: its Python runs, its numbers are those of the pages that it cites."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tredegar
from tredegar.results.claims.claims import CLAIMS
from tredegar.results.claims.phases import PHASES

from ..support.places import ROOT

PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
LISTINGS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture
def small_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small store ``first.zarr`` in the folder in which the test works."""
    monkeypatch.chdir(tmp_path)
    spec = tredegar.Spec(
        months=2, replicates=1, trusts=3, clinicians=2, design="grid", vary={"mandate_detail": np.array([0.0, 1.0])}
    )
    tredegar.run_sweep(spec, "first.zarr", workers=0)


def test_its_listings_run_and_give_what_they_say(small_first: None) -> None:
    pytest.importorskip("mesa")
    names: dict[str, Any] = {}
    for text in LISTINGS:
        exec(compile(text, "README.md", "exec"), names)
        for call, said in re.findall(r"^(\S.*?)  # (\([\d, ]+\))", text, flags=re.MULTILINE):
            assert str(eval(call, names)) == said
    assert len(LISTINGS) == 4 and "# (3, 8, 120)" in PAGE


def test_its_numbers_are_those_of_the_pages_that_it_cites() -> None:
    record = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    found = re.search(r"Held out: (\d+ of \d+) inside; fitted: (\d+) of (\d+) inside", record)
    assert found is not None
    held_out, inside, of = found.groups()
    said = " ".join(PAGE.split())
    assert f"it meets {inside} of {of} targets that it was fitted to and {held_out} that were held out" in said
    assert len(PHASES) == 10 and f"puts {len(CLAIMS)} claims of the debate and ten contradictions" in said
