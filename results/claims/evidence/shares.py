"""Shares of settings by the class of their true effect, and intervals of these shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import special, stats

from ...statistics.blas_threads import one_thread
from ...statistics.space_shares import Share
from .growth import growing_prior
from .mixture import Support, drawn_support, fit_mixture, grid_support, log_likelihood, start_of
from .noise import Noise, Prior, noise_of, standard_errors

RESAMPLES = 60
"""Bootstrap samples: enough for a standard deviation within a tenth."""
ALIKE = 0.01
"""Effects of one contrast are taken to be the same in all settings unless a test at this level refuses it."""
_SEED = 11

Classify = Callable[[np.ndarray], np.ndarray]
"""Places (place, contrast) in bands to classes (place,): 1 holds, 0 makes no difference, -1 reverses."""


class Evidence(NamedTuple):
    """What the settings show of one claim.

    ``told`` (3,): shares that hold, make no difference, reverse; ``free`` (3,): the same before contrasts in which the
    settings may be all alike are taken to be so; ``drawn`` (resample, 3): of settings drawn anew; ``posterior``
    (sample, 3): the probability of each class at each setting; ``errors`` (sample, contrast): standard errors of means
    from chance, in bands; ``alike`` (contrast,): whether settings are taken to be alike.
    """

    told: np.ndarray
    free: np.ndarray
    drawn: np.ndarray
    posterior: np.ndarray
    errors: np.ndarray
    alike: np.ndarray


# The last bits of a product of matrices depend on how many threads share it, and shares on them.
@one_thread()
def weigh_evidence(values: np.ndarray, classify: Classify, common: bool = False) -> Evidence:
    """Return what contrasts ``values`` (sample, contrast, replicate) in bands show; unknown replicates are NaN.

    Each sample needs one known replicate and two samples need two. ``common``: random numbers are those of the
    replicate in all samples, whose shared chance has a t distribution with one degree of freedom less than replicates.

    >>> rng = np.random.default_rng(1)
    >>> effects = np.repeat([3.0, 0.0], [30, 70])[:, None, None]
    >>> sign = lambda at: np.where(np.abs(at[:, 0]) > 1.0, np.sign(at[:, 0]), 0.0)
    >>> weigh_evidence(effects + rng.standard_normal((100, 1, 4)), sign).told.round(1).tolist()
    [0.3, 0.7, 0.0]
    """
    noise = noise_of(values, common)
    samples, contrasts = noise.mean.shape
    priors = tuple(growing_prior(noise.only(place)) for place in range(contrasts))
    errors = standard_errors(noise, priors)
    support = grid_support(noise.mean[:, 0]) if contrasts == 1 else drawn_support(noise, errors)
    logs = log_likelihood(noise, priors, support)
    likelihood = np.exp(logs - logs.max(axis=1, keepdims=True))
    rng = np.random.default_rng(_SEED)
    weights = np.vstack([np.ones(samples), rng.multinomial(samples, np.full(samples, 1.0 / samples), RESAMPLES)])
    weights = weights / samples
    masses = fit_mixture(likelihood, start_of(noise, support, weights), weights)
    belongs = _belonging(support, classify)
    posterior = likelihood * masses[0]
    posterior = posterior / posterior.sum(axis=1, keepdims=True)
    alike = _alike(noise, errors, priors)
    return Evidence(
        told=masses[0] @ _belonging(_collapsed(noise, errors, support, alike), classify),
        free=masses[0] @ belongs,
        drawn=_drawn(noise, support, masses[1:], classify, rng) if common else masses[1:] @ belongs,
        posterior=posterior @ belongs,
        errors=errors,
        alike=alike,
    )


def _belonging(support: Support, classify: Classify, shift: np.ndarray | float = 0.0) -> np.ndarray:
    """Return the share of each cell that is in each class, (place, 3)."""
    offsets = np.linspace(-0.4, 0.4, 5) if support.width.any() else np.zeros(1)
    found = [classify(support.places + (offset * support.width)[:, None] - shift) for offset in offsets]
    return np.stack([np.mean([one == kind for one in found], axis=0) for kind in (1, 0, -1)], axis=1)


def _drawn(
    noise: Noise, support: Support, masses: np.ndarray, classify: Classify, rng: np.random.Generator
) -> np.ndarray:
    """Return the shares of each resample, moved by an error that all settings have in common."""
    values, vectors = np.linalg.eigh(noise.shared)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    freedom = max(noise.replicates - 1, 1)
    shares = []
    for mass in masses:
        shift = root @ rng.standard_normal(len(root)) * np.sqrt(freedom / rng.chisquare(freedom))
        shares.append(mass @ _belonging(support, classify, shift))
    return np.array(shares)


def _alike(noise: Noise, errors: np.ndarray, priors: tuple[Prior, ...]) -> np.ndarray:
    """Return of each contrast whether its effects may be the same in all settings, by a chi-square test, (contrast,).

    Distances from the mean in standard errors have t distributions; each is brought to the normal of the same
    probability, and the sum of their squares is held against chi-square.
    """
    weights = 1.0 / errors**2
    apart = (noise.mean - (weights * noise.mean).sum(axis=0) / weights.sum(axis=0)) / errors
    tail = np.stack(
        [stats.t.sf(np.abs(apart[:, j]), prior.freedom + noise.freedom) for j, prior in enumerate(priors)], axis=1
    )
    squares = special.ndtri(np.maximum(tail, 1e-300)) ** 2
    samples, contrasts = apart.shape
    # Where chance grows with the effect, effects differ.
    steady = np.array([prior.growth == 0.0 for prior in priors])
    return steady & np.asarray(stats.chi2.sf(squares.sum(axis=0), samples - 1) > ALIKE / contrasts)


def _collapsed(noise: Noise, errors: np.ndarray, support: Support, alike: np.ndarray) -> Support:
    """Return the support with contrasts in which settings are alike drawn to their mean and its error."""
    weights = 1.0 / errors**2
    mean = (weights * noise.mean).sum(axis=0) / weights.sum(axis=0)
    error = 1.0 / np.sqrt(weights.sum(axis=0))
    places = support.places.copy()
    count = len(places)
    normal = special.ndtri((np.arange(count) + 0.5) / count)
    for j in np.flatnonzero(alike):
        places[:, j] = mean[j] + error[j] * np.random.default_rng(j).permutation(normal)
    width = np.zeros(count) if alike.any() else support.width
    return Support(places, width, support.owner)


def share_intervals(evidence: Evidence, level: float) -> tuple[Share, Share, Share]:
    """Return the shares that hold, make no difference and reverse, each with an interval of ``level``.

    The interval is normal on the arcsine scale (Anscombe 1948), about the share and with the scatter of the resamples,
    and is never narrower than that of Wilson (1927) for as many settings.

    >>> even = np.array([0.5, 0.5, 0.0])
    >>> found = Evidence(even, even, np.tile(even, (9, 1)), np.tile(even, (100, 1)), np.ones((100, 1)), np.zeros(1))
    >>> [round(bound, 2) for bound in share_intervals(found, 0.95)[0]]
    [0.5, 0.4, 0.6]
    """
    z = float(stats.norm.isf((1.0 - level) / 2.0))
    samples = len(evidence.posterior)
    free, drawn = np.clip(evidence.free, 0.0, 1.0), np.clip(evidence.drawn, 0.0, 1.0)
    angle = np.arcsin(np.sqrt(free))
    half = z * np.sqrt(((np.arcsin(np.sqrt(drawn)) - angle) ** 2).mean(axis=0))
    low, high = np.sin(np.clip([angle - half, angle + half], 0.0, np.pi / 2.0)) ** 2
    for share in (free, evidence.told):
        wilson_low, wilson_high = _wilson(share, samples, z)
        low, high = np.minimum(low, wilson_low), np.maximum(high, wilson_high)
    told = np.clip(evidence.told, 0.0, 1.0)
    first, second, third = (
        Share(float(told[k]), float(min(low[k], told[k])), float(max(high[k], told[k]))) for k in range(3)
    )
    return first, second, third


def _wilson(share: np.ndarray, count: int, z: float) -> tuple[np.ndarray, np.ndarray]:
    share = np.clip(share, 0.0, 1.0)
    centre = (share + z * z / (2.0 * count)) / (1.0 + z * z / count)
    half = z * np.sqrt(share * (1.0 - share) / count + z * z / (4.0 * count**2)) / (1.0 + z * z / count)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
