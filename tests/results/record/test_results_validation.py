"""The record is held against the model by the operators, from sums that a sweep wrote or from its records."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tredegar.cli.entry import main
from tredegar.kernels import simulate
from tredegar.model import TRUST_RECORDS
from tredegar.observation.counterparts import COUNTERPARTS, COURSES, PANELS
from tredegar.observation.target_table import targets
from tredegar.results import open_sweep
from tredegar.results.record.evidence import read_evidence
from tredegar.results.record.figure import draw_validation
from tredegar.results.record.table import as_markdown, finding_rows, tally
from tredegar.results.record.validation import TOO_FEW, jackknifed, rank_among, validate

from ...support.made_stores import grid, made_store

RECORDS = {name: TRUST_RECORDS[name].yearly for name in (*(f"trust_year_{name}" for name in PANELS), "trust_size")}


@pytest.fixture
def sweep(tmp_path):
    def noise(points, luck, month):
        return np.random.default_rng(3).uniform(0.2, 0.8, (2, luck.shape[1], len(month)))

    store = made_store(tmp_path / "v.zarr", grid(forced_reorganisation_direction=[-1.0, 1.0]),
                       dict.fromkeys(COURSES, noise), months=120, trust_records=RECORDS)  # fmt: skip
    return open_sweep(store)


def test_a_store_is_held_against_the_record(sweep):
    findings = validate(sweep, from_month=25)
    assert len(findings) == 40
    burnout = next(one for one in findings if one.target.name == "V26")
    assert burnout.verdict == TOO_FEW and np.isnan(burnout.low) and burnout.histories == sweep.attrs["runs_done"] < 39
    assert burnout.by == burnout.target.by == "compiled" and burnout.value_low < burnout.value < burnout.value_high
    header, rows = finding_rows(findings)
    assert header[0] == "target" and {row[0] for row in rows} == set(COUNTERPARTS)
    assert "in too few histories to tell (39 are needed)" in tally(findings)
    told = tally(findings)
    assert "4 go into the model and are not counted; 2 cannot fail and are not counted;" in told
    assert told.endswith("4 targets have no counterpart in the model.")
    page = as_markdown(findings, sweep, "record.png")
    assert "](record.png)" in page and "![" not in as_markdown(findings, sweep)
    assert (
        "| V26 | burnout prevalence acute trusts | share | 0.33 | compiled | 0." in page
        and "| too few histories |" in page
    )
    assert "36 months" not in page and "| 96 months, the record 612 |" in page


def test_inputs_and_what_cannot_fail_are_told_apart_and_not_counted(sweep):
    against = {name: targets()[name] for name in ("V23", "V24", "V38", "V36")}
    against["V24"] = dataclasses.replace(against["V24"], standing="no test")
    findings = validate(sweep, 25, against)
    assert [one.counts for one in findings] == [True, False, False, False]
    assert [row[0] for row in finding_rows(findings)[1]] == ["V23", "V24", "V38"]
    said = tally(findings)
    assert "fitted: 0 of 1 inside" in said and "2 go into the model and are not counted; 1 cannot fail" in said
    before, after = as_markdown(findings, sweep).split(
        "## Not judged: inputs, and windows that hold nearly every setting"
    )
    assert "| V23 |" in before and "| V24 |" not in before and "| V24 |" in after and "| V36 |" in after


def sums_of_events(months, events):
    """An opened sweep of one point whose only sums are those of V01: a run for each number of events."""
    made = simulate({"real_control": [0.5]}, replicates=len(events), summaries=True, months=96, trusts=12, clinicians=3,
                    outcomes=["quality"], engine="numpy").to_dataset()  # fmt: skip
    values, places = (
        made["summaries"].values.copy(),
        [list(made["sum"].values).index(f"V01 {one}") for one in ("months", "events")],
    )
    values[0][:, places] = np.column_stack([np.full(len(events), months), events])
    return made.assign(summaries=(made["summaries"].dims, values, made["summaries"].attrs))


def test_a_record_that_histories_without_events_surround_is_outside_and_not_in_too_few():
    against = {"V01": targets()["V01"]}
    (rare,) = validate(sums_of_events(612.0, [1.0] + [0.0] * 119), against=against)
    assert (rare.verdict, rare.histories, rare.low) == ("outside", 120, np.inf) and rare.value == 120 * 51.0
    (never,) = validate(sums_of_events(612.0, [0.0] * 60), against=against)
    assert (never.verdict, never.value) == ("outside", np.inf) and "inf" in finding_rows([never])[1][0][4]
    assert draw_validation([rare, never], 120).axes


def test_runs_without_sums_take_no_value_from_the_others():
    against = {"V01": targets()["V01"]}
    (found,) = validate(sums_of_events(612.0, [7.0] * 59 + [np.nan]), against=against)
    assert (found.histories, found.value) == (59, pytest.approx(612.0 / 7.0 / 12.0))
    (none,) = validate(sums_of_events(612.0, [np.nan] * 60), against=against)
    assert none.verdict == "not measurable" and none.reason == "what it reads is no number in any of these runs"


def test_sums_of_other_definitions_are_not_read():
    sweep = sums_of_events(612.0, [7.0] * 60)
    sweep.attrs["observation"] = "0" * 64
    with pytest.raises(ValueError, match="the sums in the store are of other definitions or cuts"):
        validate(sweep)


def test_a_target_whose_outcomes_were_not_recorded_is_not_measurable_and_says_what_lacks(sweep):
    found = {one.target.name: one for one in validate(sweep.drop_vars(["trust_size", "minister_changed"]), 25)}
    assert found["V04"].verdict == found["V19"].verdict == "not measurable" != found["V08"].verdict
    assert found["V04"].reason == "the sweep did not record minister_changed"
    assert found["V19"].reason == "the sweep did not record trust_size"
    assert found["V15"].verdict == "not computed" and found["V15"].reason == targets()["V15"].reason


def test_stores_that_cannot_be_held_against_the_record_are_refused(sweep):
    bare = sweep[["status", "trust_year_morale"]]
    with pytest.raises(ValueError, match=r"needs sums \(\[record\] summaries = true\), or monthly outcomes"):
        validate(bare.assign_coords(month=sweep.month))
    with pytest.raises(ValueError, match="needs at least 96 months, got 60"):
        validate(sweep.isel(month=slice(0, 60)))
    with pytest.raises(ValueError, match="needs every month from the first"):
        validate(sweep.isel(month=slice(11, None, 12)))
    with pytest.raises(ValueError, match=r"from_month must begin a year of a run \(1, 13, 25 ...\), got 30"):
        validate(sweep, 30)
    with pytest.raises(ValueError, match="at least 2 completed runs, got 1"):
        validate(sweep.isel(point=[0], replicate=[0]))


def test_sums_and_records_give_the_same_findings():
    size = {"replicates": 20, "months": 120, "trusts": 12, "clinicians": 4, "streams": "independent", "engine": "numpy"}
    both = simulate({"real_control": [0.2, 0.8]}, trust_records=True, summaries=True, **size).to_dataset()
    by_sums, by_records = (
        validate(both[["status", "summaries"]].assign_coords(month=both.month)),
        validate(both.drop_vars(["summaries", "sum"])),
    )
    alike = [f.name for f in dataclasses.fields(by_sums[0])]
    for one, other in zip(by_sums, by_records, strict=True):
        values = [(getattr(one, name), getattr(other, name)) for name in alike]
        assert all(a == b or (a != a and b != b) for a, b in values), one.target.name
    assert sum(one.verdict in ("inside", "outside") for one in by_sums) > 20
    later = validate(both, from_month=73)  # sums are of another burn-in: records are read
    assert later != by_sums and later == validate(both.drop_vars(["summaries", "sum"]), from_month=73)


def test_sums_of_another_cut_are_not_taken():
    size = {"replicates": 2, "months": 120, "trusts": 12, "clinicians": 4, "engine": "numpy"}
    runs = simulate({"real_control": [0.2]}, outcomes=["quality"], every=12, summaries=True, **size).to_dataset()
    shorter = {name: dataclasses.replace(targets()[name], months=24) for name in ("V08", "V09")}
    found = validate(runs, against=shorter | {"V10": targets()["V10"]})
    assert [one.verdict for one in found] == ["not measurable", "not measurable", TOO_FEW]
    assert found[0].reason == "the sums in the store are of other definitions or cuts"
    whole = simulate({"real_control": [0.2]}, trust_records=True, summaries=True, **size).to_dataset()
    evidence = read_evidence(whole, 61, shorter.values())
    assert evidence.sums["V08"][:, 1].tolist() == [2.0, 2.0] and (evidence.months, evidence.units) == (60, 12)


def test_the_jackknife_of_a_mean_is_students_and_a_median_has_none():
    draw = np.random.default_rng(0)
    sums = np.stack([draw.normal(0.5, 0.1, 12), np.ones(12)], axis=1)
    found = jackknifed(COUNTERPARTS["V23"], sums)
    half = 2.2009851600916 * sums[:, 0].std(ddof=1) / np.sqrt(12)
    assert found == pytest.approx((sums[:, 0].mean(), sums[:, 0].mean() - half, sums[:, 0].mean() + half))
    spells = np.zeros((5, 120))
    spells[:, [10, 20]] = 1.0
    assert (
        np.isnan(jackknifed(COUNTERPARTS["V05"], spells).low) and jackknifed(COUNTERPARTS["V05"], spells).value == 16.0
    )
    assert np.isnan(jackknifed(COUNTERPARTS["V23"], sums[:1]).high)


def test_a_record_is_outside_only_beyond_all_but_one_in_forty_histories_on_a_side():
    histories = np.arange(40.0)
    inside, outside = rank_among(histories, (39.0, 39.0)), rank_among(histories, (39.5, 39.5))
    assert inside.probability > 0.05 >= outside.probability == 2 / 41
    assert (outside.low, outside.high) == (0.0, 39.0) and outside.percentile == 1.0
    assert np.isnan(rank_among(histories[:38], (50.0, 50.0)).low)
    assert rank_among(histories, (38.5, 60.0)).probability > 0.05 >= rank_among(histories, (40.0, 60.0)).probability
    assert rank_among(np.full(60, np.inf), (7.0, 7.0)).percentile == 0.0
    assert rank_among(np.full(60, np.nan), (7.0, 7.0)).histories == 0


def test_a_window_counts_where_it_says_how_well_the_record_is_known():
    assert targets()["V34"].span == (0.25, 0.5) and targets()["V08"].span == (targets()["V08"].value,) * 2
    assert all(one.months >= 0 and one.units >= 0 for one in targets().values())


@pytest.fixture
def forty(tmp_path):
    def levels(points, luck, month):
        return np.random.default_rng(3).uniform(0.4, 0.6, (2, luck.shape[1], 1)) + 0.0 * month

    points = grid(forced_reorganisation_direction=[-1.0, 1.0])
    store = made_store(tmp_path / "v40.zarr", points, dict.fromkeys(COURSES, levels), months=120, replicates=20,
                       streams="independent", trust_records=RECORDS)  # fmt: skip
    return open_sweep(store)


def levels_up_to_half(sweep):
    return sweep["objecting_share"].isel(month=0).values.ravel() <= np.float32(0.5)


def test_forty_histories_judge_a_target_by_the_spread_of_single_ones(forty):
    found = {one.target.name: one for one in validate(forty, from_month=25)}
    burnout = found["V26"]  # of single runs between 0.4 and 0.6; a window about the mean of all would be far narrower
    assert burnout.low < 0.42 and burnout.high > 0.58 and 0.45 < burnout.value < 0.55
    assert burnout.value_high - burnout.value_low < 0.3 * (burnout.high - burnout.low)
    assert (burnout.verdict, burnout.percentile, burnout.histories) == ("outside", 0.0, 40)
    assert found["V34"].verdict == "inside" and found["V24"].verdict == "outside"
    assert found["V34"].inside_share == pytest.approx(np.mean(levels_up_to_half(forty)), abs=1e-9)
    assert "a true model would miss" in tally(list(found.values()))


def test_the_figure_of_the_record_has_a_row_for_every_target_that_was_computed(sweep, tmp_path, capsys):
    findings = validate(sweep, from_month=25)
    axes = draw_validation(findings, 8).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    judged = [one for one in findings if one.counts and one.verdict in ("inside", "outside", TOO_FEW)]
    assert labels[::-1] == [f"{one.target.quantity}  {one.target.name}" for one in judged]
    values = [(one.value - one.target.low) / (one.target.high - one.target.low) for one in judged]
    drawn = [line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 1 and line.get_marker() in "oD"]
    assert np.allclose(drawn, [value for value in values[::-1] if -1.45 <= value <= 2.45])
    page, picture = tmp_path / "page.md", tmp_path / "figures" / "record.svg"
    picture.parent.mkdir()
    words = ["validate", sweep.attrs["store"], "--from-month", "25", "--markdown", page, "--figure", picture]
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert not ended.value.code and picture.stat().st_size > 1000
    assert "](figures/record.svg)" in page.read_text(encoding="utf-8") and "held out" in capsys.readouterr().out
