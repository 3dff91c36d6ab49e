"""The page of a report stands alone and says what was asked, what came out and what failed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from tredegar.model import PARAMETERS
from tredegar.results import open_sweep
from tredegar.results.report.page import Page, Section, render
from tredegar.results.report.report import write_report

from ...support.made_stores import grid, made_store

LOG = [
    {"event": "start", "host": "node7", "versions": {"numpy": "2.4.6"}},
    {"event": "batch", "runs": 48, "seconds": 2.0, "engine": "numpy"},
    {"event": "failure", "point": 2, "replicate": 1, "reason": "trust 4 <left> the country"},
]


def quality(points, luck, month):
    own = np.random.default_rng(4).standard_normal((len(points["mandate_detail"]), luck.shape[1], 1))
    change = points["mandate_detail"] * (0.06 - 0.1 * points["method_heterogeneity"])
    return 0.5 + change + 0.01 * luck + 0.01 * own + 0.0 * month


def made_report(folder: Path) -> Path:
    """Write the report of a made-up sweep with a failed run and a torn log into ``folder``; return its page."""
    status = np.ones((12, 4))
    status[2, 1] = 2
    points = grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=[0.0, 0.5, 1.0, 1.5])
    store = made_store(folder / "made.zarr", points, {"quality": quality}, status=status)
    (store / "log").mkdir()
    (store / "log" / "a.jsonl").write_text("\n".join(map(json.dumps, LOG)) + '\n{"torn": ', encoding="utf-8")
    return write_report(store, folder / "out").paths[0]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return made_report(tmp_path_factory.mktemp("report"))


def test_nothing_comes_from_the_network_and_nothing_runs(page):
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html and "@import" not in html
    sources = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert len(sources) > 12
    assert all(source.startswith(("data:", "#")) for source in sources)
    assert all(alt for alt in re.findall(r'alt="([^"]*)"', html))


def test_the_first_screen_answers_what_was_asked_what_came_out_and_how_sure_it_is(page):
    first_screen = page.read_text(encoding="utf-8").split("<nav>")[0]
    for words in (
        "What was asked",
        "What came out",
        "How sure is it",
        "Raising mandate detail from 0 to 1 changes quality",
    ):
        assert words in first_screen
    assert "How quality answers to:" in first_screen and PARAMETERS["mandate_detail"].meaning in first_screen
    assert "where method heterogeneity is 0; and where it is 1.5:" in first_screen
    assert re.search(
        r"depends most \(share of variance in a quadratic fit\): quality on \w+ \w+, 0\.\d\d ± ", first_screen
    )
    assert re.search(r"the interval leaves out zero in [123] of the 3 changes", first_screen)
    assert "47 of 48 runs done, 1 failed" in first_screen and "4 replicates under common random numbers" in first_screen


def test_failures_and_provenance_are_told_and_escaped(page):
    html = page.read_text(encoding="utf-8")
    assert "1 of 48 runs failed and are left out everywhere" in html
    assert "trust 4 &lt;left&gt; the country" in html and "<left>" not in html
    assert "numpy (48 runs)" in html and "node7" in html and "numpy 2.4.6" in html


def test_an_unfinished_sweep_is_marked_on_the_page(tmp_path):
    status = np.ones((12, 4))
    status[11] = 0
    points = grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=[0.0, 0.5, 1.0, 1.5])
    store = made_store(tmp_path / "part.zarr", points, {"quality": quality}, status=status)
    from tredegar.results.report.contents import _failure_section

    assert "4 runs are missing" in _failure_section(open_sweep(store, partial=True)).warning


def test_text_from_outside_cannot_become_markup():
    table = (("<b>",), [("<i>",)])
    section = Section(
        heading="<h>", paragraphs=("<p1>",), table=table, images=(("<svg/>", 'a"b'),), folded=("s", "<pre>")
    )
    html = render(Page(title="<t>", lead="<l>", cards=(("<c>", ("<d>",)),), sections=(section,)))
    for raw in ("<t>", "<l>", "<c>", "<d>", "<h>", "<p1>", "<b>", "<i>", 'a"b'):
        assert raw not in html
    assert "<pre>&lt;pre&gt;</pre>" in html


def test_a_page_holds_no_letter_that_html_or_utf_8_lacks():
    odd = "a\x1b[31m\x00b\udcff\x85c\n<d> ± ü"
    part = Section(heading=odd, paragraphs=(odd,), table=((odd,), ((odd,),)), note=odd, folded=(odd, odd), warning=odd)
    html = render(Page(title=odd, lead=odd, cards=((odd, (odd,)),), sections=(part,), foot=odd))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", html)
    assert "a?[31m?b??c\n&lt;d&gt; ± ü" in html.encode("utf-8").decode("utf-8")
