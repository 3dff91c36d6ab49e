"""The only operations a rule may use beside ``+ - * /``, comparisons and ``& |`` on conditions.

Every one gives the same bits for Python floats, NumPy and CuPy arrays, compiled code and CUDA: they are built from
correctly rounded operations and selects alone. ``np.minimum``, ``np.clip`` and their kind are not used, because they
treat NaN and signed zeros differently from machine to machine; exp, log and powers, because they round differently.

Each function is one code for scalars and arrays: a plain Python bool, float or int takes the scalar path, which is
what makes the Mesa engine quick; anything else is handed to NumPy, which dispatches to CuPy for its arrays. All are
elementwise, and take and give shares, indices or counts as the rules do. That ``saturating``, ``peak`` and
``coachability`` have the forms that they have is an assumption (docs/model.md).
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

Number = TypeVar("Number", int, float)
"""A whole number, which is summed exactly, or a float."""
SQRT3 = math.sqrt(3.0)
SQRT6 = math.sqrt(6.0)
SQRT12 = math.sqrt(12.0)

FIXED_ONE = 4294967296.0
"""2**32: how many fixed-point units make one; exact sums are sums of such units."""

MOST_SUM = 2.0**63
"""Fixed-point units that an exact sum stays below; a run that adds values that might exceed it fails."""


def select(condition: bool, chosen: Number, otherwise: Number) -> Number:
    """``chosen`` where ``condition`` holds, ``otherwise`` elsewhere; both are computed first.

    >>> select(True, 1.0, 2.0), select(np.array([True, False]), 1.0, 2.0)
    (1.0, array([1., 2.]))
    """
    if condition.__class__ is bool:
        return chosen if condition else otherwise
    return np.where(condition, chosen, otherwise)


def negation(condition: bool) -> bool:
    """The opposite of ``condition`` (``~`` would turn a Python bool into an integer).

    >>> negation(True), negation(np.array([True, False]))
    (False, array([False,  True]))
    """
    if condition.__class__ is bool:
        return not condition
    return np.logical_not(condition)


def larger(a: float, b: float) -> float:
    """The larger of the two; ``a`` when they are equal or not comparable.

    >>> larger(0.2, 0.8), larger(0.5, np.array([0.2, 0.8]))
    (0.8, array([0.5, 0.8]))
    """
    return select(b > a, b, a)


def smaller(a: float, b: float) -> float:
    """The smaller of the two; ``a`` when they are equal or not comparable.

    >>> smaller(0.2, 0.8), smaller(0.5, np.array([0.2, 0.8]))
    (0.2, array([0.2, 0.5]))
    """
    return select(b < a, b, a)


def clip01(x: float) -> float:
    """``x`` held within 0..1; NaN becomes 0.

    >>> clip01(1.5), clip01(np.array([-0.5, 0.5, np.nan]))
    (1.0, array([0. , 0.5, 0. ]))
    """
    return smaller(1.0, larger(0.0, x))


def root(x: float) -> float:
    """Square root, correctly rounded; a negative ``x`` raises (float) or gives NaN (array).

    >>> root(4.0), root(np.array([4.0, 9.0]))
    (2.0, array([2., 3.]))
    """
    return math.sqrt(x) if x.__class__ is float else np.sqrt(x)


def magnitude(x: float) -> float:
    """``x`` without its sign.

    >>> magnitude(-0.5), magnitude(np.array([-0.5, 0.5]))
    (0.5, array([0.5, 0.5]))
    """
    return abs(x)


def floor(x: float) -> float:
    """The largest whole number not above ``x``, as a float.

    >>> floor(-0.5), floor(np.array([-0.5, 1.5]))
    (-1.0, array([-1.,  1.]))
    """
    return float(math.floor(x)) if x.__class__ is float else np.floor(x)


def fixed(x: float) -> int:
    """``x`` in fixed point, 2**32 units to one, rounded down; sums of these are exact in any order.

    >>> fixed(0.25), fixed(np.array([0.25, -0.25]))
    (1073741824, array([ 1073741824, -1073741824]))
    """
    if x.__class__ is float:
        return math.floor(x * FIXED_ONE)
    return np.floor(x * FIXED_ONE).astype(np.int64)  # type: ignore[no-any-return]


def most_added(addends: float) -> float:
    """The size, in fixed-point units, that each of ``addends`` values must stay below to be summed exactly.

    >>> unfixed(int(most_added(64.0)))
    33554432.0
    """
    return MOST_SUM / addends


def as_float(count: int) -> float:
    """A whole number as a float (rounded to nearest beyond 2**53).

    >>> as_float(3), as_float(np.array([3, 4]))
    (3.0, array([3., 4.]))
    """
    if count.__class__ is int:
        return float(count)
    return count.astype(np.float64)  # type: ignore[attr-defined, no-any-return]


def unfixed(total: int) -> float:
    """A fixed-point sum as a float.

    >>> unfixed(fixed(0.25) + fixed(0.5)), unfixed(fixed(np.array([0.25, 0.5])))
    (0.75, array([0.25, 0.5 ]))
    """
    return as_float(total) / FIXED_ONE


def saturating(x: float) -> float:
    """``x / (1 + x)`` for ``x >= 0``: rises from 0 towards 1.

    >>> saturating(1.0), saturating(np.array([0.0, 3.0]))
    (0.5, array([0.  , 0.75]))
    """
    return x / (1.0 + x)


def peak(distance: float) -> float:
    """1 at no distance, falling off on both sides: ``1 / (1 + distance**2)``.

    >>> peak(0.0), peak(np.array([-1.0, 3.0]))
    (1.0, array([0.5, 0.1]))
    """
    return 1.0 / (1.0 + distance * distance)


def triangular(u: float, v: float) -> float:
    """Two uniforms made into a draw of mean 0 and standard deviation 1 (triangular, within +-2.45).

    >>> triangular(0.5, 0.5), round(triangular(1.0, 1.0), 2)
    (0.0, 2.45)
    """
    return (u + v - 1.0) * SQRT6


def coachability(skill: float, half: float) -> float:
    """How well training takes at ``skill``: 0 for no skill, one half at ``half``, towards 1 above.

    >>> coachability(0.5, 0.5), coachability(np.array([0.0, 0.5]), 0.5)
    (0.5, array([0. , 0.5]))
    """
    squared = skill * skill
    half_squared = half * half
    return squared * squared / (squared * squared + half_squared * half_squared)
