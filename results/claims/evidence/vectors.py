"""Vectors of contrasts: a claim is judged on linear contrasts of its arms, whose chance does not favour a side.

A maximum, a size or an "all of these" of noisy numbers leans to one side even where nothing is true. Their linear
contrasts do not: chance is taken out of those, and the form of the claim is applied to what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_CONTRASTS: dict[str, np.ndarray] = {
    "level": np.array([[1.0]]),
    "difference": np.array([[1.0, -1.0]]),
    "interaction": np.array([[1.0, -1.0, -1.0, 1.0]]),
    "magnitude": np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]]),
    "hump": np.array([[1.0, -1.0, 0.0], [1.0, 0.0, -1.0]]),
    "contest": np.array([[1.0, 0.0, 0.0, -1.0], [0.0, 1.0, 0.0, -1.0], [0.0, 0.0, 1.0, -1.0]]),
}


class Reading(NamedTuple):
    """How a part of a claim is read: ``form`` of its arms, ``sign`` (0: no change), ``band``, and ``leeway`` in bands.

    ``band`` is in the unit of the outcome.
    """

    form: str
    sign: int
    band: float
    leeway: float = 0.0


def contrasts_of(readings: Sequence[Reading], values: Sequence[np.ndarray]) -> np.ndarray:
    """Return the linear contrasts of all parts in bands, (sample, contrast, replicate).

    ``values``: of each part (arm, sample, replicate), in the unit of its outcome. A replicate that is unknown (NaN) in
    one arm of one part is unknown in all. Raises KeyError for a form that is not known.

    >>> arms = np.array([[[0.6, 0.7]], [[0.5, 0.4]], [[0.4, 0.6]]])
    >>> contrasts_of([Reading("hump", 1, 0.1)], [arms]).round(6).tolist()
    [[[1.0, 3.0], [2.0, 1.0]]]
    """
    found = np.concatenate(
        [
            np.einsum("ca,asr->scr", _CONTRASTS[reading.form], arms) / reading.band
            for reading, arms in zip(readings, values, strict=True)
        ],
        axis=1,
    )
    return np.where(np.isfinite(found).all(axis=1, keepdims=True), found, np.nan)


def scores_at(readings: Sequence[Reading], places: np.ndarray) -> np.ndarray:
    """Return the score of the claim at true contrasts ``places`` (place, contrast) in bands: that of its weakest part.

    The score (place,) is in bands, in the direction of the claim; of a part of no change it is minus the size.

    >>> scores_at([Reading("hump", 1, 0.1)], np.array([[2.0, 3.0], [2.0, -4.0]])).tolist()
    [2.0, -4.0]
    """
    parts, first = [], 0
    for reading in readings:
        width = len(_CONTRASTS[reading.form])
        effect = _effect(reading.form, places[:, first : first + width].T)
        parts.append(-np.abs(effect) if reading.sign == 0 else reading.sign * effect + reading.leeway)
        first += width
    return np.asarray(np.min(parts, axis=0))


def _effect(form: str, contrasts: np.ndarray) -> np.ndarray:
    if form == "magnitude":
        return np.abs(contrasts[0]) - np.abs(contrasts[1])
    if form == "hump":
        return np.minimum(contrasts[0], contrasts[1])
    if form == "contest":
        return np.maximum(contrasts[0], contrasts[1]) - np.maximum(contrasts[2], 0.0)
    return contrasts[0]
