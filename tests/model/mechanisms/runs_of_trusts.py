"""Runs under what is built in and under rivals, followed month by month on arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tredegar.kernels.array_engine.engine import ArrayBatch
from tredegar.kernels.batch.batch import Record, Recorded, RunBatch
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.own.books import book_of
from tredegar.model.parameters import PARAMETERS

from ...support.cases import Case, batch_of, run_batch

# Demand that moves fast lets trusts fail and recover; targets are tough, so that many are just below them.
CASE = Case(
    trusts=12, clinicians=3, months=60, seed=3, runs=(0, 4, 8),
    settings=({"trust_difference": 0.3}, {"target_toughness": 1.5, "inspection_intensity": 1.0}, {"size_spread": 0.6}),
    changes={25: {"target_level": 0.8}}, constants={"DIFFICULTY_DRIFT": 0.2}, every=2,
)  # fmt: skip


def batch_under(rules: Mapping[str, str] | None, case: Case = CASE, **values_of_all: float) -> RunBatch:
    """Return the batch of ``case`` under ``rules``; ``values_of_all`` are parameters, a rival's too, of every run."""
    made, book = batch_of(case), book_of(rules)
    given = {name: row.default for name, row in book.parameters.items() if name not in PARAMETERS} | values_of_all
    values = {name: np.full(len(made.runs), float(value)) for name, value in given.items()}
    record = Record((*case.outcomes, *(name for name in book.outcomes if name not in OUTCOMES)), case.every, True)
    return replace(made, rules=book, parameters={**made.parameters, **values}, record=record)


def with_constants(case: Case = CASE, **constants: float) -> Case:
    """Return ``case`` with ``constants`` among those that differ from the table."""
    return replace(case, constants={**case.constants, **constants})


def months_of(batch: RunBatch) -> Iterator[dict[str, Any]]:
    """Yield the records of the country, as they are at the end of each month."""
    state = ArrayBatch(batch, np)
    for month in range(1, batch.months + 1):
        state.advance(month)
        yield state.records


def unlike(found: Recorded, expected: Recorded) -> set[str]:
    """Return the outcomes and records of trusts of ``expected`` that have other bits in ``found``."""
    there = {**expected.outcomes, **expected.trust_records}
    here = {**found.outcomes, **found.trust_records}
    assert found.failed.tolist() == expected.failed.tolist() == [0] * len(expected.failed)
    return {name for name, values in there.items() if here[name].tobytes() != values.tobytes()}


def unlike_rival(rules: Mapping[str, str], case: Case = CASE, **built_in: float) -> set[str]:
    """Return what differs in any bit between runs under ``rules`` and under what is built in, at ``built_in``."""
    return unlike(run_batch("numpy", batch_under(None, case, **built_in)), run_batch("numpy", batch_under(rules, case)))
