"""Shares of variance from a quadratic least-squares fit: first look at which parameters matter, for any design."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from .dataset import varied_parameters

GROUPS = 10
"""Groups of points that the jackknife leaves out in turn (assumption)."""
POINTS_PER_TERM = 3
"""Interactions, and squares before them, are fitted where there are so many points to a term (assumption)."""


class Shares(NamedTuple):
    """Shares of variance, (parameters, times): of a parameter alone, and with its interactions; with half-widths."""

    alone: np.ndarray
    total: np.ndarray
    alone_conf: np.ndarray
    total_conf: np.ndarray


def shares_with_intervals(values: np.ndarray, sample: np.ndarray, level: float = 0.95) -> Shares:
    """Return :func:`variance_shares` of ``values`` (points, times) with intervals by the grouped jackknife.

    Every tenth point is left out in turn; Student's t with one degree of freedom less than there are groups. All
    shares, and the half-widths of their intervals, are (parameters, times) and without unit.

    >>> sample = np.random.default_rng(1).random((40, 2))
    >>> shares = shares_with_intervals(sample[:, :1], sample)
    >>> shares.alone.round(3).tolist(), bool((shares.alone_conf >= 0.0).all())
    ([[1.0], [0.0]], True)
    """
    points = len(values)
    groups = min(GROUPS, points)
    owners, columns = _terms(_scaled(sample))
    parts = []
    for group in range(groups):
        # Ten fits in place of one for each point; every tenth and no block, which might be a corner of the space.
        kept = np.arange(points) % groups != group
        parts.append(_shares(values[kept], [column[kept] for column in columns], owners, sample.shape[1]))
    scale = stats.t.ppf(0.5 + level / 2.0, groups - 1)
    halves = [
        scale * np.sqrt((groups - 1) / groups * ((found - found.mean(axis=0)) ** 2).sum(axis=0))
        for found in (np.stack(each) for each in zip(*parts, strict=True))
    ]
    return Shares(*_shares(values, columns, owners, sample.shape[1]), *halves)


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
    points = len(by_point)
    basis, triangle = np.linalg.qr(np.column_stack([np.ones(points), *columns]))
    # A term that others span already leaves a direction of mere rounding, which would yet explain something.
    sound = np.abs(np.diag(triangle)) > 1e-9 * np.sqrt(points)
    flat = by_point.reshape(points, -1)
    total = flat.var(axis=0) * points
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
        owners += [(one,) for one in range(parameters)]
        columns += [unit[:, one] ** 2 for one in range(parameters)]
    pairs = list(combinations(range(parameters), 2))
    if points >= POINTS_PER_TERM * (1 + len(owners) + len(pairs)):
        owners += pairs
        columns += [unit[:, one] * unit[:, other] for one, other in pairs]
    # As many terms as points would explain everything, noise included.
    return owners[: points - 1], columns[: points - 1]


def most_telling(means: xr.DataArray, sweep: xr.Dataset) -> pd.Series:
    """Return the varied parameters with their shares of the variance between points, interactions included, in order.

    ``means`` (point, replicate) are averaged over replicates; failed points are left out. It chooses what a figure
    shows and decides nothing else.

    >>> varied = {"mandate_detail": ("point", [0.0, 0.0, 1.0, 1.0]), "target_level": ("point", [0.8, 0.9, 0.8, 0.9])}
    >>> means = xr.DataArray([[0.5], [0.6], [0.5], [0.6]], dims=("point", "replicate"))
    >>> most_telling(means, xr.Dataset(coords=varied)).round(3).to_dict()
    {'target_level': 1.0, 'mandate_detail': 0.0}
    """
    names = varied_parameters(sweep)
    by_point = means.mean("replicate").values
    kept = np.isfinite(by_point)
    sample = np.column_stack([sweep[name].values for name in names])
    if kept.sum() < 2:
        return pd.Series(0.0, index=list(names), name="share")
    _, total = variance_shares(by_point[kept], sample[kept])
    return pd.Series(total, index=list(names), name="share").sort_values(ascending=False, kind="stable")
