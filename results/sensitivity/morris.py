"""Elementary effects (Morris 1991; Campolongo et al. 2007) of every outcome at every time at once, equal to SALib's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats


class MorrisEffects(NamedTuple):
    """Mean effect, mean absolute effect with the half-width of its interval, and spread; (factors, times) each."""

    mu: np.ndarray
    mu_star: np.ndarray
    mu_star_conf: np.ndarray
    sigma: np.ndarray


def morris_effects(
    sample: np.ndarray,
    values: np.ndarray,
    levels: int,
    resamples: int = 100,
    seed: int = 0,
    level: float = 0.95,
    owners: Sequence[str] | None = None,
) -> MorrisEffects:
    """Return the effects of ``values`` (rows, times) on the trajectories of ``sample`` (rows, parameters).

    An effect is the difference of the outcome over the step in units of the whole range of the parameter: it has the
    unit of the outcome. ``seed`` (0 or more) starts the bootstrap: the same seed gives the same intervals, 0 too, and
    for all they are SALib's. ``owners`` (parameters) is the group of each parameter; None where each moves by itself.
    For a group, SALib has means over its members, of which ``mu_star`` is the size of the effect of moving them
    together; ``mu`` is a mean over the directions in which they move, and a spread is not known. Raises ValueError
    where the rows are no trajectories that change one parameter, or group, at a time.

    >>> sample = np.array([[0.0, 0.0], [2 / 3, 0.0], [2 / 3, 2 / 3], [1.0, 1.0], [1.0, 1 / 3], [1 / 3, 1 / 3]])
    >>> effects = morris_effects(sample, sample @ np.array([[3.0], [1.0]]), levels=4)
    >>> effects.mu_star.round(6).tolist(), effects.sigma.round(6).tolist()
    ([[3.0], [1.0]], [[0.0], [0.0]])
    """
    effects = elementary_effects(sample, values, levels, owners)
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
    found = MorrisEffects(effects.mean(axis=1), np.abs(effects).mean(axis=1), np.array(widths), sigma)
    return found if owners is None else _by_factor(found, owners)


def _by_factor(found: MorrisEffects, owners: Sequence[str]) -> MorrisEffects:
    """Return the effects of factors: means over the members of each, as SALib takes them."""
    members = [np.array([owner == factor for owner in owners]) for factor in dict.fromkeys(owners)]
    mu, size, width = (
        np.array([each[own].mean(axis=0) for own in members]) for each in (found.mu, found.mu_star, found.mu_star_conf)
    )
    unknown = np.full_like(found.sigma[0], np.nan)
    sigma = np.array([found.sigma[own][0] if own.sum() == 1 else unknown for own in members])
    return MorrisEffects(mu, size, width, sigma)


def elementary_effects(
    sample: np.ndarray, values: np.ndarray, levels: int, owners: Sequence[str] | None = None
) -> np.ndarray:
    """Return the effect of each parameter on each trajectory at each time: (parameters, trajectories, times).

    ``sample`` is (rows, parameters), ``values`` (rows, times); effects have the unit of ``values``. The step of the
    design is ``levels / (2 * (levels - 1))`` of the range (Morris 1991). Those that ``owners`` (parameters) puts in one
    group change together, and have effects of one size. Raises ValueError where the rows are no trajectories that
    change one parameter, or group, at a time.

    >>> sample = np.array([[0.0, 0.0], [2 / 3, 0.0], [2 / 3, 2 / 3]])
    >>> elementary_effects(sample, np.array([[0.0], [2.0], [1.0]]), levels=4).round(6).tolist()
    [[[3.0]], [[-1.5]]]
    """
    parameters = sample.shape[1]
    owners = [str(column) for column in range(parameters)] if owners is None else owners
    factors = [*dict.fromkeys(owners)]
    length = len(factors) + 1
    if len(sample) % length or len(sample) != len(values) or not len(sample):
        raise ValueError(
            f"expected trajectories of {length} points for {len(factors)} parameters or groups, got {len(sample)} rows"
        )
    steps = np.diff(sample.reshape(-1, length, parameters), axis=1)
    moved = steps != 0.0
    when = moved.argmax(axis=1)
    first = when[:, [owners.index(factor) for factor in factors]]
    apart = (np.sort(first, axis=1) == np.arange(len(factors))).all()
    together = (when == first[:, [factors.index(owner) for owner in owners]]).all()
    if not ((moved.sum(axis=1) == 1).all() and apart and together):
        raise ValueError("the points are no Morris trajectories: each must change every parameter once, one at a time")
    differences = np.diff(values.reshape(-1, length, values.shape[1]), axis=1)
    # A step down counts backwards: every effect is that of a rise.
    signs = np.take_along_axis(np.sign(steps), when[:, None, :], axis=1)[:, 0]
    effects = signs[:, :, None] * np.take_along_axis(differences, when[:, :, None], axis=1)
    delta = levels / (2.0 * (levels - 1.0))
    return np.asarray(effects.swapaxes(0, 1) / delta)
