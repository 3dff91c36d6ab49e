"""Equality with groups of trusts: the same bits on every engine, whatever is theirs, under whatever rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tredegar.model.groups.levers import levers_of_trusts
from tredegar.model.mechanisms.table import MODEL_1
from tredegar.model.own.books import book_of
from tredegar.model.parameters import PARAMETERS
from tredegar.model.trust_groups import REORGANISED, GroupLever, TrustGroups

from ...kernels.own_rules.books import BOOKS
from ...support.cases import AVAILABLE, Case, assert_same_bits, parameter_values, run_batch
from ..own.drawn_rules import drawn_file
from .group_runs import FIXED, GroupCase, batch_in_groups, group_cases

OTHERS = [name for name in (*AVAILABLE, "strict") if name not in ("numpy", "numba")]
needs_numba = pytest.mark.skipif("numba" not in AVAILABLE, reason="numba is not installed")


@settings(max_examples=15)
@given(case=group_cases())
@example(case=FIXED)
def test_engines_agree_on_drawn_groups(case: GroupCase) -> None:
    batch = batch_in_groups(case)
    expected = run_batch("numpy", batch)
    for engine in OTHERS:
        assert_same_bits(run_batch(engine, batch), expected, engine)


def without_own_steps(case: GroupCase) -> GroupCase:
    """Return ``case`` without what needs trusts that are reorganised one by one."""
    levers = tuple(lever for lever in case.groups.levers if lever.lever != REORGANISED)
    changes = {
        month: {name: value for name, value in changed.items() if not name.startswith(REORGANISED)}
        for month, changed in case.changes.items()
    }
    return replace(case, groups=replace(case.groups, levers=levers), changes=changes)


@pytest.mark.parametrize("name", ["rules added", "choices", "constants varied"])
def test_engines_agree_on_groups_under_own_rules_and_choices(name: str) -> None:
    book = BOOKS[name].base or BOOKS[name]
    batch = batch_in_groups(FIXED, book)
    for engine in OTHERS:
        assert_same_bits(run_batch(engine, batch), run_batch("numpy", batch), engine)


def test_engines_agree_on_groups_under_model_1() -> None:
    batch = batch_in_groups(without_own_steps(FIXED), book_of(MODEL_1))
    for engine in OTHERS:
        assert_same_bits(run_batch(engine, batch), run_batch("numpy", batch), engine)


def test_engines_agree_on_groups_under_drawn_rules_that_read_levers_at_every_level(tmp_path: Path) -> None:
    path = tmp_path / "drawn.py"
    path.write_text(drawn_file(1), encoding="utf-8")
    book = book_of(path)
    # Rules of the centre, of units and of seats read these two there.
    levers = (GroupLever("target_toughness", "a"), GroupLever("inspection_intensity", "a"))
    groups = TrustGroups(names=("a",), shares=(0.5,), levers=levers, outcomes=("quality",))
    assert set(levers_of_trusts(book)) >= {lever.lever for lever in levers}
    case = Case(trusts=11, clinicians=3, months=9, runs=(0, 1), settings=({}, {"initial_challenge": 0.4}))
    starts = {"target_toughness[a]": 1.2, "inspection_intensity[a]": 0.9}
    batch = batch_in_groups(GroupCase(case=case, groups=groups, starts=starts), book)
    for engine in OTHERS:
        assert_same_bits(run_batch(engine, batch), run_batch("numpy", batch), engine)


@needs_numba
@pytest.mark.compiled
@settings(max_examples=6)
@given(data=st.data())
def test_the_compiled_engine_agrees_on_drawn_values_of_groups(data: st.DataObject) -> None:
    rows = {name: PARAMETERS[name.partition("[")[0]] for name in FIXED.starts}
    starts = {name: data.draw(parameter_values(row), name) for name, row in rows.items()}
    changes = {data.draw(st.integers(1, 14)): changed for changed in FIXED.changes.values()}
    seed = data.draw(st.integers(0, 2**32 - 1))
    case = replace(FIXED, case=replace(FIXED.case, seed=seed), starts=starts, changes=changes)
    batch = batch_in_groups(case)
    assert_same_bits(run_batch("numba", batch), run_batch("numpy", batch), "numba")
