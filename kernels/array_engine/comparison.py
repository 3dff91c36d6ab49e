"""Comparison of an engine with NumPy, bit for bit, on the first runs under own rules: what differs is refused.

The engines of a GPU are verified for the model as it stands. Rules that nobody has run there before are computed twice
in each process, for a few runs, before their numbers count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.schedule.rulebook import BUILT_IN, RuleBook
from ..batch.batch import Record, Recorded, RunBatch
from ..machine.unavailable import EngineUnavailable
from .engine import run_arrays

COMPARED_RUNS = 3
"""Runs that are computed twice."""
_equal: set[tuple[str, RuleBook]] = set()


def compared_at_first(engine: str, run: Callable[[RunBatch], Recorded]) -> Callable[[RunBatch], Recorded]:
    """Return ``run``, which compares the first batch of a book of own rules in this process with NumPy.

    It raises EngineUnavailable, naming what differs, for rules under which ``engine`` has other bits.
    """

    def run_compared(batch: RunBatch) -> Recorded:
        if batch.rules is not BUILT_IN and (engine, batch.rules) not in _equal:
            if unlike := first_difference(run, batch):
                raise EngineUnavailable(
                    f"engine '{engine}' has not the bits of NumPy under these rules: {unlike}; use engine 'numba' or "
                    "'numpy', and tell the authors of Tredegar"
                )
            _equal.add((engine, batch.rules))
        return run(batch)

    return run_compared


def first_difference(run: Callable[[RunBatch], Recorded], batch: RunBatch) -> str:
    """Return what first differs by bits between ``run`` and NumPy, in all outcomes of a few runs of ``batch``; or "".

    >>> from tredegar.kernels.batch.small import small_batch
    >>> first_difference(lambda batch: run_arrays(batch, np, lambda array: array), small_batch())
    ''
    """
    everything = Record(tuple(batch.rules.outcomes), batch.record.every, trusts=True)
    few = replace(batch.take(slice(0, COMPARED_RUNS)), record=everything)
    found, expected = run(few), run_arrays(few, np, lambda array: array)
    if not np.array_equal(found.failed, expected.failed):
        return f"runs fail in months {found.failed.tolist()}, in NumPy in {expected.failed.tolist()} (0: they do not)"
    sound = expected.failed == 0
    unlike = {
        name: _first_unlike(found.outcomes[name][sound], values[sound]) for name, values in expected.outcomes.items()
    }
    # The earliest of all: what differs later may follow from it.
    name = min(unlike, key=unlike.__getitem__)
    if unlike[name] < few.windows:
        return f"outcome '{name}' differs from month {(unlike[name] + 1) * few.record.every} on"
    records = ((name, values[sound]) for name, values in expected.trust_records.items())
    other = [name for name, values in records if _unlike(found.trust_records[name][sound], values).any()]
    return f"the record of trusts '{other[0]}' differs" if other else ""


def _unlike(found: NDArray[Any], expected: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where two arrays of floats of one shape differ in any bit."""
    # What is no number has many forms, which no engine promises.
    here, there = (np.where(np.isnan(values), np.nan, values).view(np.uint64) for values in (found, expected))
    differs: NDArray[np.bool_] = here != there
    return differs


def _first_unlike(found: NDArray[Any], expected: NDArray[Any]) -> int:
    """Return the first window of (run, window) in which any bit differs; the number of windows where none does."""
    places = np.flatnonzero(_unlike(found, expected).any(axis=0))
    return int(places[0]) if places.size else expected.shape[1]
