"""Model 2 as a whole: all rivals that the record asks for together have the same bits on every engine."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.kernels.array_engine.engine import run_arrays
from tredegar.model.graph.trace import known_before, trace_month, trace_outcomes, trace_start, unmade
from tredegar.model.mechanisms.table import MECHANISMS, MODEL_2

from ...support.cases import AVAILABLE, assert_same_bits, run_batch
from .runs_of_trusts import batch_under, unlike_built_in

EVERYTHING = {**MODEL_2, "outside": "paths"}
BUSY = {"inspection_rate": 0.4, "inspection_error": 0.1, "notch_effort": 0.6, "middle_rate": 1.0, "demand_path": 1.1}


def test_model_2_takes_a_rival_of_each_mechanism_that_the_record_asks_for() -> None:
    assert all(rival in MECHANISMS[name].rivals for name, rival in EVERYTHING.items())
    assert set(MECHANISMS) - set(EVERYTHING) == {"gaming"}
    assert unlike_built_in(MODEL_2)


@pytest.mark.parametrize("engine", [name for name in (*AVAILABLE, "strict") if name not in ("numpy", "numba")])
@pytest.mark.parametrize("own", [{}, BUSY], ids=["defaults", "busy"])
def test_engines_agree(own: dict[str, float], engine: str) -> None:
    batch = batch_under(EVERYTHING, **own)
    expected = run_batch("numpy", batch)
    assert expected.failed.tolist() == [0, 0, 0]
    assert_same_bits(run_batch(engine, batch), expected, engine)


@pytest.mark.compiled
@pytest.mark.skipif("numba" not in AVAILABLE, reason="numba is not installed")
def test_the_compiled_engine_agrees() -> None:
    for own in ({}, BUSY):
        batch = batch_under(EVERYTHING, **own)
        assert_same_bits(run_batch("numba", batch), run_batch("numpy", batch), "numba")


def test_a_run_does_not_depend_on_blocks_of_seats() -> None:
    batch = batch_under(EVERYTHING)
    assert_same_bits(run_arrays(batch, np, lambda array: array, 1), run_batch("numpy", batch))


def test_rivals_read_nothing_that_nobody_has_made() -> None:
    book = batch_under(EVERYTHING).rules
    assert unmade((*trace_start(book), *trace_month(book), trace_outcomes(book)), known_before(book)) == []
