"""Drawn rules, ten in a book, at every level: the same bits on every engine, and in the PTX of the GPU's.

Mesa, arrays and strict arrays follow every drawn book; the compiled engine and PTX, which are compiled anew for each,
do under their marks.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tredegar.kernels.cuda_engine.compiling import compile_source, lint
from tredegar.kernels.cuda_engine.source import kernel_source
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.own.books import book_of
from tredegar.model.schedule.rulebook import RuleBook

from ...model.own.drawn_rules import drawn_file
from ...support.cases import AVAILABLE, Case, assert_same_bits, run_batch
from ..ptx.ptx_runs import MISSING, kernels_of, run_ptx
from .books import own_batch

SEEDS = (1, 2, 3)
CASE = Case(
    trusts=11, clinicians=4, months=13, seed=3, runs=(0, 1, 7),
    settings=({"initial_challenge": 0.4}, {"solidarity": 1.1, "clinician_turnover": 0.06}, {"local_trap": 0.8}),
    changes={5: {"sanction_strength": 0.8}}, every=1,
)  # fmt: skip


def drawn_book(seed: int, folder: Path) -> RuleBook:
    path = folder / f"drawn_{seed}.py"
    path.write_text(drawn_file(seed), encoding="utf-8")
    return book_of(path)


@pytest.mark.parametrize("engine", [name for name in (*AVAILABLE, "strict") if name not in ("numpy", "numba")])
@pytest.mark.parametrize("seed", SEEDS)
def test_engines_that_compile_nothing_agree_on_drawn_rules(seed: int, engine: str, tmp_path: Path) -> None:
    batch = own_batch(CASE, drawn_book(seed, tmp_path), seed)
    assert_same_bits(run_batch(engine, batch), run_batch("numpy", batch), engine)


@pytest.mark.slow
@pytest.mark.skipif("numba" not in AVAILABLE, reason="numba is not installed")
@pytest.mark.parametrize("seed", SEEDS)
def test_the_compiled_engine_agrees_on_drawn_rules(seed: int, tmp_path: Path) -> None:
    batch = own_batch(CASE, drawn_book(seed, tmp_path), seed)
    assert_same_bits(run_batch("numba", batch), run_batch("numpy", batch), "numba")


@pytest.mark.ptx
@pytest.mark.skipif(bool(MISSING), reason=f"PTX is not made and run here: {' and '.join(MISSING)} not found")
def test_the_ptx_of_drawn_rules_computes_the_bits_of_numpy(tmp_path: Path) -> None:
    book = drawn_book(SEEDS[0], tmp_path)
    ptx = compile_source("compute_90", kernel_source(book)).ptx
    assert lint(ptx) == []
    batch = own_batch(CASE, book, SEEDS[0])
    assert_same_bits(run_ptx(kernels_of(ptx, tmp_path), batch), run_batch("numpy", batch), "ptx")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_drawn_book_has_ten_rules_at_every_level_and_most_of_its_outcomes_move(seed: int, tmp_path: Path) -> None:
    book = drawn_book(seed, tmp_path)
    assert {record for record, _ in book.memory} == {"centre", "council", "trust", "manager", "seat"}
    own = [name for name in book.outcomes if name not in OUTCOMES]
    found = run_batch("numpy", own_batch(CASE, book, seed)).outcomes
    moving = [name for name in own if len(np.unique(found[name])) > 1]
    assert len(moving) >= 6, set(own) - set(moving)
