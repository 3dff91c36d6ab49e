"""Rivals of a trust's mechanisms on a GPU without a GPU: the PTX of their kernels has the bits of NumPy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tredegar.kernels.cuda_engine.compiling import compile_source, lint
from tredegar.kernels.cuda_engine.source import kernel_source
from tredegar.model.mechanisms.table import MODEL_2

from ...kernels.ptx.ptx_runs import kernels_of, needs_ptx, run_ptx
from ...support.cases import Case, assert_same_bits, run_batch
from .runs_of_trusts import CASE, RIVALS, batch_under

pytestmark = needs_ptx


@pytest.mark.parametrize("rules", [RIVALS, {**MODEL_2, "outside": "paths"}], ids=["trusts", "model 2"])
def test_the_ptx_of_the_rivals_computes_the_bits_of_numpy(rules: dict[str, str], tmp_path: Path) -> None:
    case = Case(**{**vars(CASE), "trusts": 40, "months": 13, "every": 1, "changes": {}})
    batch = batch_under(rules, case, inspection_rate=0.4, inspection_error=0.1, notch_effort=0.6)
    ptx = compile_source("compute_90", kernel_source(batch.rules)).ptx
    assert lint(ptx) == []
    assert_same_bits(run_ptx(kernels_of(ptx, tmp_path, once=True), batch, 64), run_batch("numpy", batch), "cuda")
