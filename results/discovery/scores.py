"""Scores on held-out points: shares with intervals, and tests of a limit, both by the units that points were drawn in.

Rows of a base point, a trajectory or a point that a table repeats depend on each other. Their number is divided by the
design effect: how much more a share scatters over units than over as many independent points (Kish 1965).
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from ..intervals import LEVEL

HELD_OUT = 3
"""One unit in so many is held out (assumption)."""


def held_out_points(units: np.ndarray) -> np.ndarray:
    """Return which points (points,) of bool judge what the others make: a third of the units, drawn at random.

    ``units`` (points,) numbers the unit of each point. A unit is never on both sides. The draw has one seed, so that a
    store has one set of boxes.

    >>> held_out_points(np.array([0, 0, 1, 1, 2, 2])).tolist()
    [False, False, False, False, True, True]
    """
    known, place = np.unique(units, return_inverse=True)
    # Drawn, since neighbours in a design are alike.
    order = np.random.default_rng(0).permutation(len(known))
    judged = np.zeros(len(known), dtype=bool)
    judged[order[: len(known) // HELD_OUT]] = True
    return np.asarray(judged[place])


def share_interval(hits: np.ndarray, among: np.ndarray, units: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """Return the interval of the share of ``hits`` in ``among``, both (points,) of bool, by ``units`` (points,).

    Wilson's interval (1927), of as many points as remain after the design effect, which is taken from the scatter of
    the units and is at least 1 (Korn and Graubard 1998; Franco, Little, Louis and Slud 2019). Where no scatter is to be
    seen, because all points are hits or none is, each unit counts once. Student's t of the units stands in for the
    normal where units have several points. From 0 to 1 where fewer than two units tell.

    >>> hits, among = np.arange(20) < 5, np.ones(20, dtype=bool)
    >>> [round(bound, 3) for bound in share_interval(hits, among, np.arange(20))]
    [0.112, 0.469]
    >>> [round(bound, 3) for bound in share_interval(hits, among, np.arange(20) // 5)]
    [0.016, 0.869]
    """
    told = _told(hits, among, units)
    if told is None:
        return 0.0, 1.0
    share, points, freedom = told
    return _wilson(share, points, float(stats.t.ppf(0.5 + level / 2.0, freedom)))


def chance_of_share(hits: np.ndarray, among: np.ndarray, units: np.ndarray, base: float) -> float:
    """Return the probability of at least so great a share of ``hits`` in ``among`` where it is ``base``.

    The first three are (points,), two of bool. An exact binomial test (Clopper and Pearson 1934) of as many points as
    remain after the design effect and Student's t (Korn and Graubard 1998): where cases are rare or points few, the low
    end of Wilson's interval lies above the truth too often. 1 where fewer than two units tell.

    >>> hits, among = np.arange(20) < 5, np.ones(20, dtype=bool)
    >>> round(chance_of_share(hits, among, np.arange(20), 0.1), 4)
    0.0432
    >>> round(chance_of_share(hits, among, np.arange(20) // 5, 0.1), 4)
    0.6378
    """
    told = _told(hits, among, units)
    if told is None:
        return 1.0
    share, points, freedom = told
    points *= float((stats.norm.ppf(0.5 + LEVEL / 2.0) / stats.t.ppf(0.5 + LEVEL / 2.0, freedom)) ** 2)
    found = share * points
    return float(stats.beta.cdf(base, found, points - found + 1.0)) if found > 0.0 else 1.0


def _told(hits: np.ndarray, among: np.ndarray, units: np.ndarray) -> tuple[float, float, float] | None:
    """Return the share, how many independent points tell it, and the degrees of freedom; None of a single unit."""
    part, whole = _by_unit(hits & among, among, units)
    points = float(whole.sum())
    if len(whole) < 2:
        return None
    share = float(part.sum() / points)
    if points == len(whole):
        return share, points, float(np.inf)
    return share, _independent(part, whole, share), len(whole) - 1.0


def _by_unit(part: np.ndarray, whole: np.ndarray, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many points of each unit are in ``part`` and in ``whole``, for units that have any in ``whole``."""
    _, place = np.unique(units, return_inverse=True)
    sums = [np.bincount(place, weights=one) for one in (part, whole)]
    return sums[0][sums[1] > 0], sums[1][sums[1] > 0]


def _independent(part: np.ndarray, whole: np.ndarray, share: float) -> float:
    """Return how many independent points would tell a share as well as these units do."""
    points, units = float(whole.sum()), len(whole)
    alone = share * (1.0 - share) / points
    if alone <= 0.0:
        return float(units)
    scatter = float(((part - share * whole) ** 2).sum()) / points**2 * units / (units - 1)
    return points / max(scatter / alone, 1.0)


def _wilson(share: float, points: float, far: float) -> tuple[float, float]:
    middle, half = (
        share + far**2 / (2.0 * points),
        far * np.sqrt(share * (1.0 - share) / points + far**2 / (4.0 * points**2)),
    )
    scale = 1.0 + far**2 / points
    return max(0.0, float((middle - half) / scale)), min(1.0, float((middle + half) / scale))


def chance_denser(inside: np.ndarray, outside: np.ndarray, interest: np.ndarray, units: np.ndarray) -> float:
    """Return the probability that points ``inside`` are so much denser than those ``outside`` if both are alike.

    All are (points,), the first three of bool. A one-sided score test of two shares: the variance is that of the units
    about the common share, Student's t has their number less one degrees of freedom. 1 where one side has no point.

    >>> inside, units = np.arange(40) < 20, np.arange(40)
    >>> round(chance_denser(inside, ~inside, np.arange(40) < 15, units), 6)
    9e-06
    >>> chance_denser(inside, ~inside, np.zeros(40, dtype=bool), units)
    1.0
    """
    if not inside.any() or not outside.any():
        return 1.0
    both = inside | outside
    weight = np.where(inside, 1.0 / inside.sum(), 0.0) - np.where(outside, 1.0 / outside.sum(), 0.0)
    gap = float((weight * interest).sum())
    _, place = np.unique(units[both], return_inverse=True)
    scores = np.bincount(place, weights=(weight * (interest - interest[both].mean()))[both])
    variance, freedom = float((scores**2).sum()), len(scores) - 1
    if freedom < 1 or variance <= 0.0:
        return 1.0
    return float(stats.t.sf(gap / np.sqrt(variance), freedom))
