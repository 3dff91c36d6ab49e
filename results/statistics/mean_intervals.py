"""Means over points and replicates with intervals that heed how the points were drawn and what the replicates share.

Two things make a mean uncertain: chance, and the choice of points where these stand for a space. What each adds is
taken from what varied independently: replicates under common random numbers, runs under independent streams, samples
under paired ones; points of a Latin hypercube about an additive fit (Stein 1987; Owen 1992), base points of a Saltelli
design, trajectories, the samples of a table.
``docs/coverage.md`` has the coverage of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.polynomial import legendre

from ...datasets.inputs import Input
from ...store.random_streams import COMMON, PAIRED
from ..dataset import design_of
from ..intervals import LEVEL, Estimate, combined, mean_over, variance_of_mean
from ..random_numbers import sets_of_points

MOST_DEGREE = 4
POINTS_PER_TERM = 2
MOST_TERMS = 160
"""An additive fit has polynomials up to this degree in each parameter, as long as so many points fall to each term and
the terms are no more than these, whose fit takes seconds at 100,000 points (assumptions)."""


@dataclass(frozen=True, slots=True, eq=False)
class Scatter:
    """How the points of a mean were drawn and what its replicates share.

    ``sampled``: the points stand for a space. ``common``: replicates share random numbers over all points. ``units``
    (points,) numbers the points that were drawn together, such as a trajectory. ``additive`` (points, parameters), each
    column the probability of what lies below, scaled to -1..1, where the points are stratified in every parameter; None
    where they are not, or not all of them are there. ``sets`` (points,) numbers the points that share paired random
    streams; None under others. ``steps`` are, for each of the parameters, the probabilities at which the next of its
    few values begins; none of one that takes all values.
    """

    sampled: bool
    common: bool
    units: np.ndarray
    additive: np.ndarray | None = None
    sets: np.ndarray | None = None
    steps: tuple[np.ndarray, ...] = ()

    def of(self, members: np.ndarray) -> Scatter:
        """Return the scatter of some of the points, which are stratified no longer.

        ``members`` (points,) are their indices.

        >>> Scatter(sampled=True, common=True, units=np.array([0, 0, 1, 1])).of(np.array([0, 3])).units.tolist()
        [0, 1]
        """
        sets = None if self.sets is None else self.sets[members]
        return Scatter(self.sampled, self.common, self.units[members], None, sets)


def scatter_of(sweep: xr.Dataset) -> Scatter:
    """Return how the points of an opened sweep were drawn.

    Raises ValueError for a dataset that ``open_sweep`` did not open.

    >>> sampler = '{"method": "morris", "names": ["mandate_detail"], "bounds": [[0.0, 1.0]]}'
    >>> runs = {"status": (("point", "replicate"), [[1, 1], [1, 1], [1, 1], [1, 1]])}
    >>> varied = {"mandate_detail": ("point", [0.0, 0.7, 1.0, 0.3])}
    >>> scatter_of(xr.Dataset(runs, varied, {"sampler": sampler})).units.tolist()
    [0, 0, 1, 1]
    """
    design = design_of(sweep)
    count = sweep.sizes["point"]
    # The numbers of the points, not their places: some of them may have been chosen.
    numbers = sweep["point"].values if "point" in sweep.coords else np.arange(count)
    additive: np.ndarray | None = None
    steps: tuple[np.ndarray, ...] = ()
    if design.kind.space_filling and count == design.points_drawn:
        inputs = design.inputs
        additive = np.column_stack([_scaled(sweep[name].values, one) for name, one in inputs.items()])
        steps = tuple(one.steps for one in inputs.values())
    units = numbers // design.points_in_unit
    sets = sets_of_points(sweep) if design.streams == PAIRED else None
    return Scatter(design.sampled, design.streams == COMMON, units, additive, sets, steps)


def _scaled(values: np.ndarray, one: Input) -> np.ndarray:
    if one.uniform:
        return np.asarray((2.0 * values - one.low - one.high) / ((one.high - one.low) or 1.0))
    return 2.0 * one.in_unit(values) - 1.0


def mean_with_interval(values: np.ndarray, scatter: Scatter, level: float = LEVEL) -> Estimate:
    """Return the mean over points and replicates of ``values`` (point, replicate, ...), with its interval.

    The mean is of the points' means; it and its bounds have the unit of ``values`` and their shape without the first
    two axes. Failed runs (NaN) are left out; of points that stand for themselves, the mean and its interval are about
    those that a run is left of. Bounds are NaN where nothing varied by itself: one replicate under common random
    numbers, one replicate of points that stand for themselves, one unit of points.

    >>> same = Scatter(sampled=False, common=True, units=np.arange(2))
    >>> guess = mean_with_interval(np.array([[0.4, 0.5, 0.6], [0.6, 0.7, 0.8]]), same)
    >>> [round(float(number), 3) for number in guess]
    [0.6, 0.352, 0.848]
    """
    values = np.asarray(values, dtype=np.float64)
    lost = np.isnan(values).reshape(*values.shape[:2], -1)
    if (lost != lost[:, :, :1]).any():
        return _column_by_column(values, scatter, level)
    by_point = mean_over(values, 1)
    return _interval(by_point, _of_chance(values, scatter), scatter, level)


def difference_with_interval(
    first: np.ndarray, second: np.ndarray, scatters: tuple[Scatter, Scatter], level: float = LEVEL
) -> Estimate:
    """Return how much larger the mean of ``second`` is than that of ``first``, with its interval.

    Both are (point, replicate) at the same points, with random numbers of their own: the choice of points cancels as
    far as both answer to it alike, chance does not. In the unit of the values.

    >>> scatters = (Scatter(sampled=False, common=True, units=np.arange(1)),) * 2
    >>> guess = difference_with_interval(np.array([[0.2, 0.3, 0.4]]), np.array([[0.4, 0.5, 0.6]]), scatters)
    >>> [round(float(number), 3) for number in guess]
    [0.2, -0.027, 0.427]
    """
    by_point = mean_over(second, 1) - mean_over(first, 1)
    known = np.isfinite(by_point)
    parts = (np.where(known[:, None], values, np.nan) for values in (first, second))
    one, other = (_of_chance(values, scatter) for values, scatter in zip(parts, scatters, strict=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = one.variance + other.variance
        spread = one.variance**2 / one.freedom + other.variance**2 / other.freedom
        chance = Source(variance, np.where(spread > 0.0, variance**2 / spread, np.inf))
    return _interval(by_point, chance, scatters[0], level)


def _interval(by_point: np.ndarray, chance: Source, scatter: Scatter, level: float) -> Estimate:
    mean = mean_over(by_point, 0)
    points = scatter_of_points(by_point, scatter) if scatter.sampled else Source(np.zeros_like(mean), chance.freedom)
    found = combined(mean, chance.variance, chance.freedom, points.variance, points.freedom, level)
    unknown = ~(np.isfinite(chance.variance) & np.isfinite(points.variance))
    return Estimate(mean, np.where(unknown, np.nan, found.low), np.where(unknown, np.nan, found.high))


def _column_by_column(values: np.ndarray, scatter: Scatter, level: float) -> Estimate:
    """Return the estimate of ``values`` whose columns lack different runs: which points there are differs, too."""
    shape = values.shape[2:]
    columns = np.moveaxis(values.reshape(*values.shape[:2], -1), -1, 0)
    found = [mean_with_interval(column, scatter, level) for column in columns]
    return Estimate(*(np.array([one[part] for one in found]).reshape(shape) for part in range(3)))


class Source(NamedTuple):
    """The variance that a source adds to a mean, with its degrees of freedom; NaN where it cannot be told."""

    variance: np.ndarray
    freedom: np.ndarray


def _of_chance(values: np.ndarray, scatter: Scatter) -> Source:
    """What chance adds to the mean of ``values`` (point, replicate, ...)."""
    if scatter.common:
        return Source(*variance_of_mean(mean_over(values, 0)))  # the replicates are the independent repeats
    if scatter.sampled:
        nothing = np.zeros(values.shape[2:])
        return Source(nothing, nothing + 1.0)  # it is in the scatter of the points
    return _of_runs(values, scatter.sets)


def _of_runs(values: np.ndarray, sets: np.ndarray | None) -> Source:
    """Chance at points that stand for themselves: the scatter within each of them or, paired, each set (Satterthwaite).

    A point that a single run is left of has no scatter of its own; that of the others stands in.
    """
    variance, freedom = variance_of_mean(np.moveaxis(values, 1, 0))
    sizes = np.ones(len(values))
    if sets is not None:
        variance, freedom, sizes = _of_sets(values, sets)
    held, alone = freedom >= 0, freedom == 0
    sizes = sizes.reshape(-1, *[1] * (variance.ndim - 1)) * held
    with np.errstate(invalid="ignore", divide="ignore"):
        of_one_run = mean_over(variance * (freedom + 1), 0)
        each = np.where(held, np.where(alone, of_one_run, variance), 0.0) * sizes**2
        total, spread = each.sum(axis=0), np.where(held & ~alone, each**2 / freedom, 0.0).sum(axis=0)
        together = np.where(spread > 0.0, total**2 / spread, np.inf)
        return Source(total / sizes.sum(axis=0) ** 2, together)


def _of_sets(values: np.ndarray, sets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the variance of the mean of each set of points that share random numbers, its freedom, and its points.

    The points of a set move together from replicate to replicate, each about its own mean. Of failed runs the sums lack
    a part, which those of the other points of the set stand for.
    """
    _, place = np.unique(sets, return_inverse=True)
    count, number = np.isfinite(values).sum(axis=1), int(place.max()) + 1
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = (values - mean_over(values, 1)[:, None]) * np.sqrt(count / (count - 1.0))[:, None]
        moves = _sums(np.where(np.isfinite(apart), apart, 0.0), place, number)
        told, held = (_sums((count >= least) * 1.0, place, number) for least in (2, 1))
        # The harmonic mean of the numbers of runs: a mean of few runs scatters more.
        runs = held / _sums(np.where(count > 0, 1.0 / count, 0.0), place, number)
        variance = np.where(told > 0, (moves**2).sum(axis=1) / (told * runs) ** 2, np.nan)
    most = np.full((number, *count.shape[1:]), 0)
    np.maximum.at(most, place, count)
    sizes = held.reshape(number, -1).max(axis=1)
    return variance, most - 1, sizes


def scatter_of_points(by_point: np.ndarray, scatter: Scatter) -> Source:
    """Return what the choice of points adds to a mean of ``by_point`` (points, ...), in the square of its unit: (...).

    It is the scatter of whole units, about an additive fit where the points are stratified. A fit takes more of the
    scatter of some units than of others: each is judged by what the fit leaves of it (the correction of Bell and
    McCaffrey 2002, for errors that are alike). NaN where the points are too few, such as one unit.

    >>> drawn = Scatter(sampled=True, common=True, units=np.arange(3))
    >>> scatter_of_points(np.array([1.0, 2.0, 3.0]), drawn).variance.round(3).tolist()
    0.333
    """
    known = np.isfinite(by_point).reshape(len(by_point), -1).any(axis=1)
    kept, units = by_point[known], scatter.units[known]
    residuals, basis = kept - mean_over(kept, 0), np.full((len(kept), 1), 1.0 / np.sqrt(max(len(kept), 1)))
    within = np.zeros(kept.shape[1:])
    if scatter.additive is not None and known.all():
        strata = len(np.unique(units))
        residuals, basis, within = _about_additive_fit(kept, scatter.additive, strata, scatter.steps)
    _, place, sizes = np.unique(units, return_inverse=True, return_counts=True)
    left = 1.0 - (_sums(basis, place, len(sizes)) ** 2).sum(axis=1) / sizes
    freedom = float(left.sum())
    if freedom <= 1e-9 or (left <= 1e-9).any():
        return Source(np.full(within.shape, np.nan), np.full(within.shape, np.nan))
    squares = _sums(np.where(np.isfinite(residuals), residuals, 0.0), place, len(sizes)) ** 2
    variance = np.tensordot(1.0 / left, squares, axes=1) / len(kept) ** 2
    return Source(variance + within, np.full(within.shape, freedom))


def _sums(values: np.ndarray, place: np.ndarray, count: int) -> np.ndarray:
    """Return the sums of ``values`` (points, ...) over the points of each unit, (units, ...)."""
    sums = np.zeros((count, *values.shape[1:]))
    np.add.at(sums, place, values)
    return sums


def _about_additive_fit(
    by_point: np.ndarray, sample: np.ndarray, units: int, steps: Sequence[np.ndarray] = ()
) -> tuple[np.ndarray, ...]:
    """Return the residuals of ``by_point`` (points, ...) about a sum of polynomials, one a parameter, and its basis.

    The basis (points, rank) is orthonormal. And the variance that the fit itself adds to a mean: each of the ``units``
    lies anywhere in its stratum, of which the range -1..1 has as many as there are units. A parameter of few values,
    whose ``steps`` are given, has a mean for each of them; strata that a step divides are what it adds.
    """
    points, parameters = sample.shape
    degree = min(MOST_DEGREE, (points // POINTS_PER_TERM - 1) // parameters, max(1, MOST_TERMS // parameters))
    steep = legendre.legder(np.eye(degree + 1))  # the slope of each polynomial, in the polynomials below it
    columns: list[np.ndarray] = [np.ones((points, 1))]
    slopes: list[np.ndarray] = [np.zeros((points, 1))]
    for place in range(parameters if degree else 0):
        if steps and 0 < len(steps[place]) <= degree:
            above, divided = _of_steps(sample[:, place], steps[place], units)
            columns.append(above)
            slopes.append(divided)
            continue
        columns.append(legendre.legvander(sample[:, place], degree)[:, 1:])
        slopes.append((legendre.legvander(sample[:, place], max(degree - 1, 0)) @ steep)[:, 1:])
    terms = np.column_stack(columns)
    flat = by_point.reshape(points, -1)
    left, sizes, right = np.linalg.svd(terms, full_matrices=False)
    sound = sizes > 1e-9 * sizes[0]
    basis = left[:, sound]
    fitted = right[sound].T @ ((basis.T @ flat) / sizes[sound, None])
    squares = sum(
        ((slope @ fitted[first : first + slope.shape[1]]) ** 2).mean(axis=0)
        for slope, first in zip(slopes, np.cumsum([0, *(part.shape[1] for part in columns)]), strict=False)
    )
    within = squares * (2.0 / units) ** 2 / 12.0 / units
    shape = by_point.shape
    return (flat - basis @ (basis.T @ flat)).reshape(shape), basis, np.asarray(within).reshape(shape[1:])


def _of_steps(places: np.ndarray, steps: np.ndarray, units: int) -> tuple[np.ndarray, np.ndarray]:
    """Return columns that say which ``places`` (points,), -1..1, lie above each of the ``steps``, and their slopes.

    A step of height d that divides a stratum at its part f adds f (1 - f) d^2 / units^2 to the variance of a mean: the
    slopes (step, step) are such that the mean of their squares says so by the formula of polynomials.
    """
    above = (places[:, None] > 2.0 * steps - 1.0).astype(float)
    part = np.round(steps * units, 9) % 1.0
    return above, np.diag(np.sqrt(3.0 * len(steps) * units * part * (1.0 - part)))
