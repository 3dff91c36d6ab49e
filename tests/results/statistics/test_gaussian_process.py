"""A fitted process knows its data, refuses what it cannot know, and has the kernel that scikit-learn has."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc
from sklearn.gaussian_process import kernels

from tredegar.results.statistics.gaussian_process import fit_process, matern


def _points(number: int, seed: int = 1) -> np.ndarray:
    return np.asarray(qmc.LatinHypercube(3, rng=np.random.default_rng(seed)).random(number))


def _runs(points: np.ndarray, chance: float, replicates: int = 1) -> np.ndarray:
    rng = np.random.default_rng(2)
    surface = np.sin(3.0 * points[:, 0]) + points[:, 1] * points[:, 2]
    return np.asarray(surface[:, None] + chance * rng.standard_normal((len(points), replicates)))


def test_the_kernel_is_that_of_scikit_learn() -> None:
    points, lengths = _points(20), np.array([0.3, 1.0, 2.0])
    assert np.allclose(matern(points, points[:5], lengths), kernels.Matern(lengths, nu=1.5)(points, points[:5]))


def test_the_noise_that_is_drawn_is_the_chance_of_the_runs() -> None:
    points = _points(200)
    process = fit_process(points, _runs(points, 0.3), common=False)
    assert 0.2 < process.scale * np.sqrt(np.median(process.settings[:, -1])) < 0.4


def test_failed_runs_are_left_out() -> None:
    points = _points(60)
    runs = _runs(points, 0.1, replicates=2)
    runs[:5] = np.nan
    left, without = fit_process(points, runs, common=False), fit_process(points[5:], runs[5:], common=False)
    assert np.array_equal(left.settings, without.settings) and len(left.values) == 55
    runs[7, 1] = np.nan
    assert fit_process(points, runs, common=True).deviations[2].tolist() == [0.0, 0.0]


def test_too_few_points_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 8 points with runs, got 7"):
        fit_process(_points(7), np.ones((7, 1)), common=False)


def test_one_replicate_that_all_points_share_is_refused() -> None:
    with pytest.raises(ValueError, match="one replicate under common random numbers"):
        fit_process(_points(20), np.ones((20, 1)), common=True)


def test_the_same_runs_give_the_same_process() -> None:
    points = _points(40)
    runs = _runs(points, 0.1)
    first, again = fit_process(points, runs, common=False), fit_process(points, runs, common=False)
    assert np.array_equal(first.settings, again.settings)
