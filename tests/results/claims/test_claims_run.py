"""Small designs from spec to page: run, judged and written, with nothing by hand and nothing twice."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tredegar.model.graph.merkle import rules_hash
from tredegar.results.claims.claims import CLAIMS
from tredegar.results.claims.designs import FAMILIES, SIZES, claim_designs, sampled_space
from tredegar.results.claims.judged import judge
from tredegar.results.claims.pages import cards
from tredegar.results.claims.pages.cards import how_sure
from tredegar.results.claims.pages.docs import write_docs
from tredegar.results.claims.pages.figures import KINDS, draw_claim, draw_summary
from tredegar.results.claims.pages.report import Written, designs_of, write_claims
from tredegar.results.claims.pages.word_rules import WORDS
from tredegar.results.claims.phases import PHASES
from tredegar.results.claims.witness_regions import SIDES, read_witnesses
from tredegar.results.dataset import design_of
from tredegar.results.open import open_sweep
from tredegar.results.statistics.interval_kinds import CLAIMS as CLAIMS_PRINTED
from tredegar.results.statistics.interval_kinds import PHASES as PHASES_PRINTED
from tredegar.results.statistics.interval_kinds import doubts, kinds_of, printed_by
from tredegar.sweeps import Spec, complete_sweep

TINY = replace(SIZES["tiny"], samples=10, trusts=8, clinicians=2, corner_samples=2, phase_points=10)
CHOSEN = tuple(CLAIMS[name] for name in ("A05", "A06", "A07", "A08", "A27", "A33", "A37", "A38", "A40"))
CONTRADICTIONS = (PHASES["P3"], PHASES["P10"])
"""A claim of every form and statistic, with corners; a contradiction that is a contest, and one with marks."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stores of the chosen claims and contradictions."""
    folder = tmp_path_factory.mktemp("claims")
    for design in designs_of(TINY, CHOSEN, CONTRADICTIONS).values():
        (folder / f"{design.name}.csv").write_text(design.points, encoding="utf-8")
        (folder / f"{design.name}.toml").write_text(design.spec, encoding="utf-8")
        spec = Spec.from_file(folder / f"{design.name}.toml")
        assert complete_sweep(spec, folder / f"{design.name}.zarr", workers=0).complete
    return folder


@pytest.fixture(scope="module")
def written(folder: Path) -> Written:
    return write_claims(folder, folder / "out", TINY, CHOSEN, CONTRADICTIONS)


def test_every_chosen_claim_is_judged_and_the_classes_make_up_the_whole_space(written: Written) -> None:
    assert [found.claim.name for found in written.judgements] == [claim.name for claim in CHOSEN]
    for found in written.judgements:
        shares = [found.verdict.holds.share, found.verdict.null.share, found.verdict.reverses.share]
        assert found.verdict.samples + found.failed == TINY.samples
        if found.verdict.samples:
            assert sum(shares) == pytest.approx(1.0)


def test_a_switched_off_cause_has_no_effect_in_its_corner(written: Written) -> None:
    found = {judged.claim.name: judged for judged in written.judgements}["A40"]
    (corner,) = found.corners
    assert corner.kind == "fails"
    assert corner.verdict.null.share == 1.0
    assert "fails" not in found.unseen


def test_a_contradiction_covers_its_space_and_says_which_side_gains(written: Written) -> None:
    contest, units = written.charts
    for chart in (contest, units):
        assert sum(share for share, *_ in chart.shares) == pytest.approx(1.0)
        assert chart.mean.shape == (3, len(chart.grid[1]), len(chart.grid[0]))
        assert ((chart.chance >= 0.0) & (chart.chance <= 1.0)).all()
    assert sum(share.share for _, share in contest.best) <= 1.0 + 1e-9
    assert len(contest.best) == 4 and units.best == ()


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.addresses: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_stands_alone_and_names_every_claim_its_arms_and_its_rule(written: Written, folder: Path) -> None:
    page = Words()
    page.feed((folder / "out" / "index.html").read_text(encoding="utf-8"))
    data = [address for address in page.addresses if not address.startswith(("data:", "#"))]
    assert {"claims.csv", "witnesses.csv", "contradictions.csv", "verdicts.zarr"} <= set(data)
    assert all((folder / "out" / address).exists() for address in data)
    text = " ".join(page.text)
    for found in written.judgements:
        assert found.claim.says in text
        assert f"{found.verdict.holds.share:.0%}" in text
    assert "real control 0.8, mandate detail 0.8" in text
    assert "What decides:" in text
    for word, rule in WORDS:
        assert word in text and rule in text


def test_the_figure_of_a_claim_names_every_class_and_draws_no_empty_bar_but_the_named(written: Written) -> None:
    figure = draw_claim(written.judgements[0])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [name for _, name, *_ in KINDS]
    bars = figure.axes[0].patches
    named = [bar for bar in bars if not bar.get_label().startswith("_")]
    assert len(named) == len(KINDS)
    assert all(bar.get_height() > 0 for bar in bars if bar not in named)


def test_every_figure_says_the_claim_in_its_own_words(written: Written) -> None:
    for found in written.judgements:
        title = draw_claim(found).legends[0].get_title().get_text()
        assert " ".join(title.split()) == f"{found.claim.name}: {found.claim.says}"
    labels = [
        " ".join(tick.get_text().split()) for tick in draw_summary(written.judgements, 10).axes[0].get_yticklabels()
    ]
    for label, found in zip(labels, written.judgements, strict=True):
        assert f"{found.claim.name} {found.claim.says}".startswith(label.removesuffix(" ..."))


def test_half_of_the_ranges_is_judged_where_it_was_run(written: Written, folder: Path) -> None:
    halves = {design.name for design in written.designs.values() if design.name.endswith("-half")}
    for found in written.judgements:
        assert (found.half is not None) == (f"{found.claim.family}-half" in halves)


def test_the_tables_hold_the_numbers_of_the_page(written: Written, folder: Path) -> None:
    claims = pd.read_csv(folder / "out" / "claims.csv", keep_default_na=False)
    assert len(claims) == sum(1 + len(claim.also) for claim in CHOSEN)
    for found in written.judgements:
        row = claims[(claims["claim"] == found.claim.name) & (claims["also"] == "")].iloc[0]
        assert row["unseen"] == " and ".join(found.unseen) and row["by_construction"] == "False"
        if found.verdict.samples:
            assert float(row["holds"]) == pytest.approx(found.verdict.holds.share, rel=1e-5)
            assert float(row["counted_holds"]) == pytest.approx(found.verdict.counted[0], rel=1e-5)
            undecided = float(row["undecided"] or "nan")  # where settings are few, nothing is said of each
            assert undecided == pytest.approx(found.verdict.undecided, rel=1e-5, nan_ok=True)
    contradictions = pd.read_csv(folder / "out" / "contradictions.csv", keep_default_na=False)
    assert set(contradictions["contradiction"]) == {"P3", "P10"}
    assert list(contradictions)[:2] == ["contradiction", "question"]
    assert list(contradictions)[-5:] == ["meaning_up", "meaning_down", "band", "in_words", "turns"]
    for name in (*(claim.name for claim in CHOSEN), "P3", "P10", "claims"):
        assert (folder / "out" / "figures" / f"{name}.svg").stat().st_size > 0


def test_the_store_of_verdicts_holds_them_with_their_names_and_the_diagrams(written: Written, folder: Path) -> None:
    verdicts = xr.open_zarr(folder / "out" / "verdicts.zarr")
    assert list(verdicts["claim"].values) == [claim.name for claim in CHOSEN]
    for found in written.judgements:
        row = verdicts.sel(claim=found.claim.name)
        assert float(row["share"].sel(kind="holds")) == pytest.approx(found.verdict.holds.share, nan_ok=True)
        assert np.array_equal(row["score"].values[: len(found.verdict.score)], found.verdict.score, equal_nan=True)
        assert row["counted"].values.tolist() == pytest.approx(list(found.verdict.counted), nan_ok=True)
        assert np.array_equal(row["posterior"].values[: len(found.verdict.posterior)], found.verdict.posterior,
                              equal_nan=True)  # fmt: skip
        half = np.nan if found.half is None else found.half.holds.share
        assert float(row["half_share"].sel(kind="holds")) == pytest.approx(half, nan_ok=True)
        assert [name for name in row["decider"].values if name] == [one.label for one in found.deciders]
    contest = xr.open_zarr(folder / "out" / "verdicts.zarr", group="P3")
    assert np.array_equal(contest["effect"].values, written.charts[0].mean)
    assert contest["effect"].dims == ("manager_capability", "method_heterogeneity", "poor_performer_share")


def test_what_is_not_shown_to_cover_is_marked_where_it_is_printed(written: Written, folder: Path) -> None:
    write_docs(folder / "claims.md", folder / "out", written, TINY)
    pages = [(folder / name).read_text(encoding="utf-8") for name in ("claims.md", "out/index.html")]
    told = doubts(printed_by(PHASES_PRINTED)).removesuffix(".")
    assert told and all(told in page for page in pages)
    verdicts = xr.open_zarr(folder / "out" / "verdicts.zarr")
    for name in ("share_low", "half_share_low", "decider", "by_construction"):
        assert verdicts[name].attrs.get("coverage", "") == doubts(kinds_of([name]))
    contest = xr.open_zarr(folder / "out" / "verdicts.zarr", group="P3")
    assert contest["chance"].attrs.get("coverage", "") == doubts(kinds_of(["chance"]))


def test_a_doubt_about_verdicts_would_stand_on_the_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "doubts", lambda names: f"Not shown to cover: {len(names)} kinds.")
    assert how_sure(TINY)[-1] == f"Not shown to cover: {len(printed_by(CLAIMS_PRINTED))} kinds"


def test_witnesses_are_settings_of_the_sample_on_their_side(written: Written, folder: Path) -> None:
    found = read_witnesses(folder / "out" / "witnesses.csv")
    edges = {judged.claim.name: judged.verdict.edge for judged in written.judgements}
    assert {one.claim for one in found} <= set(edges) and {one.side for one in found} == set(SIDES)
    for one in found:
        assert (one.score > edges[one.claim]) == (one.side == "holds")
        sampled = sampled_space(FAMILIES[CLAIMS[one.claim].family], TINY)
        assert set(one.settings) == set(sampled)
        assert all(low <= one.settings[name] <= high for name, (low, high) in sampled.items())


def test_the_same_stores_give_the_same_page(written: Written, folder: Path) -> None:
    again = judge(folder, claim_designs(TINY, CHOSEN), CHOSEN[:2])
    for first, second in zip(written.judgements[:2], again, strict=True):
        assert first.claim.name == second.claim.name
        assert np.array_equal(first.verdict.score, second.verdict.score, equal_nan=True)
        assert first.deciders == second.deciders


def test_the_page_of_the_documentation_is_made_of_the_same_judgements(written: Written, folder: Path) -> None:
    write_docs(folder / "claims.md", folder / "out", written, TINY)
    text = (folder / "claims.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (A\d\d)$", text, re.MULTILINE) == [claim.name for claim in CHOSEN]
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text):
        assert (folder / picture).is_file()
    assert rules_hash()[:12] in text and all(design.mark in text for design in written.designs.values())
    assert pd.read_csv(folder / "claims" / "verdicts.csv").equals(pd.read_csv(folder / "out" / "claims.csv"))


def test_a_store_of_a_table_of_points_tells_its_design_to_every_analysis(folder: Path) -> None:
    design = design_of(open_sweep(folder / "frozen.zarr"))
    assert design.method == "table"
    assert design.bounds["method_heterogeneity"][0] < design.bounds["method_heterogeneity"][1]


def test_stores_of_another_design_are_refused(folder: Path) -> None:
    other = claim_designs(replace(TINY, samples=5), CHOSEN)
    with pytest.raises(ValueError, match="another design"):
        judge(
            folder, {"frozen": replace(other["frozen"], arms=dict(reversed(other["frozen"].arms.items())))}, CHOSEN[:1]
        )


@pytest.mark.slow
def test_every_claim_and_contradiction_runs_and_is_judged(tmp_path: Path) -> None:
    size = replace(TINY, samples=4, corner_samples=1, phase_points=10)
    for design in designs_of(size, CLAIMS.values(), PHASES.values()).values():
        (tmp_path / f"{design.name}.csv").write_text(design.points, encoding="utf-8")
        (tmp_path / f"{design.name}.toml").write_text(design.spec, encoding="utf-8")
        spec = Spec.from_file(tmp_path / f"{design.name}.toml")
        assert complete_sweep(spec, tmp_path / f"{design.name}.zarr", workers=0, engine="numpy").complete
    written = write_claims(tmp_path, tmp_path / "out", size, CLAIMS.values(), PHASES.values())
    assert len(written.judgements) == len(CLAIMS)
    assert len(written.charts) == len(PHASES)
