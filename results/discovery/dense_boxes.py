"""Boxes of the space in which members of a class are denser than everywhere, told only where points held back show it.

A box of few limits is made on two thirds of the points and judged on the other third: on the points that shaped it a
box looks better than it is. It is no box to be told unless the low end of its density exceeds the share everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from .scores import held_out_points

MOST_LIMITS = 3
LEAST = 0.1
"""A box keeps at least this share of the points that make it, and four (assumptions)."""
KEPT = (0.25, 0.4, 0.55, 0.7)
"""Shares of a box that a limit may keep (assumption)."""
CLEAR = 2.0
"""A limit raises the density by at least so many standard deviations of a share drawn at random (assumption)."""
DOUBT = 0.05
LEAST_JUDGED = 4
"""No box is told by fewer points held back (assumption): two that are members prove it denser than a fifth."""


class DenseBox(NamedTuple):
    """A box: its ``bounds`` by parameter, in its unit, and what the points held back say of it.

    ``share``: that of members among the ``points`` of them inside; ``low``: the low end of its one-sided 95 % interval;
    ``everywhere``: their share among all points; ``covered``: which share of the members held back is inside.
    """

    bounds: dict[str, tuple[float, float]]
    share: float
    low: float
    points: int
    everywhere: float
    covered: float

    @property
    def denser(self) -> bool:
        """Whether members are surely denser inside than everywhere, by enough points."""
        return self.points >= LEAST_JUDGED and self.low > self.everywhere


def find_dense_box(sample: np.ndarray, names: Sequence[str], member: np.ndarray) -> DenseBox | None:
    """Return the box of :func:`make_box` if it is denser than everywhere, else None.

    ``sample`` is (point, parameter) with columns ``names``, in their units; ``member`` is (point,) of bool. Where
    membership has nothing to do with the parameters, a box is returned with a probability of at most 5 %. Assumption:
    points are drawn independently.

    >>> sample = np.random.default_rng(1).random((80, 2))
    >>> box = find_dense_box(sample, ["mandate_detail", "solidarity"], sample[:, 0] > 0.6)
    >>> [round(bound, 1) for bound in box.bounds["mandate_detail"]], box.share, box.everywhere
    ([0.6, 1.0], 1.0, 0.4125)
    >>> find_dense_box(sample, ["mandate_detail", "solidarity"], np.arange(80) % 2 == 0) is None
    True
    """
    box = make_box(sample, names, member)
    return box if box is not None and box.denser else None


def make_box(sample: np.ndarray, names: Sequence[str], member: np.ndarray) -> DenseBox | None:
    """Return a box with many members, whether or not it is denser than everywhere; None where no limit helps.

    ``sample`` is (point, parameter) with columns ``names``, in their units; ``member`` is (point,) of bool. Up to three
    limits, one after the other, each the one that raises the density most, in standard deviations of what a limit on a
    parameter that does nothing would do. The low end is that of Clopper and Pearson (1934), on the points held back.

    >>> sample = np.linspace(0.0, 1.0, 60)[:, None]
    >>> box = make_box(sample, ["mandate_detail"], sample[:, 0] > 0.75)
    >>> box.points, round(box.share, 2), round(box.low, 2), box.everywhere
    (3, 1.0, 0.37, 0.25)
    """
    held = held_out_points(np.arange(len(member)))
    limits = _limits(sample[~held], member[~held])
    if not limits:
        return None
    inside = held & np.all([_within(sample, *limit) for limit in limits], axis=0)
    points, hits = int(inside.sum()), int((member & inside).sum())
    return DenseBox(
        bounds=_bounds(sample, names, limits),
        share=hits / points if points else float("nan"),
        low=float(stats.beta.ppf(DOUBT, hits, points - hits + 1)) if hits else 0.0,
        points=points,
        everywhere=float(member.mean()),
        covered=hits / max(1, int(member[held].sum())),
    )


_Limit = tuple[int, float, float]
"""A parameter by its place, and the values between which it lies: above the first, up to the second."""


def _within(sample: np.ndarray, place: int, low: float, high: float) -> np.ndarray:
    return np.asarray((sample[:, place] > low) & (sample[:, place] <= high))


def _bounds(sample: np.ndarray, names: Sequence[str], limits: Sequence[_Limit]) -> dict[str, tuple[float, float]]:
    bounds: dict[str, tuple[float, float]] = {}
    for place, low, high in limits:
        column = sample[:, place]
        former = bounds.get(names[place], (float(column.min()), float(column.max())))
        bounds[names[place]] = (max(former[0], low), min(former[1], high))
    return bounds


def _limits(sample: np.ndarray, member: np.ndarray) -> list[_Limit]:
    least = max(4, int(LEAST * len(member)))
    limits: list[_Limit] = []
    inside = np.ones(len(member), dtype=bool)
    while len(limits) < MOST_LIMITS:
        limit = _best_limit(sample[inside], member[inside], least)
        if limit is None:
            break
        limits.append(limit)
        inside &= _within(sample, *limit)
    return limits


def _best_limit(sample: np.ndarray, member: np.ndarray, least: int) -> _Limit | None:
    """Return the half-line of one parameter that raises the share of members most clearly, None if none does."""
    count, share = len(member), float(member.mean()) if len(member) else 0.0
    if not 0.0 < share < 1.0:
        return None
    order = np.argsort(sample, axis=0, kind="stable")
    hits = np.cumsum(member[order], axis=0)
    best, found = CLEAR, None
    for keep in sorted({max(least, int(part * count)) for part in KEPT}):
        if keep >= count:
            continue
        # A share of so many that are drawn from all of them without replacement scatters so.
        scatter = np.sqrt(share * (1.0 - share) / keep * (1.0 - keep / count))
        ends = {"low": hits[keep - 1] / keep, "high": (hits[-1] - hits[count - keep - 1]) / keep}
        for end, density in ends.items():
            place = int(density.argmax())
            # By more than rounding, or equal shares would be told apart by it.
            if (density[place] - share) / scatter > best + 1e-9:
                best = float((density[place] - share) / scatter)
                last = float(sample[order[keep - 1 if end == "low" else count - keep - 1, place], place])
                found = (place, -np.inf, last) if end == "low" else (place, last, np.inf)
    return found
