"""Model 1 on a GPU without a GPU: the PTX of its kernels has the bits of NumPy."""

from __future__ import annotations

from pathlib import Path

from tredegar.kernels.cuda_engine.compiling import compile_source, lint
from tredegar.kernels.cuda_engine.source import kernel_source
from tredegar.model.mechanisms.table import MODEL_1

from ...kernels.ptx.ptx_runs import kernels_of, needs_ptx, run_ptx
from ...support.cases import Case, assert_same_bits, run_batch
from .runs_of_trusts import CASE, batch_under
from .test_model_1 import OF_RIVALS

pytestmark = needs_ptx


def test_the_ptx_of_model_1_computes_the_bits_of_numpy(tmp_path: Path) -> None:
    case = Case(**{**vars(CASE), "trusts": 40, "months": 13, "every": 1, "changes": {}})
    batch = batch_under(MODEL_1, case, **OF_RIVALS)
    ptx = compile_source("compute_90", kernel_source(batch.rules)).ptx
    assert lint(ptx) == []
    assert_same_bits(run_ptx(kernels_of(ptx, tmp_path, once=True), batch, 64), run_batch("numpy", batch), "cuda")
