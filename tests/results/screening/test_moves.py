"""Moves of answers: differences run by run, bands, words, and what is told of many moves at once."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tredegar.model.constants import CONSTANTS
from tredegar.results.screening.answers import (
    AnswerSource,
    MeasuredAnswer,
    ScreenedAnswer,
    of_means,
    pseudo_values,
)
from tredegar.results.screening.one_at_a_time import moves_of, told_moves
from tredegar.results.screening.settings_run import changed_points, chosen_constants, ends_of, trajectories
from tredegar.results.screening.tiers import TIERS, find_tier
from tredegar.results.screening.together import effects_at_once
from tredegar.results.statistics.false_discoveries import believed, told_by_band

BAND = 0.01


def answer(read: MeasuredAnswer | None = None, name: str = "made") -> ScreenedAnswer:
    return ScreenedAnswer(
        name=name, kind="lever", says="made", unit="share", band=BAND, reason="made", between=(-BAND, BAND),
        words=("down", "none", "up"), arms=("only",), read=lambda runs: read if read is not None else runs["only"],
    )  # fmt: skip


def test_a_move_is_the_difference_of_pairs_with_students_interval() -> None:
    draw = np.random.default_rng(3)
    pieces = draw.standard_normal((2, 7))
    found, paired = moves_of(of_means(pieces)), stats.ttest_rel(pieces[1], pieces[0]).confidence_interval()
    assert found.effect[0] == pytest.approx(pieces[1].mean() - pieces[0].mean())
    assert (found.low[0], found.high[0]) == (pytest.approx(paired.low), pytest.approx(paired.high))


def test_luck_that_all_settings_share_is_no_error_of_a_move() -> None:
    luck = np.random.default_rng(5).standard_normal(6)
    found = moves_of(of_means(np.stack([luck, luck + 0.5])))
    assert found.effect[0] == pytest.approx(0.5) and found.error[0] == pytest.approx(0.0, abs=1e-12)


def test_one_replicate_and_a_failed_run_tell_nothing() -> None:
    alone = moves_of(of_means(np.array([[0.1], [0.9]])))
    failed = moves_of(of_means(np.array([[0.1, 0.2], [0.9, np.nan]])))
    for found in (alone, failed):
        assert np.isnan([found.low[0], found.high[0]]).all()
        told = told_moves([(answer(), found)])
        assert not told.beyond.any() and not told.within.any()


def test_pseudo_values_of_a_mean_are_its_values() -> None:
    values = np.array([[0.25, 0.5, 1.0], [1.0, 2.0, 4.0]])
    without = (values.sum(axis=1, keepdims=True) - values) / 2.0
    assert pseudo_values(values.mean(axis=1), without) == pytest.approx(values)


def test_few_of_the_moves_that_are_told_are_false_where_none_is_beyond() -> None:
    """At the very edge of the band, where a test errs most: any word would be false."""
    rng, false = np.random.default_rng(11), 0
    for _ in range(200):
        effects = BAND + 0.002 * rng.standard_normal(300)
        told = told_by_band(effects, np.full(300, 0.002), 10_000, np.full(300, BAND))
        false += bool(told.beyond.any())
    assert false <= stats.binom.ppf(0.999, 200, 0.05)


def test_the_tests_that_are_believed_are_those_of_scipys_procedure() -> None:
    chances = np.random.default_rng(2).beta(0.4, 2.0, 400)
    assert (believed(chances) == (stats.false_discovery_control(chances) <= 0.05)).all()


def test_an_answer_knows_its_word() -> None:
    words = [answer().word(value) for value in (-0.5, -BAND, 0.0, BAND, 0.5, np.nan)]
    assert words == ["down", "none", "none", "none", "up", "unknown"]


def test_each_change_moves_one_constant_to_half_or_twice_its_value() -> None:
    names = chosen_constants()
    points = changed_points(names)
    own = np.array([CONSTANTS[name].value for name in names])
    assert (points[0] == own).all() and len(points) == 1 + 2 * len(CONSTANTS)
    assert ((points[1:] != own).sum(axis=1) == 1).all()
    assert (points[1::2].min(axis=0) == own / 2.0).all()
    clipped = [name for name in names if ends_of(name)[1] != 2.0 * CONSTANTS[name].value]
    assert all(ends_of(name)[1] == CONSTANTS[name].most for name in clipped)


def test_a_constant_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown constant 'VOICE_BASSE'; did you mean 'VOICE_BASE'"):
        chosen_constants(["VOICE_BASSE"])
    with pytest.raises(ValueError, match="at least one constant"):
        chosen_constants([])
    with pytest.raises(ValueError, match="unknown tier 'quik'; did you mean 'quick'"):
        find_tier("quik")


def test_on_a_trajectory_every_constant_steps_once_by_two_thirds() -> None:
    sample = trajectories(9, 5, seed=4).reshape(5, 10, 9)
    steps = np.diff(sample, axis=1)
    assert ((steps != 0.0).sum(axis=1) == 1).all() and ((steps != 0.0).sum(axis=2) == 1).all()
    assert np.abs(steps).max() == pytest.approx(2.0 / 3.0) and np.abs(steps[steps != 0.0]).min() == pytest.approx(2 / 3)
    assert sample.min() == 0.0 and sample.max() == 1.0


def test_effects_at_once_are_those_of_the_whole_range_and_leave_out_broken_trajectories() -> None:
    unit = trajectories(3, 6, seed=8)
    values = unit @ np.array([0.3, 0.0, -0.06])
    pieces = np.repeat(values[:, None], 3, axis=1)
    pieces[1, 0] = np.nan
    source = AnswerSource(
        name="made", title="", arms={"only": {}}, answers=[answer()], months=12, trusts=2, clinicians=2
    )
    found = effects_at_once(source, {"only": of_means(pieces)}, unit)
    assert found.used == 5
    assert found.mu_star[:, 0] == pytest.approx([0.3, 0.0, 0.06], abs=1e-12)


@pytest.mark.parametrize("tier", TIERS.values(), ids=TIERS)
def test_a_tier_asks_answers_of_unique_names_with_bands_and_arms_that_are_run(tier) -> None:
    sources = tier.sources()
    answers = [one for source in sources for one in source.answers]
    assert len({one.name for one in answers}) == len(answers)
    assert all(one.band > 0.0 and one.between[0] < one.between[1] for one in answers)
    assert all(set(one.arms) <= set(source.arms) for source in sources for one in source.answers)
    assert {source.name for source in sources} <= set(tier.replicates)
