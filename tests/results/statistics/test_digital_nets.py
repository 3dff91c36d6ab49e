"""Sobol sequences may miss a product of four coordinates by more than independent points do; their nets tell that."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.sample import sobol

from tredegar.results.statistics.digital_nets import base_net, walsh_spectrum

NAMES = ("a", "b", "c", "d")
BOUNDS = [(0.0, 1.0)] * 4
STEP = 6


def design_of(base, seed):
    problem = {"num_vars": 4, "names": list(NAMES), "bounds": [list(each) for each in BOUNDS]}
    return sobol.sample(problem, base, calc_second_order=False, seed=seed)


def product(rows):
    return (rows[:, 0] - 0.5) * (rows[:, 1] - 0.5)


def linear(rows):
    return rows.sum(axis=1) - 2.0


def sides(rows, surface):
    """Return B's outcomes, and the steps of the first factor, (base points, 1) each."""
    values = surface(rows).reshape(-1, STEP)
    return values[:, -1:], values[:, 1:2] - values[:, :1]


def excess(rows, size, surface, owners=NAMES):
    found = base_net(rows, STEP, owners, BOUNDS, size).of_factor(0, *sides(rows, surface))
    return float(found[0])


def test_products_scatter_over_sequences_as_their_nets_say():
    means, told, by_chance = [], [], []
    for seed in range(120):
        rows = design_of(128, seed)
        left, right = sides(rows, product)
        means.append((left * right).mean())
        by_chance.append((left * right).var() / 128)
        told.append(excess(rows, 128, product))
    seen = np.var(means)
    assert seen > 1.5 * np.mean(by_chance), "without the net the variance is half of what it is"
    assert 0.8 * seen < np.mean(by_chance) + np.mean(told) < 1.6 * seen


def test_sums_of_effects_have_no_excess():
    found = [excess(design_of(128, seed), 128, linear) for seed in range(20)]
    scatter = [np.var(np.prod(sides(design_of(128, seed), linear), axis=0)) / 128 for seed in range(20)]
    assert np.mean(found) < 0.05 * np.mean(scatter)


def test_the_first_base_points_of_a_sequence_are_a_net_of_their_own():
    rows = design_of(128, 4)[: 32 * STEP]
    assert excess(rows, 128, product) == pytest.approx(excess(rows, 32, product), rel=1e-9)


def test_base_points_that_are_missing_change_the_excess_little():
    kept = np.delete(np.arange(128), [3, 50, 51, 99])
    whole, holed = [], []
    for seed in range(20):
        rows = design_of(128, seed)
        whole.append(excess(rows, 128, product))
        holed.append(excess(rows.reshape(128, STEP, 4)[kept].reshape(-1, 4), 128, product))
    assert np.corrcoef(whole, holed)[0, 1] > 0.95
    assert 0.8 < np.mean(holed) / np.mean(whole) < 1.2


def test_points_that_are_no_net_have_none():
    rows = design_of(32, 1)
    drawn = np.random.default_rng(1).random((32, STEP, 4)).reshape(-1, 4)
    assert base_net(rows, STEP, NAMES, BOUNDS, 24) is None
    assert base_net(drawn, STEP, NAMES, BOUNDS, 32) is None
    assert base_net(10.0 * rows, STEP, NAMES, BOUNDS, 32) is None


def test_a_spectrum_keeps_the_mean_square():
    values = np.random.default_rng(2).standard_normal((64, 3))
    assert (walsh_spectrum(values) ** 2).sum(axis=0) == pytest.approx((values**2).mean(axis=0))
