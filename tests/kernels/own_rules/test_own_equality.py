"""Own rules give the same bits on every engine, whatever level they stand at, and whatever runs are beside them."""

from __future__ import annotations

import pytest

from tredegar.model.graph.trace import known_before, trace_month, trace_outcomes, trace_start, unmade

from ...support.cases import AVAILABLE, Case, assert_same_bits, run_batch
from .handmade import BOOKS, own_batch

OTHERS = [name for name in (*AVAILABLE, "strict") if name not in ("numpy", "mesa")]
CASE = Case(
    trusts=9, clinicians=5, months=14, seed=11, runs=(0, 1, 9),
    settings=({"initial_challenge": 0.3}, {"solidarity": 1.2, "clinician_turnover": 0.05}, {"local_trap": 0.9}),
    changes={4: {"sanction_strength": 0.9}}, every=2,
)  # fmt: skip


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("name", BOOKS)
def test_engines_agree(name: str, engine: str) -> None:
    batch = own_batch(CASE, BOOKS[name])
    expected = run_batch("numpy", batch)
    assert expected.failed.tolist() == [0, 0, 0]
    assert_same_bits(run_batch(engine, batch), expected, engine)


@pytest.mark.parametrize("name", BOOKS)
def test_books_read_nothing_that_nobody_has_made(name: str) -> None:
    book = BOOKS[name]
    phases = (*trace_start(book), *trace_month(book), trace_outcomes(book))
    assert unmade(phases, known_before(book)) == []
