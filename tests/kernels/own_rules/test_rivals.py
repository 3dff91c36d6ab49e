"""Rivals of model 1 give the same bits on every engine, at fixed points and at drawn ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tredegar.model.mechanisms.table import MODEL_1
from tredegar.model.own.books import book_of
from tredegar.model.schedule.rulebook import RuleBook

from ...support.cases import AVAILABLE, Case, assert_same_bits, cases, run_batch
from .books import own_batch

TOGETHER = book_of(MODEL_1)
ALONE = {name: book_of({name: MODEL_1[name]}) for name in ("minister", "reorganisation", "professions")}
BOOKS: dict[str, RuleBook] = {**ALONE, "together": TOGETHER}
CASE = Case(
    trusts=9, clinicians=5, months=14, seed=11, runs=(0, 1, 9),
    settings=({"initial_challenge": 0.3}, {"clinician_turnover": 0.3}, {"local_trap": 0.9}),
    changes={4: {"clinician_turnover": 0.1}}, every=2,
)  # fmt: skip
OTHERS = [name for name in (*AVAILABLE, "strict") if name not in ("numpy", "numba")]


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("name", BOOKS)
def test_engines_agree(name: str, engine: str) -> None:
    batch = own_batch(CASE, BOOKS[name])
    expected = run_batch("numpy", batch)
    assert expected.failed.tolist() == [0, 0, 0]
    assert_same_bits(run_batch(engine, batch), expected, engine)


@settings(max_examples=6)
@given(case=cases(most_months=18))
def test_engines_agree_on_drawn_cases(case: Case) -> None:
    batch = own_batch(case, TOGETHER, case.seed)
    expected = run_batch("numpy", batch)
    for engine in OTHERS:
        assert_same_bits(run_batch(engine, batch), expected, engine)


@pytest.mark.compiled
@pytest.mark.skipif("numba" not in AVAILABLE, reason="numba is not installed")
@settings(max_examples=25)
@given(case=cases(most_months=18))
def test_the_compiled_engine_agrees_on_drawn_cases(case: Case) -> None:
    batch = own_batch(case, TOGETHER, case.seed)
    assert_same_bits(run_batch("numba", batch), run_batch("numpy", batch), "numba")
