"""Own rules on a GPU without a GPU: the PTX of their kernels, run on the CPU, has the bits of NumPy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tredegar.kernels import EngineUnavailable, simulate
from tredegar.kernels.array_engine import comparison
from tredegar.kernels.cuda_engine import source
from tredegar.kernels.cuda_engine.compiling import compile_source, lint
from tredegar.kernels.cuda_engine.model import CudaModel
from tredegar.kernels.cuda_engine.source import kernel_source

from ...support.cases import Case, assert_same_bits, differences, run_batch
from ..cuda.fake_gpu import FakeGpu
from ..ptx.ptx_machine import Kernel, MachineFault
from ..ptx.ptx_runs import cuda_engine_on, kernels_of, needs_ptx, run_ptx
from .books import BOOKS, batch_of_large_sums, own_batch

pytestmark = needs_ptx

CASE = Case(
    trusts=40, clinicians=3, months=8, seed=5, runs=(0, 9),
    settings=({"initial_challenge": 0.3}, {"number_of_units": 3.0}), changes={3: {"solidarity": 1.1}}, every=2,
)  # fmt: skip


EVERY_LEVEL = BOOKS["rules at every level"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ptx")


def kernels_for(text: str, folder: Path, once: bool = False) -> dict[str, Kernel]:
    ptx = compile_source("compute_90", text).ptx
    assert lint(ptx) == []
    return kernels_of(ptx, folder, once=once)


@pytest.fixture(scope="module")
def every_level(folder: Path) -> dict[str, Kernel]:
    return kernels_for(kernel_source(EVERY_LEVEL), folder)


@pytest.mark.parametrize("name", ["rules at every level", "all at once", "choices", "constants varied"])
def test_the_ptx_of_own_rules_computes_the_bits_of_numpy(
    name: str, every_level: dict[str, Kernel], folder: Path
) -> None:
    kernels = every_level if BOOKS[name] is EVERY_LEVEL else kernels_for(kernel_source(BOOKS[name]), folder)
    batch = own_batch(CASE, BOOKS[name])
    expected = run_batch("numpy", batch)
    for block, order in ((64, 0), (32, 5), (160, 11)):
        assert_same_bits(run_ptx(kernels, batch, block, order, months=3), expected, "cuda")


def test_a_sum_that_cannot_hold_fails_the_run_on_a_gpu_as_well(folder: Path) -> None:
    batch = batch_of_large_sums(BOOKS["rules added"])
    found = run_ptx(kernels_for(kernel_source(batch.rules), folder, once=True), batch)
    assert found.failed.tolist() == [0, 1, 1]
    assert_same_bits(found, run_batch("numpy", batch), "cuda")


@pytest.mark.parametrize("flag", ["VIEWS_READ_OUTLOOK", "OWN_SUMS", "OWN_OUTCOMES"])
def test_what_the_schedule_adds_for_own_rules_is_missed_where_it_is_not(
    flag: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Units that read what the first thread still computes are a race; what nobody computes is no outcome."""
    flags = CudaModel.flags
    monkeypatch.setattr(CudaModel, "flags", lambda model: {**flags(model), flag: False})
    source._source_of.cache_clear()
    wrong = kernels_for(kernel_source(EVERY_LEVEL), folder, once=True)
    source._source_of.cache_clear()
    batch = own_batch(CASE, EVERY_LEVEL)
    try:
        found = run_ptx(wrong, batch, 64)
    except MachineFault:
        return
    assert differences(found, run_batch("numpy", batch))


def test_the_engine_of_a_gpu_runs_own_rules_and_refuses_a_kernel_that_computes_others(
    every_level: dict[str, Kernel], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREDEGAR_CACHE", str(folder / "cache"))
    points = {"bite": [0.2, 0.8], **dict.fromkeys(EVERY_LEVEL.varied_constants, 0.3)}
    small = {"replicates": 1, "months": 6, "trusts": 5, "clinicians": 2, "dtype": "float64", "rules": EVERY_LEVEL}
    expected = simulate(points, engine="numpy", **small)
    gpu = FakeGpu(every_level)
    with cuda_engine_on(gpu, monkeypatch):
        for _ in range(2):
            found = simulate(points, engine="cuda", **small)
            assert all(found[name].tobytes() == expected[name].tobytes() for name in expected)
    assert len(gpu.loaded) == 1
    right = kernel_source(EVERY_LEVEL)
    dread = right.index("// own.dread")
    wrong = right[:dread] + right[dread:].replace("0x1.999999999999ap-1", "0x1.9p-1", 1)
    monkeypatch.setattr(comparison, "_equal", set())
    other = FakeGpu(kernels_for(wrong, folder, once=True))
    refused = pytest.raises(EngineUnavailable, match=r"outcome '\w+' differs from month [1-6] on")
    with cuda_engine_on(other, monkeypatch), refused:
        simulate(points, engine="cuda", **small)
