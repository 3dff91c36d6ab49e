"""Parameters that decide, and their thresholds: they separate where a claim holds from where it does not.

A search for splits on ranks: for each parameter the threshold that best separates the scores, three parameters in
turn, each on what the ones before leave unexplained on either side. Whether a split is more than chance is judged
against the best split that any parameter gives on shuffled scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from .verdicts import HOLDS

CLIP = 3.0
"""Scores are clipped to so many bands: beyond, a claim holds or fails no more for being larger (assumption)."""
LEAST = 0.1
"""A split leaves at least this share of the samples on either side (assumption)."""
SHUFFLES = 200
FITTED, BOXES = 0.5, 3


class Decider(NamedTuple):
    """One parameter that decides: where it turns, and how often the claim holds below and above.

    ``low`` and ``high`` bound the threshold (middle 80 % over resampled points); ``explained`` is the share of the
    variance of the score; ``chance`` the chance that shuffled scores give as good a split with any parameter.
    """

    parameter: str
    threshold: float
    low: float
    high: float
    holds_below: float
    holds_above: float
    explained: float
    chance: float


class DecidingRegion(NamedTuple):
    """A box of the space: bounds by parameter, and how much of it belongs to the class, in samples held back."""

    bounds: dict[str, tuple[float, float]]
    share: float
    low: float
    samples: int
    covered: float


def _best_splits(order: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each parameter the rise of explained variance of its best split, and the place of that split.

    ``order`` (parameter, sample) sorts the samples by each parameter; ``score`` (sample,) is centred here.
    """
    count = len(score)
    sums = np.cumsum((score - score.mean())[order], axis=1)[:, :-1]
    left = np.arange(1, count)
    # Centred scores sum to nothing: the right side has minus the sum of the left.
    gain = sums**2 / left + sums**2 / (count - left)
    margin = max(1, int(LEAST * count))
    gain[:, : margin - 1] = 0.0
    gain[:, count - margin :] = 0.0
    places = gain.argmax(axis=1)
    return gain[np.arange(len(order)), places], places


def _threshold(column: np.ndarray, order: np.ndarray, place: int) -> float:
    return float((column[order[place]] + column[order[place + 1]]) / 2.0)


def deciders(
    sample: np.ndarray, names: Sequence[str], score: np.ndarray, classes: np.ndarray, number: int = 3
) -> tuple[Decider, ...]:
    """Return the ``number`` parameters that decide, the strongest first; ``sample`` is (sample, parameter).

    ``names`` are those of its columns, each in its own unit; ``score`` (sample,) is in bands, ``classes`` (sample,)
    says whether the claim holds there. Empty for fewer than ten known scores and where they do not differ.

    >>> sample = np.column_stack([np.linspace(0.0, 1.0, 20), np.tile([0.0, 1.0], 10)])
    >>> score = np.where(sample[:, 0] > 0.5, 2.0, -2.0)
    >>> (found,) = deciders(sample, ["mandate_detail", "party"], score, np.sign(score), number=1)
    >>> found.parameter, round(found.threshold, 6), found.holds_below, found.holds_above
    ('mandate_detail', 0.5, 0.0, 1.0)
    """
    known = np.isfinite(score)
    sample, classes = sample[known], classes[known]
    target = np.clip(score[known], -CLIP, CLIP)
    if len(target) < 10 or np.ptp(target) == 0.0:
        return ()
    order = np.argsort(sample, axis=0, kind="stable").T
    total = float(((target - target.mean()) ** 2).sum())
    found: list[Decider] = []
    residual, taken = target, np.zeros(len(names), dtype=bool)
    for _ in range(min(number, len(names))):
        gains, places = _best_splits(order, residual)
        gains[taken] = -1.0
        best = int(gains.argmax())
        taken[best] = True
        threshold = _threshold(sample[:, best], order[best], int(places[best]))
        low, high = _spread_of_threshold(sample[:, best], residual)
        above = sample[:, best] > threshold
        holds = classes == HOLDS
        below, over = float(holds[~above].mean()), float(holds[above].mean())
        chance = _chance(order, residual, float(gains[best]))
        found.append(Decider(names[best], threshold, low, high, below, over, float(gains[best]) / total, chance))
        # The next one is sought in what is left: a parameter that repeats this one explains nothing there.
        residual = residual - np.where(above, residual[above].mean(), residual[~above].mean())
    return tuple(found)


def _spread_of_threshold(column: np.ndarray, score: np.ndarray) -> tuple[float, float]:
    rng = np.random.default_rng(11)
    thresholds = []
    for _ in range(60):
        drawn = rng.integers(0, len(score), len(score))
        order = np.argsort(column[drawn], kind="stable")[None]
        _, place = _best_splits(order, score[drawn])
        thresholds.append(_threshold(column[drawn], order[0], int(place[0])))
    low, high = np.quantile(thresholds, (0.1, 0.9))
    return float(low), float(high)


def _chance(order: np.ndarray, score: np.ndarray, gain: float) -> float:
    rng = np.random.default_rng(13)
    # The best of all parameters: among many some split well by chance.
    best = np.array([_best_splits(order, rng.permutation(score))[0].max() for _ in range(SHUFFLES)])
    # The scores as they are count as one shuffle, so that no chance is ever zero.
    return float((1 + (best >= gain).sum()) / (1 + SHUFFLES))


def region(sample: np.ndarray, names: Sequence[str], member: np.ndarray, known: np.ndarray) -> DecidingRegion | None:
    """Return a box in which most samples belong (``member``), found on half of them and judged on the other half.

    ``sample`` is (sample, parameter) with columns ``names``; ``member`` and ``known`` (sample,) are of bool. Up to
    three cuts, each the one that raises the share of members most, while a tenth of the samples is left; None where no
    sample belongs. The share has a one-sided 95 % Clopper-Pearson bound (``low``), on the held-back half.

    >>> sample = np.linspace(0.0, 1.0, 40)[:, None]
    >>> box = region(sample, ["mandate_detail"], sample[:, 0] > 0.75, np.ones(40, dtype=bool))
    >>> round(box.share, 2), [round(bound, 2) for bound in box.bounds["mandate_detail"]]
    (0.83, [0.72, 1.0])
    """
    sample, member = sample[known], member[known]
    # Half is held back: on the samples that shaped it a box looks better than it is.
    fitted = np.arange(len(member)) % 2 == 0
    if not member[fitted].any():
        return None
    bounds: dict[int, tuple[float, float]] = {}
    inside = fitted.copy()
    least = max(4, int(LEAST * fitted.sum()))
    for _ in range(BOXES):
        cut = _best_cut(sample, member, inside, least)
        if cut is None:
            break
        place, low, high = cut
        former = bounds.get(place, (-np.inf, np.inf))
        bounds[place] = (max(former[0], low), min(former[1], high))
        inside &= (sample[:, place] > low) & (sample[:, place] <= high)
    held = ~fitted
    for place, (low, high) in bounds.items():
        held &= (sample[:, place] > low) & (sample[:, place] <= high)
    count, hits = int(held.sum()), int((member & held).sum())
    bound = float(stats.beta.ppf(0.05, hits, count - hits + 1)) if hits else 0.0
    named = {
        names[place]: (max(low, float(sample[:, place].min())), min(high, float(sample[:, place].max())))
        for place, (low, high) in bounds.items()
    }
    return DecidingRegion(
        named, hits / count if count else float("nan"), bound, count, hits / max(1, int(member[~fitted].sum()))
    )


def _best_cut(
    sample: np.ndarray, member: np.ndarray, inside: np.ndarray, least: int
) -> tuple[int, float, float] | None:
    """Return (parameter, low, high) of the half-line that keeps the largest share of members, or None if none helps."""
    rows = np.flatnonzero(inside)
    if len(rows) <= least:
        return None
    best, found = float(member[rows].mean()), None
    for place in range(sample.shape[1]):
        order = rows[np.argsort(sample[rows, place], kind="stable")]
        hits = np.cumsum(member[order])
        for keep in {max(least, int(share * len(rows))) for share in (0.25, 0.4, 0.55, 0.7)}:
            if keep >= len(rows):
                continue
            below, above = hits[keep - 1] / keep, (hits[-1] - hits[len(rows) - keep - 1]) / keep
            # By more than rounding, or equal shares would be told apart by it.
            if below > best + 1e-9:
                best, found = below, (place, -np.inf, float(sample[order[keep - 1], place]))
            if above > best + 1e-9:
                best, found = above, (place, float(sample[order[len(rows) - keep - 1], place]), np.inf)
    return found
