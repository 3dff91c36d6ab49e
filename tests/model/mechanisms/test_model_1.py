"""Model 1 is a set of rivals: each alone, all together and as levels of choices have the same bits on every engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tredegar.kernels.array_engine.engine import run_arrays
from tredegar.kernels.batch.batch import RunBatch
from tredegar.model.graph.trace import known_before, trace_month, trace_outcomes, trace_start, unmade
from tredegar.model.mechanisms.table import MECHANISMS, MODEL_1
from tredegar.model.own.books import book_of
from tredegar.model.parameters import PARAMETERS

from ...support.cases import AVAILABLE, Case, assert_same_bits, run_batch
from .runs_of_trusts import CASE, batch_under, unlike

BUSY = {"inspection_rate": 0.4, "notch_effort": 0.6, "middle_rate": 1.0, "merger_rate": 0.02, "demand_path": 1.1}
"""Parameters under which what is rare happens often."""
OF_RIVALS = {"election_change": 0.8, "failing_months": 2.0, "dressing_margin": 0.05}
"""The parameters that rivals of model 1 bring, away from their defaults."""
SEEN = {"disruption_of_trusts", "objecting_share", "doctors_leaving", "head_changed", "any_tier_started", "true_access"}
POLITICS = {"reform_propensity": 0.8, "blame_salience": 3.0, "minister_tenure": 12.0, "merger_rate": 0.02}
EVENTFUL = replace(
    CASE, clinicians=4, settings=tuple({**each, **POLITICS, "money_path": 0.9} for each in CASE.settings)
)
"""A case in which each mechanism has something to do; the fourth seat of a trust is a doctor's."""


def test_model_1_takes_a_rival_of_each_mechanism_that_the_record_refuted() -> None:
    assert all(rival in MECHANISMS[name].rivals for name, rival in MODEL_1.items())
    assert set(MECHANISMS) - set(MODEL_1) == {"gaming"}
    built_in, model_1 = (run_batch("numpy", batch_under(rules, EVENTFUL)) for rules in (None, MODEL_1))
    assert unlike(built_in, model_1) >= SEEN


def test_what_model_1_does_not_know_stays_at_nothing() -> None:
    found = run_batch("numpy", batch_under(MODEL_1, EVENTFUL)).outcomes
    assert not found["head_changed"].any() and not found["objecting_share"].any()
    assert found["any_tier_started"].tobytes() == found["reorganisation_started"].tobytes()
    assert found["trusts_reorganised"].tobytes() == found["reorganisation_started"].tobytes()
    assert np.allclose(found["disruption_of_trusts"], found["disruption"], atol=1e-8)


@pytest.mark.parametrize("engine", [name for name in (*AVAILABLE, "strict") if name not in ("numpy", "numba")])
@pytest.mark.parametrize("own", [{}, OF_RIVALS], ids=["defaults", "others"])
def test_engines_agree(own: dict[str, float], engine: str) -> None:
    batch = batch_under(MODEL_1, **own)
    expected = run_batch("numpy", batch)
    assert expected.failed.tolist() == [0, 0, 0]
    assert_same_bits(run_batch(engine, batch), expected, engine)


@pytest.mark.parametrize("engine", [name for name in (*AVAILABLE, "strict") if name != "numpy"])
def test_engines_agree_on_what_is_built_in_where_much_happens(engine: str) -> None:
    batch = batch_under(None, EVENTFUL, **BUSY)
    expected = run_batch("numpy", batch)
    assert expected.failed.tolist() == [0, 0, 0]
    assert_same_bits(run_batch(engine, batch), expected, engine)


@pytest.mark.compiled
@pytest.mark.skipif("numba" not in AVAILABLE, reason="numba is not installed")
def test_the_compiled_engine_agrees() -> None:
    for own in ({}, OF_RIVALS):
        batch = batch_under(MODEL_1, **own)
        assert_same_bits(run_batch("numba", batch), run_batch("numpy", batch), "numba")


@pytest.mark.parametrize("mechanism", MODEL_1)
def test_mesa_and_numpy_agree_on_each_alone(mechanism: str) -> None:
    batch = batch_under({mechanism: MODEL_1[mechanism]}, EVENTFUL)
    assert_same_bits(run_batch("mesa", batch), run_batch("numpy", batch), "mesa")


def test_a_run_does_not_depend_on_blocks_of_seats() -> None:
    for rules in (None, MODEL_1):
        batch = batch_under(rules)
        assert_same_bits(run_arrays(batch, np, lambda array: array, 1), run_batch("numpy", batch))


def test_rivals_read_nothing_that_nobody_has_made() -> None:
    book = book_of(MODEL_1)
    assert unmade((*trace_start(book), *trace_month(book), trace_outcomes(book)), known_before(book)) == []


def at_level(chosen: RunBatch, mechanism: str, level: int) -> RunBatch:
    """Return ``chosen`` under the choice between what is built in and the rival of ``mechanism``, at ``level``."""
    book = book_of(choices={mechanism: ("built-in", MODEL_1[mechanism])})
    own = {name: row.default for name, row in book.parameters.items() if name not in PARAMETERS} | {mechanism: level}
    values = {name: np.full(len(chosen.runs), float(value)) for name, value in own.items()}
    return replace(chosen, rules=book, parameters={**chosen.parameters, **values})


@pytest.mark.parametrize("mechanism", MODEL_1)
def test_a_choice_between_built_in_and_rival_gives_the_bits_of_each(mechanism: str) -> None:
    """That of objection, too, from which nothing but its own outcomes follows."""
    found = []
    for level, rules in enumerate((None, {mechanism: MODEL_1[mechanism]})):
        batch = batch_under(rules, EVENTFUL)
        found.append(run_batch("numpy", at_level(batch_under(None, EVENTFUL), mechanism, level)))
        assert_same_bits(found[level], run_batch("numpy", batch))
    assert unlike(*found)


def test_each_rival_leaves_the_other_mechanisms_alone() -> None:
    """What is chosen one after the other is what is chosen together, in whatever order."""
    case = Case(**{**vars(EVENTFUL), "months": 24})
    forwards, backwards = dict(MODEL_1), dict(reversed(MODEL_1.items()))
    assert_same_bits(run_batch("numpy", batch_under(forwards, case)), run_batch("numpy", batch_under(backwards, case)))
