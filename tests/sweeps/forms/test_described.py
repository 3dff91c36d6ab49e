"""Descriptions of specs, plans and sweeps: words and an accessible table, in which nothing of a user is markup."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import tredegar as tg
from tredegar.sweeps.forms.described import MOST_NAMES, as_page, as_words
from tredegar.sweeps.run.runner import complete_sweep

from ...support.fake_model import simulate
from ...support.sweep_cases import small_spec

HOSTILE = '<script>alert("&")</script>'
LEVELS = np.linspace(0.0, 1.0, MOST_NAMES + 2)


class Table(HTMLParser):
    """Reads a page: its tags, its caption, the headings of its rows and their texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.scopes: list[str | None] = []
        self.texts: dict[str, list[str]] = {"caption": [], "th": [], "td": []}
        self._in = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in = tag
        if tag == "th":
            self.scopes.append(dict(attrs).get("scope"))
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_data(self, data: str) -> None:
        self.texts[self._in][-1] += data


def test_a_page_is_a_table_with_a_caption_and_a_heading_in_each_row() -> None:
    table = Table(as_page("A plan", [("runs", "64"), ("files", "12")]))
    assert table.texts == {"caption": ["A plan"], "th": ["runs", "files"], "td": ["64", "12"]}
    assert table.scopes == ["row", "row"]


def test_nothing_that_a_user_writes_is_markup() -> None:
    table = Table(as_page(HOSTILE, [(HOSTILE, HOSTILE)]))
    assert table.texts == {"caption": [HOSTILE], "th": [HOSTILE], "td": [HOSTILE]}
    assert set(table.tags) == {"table", "caption", "tbody", "tr", "th", "td"}


def test_words_are_two_columns_below_their_title() -> None:
    assert as_words("<x>", [("a", "1"), ("longer", "2")]) == "<x>\n  a       1\n  longer  2"
    assert as_words("<x>", []) == "<x>"


def test_a_spec_says_in_words_and_on_its_page_what_it_varies_and_how_much_it_is() -> None:
    spec = tg.Spec(
        name=HOSTILE, months=24, replicates=2, trusts=6, design="grid", start="1997-05", streams="independent",
        vary={"real_control": LEVELS, "solidarity": np.array([0.5, 1.0])}, fixed={"mandate_detail": 0.3},
        constants={"NORM_ACCESS": 0.46}, every=12, trust_records=True,
    )  # fmt: skip
    assert repr(spec) == str(spec)
    assert repr(spec).splitlines() == [
        f"<tredegar.Spec '{HOSTILE}'>",
        "  design     grid, 16 points",
        "  runs       32, 2 replicates of each point, a random stream for each run",
        "  months     24 from 1997-05 on",
        "  country    6 trusts, 40 clinicians each",
        "  vary       real_control 8 levels 0 .. 1; solidarity 0.5, 1",
        "  fixed      mandate_detail 0.3",
        "  constants  NORM_ACCESS 0.46",
        "  record     all outcomes, means of 12 months, records of each trust",
    ]
    table = Table(spec._repr_html_())
    assert table.texts["caption"] == [f"Spec '{HOSTILE}'"]
    assert dict(zip(table.texts["th"], table.texts["td"], strict=True))["design"] == "grid, 16 points"


def test_a_long_list_is_counted_from_some_name_on() -> None:
    names = list(tg.OUTCOMES)[: MOST_NAMES + 3]
    spec = tg.Spec(points={"real_control": [0.5]}, outcomes=names)
    assert "; and 3 more" in repr(spec)
    assert "vary     real_control\n" in repr(spec)


@pytest.mark.parametrize("workers", [1, 99])
def test_a_plan_says_what_a_sweep_will_take(workers: int) -> None:
    plan = tg.plan_sweep(small_spec(), workers=workers, engine="numpy")
    table = Table(plan._repr_html_())
    rows = dict(zip(table.texts["th"], table.texts["td"], strict=True))
    assert rows["runs"] == "75 (25 points x 3 replicates)"
    assert ("only" in rows.get("note", "")) == (workers == 99)
    assert all(f"{name}  " in f"{plan!r}  " for name in rows) and repr(plan).startswith("<plan of a sweep>\n")
    assert "time" not in repr(tg.plan_sweep(small_spec(), pilot=False))


def test_the_summary_of_a_sweep_has_a_page(tmp_path: Path) -> None:
    place = tmp_path / "<b>.zarr"
    summary = complete_sweep(small_spec(), place, workers=0, simulate=simulate)
    table = Table(summary._repr_html_())
    assert table.texts["caption"] == [f"Sweep {place}"]
    rows = dict(zip(table.texts["th"], table.texts["td"], strict=True))
    assert (rows["done"], rows["failed"], rows["missing"]) == ("72", "3", "0")
    assert rows["computed now"].startswith("75 runs in ") and "stopped" not in rows
    (place / "quality" / "c.0.0.0").unlink()
    mended = Table(complete_sweep(small_spec(), place, workers=0, simulate=simulate)._repr_html_())
    assert "repaired" in mended.texts["th"]
