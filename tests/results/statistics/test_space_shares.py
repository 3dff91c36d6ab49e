"""Shares and turns are those of the drawn surfaces, with intervals that hold both readings."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from tredegar.results.statistics.gaussian_process import fit_process
from tredegar.results.statistics.space_shares import line_places, shares_beyond, space_places, turns_along
from tredegar.results.statistics.surface_draws import draw_surfaces

LINE = np.linspace(-1.0, 1.0, 33)


def test_places_fill_the_space() -> None:
    places = space_places(3)
    assert places.shape == (1024, 3) and np.abs(places.mean(axis=0) - 0.5).max() < 1e-3


def test_a_line_leaves_the_other_parameters_in_the_middle() -> None:
    lines = line_places(3, 5)
    for axis, line in enumerate(lines):
        assert line[:, axis].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
        assert (np.delete(line, axis, axis=1) == 0.5).all()


def test_shares_make_up_the_whole_and_lie_in_their_intervals() -> None:
    drawn = np.random.default_rng(1).standard_normal((200, 1024)) + np.linspace(-3.0, 3.0, 1024)
    found = shares_beyond(drawn, 0.5)
    assert sum(one.share for one in found) == pytest.approx(1.0)
    assert all(0.0 <= one.low <= one.share <= one.high <= 1.0 for one in found)


def test_draws_that_agree_leave_the_error_of_counting() -> None:
    above, within, below = shares_beyond(np.tile(np.linspace(-1.0, 1.0, 1024), (50, 1)), 0.5)
    assert above.share == pytest.approx(0.25, abs=0.001) == below.share
    assert within.high - within.low == pytest.approx(1.96 * 2.0 * 0.5 / np.sqrt(1024), rel=0.01)


def test_where_nothing_acts_neither_sign_is_certain() -> None:
    rng = np.random.default_rng(2)
    points = np.asarray(qmc.LatinHypercube(3, rng=rng).random(120))
    drawn = draw_surfaces(fit_process(points, rng.standard_normal((120, 1)), common=False), space_places(3))
    above, _, below = shares_beyond(drawn, 0.0)
    assert below.high - below.low > 0.5 < above.high - above.low


def test_a_turn_is_told_with_its_direction_and_an_interval_about_it() -> None:
    moved = np.linspace(-0.3, 0.3, 61)[:, None]
    [up], [down] = turns_along(LINE + moved), turns_along(-(LINE - 0.2 + moved))
    assert (up.place, up.rises, up.seen) == (pytest.approx(0.5), True, 1.0)
    assert (up.low, up.high) == (pytest.approx(0.3575, abs=0.002), pytest.approx(0.6425, abs=0.002))
    assert (down.place, down.rises) == (pytest.approx(0.6, abs=0.01), False)


def test_a_valley_has_two_turns_and_a_line_of_one_sign_none() -> None:
    down, up = turns_along(np.tile(LINE**2 - 0.25, (5, 1)))
    assert (down.rises, up.rises) == (False, True)
    assert (down.place, up.place) == (pytest.approx(0.25, abs=0.01), pytest.approx(0.75, abs=0.01))
    assert turns_along(np.tile(LINE**2 + 0.1, (5, 1))) == ()


def test_a_turn_that_many_draws_lack_may_lie_beyond_the_end() -> None:
    [turn] = turns_along(np.stack([LINE - 0.5] * 3 + [LINE - 1.2] * 2))
    assert turn.rises and turn.high == 1.0 and turn.low > 0.6
    assert turn.seen == pytest.approx(0.6)
