"""Answers of the record: the targets that can fail, in runs at the defaults; the band is half of the record's window.

A move that is smaller than what the record itself leaves open changes no judgement on the model. Medians have no error
by leaving out runs, so that they are not screened.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...observation.counterparts import COUNTERPARTS
from ...observation.operators.operator import Operator
from ...observation.operators.ordered import Floats, total
from ...observation.summaries import PLACES
from ...observation.target_table import Target, targets
from ...store.format import SUMMARIES
from ..record.model_comparison import TARGETS_THAT_CAN_FAIL
from .answers import AnswerSource, ArmRuns, MeasuredAnswer, ScreenedAnswer, pseudo_values

ARM = "as-it-is"
MONTHS = 240
"""Twenty years, as on the page that compares the models."""


def record_source(trusts: int, clinicians: int) -> AnswerSource:
    """Return the answers of the record in a country of so many ``trusts`` and ``clinicians`` per trust.

    >>> {answer.kind for answer in record_source(140, 10).answers}
    {'target'}
    """
    return AnswerSource(
        name="record",
        title="The record",
        arms={ARM: {}},
        answers=[_answer(targets()[name]) for name in TARGETS_THAT_CAN_FAIL if _can_be_told(name)],
        months=MONTHS,
        every=MONTHS,
        trusts=trusts,
        clinicians=clinicians,
        summaries=True,
    )


def _can_be_told(name: str) -> bool:
    return name in COUNTERPARTS and COUNTERPARTS[name].smooth


def _answer(target: Target) -> ScreenedAnswer:
    return ScreenedAnswer(
        name=target.name,
        kind="target",
        says=target.quantity,
        unit=target.unit,
        band=(target.high - target.low) / 2.0,
        reason="half of the window in which the record lies",
        between=(target.low, target.high),
        words=("below the window", "inside the window", "above the window"),
        arms=(ARM,),
        read=_value_of(target.name),
    )


def _value_of(name: str) -> Callable[[ArmRuns], MeasuredAnswer]:
    operator, places = COUNTERPARTS[name], PLACES[name]

    def read(runs: ArmRuns) -> MeasuredAnswer:
        sums = runs[ARM][SUMMARIES].transpose("point", "replicate", "sum").values[..., places]
        return pooled_at_settings(operator, np.asarray(sums, dtype=np.float64))

    return read


def pooled_at_settings(operator: Operator, sums: Floats) -> MeasuredAnswer:
    """Return what ``operator`` makes of ``sums`` (setting, replicate, sum): pooled at each setting, with pseudo-values.

    Values that are not finite, as of what never happened, are NaN.

    >>> found = pooled_at_settings(COUNTERPARTS["V24"], np.array([[[1.0, 10.0], [3.0, 10.0]]]))
    >>> found.value.tolist(), found.pieces.round(6).tolist()
    ([0.2], [[0.1, 0.3]])
    """
    whole = total(sums, axis=1)
    value, without = operator.value_of(whole), operator.value_of(whole[:, None] - sums)
    known = np.isfinite(value) & np.isfinite(without).all(axis=1)
    value, without = np.where(known, value, np.nan), np.where(known[:, None], without, np.nan)
    return MeasuredAnswer(value, pseudo_values(value, without))


__all__ = ["record_source"]
