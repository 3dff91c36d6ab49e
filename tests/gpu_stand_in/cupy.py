"""A stand-in for CuPy whose GPU is the NumPy engine, found first by the processes in which the check runs its parts.

STAND_IN_FAULTS says what goes wrong in which part, as JSON: {"equality": "raise"}.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from tredegar.kernels.array_engine.engine import run_arrays
from tredegar.kernels.batch.batch import Recorded, RunBatch
from tredegar.kernels.cuda_check import parts as cuda_parts

__version__ = "0"
_part = sys.argv[sys.argv.index("--part") + 1] if "--part" in sys.argv else ""
_fault = json.loads(os.environ.get("STAND_IN_FAULTS", "{}")).get(_part)


def _run(batch: RunBatch, gpu: Any, kernels: Any = None, threads: int | None = None) -> Recorded:
    """Do what a run on a GPU does, or what goes wrong there."""
    if _fault == "raise":
        raise RuntimeError("cudaErrorIllegalAddress: an illegal memory access was encountered")
    if _fault == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if _fault == "leave":
        os.write(2, b"libcuda: out of luck\n")
        os._exit(3)
    if _fault == "hang":
        _wait_for_ever()
    recorded = run_arrays(batch, np, lambda array: array)
    if _fault == "wrong" or (kernels is not None and kernels.start == "contracted"):
        values = recorded.outcomes["quality"]
        values[...] = np.nextafter(values, 2.0)
    return recorded


def _wait_for_ever() -> None:
    if place := os.environ.get("STAND_IN_HANGS"):
        Path(place).with_suffix(".new").write_text(str(os.getpid()), encoding="utf-8")
        Path(place).with_suffix(".new").rename(place)
    while True:
        time.sleep(1)


cuda_parts.run_cuda = _run
arange = np.arange
_device = SimpleNamespace(id=0, compute_capability="90", attributes={"MaxSharedMemoryPerBlockOptin": 227 * 1024})
cuda = SimpleNamespace(
    is_available=lambda: True,
    Device=lambda: _device,
    runtime=SimpleNamespace(
        getDeviceProperties=lambda number: {
            "name": b"NumPy on the CPU",
            "multiProcessorCount": 1,
            "totalGlobalMem": 2**30,
        },
        driverGetVersion=lambda: 13000,
        runtimeGetVersion=lambda: 13000,
    ),
)


def RawModule(path: str) -> Any:  # noqa: N802 - CuPy's name
    """Load a file of machine code; its kernels are named after it."""
    assert Path(path).read_bytes().startswith(b"\x7fELF")
    return SimpleNamespace(get_function=lambda name: Path(path).stem)
