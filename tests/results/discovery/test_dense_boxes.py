"""Boxes of dense members: told where points held back show them, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

from tredegar.results.discovery.dense_boxes import find_dense_box, make_box
from tredegar.results.discovery.scores import held_out_points

NAMES = [f"p{place}" for place in range(20)]


def sampled(points: int = 300, seed: int = 4) -> np.ndarray:
    """A Latin hypercube of twenty parameters, each from 0 to 10."""
    return 10.0 * np.asarray(qmc.LatinHypercube(len(NAMES), seed=seed).random(points))


def test_a_corner_of_members_is_found_in_the_units_of_its_parameters() -> None:
    sample = sampled()
    box = find_dense_box(sample, NAMES, (sample[:, 3] > 6.0) & (sample[:, 8] < 4.0))
    assert box is not None and set(box.bounds) == {"p3", "p8"}
    assert box.bounds["p3"] == (pytest.approx(6.0, abs=0.8), pytest.approx(10.0, abs=0.1))
    assert box.bounds["p8"] == (pytest.approx(0.0, abs=0.1), pytest.approx(4.0, abs=0.8))
    assert box.share >= box.low > 0.5 > box.everywhere


def test_members_in_the_middle_of_a_range_are_bounded_on_both_sides() -> None:
    sample = sampled()
    box = find_dense_box(sample, NAMES, np.abs(sample[:, 5] - 5.0) < 2.0)
    assert box is not None and list(box.bounds) == ["p5"]
    low, high = box.bounds["p5"]
    assert 2.0 < low < 4.5 and 5.5 < high < 8.0


def test_the_density_is_that_of_points_held_back_with_the_bound_of_an_exact_test() -> None:
    sample = sampled()
    member = sample[:, 3] + 2.0 * np.random.default_rng(1).standard_normal(300) > 6.0
    box = make_box(sample, NAMES, member)
    held = held_out_points(np.arange(300))
    inside = np.all([(sample[:, NAMES.index(name)] >= low) & (sample[:, NAMES.index(name)] <= high)
                     for name, (low, high) in box.bounds.items()], axis=0)  # fmt: skip
    judged, hits = int((inside & held).sum()), int((inside & held & member).sum())
    # A point on the low limit is outside; no point held back lies there.
    assert (box.points, box.share) == (judged, hits / judged)
    assert box.low == pytest.approx(stats.binomtest(hits, judged).proportion_ci(0.90, "exact").low)
    assert box.everywhere == member.mean() and box.covered == hits / (member & held).sum()


def test_members_anywhere_have_no_box() -> None:
    member = np.random.default_rng(6).random(300) < 0.3
    assert find_dense_box(sampled(), NAMES, member) is None
    assert make_box(sampled(), NAMES, np.zeros(300, dtype=bool)) is None
    assert make_box(sampled(), NAMES, np.ones(300, dtype=bool)) is None
    assert make_box(np.empty((0, 20)), NAMES, np.empty(0, dtype=bool)) is None


def test_a_box_that_hardly_any_point_judges_is_not_told() -> None:
    sample = sampled(30, seed=0)
    box = make_box(sample, NAMES, sample[:, 3] > 8.0)
    assert box is not None and box.points < 4 and box.low > box.everywhere
    assert find_dense_box(sample, NAMES, sample[:, 3] > 8.0) is None


def test_a_box_that_members_nearly_fill_is_no_denser_than_a_space_that_they_nearly_fill() -> None:
    sample = sampled(60)
    box = find_dense_box(sample, NAMES, (sample[:, 3] > 0.5) | (sample[:, 4] > 0.5))
    assert box is None
