"""Drawn surfaces have the mean and the error of the process, and carry what replicates share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.stats import qmc
from sklearn.gaussian_process import GaussianProcessRegressor, kernels

from tredegar.results.statistics.gaussian_process import LEVEL, fit_process
from tredegar.results.statistics.surface_draws import draw_surfaces

RNG = np.random.default_rng(3)
POINTS = np.asarray(qmc.LatinHypercube(3, rng=RNG).random(60))
PLACES = np.asarray(qmc.LatinHypercube(3, rng=RNG).random(20))
SURFACE = POINTS[:, [0]] - POINTS[:, [1]]


def test_draws_have_the_mean_and_the_error_that_scikit_learn_gives() -> None:
    runs = SURFACE + 0.2 * np.random.default_rng(4).standard_normal((60, 1))
    process = fit_process(POINTS, runs, common=False)
    lengths, (signal, noise) = np.array([0.8, 1.2, 2.0]), (0.7, 0.2)
    # Many settings that are the same: each has paths of its own.
    process = replace(process, settings=np.tile([*lengths, signal, noise], (16, 1)))
    drawn = (draw_surfaces(process, PLACES, number=4096) - process.middle) / process.scale
    kernel = (
        kernels.ConstantKernel(LEVEL)
        + kernels.ConstantKernel(signal) * kernels.Matern(lengths, nu=1.5)
        + kernels.WhiteKernel(noise)
    )
    told = GaussianProcessRegressor(kernel, optimizer=None).fit(POINTS, process.values)
    mean, error = told.predict(PLACES, return_std=True)
    error = np.sqrt(error**2 - noise)  # of the surface, not of a new run
    assert np.abs(drawn.mean(axis=0) - mean).max() < 0.03
    assert np.abs(drawn.std(axis=0) / error - 1.0).max() < 0.1


def test_the_fit_predicts_what_that_of_scikit_learn_predicts() -> None:
    runs = SURFACE + 0.2 * np.random.default_rng(4).standard_normal((60, 1))
    drawn = draw_surfaces(fit_process(POINTS, runs, common=False), PLACES)
    kernel = (
        kernels.ConstantKernel(LEVEL, "fixed")
        + kernels.ConstantKernel(1.0) * kernels.Matern([0.5] * 3, nu=1.5)
        + kernels.WhiteKernel(0.2)
    )
    told = GaussianProcessRegressor(kernel, normalize_y=True).fit(POINTS, runs[:, 0]).predict(PLACES)
    assert (np.abs(drawn.mean(axis=0) - told) < drawn.std(axis=0)).all()


def test_what_replicates_share_moves_the_whole_surface() -> None:
    shift = np.array([-1.5, -0.5, 0.5, 1.5, -1.0, 1.0])
    runs = SURFACE + shift + 0.01 * np.random.default_rng(4).standard_normal((60, 6))
    alone, shared = (
        draw_surfaces(fit_process(POINTS, runs, common=common), PLACES, number=2048).mean(axis=1)
        for common in (False, True)
    )
    by_t = shift.std(ddof=1) / np.sqrt(6.0) * np.sqrt(5.0 / 3.0)  # the deviation of Student's t with 5 degrees
    assert alone.std() < 0.1 * by_t
    assert abs(shared.std() / by_t - 1.0) < 0.15


def test_runs_that_are_all_the_same_give_that_surface() -> None:
    drawn = draw_surfaces(fit_process(POINTS, np.full((60, 2), 0.3), common=True), PLACES, number=10)
    assert drawn.shape == (10, 20) and np.allclose(drawn, 0.3, rtol=0.0, atol=1e-12)


def test_the_same_process_gives_the_same_draws() -> None:
    process = fit_process(POINTS, SURFACE, common=False)
    first, again, other = (draw_surfaces(process, PLACES, number=10, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
