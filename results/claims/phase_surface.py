"""Surfaces of an effect over the axes of a phase diagram, drawn from what the runs of its arms tell of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..statistics.gaussian_process import LEAST_POINTS, fit_process
from ..statistics.space_shares import Turn, line_places, space_places, turns_along
from ..statistics.surface_draws import DRAWS, draw_surfaces
from .contrasts import combined_arms

LINEAR = ("level", "difference", "interaction")
"""Forms whose effect is a sum of the arms: chance in it has mean zero, and one surface through it does."""
CELLS = 25
SLICES = (1.0 / 6.0, 0.5, 5.0 / 6.0)
"""Where the third axis is cut, as shares of its range: the middles of its thirds."""
AXES = 3
SEED = 5


class Drawn(NamedTuple):
    """Surfaces drawn at the places of a diagram, in the unit of the runs.

    ``space`` (draw, place): at places that stand for equal parts of the space; ``slices`` (draw, slice, y, x): at the
    cells of the figure; ``lines`` (axis, draw, place): along each axis, the others in the middle of their ranges.
    """

    space: np.ndarray
    slices: np.ndarray
    lines: np.ndarray


def diagram_places() -> np.ndarray:
    """Return all places of a diagram in turn, (place, axis), scaled to 0..1: of the space, the slices, the lines.

    >>> diagram_places().shape
    (2998, 3)
    """
    side = np.linspace(0.0, 1.0, CELLS)
    cut, y, x = np.meshgrid(np.array(SLICES), side, side, indexing="ij")
    slices = np.column_stack([x.ravel(), y.ravel(), cut.ravel()])
    return np.concatenate([space_places(AXES), slices, line_places(AXES).reshape(-1, AXES)])


def by_place(drawn: np.ndarray) -> Drawn:
    """Return surfaces (draw, place) at :func:`diagram_places`, sorted by what the places are for.

    The values keep their unit.

    >>> by_place(np.zeros((2, 2998))).slices.shape
    (2, 3, 25, 25)
    """
    cells = len(SLICES) * CELLS**2
    lines = line_places(AXES).shape[:2]
    space, slices, along = np.split(drawn, np.cumsum([drawn.shape[1] - cells - lines[0] * lines[1], cells]), axis=1)
    return Drawn(
        space,
        slices.reshape(len(drawn), len(SLICES), CELLS, CELLS),
        np.moveaxis(along.reshape(len(drawn), *lines), 1, 0),
    )


def draw_effect(
    form: str, values: np.ndarray, points: np.ndarray, places: np.ndarray, number: int = DRAWS
) -> np.ndarray:
    """Return ``number`` surfaces of the effect that ``form`` makes of arms, (draw, place), in the unit of ``values``.

    ``values`` (arm, point, replicate) at ``points`` (point, axis); both points and ``places`` (place, axis) are scaled
    to 0..1. The greater of two noisy arms is too great on average, and so where a form takes the greater, or a size,
    it is taken of surfaces drawn of the arms, never of single runs. Raises ValueError as ``fit_process`` does.

    >>> points = space_places(1, 16)
    >>> arms = np.stack([2.0 * points, points])
    >>> draw_effect("difference", arms, points, np.array([[0.5]]), number=8).round(1).ravel().tolist()
    [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
    """
    if form in LINEAR:
        runs = combined_arms(form, list(values))
        return draw_surfaces(fit_process(points, runs, common=False), places, number, SEED)
    return combined_arms(form, list(draw_arms(values, points, places, number)))


def draw_arms(values: np.ndarray, points: np.ndarray, places: np.ndarray, number: int = DRAWS) -> np.ndarray:
    """Return surfaces of what each arm has above the mean of all arms, (arm, draw, place), in the unit of ``values``.

    ``values`` (arm, point, replicate), points and places as for :func:`draw_effect`. What arms share at a point, such
    as chance under the same random numbers, is no difference between them and falls out. Surfaces are fitted to the
    principal components of the contrasts between arms over the points: these do not go together, so that they can be
    drawn one by one. Assumption: nor do their signal and their chance, as holds where arms have chance of like size.
    Raises ValueError where fewer than eight points have runs of every arm.

    >>> points = space_places(1, 16)
    >>> drawn = draw_arms(np.stack([2.0 * points, 0.0 * points]), points, np.array([[0.5]]), number=8)
    >>> drawn.mean(axis=1).round(1).ravel().tolist()
    [0.5, -0.5]
    """
    from scipy.linalg import helmert

    contrasts = np.tensordot(helmert(len(values)), values, axes=1)
    known = np.isfinite(contrasts).any(axis=-1).all(axis=0)
    if known.sum() < LEAST_POINTS:
        raise ValueError(f"a surface needs at least {LEAST_POINTS} points with runs of every arm, got {known.sum()}")
    turned = np.linalg.eigh(np.atleast_2d(np.cov(np.nanmean(contrasts[:, known], axis=-1))))[1]
    components = np.tensordot(turned.T, contrasts, axes=1)
    drawn = [
        draw_surfaces(fit_process(points, one, common=False, seed=SEED + place), places, number, SEED + place)
        for place, one in enumerate(components)
    ]
    return np.tensordot(helmert(len(values)).T @ turned, np.stack(drawn), axes=1)


def turns_of(lines: np.ndarray) -> tuple[tuple[Turn, ...], ...]:
    """Return where the sign of drawn surfaces turns along each axis, from ``lines`` (axis, draw, place), any unit.

    Turns are at shares of the range of the axis. Those are left out of which nothing is known but the range.

    >>> along = np.linspace(-1.0, 1.0, 5)
    >>> [[turn], []] = turns_of(np.array([[along - 0.2, along + 0.2], [along + 2.0, along + 3.0]]))
    >>> round(turn.place, 2), turn.rises
    (0.5, True)
    """
    return tuple(tuple(turn for turn in turns_along(line) if turn.low > 0.0 or turn.high < 1.0) for line in lines)
