"""Parameters that decide where a claim holds, how it does along them, and boxes of the space in which it does so.

The statistics are those of :func:`find_terms` and :func:`find_dense_box`: nothing is named where chance does as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from ..discovery.dense_boxes import DenseBox, find_dense_box
from ..statistics.step_down import find_terms

CLIP = 3.0
"""Scores are clipped to so many bands: beyond, a claim holds or fails no more for being larger (assumption)."""
MOST = 3
"""So many deciders are looked for in each claim."""
THIRDS = ("lowest third", "middle third", "highest third")
HALVES = ("lower half", "upper half")


class Along(NamedTuple):
    """How a claim does in a part of the range of each parameter of a decider: ``parts`` names it, one for each.

    ``holds``, ``null`` and ``reverses``: their mean probability at the ``settings`` there; NaN without any.
    """

    parts: tuple[str, ...]
    holds: float
    null: float
    reverses: float
    settings: int


class Decider(NamedTuple):
    """One parameter that decides, or two by their product.

    ``share`` of the variance of the score, and ``chance``: see :class:`Term`. ``along`` its range in thirds, of two
    parameters in the four halves.
    """

    parameters: tuple[str, ...]
    share: float
    chance: float
    along: tuple[Along, ...]

    @property
    def label(self) -> str:
        """The names in words: "real control", or "real control x solidarity"."""
        return " x ".join(name.replace("_", " ") for name in self.parameters)


def find_deciders(
    sample: np.ndarray, names: Sequence[str], score: np.ndarray, posterior: np.ndarray
) -> tuple[Decider, ...]:
    """Return what decides, three at most, the clearest first; none where chance explains the score as well.

    ``sample`` is (sample, parameter) with columns ``names``, each in its own unit; ``score`` (sample,) is in bands, NaN
    where it is unknown; ``posterior`` (sample, 3) has the probabilities that the claim holds, makes no difference and
    reverses. Assumptions: those of :func:`find_terms`.

    >>> sample = np.column_stack([np.linspace(0.0, 1.0, 60), np.tile([0.0, 1.0], 30)])
    >>> holds = sample[:, 0] > 0.7
    >>> posterior = np.column_stack([holds, ~holds, np.zeros(60)])
    >>> (found,) = find_deciders(sample, ["mandate_detail", "party"], np.where(holds, 2.0, 0.0), posterior)
    >>> found.parameters, [(*one.parts, round(one.holds, 2)) for one in found.along]
    (('mandate_detail',), [('lowest third', 0.0), ('middle third', 0.0), ('highest third', 0.9)])
    """
    terms = find_terms(sample, names, np.clip(score, -CLIP, CLIP), MOST)
    columns = {name: sample[:, place] for place, name in enumerate(names)}
    return tuple(
        Decider(term.parameters, term.share, term.chance, _along([columns[one] for one in term.parameters], posterior))
        for term in terms
    )


def _along(columns: Sequence[np.ndarray], posterior: np.ndarray) -> tuple[Along, ...]:
    words = THIRDS if len(columns) == 1 else HALVES
    at = np.column_stack([_part_of(column, len(words)) for column in columns])
    return tuple(
        _standing(tuple(words[one] for one in parts), posterior[(at == parts).all(axis=1)])
        for parts in product(range(len(words)), repeat=len(columns))
    )


def _part_of(column: np.ndarray, parts: int) -> np.ndarray:
    """Return in which of so many equal parts of its range each value lies, from 0."""
    low, high = float(column.min()), float(column.max())
    places = (column - low) / max(high - low, 1e-300) * parts
    return np.minimum(places.astype(np.int64), parts - 1)


def _standing(parts: tuple[str, ...], posterior: np.ndarray) -> Along:
    known = posterior[np.isfinite(posterior).all(axis=1)]
    holds, null, reverses = known.mean(axis=0) if len(known) else np.full(3, np.nan)
    return Along(parts, float(holds), float(null), float(reverses), len(known))


def box_where(sample: np.ndarray, names: Sequence[str], posterior: np.ndarray, kinds: Sequence[int]) -> DenseBox | None:
    """Return a box in which the likeliest verdict of settings is one of ``kinds`` more often than everywhere, or None.

    ``sample`` is (sample, parameter) with columns ``names``, each in its own unit; ``posterior`` (sample, 3) has the
    probabilities that the claim holds, makes no difference, reverses: its columns are the ``kinds``. Rows of NaN are
    left out. Assumption: that of :func:`find_dense_box`, which judges the box on settings that did not shape it.

    >>> sample = np.random.default_rng(1).random((80, 2))
    >>> holds = sample[:, 0] > 0.6
    >>> box = box_where(sample, ["mandate_detail", "solidarity"], np.column_stack([holds, ~holds, ~holds]), (0,))
    >>> [round(bound, 1) for bound in box.bounds["mandate_detail"]], box.share
    ([0.6, 1.0], 1.0)
    """
    known = np.isfinite(posterior).all(axis=1)
    likeliest = posterior[known].argmax(axis=1) if known.any() else np.empty(0)
    return find_dense_box(sample[known], names, np.isin(likeliest, kinds)) if known.any() else None
