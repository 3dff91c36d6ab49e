"""Phase diagrams of effects whose sides are known: shares, turns, contests, words and the figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import qmc

from tredegar.results.claims.contrasts import combined_arms
from tredegar.results.claims.designs import find_size
from tredegar.results.claims.pages.report import chart_rows
from tredegar.results.claims.phase_figure import beside_words, caption_of, draw_phase, words_of
from tredegar.results.claims.phase_surface import by_place, diagram_places, draw_arms, draw_effect, turns_of
from tredegar.results.claims.phases import Chart, axes_of, chart, find_phase, phase_design
from tredegar.results.statistics.space_shares import shares_beyond, space_places

from ...support.made_stores import made_store

POINTS = np.asarray(qmc.LatinHypercube(3, rng=np.random.default_rng(8)).random(120))
FOUR = np.stack([0.3 * POINTS[:, 0], 0.2 * POINTS[:, 1], 0.3 * POINTS[:, 2], 0.1 + 0.0 * POINTS[:, 0]])[:, :, None]
SPACE = space_places(3, 256)
SIZE = find_size("tiny")


def noise(*shape: int) -> np.ndarray:
    return 0.02 * np.random.default_rng(9).standard_normal(shape)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Chart:
    """P5 of a store in which sanctions gain where inspections are more intense than .6, whatever else is so."""
    folder = tmp_path_factory.mktemp("made")
    return chart_of(folder, lambda p: (p["sanction_strength"] > 0.0) * (p["inspection_intensity"] - 0.6))


def chart_of(folder: Path, effect) -> Chart:
    phase = find_phase("P5")
    columns = {
        name: np.array(values, dtype=float)
        for name, *values in zip(*(row.split(",") for row in phase_design(phase, SIZE).points.split()), strict=True)
    }
    outcomes = dict.fromkeys(
        (name for part in phase.parts for name in part.terms), lambda p, luck, month: effect(p) + 0.0 * luck * month
    )
    made_store(folder / "P5.zarr", columns, outcomes, months=120, every=6)
    return chart(phase, folder, SIZE)


def test_a_boundary_is_found_and_its_interval_holds_it(made: Chart) -> None:
    up, null, down = made.shares
    assert up.low <= 0.4 - made.band / 1.0 <= up.high and down.low <= 0.6 <= down.high
    assert up.share + null.share + down.share == pytest.approx(1.0)
    (turn,) = [one for one in made.turns if one.axis.name == "inspection_intensity"]
    assert turn.rises and turn.low <= 0.6 <= turn.high
    assert not [one for one in made.turns if one.axis.name == "accountability_learning"]


def test_the_cells_of_the_figure_have_the_effect_and_the_chance_that_it_is_positive(made: Chart) -> None:
    true = made.grid[1] - 0.6
    assert np.abs(made.mean - true[None, :, None]).max() < 0.1
    assert (made.chance[:, true > 0.2] > 0.9).all() and (made.chance[:, true < -0.2] < 0.1).all()


def test_words_and_table_say_shares_with_intervals_and_turns(made: Chart) -> None:
    words = words_of(made)
    assert f"({made.shares[0].low:.0%} to {made.shares[0].high:.0%}) of the space sanctions help (Sodha)" in words
    assert "the sign turns along inspection intensity to positive at 0.59" in words
    (row,) = chart_rows([made]).to_dict("records")
    assert row["turns"] in words and row["up_low"] == made.shares[0].low
    assert "(" in beside_words(made).split("higher in ")[1]


def test_the_figure_has_the_question_and_what_the_sides_say(made: Chart) -> None:
    figure = draw_phase(made)
    assert figure._suptitle.get_text() == f"P5: {made.phase.question}"
    assert made.phase.up in caption_of(made) and "one run" not in caption_of(made)


def test_where_nothing_acts_no_turn_is_told(tmp_path: Path) -> None:
    found = chart_of(tmp_path, lambda p: 0.0 * p["sanction_strength"])
    assert found.shares[1].share == 1.0 and found.turns == () and "turns" not in words_of(found)


def test_the_design_pairs_the_arms_of_a_point() -> None:
    design = phase_design(find_phase("P3"), find_size("standard"))
    assert 'streams = "paired"' in design.spec and "arms = 4" in design.spec and "replicates = 1\n" in design.spec
    assert len(axes_of(find_phase("P3"), SIZE)) == 3


def test_the_better_of_noisy_arms_is_not_too_good() -> None:
    true = combined_arms("contest", [arm[:, 0] for arm in FOUR])
    arms = FOUR + 5.0 * noise(4, 120, 1)
    drawn = draw_effect("contest", arms, POINTS, POINTS).mean(axis=0)
    of_single = combined_arms("contest", [arm[:, 0] for arm in arms])
    assert ((drawn - true) ** 2).mean() < 0.3 * ((of_single - true) ** 2).mean()


def test_what_arms_share_at_a_point_is_no_difference_between_them() -> None:
    alone = draw_arms(FOUR, POINTS, SPACE, number=16)
    shared = draw_arms(FOUR + 10.0 * noise(1, 120, 1), POINTS, SPACE, number=16)
    assert np.allclose(alone, shared, atol=1e-6) and np.allclose(alone.sum(axis=0), 0.0, atol=1e-9)


def test_arms_that_are_all_the_same_draw() -> None:
    drawn = draw_effect("hump", np.ones((3, 120, 1)), POINTS, SPACE, number=8)
    assert np.abs(drawn).max() < 1e-9


def test_failed_runs_are_left_out() -> None:
    arms = FOUR + noise(4, 120, 1)
    arms[2, :5] = np.nan
    first, again = (
        draw_effect("contest", arms[:, part], POINTS[part], SPACE, number=8) for part in (slice(None), slice(5, None))
    )
    assert np.allclose(first, again)


def test_shares_of_a_contest_hold_the_truth() -> None:
    arms = FOUR + noise(4, 120, 1)
    found = shares_beyond(draw_effect("contest", arms, POINTS, SPACE), 0.05)
    at = SPACE
    true = combined_arms("contest", [0.3 * at[:, 0], 0.2 * at[:, 1], 0.3 * at[:, 2], 0.1 + 0.0 * at[:, 0]])
    assert found[0].low <= (true > 0.05).mean() <= found[0].high


def test_places_are_sorted_by_what_they_are_for() -> None:
    drawn = by_place(diagram_places()[None, :, 1])
    assert drawn.space.shape == (1, 1024)
    assert np.array_equal(drawn.slices[0, 0, :, 3], np.linspace(0.0, 1.0, 25))
    assert np.array_equal(drawn.lines[1, 0], np.linspace(0.0, 1.0, 33)) and (drawn.lines[0] == 0.5).all()


def test_a_turn_of_which_only_the_range_is_known_is_not_told() -> None:
    above, turning = np.ones((20, 9)), np.linspace(-1.0, 1.0, 9)[None]
    assert turns_of(np.concatenate([above, -above, turning])[None]) == ((),)
    assert len(turns_of(turning[None])[0]) == 1
