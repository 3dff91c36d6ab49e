"""Sums in the order of their terms: the same bits on every machine and in every batch of histories."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def total(values: Floats, axis: int = -1) -> Floats:
    """Return the sum of ``values`` along ``axis`` (any shape, without that axis after), term after term.

    NumPy's own sum takes its terms in an order that depends on the machine and on the shape.

    >>> total(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0).tolist()
    [4.0, 6.0]
    """
    if not values.shape[axis]:
        return np.zeros_like(values.sum(axis=axis))
    found: Floats = np.take(np.add.accumulate(values, axis=axis), -1, axis=axis)
    return found


def mean(values: Floats, axis: int = -1) -> Floats:
    """Return the mean of ``values`` along ``axis`` (any shape, without that axis after); NaN of nothing.

    >>> mean(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [1.5, 3.5]
    """
    count = values.shape[axis]
    return total(values, axis) / count if count else np.full(total(values, axis).shape, np.nan)


def ratio(part: Floats, whole: Floats) -> Floats:
    """Return ``part / whole`` of the same shape, NaN where there is no whole that a part could be of.

    >>> ratio(np.array([1.0, 1.0]), np.array([2.0, 0.0])).tolist()
    [0.5, nan]
    """
    there = whole > 0.0
    return np.where(there, part / np.where(there, whole, 1.0), np.nan)


def per_event(exposure: Floats, events: Floats) -> Floats:
    """Return ``exposure / events`` of the same shape: infinite where nothing happened to what was exposed, else NaN.

    A history in which an event never comes is the longest of all, and not one of which nothing is known.

    >>> per_event(np.array([4.0, 4.0, 0.0]), np.array([2.0, 0.0, 0.0])).tolist()
    [2.0, inf, nan]
    """
    return np.where((events > 0.0) | ~(exposure > 0.0), ratio(exposure, events), np.inf)
