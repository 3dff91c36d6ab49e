"""Bands of idleness: how large an index of a parameter that does nothing comes out, by permutation of the outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

import numpy as np


class NoEffect(NamedTuple):
    """Outcomes as they would be if no parameter acted on them, made of those that were seen.

    ``values`` (points, times) are means over replicates, ``deviations`` (points, replicates, times) those of the runs
    from them, in one unit. ``together`` points stay in a row: whole base points, whose rows repeat each other's
    parameters. Replicates may be under ``common`` random numbers. ``resamples`` outcomes are drawn from ``seed``.
    """

    values: np.ndarray
    deviations: np.ndarray
    together: int = 1
    common: bool = False
    resamples: int = 100
    seed: int = 0

    def outcomes(self) -> Iterator[np.ndarray]:
        """Yield outcomes (points, times) on which no parameter acts, in the unit of ``values``, one a resample.

        Values are given to other points. What replicates under common random numbers do to all points is no exchange
        of points: a random contrast of the replicates, of the size of the chance that is left in their mean (Student's
        t with one degree of freedom less than there are replicates), is added. Source: the permutation test of Fisher
        (1935), The Design of Experiments, section 21.

        >>> null = NoEffect(np.arange(4.0)[:, None], np.zeros((4, 1, 1)), together=2, resamples=9, seed=1)
        >>> sorted({tuple(one[:, 0].tolist()) for one in null.outcomes()})
        [(0.0, 1.0, 2.0, 3.0), (2.0, 3.0, 0.0, 1.0)]
        """
        draw = np.random.default_rng(self.seed)
        replicates, units = self.deviations.shape[1], len(self.values) // self.together
        freedom = replicates - 1
        for _ in range(max(self.resamples, 0)):
            rows = (draw.permutation(units)[:, None] * self.together + np.arange(self.together)).ravel()
            drawn = self.values[rows]
            if self.common and freedom:
                # Divided by the root of a mean of squares: the size of chance is itself known from few replicates.
                weights = draw.standard_normal(replicates) / np.sqrt(replicates * draw.chisquare(freedom))
                drawn = drawn + np.einsum("prt,r->pt", self.deviations, weights)
            yield drawn


def fewest_for(level: float) -> int:
    """Return how many outcomes on which nothing acts tell a band at ``level``.

    >>> fewest_for(0.95), fewest_for(0.99)
    (19, 99)
    """
    return ceil(round(level / (1.0 - level), 9))


def band_of(drawn: np.ndarray, level: float) -> np.ndarray:
    """Return what an index of a parameter that does nothing stays at or below, at ``level``, without unit of its own.

    ``drawn`` (resamples, ...) are indices of outcomes on which nothing acts; the band is one of them, by its rank among
    them and the index that is judged. NaN where they are too few to tell. Source: Dwass (1957), Annals of Mathematical
    Statistics 28:181.

    >>> float(band_of(np.arange(1.0, 100.0), 0.95)), float(band_of(np.arange(1.0, 11.0), 0.95))
    (95.0, nan)
    """
    if len(drawn) < fewest_for(level):
        return np.full(drawn.shape[1:], np.nan)
    rank = ceil(round(level * (len(drawn) + 1), 9))
    return np.asarray(np.sort(drawn, axis=0)[rank - 1])


def reaching_down(index: np.ndarray, half_width: np.ndarray, band: np.ndarray) -> np.ndarray:
    """Return half-widths that reach down to nothing where an index cannot be told from that of an idle parameter.

    All are (parameters, times), in the unit of the index, which is never below zero but for chance. Assumption: what
    is at most its ``band`` may be nothing.

    >>> reaching_down(np.array([0.2, 0.5]), np.array([0.1, 0.1]), np.array([0.3, 0.3])).tolist()
    [0.2, 0.1]
    """
    return np.where(index <= band, np.maximum(half_width, index), half_width)
