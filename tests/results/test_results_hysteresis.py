"""A lever walked up and down: what returns shows no gap, what does not shows the gap that was put in."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.results import open_sweep
from tredegar.results.figures.ramp import RampStep, draw_hysteresis, measure_hysteresis, steps_of

from ..support.made_stores import grid, made_store

WALK = {1: 0.0, 13: 0.5, 25: 1.0, 37: 0.5, 49: 0.0}
POINTS = grid(solidarity=[0.0, 1.0])


def lever_at(month):
    return np.array([[value for start, value in WALK.items() if start <= one][-1] for one in month])


def returning(points, luck, month):
    return 0.8 - 0.3 * lever_at(month) + 0.05 * luck + 0.0 * points["solidarity"]


def lasting(points, luck, month):
    """Falls as the lever rises and stays 0.2 lower on the way back; the first months of a step are off."""
    lost = 0.2 * (month >= 37)
    adjusting = 5.0 * ((month - 1) % 12 < 6)
    return 0.8 - 0.3 * lever_at(month) - lost + adjusting + 0.05 * luck + 0.0 * points["solidarity"]


@pytest.fixture
def sweep(tmp_path):
    fixed = {f"sanction_strength@{month}": value for month, value in WALK.items()}
    outcomes = {"quality": returning, "challenge_share": lasting}
    return open_sweep(made_store(tmp_path / "h.zarr", POINTS, outcomes, fixed=fixed, months=60))


def test_the_walk_is_read_from_the_fixed_changes(sweep):
    assert steps_of(sweep, "sanction_strength") == [
        RampStep(0.0, 1, 12),
        RampStep(0.5, 13, 24),
        RampStep(1.0, 25, 36),
        RampStep(0.5, 37, 48),
        RampStep(0.0, 49, 60),
    ]


def test_what_returns_shows_no_gap(sweep):
    table = measure_hysteresis(sweep, "sanction_strength", "quality")
    assert list(table["value"]) == [0.0, 0.5, 1.0]
    assert np.allclose(table["gap"], 0.0, atol=1e-6) and np.allclose(
        table["up"] - 0.8 + 0.3 * table["value"], table["up"][0] - 0.8
    )


def test_what_lasts_shows_the_gap_with_its_interval_after_the_adjustment(sweep):
    table = measure_hysteresis(sweep, "sanction_strength", "challenge_share").set_index("value")
    assert table["gap"].round(6).to_dict() == {0.0: -0.2, 0.5: -0.2, 1.0: 0.0}
    assert (table["gap_high"] - table["gap_low"] < 1e-6).all() and (table["up_high"] - table["up_low"] > 0.01).all()
    figure = draw_hysteresis(table.reset_index(), "sanction_strength", "challenge_share")
    assert len(figure.axes) == 2


def test_a_step_of_one_month_counts_with_that_month(tmp_path):
    fixed = {f"sanction_strength@{month}": value for month, value in {1: 0.0, 2: 0.5, 3: 1.0, 4: 0.5, 5: 0.0}.items()}
    outcomes = {"quality": lambda points, luck, month: 0.1 * month + 0.01 * luck + 0.0 * points["solidarity"]}
    sweep = open_sweep(made_store(tmp_path / "short.zarr", POINTS, outcomes, fixed=fixed, months=5))
    table = measure_hysteresis(sweep, "sanction_strength", "quality").set_index("value")
    assert table["gap"].round(6).to_dict() == {0.0: 0.4, 0.5: 0.2, 1.0: 0.0}


def test_a_lever_that_does_not_walk_is_refused(sweep, tmp_path):
    with pytest.raises(ValueError, match="'grip_rate' does not change: fix its walk in the spec"):
        measure_hysteresis(sweep, "grip_rate", "quality")
    store = made_store(tmp_path / "o.zarr", POINTS, {"quality": returning}, fixed={"grip_rate@13": 0.06}, months=24)
    with pytest.raises(ValueError, match="reached both from below and from above"):
        measure_hysteresis(open_sweep(store), "grip_rate", "quality")
