"""The engines: which there are, which work on this machine, and how each is reached.

An engine is a function ``run(batch) -> Recorded``; all of them give the same bits. Optional libraries are imported
only when their engine is asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np

from ..model.text.names import closest
from ..model.text.plain_text import brief
from .batch.batch import Recorded, RunBatch
from .machine.cupy_import import import_cupy
from .machine.notes import note_once
from .machine.unavailable import EngineUnavailable

Run = Callable[[RunBatch], Recorded]


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """One engine: whether it runs on this machine, and its version or what is missing and how to get it."""

    name: str
    available: bool
    detail: str


def _numpy_engine() -> Run:
    from .array_engine.engine import run_arrays

    return lambda batch: run_arrays(batch, np, lambda array: array)


def _numba_engine() -> Run:
    from .numba_engine.cache import load_kernel
    from .numba_engine.engine import run_numba

    load_kernel()  # what cannot be compiled shows here, before there are runs
    return run_numba


def _mesa_engine() -> Run:
    from .mesa_engine import run_mesa

    return run_mesa


def _cupy_engine() -> Run:
    from .array_engine.engine import run_arrays

    cupy = _working(import_cupy())
    # One block: a GPU has no cache to stay in, and wants long arrays.
    return lambda batch: run_arrays(batch, cupy, cupy.asnumpy, block_elements=2**62)


def _cuda_engine() -> Run:
    from .cuda_engine.kernel_launch import load_kernels, run_cuda

    cupy = _working(import_cupy())
    kernels = load_kernels(cupy)
    return lambda batch: run_cuda(batch, cupy, kernels)


def _working(cupy: Any) -> Any:
    """Return CuPy after it has computed something; raise what it raises without headers, or on a lost device.

    Not part of the checks: it takes the device, and a process that only lists the engines must leave it to others.
    """
    if int((cupy.arange(3) + 1).sum()) != 6:
        raise RuntimeError("the device computes 1 + 2 + 3 wrongly")
    return cupy


@cache
def _version(package: str) -> str:
    return version(package)


def _check_numpy() -> tuple[bool, str]:
    return True, f"NumPy {np.__version__}"


def _check_numba() -> tuple[bool, str]:
    if not _installed("numba"):
        return False, 'needs numba: pip install "tredegar[fast]"; NumPy takes over until then'
    from .machine.numba_import import usable_environment
    from .machine.threads import thread_count

    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return False, "numba is told not to compile: unset NUMBA_DISABLE_JIT"
    if f"{__package__}.numba_engine.state" not in sys.modules:
        with usable_environment():
            from .numba_engine import engine, state  # noqa: F401 - with numba and llvmlite, which may be broken
    threads = thread_count()
    number = "1 thread" if threads == 1 else f"{threads} threads"
    return True, f"numba {_version('numba')}, rules compiled for this processor, one run per thread, {number}"


def _check_mesa() -> tuple[bool, str]:
    if not _installed("mesa"):
        return False, 'needs Mesa: pip install "tredegar[mesa]"'
    from . import mesa_engine  # noqa: F401 - with Mesa, which may be broken

    return True, f"Mesa {_version('mesa')}, one agent at a time: for reading, teaching and checking"


def _check_cupy() -> tuple[bool, str]:
    if not _installed("cupy"):
        return False, 'needs CuPy and an NVIDIA GPU: pip install "tredegar[gpu13]" (or gpu12, for CUDA 12)'
    cupy = import_cupy()
    if fault := _no_device(cupy):
        return False, f"CuPy {cupy.__version__} is installed, but {fault}"
    return True, f"CuPy {cupy.__version__}, arrays on the GPU; not yet verified on hardware"


def _check_cuda() -> tuple[bool, str]:
    from .cuda_engine.report import verification

    verified = verification()
    if not (_installed("cupy") and _installed("cuda") and _installed("cuda.bindings")):
        hint = 'pip install "tredegar[gpu13]" (or gpu12, for CUDA 12 and for Volta)'
        return False, f"needs CuPy, NVRTC and an NVIDIA GPU: {hint}; {verified}"
    cupy = import_cupy()
    if fault := _no_device(cupy):
        return False, f"CuPy {cupy.__version__} is installed, but {fault}; {verified}"
    from .cuda_engine.compiling import nvrtc_version

    try:
        nvrtc = nvrtc_version()
    except Exception as error:  # noqa: BLE001 - a library that is missing, or too old, in the words of its binding
        return False, f"CuPy {cupy.__version__} finds a GPU, but NVRTC cannot be used: {in_a_line(error)}; {verified}"
    return True, f"CuPy {cupy.__version__}, NVRTC {nvrtc}, every month of a run in one kernel; {verified}"


def _installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):  # half a package: a parent that cannot be imported, a module without a spec
        return package in sys.modules


def _no_device(cupy: Any) -> str:
    """Return why ``cupy`` has no device to compute on, in its own words where it has any; "" where it has one."""
    try:
        if cupy.cuda.is_available():
            return ""
        count = cupy.cuda.runtime.getDeviceCount()
    except Exception as error:  # noqa: BLE001 - whatever a driver that is too old, or half installed, makes of it
        return f"no GPU can be used: {in_a_line(error)}{_without_driver(error)}"
    return "no GPU or driver was found" + ("" if count < 1 else f", though the driver counts {count}")


def _without_driver(error: Exception) -> str:
    """Return a word for a machine without any driver, of which CUDA says that its driver is too old; else ""."""
    if "InsufficientDriver" not in str(error) or sys.platform != "linux":
        return ""
    import ctypes

    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return " (no NVIDIA driver is installed: libcuda.so.1 is not found)"
    return ""


_LONGEST_LINE = 600


def in_a_line(error: BaseException) -> str:
    """Return what ``error`` says, or its kind, in one line of bounded length: beginning and end, where the cause is."""
    words = (word for word in str(error).split() if not word.startswith("========"))  # rules around CuPy's reasons
    text = " ".join(words) or type(error).__name__
    half = _LONGEST_LINE // 2
    return text if len(text) <= _LONGEST_LINE else f"{text[:half]} ... {text[-half:]}"


_ENGINES: dict[str, tuple[Callable[[], Run], Callable[[], tuple[bool, str]]]] = {
    "cuda": (_cuda_engine, _check_cuda),
    "cupy": (_cupy_engine, _check_cupy),
    "numba": (_numba_engine, _check_numba),
    "numpy": (_numpy_engine, _check_numpy),
    "mesa": (_mesa_engine, _check_mesa),
}
"""Name -> loader and check, the fastest first."""


def engines() -> tuple[EngineInfo, ...]:
    """Return what is known of every engine on this machine, the fastest first; whatever is broken, nothing is raised.

    Nothing is run, and no GPU is taken.

    >>> [engine.available for engine in engines() if engine.name == "numpy"]
    [True]
    """
    return tuple(_look_at(name) for name in _ENGINES)


def _look_at(name: str) -> EngineInfo:
    _, check = _ENGINES[name]
    try:
        return EngineInfo(name, *check())
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a library may be broken in any way, and another engine may work
        return EngineInfo(name, False, f"cannot be loaded: {type(error).__name__}: {in_a_line(error)}")


def load_engine(name: str = "auto") -> tuple[str, Run]:
    """Return the name and the run function of the engine ``name``; "auto" takes the fastest that works here.

    Raises ValueError for an unknown name and EngineUnavailable, saying what is missing, for one that cannot run.
    """
    if name == "auto":
        return _first_that_loads()
    if name not in _ENGINES:
        known = ", ".join(["auto", *_ENGINES])
        raise ValueError(f"unknown engine {brief(name)}{closest(name, _ENGINES)} (known: {known})")
    info = _look_at(name)
    if not info.available:
        raise EngineUnavailable(f"engine '{name}' cannot run here: {info.detail}")
    return name, _loaded(name)


def _loaded(name: str) -> Run:
    loader, _ = _ENGINES[name]
    try:
        return loader()
    except MemoryError:
        raise
    except Exception as error:
        raise EngineUnavailable(f"engine '{name}' cannot run here: {in_a_line(error)}") from error


def _first_that_loads() -> tuple[str, Run]:
    """The fastest engine that works; one that seemed to and does not is passed over with a note."""
    for name in _ENGINES:
        if _look_at(name).available:
            try:
                return name, _loaded(name)
            except EngineUnavailable as error:
                note_once(f"{error}; the next engine takes over")
    raise EngineUnavailable("no engine can run here; 'tredegar engines' says what each is missing")
