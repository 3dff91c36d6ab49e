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
from tredegar.results.record.validation import BY_BOOTSTRAP, Runs, _interval, targets, validate

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


def test_intervals_between_events_are_counted_within_runs():
    runs = runs_of(reorganisation_started=events(10, 34, 94), minister_changed=events(5, 25, 65))
    assert MEASURES["reorganisation_interval"](runs) == pytest.approx((24 + 60) / 2 / 12)
    assert MEASURES["reorganisation_interval_cv"](runs) == pytest.approx(np.std([24, 60] * 2, ddof=1) / 42)
    assert MEASURES["minister_tenure"](runs) == 30.0 and MEASURES["minister_tenure_median"](runs) == 30.0
    assert np.isnan(MEASURES["reorganisation_interval"](runs_of()))


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
    assert morale.low < morale.value < morale.high and morale.verdict == "outside"
    header, rows = finding_rows(findings)
    assert header[0] == "target" and len(rows) == sum(bool(one.target.measure) for one in findings)
    assert tally(findings).endswith("7 targets have no counterpart in the model.")
    page = as_markdown(findings, sweep, "record.png")
    assert "](record.png)" in page and "![" not in as_markdown(findings, sweep)
    assert "| V26 | burnout prevalence acute trusts | share | 0.33 (0.3 to 0.36) |" in page and "**outside**" in page


def test_stores_that_cannot_be_held_against_the_record_are_refused(sweep, tmp_path):
    with pytest.raises(ValueError, match=r"records of trusts \(\[record\] trusts = true\); missing: trust_size"):
        validate(sweep.drop_vars("trust_size"))
    with pytest.raises(ValueError, match="needs every month .* and at least 97 months, got 60"):
        validate(sweep.isel(month=slice(0, 60)))


def test_intervals_stay_within_what_a_unit_allows_and_cover_medians(sweep):
    for one in validate(sweep, from_month=25):
        if np.isfinite(one.low):
            assert one.low <= one.value <= one.high and one.low >= (-1.0 if one.target.unit == "corr" else 0.0)
            assert one.target.unit not in ("share", "corr") or one.high <= 1.0
    assert set(BY_BOOTSTRAP) <= set(MEASURES)


def test_the_interval_of_a_median_is_that_of_its_runs():
    changes = np.zeros((40, 120))
    for run, gap in enumerate(np.tile([12, 20, 24, 30], 10)):
        changes[run, ::gap] = 1.0
    runs = Runs(monthly={"minister_changed": changes}, trusts={}, target=np.full(40, 0.9), settled=0, first_year=0)
    gaps = np.concatenate([np.diff(np.flatnonzero(run)) for run in changes])
    low, high = _interval(targets()["V05"], float(np.median(gaps)), runs)
    assert 12.0 <= low < np.median(gaps) < high <= 30.0


def test_the_figure_of_the_record_has_a_row_for_every_target_that_was_computed(sweep, tmp_path, capsys):
    findings = validate(sweep, from_month=25)
    axes = draw_validation(findings, 8).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    judged = [one for one in findings if one.verdict in ("inside", "outside")]
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
