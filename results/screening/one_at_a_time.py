"""Moves of answers: what a constant that is halved or doubled does to each, against the model as it is, run by run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from ..intervals import LEVEL
from ..statistics.false_discoveries import Told, told_by_band
from .answers import AnswerSource, ArmRuns, MeasuredAnswer, ScreenedAnswer


class Moves(NamedTuple):
    """What changes do to an answer, (setting,) each but ``own``, in its unit.

    ``own`` is the answer of the model as it is, ``effect`` the move from there, ``error`` its standard error and
    ``low`` and ``high`` the bounds of its interval.
    """

    own: float
    effect: np.ndarray
    error: np.ndarray
    low: np.ndarray
    high: np.ndarray
    freedom: int


def moves_of(measured: MeasuredAnswer, level: float = LEVEL) -> Moves:
    """Return the moves (setting,) of an answer from its first setting to each of the others, in its unit.

    Under common random numbers replicate k of every setting has the same luck, so that pieces are subtracted one by
    one: by Student's t, of what is no mean by the jackknife over replicates. NaN with one replicate, and where a run
    failed.

    >>> pieces = np.array([[0.4, 0.5, 0.6], [0.5, 0.61, 0.69]])
    >>> found = moves_of(MeasuredAnswer(pieces.mean(axis=1), pieces))
    >>> found.effect.round(3).tolist(), found.low.round(3).tolist(), found.high.round(3).tolist()
    ([0.1], [0.075], [0.125])
    """
    effect = measured.value[1:] - measured.value[0]
    apart = measured.pieces[1:] - measured.pieces[0]
    replicates = apart.shape[1]
    if replicates < 2:
        unknown = np.full_like(effect, np.nan)
        return Moves(float(measured.value[0]), effect, unknown, unknown, unknown, 0)
    error = apart.std(axis=1, ddof=1) / np.sqrt(replicates)
    reach = float(stats.t.ppf(0.5 + level / 2.0, replicates - 1)) * error
    return Moves(float(measured.value[0]), effect, error, effect - reach, effect + reach, replicates - 1)


def moves_of_source(source: AnswerSource, runs: ArmRuns) -> list[tuple[ScreenedAnswer, Moves]]:
    """Return each answer of ``source`` with its moves (setting,), from the stores of its arms.

    Raises ValueError for stores that do not hold what the answers read.

    >>> import xarray as xr
    >>> from .lever_answers import lever_source
    >>> source, ends = lever_source(4, 2), np.arange(12, 121, 12)
    >>> runs = {name: (("point", "replicate", "month"), np.ones((3, 2, 10))) for name in source.outcomes}
    >>> found = moves_of_source(source, dict.fromkeys(source.arms, xr.Dataset(runs, {"month": ends})))
    >>> len(found), found[0][1].effect.tolist()
    (36, [0.0, 0.0])
    """
    return [(answer, moves_of(answer.read(runs))) for answer in source.answers]


def told_moves(found: Sequence[tuple[ScreenedAnswer, Moves]]) -> Told:
    """Return which moves are beyond the band of their answer and which within, (answer, setting), all tested together.

    >>> ends = {"between": (-0.01, 0.01), "words": ("down", "none", "up"), "arms": (), "read": lambda runs: None}
    >>> answer = ScreenedAnswer(name="a", kind="lever", says="", unit="share", band=0.01, reason="", **ends)
    >>> pieces = np.array([[0.4, 0.5, 0.6], [0.5, 0.61, 0.69], [0.4, 0.5, 0.6]])
    >>> told_moves([(answer, moves_of(MeasuredAnswer(pieces.mean(axis=1), pieces)))]).beyond.tolist()
    [[True, False]]
    """
    effects, errors = (np.stack([getattr(moves, name) for _, moves in found]) for name in ("effect", "error"))
    bands = np.array([answer.band for answer, _ in found])[:, None]
    freedom = np.array([max(moves.freedom, 1) for _, moves in found])[:, None]
    return told_by_band(effects, errors, freedom, np.broadcast_to(bands, effects.shape))


__all__ = ["Moves", "moves_of", "moves_of_source", "told_moves"]
