"""Own rules give the same bits on every engine, whatever level they stand at, and whatever runs are beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from tredegar.kernels.array_engine.engine import run_arrays
from tredegar.model.graph.trace import known_before, trace_month, trace_outcomes, trace_start, unmade
from tredegar.model.outcomes import OUTCOMES

from ...support.cases import AVAILABLE, Case, assert_same_bits, cases, run_batch
from .books import BOOKS, COMPILED, batch_of_large_sums, cases_of, own_batch

OTHERS = [name for name in (*AVAILABLE, "strict") if name != "numpy"]
CASE = Case(
    trusts=9, clinicians=5, months=14, seed=11, runs=(0, 1, 9),
    settings=({"initial_challenge": 0.3}, {"solidarity": 1.2, "clinician_turnover": 0.05}, {"local_trap": 0.9}),
    changes={4: {"sanction_strength": 0.9}}, every=2,
)  # fmt: skip


@pytest.mark.parametrize(("name", "engine"), cases_of(BOOKS, OTHERS))
def test_engines_agree(name: str, engine: str) -> None:
    batch = own_batch(CASE, BOOKS[name])
    expected = run_batch("numpy", batch)
    assert expected.failed.tolist() == [0, 0, 0]
    assert_same_bits(run_batch(engine, batch), expected, engine)


@settings(max_examples=6)
@given(case=cases(most_months=18))
@pytest.mark.parametrize("name", ["rules added", "rules replaced", "all at once", "rules at every level"])
def test_engines_agree_on_drawn_cases(name: str, case: Case) -> None:
    batch = own_batch(case, BOOKS[name], case.seed)
    expected = run_batch("numpy", batch)
    for engine in (engine for engine in OTHERS if engine != "numba"):
        assert_same_bits(run_batch(engine, batch), expected, engine)


@pytest.mark.compiled
@pytest.mark.skipif("numba" not in AVAILABLE, reason="numba is not installed")
@settings(max_examples=25)
@given(case=cases(most_months=18))
def test_the_compiled_engine_agrees_on_drawn_cases(case: Case) -> None:
    batch = own_batch(case, BOOKS[COMPILED], case.seed)
    assert_same_bits(run_batch("numba", batch), run_batch("numpy", batch), "numba")


@pytest.mark.parametrize("name", BOOKS)
def test_a_run_does_not_depend_on_blocks_of_seats(name: str) -> None:
    batch = own_batch(CASE, BOOKS[name])
    together = run_batch("numpy", batch)
    for block in (1, 20, 2**62):
        assert_same_bits(run_arrays(batch, np, lambda array: array, block), together)


@pytest.mark.parametrize(
    ("name", "engine"), cases_of(BOOKS, [name for name in AVAILABLE if name in ("numpy", "numba")])
)
def test_a_run_does_not_depend_on_the_runs_beside_it(name: str, engine: str) -> None:
    batch = own_batch(CASE, BOOKS[name])
    together = run_batch("numpy", batch)
    for position in range(len(batch.runs)):
        alone = run_batch(engine, batch.take(slice(position, position + 1)))
        for kind in ("outcomes", "trust_records"):
            for one, values in getattr(together, kind).items():
                assert getattr(alone, kind)[one][0].tobytes() == values[position].tobytes()


@pytest.mark.parametrize(("name", "engine"), cases_of([COMPILED], AVAILABLE))
def test_what_is_recorded_does_not_change_what_happens(name: str, engine: str) -> None:
    batch = own_batch(CASE, BOOKS[name])
    everything = run_batch(engine, batch)
    few = replace(batch.record, outcomes=("mean_spirit", "quality", "quality_p90", "tired"))
    found = run_batch(engine, replace(batch, record=few))
    assert all(found.outcomes[name].tobytes() == everything.outcomes[name].tobytes() for name in few.outcomes)


@pytest.mark.parametrize(("name", "engine"), cases_of(["rules added"], OTHERS))
def test_a_run_fails_in_the_month_in_which_an_own_outcome_is_no_number(name: str, engine: str) -> None:
    batch = own_batch(CASE, BOOKS[name])
    ending = replace(batch, parameters={**batch.parameters, "doom": np.array([-0.5, 5.0, 14.0])})
    expected = run_batch("numpy", ending)
    assert expected.failed.tolist() == [0, 5, 14]
    assert_same_bits(run_batch(engine, ending), expected, engine)


@pytest.mark.parametrize(("name", "engine"), cases_of(["rules added"], [each for each in OTHERS if each != "strict"]))
def test_a_run_fails_where_a_sum_of_an_own_outcome_cannot_hold(name: str, engine: str) -> None:
    batch = batch_of_large_sums(BOOKS[name])
    expected = run_batch("numpy", batch)
    assert expected.failed.tolist() == [0, 1, 1]
    assert_same_bits(run_batch(engine, batch), expected, engine)


@pytest.mark.parametrize("name", BOOKS)
def test_own_outcomes_say_something(name: str) -> None:
    """A comparison of constants would prove nothing; what is meant to be one is."""
    batch = own_batch(CASE, BOOKS[name])
    own_outcomes = [each for each in BOOKS[name].outcomes if each not in OUTCOMES]
    found = run_batch("numpy", batch).outcomes
    still = {each for each in own_outcomes if len(np.unique(found[each])) == 1}
    assert still <= {"own_constant", "own_quarter"}


@pytest.mark.parametrize("name", BOOKS)
def test_books_read_nothing_that_nobody_has_made(name: str) -> None:
    book = BOOKS[name]
    phases = (*trace_start(book), *trace_month(book), trace_outcomes(book))
    assert unmade(phases, known_before(book)) == []
