"""Share of chance in the variance of single runs, with a generalised confidence interval.

Var(run) = variance between points of what infinitely many replicates would give + mean variance at a point. Intervals
are made of generalised pivots (Weerahandi 1993, Journal of the American Statistical Association 88:899): each mean
square is divided by a draw of chi-squared over its degrees of freedom, and the share is worked out of what comes. The
degrees of freedom are those that the scatter of a mean square tells (Satterthwaite 1946): points of a Saltelli design
or a trajectory depend on each other, a Latin hypercube is more even than chance, outcomes are not normal, and what
replicates share under common random numbers may differ from point to point. ``docs/statistics.md`` has the formulas.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from ..intervals import LEVEL
from .mean_intervals import Scatter, scatter_of_points

DRAWS = 1000
"""Draws of each pivot: the ends of an interval at 95 % lie at the 25th from both sides."""
BLOCK_COLUMNS = 32
"""Times that are done at once, so that large sweeps fit into memory."""
ROUNDING = 1e-12
"""Differences below this share of a value are those of sums of equal numbers."""


class ChanceShare(NamedTuple):
    """The share of chance in the variance of single runs, its interval, and the part that all points share: (times,).

    NaN where it is not known: no outcome varies, or, of all but the share itself, too few points or replicates.
    """

    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    shared: np.ndarray


def share_of_chance(
    means: np.ndarray, deviations: np.ndarray, scatter: Scatter, level: float = LEVEL, seed: int = 0
) -> ChanceShare:
    """Return the share of chance in the variance of single runs, with its interval of ``level``: (times,) each.

    ``means`` (points, times) are over replicates, ``deviations`` (points, replicates, times) those of the runs from
    them, both in one unit and finite; shares have none. ``scatter`` says how the points were drawn and what replicates
    share. ``seed`` is that of the draws. One replicate shows no chance: all is NaN. Where runs of a point never differ
    the share is 0 for sure.

    >>> drawn = Scatter(sampled=True, common=False, units=np.arange(4))
    >>> runs = np.array([[0.0, 2.0], [3.0, 5.0], [1.0, 3.0], [4.0, 6.0]])[:, :, None]
    >>> found = share_of_chance(runs.mean(axis=1), runs - runs.mean(axis=1, keepdims=True), drawn)
    >>> float(found.share[0].round(3)), bool(found.low[0] < 0.462 < found.high[0])
    (0.462, True)
    """
    times = means.shape[1]
    if deviations.shape[1] < 2 or not len(means):
        return ChanceShare(*np.full((4, times), np.nan))
    parts = [slice(at, at + BLOCK_COLUMNS) for at in range(0, times, BLOCK_COLUMNS)]
    found = [_of_block(means[:, part], deviations[:, :, part], scatter, level, seed) for part in parts]
    return ChanceShare(*(np.concatenate(each) for each in zip(*found, strict=True)))


class _Squares(NamedTuple):
    """Mean squares (times,): of the points, of what differs between runs of a point, of what all points share.

    ``centred`` (points, times) are the means about their own, ``runs`` (points, replicates, times) the deviations
    without what all points share.
    """

    points: np.ndarray
    runs_apart: np.ndarray
    shared: np.ndarray
    centred: np.ndarray
    runs: np.ndarray

    @property
    def at_point(self) -> np.ndarray:
        """The variance between the runs of each point, (points, times)."""
        return np.asarray((self.runs**2).sum(axis=1) / (self.runs.shape[1] - 1))


def _of_block(means: np.ndarray, deviations: np.ndarray, scatter: Scatter, level: float, seed: int) -> ChanceShare:
    squares = _squares(means, deviations, scatter)
    points, replicates = deviations.shape[:2]
    shared = np.maximum(squares.shared - squares.runs_apart / points, 0.0)
    noise = squares.runs_apart + shared
    total = noise + np.maximum(squares.points - squares.runs_apart / replicates, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share, of_all = (np.where(total > 0.0, part / total, np.nan) for part in (noise, shared))
        drawn = _drawn_shares(squares, scatter, seed)
    low, high = np.quantile(drawn, [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=0)
    # Runs that never differ leave nothing to draw.
    still = (total > 0.0) & (noise == 0.0)
    low, high = (np.where(still, 0.0, np.where(total > 0.0, end, np.nan)) for end in (low, high))
    return ChanceShare(share, low, high, of_all)


def _squares(means: np.ndarray, deviations: np.ndarray, scatter: Scatter) -> _Squares:
    points, replicates = deviations.shape[:2]
    centred, runs = means - means.mean(axis=0), deviations.astype(np.float64)
    limit = ROUNDING * np.abs(means).max(axis=0)
    centred = np.where(np.abs(centred).max(axis=0) > limit, centred, 0.0)
    runs = np.where(np.abs(runs).max(axis=(0, 1)) > limit, runs, 0.0)
    of_all = runs.mean(axis=0) if scatter.common else np.zeros(runs.shape[1:])
    runs = runs - of_all
    # Sampled points stand for more of them: their own mean is nearer to them than that of all.
    between = (centred**2).mean(axis=0)
    if scatter.sampled:
        between = between + np.nan_to_num(scatter_of_points(centred, scatter).variance)
    count = points - 1 if scatter.common and scatter.sampled and points > 1 else points
    apart = (runs**2).sum(axis=(0, 1)) / (count * (replicates - 1))
    return _Squares(between, apart, (of_all**2).sum(axis=0) / (replicates - 1), centred, runs)


class _Errors(NamedTuple):
    """Relative variances of two mean squares, of points and of runs apart, and their covariance: (draws, times)."""

    points: np.ndarray
    runs: np.ndarray
    both: np.ndarray


def _drawn_shares(squares: _Squares, scatter: Scatter, seed: int) -> np.ndarray:
    """Return draws of the share, (draws, times), by pivots of the mean squares."""
    draw = np.random.default_rng(seed)
    points, replicates = squares.runs.shape[:2]
    first, second = draw.standard_normal((2, DRAWS, 1))
    errors = _of_the_draw_of_points(squares, scatter, draw)
    chance = _of_common_chance if scatter.common else _of_independent_chance
    errors = chance(squares, scatter, errors, draw)
    # No fewer degrees of freedom than one replicate has, no more than independent runs of one variance have.
    fewest, most = replicates - 1.0, points * (replicates - 1.0)
    of_runs = np.clip(2.0 / errors.runs, fewest, most)
    tied = np.clip(np.nan_to_num(errors.both / np.sqrt(errors.points * errors.runs)), -0.99, 0.99)
    between = squares.points * _pivot(np.maximum(2.0 / errors.points, 1.0), first)
    apart = np.where(
        squares.runs_apart > 0.0,
        squares.runs_apart * _pivot(of_runs, tied * first + np.sqrt(1.0 - tied**2) * second), 0.0,
    )  # fmt: skip
    of_all = squares.shared * (replicates - 1) / draw.chisquare(replicates - 1, (DRAWS, 1)) - apart / points
    noise = apart + (np.maximum(of_all, 0.0) if scatter.common else 0.0)
    return np.asarray(noise / (noise + np.maximum(between - apart / replicates, 0.0)))


def _pivot(freedom: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Return degrees of freedom over the quantile of chi-squared that has the probability of ``normal``."""
    return np.asarray(freedom / 2.0 / special.gammaincinv(freedom / 2.0, special.ndtr(normal)))


def _of_the_draw_of_points(squares: _Squares, scatter: Scatter, draw: np.random.Generator) -> _Errors:
    """What other points would have given: the scatter of squares over the units of the design; nothing on a grid."""
    times = len(squares.points)
    if not scatter.sampled:
        return _Errors(*np.zeros((3, DRAWS, times)))
    between = squares.centred**2 / squares.points
    apart = np.nan_to_num(squares.at_point / squares.runs_apart)
    found = scatter_of_points(np.column_stack([between, apart, between + apart, between - apart]), scatter)
    freedom = found.freedom[0]
    again = freedom / draw.chisquare(freedom, (DRAWS, 1)) if np.isfinite(freedom) else np.nan
    alone, of_runs, added, taken = np.split(found.variance, 4)
    return _Errors(*(again * part for part in (alone, of_runs, (added - taken) / 4.0)))


def _of_independent_chance(squares: _Squares, scatter: Scatter, errors: _Errors, draw: np.random.Generator) -> _Errors:
    """Chance of each run by itself: it is in the scatter of sampled points; that of a grid is worked out.

    Few sampled points may scatter less than their chance alone does: that is the least.
    """
    points, replicates = squares.runs.shape[:2]
    left = squares.runs_apart / replicates / squares.points  # the share of chance in the variance of the means
    if scatter.sampled:
        least = (4.0 * np.maximum(1.0 - left, 0.0) * left + 2.0 * left**2) / points
        return errors._replace(points=np.maximum(errors.points, least))
    own = squares.at_point
    fourth = (own**2).mean(axis=0)  # of which the mean is sigma^4 (R + 1) / (R - 1)
    cross = 4.0 * (squares.centred**2 * own).mean(axis=0) / replicates
    cross -= 2.0 * fourth * (replicates - 1) / (replicates + 1) / replicates**2
    return errors._replace(
        points=errors.points + np.maximum(cross / squares.points**2, 2.0 * left**2) / points,
        runs=errors.runs + np.nan_to_num(2.0 * fourth / (replicates + 1) / points / squares.runs_apart**2),
    )


def _of_common_chance(squares: _Squares, scatter: Scatter, errors: _Errors, draw: np.random.Generator) -> _Errors:
    """Chance that replicates share: few draws of a function of the points, however many these are."""
    points, replicates = squares.runs.shape[:2]
    freedom = replicates - 1
    moves = 2.0 * np.einsum("pt,prt->rt", squares.centred, squares.runs) / points
    moved = moves.var(axis=0, ddof=1) / replicates / squares.points**2
    extent = _extent(squares, draw)
    own = squares.at_point**2
    alone = np.nan_to_num(2.0 * own.mean(axis=0) / (replicates + 1) / points / squares.runs_apart**2)
    return errors._replace(
        points=errors.points
        + moved * freedom / draw.chisquare(freedom, (DRAWS, 1))
        + 2.0 * extent * (squares.runs_apart / replicates / squares.points) ** 2,
        # The scatter of points holds that of their runs, which counts here by itself.
        runs=np.maximum(errors.runs - alone, 0.0) + 2.0 * extent / freedom,
    )


def _extent(squares: _Squares, draw: np.random.Generator) -> np.ndarray:
    """Return draws of one over the number of independent parts that a replicate has, (draws, times).

    By how far the products of contrasts of replicates are from those of equal and independent ones (as Bai and
    Saranadasa 1996, Statistica Sinica 6:311). One, where a replicate does the same to all points, is left out before.
    With two replicates there is nothing to compare: Assumption: runs of a point are independent of those of others.
    """
    points, replicates, times = squares.runs.shape
    least = 1.0 / max(points - 1, 1)
    if replicates < 3:
        return np.full((DRAWS, times), least)
    products = np.einsum("prt,pst->rst", squares.runs, squares.runs)
    freedom = (replicates - 2) * (replicates + 1) / 2.0
    mean = np.trace(products) / (replicates - 1)
    # The deviations of R replicates span R - 1 contrasts: of the identity of these R, 1 / R is taken away.
    even = np.eye(replicates) - 1.0 / replicates
    apart = ((products - mean * even[:, :, None]) ** 2).sum(axis=(0, 1)) / (2.0 * freedom)
    found = np.nan_to_num(apart / mean**2)
    return np.asarray(np.clip(found * freedom / draw.chisquare(freedom, (DRAWS, 1)), least, 1.0))


__all__ = ["ChanceShare", "share_of_chance"]
