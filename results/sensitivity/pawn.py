"""PAWN indices (Pianosi & Wagener 2018): how far a parameter shifts the whole distribution of an outcome.

For each slice of a parameter, the Kolmogorov-Smirnov distance between the outcome there and everywhere; the indices
are statistics of these distances over slices. It works on any design that samples the space, and needs no replicates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from ..statistics.digital_nets import numbers_of_values
from .idle import NoEffect, band_of

SLICES = 10
"""Slices of a parameter (the default of SALib)."""


class PawnIndices(NamedTuple):
    """Statistics over slices, (parameters, times); ``median_conf`` is the half-width of the median's interval."""

    minimum: np.ndarray
    mean: np.ndarray
    median: np.ndarray
    maximum: np.ndarray
    median_conf: np.ndarray


def pawn_indices(
    sample: np.ndarray,
    values: np.ndarray,
    slices: int = SLICES,
    resamples: int = 100,
    seed: int = 0,
    level: float = 0.95,
    few: Sequence[bool] = (),
) -> PawnIndices:
    """Return the indices of ``values`` (points, times), finite, at ``sample`` (points, parameters).

    Indices are distances of distributions, 0..1. Slices hold equal counts, as SALib cuts them; each value is a slice of
    a parameter that takes a ``few`` (parameters), such as the levels of a choice. The interval is a
    bootstrap over points with the slices kept; ``seed`` (0 or more) starts it, and 0 is a seed like any other, while to
    SALib's ``analyze`` it means no seed at all.

    >>> sample = np.column_stack([np.linspace(0.0, 1.0, 20), np.tile([0.0, 1.0], 10)])
    >>> pawn_indices(sample, sample[:, :1], slices=2, resamples=0).median.round(2).tolist()
    [[0.5], [0.05]]
    """
    few = few or (False,) * sample.shape[1]
    most = max([slices, *(len(np.unique(one)) for one, each in zip(sample.T, few, strict=True) if each)])
    places = np.stack(
        [
            numbers_of_values(one) if each else _slices(one, slices, most)
            for one, each in zip(sample.T, few, strict=True)
        ]
    )
    draw = np.random.default_rng(seed)
    weights = np.array(
        [
            np.bincount(draw.integers(len(values), size=len(values)), minlength=len(values))
            for _ in range(max(resamples, 0))
        ]
    ).reshape(-1, len(values))
    columns = [_column(places, column, weights, most, level) for column in np.asarray(values, dtype=np.float64).T]
    return PawnIndices(*(np.stack(parts, axis=1) for parts in zip(*columns, strict=True)))


def pawn_bands(
    sample: np.ndarray, null: NoEffect, level: float = 0.95, slices: int = SLICES, few: Sequence[bool] = ()
) -> dict[str, np.ndarray]:
    """Return what the median and the maximum of a parameter that does nothing stay below, (parameters, times) each.

    Distances of distributions, 0..1: those of outcomes on which nothing acts. ``sample`` is (points, parameters), of
    which some take a ``few`` values. NaN where the outcomes are too few for the level: fewer than 19 for 95 %.

    >>> sample = np.random.default_rng(1).random((100, 2))
    >>> bands = pawn_bands(sample, NoEffect(sample[:, :1], np.zeros((100, 1, 1))))
    >>> bool((pawn_indices(sample, sample[:, :1], resamples=0).median[0] > bands["median_idle"][0]).all())
    True
    """
    found = [pawn_indices(sample, outcome, slices, 0, few=few) for outcome in null.outcomes()]
    read = {"median_idle": [each.median for each in found], "maximum_idle": [each.maximum for each in found]}
    shape = (len(found), sample.shape[1], null.values.shape[1])
    return {name: band_of(np.reshape(each, shape), level) for name, each in read.items()}


def _slices(column: np.ndarray, slices: int, none: int) -> np.ndarray:
    """Return the slice of each point; the greatest value falls in ``none``, as in SALib."""
    # Rounding may give arange one edge too many, which is cut off.
    edges = np.nanquantile(column, np.arange(0.0, 1.0 + 1.0 / slices, 1.0 / slices)[: slices + 1])
    place = np.searchsorted(edges, column, side="right") - 1
    return np.where(place < slices, place, none)


def _column(
    places: np.ndarray, column: np.ndarray, weights: np.ndarray, slices: int, level: float
) -> tuple[np.ndarray, ...]:
    order = np.argsort(column, kind="stable")
    # Distributions are compared behind the last of equal values: among them their order would decide.
    last_of_ties = np.append(np.diff(column[order]) > 0.0, True)
    sorted_places = places[:, order]
    found = np.array([_distances(place, np.ones(len(column)), last_of_ties, slices) for place in sorted_places])
    medians = np.array(
        [
            [_known(np.nanmedian, _distances(place, row[order], last_of_ties, slices)) for place in sorted_places]
            for row in weights
        ]
    )
    scale = stats.norm.ppf(0.5 + level / 2.0)
    width = scale * medians.std(axis=0, ddof=1) if len(medians) > 1 else np.full(len(places), np.nan)
    reads = (np.nanmin, np.nanmean, np.nanmedian, np.nanmax)
    return (*(np.array([_known(read, slices_of) for slices_of in found]) for read in reads), width)


def _known(read: Callable[[np.ndarray], float], values: np.ndarray) -> float:
    """Return a statistic of what is not NaN; NaN where a parameter's slices are all empty."""
    return float(read(values)) if np.isfinite(values).any() else float("nan")


def _distances(place: np.ndarray, weight: np.ndarray, last_of_ties: np.ndarray, slices: int) -> np.ndarray:
    """Return the distance of each slice, NaN for an empty one; ``place`` and ``weight`` in the order of the values."""
    inside = np.zeros((len(place), slices + 1))
    inside[np.arange(len(place)), place] = weight
    reached = np.cumsum(inside, axis=0)
    size = reached[-1, :slices]
    everywhere = np.cumsum(weight) / weight.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        gaps = np.abs(reached[last_of_ties, :slices] / size - everywhere[last_of_ties, None])
    return np.where(size > 0.0, gaps.max(axis=0), np.nan)
