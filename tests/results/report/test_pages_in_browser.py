"""The pages of report, claims and replay in a real browser, at the width of a desk and of a telephone."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tredegar.results.claims.claims import CLAIMS
from tredegar.results.claims.designs import SIZES
from tredegar.results.claims.pages.report import designs_of, write_claims
from tredegar.results.claims.phases import PHASES
from tredegar.results.replay.story import write_replay
from tredegar.sweeps import Spec, complete_sweep

from ...support.chromium import BROWSER
from ...support.waiting import PATIENCE
from ..test_replay import store_of
from .test_report_page import made_report

WIDTHS = (1280, 390)
LEAST_PIXELS = 11.0
IMAGES = {"report": 8, "claims": 4, "replay": 2}
"""At least so many figures stand on each page."""
MEASURE = """
const measure = frame => {
  const page = frame.contentDocument, small = [];
  for (const part of page.querySelectorAll('details')) part.open = true;
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), place = walker.currentNode.parentElement;
    const size = parseFloat(frame.contentWindow.getComputedStyle(place).fontSize);
    if (text && size < LEAST && !place.closest('figure, script, style')) small.push(`${size} px: ${text.slice(0, 40)}`);
  }
  const images = [...page.images];
  const fetched = frame.contentWindow.performance.getEntriesByType('resource').map(entry => entry.name);
  return {
    wide: page.documentElement.scrollWidth, small, images: images.length, text: page.body.innerText.length,
    broken: images.filter(image => !image.complete || !image.naturalWidth).length,
    fetched: fetched.filter(name => !name.startsWith('data:')),
  };
};
onload = () => {
  const seen = Object.fromEntries([...document.querySelectorAll('iframe')].map(frame => [frame.id, measure(frame)]));
  document.getElementById('seen').textContent = JSON.stringify(seen);
};
"""
FAULTY = """<!DOCTYPE html><title>faulty</title><body><p style="font-size: 9px">small</p>
<div style="width: 3000px">wide</div><img src="http://127.0.0.1:9/far.png"><script>console.error('said')</script>"""


class Seen(NamedTuple):
    """What the browser made of some pages: measures by name and width of a page, and what was said on its console."""

    pages: dict[str, dict[str, Any]]
    console: list[str]


def opened(folder: Path, pages: dict[str, Path]) -> Seen:
    """Open every page at every width, all in one start of the browser, in which no address can be reached."""
    frames = "".join(
        f'<iframe id="{name} {width}" src="{page.as_uri()}" width="{width}" height="900" style="border:0"></iframe>'
        for name, page in pages.items()
        for width in WIDTHS
    )
    script = MEASURE.replace("LEAST", str(LEAST_PIXELS))
    probe = folder / "probe.html"
    probe.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,">{frames}<pre id="seen"></pre>'
        f"<script>{script}</script>",
        encoding="utf-8",
    )
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
               "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>", "--dump-dom",
               "--enable-logging=stderr", "--window-size=1400,1000", f"--user-data-dir={folder}/profile",
               probe.as_uri()]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    found = re.search(r'<pre id="seen">(\{.*?\})</pre>', done.stdout, re.DOTALL)
    assert found, done.stdout[-500:] + done.stderr[-500:]
    return Seen(json.loads(unescape(found[1])), [line for line in done.stderr.splitlines() if "CONSOLE" in line])


def made_claims(folder: Path) -> Path:
    """Make the page of `tredegar claims` from two claims, one with further readings, and a contradiction."""
    size = replace(SIZES["tiny"], samples=10, trusts=8, replicates=1, corner_samples=2, phase_points=10)
    claims, phases = (CLAIMS["A05"], CLAIMS["A27"]), (PHASES["P10"],)
    folder.mkdir()
    for design in designs_of(size, claims, phases).values():
        (folder / f"{design.name}.csv").write_text(design.points, encoding="utf-8")
        (folder / f"{design.name}.toml").write_text(design.spec, encoding="utf-8")
        spec = Spec.from_file(folder / f"{design.name}.toml")
        store = folder / f"{design.name}.zarr"
        assert complete_sweep(spec, store, workers=0, engine="numpy", points_per_batch=1000).complete
    return write_claims(folder, folder / "out", size, claims, phases).paths[0]


def made_replay(folder: Path) -> Path:
    folder.mkdir()
    return write_replay(store_of(folder / "replayed.zarr"), folder / "story", point=2, replicate=1).paths[0]


pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium found; install it with: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("pages")
    pages = {"report": made_report, "claims": made_claims, "replay": made_replay}
    return opened(folder, {name: make(folder / name) for name, make in pages.items()})


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", IMAGES)
def test_a_page_is_whole_can_be_read_and_does_not_scroll_sideways(seen: Seen, name: str, width: int) -> None:
    page = seen.pages[f"{name} {width}"]
    assert page["wide"] <= width
    assert page["small"] == []
    assert page["text"] > 1000
    assert page["images"] >= IMAGES[name]
    assert page["broken"] == 0


def test_no_page_fetches_anything_or_says_anything_on_the_console(seen: Seen) -> None:
    assert {name: page["fetched"] for name, page in seen.pages.items() if page["fetched"]} == {}
    assert seen.console == []


def test_a_page_with_faults_is_found_out(tmp_path: Path) -> None:
    """What the tests above look for would be seen."""
    (tmp_path / "faulty.html").write_text(FAULTY, encoding="utf-8")
    seen = opened(tmp_path, {"faulty": tmp_path / "faulty.html"})
    page = seen.pages["faulty 390"]
    assert page["wide"] > 390
    assert page["small"] == ["9 px: small"]
    assert page["broken"] == 1
    assert page["fetched"] == ["http://127.0.0.1:9/far.png"]
    assert any('"said"' in line for line in seen.console)
