"""Runs under own rules: labelled like others, told with their rules, and made again from what the Dataset carries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import tredegar as tg
from tredegar import Own, outcome, rule
from tredegar.datasets.labelled import book_of_text
from tredegar.model.graph.merkle import rules_hash
from tredegar.model.own.books import book_of
from tredegar.results.dataset import book_in, design_of, fixed_parameters, recorded_outcomes, varied_parameters
from tredegar.results.replay.page import replay_page
from tredegar.results.replay.rerun import NotTheSameRun, check_equal, rerun_of, run_again
from tredegar.results.report.contents import report_page
from tredegar.results.report.own_rules import own_rules_in, own_rules_sections, rule_table
from tredegar.results.report.page import render
from tredegar.results.report.report import report_findings

SIZE = {"months": 24, "replicates": 2, "trusts": 6, "clinicians": 4, "engine": "numpy"}
RECORDED = ["quality", "mean_dread", "tired_share"]


@rule(bite=Own(0.3, low=0.0, high=1.0, unit="share", meaning="how strongly inspection frightens"))
def fear(manager, centre, p):
    return 0.9 * manager.fear + 0.1 * p.bite * p.inspection_intensity


@rule(after="fear", writes="manager.dread", start=0.1)
def dread(manager):
    return 0.9 * manager.dread + 0.1 * manager.fear


@rule(after="anxiety", writes="centre.gloom", start=0.5)
def gloom(centre):
    return 0.5 * centre.gloom + 0.5 * centre.anxiety


@rule(after="motivation", writes="seat.tired", start=0.2, draws=("u",))
def tired(seat, luck):
    return 0.8 * seat.tired + 0.2 * luck.u


@outcome(unit="share", meaning="dread among managers")
def mean_dread(manager):
    return manager.dread


@outcome(unit="share", meaning="seats that are tired")
def tired_share(seat):
    return seat.tired > 0.5


@pytest.fixture(scope="module")
def sweep() -> Iterator[xr.Dataset]:
    book = book_of([fear, dread, gloom, tired, mean_dread, tired_share], {"gaming": ["built-in", "proportional"]})
    points = {"bite": [0.1, 0.5, 0.9, 0.3], "gaming": [0.0, 1.0, 0.0, 1.0], "gaming@13": [1.0, 1.0, 0.0, 0.0]}
    return tg.simulate({**points, "VOICE_BASE": 0.2}, rules=book, outcomes=RECORDED, **SIZE).to_dataset(start="1997-05")


def test_own_parameters_choices_constants_and_outcomes_have_their_attributes(sweep):
    assert set(varied_parameters(sweep)) == {"bite", "gaming", "gaming@13"}
    assert fixed_parameters(sweep) == {"VOICE_BASE": 0.2} and recorded_outcomes(sweep) == tuple(RECORDED)
    about = sweep["bite"].attrs
    assert (about["unit_in_words"], about["default"], list(about["declared_range"])) == ("share", 0.3, [0.0, 1.0])
    assert sweep["gaming"].attrs["levels"] == '["built-in", "proportional"]'
    assert design_of(sweep).choices["gaming@13"] == ("built-in", "proportional")
    assert Path(__file__).name in sweep["mean_dread"].attrs["own_rule"]
    assert sweep["mean_dread"].attrs["unit_in_words"] == "share" and "own_rule" not in sweep["quality"].attrs


def test_a_dataset_carries_the_book_that_its_hash_is_of(sweep):
    book = book_in(sweep)
    assert book is book_of_text(sweep.attrs["own_rules"], ["VOICE_BASE"]) and book.varied_constants == ("VOICE_BASE",)
    assert rules_hash(book) == sweep.attrs["rules_hash"] != rules_hash()


def test_a_dataset_of_the_models_own_rules_carries_no_text():
    plain = tg.simulate({"real_control": 0.5}, outcomes=["quality"], **SIZE).to_dataset()
    assert "own_rules" not in plain.attrs and plain.attrs["rules_hash"] == rules_hash()


def test_a_round_trip_through_a_file_keeps_what_own_things_are_known_by(sweep, tmp_path):
    sweep.to_netcdf(tmp_path / "runs.nc")
    with xr.open_dataset(tmp_path / "runs.nc") as again:
        assert varied_parameters(again) == varied_parameters(sweep) and recorded_outcomes(again) == tuple(RECORDED)
        assert tg.at(again, {"gaming": "proportional", "gaming@13": "built-in"})["point"].values.tolist() == [3]
        assert book_in(again) is book_in(sweep)


def test_a_run_under_own_rules_comes_out_again_by_bits_from_what_the_dataset_carries(sweep):
    rerun = rerun_of(sweep, 1, 1)
    chronicle, again = run_again(rerun)
    assert check_equal(rerun, again, sweep) == 3 * SIZE["months"]
    assert rerun.settings["bite"] == 0.5 and rerun.changes == {13: {"gaming": 1.0}}
    assert chronicle.own_outcomes["mean_dread"][-1] == pytest.approx(float(sweep["mean_dread"][1, 1, -1]))


def test_other_own_rules_than_the_hash_says_are_refused(sweep):
    other = book_of([dread, mean_dread]).text
    with pytest.raises(NotTheSameRun, match="the store was made with other rules"):
        rerun_of(sweep.assign_attrs(own_rules=other), 0, 0)
    with pytest.raises(ValueError, match="own rules of a store cannot be read"):
        rerun_of(sweep.assign_attrs(own_rules="{"), 0, 0)


def test_the_log_tells_which_own_rules_are_followed_and_when_what_they_write_moved_most(sweep):
    rerun = rerun_of(sweep, 0, 0)  # the rival of gaming comes in month 13
    chronicle, _ = run_again(rerun)
    log = chronicle.table(trust=0)
    own = log[log["level"] == "own rules"]
    begun = own[own["what"].str.startswith("own rule")].set_index("what")["month"].to_dict()
    assert begun == {
        "own rule fear replaces fear": 1,
        "own rule dread is followed after fear": 1,
        "own rule gloom is followed after anxiety": 1,
        "own rule tired is followed after motivation": 1,
        "own rule gaming replaces gaming (choice gaming: proportional)": 13,
    }
    assert own.loc[own["what"].str.startswith("gaming moves most"), "month"].min() >= 13
    course = np.array([0.5, *chronicle.own.course(0)["centre gloom"]])
    (moved,) = own[own["what"].str.startswith("gloom moves most")].to_dict("records")
    assert moved["month"] == int(np.abs(np.diff(course)).argmax()) + 1 and "centre.anxiety" in moved["grounds"]
    of_dread = own[own["what"].str.startswith("dread moves most")]
    assert sorted(of_dread["trust"]) == [*range(6)] and of_dread["grounds"].str.contains("manager.fear").all()


def test_the_page_of_a_run_tells_own_rules_with_their_text(sweep):
    rerun = rerun_of(sweep, 1, 0)
    chronicle, _ = run_again(rerun)
    page = render(replay_page(rerun, chronicle, 2, "An example."))
    assert "<h2>Own rules</h2>" in page and "Own rules at trust 2 and at the centre" in page
    assert "gaming proportional" in page and "0.9 * manager.dread + 0.1 * manager.fear" in page


def test_a_page_names_own_rules_with_parameters_and_places(sweep):
    header, rows = rule_table(own_rules_in(sweep))
    told = {row[0]: row for row in rows}
    assert told["fear"][1:3] == (
        "replaces the rule fear",
        "bite, 0 to 1 (share), default 0.3: how strongly inspection frightens",
    )
    assert told["dread"][1] == "added after fear; remembers manager.dread, 0.1 at the start"
    assert told["tired"][1].endswith("0.2 at the start, with draws of its own (u)")
    assert told["gaming"][1] == "replaces the rule gaming where gaming is 'proportional'"
    assert told["tired_share"][1] == "an outcome (share), share of occupied seats: seats that are tired"
    assert told["mean_dread"][3].startswith(f"{Path(__file__).name}:") and len(header) == 4
    assert own_rules_sections(own_rules_in(xr.Dataset())) == []


def test_a_report_has_the_own_rules(sweep):
    runs = sweep.assign_attrs(store="by hand", spec="seed = 7")
    html = render(report_page(report_findings(runs, ("mean_dread",), from_month=None), runs))
    assert "<h2>Own rules</h2>" in html and "how strongly inspection frightens" in html
    assert "gaming, built-in or proportional" in html
