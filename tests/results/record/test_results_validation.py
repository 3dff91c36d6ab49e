"""The record is held against the model on stated definitions, and every measure returns what it should on made runs."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from tredegar.cli.entry import main
from tredegar.model import OUTCOMES, TRUST_RECORDS
from tredegar.results import open_sweep
from tredegar.results.record.figure import draw_validation
from tredegar.results.record.measures import MEASURES, MONTHLY, PER_TRUST
from tredegar.results.record.table import as_markdown, finding_rows, tally
from tredegar.results.record.validation import TOO_FEW, Runs, rank_among, targets, validate

from ...support.made_stores import grid, made_store
from ...support.places import ROOT

REQUIRED = [f"V{number:02d}" for number in (*range(1, 17), *range(19, 27), *range(30, 34), 38, 39)]
SHARED = ROOT.parent / "shared" / "data" / "validation_targets.csv"


def runs_of(**values):
    """Runs of 2 histories, 40 trusts, 120 months; what is not given is 0 (monthly) or random (trusts)."""
    draw = np.random.default_rng(0)
    monthly = {name: np.zeros((2, 120)) for name in MONTHLY}
    trusts = {
        name: draw.uniform(0.6, 1.0, (2, 40, 10) if TRUST_RECORDS[name].yearly else (2, 40)) for name in PER_TRUST
    }
    for name, value in values.items():
        (trusts if name in trusts else monthly)[name] = value
    return Runs(monthly=monthly, trusts=trusts, target=np.full(2, 0.9), settled=12, first_year=1)


def events(*months):
    found = np.zeros((2, 120))
    found[:, list(months)] = 1.0
    return found


def test_every_target_has_a_counterpart_or_a_reason():
    table = targets()
    assert len(table) == 40
    for target in table.values():
        assert bool(target.measure) != bool(target.reason), target.name
        assert not target.measure or (target.measure in MEASURES and target.use and target.definition)
        assert target.low <= target.value <= target.high and target.source
    assert all(table[name].measure for name in REQUIRED)
    assert set(MONTHLY) <= set(OUTCOMES) and set(PER_TRUST) <= set(TRUST_RECORDS)


@pytest.mark.skipif(not SHARED.exists(), reason="the folder of data is not beside this checkout")
def test_the_targets_are_those_of_the_compiled_table():
    with SHARED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        target = targets()[row["id"]]
        assert (target.value, target.low, target.high) == tuple(float(row[key]) for key in ("value", "low", "high"))
        assert (target.quantity, target.unit, target.source) == (row["quantity"], row["unit"], row["source"])


def test_months_per_event_count_the_months_after_the_burn_in_and_gaps_those_between_events():
    runs = runs_of(reorganisation_started=events(10, 34, 94), minister_changed=events(5, 25, 65))
    assert MEASURES["reorganisation_interval"](runs) == pytest.approx(108 / 2 / 12)
    assert MEASURES["reorganisation_interval_cv"](runs) == pytest.approx(np.std([24, 60] * 2, ddof=1) / 42)
    assert MEASURES["minister_tenure"](runs) == 54.0 and MEASURES["minister_tenure_median"](runs) == 30.0
    assert MEASURES["reorganisation_interval"](runs_of()) == np.inf


def test_events_every_7_years_and_4_months_read_so_in_20_years_of_which_completed_gaps_see_the_short_ones():
    draw = np.random.default_rng(4)
    gaps = draw.gamma(1 / 0.43**2, 87.6 * 0.43**2, (4000, 40))  # months; the record's mean and variation
    starts = gaps.cumsum(axis=1) - 600.0 + draw.uniform(0.0, 87.6, (4000, 1))
    changes = np.zeros((4000, 240))
    run, event = np.nonzero((starts >= 0.0) & (starts < 240.0))
    changes[run, starts[run, event].astype(int)] = 1.0
    runs = Runs({"reorganisation_started": changes}, {}, np.full(4000, 0.9), 0, 0)
    assert MEASURES["reorganisation_interval"](runs) == pytest.approx(7.3, abs=0.12)
    completed = np.concatenate([np.diff(np.flatnonzero(one)) for one in changes])
    assert completed.mean() / 12 < 6.8


def test_persistence_is_one_for_fixed_trusts_and_none_for_random_ones():
    fixed = np.repeat(np.random.default_rng(1).uniform(0.6, 1.0, (2, 40, 1)), 10, axis=2)
    assert MEASURES["reported_access_persistence_1"](runs_of(trust_year_reported_access=fixed)) == pytest.approx(1.0)
    assert MEASURES["worst_stay_worst"](runs_of(trust_year_reported_access=fixed)) == 1.0
    assert abs(MEASURES["reported_access_persistence_2"](runs_of())) < 0.15
    assert MEASURES["reported_access_sd"](runs_of(trust_year_reported_access=fixed)) == pytest.approx(
        fixed[:, :, 0].std(axis=1, ddof=1).mean()
    )


def test_bunching_counts_both_sides_of_the_target():
    access = np.full((2, 40), 0.5)
    access[:, :9], access[:, 9:12] = 0.905, 0.895
    assert MEASURES["bunching"](runs_of(trust_reported_access=access)) == 3.0
    assert MEASURES["bunching_placebo"](runs_of(trust_reported_access=access - 0.08)) == 3.0
    assert np.isnan(MEASURES["bunching"](runs_of(trust_reported_access=np.full((2, 40), 0.5))))


def test_hazards_divide_departures_by_those_at_risk():
    half = np.full((2, 120), 0.5)
    runs = runs_of(long_failing_share=half, departures_long_failing=half / 10.0)
    assert MEASURES["exit_hazard_failing"](runs) == pytest.approx(0.1)
    assert np.isnan(MEASURES["exit_hazard_good"](runs))


def test_failing_spells_and_leaving_are_read_from_the_years():
    access = np.full((2, 40, 10), 0.8)
    access[:, 0, 3:5] = 0.4
    access[:, 1, 6] = 0.4
    runs = runs_of(trust_year_true_access=access, trust_year_quality=np.full((2, 40, 10), 0.8))
    assert MEASURES["failing_spell"](runs) == pytest.approx(12.0 * 3 / 2)
    assert MEASURES["failing_left_in_a_year"](runs) == 0.5


def test_recovery_counts_the_months_until_the_old_level():
    stock = np.full((2, 120), 0.5)
    stock[:, 20:44] = 0.4
    assert (
        MEASURES["recovery_after_reorganisation"](runs_of(reorganisation_started=events(20), integration=stock)) == 24.0
    )


@pytest.fixture
def sweep(tmp_path):
    def noise(points, luck, month):
        return np.random.default_rng(3).uniform(0.2, 0.8, (2, luck.shape[1], len(month)))

    records = {name: row.yearly for name, row in TRUST_RECORDS.items() if name in PER_TRUST}
    store = made_store(tmp_path / "v.zarr", grid(forced_reorganisation_direction=[-1.0, 1.0]),
                       dict.fromkeys(MONTHLY, noise), months=120, trust_records=records)  # fmt: skip
    return open_sweep(store)


def test_a_store_is_held_against_the_record(sweep):
    findings = validate(sweep, from_month=25)
    assert len(findings) == 40
    morale = next(one for one in findings if one.target.name == "V26")
    assert morale.verdict == TOO_FEW and np.isnan(morale.low) and morale.histories == sweep.attrs["runs_done"] < 39
    header, rows = finding_rows(findings)
    assert header[0] == "target" and len(rows) == sum(bool(one.target.measure) for one in findings)
    assert "in too few histories to tell (39 are needed)" in tally(findings)
    assert tally(findings).endswith("7 targets have no counterpart in the model.")
    page = as_markdown(findings, sweep, "record.png")
    assert "](record.png)" in page and "![" not in as_markdown(findings, sweep)
    assert "| V26 | burnout prevalence acute trusts | share | 0.33 | 0.5" in page and "| too few histories |" in page
    assert "36 months" not in page and "| 96 months, the record 612 |" in page


def test_stores_that_cannot_be_held_against_the_record_are_refused(sweep, tmp_path):
    with pytest.raises(ValueError, match=r"records of trusts \(\[record\] trusts = true\); missing: trust_size"):
        validate(sweep.drop_vars("trust_size"))
    with pytest.raises(ValueError, match="needs every month .* and at least 97 months, got 60"):
        validate(sweep.isel(month=slice(0, 60)))


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
    assert targets()["V34"].span == (0.25, 0.5) and targets()["V08"].span == (0.078, 0.078)
    assert all(one.months >= 0 and one.units >= 0 for one in targets().values())


@pytest.fixture
def forty(tmp_path):
    def levels(points, luck, month):
        return np.random.default_rng(3).uniform(0.4, 0.6, (2, luck.shape[1], 1)) + 0.0 * month

    records = {name: row.yearly for name, row in TRUST_RECORDS.items() if name in PER_TRUST}
    points = grid(forced_reorganisation_direction=[-1.0, 1.0])
    store = made_store(tmp_path / "v40.zarr", points, dict.fromkeys(MONTHLY, levels), months=120, replicates=20,
                       streams="independent", trust_records=records)  # fmt: skip
    return open_sweep(store)


def test_forty_histories_judge_a_target_by_the_spread_of_single_ones(forty):
    found = {one.target.name: one for one in validate(forty, from_month=25)}
    morale = found["V26"]  # of single runs between 0.4 and 0.6; a window about the mean of all would be far narrower
    assert morale.low < 0.42 and morale.high > 0.58 and 0.45 < morale.value < 0.55
    assert (morale.verdict, morale.percentile, morale.histories) == ("outside", 0.0, 40)
    assert found["V34"].verdict == "inside" and found["V25"].verdict == "outside"
    assert "a true model would miss" in tally(list(found.values()))


def test_the_figure_of_the_record_has_a_row_for_every_target_that_was_computed(sweep, tmp_path, capsys):
    findings = validate(sweep, from_month=25)
    axes = draw_validation(findings, 8).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    judged = [one for one in findings if one.verdict in ("inside", "outside", TOO_FEW)]
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
