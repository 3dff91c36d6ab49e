"""Shares of variance from a quadratic least-squares fit: first look at which parameters matter, for any design."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from .dataset import levels_in, varied_parameters

GROUPS = 10
"""Groups of points that the jackknife leaves out in turn (assumption)."""
ROUNDING = 1e-12
"""Smaller shares are what rounding leaves of none."""
POINTS_PER_TERM = 3
"""Interactions, and squares before them, are fitted where there are so many points to a term (assumption)."""


class Shares(NamedTuple):
    """Shares of variance, (parameters, times): of a parameter alone, and with its interactions.

    With the half-widths of their intervals, and what shares of a parameter that does nothing stay below.
    """

    alone: np.ndarray
    total: np.ndarray
    alone_conf: np.ndarray
    total_conf: np.ndarray
    alone_idle: np.ndarray
    total_idle: np.ndarray


def shares_with_intervals(
    values: np.ndarray, sample: np.ndarray, level: float = 0.95, deviations: np.ndarray | None = None
) -> Shares:
    """Return adjusted shares of ``values`` (points, times), with intervals and bands of idleness.

    From each of :func:`variance_shares` goes what chance gives to its terms on average (epsilon squared: Kelley 1935,
    PNAS 21:554), never to below zero. ``deviations`` (points,
    replicates, times) are those of runs under common random numbers from ``values``, None under others: what they give
    to the terms beyond the residuals goes, too. Intervals are those of the grouped jackknife, every tenth point left
    out in turn, Student's t; they reach down to zero where a share is within its band. That is what the partial F test
    of its terms does not tell from nothing, stepped down after Holm (1979, Scandinavian Journal of Statistics 6:65)
    over the parameters. All are (parameters, times), without unit; intervals and bands are NaN where the points are no
    more than the terms. Where parameters are collinear, sequential sums of squares are tested. Assumption: the fit
    leaves residuals that are independent and of equal variance.

    >>> sample = np.random.default_rng(1).random((40, 2))
    >>> shares = shares_with_intervals(sample[:, :1], sample)
    >>> shares.alone.round(3).tolist(), (shares.alone > shares.alone_idle).tolist()
    ([[1.0], [0.0]], [[True], [False]])
    """
    points = len(values)
    groups = min(GROUPS, points)
    owners, columns = _terms(_scaled(sample))
    fit = _partial_fit(values, columns, owners, sample.shape[1], deviations)
    parts = []
    for group in range(groups):
        # Ten fits in place of one for each point; every tenth and no block, which might be a corner of the space.
        kept = np.arange(points) % groups != group
        parts.append(_partial_fit(values[kept], [column[kept] for column in columns], owners, sample.shape[1], None))
    found = []
    for name in ("alone", "total"):
        one: _Partial = getattr(fit, name)
        each = np.stack([getattr(part, name).adjusted(part.left) for part in parts])
        squares = (groups - 1) / groups * ((each - each.mean(axis=0)) ** 2).sum(axis=0)
        share = np.maximum(one.adjusted(fit.left), 0.0)
        share = np.where(share > ROUNDING, share, 0.0)
        band = _band(one, share, fit, level)
        half = stats.t.ppf(0.5 + level / 2.0, groups - 1) * np.sqrt(squares)
        if fit.replicates > 1:
            # Chance that all points share does not show between them: it moves a share by twice the product of roots.
            half = np.hypot(half, _student(level, fit) * 2.0 * np.sqrt(np.maximum(share, 0.0) * one.chance))
        expected = one.terms[:, None] * np.nan_to_num(fit.left) + one.chance
        half = np.where(share <= band, np.maximum(half, np.maximum(share, expected)), half)
        found.append((share, np.where(np.isfinite(fit.left), half, np.nan), band))
    return Shares(*(each for pair in zip(*found, strict=True) for each in pair))


def _student(level: float, fit: _PartialFit) -> float:
    return float(stats.t.ppf(0.5 + level / 2.0, fit.replicates - 1))


class _Partial(NamedTuple):
    """Shares by sequential and by partial sums of squares, and what common chance adds, all (parameters, times).

    Chance is in the shares; ``terms`` (parameters,) counts those of each parameter.
    """

    share: np.ndarray
    partial: np.ndarray
    chance: np.ndarray
    terms: np.ndarray

    def adjusted(self, left: np.ndarray) -> np.ndarray:
        return self.share - self.terms[:, None] * np.nan_to_num(left) - self.chance


class _PartialFit(NamedTuple):
    """Shares of a fit; ``left``, the mean square of its residuals as a share of the variance (times)."""

    alone: _Partial
    total: _Partial
    left: np.ndarray
    freedom: int
    replicates: int


def _partial_fit(
    values: np.ndarray,
    columns: list[np.ndarray],
    owners: list[tuple[int, ...]],
    parameters: int,
    deviations: np.ndarray | None,
) -> _PartialFit:
    basis, triangle, sound = _basis(columns, len(values))
    centred = values - values.mean(axis=0)
    total = (centred**2).sum(axis=0)
    freedom, replicates = len(values) - int(sound.sum()), 1 if deviations is None else deviations.shape[1]
    residual = np.maximum(total - ((basis.T @ centred)[sound] ** 2).sum(axis=0), 0.0)
    left = _ratio(residual, total) / freedom if freedom > 0 else np.full(total.shape, np.nan)
    kinds: list[_Partial] = []
    for most in (1, 2):
        own = [
            [place for place, owner in enumerate(owners, 1) if one in owner and len(owner) <= most]
            for one in range(parameters)
        ]
        spans = [_span(basis, triangle, sound, places) for places in own]
        partial = np.array([((span.T @ centred) ** 2).sum(axis=0) for span in spans])
        kept = [basis[:, [place for place in places if sound[place]]] for places in own]
        share = np.array([((span.T @ centred) ** 2).sum(axis=0) for span in kept])
        terms = np.array([span.shape[1] for span in spans], dtype=float)
        chance = np.maximum(_ratio(_of_chance(spans, deviations, total), total) - terms[:, None] * left, 0.0)
        kinds.append(_Partial(_ratio(share, total), _ratio(partial, total), np.nan_to_num(chance), terms))
    return _PartialFit(kinds[0], kinds[1], left, freedom, replicates)


def _ratio(part: np.ndarray, total: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0.0, part / total, 0.0)


def _of_chance(spans: list[np.ndarray], deviations: np.ndarray | None, total: np.ndarray) -> np.ndarray:
    """Return the mean sum of squares (parameters, times) that chance in the means gives to terms; 0 where unknown."""
    replicates = 1 if deviations is None else deviations.shape[1]
    if deviations is None or replicates < 2:
        return np.zeros((len(spans), *total.shape))
    squares = [(np.einsum("pk,prt->krt", span, deviations) ** 2).sum(axis=(0, 1)) for span in spans]
    return np.array(squares) / (replicates - 1) / replicates


def _basis(columns: list[np.ndarray], points: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return an orthonormal basis of constant and terms in their order, its triangle, and which directions count."""
    basis, triangle = np.linalg.qr(np.column_stack([np.ones(points), *columns]))
    # A term that others span already leaves a direction of mere rounding, which would yet explain something.
    return basis, triangle, np.abs(np.diag(triangle)) > 1e-9 * np.sqrt(points)


def _span(basis: np.ndarray, triangle: np.ndarray, sound: np.ndarray, places: list[int]) -> np.ndarray:
    """Return an orthonormal basis (points, terms) of what the terms at ``places`` add to all others."""
    if not sound.all():
        return basis[:, [place for place in places if sound[place]]]
    others = np.delete(triangle, places, axis=1)
    return np.asarray(basis @ np.linalg.qr(others, mode="complete")[0][:, others.shape[1] :])


def _band(one: _Partial, share: np.ndarray, fit: _PartialFit, level: float) -> np.ndarray:
    """Return the largest adjusted shares that the F test, stepped down after Holm, does not tell from nothing."""
    if fit.freedom < 1:
        return np.full(share.shape, np.nan)
    parameters = len(share)
    order = np.argsort(-one.partial, axis=0, kind="stable")
    # Terms are as many for each parameter but for those that lie in others: the most are taken.
    count = max(float(one.terms.max()), 1.0)
    tails = (1.0 - level) / (parameters - np.arange(parameters))
    limit = count * stats.f.isf(tails, count, fit.freedom)[:, None] * fit.left
    if fit.replicates > 1:
        shared = np.take_along_axis(one.chance, order, axis=0)
        limit = limit + shared * stats.f.isf(tails, 1, fit.replicates - 1)[:, None]
    told = np.take_along_axis(one.partial, order, axis=0) > limit + ROUNDING
    # From the first that is not told on, none is.
    told = np.logical_and.accumulate(told, axis=0)
    limits, found = np.empty_like(limit), np.empty_like(told)
    np.put_along_axis(limits, order, limit, axis=0)
    np.put_along_axis(found, order, told, axis=0)
    limits = np.maximum(limits - one.terms[:, None] * fit.left - one.chance, 0.0)
    # Partial sums of squares are tested, sequential ones shown, in which a parameter has what others are like it.
    return np.where(found, np.where(limits < share, limits, 0.0), np.maximum(limits, share))


def variance_shares(by_point: np.ndarray, sample: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each parameter's share of the variance of ``by_point`` (points, ...) alone and with its interactions.

    ``sample`` is (points, parameters). A quadratic polynomial is fitted by least squares, its terms made orthogonal in
    the order constant, linear, squares, interactions (sequential sums of squares). Returns ``alone`` and ``total``,
    each (parameters, ...), 0..1. Terms that the points are too few for are left out.

    >>> sample = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    >>> alone, total = variance_shares(2.0 * sample[:, 0] + sample[:, 1], sample)
    >>> alone.round(3).tolist()
    [0.8, 0.2]
    """
    owners, columns = _terms(_scaled(sample))
    return _shares(by_point, columns, owners, sample.shape[1])


def _shares(
    by_point: np.ndarray, columns: list[np.ndarray], owners: list[tuple[int, ...]], parameters: int
) -> tuple[np.ndarray, np.ndarray]:
    basis, _, sound = _basis(columns, len(by_point))
    flat = by_point.reshape(len(by_point), -1)
    total = flat.var(axis=0) * len(by_point)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(total > 0.0, (basis.T @ (flat - flat.mean(axis=0))) ** 2 / total, 0.0)[1:] * sound[1:, None]
    member = np.array([[parameter in owner for owner in owners] for parameter in range(parameters)], dtype=float)
    alone = member * (np.array([len(owner) for owner in owners]) == 1)
    shape = (parameters, *by_point.shape[1:])
    return (alone @ share).reshape(shape), (member @ share).reshape(shape)


def _scaled(sample: np.ndarray) -> np.ndarray:
    low, high = sample.min(axis=0), sample.max(axis=0)
    # To -1..1, where a parameter and its square are hardly correlated.
    return (2.0 * sample - low - high) / np.where(high > low, high - low, 1.0)


def _terms(unit: np.ndarray) -> tuple[list[tuple[int, ...]], list[np.ndarray]]:
    points, parameters = unit.shape
    owners: list[tuple[int, ...]] = [(one,) for one in range(parameters)]
    columns = [unit[:, one] for one in range(parameters)]
    if points >= POINTS_PER_TERM * (1 + 2 * parameters):
        # Of two values, which are -1 and 1, the square is the constant.
        curved = [one for one in range(parameters) if (np.abs(unit[:, one]) < 1.0).any()]
        owners += [(one,) for one in curved]
        columns += [unit[:, one] ** 2 for one in curved]
    pairs = list(combinations(range(parameters), 2))
    if points >= POINTS_PER_TERM * (1 + len(owners) + len(pairs)):
        owners += pairs
        columns += [unit[:, one] * unit[:, other] for one, other in pairs]
    # As many terms as points would explain everything, noise included.
    return owners[: points - 1], columns[: points - 1]


def most_telling(means: xr.DataArray, sweep: xr.Dataset) -> pd.Series:
    """Return the varied parameters with their shares of the variance between points, interactions included, in order.

    ``means`` (point, replicate) are averaged over replicates; failed points are left out. Of a choice, each level has a
    term of its own. It chooses what a figure shows and decides nothing else.

    >>> varied = {"mandate_detail": ("point", [0.0, 0.0, 1.0, 1.0]), "target_level": ("point", [0.8, 0.9, 0.8, 0.9])}
    >>> means = xr.DataArray([[0.5], [0.6], [0.5], [0.6]], dims=("point", "replicate"))
    >>> most_telling(means, xr.Dataset(coords=varied)).round(3).to_dict()
    {'target_level': 1.0, 'mandate_detail': 0.0}
    """
    names = varied_parameters(sweep)
    by_point = means.mean("replicate").values
    kept = np.isfinite(by_point)
    if kept.sum() < 2:
        return pd.Series(0.0, index=list(names), name="share")
    columns = {name: _columns(sweep[name].values[kept], levels_in(sweep, name)) for name in names}
    _, total = variance_shares(by_point[kept], np.column_stack([*columns.values()]))
    owners = np.repeat([*columns], [each.shape[1] for each in columns.values()])
    shares = pd.Series(total, index=owners, name="share").groupby(level=0, sort=False).sum()
    return shares.rename_axis(None).sort_values(ascending=False, kind="stable")


def _columns(values: np.ndarray, labels: tuple[str, ...]) -> np.ndarray:
    """Return the columns that stand for a parameter: itself or, of many levels without order, one for each but one."""
    if len(labels) < 3:
        return values[:, None]
    return (values[:, None] == np.arange(1, len(labels))).astype(float)
