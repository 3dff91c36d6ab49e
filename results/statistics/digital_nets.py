"""Digital nets: how much more a mean of products over a Sobol sequence scatters than over independent points.

A scrambled Sobol sequence integrates functions of few coordinates better than independent points do, and some functions
of many worse: a product of four coordinates of 128 points may come out at the same wrong value half of the time (gain
coefficients above one: Owen 1997, Annals of Statistics 25:1541). Resampling the points does not show it, as all of them
are wrong alike. A net does: its points, shifted bit by bit by the difference of two of them, are themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ROUNDING = 2.0**-32
"""Points of a sequence stand on multiples of 2^-30; units of the range may be rounded by less than this."""


@dataclass(frozen=True, slots=True, eq=False)
class BaseNet:
    """Base points of Saltelli's design as a digital net in base 2.

    ``size`` is the number of points drawn, a power of two; ``places`` (base points,) are those of the points that are
    left, in whose bits a shift of the net is an exclusive or. ``strata`` hold for each factor the parts of equal size
    of its members' ranges in which B lies, (base points, members): about as many as the root of the number of points.
    """

    size: int
    places: np.ndarray
    strata: tuple[np.ndarray, ...]

    def of_factor(self, factor: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Return :meth:`excess` of B with the steps of a factor, without what follows from the factor's own value.

        ``left`` and ``right`` are (base points, times), the result is (times,), in the square of the unit of their
        product. The factor's own value stands on both sides, and its effect is no chance meeting of the two: means
        of ``left`` over its strata are taken away.

        >>> net = BaseNet(4, np.arange(4), (np.array([[0], [0], [1], [1]]),))
        >>> own, other = np.array([[1.0], [1.0], [-1.0], [-1.0]]), np.array([[1.0], [-1.0], [1.0], [-1.0]])
        >>> net.of_factor(0, own, own).tolist(), net.of_factor(0, own + other, own + other).tolist()
        ([0.0], [0.5])
        """
        for member in self.strata[factor].T:
            left = left - _means_of(member, left)[member]
        return self.excess(left, right)

    def excess(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Return by how much the variance of the mean product exceeds that over independent points, at least 0.

        ``left`` and ``right`` are (base points, times), functions of coordinates that are independent of each other,
        the result is (times,). The mean over all shifts of ``left`` against ``right`` is a sum over Walsh functions of
        the product of both spectra (Parseval); independent points have that of their means instead. Where points are
        missing, a shift counts by the square of the number of points that it takes to points that are there.

        >>> net = BaseNet(4, np.arange(4), ())
        >>> first_bit = np.array([[1.0], [1.0], [-1.0], [-1.0]])
        >>> net.excess(first_bit, first_bit).tolist(), net.excess(first_bit, first_bit[[0, 2, 1, 3]]).tolist()
        ([0.75], [0.0])
        """
        one, other, there = (self._power(values) for values in (left, right, np.ones((len(left), 1))))
        by_chance = one.sum(axis=0) * other.sum(axis=0) / self.size
        return np.maximum(((one * other).sum(axis=0) - by_chance) / (there**2).sum(axis=0), 0.0)

    def _power(self, values: np.ndarray) -> np.ndarray:
        whole = np.zeros((self.size, values.shape[1]))
        whole[self.places] = values
        return walsh_spectrum(whole) ** 2


def base_net(
    sample: np.ndarray,
    step: int,
    owners: Sequence[str],
    bounds: Sequence[tuple[float, float]],
    size: int,
    few: Sequence[bool] = (),
) -> BaseNet | None:
    """Return the net of the base points whose rows are ``sample`` (rows, parameters), ``step`` rows to each.

    ``owners`` (parameters) is the factor of each column, ``bounds`` its range in its unit, ``size`` the number of base
    points that were drawn. ``few`` (parameters) says which columns take few values: these are their strata. None where
    the rows are no net: ``size`` is no power of two, all columns take few values, or two base points share a part of
    the first column of many, of which a net has one in each.

    >>> first = [[0.1, 0.8], [0.6, 0.8], [0.1, 0.3], [0.6, 0.3]]
    >>> second = [[0.7, 0.1], [0.2, 0.1], [0.7, 0.9], [0.2, 0.9]]
    >>> base_net(np.array(first + second), 4, ("a", "b"), bounds=[(0, 1), (0, 1)], size=2).places.tolist()
    [0, 1]
    """
    few = few or (False,) * sample.shape[1]
    if size < 2 or size & (size - 1) or all(few):
        return None
    low, high = np.array(bounds, dtype=float).T
    blocks = ((sample - low) / np.where(high > low, high - low, 1.0)).reshape(-1, step, sample.shape[1])
    a, b = blocks[:, 0], blocks[:, -1]
    places = _part(a[:, few.index(False)], size)
    parts = 1 << ((len(places).bit_length() - 1) // 2)
    if len(np.unique(places)) < len(places):
        return None
    owned = [[place for place, owner in enumerate(owners) if owner == factor] for factor in dict.fromkeys(owners)]
    strata = np.column_stack(
        [numbers_of_values(one) if of_few else _part(one, parts) for one, of_few in zip(b.T, few, strict=True)]
    )
    return BaseNet(size, places, tuple(strata[:, columns] for columns in owned))


def walsh_spectrum(values: np.ndarray) -> np.ndarray:
    """Return the mean of ``values`` (points, times) times each Walsh function of the bits of a point's place.

    The result is (points, times), in the unit of ``values``; the number of points is a power of two. Source: the fast
    transform of Fino & Algazi (1976), IEEE Transactions on Computers C-25:1142.

    >>> walsh_spectrum(np.array([[1.0], [0.0], [3.0], [2.0]])).tolist()
    [[1.5], [0.5], [-1.0], [0.0]]
    """
    found, width = np.asarray(values, dtype=np.float64), 1
    while width < len(found):
        pairs = found.reshape(-1, 2, width, values.shape[1])
        found = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1).reshape(found.shape)
        width *= 2
    return found / len(found)


def _part(unit: np.ndarray, parts: int) -> np.ndarray:
    return np.clip(np.floor((unit + ROUNDING) * parts), 0, parts - 1).astype(int)


def numbers_of_values(column: np.ndarray) -> np.ndarray:
    """Return the number of the value of each point among those that a ``column`` (point,) takes, (point,).

    >>> numbers_of_values(np.array([0.5, 0.0, 0.5])).tolist()
    [1, 0, 1]
    """
    return np.unique(column, return_inverse=True)[1].reshape(-1)


def _means_of(member: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the means (parts, times) of ``values`` (points, times) over the points of each part."""
    sums = np.zeros((int(member.max()) + 1, values.shape[1]))
    np.add.at(sums, member, values)
    return sums / np.maximum(np.bincount(member), 1)[:, None]
