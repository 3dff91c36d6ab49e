"""The GPU engine without a GPU: its PTX, compiled by NVRTC, is checked, run on the CPU and compared by bits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tredegar.kernels.cuda_check.check import check_cuda
from tredegar.kernels.cuda_check.parts import CheckPlan, Parts
from tredegar.kernels.cuda_engine.compiling import architectures, compile_source, lint
from tredegar.kernels.cuda_engine.kernel_launch import run_cuda
from tredegar.kernels.cuda_engine.memory_layout import args_dtype
from tredegar.kernels.cuda_engine.report import verification
from tredegar.kernels.cuda_engine.source import OPTIONS, kernel_hash, kernel_source

from ...golden.write import digest, published_digest, run_row, table
from ...support.cases import EDGES, Case, assert_same_bits, batch_of, differences, random_case, run_batch
from ..ptx.ptx_machine import Kernel, MachineFault
from ..ptx.ptx_mutants import mutants
from ..ptx.ptx_parse import Untranslatable
from ..ptx.ptx_runs import HAS_NVRTC, cuda_engine_on, kernels_of, needs_ptx, run_ptx, volta_build
from .fake_gpu import FakeGpu

pytestmark = needs_ptx

KNOWN = architectures() if HAS_NVRTC else ()
RUN_HERE = ("sm_70", "sm_75", "sm_90", "sm_120")
"""Architectures whose PTX is run, one of each generation of instructions; that of the others is compiled and read."""
NO_VOLTA = "Volta needs NVRTC 12 (nvidia-cuda-nvrtc-cu12), which is not installed"
ASSEMBLED = ("sm_75", "sm_80", "sm_90", "sm_100", "sm_120")
PUBLISHED, MECHANISMS, DIGESTS = table("published"), table("mechanisms"), table("digests")
SOME = Case(
    trusts=40,
    clinicians=3,
    months=8,
    seed=5,
    runs=(0, 9),
    settings=({"initial_challenge": 0.3}, {"number_of_units": 3.0}),
    changes={3: {"solidarity": 1.1}},
    every=2,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ptx")


@pytest.fixture(scope="module")
def kernels(folder: Path) -> dict[str, Kernel]:
    return kernels_of(compile_source("compute_90", kernel_source()).ptx, folder)


@pytest.fixture
def gpu(kernels: dict[str, Kernel], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGpu]:
    monkeypatch.setenv("TREDEGAR_CACHE", str(folder))
    stand_in = FakeGpu(kernels)
    with cuda_engine_on(stand_in, monkeypatch):
        yield stand_in


@pytest.mark.parametrize("architecture", KNOWN)
def test_the_ptx_of_every_architecture_rounds_as_written_and_spills_nothing(architecture: str) -> None:
    assert lint(compile_source(f"compute_{architecture[3:]}", kernel_source()).ptx) == []


@pytest.mark.parametrize("architecture", RUN_HERE)
def test_each_generation_computes_the_bits_of_the_numpy_engine(architecture: str, folder: Path) -> None:
    if architecture == "sm_70":
        volta = volta_build(kernel_source(), "compute_70")
        if volta is None:
            pytest.skip(NO_VOLTA)
        ptx = volta[0]
    else:
        ptx = compile_source(f"compute_{architecture[3:]}", kernel_source()).ptx
    assert lint(ptx) == []
    assert_same_bits(run_ptx(kernels_of(ptx, folder), batch_of(SOME), 64), run_batch("numpy", batch_of(SOME)))


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_golden_values_are_met(name: str, gpu: FakeGpu) -> None:
    assert published_digest(run_row(PUBLISHED[name], "cuda")) == PUBLISHED[name]["sha256"]


@pytest.mark.parametrize("name", MECHANISMS)
def test_each_mechanism_gives_the_bits_it_gives_elsewhere(name: str, gpu: FakeGpu) -> None:
    assert digest(run_row(MECHANISMS[name], "cuda")) == DIGESTS[name]


@pytest.mark.parametrize("number", range(50))
def test_random_parameter_sets_give_the_same_bits(number: int, kernels: dict[str, Kernel]) -> None:
    batch = batch_of(random_case(np.random.default_rng(number), real=number % 4 == 3))
    block, order = (32, 64, 96, 256)[number % 4], (0, 1, 5, 11)[number // 4 % 4]
    assert_same_bits(run_ptx(kernels, batch, block, order), run_batch("numpy", batch), "cuda")


@pytest.mark.parametrize("name", EDGES)
def test_the_guards_of_the_rules_hold(name: str, kernels: dict[str, Kernel]) -> None:
    assert_same_bits(run_ptx(kernels, batch_of(EDGES[name])), run_batch("numpy", batch_of(EDGES[name])), "cuda")


@pytest.mark.parametrize("block", [32, 64, 96, 160, 256])
@pytest.mark.parametrize("order", [0, 1, 7])
def test_bits_depend_neither_on_the_block_nor_on_the_order_of_threads(
    block: int, order: int, kernels: dict[str, Kernel]
) -> None:
    assert_same_bits(run_ptx(kernels, batch_of(SOME), block, order), run_batch("numpy", batch_of(SOME)))


@pytest.mark.parametrize("months", [1, 3, 5])
def test_bits_do_not_depend_on_how_many_months_a_launch_computes(months: int, kernels: dict[str, Kernel]) -> None:
    assert_same_bits(run_ptx(kernels, batch_of(SOME), 64, months=months), run_batch("numpy", batch_of(SOME)))


def test_more_trusts_than_threads_give_the_same_bits(kernels: dict[str, Kernel]) -> None:
    batch = batch_of(Case(trusts=150, clinicians=2, months=3, runs=(4,), settings=({},)))
    assert_same_bits(run_ptx(kernels, batch, 64), run_batch("numpy", batch))


@pytest.mark.parametrize("name", list(mutants()))
def test_every_mutant_is_caught(name: str, folder: Path) -> None:
    """By a check of the machine, or else by the bits; a barrier whose loss nobody notices is one too many."""
    batch = batch_of(SOME)
    wrong = kernels_of(compile_source("compute_90", mutants()[name]).ptx, folder, once=True)
    try:
        found = run_ptx(wrong, batch, 64)
    except MachineFault:
        return
    assert differences(found, run_batch("numpy", batch))


def test_a_build_with_contraction_is_refused(folder: Path) -> None:
    options = tuple(option.replace("fmad=false", "fmad=true") for option in OPTIONS)
    ptx = compile_source("compute_90", kernel_source(), options).ptx
    assert lint(ptx)
    with pytest.raises(Untranslatable, match="rounding mode|contraction|fma"):
        kernels_of(ptx, folder)


def test_the_launcher_passes_the_bytes_that_the_kernel_reads(gpu: FakeGpu) -> None:
    batch = batch_of(SOME)
    assert_same_bits(run_cuda(batch, gpu), run_batch("numpy", batch))
    begin, advance = gpu.launches
    assert (begin.kernel, advance.kernel) == ("start", "advance")
    assert (advance.grid, advance.block) == ((2,), (64,))
    given = np.frombuffer(advance.argument, dtype=args_dtype())[0]
    assert (given["months"], given["trust_count"], given["stride"], given["changes"]) == (8, 40, 64, 1)
    assert [path.parent.name.partition("-")[0] for path in gpu.loaded] == ["sm_90"]


def test_what_the_device_cannot_hold_at_once_is_computed_in_turn_on_two_streams(
    kernels: dict[str, Kernel], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREDEGAR_CACHE", str(folder))
    gpu = FakeGpu(kernels, free=600_000)
    batch = batch_of(Case(trusts=40, clinicians=3, months=4, runs=tuple(range(7)), settings=({},) * 7))
    assert_same_bits(run_cuda(batch, gpu), run_batch("numpy", batch))
    sizes = [launch.grid[0] for launch in gpu.launches if launch.kernel == "advance"]
    assert sum(sizes) == 7 and len(sizes) > 2
    assert [stream.waited for stream in gpu.streams] == [-(-len(sizes) // 2), len(sizes) // 2]


@pytest.mark.parametrize("noticed", [True, False])
def test_the_check_passes_an_engine_that_is_equal_and_sees_one_that_is_not(
    noticed: bool, kernels: dict[str, Kernel], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREDEGAR_CACHE", str(folder))
    wrong = mutants()["a month starts with the luck of the last"]
    other = kernels_of(compile_source("compute_90", wrong).ptx, folder, once=True) if noticed else kernels
    plan = CheckPlan(sets=3, runs=2, months=12, blocks=(32, 96), timed_runs=(1,), sanitizer=False)
    said: list[str] = []
    parts = Parts(plan, said.append, FakeGpu(kernels, contracted=other))
    assert check_cuda(folder / "report.json", said.append, plan, parts.run) is noticed
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["equality"]["passed"] and report["independence"]["passed"]
    assert report["passed"] is report["contraction"]["passed"] is noticed
    assert report["device"]["kernel_hash"] == kernel_hash() and report["device"]["name"] == "PTX on the CPU"
    assert said[3] == "equality: 3 of 3 sets, 0 differ"
    assert verification(folder / "report.json").startswith("verified on PTX on the CPU, ") is noticed


@pytest.mark.parametrize("architecture", ["sm_70", *(name for name in KNOWN if name in ASSEMBLED)])
def test_no_register_spills_at_128_registers_and_256_threads(architecture: str) -> None:
    tell = "--ptxas-options=-v"
    if architecture == "sm_70":
        volta = volta_build(kernel_source(), architecture, tell)
        if volta is None:
            pytest.skip(NO_VOLTA)
        log = volta[1]
    else:
        log = compile_source(architecture, kernel_source(), (*OPTIONS, tell)).log
    about = log[log.index("'advance'") :]
    assert [int(number) for number in re.findall(r"(\d+) bytes (?:stack|spill)", about)[:3]] == [0, 0, 0]
    assert int(re.findall(r"Used (\d+) registers", about)[0]) <= 128


def test_instructions_per_clinician_month_stay_within_their_budget(folder: Path) -> None:
    """What a clinician costs in a month, all phases included; docs/gpu.md derives the rate of an H100 from it."""
    counting = kernels_of(compile_source("compute_90", kernel_source()).ptx, folder, counting=True)
    case = Case(trusts=150, clinicians=40, months=2, runs=(0,), settings=({},), trust_records=False)
    run_ptx(counting, batch_of(case), 160, check=False)
    executed = sum(counting["advance"].counts().values()) / (150 * 40 * 2)
    assert executed < 490
