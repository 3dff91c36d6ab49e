"""Pages with texts that mean harm: they stand there as text. No script runs, nothing is asked of any other place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from tredegar.results import open_sweep
from tredegar.results.claims.claims import CLAIMS
from tredegar.results.claims.designs import SIZES
from tredegar.results.claims.pages.report import designs_of, write_claims
from tredegar.results.figures.style import figure_style
from tredegar.results.replay.story import write_replay
from tredegar.results.report.contents import report_page
from tredegar.results.report.page import Page, render
from tredegar.results.report.report import report_findings, write_report
from tredegar.store.root_file import read_root, sealed
from tredegar.sweeps import Spec, complete_sweep

from ..results.report.test_report_page import quality
from ..support.made_stores import grid, made_store
from .fuzz_counts import asked, fuzz
from .fuzz_pages import BROWSER, Seen, Shape, opened, pages
from .fuzz_texts import HOSTILE, MARKUP, repeated

pytestmark = pytest.mark.fuzz
FIELDS = ("title", "streams", "spec_hash", "rules_hash", "seed", "host", "engine", "package", "version", "reason")
PROVIDERS = "code,name,size,council,catchment\n" + "".join(
    f'"{number} {text}","{text}",{number + 1},"{text}","x"\n'
    for number, text in enumerate(
        (
            "<script>parent.pwned=1</script>",
            "</script>",
            "<img src=x onerror=parent.pwned=1>",
            "{0} %s",
            "'><svg onload=1>",
        )
    )
)


class Drawn(NamedTuple):
    """The pictures of a report as they stand on its page."""

    note: str
    drawn: tuple[tuple[str, str], ...]

    def images(self) -> tuple[tuple[str, str], ...]:
        return self.drawn


def with_texts(store: Path, texts: Iterator[str]) -> Path:
    """Put a text wherever whoever made the store may put one: its attributes, those of its arrays, its log."""
    root = read_root(store)
    given = dict(zip(FIELDS, texts, strict=False))
    root["attributes"] |= {name: given[name] for name in FIELDS[:5]}
    root["attributes"]["spec"] += f"# {json.dumps(given['title'])[1:-1]}\n"
    for array in root["consolidated_metadata"]["metadata"].values():
        array["attributes"] = array.get("attributes", {}) | dict.fromkeys(
            ("units", "long_name", "meaning"), given["streams"]
        )
    (store / "zarr.json").write_bytes(sealed(root))
    (store / "log").mkdir(exist_ok=True)
    events = (
        {"event": "start", "host": given["host"], "versions": {given["package"]: given["version"]}},
        {"event": "batch", "runs": 48, "seconds": 2.0, "engine": given["engine"]},
        {"event": "failure", "point": 2, "replicate": 1, "reason": given["reason"]},
    )
    (store / "log" / "a.jsonl").write_text("\n".join(map(json.dumps, events)) + "\n", encoding="utf-8")
    return store


def made(folder: Path) -> Path:
    status = np.ones((12, 4))
    status[2, 1] = 2
    points = grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=[0.0, 0.5, 1.0, 1.5])
    return made_store(folder, points, {"quality": quality}, status=status)


def made_reports(folder: Path) -> dict[str, Path]:
    """Make pages of reports, in which every hostile text stands once in every place; the first one through files."""
    names = cycle(MARKUP)
    written = write_report(with_texts(made(folder / MARKUP[5].replace("/", "&#47;")), names), folder / "report")
    found = {f"report {path.name}": path for path in written.paths if path.suffix in (".html", ".svg")}
    clean = open_sweep(made(folder / "clean"))
    with figure_style():
        findings = report_findings(clean, ("quality",), None)
        drawn = {name: Drawn(picture.note, picture.images()) for name, picture in findings.pictures.items()}
    findings = replace(findings, pictures=drawn)  # type: ignore[arg-type]  # drawn once for all pages
    place, root = made(folder / "again"), read_root(folder / "again")
    for first in range(0, len(HOSTILE), 5):
        (place / "zarr.json").write_bytes(sealed(root))
        texts = cycle((*HOSTILE[first : first + 5], repeated(HOSTILE[first], 100_000)))
        page = folder / f"report-{first}.html"
        html = render(report_page(findings, open_sweep(with_texts(place, texts))))
        page.write_text(html, encoding="utf-8", newline="\n")
        found[f"report {first}"] = page
    return found


def made_replay(folder: Path) -> dict[str, Path]:
    """Make the page of a run with real trusts of hostile names, in a sweep of a hostile name."""
    (folder / "providers.csv").write_text(PROVIDERS, encoding="utf-8")
    tables: dict[str, Any] = {"months": 12, "replicates": 1, "design": {"method": "grid"}, "name": MARKUP[3]}
    tables |= {
        "vary": {"solidarity": {"values": [0.5, 1.0]}},
        "country": {"providers": str(folder / "providers.csv"), "clinicians": 2},
    }
    assert complete_sweep(Spec(**tables), folder / "replayed.zarr", workers=0, engine="numpy").complete
    written = write_replay(folder / "replayed.zarr", folder / "replay", 0, 0)
    return {"replay": written.paths[0]}


def made_claims(folder: Path) -> dict[str, Path]:
    """Make the page of claims from stores whose attributes and logs mean harm."""
    size = replace(SIZES["tiny"], samples=10, trusts=8, replicates=1, corner_samples=2, phase_points=10)
    claims, phases = (CLAIMS["A05"],), ()
    for design in designs_of(size, claims, phases).values():
        (folder / f"{design.name}.csv").write_text(design.points, encoding="utf-8")
        (folder / f"{design.name}.toml").write_text(design.spec, encoding="utf-8")
        spec, store = Spec.from_file(folder / f"{design.name}.toml"), folder / f"{design.name}.zarr"
        assert complete_sweep(spec, store, workers=0, engine="numpy", points_per_batch=1000).complete
        root = read_root(store)
        root["attributes"] |= {"title": MARKUP[0], "spec_hash": MARKUP[4]}
        (store / "zarr.json").write_bytes(sealed(root))
    written = write_claims(folder, folder / "claims", size, claims, phases)
    return {f"claims {path.name}": path for path in written.paths if path.suffix in (".html", ".svg")}


def plain_one(page: Page) -> Page:
    """Return ``page`` with harmless words in place of its texts."""
    part = page.sections[0]
    note, warning = ("n" if part.note else ""), ("w" if part.warning else "")
    words: dict[str, Any] = {"heading": "h", "paragraphs": ("p",), "images": (("<svg/>", "a"),), "folded": ("s", "t")}
    table = (("a", "b"), (("a", "b"), ("1", "b")))
    said = replace(part, table=table, note=note, warning=warning, link="", **words)
    return replace(page, title="t", lead="l", cards=(("c", ("line",)),), sections=(said,))


def test_a_page_has_the_same_tags_whatever_its_texts_say() -> None:
    def check(page: Page) -> None:
        html = render(page)
        shape = Shape(html)
        assert shape.tags == Shape(render(plain_one(page))).tags
        assert shape.links <= {"data:", "data:image/svg+xml;charset=utf-8", "#part-0"}
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", html)

    assert fuzz("pages", check, page=pages()) >= asked("pages")


def data_beside(name: str, path: Path) -> set[str]:
    """The names of the data to which a page may link: those of the page of claims, written beside it."""
    beside = {one.name for one in path.parent.iterdir() if one.suffix in (".csv", ".zarr")}
    return beside if name == "claims index.html" else set()


def check_pages(hostile: dict[str, Path]) -> None:
    """The pages have no script and no handler, link to their own data alone, and what was written stands there."""
    allowed = re.compile("data:|#part-[0-9]+$|#[A-Za-z]")
    for name, path in hostile.items():
        shape = Shape(path.read_text(encoding="utf-8"))
        assert not [tag for tag in shape.tags if tag[0] in ("script", "iframe", "object", "base", "form")], name
        assert not [tag for tag in shape.tags if any(given.startswith("on") for given in tag[1:])], name
        assert {link for link in shape.links if not allowed.match(link)} == data_beside(name, path), name
    assert f"Sweep '{MARKUP[0]}'" in Shape(hostile["report index.html"].read_text(encoding="utf-8")).text


def check_seen(seen: Seen, hostile: dict[str, Path]) -> None:
    """In the browser nothing of the pages ran, led away or asked for anything."""
    assert not seen.pages.pop("probe")["ran"]
    assert set(seen.pages) == set(hostile)
    quiet = {"left": False, "ran": False, "scripts": 0, "handlers": 0, "fetched": []}
    loud = {name: page for name, page in seen.pages.items() if any(page[key] != value for key, value in quiet.items())}
    assert loud == {}
    led = {name: set(page["links"]) for name, page in seen.pages.items()}
    assert led == {name: data_beside(name, path) for name, path in hostile.items()}
    assert min(page["parts"] for page in seen.pages.values()) > 5
    assert seen.console == []


def test_nothing_of_a_page_of_a_hostile_store_runs_leads_away_or_fetches(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    hostile: dict[str, Path] = {}
    for name, make in (("reports", made_reports), ("replay", made_replay), ("claims", made_claims)):
        hostile |= make(tmp_path_factory.mktemp(name))
    assert len(hostile) > 40
    check_pages(hostile)
    if BROWSER is None:
        pytest.skip("no Chromium found; install it with: apt-get install chromium")
    check_seen(opened(tmp_path_factory.mktemp("browser"), hostile), hostile)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium found; install it with: apt-get install chromium")
def test_a_page_on_which_a_text_is_not_escaped_is_found_out(tmp_path: Path) -> None:
    """What the test above looks for would be seen."""
    faulty = {}
    for number, text in enumerate(MARKUP):
        faulty[str(number)] = tmp_path / f"{number}.html"
        faulty[str(number)].write_text(f'<!DOCTYPE html><title>x</title><p title="{text}">{text}</p>', encoding="utf-8")
    seen = opened(tmp_path, faulty)
    assert seen.pages.pop("probe")["ran"]
    harmed = [page for page in seen.pages.values() if page["ran"] or page["left"] or page["scripts"] or page["links"]]
    assert len(harmed) >= 6
