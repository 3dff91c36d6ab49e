"""Noise of each setting: the scatter of its replicates, moderated by that of all settings, and growing with the effect.

Few replicates tell little of the variance of one setting; all settings together tell what variances there are. The
variance of a setting is drawn from a scaled inverse chi-square distribution whose degrees of freedom and centre are
estimated from all of them (Smyth 2004). The centre may grow with the square of the true effect (assumption; whether it
does is tested, see ``growth``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import optimize, special

LEAST = 1e-6
"""No variance of a replicate is taken to be smaller, in squared bands: a thousandth of a band is no chance."""
STEADY = 1e3
"""Degrees of freedom of the prior where variances differ no more than chance makes them."""


class Noise(NamedTuple):
    """What replicates tell of each setting.

    ``mean`` and ``variance`` (sample, contrast): over replicates, in bands and squared bands; ``runs`` (sample,): how
    many replicates are known; ``correlation`` (contrast, contrast): of their chance; ``shared`` (contrast, contrast):
    covariance of the error that all settings have in common, zero where streams are independent; ``replicates``: most.
    """

    mean: np.ndarray
    variance: np.ndarray
    runs: np.ndarray
    correlation: np.ndarray
    shared: np.ndarray
    replicates: int

    @property
    def freedom(self) -> np.ndarray:
        """Degrees of freedom of the variance of each setting, (sample,).

        >>> noise_of(np.array([[[0.1, 0.3, 0.2]], [[1.1, np.nan, 0.9]]])).freedom.tolist()
        [2.0, 1.0]
        """
        return self.runs - 1.0

    def only(self, contrast: int) -> Noise:
        """Return the noise of one contrast alone."""
        one = slice(contrast, contrast + 1)
        return self._replace(
            mean=self.mean[:, one],
            variance=self.variance[:, one],
            correlation=self.correlation[one, one],
            shared=self.shared[one, one],
        )


class Prior(NamedTuple):
    """Where variances of replicates come from: ``freedom``, ``centre`` in squared bands, and ``growth``.

    At a true effect t (bands) the centre is ``centre * (1 + growth * t**2)``.
    """

    freedom: float
    centre: float
    growth: float = 0.0


def noise_of(values: np.ndarray, common: bool = False) -> Noise:
    """Return the noise of contrasts ``values`` (sample, contrast, replicate) in bands; unknown replicates are NaN.

    Every sample needs one known replicate. ``common``: the samples share the random numbers of a replicate, so that
    what moves all of them is an error of their mean.

    >>> found = noise_of(np.array([[[1.0, 3.0]], [[0.0, 0.0]], [[2.0, np.nan]]]))
    >>> found.mean[:, 0].tolist(), found.variance[:2, 0].round(3).tolist(), found.runs.tolist()
    ([2.0, 0.0, 2.0], [2.0, 0.0], [2, 2, 1])
    """
    samples, contrasts, replicates = values.shape
    known = np.isfinite(values[:, 0])
    count = known.sum(axis=1)
    held = np.where(known[:, None], values, 0.0)
    mean = held.sum(axis=2) / count[:, None]
    apart = np.where(known[:, None], values - mean[:, :, None], 0.0)
    shared = np.zeros((contrasts, contrasts))
    if common and samples > 1:
        moved = apart.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        apart = np.where(known[:, None], apart - moved, 0.0)
        # What settings scatter of themselves is in the mean of each replicate too.
        own = np.einsum("icr,idr->cd", apart, apart) / max(replicates - 1, 1) / samples**2
        shared = _positive(np.cov(moved).reshape(contrasts, contrasts) - own) / replicates
        apart *= np.sqrt(samples / (samples - 1.0))
    variance = (apart**2).sum(axis=2) / np.maximum(count - 1, 1)[:, None]
    variance = np.maximum(variance, LEAST)
    scaled = apart / np.sqrt(variance)[:, :, None]
    return Noise(mean, variance, count, _correlation(scaled), shared, replicates)


def _positive(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)


def _correlation(scaled: np.ndarray) -> np.ndarray:
    """Return the correlation of chance between contrasts, drawn a little to none so that it can be inverted."""
    contrasts = scaled.shape[1]
    products = np.einsum("icr,idr->cd", scaled, scaled)
    size = np.sqrt(np.maximum(np.diag(products), 1e-12))
    found = products / np.outer(size, size)
    np.fill_diagonal(found, 1.0)
    return np.asarray(0.98 * found + 0.02 * np.eye(contrasts))


def _logs(noise: Noise) -> tuple[np.ndarray, np.ndarray]:
    """Return the logarithms of the variances of one contrast, less what few degrees of freedom make of them; weights.

    Samples with one replicate have weight 0.
    """
    freedom = np.maximum(noise.freedom, 1.0)
    logs = np.log(noise.variance[:, 0]) - special.digamma(freedom / 2.0) + np.log(freedom / 2.0)
    return logs, noise.freedom / noise.freedom.sum()


def prior_of(noise: Noise) -> Prior:
    """Return the prior of the variances of one contrast, by the moments of their logarithms (Smyth 2004, section 6.2).

    At least two samples must have two replicates; samples that have one say nothing.

    >>> rng = np.random.default_rng(1)
    >>> prior = prior_of(noise_of(rng.standard_normal((400, 1, 4))))
    >>> bool(prior.freedom > 20.0), round(prior.centre, 1)
    (True, 1.0)
    """
    logs, weights = _logs(noise)
    number = int((weights > 0.0).sum())
    middle = float(weights @ logs)
    spread = float(weights @ (logs - middle) ** 2) * number / (number - 1.0)
    left = spread - float(weights @ special.polygamma(1, np.maximum(noise.freedom, 1.0) / 2.0))
    if left <= special.polygamma(1, STEADY / 2.0):
        # Where all variances are alike their mean is better than that of their logarithms.
        return Prior(STEADY, float(weights @ noise.variance[:, 0]))
    half = optimize.brentq(lambda x: special.polygamma(1, x) - left, 1e-3, STEADY)
    return Prior(2.0 * half, centre_of(noise, 2.0 * half, np.zeros(len(logs))))


def centre_of(noise: Noise, freedom: float, grown: np.ndarray) -> float:
    """Return the centre of the variances of one contrast, in squared bands, for given degrees of freedom of the prior.

    ``grown`` (sample,): the mean of log(1 + growth * effect**2) at each sample.

    >>> noise = noise_of(np.random.default_rng(1).standard_normal((400, 1, 4)))
    >>> round(centre_of(noise, 1000.0, np.zeros(400)), 1)
    1.0
    """
    logs, weights = _logs(noise)
    half = freedom / 2.0
    return float(np.exp(weights @ (logs - grown) + special.digamma(half) - np.log(half)))


def centre_at(prior: Prior, effects: np.ndarray) -> np.ndarray:
    """Return the centre of the variances of replicates at true ``effects`` (any shape, bands), in squared bands.

    >>> centre_at(Prior(4.0, 0.5, 2.0), np.array([0.0, 1.0])).tolist()
    [0.5, 1.5]
    """
    return np.asarray(prior.centre * (1.0 + prior.growth * np.asarray(effects) ** 2))


def standard_errors(noise: Noise, priors: tuple[Prior, ...]) -> np.ndarray:
    """Return the standard error of each setting's mean effect from chance, (sample, contrast), in bands.

    The centre of the prior is taken at the effect that is seen, less what chance adds to its square.

    >>> noise = noise_of(np.array([[[1.0, 3.0]], [[0.0, 0.0]]]))
    >>> standard_errors(noise, (Prior(1.0, 2.0),)).round(2).tolist()
    [[1.0], [0.71]]
    """
    freedom, count = noise.freedom[:, None], noise.runs[:, None]
    square = np.maximum(noise.mean**2 - noise.variance / count, 0.0)
    given = np.array([prior.freedom for prior in priors])
    centre = np.stack([centre_at(prior, np.sqrt(square[:, j])) for j, prior in enumerate(priors)], axis=1)
    return np.asarray(np.sqrt((given * centre + freedom * noise.variance) / (given + freedom) / count))
