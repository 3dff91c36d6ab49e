"""The page of ``tredegar app`` in a real browser, at the width of a desk and of a telephone."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

pytest.importorskip("mesa", reason='needs pip install "tredegar[app]"')

from tredegar.page.country import FIRST_MONTHS, LEVERS, MOST_MONTHS, PLOTS
from tredegar.page.serving import server

from ..support.chromium import BROWSER, Tab, chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium found; install it with: apt-get install chromium"),
]
WIDTHS = (1280, 390)
LINES = sum(len(names) for _, names in PLOTS)
LEAST_PIXELS = 11.0
SMALLEST = """Math.min(...[...document.querySelectorAll('p, li, label, span, output, legend, svg text')]
  .filter(one => one.textContent.trim()).map(one => parseFloat(getComputedStyle(one).fontSize) *
    (one.ownerSVGElement ? one.getScreenCTM().a : 1)))"""


class Visit(NamedTuple):
    """Tabs of two visitors, one at each width, and the address that they look at."""

    address: str
    tabs: dict[int, Tab]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Callable[[int], Tab]]]:
    """The address of a page, and a function that opens a tab of some width."""
    with server() as serving, chromium(tmp_path_factory.mktemp("browser")) as tab:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}/", tab
        serving.shutdown()
        thread.join()


@pytest.fixture
def visit(served: tuple[str, Callable[[int], Tab]]) -> Visit:
    address, tab = served
    tabs = {width: tab(width) for width in WIDTHS}
    for one in tabs.values():
        one.open(address)
        one.wait_for(f"months.length == {FIRST_MONTHS}")
    return Visit(address, tabs)


def move(tab: Tab, name: str, value: float) -> None:
    """Move a slider as a hand does."""
    tab.do(f"""(() => {{ const one = document.getElementById('set-{name}'); one.value = {value};
        one.dispatchEvent(new Event('input')); one.dispatchEvent(new Event('change')); }})()""")


def points(tab: Tab) -> list[int]:
    """How many months each line of the plots has."""
    found: list[int] = tab.do("[...document.querySelectorAll('polyline')].map(one => one.points.length)")
    return found


def test_plots_are_full_at_once_and_all_is_said_in_words(visit: Visit) -> None:
    for width, tab in visit.tabs.items():
        assert points(tab) == [FIRST_MONTHS] * LINES
        text = tab.do("document.body.innerText")
        assert "PAGE 0" not in text
        assert re.findall(r"\w+_\w+", text) == []
        labels = tab.do("[...document.querySelectorAll('figure > svg')].map(one => one.getAttribute('aria-label'))")
        assert len(labels) == 1 + len(PLOTS)
        assert all(f"month {FIRST_MONTHS}" in label for label in labels)
        assert tab.do("document.images.length") == 0
        assert tab.do("document.documentElement.scrollWidth") <= width
        assert tab.do(SMALLEST) >= LEAST_PIXELS


def test_the_value_of_every_slider_is_shown_without_touching_it(visit: Visit) -> None:
    for tab in visit.tabs.values():
        shown = tab.do("[...document.querySelectorAll('.slider output')].map(one => one.textContent)")
        set_to = tab.do("[...document.querySelectorAll('.slider input')].map(one => one.value)")
        assert [float(one) for one in shown] == [float(one) for one in set_to]
        assert len(shown) == len(LEVERS) + 1


def test_on_a_telephone_buttons_and_a_figure_stand_on_the_first_screen_and_levers_below(visit: Visit) -> None:
    tops = visit.tabs[390].do("""Object.fromEntries(['play', 'ring', 'plot-0', 'controls'].map(
        id => [id, document.getElementById(id).getBoundingClientRect().top]))""")
    assert tops["play"] < tops["ring"] < 500
    assert tops["plot-0"] < tops["controls"]
    assert tops["controls"] > 844


def test_levers_work_while_the_months_pass_and_start_again_starts_again(visit: Visit) -> None:
    tab, other = visit.tabs.values()
    first = tab.do("JSON.stringify(months)")
    move(tab, "target_toughness", 1.5)
    tab.do("document.getElementById('year').click()")
    tab.wait_for("months.length == 24")
    tab.do("queue")
    assert tab.do("moved") == [FIRST_MONTHS + 1]
    assert tab.do("document.querySelector('#set-target_toughness').parentElement.innerText").split("\n")[1] == "1.50"
    assert points(other) == [FIRST_MONTHS] * LINES
    other.do("document.getElementById('year').click()")
    other.wait_for("months.length == 24")
    assert other.do("JSON.stringify(months[23])") != tab.do("JSON.stringify(months[23])")

    move(tab, "target_toughness", 0.6)
    tab.do("document.getElementById('again').click()")
    tab.wait_for(f"months.length == {FIRST_MONTHS}")
    assert tab.do("JSON.stringify(months)") == first
    move(tab, "mandate_detail", 0.9)
    tab.wait_for(f"JSON.stringify(months) != {first!r} && months.length == {FIRST_MONTHS}")
    assert tab.do("document.getElementById('said').className") == ""


def test_play_plays_until_it_is_paused(visit: Visit) -> None:
    tab = visit.tabs[390]
    tab.do("document.getElementById('play').click()")
    assert tab.do("document.getElementById('play').textContent") == "Pause"
    tab.wait_for(f"months.length > {FIRST_MONTHS + 2}")
    tab.do("document.getElementById('play').click()")
    tab.do("queue")
    stopped = tab.do("months.length")
    tab.do("new Promise(done => setTimeout(done, 500))")
    assert tab.do("months.length") == stopped < MOST_MONTHS


def test_no_page_asks_for_anything_elsewhere_or_says_anything_on_the_console(visit: Visit) -> None:
    for tab in visit.tabs.values():
        asked = [address for address in tab.fetched if not address.startswith("data:")]
        assert visit.address in asked
        assert [address for address in asked if not address.startswith(visit.address)] == []
        assert tab.console == []


def test_what_a_page_asks_elsewhere_and_says_would_be_seen(visit: Visit) -> None:
    tab = visit.tabs[1280]
    tab.open("data:text/html,<script>console.log('said'); fetch('http://127.0.0.1:9/far').catch(() => 0)</script>")
    assert "said" in tab.console
    assert "http://127.0.0.1:9/far" in tab.fetched
