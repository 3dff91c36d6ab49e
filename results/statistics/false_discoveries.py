"""Many tests at once: which of them to believe, so that few of those that are believed are false."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

LEVEL = 0.05
"""The share of what is told that may be false, on average."""


class Told(NamedTuple):
    """What is told of effects, each (elementwise) of bool: ``beyond`` their band, ``within`` it, or neither."""

    beyond: np.ndarray
    within: np.ndarray


def believed(chances: np.ndarray, level: float = LEVEL) -> np.ndarray:
    """Return which tests to believe, elementwise for ``chances``, the p-values; NaN are no tests and not believed.

    Of those that are believed, at most the share ``level`` is false on average, where tests are independent or
    positively dependent (Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57, 289; Benjamini and Yekutieli 2001, Ann.
    Stat. 29, 1165).

    >>> believed(np.array([0.01, 0.04, 0.03, 0.9, np.nan])).tolist()
    [True, False, False, False, False]
    """
    known = np.sort(chances[np.isfinite(chances)])
    below = np.flatnonzero(known <= level * np.arange(1, len(known) + 1) / max(len(known), 1))
    most = known[below[-1]] if len(below) else -1.0
    with np.errstate(invalid="ignore"):
        return np.asarray(chances <= most)


def told_by_band(effects: np.ndarray, errors: np.ndarray, freedom: np.ndarray | int, bands: np.ndarray) -> Told:
    """Return which ``effects`` lie beyond their ``bands`` and which within them, elementwise, both with few false ones.

    ``errors`` are standard errors with ``freedom`` degrees of freedom, in the unit of the effects and bands; one of 0
    is certain. Each of the two is a family of tests of its own, one-sided, by Student's t: that an effect is beyond is
    tested at the edge of the band, that it is within by two one-sided tests there (Schuirmann 1987, J. Pharmacokinet.
    Biopharm. 15, 657).

    >>> told_by_band(np.array([5.0, 0.0, 1.0]), np.array([0.1, 0.1, 0.1]), 7, np.array([1.0, 1.0, 1.0]))
    Told(beyond=array([ True, False, False]), within=array([False,  True, False]))
    """
    over = np.abs(effects) - bands
    with np.errstate(invalid="ignore", divide="ignore"):
        far = np.where(errors > 0.0, over / errors, np.where(over == 0.0, 0.0, np.sign(over) * np.inf))
        far = np.where(np.isfinite(effects) & np.isfinite(errors), far, np.nan)
    return Told(believed(stats.t.sf(far, freedom)), believed(stats.t.cdf(far, freedom)))


__all__ = ["Told", "believed", "told_by_band"]
