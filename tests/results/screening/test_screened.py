"""The screen as a whole on a small country: it finds what decides, is finished once, and refuses another screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import tredegar as tg
from tredegar.api.screen_runs import ScreenStopped
from tredegar.results.claims.claims import CLAIMS
from tredegar.results.screening import tiers
from tredegar.results.screening.claim_answers import claim_sources
from tredegar.results.screening.lever_answers import lever_source
from tredegar.results.screening.record_answers import record_source
from tredegar.results.screening.screen_pages import screen_docs, write_screen
from tredegar.results.screening.screened import Screened
from tredegar.results.screening.tables import answer_rows, deciding_table, lead_words, move_table
from tredegar.results.screening.tiers import Tier

NAMES = ["PROF_ACCESS", "VOICE_BASE", "METHOD_EFFECT"]
"""A constant that is known to decide the effect of a target, one that does not, and one that cannot be doubled."""


def small_sources() -> list:
    levers = lever_source(6, 2)
    kept = [one for one in levers.answers if one.name.startswith("targets")]
    arms = {name: levers.arms[name] for one in kept for name in one.arms}
    record = replace(record_source(8, 2), months=96, every=96)
    claims = claim_sources(6, 2, [CLAIMS["A04"]])
    return [replace(levers, answers=kept, arms=arms), record, *claims]


@pytest.fixture(scope="module")
def tier() -> Iterator[Tier]:
    replicates = {"levers": 12, "record": 3, "frozen": 2}
    small = Tier(
        name="small", says="", sources=small_sources, replicates=replicates, trajectories=3, replicates_at_once=3
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiers, "TIERS", {"small": small})
        yield small


@pytest.fixture(scope="module")
def folder(tier: Tier, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("screen")


@pytest.fixture(scope="module")
def screened(tier: Tier, folder: Path) -> Screened:
    return tg.screen(folder, "small", NAMES, engine="numpy", progress=False)


def test_the_constant_that_is_known_to_decide_is_found_and_an_idle_one_is_not(screened: Screened) -> None:
    assert screened.deciding[0] == "PROF_ACCESS" and "VOICE_BASE" not in screened.deciding
    one = screened.found.sel(constant="PROF_ACCESS", change="halved", answer="targets: reported_access")
    assert one["effect"] > 0.1 and one["effect_low"] > 0.0 and one["told"] == 1


def test_settings_that_are_cut_are_told(screened: Screened) -> None:
    found = screened.found
    assert found["clipped"].sel(constant="METHOD_EFFECT").values.tolist() == [False, True]
    assert found["setting"].sel(constant="METHOD_EFFECT").values.tolist() == [0.275, 1.0]
    assert not found["clipped"].sel(constant="VOICE_BASE").any()
    assert "METHOD_EFFECT" in lead_words(screened)


def test_moves_are_those_of_runs_that_are_made_by_hand(screened: Screened) -> None:
    size = {"replicates": 12, "months": 120, "trusts": 6, "clinicians": 2, "seed": tiers.SEED, "engine": "numpy"}
    size |= {"outcomes": ["quality"], "every": 12}

    def effect(value: float) -> np.ndarray:
        runs = tg.simulate({"target_toughness": [0.0, 1.0]}, constants={"PROF_ACCESS": value}, **size)
        level = np.asarray(runs["quality"], dtype=np.float64)[..., 5:].mean(axis=2)
        return level[1] - level[0]

    move = effect(0.205) - effect(0.41)
    one = screened.found.sel(constant="PROF_ACCESS", change="halved", answer="targets: quality")
    assert float(one["effect"]) == pytest.approx(move.mean(), abs=1e-6)


def test_levers_are_asked_with_all_constants_at_once_and_the_record_is_not(screened: Screened) -> None:
    found = screened.found
    known = np.isfinite(found["mu_star"]).all("constant").values
    assert known[found["kind"].values == "lever"].all() and not known[found["kind"].values != "lever"].any()
    sizes = found["mu_star"].sel(answer="targets: reported_access")
    assert sizes.sel(constant="PROF_ACCESS") > 3.0 * sizes.sel(constant="VOICE_BASE")


def test_claims_and_targets_are_answers_too(screened: Screened) -> None:
    kinds = set(screened.found["kind"].values.tolist())
    assert kinds == {"lever", "target", "claim"}
    assert {"A04"} <= {name.split(",")[0] for name in screened.found["answer"].values.tolist()}
    assert np.isfinite(screened.found["effect"].sel(answer="V08")).all()


def test_a_finished_screen_is_not_run_again(screened: Screened, folder: Path, tier: Tier) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("c/*") if path.is_file()}
    again = tg.screen(folder, "small", NAMES, engine="numpy", progress=False)
    assert again.found.equals(screened.found)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_what_was_stopped_is_finished_and_gives_the_same(
    screened: Screened, folder: Path, tier: Tier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    shutil.copytree(folder, kept)
    shutil.rmtree(kept / "levers-at-once.zarr")
    stopped = xr.Dataset(attrs={"runs_missing": 3})
    with monkeypatch.context() as patch:
        patch.setattr("tredegar.api.sweeping.run_sweep", lambda *given, **named: stopped)
        with pytest.raises(ScreenStopped, match="3 runs are missing"):
            tg.screen(kept, "small", NAMES, engine="numpy", progress=False)
    assert tg.screen(kept, "small", NAMES, engine="numpy", progress=False).found.equals(screened.found)


def test_a_folder_of_another_screen_is_refused(screened: Screened, folder: Path, tier: Tier) -> None:
    with pytest.raises(ValueError):
        tg.screen(folder, "small", NAMES[:2], engine="numpy", progress=False)


def test_tables_and_pages_say_what_was_found(screened: Screened, tmp_path: Path) -> None:
    paths = write_screen(tmp_path, screened)
    assert [path.name for path in paths] == ["index.html", "moves.csv", "deciding.csv", "screen.svg"]
    moves = pd.read_csv(tmp_path / "moves.csv")
    assert len(moves) == len(NAMES) * 2 * len(screened.answers) == len(move_table(screened))
    assert set(moves["told"]) <= {"moves", "no", "cannot be told"}
    assert deciding_table(screened)["constant"].tolist() == list(screened.deciding)
    assert len(answer_rows(screened)[1]) == len(screened.answers)
    page, html = screen_docs(screened), (tmp_path / "index.html").read_text(encoding="utf-8")
    for text in (page, html):
        assert "PROF_ACCESS" in text and "METHOD_EFFECT" in text
    assert all(len(line) <= 120 or line.startswith("|") for line in page.splitlines())
