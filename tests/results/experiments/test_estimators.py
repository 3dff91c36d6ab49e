"""Estimators recover what was planted, and only that."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.results.experiments.estimators import (
    ESTIMATORS,
    NEEDS,
    before_and_after,
    difference_in_differences,
    difference_of_arms,
    estimate_with,
    event_study,
    mean_in,
)
from tredegar.results.experiments.measures import effects_of_runs, spread_of_quality

from ...support.made_experiments import EVENT, MONTHS, READINGS, grouped_panel, made_experiment, panel

CONTROL = np.linspace(0.4, 0.6, MONTHS)
STEP = np.where(np.arange(1, MONTHS + 1) >= EVENT, 0.3, 0.0)


def test_each_estimator_has_needs_and_a_case() -> None:
    assert set(ESTIMATORS) == set(NEEDS) == set(READINGS)


@pytest.mark.parametrize("estimator", [name for name in READINGS if name != "before and after"])
def test_an_effect_without_chance_is_found_whatever_the_common_course(estimator: str) -> None:
    reading = made_experiment(estimator).reading
    assert estimate_with(reading, CONTROL + STEP, CONTROL) == pytest.approx(0.3, abs=1e-12)


def test_without_a_control_the_common_course_is_part_of_the_effect() -> None:
    reading = made_experiment("before and after").reading
    course = CONTROL[24:].mean() - CONTROL[:24].mean()
    assert estimate_with(reading, CONTROL + STEP, CONTROL) == pytest.approx(0.3 + course, abs=1e-12)


def test_a_lasting_gap_biases_the_difference_of_arms_alone() -> None:
    windows = (1, 24), (25, 48)
    assert difference_of_arms(CONTROL + STEP + 0.1, CONTROL, windows[1]) == pytest.approx(0.4)
    assert difference_in_differences(CONTROL + STEP + 0.1, CONTROL, *windows) == pytest.approx(0.3)
    assert event_study(CONTROL + STEP + 0.1, CONTROL, EVENT, (-2, 1)).effect == pytest.approx(0.3)


def test_groups_that_were_drifting_apart_show_a_pre_trend() -> None:
    drifting = CONTROL + 0.01 * np.arange(MONTHS)
    found = event_study(drifting, CONTROL, EVENT, (-2, 1))
    assert found.pre_trend == pytest.approx(-0.12)
    assert found.coefficients[found.periods == -1] == pytest.approx(0.0)


def test_an_event_study_of_one_year_before_has_no_pre_trend() -> None:
    assert np.isnan(event_study(CONTROL, CONTROL, 13, (-1, 0)).pre_trend)


def test_runs_are_estimated_one_by_one_and_a_failed_one_stays_unknown() -> None:
    series = np.stack([CONTROL, np.full(MONTHS, np.nan)])[None]
    found = before_and_after(series, (1, 24), (25, 48))
    assert found.shape == (1, 2)
    assert np.isfinite(found[0, 0])
    assert np.isnan(found[0, 1])


@pytest.mark.parametrize("window", [(0, 3), (3, 49), (5, 4)])
def test_a_window_outside_of_the_series_is_refused(window: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"a window must lie in months 1 to 48"):
        mean_in(CONTROL, window)


def test_years_that_do_not_span_the_event_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must begin at -1 or before and end at 0 or after"):
        event_study(CONTROL, CONTROL, EVENT, (0, 1))


@pytest.mark.parametrize("estimator", READINGS)
def test_a_planted_effect_is_recovered_with_its_true_and_its_dressed_part(estimator: str) -> None:
    runs = panel(np.random.default_rng(1), 4000, effect=0.3, dressed=0.1)
    found = effects_of_runs(made_experiment(estimator), runs)
    assert found.effect.shape == (1, 4000)
    assert found.effect.mean() == pytest.approx(0.3, abs=0.01)
    assert found.true.mean() == pytest.approx(0.2, abs=0.01)
    assert found.dressed == pytest.approx(0.1, abs=1e-9)


def test_a_placebo_takes_off_the_luck_of_the_groups_and_leaves_the_mean() -> None:
    runs = grouped_panel(np.random.default_rng(2), 1000, effect=0.3)
    with_placebo = effects_of_runs(made_experiment("difference in differences", by_group=True), runs).effect
    alone = {name: values[:1] for name, values in runs.items()}
    text = {"arms": '[run.arms.one]\n"freedom[chosen]@25" = 0.5\n', "sides": 'treated = "chosen"\ncontrol = "rest"'}
    without = effects_of_runs(made_experiment("difference in differences", by_group=True, **text), alone).effect
    assert with_placebo.mean() == pytest.approx(0.3, abs=0.005)
    assert without.mean() == pytest.approx(0.3, abs=0.005)
    assert with_placebo.std() < 0.5 * without.std()


def test_an_effect_in_spreads_is_divided_by_the_spread_of_the_control_before() -> None:
    experiment = made_experiment("difference in differences", spreads="true", terms="{ quality = 1.0 }")
    series = np.stack([CONTROL + STEP, CONTROL])[:, None]
    tenths = {"quality_p10": np.zeros((2, 1, MONTHS)), "quality_p90": np.full((2, 1, MONTHS), 2.563103)}
    tenths["quality_p90"][1] *= 0.5
    runs = {"quality": series, **tenths}
    assert spread_of_quality(experiment, runs) == pytest.approx(0.5)
    assert effects_of_runs(experiment, runs).effect == pytest.approx(0.6)


def test_points_that_are_no_multiple_of_the_arms_are_refused() -> None:
    runs = panel(np.random.default_rng(3), 2, effect=0.3)
    with pytest.raises(ValueError, match=r"the runs have 1 points, which is no multiple of the 2 arms"):
        effects_of_runs(made_experiment(), {name: values[:1] for name, values in runs.items()})
