"""On a GPU own rules are compared with NumPy on their first runs, and refused if a bit differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tredegar.kernels import EngineUnavailable
from tredegar.kernels.array_engine import comparison
from tredegar.kernels.array_engine.comparison import COMPARED_RUNS, compared_at_first, first_difference
from tredegar.kernels.array_engine.engine import run_arrays
from tredegar.kernels.batch.batch import Recorded, RunBatch
from tredegar.kernels.engine_table import ENGINES, load_engine
from tredegar.model.schedule.rulebook import BUILT_IN

from ...support.cases import Case, batch_of
from .books import BOOKS, own_batch

CASE = Case(trusts=4, clinicians=2, months=6, runs=tuple(range(5)), settings=({},) * 5, every=2)
BOOK = BOOKS["rules at every level"]
BATCH = own_batch(CASE, BOOK)


class Gpu:
    """An engine that computes what NumPy does, but for one bit of what ``spoil`` changes; it notes its batches."""

    def __init__(self, spoil: Callable[[Recorded], None] = lambda recorded: None) -> None:
        self.batches: list[RunBatch] = []
        self.spoil = spoil

    def __call__(self, batch: RunBatch) -> Recorded:
        self.batches.append(batch)
        recorded = run_arrays(batch, np, lambda array: array)
        self.spoil(recorded)
        return recorded


@pytest.fixture(autouse=True)
def nothing_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "_equal", set())


def next_bit(kind: str, name: str, place: Any) -> Callable[[Recorded], None]:
    def spoil(recorded: Recorded) -> None:
        values = getattr(recorded, kind)[name]
        values[place] = np.nextafter(values[place], 2.0)

    return spoil


def fails_early(recorded: Recorded) -> None:
    recorded.failed[1] = 3


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (next_bit("outcomes", "own_spirit", (1, 1)), "outcome 'own_spirit' differs from month 4 on"),
        (next_bit("outcomes", "quality", (2, 0)), "outcome 'quality' differs from month 2 on"),
        (next_bit("outcomes", "quality_p10", (0, 2)), "outcome 'quality_p10' differs from month 6 on"),
        (next_bit("trust_records", "trust_method", (0, 3)), "record of trusts 'trust_method' differs"),
        (fails_early, r"fail in months \[0, 3, 0\], in NumPy in \[0, 0, 0\]"),
    ],
)
def test_one_bit_is_enough_to_be_refused_and_is_named(spoil: Callable[[Recorded], None], said: str) -> None:
    with pytest.raises(EngineUnavailable, match=f"engine 'cuda' .* under these rules: .*{said}"):
        compared_at_first("cuda", Gpu(spoil))(BATCH)


def test_a_few_runs_are_compared_in_everything_once_for_each_book_and_engine() -> None:
    gpu, few = Gpu(), replace(BATCH.record, outcomes=("quality",), trusts=False)
    run = compared_at_first("cuda", gpu)
    for _ in range(2):
        assert set(run(replace(BATCH, record=few)).outcomes) == {"quality"}
    assert [len(batch.runs) for batch in gpu.batches] == [COMPARED_RUNS, 5, 5]
    compared = gpu.batches[0].record
    assert (set(compared.outcomes), compared.trusts) == (set(BOOK.outcomes), True)
    other = Gpu()
    compared_at_first("cupy", other)(BATCH)
    compared_at_first("cuda", gpu)(own_batch(CASE, BOOKS["constants for values"]))
    assert (len(other.batches), len(gpu.batches)) == (2, 5)


def test_the_model_as_it_stands_is_compared_with_nothing() -> None:
    gpu = Gpu(next_bit("outcomes", "quality", (0, 0)))
    compared_at_first("cuda", gpu)(batch_of(CASE))
    assert len(gpu.batches) == 1 and batch_of(CASE).rules is BUILT_IN


def test_runs_that_fail_on_both_sides_are_no_difference() -> None:
    batch = own_batch(replace(CASE, settings=({"clinician_turnover": 100.0},) * 5), BOOK)
    assert first_difference(Gpu(), batch) == ""


@pytest.mark.parametrize("engine", ["cuda", "cupy"])
def test_engines_of_a_gpu_are_loaded_with_the_comparison_and_others_without(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Gpu(next_bit("outcomes", "quality", (0, 0)))
    there = replace(ENGINES[engine], look=lambda: (True, "a toy"), load=lambda _: wrong)
    monkeypatch.setitem(ENGINES, engine, there)
    with pytest.raises(EngineUnavailable, match=f"engine '{engine}' .*'quality'"):
        load_engine(engine, BOOK)[1](BATCH)
    monkeypatch.setitem(ENGINES, engine, replace(there, on_gpu=False))
    assert load_engine(engine, BOOK)[1](BATCH).failed.tolist() == [0] * 5
