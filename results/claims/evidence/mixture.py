"""Mixture of true effects: their distribution over settings, estimated without a form by the EM algorithm.

The nonparametric maximum likelihood of a mixing distribution (Kiefer and Wolfowitz 1956; Laird 1978), started at the
normal that fits the first two moments and stopped after a few steps: run to the end it would gather in a few points.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from .noise import Noise, Prior, centre_at

STEPS = 30
"""EM steps (assumption; ``docs/coverage.md`` shows what intervals hold with it)."""
CELL, FINE, COARSER = 0.1, 40, 1.06
"""Cells of the grid of one contrast: width in bands, so many on either side of zero; farther out each is wider."""
LEAST_CHANCE = 1e-30
"""Likelihoods, the largest of a setting being 1, count as at least this."""
NEAR = (0.0125, 0.025, 0.05)
"""Edges of cells next to zero, in bands."""
DRAWS = 4
"""Places that each setting gives to the support of several contrasts."""
_SEED = 7


class Support(NamedTuple):
    """Where true effects may lie: ``places`` (place, contrast) in bands, ``width`` (place,) of cells (0: a point).

    ``owner`` (place,): the sample that a place was drawn for, -1 for cells of a grid.
    """

    places: np.ndarray
    width: np.ndarray
    owner: np.ndarray


def grid_support(mean: np.ndarray) -> Support:
    """Return cells that hold effects ``mean`` (sample,) in bands, fine where bands end and coarser far away.

    >>> found = grid_support(np.array([-1.0, 7.0]))
    >>> float(found.places.min().round(2)), bool(found.places.max() > 7.0)
    (-1.95, True)
    """
    # Chance that grows with the effect differs most about zero: its cells are finer.
    edges = [0.0, *NEAR, *(CELL * place for place in range(1, FINE + 1))]
    most = max(2.0, float(np.abs(mean).max()) + 0.5)
    step = CELL
    while edges[-1] < most:
        step *= COARSER
        edges.append(edges[-1] + step)
    sides = np.concatenate([-np.array(edges[:0:-1]), edges])
    low, high = min(-2.0, mean.min() - 0.5), max(2.0, mean.max() + 0.5)
    kept = (sides[1:] > low + 1e-9) & (sides[:-1] < high - 1e-9)
    places = ((sides[1:] + sides[:-1]) / 2.0)[kept]
    return Support(places[:, None], np.diff(sides)[kept], np.full(len(places), -1))


def drawn_support(noise: Noise, errors: np.ndarray) -> Support:
    """Return places drawn from the posterior of each setting under normal effects and normal chance.

    ``errors`` (sample, contrast): standard errors of the means, in bands.

    >>> from .noise import noise_of
    >>> noise = noise_of(np.random.default_rng(1).standard_normal((20, 2, 4)))
    >>> drawn_support(noise, np.sqrt(noise.variance / 4.0)).places.shape
    (80, 2)
    """
    samples, contrasts = noise.mean.shape
    chance = errors[:, :, None] * noise.correlation * errors[:, None, :]
    values, vectors = np.linalg.eigh(np.cov(noise.mean.T).reshape(contrasts, contrasts) - chance.mean(axis=0))
    effects = (vectors * np.maximum(values, 0.02)) @ vectors.T
    centre = noise.mean.mean(axis=0)
    gain = effects @ np.linalg.inv(effects + chance)
    middle = centre + np.einsum("ijk,ik->ij", gain, noise.mean - centre)
    left = effects - gain @ effects
    roots = np.linalg.cholesky((left + left.transpose(0, 2, 1)) / 2.0 + 1e-9 * np.eye(contrasts))
    normal = np.random.default_rng(_SEED).standard_normal((samples, DRAWS, contrasts))
    places = (middle[:, None] + np.einsum("ijk,idk->idj", roots, normal)).reshape(-1, contrasts)
    return Support(places, np.zeros(len(places)), np.repeat(np.arange(samples), DRAWS))


def log_likelihood(noise: Noise, priors: tuple[Prior, ...], support: Support) -> np.ndarray:
    """Return the log-likelihood of what each setting shows, mean and scatter, at each place: (sample, place).

    Given the scatter the mean has a t distribution whose degrees of freedom are those of the prior and the setting; the
    scatter itself has an F distribution about its centre (Smyth 2004, section 3), which says something of the effect
    where the centre grows with it. A cell blurs by its width.

    >>> from .noise import noise_of
    >>> noise = noise_of(np.array([[[1.0, 3.0]], [[0.0, 0.0]]]))
    >>> found = log_likelihood(noise, (Prior(1.0, 2.0),), grid_support(noise.mean[:, 0]))
    >>> found.shape[0], bool(found[1].argmax() < found[0].argmax())
    (2, True)
    """
    contrasts = noise.mean.shape[1]
    freedom, count = noise.freedom[:, None], noise.runs[:, None]
    total = min(prior.freedom for prior in priors) + freedom
    scaled, told = [], np.zeros((1, 1))
    for j, prior in enumerate(priors):
        effects, variance = support.places[:, j], noise.variance[:, [j]]
        centre = centre_at(prior, effects)[None] if prior.growth else np.full((1, 1), prior.centre)
        square = (prior.freedom * centre + freedom * variance) / (prior.freedom + freedom) / count
        scale = np.sqrt(square + support.width**2 / 12.0)
        scaled.append((noise.mean[:, [j]] - effects) / scale)
        told = told - np.log(scale) + _scatter(variance, centre, freedom, prior.freedom)
    root = np.linalg.cholesky(np.linalg.inv(noise.correlation))
    apart = np.einsum("kj,kip->jip", root, np.stack(scaled))
    constant = special.gammaln((total + contrasts) / 2.0) - special.gammaln(total / 2.0)
    constant -= 0.5 * contrasts * np.log(total * np.pi)
    tails = (total + contrasts) / 2.0 * np.log1p((apart**2).sum(axis=0) / total)
    return np.asarray(told + constant - tails)


def _scatter(variance: np.ndarray, centre: np.ndarray, freedom: np.ndarray, given: float) -> np.ndarray:
    """Return the log-density of variances about their centre, 0 where a single replicate has none."""
    some = np.maximum(freedom, 1.0)
    ratio = some * variance / centre / given
    constant = -special.betaln(some / 2.0, given / 2.0) - np.log(variance)
    found = constant + some / 2.0 * np.log(ratio) - (some + given) / 2.0 * np.log1p(ratio)
    return np.asarray(np.where(freedom > 0.0, found, 0.0))


def start_of(noise: Noise, support: Support, weights: np.ndarray) -> np.ndarray:
    """Return where EM starts for each weighting of the samples ``weights`` (weighting, sample): (weighting, place).

    Cells of a grid start at the normal of the same mean and variance, chance taken out; drawn places at the weight of
    the setting that they were drawn for.

    >>> from .noise import noise_of
    >>> noise = noise_of(np.array([[[1.0, 3.0]], [[0.0, 0.0]]]))
    >>> start_of(noise, grid_support(noise.mean[:, 0]), np.full((1, 2), 0.5)).sum().round(6)
    np.float64(1.0)
    """
    if support.owner[0] >= 0:
        return weights[:, support.owner] / np.bincount(support.owner)[support.owner]
    mean, chance = noise.mean[:, 0], noise.variance[:, 0] / noise.runs
    centre = weights @ mean
    spread = np.maximum(weights @ mean**2 - centre**2 - weights @ chance, 0.02)
    apart = (support.places[:, 0] - centre[:, None]) ** 2 / spread[:, None]
    start = (np.exp(-0.5 * apart) + 1e-6) * support.width
    return np.asarray(start / start.sum(axis=1, keepdims=True))


def fit_mixture(likelihood: np.ndarray, start: np.ndarray, weights: np.ndarray, steps: int = STEPS) -> np.ndarray:
    """Return the masses of the places after ``steps`` of EM, (weighting, place).

    ``likelihood`` (sample, place), any positive multiple in each row; ``start`` (weighting, place) sums to one in each
    row, as do ``weights`` (weighting, sample).

    >>> fit_mixture(np.array([[1.0, 0.0], [0.0, 1.0]]), np.full((1, 2), 0.5), np.array([[0.8, 0.2]])).round(6).tolist()
    [[0.8, 0.2]]
    """
    # Half the digits are plenty for shares, and take half the time.
    likelihood, weights, masses = (np.asarray(one, dtype=np.float32) for one in (likelihood, weights, start))
    for _ in range(steps):
        masses = masses * ((weights / np.maximum(masses @ likelihood.T, LEAST_CHANCE)) @ likelihood)
        masses = masses / masses.sum(axis=1, keepdims=True)
    return masses.astype(np.float64)
