"""Bands of idleness: parameters that do nothing lie within them, those that act beyond, and chance goes from sizes."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.results.sensitivity.indices import Bootstrap, analyze_sensitivity
from tredegar.results.shares import shares_with_intervals, variance_shares

from ...coverage.truths import TRUTHS, calm, made_sweep

HYPERCUBE = {"method": "latin-hypercube", "points": 120}
MORRIS = {"method": "morris", "trajectories": 10, "levels": 4}
METHODS = [
    ("morris", MORRIS, "mu_star"),
    ("pawn", HYPERCUBE, "median"),
    ("delta", HYPERCUBE, "delta"),
    ("regression", HYPERCUBE, "total_share"),
]


def found_of(method, design, truth, replicates=4, seed=3):
    sweep = made_sweep(truth, design, replicates, "independent", np.random.default_rng(seed))
    return analyze_sensitivity(sweep, method=method, window=1, bootstrap=Bootstrap(19)).isel(outcome=0, month=0)


@pytest.mark.parametrize(("method", "design", "name"), METHODS)
def test_the_parameter_that_acts_lies_beyond_the_band_and_most_others_within(method, design, name):
    found = found_of(method, design, TRUTHS["one acts, linear"])
    within = (found[name] <= found[f"{name}_idle"]).values
    assert not within[1] and within[[0, 2, 3]].sum() >= 2


def test_a_morris_effect_without_chance_is_salibs_and_its_band_is_nothing():
    found = found_of("morris", MORRIS, calm(TRUTHS["product"]))
    assert np.allclose(found["mu_star"], found["mu_star_raw"], rtol=1e-9) and (found["mu_star_idle"] < 1e-6).all()


def test_chance_is_taken_from_sizes_of_effects():
    found = found_of("morris", MORRIS, TRUTHS["nothing acts"])
    assert (found["mu_star"] < 0.8 * found["mu_star_raw"]).all()


def test_one_replicate_knows_no_band_of_effects():
    found = found_of("morris", MORRIS, TRUTHS["nothing acts"], replicates=1)
    assert np.isnan(found["mu_star_idle"]).all() and np.allclose(found["mu_star"], found["mu_star_raw"])


def test_shares_of_noise_are_a_third_of_what_a_fit_gives_them_at_most_on_average():
    draw = np.random.default_rng(2)
    sample, values = draw.random((60, 4)), draw.standard_normal((60, 200))
    raw, found = variance_shares(values, sample)[1], shares_with_intervals(values, sample)
    assert found.total.mean() < raw.mean() / 3.0
    assert 0.9 < (found.total <= found.total_idle).mean() <= 1.0
