"""The engines: which there are, which work on this machine, and how each is reached.

An engine is a function ``run(batch) -> Recorded``; all of them give the same bits. Optional libraries are imported
only when their engine is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np

from ..model.names import closest
from .batch import Batch, Recorded

Run = Callable[[Batch], Recorded]


class EngineUnavailable(RuntimeError):
    """An engine was asked for that cannot run on this machine; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """One engine: whether it runs on this machine, and its version or what is missing and how to get it."""

    name: str
    available: bool
    detail: str


def _numpy_engine() -> Run:
    from .array_engine import run_arrays

    return lambda batch: run_arrays(batch, np, lambda array: array)


def _numba_engine() -> Run:
    from .numba_engine import run_numba

    return run_numba


def _mesa_engine() -> Run:
    from .mesa_engine import run_mesa

    return run_mesa


def _cupy_engine() -> Run:
    import cupy

    from .array_engine import run_arrays

    # One block: a GPU has no cache to stay in, and wants long arrays.
    return lambda batch: run_arrays(batch, cupy, cupy.asnumpy, block_elements=2**62)


def _cuda_engine() -> Run:
    import cupy

    from .cuda_launch import run_cuda

    return lambda batch: run_cuda(batch, cupy)


@cache
def _version(package: str) -> str:
    return version(package)


def _check_numpy() -> tuple[bool, str]:
    return True, f"NumPy {np.__version__}"


def _check_numba() -> tuple[bool, str]:
    if find_spec("numba") is None:
        return False, 'needs numba: pip install "tredegar[fast]"; NumPy takes over until then'
    from .numba_threads import thread_count

    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return False, "numba is told not to compile: unset NUMBA_DISABLE_JIT"
    threads = thread_count()
    number = "1 thread" if threads == 1 else f"{threads} threads"
    return True, f"numba {_version('numba')}, rules compiled for this processor, one run per thread, {number}"


def _check_mesa() -> tuple[bool, str]:
    if find_spec("mesa") is None:
        return False, 'needs Mesa: pip install "tredegar[mesa]"'
    return True, f"Mesa {_version('mesa')}, one agent at a time: for reading, teaching and checking"


def _check_cupy() -> tuple[bool, str]:
    if find_spec("cupy") is None:
        return False, 'needs CuPy and an NVIDIA GPU: pip install "tredegar[gpu13]" (or gpu12, for CUDA 12)'
    import cupy

    if not cupy.cuda.is_available():
        return False, f"CuPy {cupy.__version__} is installed, but no GPU or driver was found"
    return True, f"CuPy {cupy.__version__}, arrays on the GPU; not yet verified on hardware"


def _check_cuda() -> tuple[bool, str]:
    from .cuda_report import verification

    verified = verification()
    if find_spec("cupy") is None or find_spec("cuda") is None or find_spec("cuda.bindings") is None:
        hint = 'pip install "tredegar[gpu13]" (or gpu12, for CUDA 12 and for Volta)'
        return False, f"needs CuPy, NVRTC and an NVIDIA GPU: {hint}; {verified}"
    import cupy

    if not cupy.cuda.is_available():
        return False, f"CuPy {cupy.__version__} is installed, but no GPU or driver was found; {verified}"
    return True, f"CuPy {cupy.__version__}, every month of a run in one kernel; {verified}"


_ENGINES: dict[str, tuple[Callable[[], Run], Callable[[], tuple[bool, str]]]] = {
    "cuda": (_cuda_engine, _check_cuda),
    "cupy": (_cupy_engine, _check_cupy),
    "numba": (_numba_engine, _check_numba),
    "numpy": (_numpy_engine, _check_numpy),
    "mesa": (_mesa_engine, _check_mesa),
}
"""Name -> loader and check, the fastest first."""


def engines() -> tuple[EngineInfo, ...]:
    """Return what is known of every engine on this machine, the fastest first."""
    return tuple(EngineInfo(name, *check()) for name, (_, check) in _ENGINES.items())


def load_engine(name: str = "auto") -> tuple[str, Run]:
    """Return the name and the run function of the engine ``name``; "auto" takes the fastest that works here.

    Raises ValueError for an unknown name and EngineUnavailable, saying what is missing, for one that cannot run.
    """
    if name == "auto":
        name = next(info.name for info in engines() if info.available)
    if name not in _ENGINES:
        known = ", ".join(["auto", *_ENGINES])
        raise ValueError(f"unknown engine '{name}'{closest(name, _ENGINES)} (known: {known})")
    loader, check = _ENGINES[name]
    available, detail = check()
    if not available:
        raise EngineUnavailable(f"engine '{name}' cannot run here: {detail}")
    return name, loader()
