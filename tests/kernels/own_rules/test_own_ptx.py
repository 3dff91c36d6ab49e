"""Own rules on a GPU without a GPU: the PTX of their kernels, run on the CPU, has the bits of NumPy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tredegar.kernels.cuda_engine.compiling import compile_source, lint
from tredegar.kernels.cuda_engine.source import kernel_source

from ...support.cases import Case, assert_same_bits, run_batch
from ..ptx.ptx_runs import kernels_of, needs_ptx, run_ptx
from .handmade import BOOKS, own_batch

pytestmark = needs_ptx

CASE = Case(
    trusts=40, clinicians=3, months=8, seed=5, runs=(0, 9),
    settings=({"initial_challenge": 0.3}, {"number_of_units": 3.0}), changes={3: {"solidarity": 1.1}}, every=2,
)  # fmt: skip


@pytest.mark.parametrize("name", BOOKS)
def test_the_ptx_of_own_rules_computes_the_bits_of_numpy(name: str, tmp_path: Path) -> None:
    ptx = compile_source("compute_90", kernel_source(BOOKS[name])).ptx
    assert lint(ptx) == []
    kernels, batch = kernels_of(ptx, tmp_path), own_batch(CASE, BOOKS[name])
    expected = run_batch("numpy", batch)
    for block, order in ((64, 0), (32, 5), (160, 11)):
        assert_same_bits(run_ptx(kernels, batch, block, order, months=3), expected, "cuda")
