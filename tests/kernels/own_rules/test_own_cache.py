"""Compiled code of own rules: one piece for each content of a book, found again by any process, beside the model's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba")

from tredegar.kernels.machine.code_cache import VARIABLE
from tredegar.kernels.numba_engine.cache import code_key, load_kernel
from tredegar.model.own.books import book_from_text, book_of
from tredegar.model.own.declared import rule
from tredegar.model.schedule.rulebook import BUILT_IN, with_varied_constants

from ..test_numba import phases_called
from .books import BOOKS
from .written import gaming_by_lot

pytestmark = pytest.mark.slow  # each compiles a book or two
BOOK = BOOKS["rules added"]
PROGRAM = """
import hashlib, sys
from tredegar.kernels import simulate
from tredegar.model.own.declared import rule

@rule
def gaming(manager):
    return 0.5 * manager.gaming + 0.25 * manager.fear

small = dict(replicates=2, months=5, trusts=7, clinicians=3, dtype="float64")
for which in sys.argv[1:]:
    for engine in ("numba", "numpy"):
        out = simulate({}, engine=engine, rules=[gaming] if which == "own" else None, **small)
        print(which, engine, hashlib.sha256(b"".join(out[name].tobytes() for name in sorted(out))).hexdigest())
print("modules", sum(name.startswith("tredegar.kernels.numba_engine.kernel") for name in sys.modules), "loaded")
"""


@rule(replaces="gaming")
def the_same_under_another_name(manager: object) -> object:
    half = 0.5
    return half * manager.gaming + half * manager.gap  # type: ignore[attr-defined]


def test_code_is_told_by_what_rules_do_and_by_which_constants_differ() -> None:
    lot, same = book_of([gaming_by_lot]), book_of([the_same_under_another_name])
    keys = [code_key(), code_key(BOOK), code_key(lot), code_key(with_varied_constants(lot, ["VOICE_BASE"]))]
    assert len(set(keys)) == len(keys)
    assert lot is not same and code_key(same) == code_key(lot)
    assert code_key(book_from_text(BOOK.text)) == code_key(BOOK)


def test_each_book_has_a_kernel_of_its_own_with_the_phases_of_its_month() -> None:
    kernel = load_kernel(BOOK)
    assert load_kernel(BOOK) is kernel is not load_kernel()
    assert kernel.PROGRAM.phases.keys() - load_kernel().PROGRAM.phases.keys() == {"own_sums"}
    for book in (BOOK, BUILT_IN):
        phases = phases_called(load_kernel(book)._advance) + phases_called(load_kernel(book)._sum_for_outcomes)
        assert phases == [phase.name for phase in BUILT_IN.month] + ["outcomes"] + ["own_sums"] * (book is BOOK)


def start(cache: Path, *which: str) -> subprocess.Popen[str]:
    environment = {**os.environ, VARIABLE: str(cache)}
    command = [sys.executable, "-c", PROGRAM, *which]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def answer(process: subprocess.Popen[str]) -> tuple[dict[str, str], str]:
    """What a process printed, by its first two words, and its notes; fails with them if it failed."""
    out, notes = process.communicate()
    assert process.returncode == 0, notes
    return {line.rpartition(" ")[0]: line.rpartition(" ")[2] for line in out.splitlines()}, notes


def test_code_that_several_processes_have_compiled_is_loaded_side_by_side(tmp_path: Path) -> None:
    """Own rules need no code of the model as it stands, and the third process compiles nothing."""
    (own, own_notes), (model, _) = (answer(process) for process in [start(tmp_path, "own"), start(tmp_path, "model")])
    assert own_notes.count("compiling the rules") == 1 and "modules 1" in own
    assert own["own numba"] == own["own numpy"] != model["model numba"] == model["model numpy"]
    kept = sorted(path.name for path in tmp_path.rglob("*"))
    both, notes = answer(start(tmp_path, "model", "own"))
    assert notes == ""
    assert {name: both[name] for name in ("own numba", "model numba")} == {
        "own numba": own["own numba"],
        "model numba": model["model numba"],
    }
    assert sorted(path.name for path in tmp_path.rglob("*")) == kept
