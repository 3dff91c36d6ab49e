"""Effects of constants where all of them differ at once: elementary effects on answers, along Morris trajectories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from ..intervals import LEVEL
from ..sensitivity.morris_chance import effects_and_chance
from ..statistics.false_discoveries import Told, told_by_band
from .answers import AnswerSource, ArmRuns, ScreenedAnswer
from .settings_run import LEVELS


class EffectsAtOnce(NamedTuple):
    """Sizes of the effects of constants over their whole range, (constant, answer) each, in the unit of the answer.

    ``conf`` is the half-width of the interval, ``idle`` what a constant that does nothing stays below. ``used``
    trajectories were whole.
    """

    mu_star: np.ndarray
    conf: np.ndarray
    idle: np.ndarray
    mu: np.ndarray
    used: int


def effects_at_once(source: AnswerSource, runs: ArmRuns, unit: np.ndarray) -> EffectsAtOnce:
    """Return the effects (constant, answer) on the answers of ``source``, from its ``runs`` at the rows of ``unit``.

    ``unit`` (setting, constant) are the trajectories in units of the ranges. An effect is that of the way from half
    of a constant to twice of it, wherever the others stand (Morris 1991, Technometrics 33, 161), with the chance in it
    taken out. Trajectories with a failed run are left out. Raises ValueError where fewer than two are left.

    >>> ends = {"between": (-0.1, 0.1), "words": ("down", "none", "up"), "arms": ("now",), "unit": "share", "band": 0.1}
    >>> from .answers import MeasuredAnswer
    >>> from .settings_run import trajectories
    >>> sample = trajectories(2, 3)
    >>> pieces = np.repeat(sample @ np.array([[0.3], [0.0]]), 2, axis=1)
    >>> read = lambda runs: MeasuredAnswer(pieces.mean(axis=1), pieces)
    >>> answer = ScreenedAnswer(name="a", kind="lever", says="", reason="", read=read, **ends)
    >>> made = AnswerSource(name="a", title="", arms={}, answers=[answer], months=1, trusts=1, clinicians=1)
    >>> effects_at_once(made, {}, sample).mu_star.round(6).tolist()
    [[0.3], [0.0]]
    """
    pieces = np.stack([answer.read(runs).pieces for answer in source.answers], axis=-1)
    length = unit.shape[1] + 1
    whole = np.isfinite(pieces).all(axis=(1, 2)).reshape(-1, length).all(axis=1)
    if whole.sum() < 2:
        raise ValueError(f"only {whole.sum()} of {len(whole)} trajectories have no failed run; effects need at least 2")
    rows = np.repeat(whole, length)
    values = pieces[rows].mean(axis=1)
    found = effects_and_chance(unit[rows], values, pieces[rows] - values[:, None], LEVELS, common=True)
    return EffectsAtOnce(found["mu_star"], found["mu_star_conf"], found["mu_star_idle"], found["mu"], int(whole.sum()))


def told_at_once(found: EffectsAtOnce, answers: Sequence[ScreenedAnswer]) -> Told:
    """Return which effects are beyond the band of their answer and which within, (constant, answer).

    By the error over trajectories, as if sizes were normal (assumption); all effects are tested together.

    >>> ends = {"between": (-0.01, 0.01), "words": ("down", "none", "up"), "arms": (), "read": lambda runs: None}
    >>> answer = ScreenedAnswer(name="a", kind="lever", says="", unit="share", band=0.01, reason="", **ends)
    >>> sizes, conf = np.array([[0.05], [0.001]]), np.array([[0.01], [0.001]])
    >>> told_at_once(EffectsAtOnce(sizes, conf, conf, sizes, used=8), [answer]).beyond.tolist()
    [[True], [False]]
    """
    freedom = found.used - 1
    errors = found.conf / float(stats.t.ppf(0.5 + LEVEL / 2.0, freedom))
    bands = np.broadcast_to([answer.band for answer in answers], found.mu_star.shape)
    return told_by_band(found.mu_star, errors, freedom, bands)


__all__ = ["EffectsAtOnce", "effects_at_once", "told_at_once"]
