"""Groups of trusts on a GPU without a GPU: the PTX of their kernels has the bits of NumPy."""

from __future__ import annotations

from pathlib import Path

from tredegar.kernels.cuda_engine.compiling import compile_source, lint
from tredegar.kernels.cuda_engine.source import kernel_source

from ...kernels.ptx.ptx_runs import kernels_of, needs_ptx, run_ptx
from ...support.cases import assert_same_bits, run_batch
from .group_runs import FIXED, batch_in_groups

pytestmark = needs_ptx


def test_the_ptx_of_groups_computes_the_bits_of_numpy(tmp_path: Path) -> None:
    batch = batch_in_groups(FIXED)
    ptx = compile_source("compute_90", kernel_source(batch.rules)).ptx
    assert lint(ptx) == []
    assert_same_bits(run_ptx(kernels_of(ptx, tmp_path, once=True), batch, 64), run_batch("numpy", batch), "cuda")
