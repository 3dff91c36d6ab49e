"""Rivals at the centre give the same bits on every engine: heads of government, tiers of a reorganisation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tredegar.kernels.batch.batch import Record, RunBatch
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.own.books import book_of
from tredegar.model.schedule.rulebook import RuleBook

from ...support.cases import AVAILABLE, Case, assert_same_bits, batch_of, run_batch

BOOKS = {
    "minister": book_of({"minister": "experience"}),
    "reorganisation": book_of({"reorganisation": "tiers"}),
    "both": book_of({"minister": "experience", "reorganisation": "tiers"}),
}
BOTH = BOOKS["both"]
POLITICS = {"reform_propensity": 0.8, "blame_salience": 3.0, "minister_tenure": 12.0}
CASE = Case(
    trusts=9, clinicians=3, months=90, seed=11, runs=(0, 1, 9),
    settings=(POLITICS, {**POLITICS, "forced_reorganisation_month": 7.0}, {"political_responsiveness": 0.0}),
    changes={4: {"sanction_strength": 0.9}}, every=2,
)  # fmt: skip
OTHER = {"head_loses": 0.55, "head_half": 3.0, "reshuffle_chance": 0.1, "provider_chance": 1.0, "merger_rate": 0.01,
         "mark_tilt": 0.5, "spread_most": 24.0}  # fmt: skip
"""Values of the second run; the others are at the defaults of the rivals."""


def batch_under(book: RuleBook, case: Case = CASE) -> RunBatch:
    made = batch_of(case)
    own = {}
    for name in book.own_parameters:
        own[name] = np.full(len(case.runs), book.parameters[name].default)
        own[name][1] = OTHER.get(name, own[name][1])
    record = Record((*case.outcomes, *(name for name in book.outcomes if name not in OUTCOMES)), case.every, True)
    return replace(made, rules=book, parameters={**made.parameters, **own}, record=record)


@pytest.mark.parametrize("engine", ["mesa", "strict"])
@pytest.mark.parametrize("name", BOOKS)
def test_engines_agree(name: str, engine: str) -> None:
    if engine not in (*AVAILABLE, "strict"):
        pytest.skip(f"{engine} is not installed")
    batch = batch_under(BOOKS[name])
    expected = run_batch("numpy", batch)
    assert expected.failed.tolist() == [0, 0, 0]
    assert_same_bits(run_batch(engine, batch), expected, engine)


@pytest.mark.parametrize(("name", "rival"), [("minister", "experience"), ("reorganisation", "tiers")])
def test_a_choice_gives_the_bits_of_what_is_chosen(name: str, rival: str) -> None:
    chosen = batch_under(book_of(choices={name: ("built-in", rival)}))
    values = {**chosen.parameters, name: np.array([0.0, 1.0, 0.0])}
    found = run_batch("numpy", replace(chosen, parameters=values)).outcomes
    plain, other = (run_batch("numpy", batch).outcomes for batch in (batch_of(CASE), batch_under(BOOKS[name])))
    for outcome in OUTCOMES:
        expected = [plain[outcome][0], other[outcome][1], plain[outcome][2]]
        assert found[outcome].tobytes() == np.array(expected).tobytes(), outcome


@pytest.mark.compiled
@pytest.mark.skipif("numba" not in AVAILABLE, reason="numba is not installed")
def test_the_compiled_engine_agrees() -> None:
    batch = batch_under(BOTH)
    assert_same_bits(run_batch("numba", batch), run_batch("numpy", batch), "numba")


@pytest.mark.parametrize("name", BOOKS)
def test_own_outcomes_say_something(name: str) -> None:
    found = run_batch("numpy", batch_under(BOOKS[name])).outcomes
    assert [own for own in BOOKS[name].outcomes if own not in OUTCOMES and len(np.unique(found[own])) == 1] == []
