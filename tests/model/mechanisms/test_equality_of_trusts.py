"""Rivals of a trust's mechanisms give the same bits on every engine, alone and together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tredegar.kernels.array_engine.engine import run_arrays
from tredegar.model.graph.trace import known_before, trace_month, trace_outcomes, trace_start, unmade
from tredegar.model.own.books import book_of
from tredegar.model.own.refusal import RuleRefused
from tredegar.model.parameters import PARAMETERS

from ...support.cases import AVAILABLE, assert_same_bits, run_batch
from .runs_of_trusts import RIVALS, batch_under

OWN = {
    "defaults": {},
    "often": {"inspection_rate": 0.4, "inspection_error": 0.1, "reinspection_every": 2.5, "notch_effort": 0.6},
    "nothing": {"regime_support": 0.0, "issue_spread": 0.0, "notch_effort": 0.0, "dressing_margin": 0.03},
}
"""Points of the rivals' own parameters."""


@pytest.mark.parametrize("engine", [name for name in (*AVAILABLE, "strict") if name not in ("numpy", "numba")])
@pytest.mark.parametrize("point", OWN)
def test_engines_agree(point: str, engine: str) -> None:
    batch = batch_under(RIVALS, **OWN[point])
    expected = run_batch("numpy", batch)
    assert expected.failed.tolist() == [0, 0, 0]
    assert_same_bits(run_batch(engine, batch), expected, engine)


@pytest.mark.parametrize("mechanism", RIVALS)
def test_mesa_and_numpy_agree_on_each_alone(mechanism: str) -> None:
    batch = batch_under({mechanism: RIVALS[mechanism]})
    assert_same_bits(run_batch("mesa", batch), run_batch("numpy", batch), "mesa")


@pytest.mark.compiled
@pytest.mark.skipif("numba" not in AVAILABLE, reason="numba is not installed")
def test_the_compiled_engine_agrees() -> None:
    for own in OWN.values():
        batch = batch_under(RIVALS, **own)
        assert_same_bits(run_batch("numba", batch), run_batch("numpy", batch), "numba")


def test_a_run_does_not_depend_on_blocks_of_seats() -> None:
    batch = batch_under(RIVALS)
    assert_same_bits(run_arrays(batch, np, lambda array: array, 1), run_batch("numpy", batch))


def test_rivals_read_nothing_that_nobody_has_made() -> None:
    book = batch_under(RIVALS).rules
    assert unmade((*trace_start(book), *trace_month(book), trace_outcomes(book)), known_before(book)) == []


@pytest.mark.parametrize("mechanism", ["regime", "notch"])
def test_a_choice_between_built_in_and_rival_gives_the_bits_of_each(mechanism: str) -> None:
    labels = ("built-in", RIVALS[mechanism])
    chosen = batch_under(None)
    book = book_of(choices={mechanism: labels})
    own = {name: row.default for name, row in book.parameters.items() if name not in PARAMETERS}
    for level, rules in enumerate((None, {mechanism: RIVALS[mechanism]})):
        values = {name: np.full(3, float(value)) for name, value in (own | {mechanism: level}).items()}
        batch = replace(chosen, rules=book, parameters={**chosen.parameters, **values})
        assert_same_bits(run_batch("numpy", batch), run_batch("numpy", batch_under(rules)))


def test_formal_objection_is_taken_or_left_for_a_whole_sweep() -> None:
    """Nothing but its own outcomes follows from it: as a level of a choice it would be a factor that does nothing."""
    with pytest.raises(RuleRefused, match="'objection' is read by no rule"):
        book_of(choices={"objection": ("built-in", "formal")})
