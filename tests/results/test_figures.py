"""The pictures of the documentation are small, shown somewhere, and as new as the rules; the record's page likewise."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from tredegar.model.graph.merkle import rules_hash
from tredegar.observation.counterparts import COUNTERPARTS
from tredegar.observation.target_table import targets
from tredegar.results.figures.curves import fan_panels
from tredegar.results.figures.style import alone, save_picture
from tredegar.sweeps import Spec

from ..conftest import ROOT

FOLDER = ROOT / "docs" / "figures"
FIGURES = sorted(path for path in FOLDER.rglob("*") if path.is_file())
LARGEST = 300_000


def shown() -> set[str]:
    """Paths in the folder of the pictures that some page shows."""
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    texts = (page.read_text(encoding="utf-8") for page in pages)
    return {found for text in texts for found in re.findall(r"!\[[^\]]+\]\([^)]*figures/([^)]+)\)", text)}


def test_every_picture_is_shown_and_every_picture_shown_is_there():
    assert {path.relative_to(FOLDER).as_posix() for path in FIGURES} == shown()


@pytest.mark.parametrize("picture", FIGURES, ids=lambda path: path.name)
def test_a_picture_is_small_enough_to_be_fetched(picture):
    assert picture.stat().st_size < LARGEST


def test_the_page_of_the_record_is_that_of_these_rules_and_of_its_spec():
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    spec = Spec.from_file(ROOT / "examples" / "validation.toml")
    assert f"Rules `{rules_hash()[:12]}`, seed {spec.seed}." in page, "run make figures"
    runs = spec.replicates * 2
    assert f"{runs} runs of {spec.trusts} trusts, {spec.clinicians} clinicians each, over {spec.months} months" in page
    for target in targets().values():
        assert f"| {target.name} | {target.quantity} |" in page
        assert target.record in page and target.reason in page
        assert target.name not in COUNTERPARTS or COUNTERPARTS[target.name].meaning in page
        assert target.use != "held out" or re.search(rf"\| {target.name} \|.*\| held out \|", page)


@pytest.fixture
def panel():
    rows = pd.DataFrame({"outcome": "quality", "group": "all", "month": [1, 2], "mean": 0.5, "low": 0.4, "high": 0.6,
                         "p10": 0.3, "p90": 0.7})  # fmt: skip
    return fan_panels(rows)[0]


def test_a_notebook_shows_a_figure_without_pyplot(panel):
    formatters = pytest.importorskip("IPython.core.formatters")
    data, _ = formatters.DisplayFormatter().format(alone(panel))
    assert data["image/png"].startswith(b"\x89PNG")


def test_a_picture_is_png_or_svg_and_the_same_each_time(panel, tmp_path):
    for name in ("a.png", "b.png", "a.svg", "b.svg"):
        save_picture(alone(panel), tmp_path / name)
    for kind in ("png", "svg"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
    with pytest.raises(ValueError, match=r"must be \.png or \.svg, got '\.pdf'"):
        save_picture(alone(panel), tmp_path / "a.pdf")
