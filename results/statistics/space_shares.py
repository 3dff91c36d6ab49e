"""Shares of a space and the places where a sign turns, read from drawn surfaces."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import qmc

from ..intervals import LEVEL

PLACES = 1024
"""Places over which shares are counted."""
ON_LINE = 33
"""Places along a line on which turns are sought."""


class Share(NamedTuple):
    """A share of the space with its interval."""

    share: float
    low: float
    high: float


class Turn(NamedTuple):
    """A place on a line where the sign turns, 0..1 from its first end to its last, and its interval.

    ``rises``: from negative to positive. A bound of 0 or 1 says that the turn may lie beyond that end; ``seen`` is the
    share of the drawn surfaces that turn on the line.
    """

    place: float
    low: float
    high: float
    rises: bool
    seen: float


def space_places(axes: int, number: int = PLACES) -> np.ndarray:
    """Return places that fill the unit cube, (place, axis): a scrambled Sobol sequence, always the same.

    ``number`` should be a power of two. Source: Sobol (1967), scrambled as SciPy does.

    >>> space_places(3, 4).shape
    (4, 3)
    """
    return np.asarray(qmc.Sobol(axes, scramble=True, rng=np.random.default_rng(5)).random(number))


def line_places(axes: int, number: int = ON_LINE) -> np.ndarray:
    """Return places along each axis, the others in the middle of their ranges: (axis, place, axis), scaled to 0..1.

    >>> line_places(2, 3).tolist()
    [[[0.0, 0.5], [0.5, 0.5], [1.0, 0.5]], [[0.5, 0.0], [0.5, 0.5], [0.5, 1.0]]]
    """
    places = np.full((axes, number, axes), 0.5)
    for axis in range(axes):
        places[axis, :, axis] = np.linspace(0.0, 1.0, number)
    return places


def shares_beyond(drawn: np.ndarray, band: float, level: float = LEVEL) -> tuple[Share, Share, Share]:
    """Return the shares of the space where a surface lies above, within and below ``band`` on either side of zero.

    ``drawn`` (draw, place): whole surfaces at places that stand for equal parts of the space; ``band`` in their unit.
    The share is that of their mean. Draws are as rough as the process is on average: where the truth is flat, their
    shares are biased, as those of their mean are where it is rough. The interval holds both readings: percentiles of
    the draws, joined with a normal interval on the arcsine scale (Anscombe 1948), and the same moved by the bias that
    the draws would have if their mean were the truth (assumption; ``docs/coverage.md`` shows what it does).

    >>> above, within, below = shares_beyond(np.array([[-2.0, 0.0, 3.0, 4.0], [-2.0, 0.0, 0.5, 4.0]]), band=1.0)
    >>> above.share, within.share, below.share
    (0.5, 0.25, 0.25)
    """
    mean = drawn.mean(axis=0)
    above, within, below = (
        _share(side.mean(axis=1), float(told.mean()), drawn.shape[1], level)
        for side, told in zip(_sides(drawn, band), _sides(mean, band), strict=True)
    )
    return above, within, below


def _sides(values: np.ndarray, band: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return values > band, np.abs(values) <= band, values < -band


def _share(drawn: np.ndarray, told: float, places: int, level: float) -> Share:
    from scipy import stats

    tail = (1.0 - level) / 2.0
    first, last = np.quantile(drawn, (tail, 1.0 - tail))
    angles = np.arcsin(np.sqrt(drawn))
    # 1 / (4 n) is the variance of the arcsine of a share of n places: the error of counting them.
    half = stats.norm.ppf(1.0 - tail) * np.sqrt(angles.var() + 0.25 / places)
    low, high = np.sin(np.clip([angles.mean() - half, angles.mean() + half], 0.0, np.pi / 2.0)) ** 2
    bias = told - float(drawn.mean())
    low, high = min(low, first) + min(bias, 0.0), max(high, last) + max(bias, 0.0)
    return Share(told, float(np.clip(low, 0.0, told)), float(np.clip(high, told, 1.0)))


def turns_along(drawn: np.ndarray, level: float = LEVEL) -> tuple[Turn, ...]:
    """Return where the mean of the drawn surfaces changes its sign along a line, in order.

    ``drawn`` (draw, place): surfaces at places of equal distance from one end of the line to the other. The interval
    has the percentiles of the next turn of the same direction in each draw, sought on the side on which its sign at the
    place of the mean's turn says that it lies; a draw that has none there counts as turning at that end of the line or
    beyond.

    >>> line = np.linspace(-1.0, 1.0, 5)
    >>> [turn] = turns_along(np.array([line - 0.2, line, line + 0.2]))
    >>> turn.place, turn.rises, turn.low < 0.5 < turn.high
    (0.5, True, True)
    """
    return tuple(_turn(drawn, place, rises, level) for place, rises in _crossings(drawn.mean(axis=0)))


def _crossings(line: np.ndarray) -> list[tuple[float, bool]]:
    """Return where a line crosses zero, as (place 0..1, whether it rises), between places by a straight line."""
    positive = line > 0.0
    before = np.flatnonzero(positive[1:] != positive[:-1])
    part = line[before] / (line[before] - line[before + 1])
    places = (before + part) / (len(line) - 1)
    return [(float(place), bool(positive[at + 1])) for place, at in zip(places, before, strict=True)]


def _turn(drawn: np.ndarray, place: float, rises: bool, level: float) -> Turn:
    along = np.linspace(0.0, 1.0, drawn.shape[1])
    found, seen = [], 0
    for line in drawn:
        ahead = (np.interp(place, along, line) > 0.0) != rises
        same = [at for at, up in _crossings(line) if up == rises and (at >= place if ahead else at <= place)]
        found.append((min(same) if ahead else max(same)) if same else float(ahead))
        seen += bool(same)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(found, (tail, 1.0 - tail))
    return Turn(place, float(low), float(high), rises, seen / len(drawn))
