"""PRIM: boxes in the space of parameters in which an outcome is mostly of interest (Friedman & Fisher 1999).

Peeling as there, by the gain of density for each point given up; instead of pasting, the box that is chosen is freed
of limits that chance explains. Choice and test of limits as in Bryant & Lempert (2010). Written here because the
library that has it loads four plotting packages and changed its interface between versions; a test takes its steps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

PEEL = 0.05
"""Share of the points in a box that one step cuts off."""
LEAST_SHARE = 0.05
LEAST_POINTS = 10
"""A box keeps at least this share of all points, and this many."""
SURE = 0.05
"""A limit is kept if chance alone would do as well with no more than this probability."""


class Box(NamedTuple):
    """Limits of a box: ``low`` and ``high`` (parameters), infinite where a parameter is free."""

    low: np.ndarray
    high: np.ndarray

    def holds(self, sample: np.ndarray) -> np.ndarray:
        """Return which points of ``sample`` (points, parameters) lie inside."""
        return np.asarray(((sample >= self.low) & (sample <= self.high)).all(axis=1))

    def limited(self) -> np.ndarray:
        """Return the parameters that the box limits, as indices."""
        return np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high))


class Score(NamedTuple):
    """How good a box is: ``coverage``, the share of all cases of interest inside; ``density``, their share inside it.

    ``mass`` is the share of all points inside; ``points`` how many.
    """

    coverage: float
    density: float
    mass: float
    points: int


def score(box: Box, sample: np.ndarray, interest: np.ndarray) -> Score:
    """Return the score of a box on ``sample`` (points, parameters) with ``interest`` (points) of bool."""
    inside = box.holds(sample)
    hits, points = int(interest[inside].sum()), int(inside.sum())
    return Score(hits / max(int(interest.sum()), 1), hits / max(points, 1), points / len(sample), points)


def peel(sample: np.ndarray, interest: np.ndarray) -> list[Box]:
    """Return the boxes of one peeling trajectory, from the whole space to the smallest box, each a cut of the last."""
    parameters = sample.shape[1]
    box = Box(np.full(parameters, -np.inf), np.full(parameters, np.inf))
    trajectory = [box]
    least = max(LEAST_POINTS, int(LEAST_SHARE * len(sample)))
    while True:
        inside = box.holds(sample)
        options = [cut for one in range(parameters) for cut in _cuts(box, sample[inside], one)]
        best, best_gain = None, 0.0
        for option in options:
            kept = option.holds(sample)
            removed = inside.sum() - kept.sum()
            if kept.sum() < least or removed == 0:
                continue
            gain = (interest[kept].mean() - interest[inside].mean()) / removed
            if gain > best_gain:
                best, best_gain = option, gain
        if best is None:
            return trajectory
        box = best
        trajectory.append(box)


def _cuts(box: Box, inside: np.ndarray, one: int) -> list[Box]:
    """Return the two boxes without the lowest and without the highest values of a parameter."""
    column = inside[:, one]
    if np.ptp(column) == 0.0:
        return []
    low_edge, high_edge = np.quantile(column, [PEEL, 1.0 - PEEL])
    above = column[column > low_edge].min() if (column > low_edge).any() else column.max()
    below = column[column < high_edge].max() if (column < high_edge).any() else column.min()
    low, high = box.low.copy(), box.high.copy()
    low[one], high[one] = above, below
    return [Box(low, box.high), Box(box.low, high)]


def chosen(trajectory: list[Box], sample: np.ndarray, interest: np.ndarray) -> Box:
    """Return the box that separates best, freed of limits that chance explains.

    Best is the greatest difference of the share of all cases inside and of all other points inside (Youden's index),
    which does not depend on how common the cases are.
    """
    cases, others = max(int(interest.sum()), 1), max(int((~interest).sum()), 1)

    def balance(box: Box) -> float:
        inside = box.holds(sample)
        return float(interest[inside].sum() / cases - (~interest[inside]).sum() / others)

    best = max(trajectory, key=balance)
    while True:
        doubts = [(one, chance_of_limit(best, one, sample, interest)) for one in best.limited()]
        worst = max(doubts, key=lambda doubt: doubt[1], default=(0, 0.0))
        if worst[1] <= SURE:
            return best
        best = _freed(best, int(worst[0]))


def _freed(box: Box, one: int) -> Box:
    low, high = box.low.copy(), box.high.copy()
    low[one], high[one] = -np.inf, np.inf
    return Box(low, high)


def chance_of_limit(box: Box, one: int, sample: np.ndarray, interest: np.ndarray) -> float:
    """Return the probability that chance does as well as a limit on parameter ``one``: a one-sided binomial test.

    Null hypothesis: inside the box as dense as in the box without this limit.
    """
    inside, freed = box.holds(sample), _freed(box, one).holds(sample)
    hits, points = int(interest[inside].sum()), int(inside.sum())
    if not points or not freed.any():
        return 1.0
    return float(stats.binom.sf(hits - 1, points, interest[freed].mean()))
