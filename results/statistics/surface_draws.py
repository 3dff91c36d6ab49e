"""Surfaces drawn from what is known of one: whole functions, so that what is counted on each keeps its uncertainty.

Matheron's rule: a path of the prior, corrected by what the points say of its error; no matrix over the places is
decomposed. Paths of the prior are sums of waves (Rahimi and Recht 2008) at quasi-random frequencies. What replicates
share under common random numbers is a surface of its own and is added as such.
Source: Wilson, Borovitskiy, Terenin, Mostowsky and Deisenroth (2021), Journal of Machine Learning Research 22.
"""

from __future__ import annotations

import numpy as np
from scipy import stats
from scipy.linalg import cho_solve, cholesky
from scipy.stats import qmc

from .blas_threads import one_thread
from .gaussian_process import LEVEL, FittedProcess, matern

WAVES = 256
"""Waves of a path of the prior, each a sine and a cosine: what they lack of the kernel is 2 % at half an axis."""
DRAWS = 256
"""Surfaces that are drawn (assumption)."""


def draw_surfaces(process: FittedProcess, places: np.ndarray, number: int = DRAWS, seed: int = 5) -> np.ndarray:
    """Return ``number`` surfaces at ``places`` (place, axis), scaled to 0..1: (draw, place), in the unit of the runs.

    Each drawn setting of the process gives the same number of them, or one more. Source: Matheron's rule, as the head
    of this module says; the effect of replicates that share their random numbers is multivariate t with one degree of
    freedom less than there are of them.

    >>> from .gaussian_process import fit_process
    >>> points = np.linspace(0.0, 1.0, 9)[:, None]
    >>> process = fit_process(points, 2.0 * points, common=False)
    >>> draw_surfaces(process, np.array([[0.5], [0.75]]), number=16).mean(axis=0).round(1).tolist()
    [1.0, 1.5]
    """
    rng = np.random.default_rng(seed)
    shares = np.array_split(np.arange(number), len(process.settings))
    with one_thread():
        drawn = [
            _drawn(process, places, setting, len(share), rng)
            for setting, share in zip(process.settings, shares, strict=True)
            if len(share)
        ]
    return process.middle + process.scale * np.concatenate(drawn)


def _drawn(
    process: FittedProcess, places: np.ndarray, setting: np.ndarray, number: int, rng: np.random.Generator
) -> np.ndarray:
    lengths, signal, noise = setting[:-2], setting[-2], setting[-1]
    points = process.points
    everywhere = np.concatenate([points, places])
    kernel = LEVEL + signal * matern(everywhere, points, lengths)
    within, across = kernel[: len(points)], kernel[len(points) :]
    within[np.diag_indices(len(points))] += noise
    factor = cholesky(within, lower=True), True
    path = _prior_paths(everywhere, lengths, signal, number, rng)
    chance = np.sqrt(noise) * rng.standard_normal((len(points), number))
    errors = process.values[:, None] - path[: len(points)] - chance
    drawn = path[len(points) :] + across @ cho_solve(factor, errors)
    replicates = process.deviations.shape[1]
    if replicates:
        smooth = across @ cho_solve(factor, process.deviations)
        drawn += smooth @ _weights_of_replicates(replicates, number, rng)
    return np.asarray(drawn.T)


def _prior_paths(
    places: np.ndarray, lengths: np.ndarray, signal: float, number: int, rng: np.random.Generator
) -> np.ndarray:
    """Return paths of the prior, (place, path): a level, and waves whose frequencies are Student's t with 3 degrees."""
    axes = len(lengths)
    uniform = qmc.Sobol(axes + 1, scramble=True, rng=rng).random(WAVES)
    heavy = np.sqrt(3.0 / stats.chi2.ppf(uniform[:, -1:], 3))
    waves = stats.norm.ppf(uniform[:, :-1]) * heavy / lengths
    # In single precision: sines take most of the time of a draw, and its rounding is far below any noise.
    angles = (places @ waves.T).astype(np.float32)
    heights = (np.sqrt(signal / WAVES) * rng.standard_normal((2 * WAVES, number))).astype(np.float32)
    level = np.sqrt(LEVEL) * rng.standard_normal(number)
    return np.asarray(level + np.cos(angles) @ heights[:WAVES] + np.sin(angles) @ heights[WAVES:])


def _weights_of_replicates(replicates: int, number: int, rng: np.random.Generator) -> np.ndarray:
    """Return what each draw takes of each replicate's deviation, (replicate, draw): Student's t about their mean."""
    freedom = replicates - 1
    normal = rng.standard_normal((replicates, number)) / np.sqrt(replicates * freedom)
    return np.asarray(normal * np.sqrt(freedom / rng.chisquare(freedom, number)))
