"""PRIM: boxes in the space of parameters in which an outcome is mostly of interest (Friedman & Fisher 1999).

The library ema_workbench peels; its pasting, which would widen the last box of all, is left out. Here is what it leaves
to its user: which box of a peeling to take, which of its limits chance explains (choice and test as in Bryant & Lempert
2010), and how good the box is on points that did not make it.
"""

from __future__ import annotations

import warnings
from inspect import signature
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

PEEL = 0.05
"""Share of the points in a box that one step cuts off (the default of the library)."""
LEAST_SHARE = 0.05
LEAST_POINTS = 10
"""A box keeps at least this share of all points, and this many (assumptions)."""
SURE = 0.05
"""A limit is kept if chance alone would do as well with no more than this probability (assumption)."""


class Box(NamedTuple):
    """Limits of a box: ``low`` and ``high`` (parameters), infinite where a parameter is free."""

    low: np.ndarray
    high: np.ndarray

    def holds(self, sample: np.ndarray) -> np.ndarray:
        """Return which points of ``sample`` (points, parameters) lie inside, (points,) of bool.

        >>> Box(np.array([0.5, -np.inf]), np.array([1.0, np.inf])).holds(np.array([[0.2, 0.9], [0.7, 0.1]])).tolist()
        [False, True]
        """
        return np.asarray(((sample >= self.low) & (sample <= self.high)).all(axis=1))

    def holds_columns(self, sample: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Return which points of ``sample`` (points, parameters) lie within the limits on the columns at ``places``.

        >>> box = Box(np.array([0.5, -np.inf]), np.array([1.0, 0.2]))
        >>> box.holds_columns(np.array([[0.7, 0.9], [0.2, 0.1]]), np.array([1])).tolist()
        [False, True]
        """
        return Box(self.low[places], self.high[places]).holds(sample[:, places])

    def limited(self) -> np.ndarray:
        """Return the indices of the parameters that the box limits, (parameter,) for each that it does.

        >>> Box(np.array([0.5, -np.inf]), np.array([1.0, np.inf])).limited().tolist()
        [0]
        """
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
    """Return the score of a box on ``sample`` (points, parameters) with ``interest`` (points,) of bool.

    >>> box, sample = Box(np.array([0.5]), np.array([np.inf])), np.array([[0.2], [0.4], [0.6], [0.8]])
    >>> score(box, sample, np.array([True, False, False, True]))
    Score(coverage=0.5, density=0.5, mass=0.5, points=2)
    """
    inside = box.holds(sample)
    hits, points = int(interest[inside].sum()), int(inside.sum())
    return Score(hits / max(int(interest.sum()), 1), hits / max(points, 1), points / len(sample), points)


def peel(sample: np.ndarray, interest: np.ndarray) -> list[Box]:
    """Return the boxes of the library's peeling, from the whole space to the smallest box, each a cut of the last.

    ``sample`` is (points, parameters), each column in its own unit, as are the limits; ``interest`` (points,) of bool.
    Raises ModuleNotFoundError, naming the extra to install, without ema_workbench.

    >>> sample = np.linspace(0.0, 1.0, 100)[:, np.newaxis]
    >>> smallest = peel(sample, interest=sample[:, 0] >= 0.7)[-1]
    >>> bool(smallest.low[0] >= 0.7), smallest.high.tolist()
    (True, [inf])
    """
    prim = _library()
    if interest.all() or not interest.any():  # nothing to separate: the library refuses such a sample
        return [Box(np.full(sample.shape[1], -np.inf), np.full(sample.shape[1], np.inf))]
    least = max(LEAST_POINTS, int(LEAST_SHARE * len(sample)))
    # Version 2 wants the least density of a box, by which it also tells cases (1) from others (0); version 3 does not.
    density = {"threshold": 1e-9} if "threshold" in signature(prim).parameters else {}
    with warnings.catch_warnings():
        # Ways to call pandas that a later pandas will drop: for the authors of the library, not for who seeks boxes.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        found = prim(
            pd.DataFrame(sample, dtype=float),
            interest.astype(int),
            peel_alpha=PEEL,
            mass_min=least / len(sample),
            **density,
        ).find_box()
    sizes = found.peeling_trajectory["n"].to_numpy(dtype=float)
    pasted = np.flatnonzero(np.diff(sizes) > 0.0)  # peeling makes boxes smaller; what makes one larger is pasting
    steps = found.box_lims[: pasted[0] + 1] if len(pasted) else found.box_lims
    return [_box(limits.to_numpy(dtype=float), found.box_lims[0].to_numpy(dtype=float)) for limits in steps]


def _library() -> Any:
    """Return the library's class. Its import warns of optional packages and sets the colours of matplotlib."""
    try:
        import matplotlib as mpl

        with warnings.catch_warnings(), mpl.rc_context():
            warnings.simplefilter("ignore")
            from ema_workbench.analysis.prim import Prim
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'scenario discovery needs ema-workbench; install it with: pip install "tredegar[discovery]"'
        ) from error
    return Prim


def _box(limits: np.ndarray, whole: np.ndarray) -> Box:
    """Return a box of the library, which limits every parameter: one at the end of the sample is none."""
    low, high = limits
    return Box(np.where(low == whole[0], -np.inf, low), np.where(high == whole[1], np.inf, high))


def chosen(trajectory: list[Box], sample: np.ndarray, interest: np.ndarray) -> Box:
    """Return the box that separates best, freed of limits that chance explains.

    ``sample`` is (points, parameters), ``interest`` (points,) of bool. Best is the greatest difference of the share of
    all cases inside and of all other points inside (Youden's index), which does not depend on how common the cases are.

    >>> sample = np.linspace(0.0, 1.0, 20)[:, None]
    >>> trajectory = [Box(np.array([low]), np.array([np.inf])) for low in (-np.inf, 0.3, 0.5, 0.7)]
    >>> chosen(trajectory, sample, sample[:, 0] > 0.5).low.tolist()
    [0.5]
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
        # One at a time: without one limit the others may prove needed.
        best = freed(best, int(worst[0]))


def freed(box: Box, one: int | np.ndarray) -> Box:
    """Return the box without its limits on parameter ``one``, or on several, (parameter,).

    >>> freed(Box(np.array([0.5, 0.2]), np.array([1.0, 1.0])), 0).limited().tolist()
    [1]
    """
    low, high = box.low.copy(), box.high.copy()
    low[one], high[one] = -np.inf, np.inf
    return Box(low, high)


def chance_of_limit(box: Box, one: int, sample: np.ndarray, interest: np.ndarray) -> float:
    """Return the probability that chance does as well as a limit on parameter ``one``: a one-sided binomial test.

    ``sample`` is (points, parameters), ``interest`` (points,) of bool. Null hypothesis: inside the box as dense as in
    the box without this limit. The library tests each end of a limit by itself, on the points of one box; this is the
    same test of both ends together, on whatever points. A guide to peeling, and no test that keeps its promise: it
    takes points for independent, also those of one base point, and the same points chose the limit. Limits are judged
    by :func:`~tredegar.results.discovery.scores.chance_denser`, on others.

    >>> box, sample = Box(np.array([0.5]), np.array([np.inf])), np.linspace(0.0, 1.0, 10)[:, None]
    >>> round(chance_of_limit(box, 0, sample, sample[:, 0] > 0.5), 4)
    0.0312
    """
    inside, wider = box.holds(sample), freed(box, one).holds(sample)
    hits, points = int(interest[inside].sum()), int(inside.sum())
    if not points or not wider.any():
        return 1.0
    # At least as many hits: sf leaves out the number itself.
    return float(stats.binom.sf(hits - 1, points, interest[wider].mean()))
