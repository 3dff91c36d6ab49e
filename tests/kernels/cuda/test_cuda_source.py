"""The source of the GPU engine: rules traced in their own order, the schedule of a month, one layout for both sides."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tredegar.kernels import EngineUnavailable, engines, simulate
from tredegar.kernels.cuda_engine import report as cuda_report
from tredegar.kernels.cuda_engine.compiling import lint
from tredegar.kernels.cuda_engine.kernel_launch import architecture_for
from tredegar.kernels.cuda_engine.memory_layout import (
    MOST_THREADS,
    args_dtype,
    layout_of_model,
    layout_source,
    padded,
    threads_for,
)
from tredegar.kernels.cuda_engine.model import cuda_model
from tredegar.kernels.cuda_engine.print_c import one_value
from tredegar.kernels.cuda_engine.report import NOT_VERIFIED, verification
from tredegar.kernels.cuda_engine.report import REPORT as REPORT_FILE
from tredegar.kernels.cuda_engine.source import OPTIONS, kernel_hash, kernel_source
from tredegar.kernels.cuda_engine.state import load_batch
from tredegar.model.arithmetic import clip01, fixed, larger
from tredegar.model.outcomes import OUTCOMES, PERCENTILES
from tredegar.model.schedule.month import MONTH
from tredegar.model.schedule.recording import YEARLY

from ...model.strict_array import STRICT, StrictArray, to_host
from ...support.cases import Case, batch_of

STRUCTS = ("Constants", "Args")


def c_of(rule: Callable[[Any], Any]) -> list[str]:
    """Return the statements of a function of one number x."""
    return [line.strip() for line in one_value(cuda_model(), rule, "x").splitlines()[1:-1]]


def test_each_operation_is_one_statement_in_the_order_of_the_rule() -> None:
    assert c_of(lambda x: larger(0.5, 1.0 + x * x) / 3.0) == [
        "const double v1 = x * x;",
        "const double v3 = 0x1.0000000000000p+0 + v1;",
        "const bool v5 = v3 > 0x1.0000000000000p-1;",
        "const double v6 = v5 ? v3 : 0x1.0000000000000p-1;",
        "const double v8 = v6 / 0x1.8000000000000p+1;",
        "return v8;",
    ]


def test_fixed_point_is_rounded_down_and_converted_in_one_instruction() -> None:
    assert "whole_below(v2)" in c_of(lambda x: fixed(x).astype(np.float64))[-3]


def test_what_nothing_uses_is_left_out() -> None:
    def rule(x: Any) -> Any:
        _ = fixed(x)
        return clip01(x)

    assert not any("whole_below" in line or "round_down" in line for line in c_of(rule))


def test_the_schedule_keeps_the_yearly_records_of_trusts_in_their_order() -> None:
    schedule = (files("tredegar.kernels.cuda_engine") / "schedule.cuh").read_text(encoding="utf-8")
    kept = re.findall(r"add_to_year\(w, (\d)u, year, trust, own\[TRUST_(\w+) \* WARP\]\);", schedule)
    assert kept == [(str(number), "_".join(place)) for number, place in enumerate(YEARLY.values())]


def test_the_schedule_runs_the_phases_in_the_order_of_the_month() -> None:
    schedule = (files("tredegar.kernels.cuda_engine") / "schedule.cuh").read_text(encoding="utf-8")
    serve = schedule[schedule.index("DEV void serve") :]
    month = schedule[schedule.index("DEV void compute_month") :].replace("serve(w", "service(w")
    names = {phase.name for phase in MONTH}
    called = [name for name in re.findall(r"\b(\w+)\(w[,)]", month[: month.index('extern "C"')]) if name in names]
    assert called == [phase.name for phase in MONTH]
    assert serve[serve.index("{") :].lstrip("{\n ").startswith("service(w")


def test_every_rule_every_sum_and_every_outcome_has_its_place_in_the_source() -> None:
    source = kernel_source()
    for phase in MONTH:
        for step in phase.steps:
            assert f"// {step.rule.__module__.rsplit('.', 1)[1]}.{step.rule.__name__}\n" in source
        for tally in phase.tallies:
            for name in tally.fields:
                assert f"{tally.into}_{name}" in source
    for name in OUTCOMES:
        assert source.count(f"w.country.outcome[OUTCOME_{name}] = ") == (0 if name in PERCENTILES else 1)


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
def test_numpy_and_c_lay_the_argument_out_alike(tmp_path: Path) -> None:
    declared = layout_source()
    constants, arguments = (
        re.search(rf"struct {name} {{.*?}};", declared, re.DOTALL) for name in ("Constants", "Args")
    )
    assert constants and arguments
    names = args_dtype().names or ()
    lines = [f'printf("%zu ", offsetof(Args, {name}));' for name in names]
    program = "\n".join((
        "#include <stddef.h>\n#include <stdio.h>",
        "typedef unsigned char u8; typedef unsigned int u32; typedef unsigned long long u64;",
        "typedef struct Constants Constants; typedef struct Args Args;",
        constants[0], arguments[0],
        "int main(void) {", *lines, 'printf("%zu", sizeof(Args)); return 0; }',
    ))  # fmt: skip
    (tmp_path / "args.c").write_text(program, encoding="utf-8")
    subprocess.run(["gcc", "args.c", "-o", "args"], cwd=tmp_path, check=True)
    printed = subprocess.run(["./args"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    fields = args_dtype().fields or {}
    assert [int(number) for number in printed.split()] == [*(fields[name][1] for name in names), args_dtype().itemsize]


def test_the_argument_fits_what_every_architecture_takes() -> None:
    assert args_dtype().itemsize <= 4096


def test_the_hash_covers_source_and_options() -> None:
    assert kernel_hash() == sha256("\n".join((*OPTIONS, kernel_source())).encode()).hexdigest()
    assert {"--fmad=false", "--ftz=false", "--prec-div=true", "--prec-sqrt=true"} <= set(OPTIONS)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("fma.rn.f64 %fd1, %fd2, %fd3, %fd4;", "contracts"),
        ("mul.f64 %fd1, %fd2, %fd3;", "does not say how it rounds"),
        ("add.rz.f64 %fd1, %fd2, %fd3;", "does not say how it rounds"),
        ("@%p1 add.rn.ftz.f32 %f1, %f2, %f3;", "flushes"),
        ("div.approx.f32 %f1, %f2, %f3;", "approximates"),
        ("ld.local.f64 %fd1, [%rd1];", "local memory"),
        ("ex2.approx.f32 %f1, %f2;", "not an operation"),
    ],
)
def test_ptx_that_rounds_otherwise_is_refused(line: str, fault: str) -> None:
    fine = "\tadd.rn.f64 \t%fd1, %fd2, %fd3;\n\tmad.lo.s32 \t%r1, %r2, %r3, %r4;\n"
    assert lint(fine) == []
    assert any(fault in found for found in lint(f"{fine}\t{line}\n"))


def test_machine_code_is_made_for_the_device_or_for_its_generation() -> None:
    known = ("sm_75", "sm_80", "sm_86", "sm_90", "sm_100")
    assert architecture_for("90", known) == "sm_90"
    assert architecture_for("89", known) == "sm_86"
    with pytest.raises(EngineUnavailable, match=r"not for sm_70 \(Volta: tredegar\[gpu12\]\)"):
        architecture_for("70", known)


@pytest.mark.parametrize("trusts", [1, 32, 33, 150, 215, 256, 257, 600, 5000])
def test_blocks_are_whole_warps_and_share_the_trusts_evenly(trusts: int) -> None:
    threads = threads_for(trusts)
    assert threads % 32 == 0 and 32 <= threads <= MOST_THREADS
    turns = -(-trusts // threads)
    assert turns == -(-trusts // MOST_THREADS)
    assert padded(trusts) - trusts < 32


def test_what_a_run_takes_grows_with_trusts_and_clinicians_alone() -> None:
    at = layout_of_model()
    assert at.bytes_per_run(150, 40, 0, 0) == 160 * 40 * 41 + 8 * (160 * len(at.trust) + at.country_words)
    assert at.shared_bytes(150) < 48 * 1024


def test_the_engine_says_in_one_line_what_is_missing_and_that_no_gpu_has_verified_it() -> None:
    (info,) = [info for info in engines() if info.name == "cuda"]
    assert "\n" not in info.detail
    assert info.detail.endswith(verification())
    if not info.available:
        with pytest.raises(EngineUnavailable, match="engine 'cuda' cannot run here"):
            simulate({}, replicates=1, months=1, engine="cuda")


def test_a_batch_is_loaded_and_read_back_by_what_cupy_does_like_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StrictArray, "view", lambda self, kind: StrictArray(self.held.view(kind)), raising=False)
    monkeypatch.setattr(type(STRICT), "empty", staticmethod(STRICT.zeros), raising=False)
    batch = batch_of(Case(trusts=40, months=13, runs=(3, 5), settings=({}, {"number_of_units": 2.0})))
    strict, plain = load_batch(batch, STRICT), load_batch(batch, np)
    assert strict.groups == plain.groups
    for name in ("country", "trusts", "outcomes", "trust_years", "slots"):
        assert to_host(strict.arrays[name]).tobytes() == plain.arrays[name].tobytes(), name
    assert strict.recorded(to_host).failed.tolist() == [0, 0]


REPORT = {
    "passed": True,
    "short": False,
    "date": "2026-01-31",
    "device": {"name": "NVIDIA H100", "kernel_hash": kernel_hash()},
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "verified on NVIDIA H100, 2026-01-31"),
        ({"passed": False}, NOT_VERIFIED),
        ({"short": True}, NOT_VERIFIED),
        ({"device": {"name": "NVIDIA H100", "kernel_hash": "0" * 64}}, NOT_VERIFIED),
        ({"passed": False, "device": {"passed": False, "reason": "no GPU"}}, NOT_VERIFIED),
    ],
)
def test_a_report_counts_for_the_kernel_it_was_made_with(changed: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    assert verification(path) == NOT_VERIFIED == "not yet verified on hardware"
    path.write_text(json.dumps(REPORT | changed), encoding="utf-8")
    assert verification(path) == said


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\xff\xfe", b"[]", b"null", b"7", b"{}", b"[" * 100_000, b'{"passed": true}'),
        *(
            json.dumps(REPORT | changed).encode()
            for changed in (
                {"date": 7},
                {"date": "yesterday"},
                {"device": "NVIDIA H100"},
                {"device": None},
                {"device": {"kernel_hash": kernel_hash()}},
                {"device": {"name": "\x1b[2J", "kernel_hash": kernel_hash()}},
                {"device": {"name": "N" * 10_000, "kernel_hash": kernel_hash()}},
            )
        ),
        json.dumps(REPORT).encode()[:-10],
    ],
    ids=lambda content: content[:30].decode(errors="replace"),
)
def test_a_report_that_is_none_verifies_nothing_and_breaks_nothing(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / REPORT_FILE).write_bytes(content)
    monkeypatch.setattr(cuda_report, "files", lambda package: tmp_path)
    assert verification() == f"{NOT_VERIFIED} ({REPORT_FILE} is damaged, or no report of 'tredegar engines --check')"
    (info,) = [info for info in engines() if info.name == "cuda"]
    assert info.detail.endswith(verification())
