"""Growth of chance with the effect: whether settings with large effects also have much chance, and how much.

Where chance grows with the effect a wide scatter is itself a sign of a large effect, and a small one of none. A model
that takes them to be apart finds too few settings near the band. The likelihood of mean and scatter together says which
of a few rates of growth fits; the rate is none unless a likelihood-ratio test refuses it.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy import optimize, stats

from .mixture import Support, fit_mixture, grid_support, log_likelihood, start_of
from .noise import LEAST, STEADY, Noise, Prior, prior_of

SLOPES = (0.25, 0.5, 0.8)
"""Standard error of a setting's mean in units of its effect, where a search starts."""
STEEPEST = 1.0
"""No steeper growth is taken: beyond, a setting's mean would say nothing of its effect (assumption)."""
FLOORS = (0.05, 0.25, 0.5)
"""Quantiles of the variances where a search starts for the variance at no effect."""
FREEDOM = 16.0
ASKED = 0.01
"""A growth is taken only if no growth would fit so much worse in this share of cases (assumption)."""
SEARCHED = 0.1
"""A growth is sought where effects and variances go together more than they would by chance in so many cases."""
LEAST_SETTINGS, STEPS, TRIES = 30, 10, 80


def growing_prior(noise: Noise) -> Prior:
    """Return the prior of the variances of one contrast, with the growth of greatest likelihood if a test asks for it.

    >>> from .noise import noise_of
    >>> rng = np.random.default_rng(1)
    >>> effect = 3.0 * rng.standard_normal(200)[:, None, None]
    >>> alike, growing = (effect + size * rng.standard_normal((200, 1, 6)) for size in (0.5, 0.5 + np.abs(effect)))
    >>> growing_prior(noise_of(alike)).growth, growing_prior(noise_of(growing)).growth > 0.0
    (0.0, True)
    """
    plain = prior_of(noise)
    several = noise.runs > 1
    size, variance = np.abs(noise.mean[several, 0]), noise.variance[several, 0]
    if several.sum() < LEAST_SETTINGS or np.ptp(size) == 0.0 or np.ptp(variance) == 0.0:
        return plain
    # A search takes time: none where large effects have no more chance than small ones.
    if stats.spearmanr(size, variance, alternative="greater").pvalue > SEARCHED:
        return plain
    support = grid_support(noise.mean[:, 0])
    least = _fit(noise, support, plain)
    replicates = float(np.median(noise.runs[several]))
    floors = np.maximum(np.quantile(variance, FLOORS), LEAST)
    starts = [np.log([floor, slope**2 * replicates, FREEDOM]) for floor, slope in product(floors, SLOPES)]

    def misfit(logs: np.ndarray) -> float:
        return -_fit(noise, support, _prior(logs))

    found = [misfit(start) for start in starts]
    if min(found) > stats.chi2.isf(ASKED, 2) - least:
        return plain
    start = starts[int(np.argmin(found))]
    bounds = np.log([[LEAST, 1e6], [1e-6, STEEPEST**2 * replicates], [1.0, STEADY]])
    best = optimize.minimize(
        misfit, start, method="Nelder-Mead", bounds=bounds, options={"maxfev": TRIES, "xatol": 0.05, "fatol": 0.05}
    )
    return _prior(best.x) if 2.0 * (-best.fun - least) > stats.chi2.isf(ASKED, 2) else plain


def _prior(logs: np.ndarray) -> Prior:
    """Return the prior from logarithms: of the variance at no effect, of what a squared effect adds, of freedom."""
    floor, slope, freedom = np.exp(logs)
    return Prior(float(freedom), float(floor), float(slope / floor))


def _fit(noise: Noise, support: Support, prior: Prior) -> float:
    """Return the log-likelihood of all samples under the mixture of effects that fits."""
    logs = log_likelihood(noise, (prior,), support)
    top = logs.max(axis=1, keepdims=True)
    likelihood = np.exp(logs - top)
    even = np.full((1, len(logs)), 1.0 / len(logs))
    masses = fit_mixture(likelihood, start_of(noise, support, even), even, STEPS)
    return float((np.log(likelihood @ masses[0]) + top[:, 0]).sum())
