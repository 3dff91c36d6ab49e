"""Batches computed by PTX on the CPU; what that needs, and what it is compiled with."""

from __future__ import annotations

import ctypes
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tredegar.kernels.batch.batch import Recorded, RunBatch
from tredegar.kernels.cuda_engine.kernel_launch import run_cuda
from tredegar.kernels.cuda_engine.source import OPTIONS
from tredegar.kernels.cuda_engine.state import load_batch
from tredegar.kernels.engine_table import ENGINES

from ..cuda.fake_gpu import FakeGpu
from .ptx_machine import Kernel, load_kernels

HAS_NVRTC = find_spec("cuda") is not None and find_spec("cuda.bindings") is not None and find_spec("nvidia") is not None
MISSING = [name for name, there in (("NVRTC (the extra ptx)", HAS_NVRTC), ("gcc", shutil.which("gcc"))) if not there]
needs_ptx = [
    pytest.mark.ptx,
    pytest.mark.skipif(bool(MISSING), reason=f"PTX is not made and run here: {' and '.join(MISSING)} not found"),
]


def address(array: Any) -> int:
    """Return where an array lies."""
    return int(array.__array_interface__["data"][0])


def run_ptx(
    kernels: dict[str, Kernel],
    batch: RunBatch,
    block: int = 32,
    order: int = 0,
    check: bool = True,
    months: int = 10**9,
) -> Recorded:
    """Run ``batch`` through the PTX: ``months`` in a launch, blocks of ``block`` threads, lanes in ``order``."""
    state = load_batch(batch, np)
    state.arrays["seats"].fill(np.nan)  # must be written before it is read
    state.arrays["occupied"].fill(0xA5)
    grid, shared = len(batch.runs), state.shared_bytes
    for kernel in kernels.values():
        kernel.watch(*state.arrays.values())
    kernels["start"].launch(grid, block, shared, state.arguments(0, address).tobytes(), order, check)
    for month in range(0, batch.months, months):
        argument = state.arguments(min(month + months, batch.months), address).tobytes()
        kernels["advance"].launch(grid, block, shared, argument, order, check)
    return state.recorded(lambda array: array)


def kernels_of(ptx: str, folder: Path, counting: bool = False, once: bool = False) -> dict[str, Kernel]:
    """Return the kernels of ``ptx``, compiled in a new sub-folder of ``folder``."""
    place = folder / f"kernels{len(list(folder.iterdir()))}"
    place.mkdir()
    return load_kernels(ptx, place, counting, once)


@contextmanager
def cuda_engine_on(gpu: FakeGpu, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let ``simulate(engine="cuda")`` run on ``gpu``."""
    on_cpu = replace(
        ENGINES["cuda"], look=lambda: (True, "PTX on the CPU"), load=lambda _: lambda batch: run_cuda(batch, gpu)
    )
    with monkeypatch.context() as patched:
        patched.setitem(ENGINES, "cuda", on_cpu)
        yield


def volta_build(source: str, architecture: str, *options: str) -> tuple[str, str] | None:
    """Return PTX and log of NVRTC 12 for Volta, which NVRTC 13 has given up; None where there is no NVRTC 12."""
    import nvidia

    libraries = [path for base in nvidia.__path__ for path in Path(base).glob("cuda_nvrtc/lib/libnvrtc.so.12")]
    if not libraries:
        return None
    nvrtc = ctypes.CDLL(str(libraries[0]))
    program = ctypes.c_void_p()
    asked = [option.encode() for option in (*OPTIONS, *options, f"--gpu-architecture={architecture}")]
    given = (ctypes.c_char_p * len(asked))(*asked)
    assert nvrtc.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"tredegar.cu", 0, None, None) == 0
    assert nvrtc.nvrtcCompileProgram(program, len(asked), given) == 0

    def text(what: str) -> str:
        size = ctypes.c_size_t()
        assert getattr(nvrtc, f"nvrtcGet{what}Size")(program, ctypes.byref(size)) == 0
        buffer = ctypes.create_string_buffer(size.value)
        assert getattr(nvrtc, f"nvrtcGet{what}")(program, buffer) == 0
        return buffer.value.decode()

    found = text("PTX"), text("ProgramLog")
    assert nvrtc.nvrtcDestroyProgram(ctypes.byref(program)) == 0
    return found
