"""Elementary effects (Morris 1991; Campolongo et al. 2007) of every outcome at every time at once, equal to SALib's."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats


class MorrisEffects(NamedTuple):
    """Mean effect, mean absolute effect with the half-width of its interval, and spread; (parameters, times) each."""

    mu: np.ndarray
    mu_star: np.ndarray
    mu_star_conf: np.ndarray
    sigma: np.ndarray


def morris_effects(
    sample: np.ndarray, values: np.ndarray, levels: int, resamples: int = 100, seed: int = 0, level: float = 0.95
) -> MorrisEffects:
    """Return the effects of ``values`` (rows, times) on the trajectories of ``sample`` (rows, parameters).

    An effect is the difference of the outcome over the step in units of the whole range of the parameter: it has the
    unit of the outcome. ``seed`` (0 or more) starts the bootstrap: the same seed gives the same intervals, 0 too, and
    for all they are SALib's. Raises ValueError where the rows are no trajectories that change one parameter at a time.

    >>> sample = np.array([[0.0, 0.0], [2 / 3, 0.0], [2 / 3, 2 / 3], [1.0, 1.0], [1.0, 1 / 3], [1 / 3, 1 / 3]])
    >>> effects = morris_effects(sample, sample @ np.array([[3.0], [1.0]]), levels=4)
    >>> effects.mu_star.round(6).tolist(), effects.sigma.round(6).tolist()
    ([[3.0], [1.0]], [[0.0], [0.0]])
    """
    effects = elementary_effects(sample, values, levels)
    trajectories = effects.shape[1]
    draw = np.random.default_rng(seed)
    scale = stats.norm.ppf(0.5 + level / 2.0)
    widths = []
    for one in effects:
        # Drawn anew for each parameter, as SALib draws: the same seed then gives its intervals.
        resample = draw.integers(trajectories, size=(max(resamples, 0), trajectories))
        weights = np.array([np.bincount(row, minlength=trajectories) for row in resample]).reshape(-1, trajectories)
        # Sizes: where an effect turns its sign over the space, the mean of effects cancels to nothing.
        means = weights @ np.abs(one) / trajectories
        widths.append(scale * means.std(axis=0, ddof=1) if resamples > 1 else np.full(one.shape[1], np.nan))
    sigma = effects.std(axis=1, ddof=1) if trajectories > 1 else np.full(effects.shape[::2], np.nan)
    return MorrisEffects(effects.mean(axis=1), np.abs(effects).mean(axis=1), np.array(widths), sigma)


def elementary_effects(sample: np.ndarray, values: np.ndarray, levels: int) -> np.ndarray:
    """Return the effect of each parameter on each trajectory at each time: (parameters, trajectories, times).

    ``sample`` is (rows, parameters), ``values`` (rows, times); effects have the unit of ``values``. The step of the
    design is ``levels / (2 * (levels - 1))`` of the range (Morris 1991). Raises ValueError where the rows are no
    trajectories that change one parameter at a time.

    >>> sample = np.array([[0.0, 0.0], [2 / 3, 0.0], [2 / 3, 2 / 3]])
    >>> elementary_effects(sample, np.array([[0.0], [2.0], [1.0]]), levels=4).round(6).tolist()
    [[[3.0]], [[-1.5]]]
    """
    parameters = sample.shape[1]
    length = parameters + 1
    if len(sample) % length or len(sample) != len(values) or not len(sample):
        raise ValueError(
            f"expected trajectories of {length} points for {parameters} parameters, got {len(sample)} rows"
        )
    steps = np.diff(sample.reshape(-1, length, parameters), axis=1)
    moved = steps != 0.0
    if not ((moved.sum(axis=2) == 1).all() and (moved.sum(axis=1) == 1).all()):
        raise ValueError("the points are no Morris trajectories: each must change every parameter once, one at a time")
    differences = np.diff(values.reshape(-1, length, values.shape[1]), axis=1)
    # A step down counts backwards: every effect is that of a rise.
    signed = np.sign(steps).sum(axis=2)[:, :, None] * differences
    order = np.argsort(moved.argmax(axis=2), axis=1)
    delta = levels / (2.0 * (levels - 1.0))
    return np.take_along_axis(signed, order[:, :, None], axis=1).swapaxes(0, 1) / delta
