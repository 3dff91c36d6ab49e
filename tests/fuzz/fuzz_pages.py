"""Pages with hostile texts, how they are read, and what a browser makes of them."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tredegar.results.report.page import Page, Section

from ..support.chromium import BROWSER
from ..support.waiting import PATIENCE
from .fuzz_texts import texts

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><text>{}</text></svg>'
WATCH = """
const look = frame => {
  try { return within(frame.contentWindow, frame.contentDocument, frame.src); }
  catch (error) { return {left: true, said: String(error), ran: false, scripts: 0, handlers: 0, links: [], parts: 0}; }
};
const within = (frame, page, address) => {
  const every = [...page.querySelectorAll('*')], asks = frame.performance.getEntriesByType('resource');
  const given = every.flatMap(one => ['href', 'src', 'xlink:href'].map(name => one.getAttribute(name)));
  return {
    left: page.location.href !== address, ran: !!frame.pwned || page.title === 'pwned', parts: every.length,
    scripts: every.filter(one => one.localName === 'script').length,
    handlers: every.filter(one => [...one.attributes].some(own => own.name.startsWith('on'))).length,
    links: given.filter(to => to && !to.startsWith('data:') && !to.startsWith('#')),
    fetched: asks.map(one => one.name).filter(name => !name.startsWith('data:')),
  };
};
onload = () => setTimeout(() => {
  const seen = Object.fromEntries([...document.querySelectorAll('iframe')].map(frame => [frame.id, look(frame)]));
  seen.probe = {ran: !!window.pwned};
  document.getElementById('seen').textContent = JSON.stringify(seen);
}, 1500);
"""


class Seen(NamedTuple):
    """What the browser made of each page, by name, and what was said on its console."""

    pages: dict[str, dict[str, Any]]
    console: list[str]


def opened(folder: Path, pages: dict[str, Path]) -> Seen:
    """Open all ``pages`` in one start of the browser, in which no address can be reached, and wait."""
    frames = "".join(f'<iframe id="{name}" src="{page.as_uri()}"></iframe>' for name, page in pages.items())
    probe = folder / "probe.html"
    head = '<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,">'
    probe.write_text(f'{head}{frames}<pre id="seen"></pre><script>{WATCH}</script>', encoding="utf-8")
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
               "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>", "--dump-dom", "--enable-logging=stderr",
               "--virtual-time-budget=20000", f"--user-data-dir={folder}/profile", probe.as_uri()]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    found = re.search(r'<pre id="seen">(\{.*?\})</pre>', done.stdout, re.DOTALL)
    assert found, done.stdout[-500:] + done.stderr[-500:]
    return Seen(json.loads(unescape(found[1])), [line for line in done.stderr.splitlines() if "CONSOLE" in line])


@st.composite
def pages(draw: st.DrawFn) -> Page:
    """Draw a page that has a hostile text wherever a page has one."""
    given = draw(st.lists(texts(), min_size=24, max_size=24))
    text = iter(given).__next__
    picture = PICTURE.format(re.sub(r"[<&\x00-\x1f\ud800-\udfff\ufffe\uffff]", "", text()))
    part = Section(
        heading=text(),
        paragraphs=(text(),),
        table=((text(), "b"), ((text(), text()), ("1", text()))),
        images=((picture, text()),),
        note=text(),
        folded=(text(), text()),
        warning=text(),
    )
    return Page(title=text(), lead=text(), cards=((text(), ("line",)),), sections=(part,), foot="foot")


class Shape(HTMLParser):
    """The tags of a page with the names of their attributes, where its links lead, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[tuple[str, ...]] = Counter()
        self.links: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[(tag, *(name for name, _ in attrs if name != "class"))] += 1
        self.links |= {(value or "").partition(",")[0][:40] for name, value in attrs if name in ("src", "href")}

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_decl(self, decl: str) -> None:
        self.tags[("!", decl)] += 1

    def handle_comment(self, data: str) -> None:
        self.tags[("comment",)] += 1
