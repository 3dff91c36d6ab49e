"""Answers: named functions of runs, each with its band, that a change of a constant may move.

An answer is what the model is asked for: what a lever does, a quantity of the record, an effect that a claim reads. Its
*band* is by how much it may move before that matters. Whoever has a new kind of answer gives a :class:`AnswerSource`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import xarray as xr

ArmRuns = Mapping[str, xr.Dataset]
"""Name of an arm -> its opened sweep: the same points and replicates in each."""


class MeasuredAnswer(NamedTuple):
    """An answer at every setting: ``value`` (setting,), and ``pieces`` (setting, replicate), all in its unit.

    Pieces are what each replicate says: of a mean its own value, else its pseudo-value of the jackknife.
    """

    value: np.ndarray
    pieces: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenedAnswer:
    """One thing that the model is asked, and by how much it may move.

    ``name``, short and unique; ``says``: what is measured; ``band``, in ``unit``, with its ``reason``. ``between`` and
    ``words`` are how it is told: the first word below the interval, the second inside it, the third above. ``read``
    measures it in the ``arms`` of its source.
    """

    name: str
    kind: str
    says: str
    unit: str
    band: float
    reason: str
    between: tuple[float, float]
    words: tuple[str, str, str]
    arms: tuple[str, ...]
    read: Callable[[ArmRuns], MeasuredAnswer]

    def word(self, value: float) -> str:
        """Return how an answer of ``value`` is told; "unknown" where it is no number.

        >>> told = {"name": "a", "kind": "lever", "says": "", "unit": "share", "band": 0.01, "reason": ""}
        >>> ends = {"between": (-0.01, 0.01), "words": ("down", "none", "up"), "arms": (), "read": lambda runs: None}
        >>> ScreenedAnswer(**told, **ends).word(0.02)
        'up'
        """
        if not np.isfinite(value):
            return "unknown"
        return self.words[int(value >= self.between[0]) + int(value > self.between[1])]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSource:
    """Answers that are read off the same runs: the arms that are run, and how.

    ``arms``: name -> what it sets; ``fixed`` is set in all of them. ``months``, ``every`` and ``outcomes`` are those of
    the spec, with ``summaries`` it records the sums of the record. ``trusts`` and ``clinicians`` are the country.
    ``all_at_once``: whether the answers are asked where all constants are drawn anew together, too.
    """

    name: str
    title: str
    arms: Mapping[str, Mapping[str, float]]
    answers: Sequence[ScreenedAnswer]
    months: int
    trusts: int
    clinicians: int
    every: int = 12
    outcomes: tuple[str, ...] = ("quality",)
    fixed: Mapping[str, float] = field(default_factory=dict)
    summaries: bool = False
    all_at_once: bool = False


def mean_of_months(sweep: xr.Dataset, outcome: str, months: tuple[int, int]) -> np.ndarray:
    """Return the mean of ``outcome`` over ``months`` (first and last), (point, replicate), in its unit.

    Raises ValueError where no recorded window lies in these months.

    >>> runs = {"quality": (("point", "replicate", "month"), [[[0.5, 0.6, 0.8]]])}
    >>> mean_of_months(xr.Dataset(runs, {"month": [12, 24, 36]}), "quality", (13, 36)).round(6).tolist()
    [[0.7]]
    """
    ends = sweep["month"].values
    inside = (ends - int(ends[0]) + 1 >= months[0]) & (ends <= months[1])
    if not inside.any():
        raise ValueError(f"no recorded window of {int(ends[0])} months lies in months {months[0]} to {months[1]}")
    return np.asarray(sweep[outcome].values[..., inside].astype(np.float64).mean(axis=-1))


def of_means(pieces: np.ndarray) -> MeasuredAnswer:
    """Return the answer whose value is the mean of its ``pieces`` (setting, replicate), in their unit.

    A setting with a run that failed (NaN) has no value: it would be compared under other luck.

    >>> of_means(np.array([[0.25, 0.75], [0.5, np.nan]])).value.tolist()
    [0.5, nan]
    """
    return MeasuredAnswer(pieces.mean(axis=1), pieces)


def pseudo_values(whole: np.ndarray, without: np.ndarray) -> np.ndarray:
    """Return the pseudo-values of the jackknife, (setting, replicate), in the unit of the quantity.

    ``whole`` (setting,) is the quantity of all replicates, ``without`` (setting, replicate) that of all but one (Tukey
    1958, Ann. Math. Stat. 29, 614). Those of a mean are the values of the replicates.

    >>> pseudo_values(np.array([2.0]), np.array([[2.5, 2.0, 1.5]])).tolist()
    [[1.0, 2.0, 3.0]]
    """
    replicates = without.shape[1]
    return np.asarray(replicates * whole[:, None] - (replicates - 1) * without)


__all__ = ["AnswerSource", "ArmRuns", "MeasuredAnswer", "ScreenedAnswer", "mean_of_months", "of_means", "pseudo_values"]
