"""Operators return what they should on histories that are known, and the targets have one or say why not."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from scipy import stats

from tredegar.model import OUTCOMES, TRUST_RECORDS
from tredegar.observation.counterparts import COUNTERPARTS, COURSES, PANELS
from tredegar.observation.operators.between_units import (
    correlation_across,
    persistence,
    present,
    ranks,
    spread_among,
    spread_between,
    variation_of_units,
    worst_stay,
)
from tredegar.observation.operators.events import (
    LONGEST_SPELL,
    burstiness,
    interval_variation,
    median_spell,
    months_per_event,
    share_in_busiest,
)
from tredegar.observation.operators.history import History
from tredegar.observation.operators.mortality import mortality_persistence, mortality_spread, mortality_within
from tredegar.observation.operators.operator import Operator
from tredegar.observation.operators.rates import leave_rate_of, mean_of, peak_of, quotient_of
from tredegar.observation.operators.reports import BINS, bins_about, bunching, late_rise
from tredegar.observation.operators.survey import safe_to_speak
from tredegar.observation.summaries import pooled
from tredegar.observation.target_table import targets

from ..support.places import NHS_DATA
from .histories import course, random_history

SHARED = NHS_DATA / "validation_targets.csv"
HISTORY = random_history()


def pooled_value(operator: Operator, history: History) -> float:
    return pooled(operator, operator.sums_of(history))


def of_course(**courses: np.ndarray) -> History:
    return History(courses, {}, {})


def of_panel(**panels: np.ndarray) -> History:
    return History({}, panels, {})


def test_every_target_has_a_counterpart_or_is_left_out_with_a_reason() -> None:
    table = targets()
    assert len(table) == 40 and set(COUNTERPARTS) <= set(table)
    for target in table.values():
        assert target.low <= target.value <= target.high and target.source and target.record and target.reason
        assert target.use or target.name not in COUNTERPARTS
        assert target.standing == "test" or target.standing in ("input", "no test")
    assert set(COURSES) <= set(OUTCOMES)
    assert all(TRUST_RECORDS[f"trust_year_{name}"].yearly for name in PANELS)


@pytest.mark.skipif(not SHARED.exists(), reason="TREDEGAR_DATA names no folder with the compiled table")
def test_the_targets_keep_the_quantities_of_the_compiled_table() -> None:
    with SHARED.open(encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(targets())
    assert all(targets()[name].unit == row["unit"] for name, row in rows.items())


@pytest.mark.parametrize("name", COUNTERPARTS)
def test_sums_are_the_named_ones_and_values_of_one_history_are_those_of_pooling_it_alone(name: str) -> None:
    operator = COUNTERPARTS[name]
    sums = operator.sums_of(HISTORY)
    assert sums.shape == (6, len(operator.sums)) and len({*operator.sums}) == len(operator.sums)
    alone = [pooled_value(operator, HISTORY.choose(np.array([run]))) for run in range(6)]
    assert np.array_equal(operator.observe(HISTORY), alone, equal_nan=True)
    assert operator.name and operator.meaning and operator.needs


@pytest.mark.parametrize("name", COUNTERPARTS)
def test_a_history_in_which_nothing_is_seen_gives_no_warning_and_no_value_below_all(name: str) -> None:
    operator = COUNTERPARTS[name]
    for months, units in ((0, 1), (12, 1), (36, 3)):
        nothing = History(
            {each: np.zeros((2, months)) for each in operator.courses},
            {each: np.zeros((2, units, months // 12)) for each in operator.panels},
            {each: np.zeros((2, units)) for each in operator.units},
        )
        if name == "V34" and not months:
            continue  # of no month there is no largest
        value = operator.observe(nothing)
        assert value.shape == (2,) and not np.isneginf(value).any()


def test_months_per_event_count_all_months_and_intervals_those_between_events() -> None:
    history = of_course(started=course(10, 34, 94))
    assert pooled_value(months_per_event("started", in_years=True), history) == pytest.approx(240 / 6 / 12)
    assert pooled_value(months_per_event("started"), of_course(started=course())) == np.inf
    gaps = [24, 60, 24, 60]
    assert pooled_value(interval_variation("started"), history) == pytest.approx(np.std(gaps, ddof=1) / 42)
    assert np.isnan(interval_variation("started").observe(of_course(started=course(10, 34)))).all()


def test_the_median_of_spells_is_that_of_numpy_and_long_ones_count_as_the_longest() -> None:
    draw = np.random.default_rng(3)
    events = (draw.uniform(size=(5, 400)) < 0.05).astype(float)
    spells = [np.diff(np.flatnonzero(one)) for one in events]
    operator = median_spell("changed")
    assert operator.observe(of_course(changed=events)).tolist() == [float(np.median(one)) for one in spells]
    assert pooled_value(operator, of_course(changed=events)) == np.median(np.concatenate(spells))
    far = of_course(changed=course(0, 300, length=400))
    assert operator.observe(far).tolist() == [LONGEST_SPELL] * 2
    assert np.isnan(operator.observe(of_course(changed=course(5)))).all() and not operator.smooth


def test_events_every_7_years_and_4_months_read_so_in_20_years_and_completed_intervals_are_the_short_ones() -> None:
    draw = np.random.default_rng(4)
    gaps = draw.gamma(1 / 0.43**2, 87.6 * 0.43**2, (4000, 40))  # months; the record's mean and variation
    starts = gaps.cumsum(axis=1) - 600.0 + draw.uniform(0.0, 87.6, (4000, 1))
    changes = np.zeros((4000, 240))
    run, event = np.nonzero((starts >= 0.0) & (starts < 240.0))
    changes[run, starts[run, event].astype(int)] = 1.0
    assert pooled_value(months_per_event("started", in_years=True), of_course(started=changes)) == pytest.approx(
        7.3, abs=0.12
    )
    completed = np.concatenate([np.diff(np.flatnonzero(one)) for one in changes])
    assert completed.mean() / 12 < 6.8


def test_burstiness_is_one_for_changes_by_chance_and_the_number_of_units_for_all_at_once() -> None:
    draw = np.random.default_rng(2)
    by_chance = draw.binomial(230, 0.004, (400, 360)) / 230.0
    assert pooled_value(burstiness("taken", 230), of_course(taken=by_chance)) == pytest.approx(1.0, abs=0.03)
    years = np.zeros((1, 240))
    years[0, ::120] = 1.0  # all units twice in twenty years
    counts = np.array([230.0, *[0.0] * 9] * 2)
    expected = counts.var(ddof=1) / counts.mean()
    assert burstiness("taken", 230).observe(of_course(taken=years)).tolist() == [pytest.approx(expected)]


def test_the_busiest_fifth_of_the_years_has_its_share() -> None:
    shares = np.zeros((1, 120))
    shares[0, [3, 40]], shares[0, 100] = 0.4, 0.2
    assert share_in_busiest("taken").observe(of_course(taken=shares)).tolist() == [pytest.approx(0.8)]


def test_ranks_are_those_of_scipy_with_ties() -> None:
    draw = np.random.default_rng(5)
    for values in (draw.uniform(size=(4, 30)), draw.integers(0, 5, (4, 30)).astype(float), np.zeros((2, 7))):
        assert np.array_equal(ranks(values), stats.rankdata(values, axis=1))
    assert ranks(np.empty((0, 3))).shape == (0, 3) and ranks(np.empty((3, 0))).shape == (3, 0)


def test_persistence_is_one_for_fixed_units_none_for_random_ones_and_spearmans_else() -> None:
    fixed = np.repeat(np.random.default_rng(1).uniform(0.6, 1.0, (2, 40, 1)), 10, axis=2)
    assert persistence("access", 1).observe(of_panel(access=fixed)) == pytest.approx([1.0, 1.0])
    assert worst_stay("access", 2).observe(of_panel(access=fixed)).tolist() == [1.0, 1.0]
    loose = np.random.default_rng(1).uniform(0.6, 1.0, (2, 40, 10))
    assert (np.abs(persistence("access", 2).observe(of_panel(access=loose))) < 0.15).all()
    one = loose[:1, :, :3]
    expected = np.mean([stats.spearmanr(one[0, :, year], one[0, :, year + 1]).statistic for year in (0, 1)])
    assert persistence("access", 1).observe(of_panel(access=one)).tolist() == [pytest.approx(expected)]
    assert spread_between("access").observe(of_panel(access=one)).tolist() == [
        pytest.approx(one[0].std(axis=0, ddof=1).mean())
    ]


def test_units_that_were_not_observed_are_left_out_year_by_year() -> None:
    values = np.array([[[0.5, 0.5], [np.nan, 0.7], [0.7, 0.9]]])
    expected = np.mean([np.std([0.5, 0.7], ddof=1), np.std([0.5, 0.7, 0.9], ddof=1)])
    assert spread_between("access").observe(of_panel(access=values)).tolist() == [pytest.approx(expected)]
    both = present(lambda a, b: spread_among(a) + spread_among(b), values[:, :, 0], values[:, :, 1])
    assert both.tolist() == [pytest.approx(np.std([0.5, 0.7], ddof=1) + np.std([0.5, 0.9], ddof=1))]


def test_correlation_across_units_is_pearsons_by_year() -> None:
    one, other = HISTORY.panels["autonomy"], HISTORY.panels["burned_out"]
    expected = [
        np.mean([stats.pearsonr(*year).statistic for year in zip(*pair, strict=True)])
        for pair in zip(one.swapaxes(1, 2), other.swapaxes(1, 2), strict=True)
    ]
    found = correlation_across("autonomy", "burned_out").observe(HISTORY)
    assert found == pytest.approx(expected)
    sizes = HISTORY.units["size"]
    assert variation_of_units("size").observe(HISTORY) == pytest.approx(sizes.std(1, ddof=1) / sizes.mean(1))


def test_mortality_adds_case_mix_and_chance_to_quality() -> None:
    alike = of_panel(quality=np.full((1, 50, 8), 0.7), morale=np.full((1, 50, 8), 0.5))
    alike = alike._replace(units={"size": np.full((1, 50), 1e12)})
    assert mortality_spread().observe(alike).tolist() == [pytest.approx(0.09)]
    assert mortality_persistence().observe(alike).tolist() == [pytest.approx(1.0)]
    small = alike._replace(units={"size": np.ones((1, 50))})
    assert mortality_spread().observe(small).tolist() == [pytest.approx(np.sqrt(0.09**2 + 1 / 2300))]
    moves = np.random.default_rng(0).normal(0.0, 0.05, (1, 50, 8))
    moves = moves - moves.mean(axis=1, keepdims=True)  # what moves all trusts together is no mortality of any
    bound = alike._replace(panels={"quality": 0.7 + moves, "morale": 0.5 + moves})
    assert mortality_within("morale").observe(bound).tolist() == [pytest.approx(-1.0, abs=1e-6)]
    assert np.isnan(mortality_within("morale").observe(alike)).all()


def test_bunching_takes_the_slope_of_the_density_out() -> None:
    steps = np.exp(np.array([3.0, -3.0, 12.0, -12.0]) * 0.2)  # an even slope on the scale of the logarithm
    widths = np.array([1.0, 1.0, 2.0, 2.0])
    smooth = {f"reports_{name}": np.full((1, 24), value) for name, value in zip(BINS, steps * widths, strict=True)}
    assert bunching("reports").observe(of_course(**smooth)).tolist() == [pytest.approx(np.exp(1.2 - 1.2))]
    heaped = smooth | {"reports_just_above": 1.5 * smooth["reports_just_above"]}
    assert bunching("reports").observe(of_course(**heaped)).tolist() == [pytest.approx(1.5)]
    assert np.isnan(bunching("reports").observe(of_course(**smooth | {"reports_just_below": np.zeros((1, 24))}))).all()
    found = bins_about(np.array([0.95, 0.9549, 0.955, 0.9449, 0.9]), 0.95)
    assert {name: each.sum() for name, each in found.items()} == dict(zip(BINS, (2.0, 0.0, 1.0, 1.0), strict=True))


def test_late_patients_rise_by_those_who_are_dressed() -> None:
    access = np.full((1, 5, 3), 0.8)
    honest = of_panel(reported=access, true=access)
    assert late_rise("reported", "true").observe(honest).tolist() == [1.0]
    dressed = of_panel(reported=access + 0.045, true=access)
    assert late_rise("reported", "true").observe(dressed).tolist() == [pytest.approx(2.0, abs=0.01)]


def test_rates_are_means_and_parts_of_wholes_and_the_largest_month() -> None:
    half = np.full((2, 120), 0.5)
    history = of_course(
        left=half / 10.0, failing=half, joined=np.where(np.arange(120) == 7, 0.4, 0.1) * np.ones((2, 1))
    )
    assert pooled_value(quotient_of("left", "failing", "trusts"), history) == pytest.approx(0.1)
    assert np.isnan(pooled_value(quotient_of("left", "none", "trusts"), of_course(left=half, none=0.0 * half)))
    assert pooled_value(mean_of("failing"), history) == 0.5 and pooled_value(peak_of("joined"), history) == 0.4


def test_starts_of_any_tier_and_formal_objections_are_read_straight() -> None:
    at = {"reorganisation_started": course(10, 34), "any_tier_started": course(10, 22, 34, 82)}
    history = of_course(**at, objecting_share=0.25 * course(30), challenge_share=course(40))
    assert [pooled_value(COUNTERPARTS[name], history) for name in ("V01", "V03", "V34")] == [5.0, 2.5, 0.25]
    assert COUNTERPARTS["V34"].observe(of_course(objecting_share=course())).tolist() == [0.0, 0.0]


def test_the_leavers_of_a_profession_are_over_those_at_work_in_it() -> None:
    nurses, doctors = np.full((2, 12), 0.6), np.full((2, 12), 0.002)
    history = of_course(clinician_leave_rate=np.full((2, 12), 0.008), nurses_at_work=nurses, doctors_leaving=doctors)
    assert pooled_value(leave_rate_of(nurses=True), history) == pytest.approx(0.006 / 0.6)
    assert pooled_value(leave_rate_of(nurses=False), history) == pytest.approx(0.002 / 0.4)
    nobody = of_course(nurses_at_work=np.ones((2, 12)), doctors_leaving=np.zeros((2, 12)))
    assert np.isnan(leave_rate_of(nurses=False).observe(nobody)).all()


def test_safety_is_counted_in_people_and_confidence_less_where_nothing_is_learnt() -> None:
    history = History({"learning": np.zeros((1, 24))}, {"safety": np.full((1, 4, 2), 0.38)}, {})
    assert safe_to_speak("safety").observe(history).tolist() == [pytest.approx(0.75)]
    assert safe_to_speak("safety", "learning").observe(history).tolist() == [pytest.approx(0.75 * 0.83)]
