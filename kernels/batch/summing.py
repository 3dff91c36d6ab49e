"""Summing of runs: what operators on histories need is recorded for the runs in work, and only its sums are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.text.names import whole_number
from ...observation.counterparts import COURSES, PANELS
from ...observation.summaries import (
    LEAST_RUN,
    LEAST_RUN_SAID,
    SIZE_RECORD,
    SUMS,
    YEARLY_RECORD,
    history_of_runs,
    summaries_of,
)
from ...store.format import SUMMARIES
from .batch import Record, Recorded


def checked_months(months: Any, summaries: bool) -> int:
    """Return ``months`` as a whole number; raise ValueError for none, and for too few for the sums that are asked for.

    >>> checked_months(96, summaries=True), checked_months(1, summaries=False)
    (96, 1)
    """
    number: int = whole_number("months", months, 1)
    if summaries and number < LEAST_RUN:
        raise ValueError(f"summaries need runs of {LEAST_RUN} months or more ({LEAST_RUN_SAID}), got {number}")
    return number


def widened(record: Record) -> Record:
    """Return the record that an engine is asked for, so that the sums of ``record`` can be made of it.

    >>> wide = widened(Record(("quality",), every=12, summaries=True))
    >>> wide.every, wide.trusts, len(wide.outcomes) > 1, widened(Record(("quality",), every=12)).every
    (1, True, True, 12)
    """
    if not record.summaries:
        return record
    outcomes = tuple(dict.fromkeys((*record.outcomes, *COURSES)))
    return replace(record, outcomes=outcomes, every=1, trusts=True)


def narrowed(recorded: Recorded, record: Record) -> dict[str, NDArray[Any]]:
    """Return what ``record`` asks for of runs ``recorded`` under its wide form, and their sums (run, sum).

    Outcomes are (run, window), records of trusts (run, trust[, year]); the sums of a failed run are NaN.

    >>> recorded = Recorded({"quality": np.array([[0.25, 0.75]])}, {}, np.array([0]), {})
    >>> narrowed(recorded, Record(("quality",)))
    {'quality': array([[0.25, 0.75]])}
    """
    if not record.summaries:
        return {**recorded.outcomes, **recorded.trust_records}
    kept = {name: in_windows(recorded.outcomes[name], record.every) for name in record.outcomes}
    records = recorded.trust_records if record.trusts else {}
    return {**kept, **records, SUMMARIES: _sums(recorded)}


def in_windows(values: NDArray[np.float64], every: int) -> NDArray[np.float64]:
    """Return the means of ``every`` months of ``values`` (run, month) in their unit, (run, window), as engines do.

    >>> in_windows(np.array([[0.25, 0.75, 1.0, 0.0]]), 2).tolist()
    [[0.5, 0.5]]
    """
    if every == 1:
        return values
    by_window = values.reshape(len(values), -1, every)
    # Month after month: another order would give other bits.
    return np.asarray(np.add.accumulate(by_window, axis=2)[:, :, -1] / float(every))


def _sums(recorded: Recorded) -> NDArray[np.float64]:
    sound = recorded.failed == 0
    records = (*(f"{YEARLY_RECORD}{name}" for name in PANELS), SIZE_RECORD)
    trusts = {name: recorded.trust_records[name] for name in records}
    history = history_of_runs({name: recorded.outcomes[name] for name in COURSES}, trusts)
    found = np.full((len(sound), len(SUMS)), np.nan)
    if sound.any():
        with np.errstate(all="ignore"):  # own rules may give an outcome that no sum can be made of
            seen = (history if sound.all() else history.choose(sound)).each(_as_stored)
            found[sound] = summaries_of(seen)
    return found


def _as_stored(values: NDArray[np.float64]) -> NDArray[np.float64]:
    # As a store would keep them: the sums of its records are the same bits.
    return np.asarray(values, dtype=np.float32).astype(np.float64)
