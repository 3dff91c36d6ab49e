"""Engines: one record each, holding all that is known of it, in one table that every other module reads.

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

import numpy as np

from ..model.schedule.rulebook import BUILT_IN, RuleBook
from ..model.text.names import closest
from ..model.text.plain_text import brief
from .batch.batch import Recorded, RunBatch
from .batch.memory import bytes_per_run, chunk_runs, compiled_runs
from .machine.cupy_import import import_cupy, no_device, working_cupy
from .machine.notes import in_a_line, note_once
from .machine.unavailable import EngineUnavailable

Run = Callable[[RunBatch], Recorded]


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """One engine: whether it runs on this machine, and its version or what is missing and how to get it."""

    name: str
    available: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """All that is known of an engine, whatever machine it is to run on.

    ``look`` returns whether it works here, and its version or what is missing; it takes no device. ``load`` returns
    its run function, compiled, where it compiles, for the rules that are run first. ``chunk`` returns how many runs of
    a batch it is given at a time. ``keeps_code_with`` is the package with which it compiles code that stays in the
    cache, "" where nothing stays.
    """

    name: str
    look: Callable[[], tuple[bool, str]]
    load: Callable[[RuleBook], Run]
    chunk: Callable[[RunBatch], int]
    on_gpu: bool = False
    keeps_code_with: str = ""


def _numpy_engine(_: RuleBook) -> Run:
    from .array_engine.engine import run_arrays

    return lambda batch: run_arrays(batch, np, lambda array: array)


def _numba_engine(rules: RuleBook) -> Run:
    from .numba_engine.cache import load_kernel
    from .numba_engine.engine import run_numba

    load_kernel(rules)  # what cannot be compiled shows here, before there are runs
    return run_numba


def _mesa_engine(_: RuleBook) -> Run:
    from .mesa_engine import run_mesa

    return run_mesa


def _cupy_engine(_: RuleBook) -> Run:
    from .array_engine.engine import run_arrays

    cupy = working_cupy()
    # One block: a GPU has no cache to stay in, and wants long arrays.
    return lambda batch: run_arrays(batch, cupy, cupy.asnumpy, block_elements=2**62)


def _cuda_engine(rules: RuleBook) -> Run:
    from .cuda_engine.kernel_launch import load_kernels, run_cuda

    cupy = working_cupy()
    load_kernels(cupy, rules)
    return lambda batch: run_cuda(batch, cupy)


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
    if fault := no_device(cupy):
        return False, f"CuPy {cupy.__version__} is installed, but {fault}"
    return True, f"CuPy {cupy.__version__}, arrays on the GPU; not yet verified on hardware"


def _check_cuda() -> tuple[bool, str]:
    from .cuda_engine.report import verification

    verified = verification()
    if not (_installed("cupy") and _installed("cuda") and _installed("cuda.bindings")):
        hint = 'pip install "tredegar[gpu13]" (or gpu12, for CUDA 12 and for Volta)'
        return False, f"needs CuPy, NVRTC and an NVIDIA GPU: {hint}; {verified}"
    cupy = import_cupy()
    if fault := no_device(cupy):
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


def _all_runs(batch: RunBatch) -> int:
    """An engine that splits what its device cannot hold, and overlaps the pieces, is given the whole batch."""
    return len(batch.runs)


def _runs_of_threads(batch: RunBatch) -> int:
    return compiled_runs(batch.values)


def _runs_in_cache(batch: RunBatch) -> int:
    country = batch.country
    return chunk_runs(country.trusts, country.clinicians, recorded=batch.values)


def _runs_on_gpu(batch: RunBatch) -> int:
    country = batch.country
    free, _ = import_cupy().cuda.runtime.memGetInfo()
    per_run = bytes_per_run(country.trusts, country.clinicians, batch.months, 0) + 8 * batch.values
    # Temporaries of the clinicians' phase are as large as the state several times over.
    return chunk_runs(country.trusts, country.clinicians, free // 8, per_run)


_RECORDS = (
    Engine(name="cuda", look=_check_cuda, load=_cuda_engine, chunk=_all_runs, on_gpu=True, keeps_code_with="cupy"),
    Engine(name="cupy", look=_check_cupy, load=_cupy_engine, chunk=_runs_on_gpu, on_gpu=True),
    Engine(name="numba", look=_check_numba, load=_numba_engine, chunk=_runs_of_threads, keeps_code_with="numba"),
    Engine(name="numpy", look=_check_numpy, load=_numpy_engine, chunk=_runs_in_cache),
    Engine(name="mesa", look=_check_mesa, load=_mesa_engine, chunk=_runs_in_cache),
)
ENGINES: dict[str, Engine] = {engine.name: engine for engine in _RECORDS}
"""Name -> record of every engine, the fastest first."""
AUTO = "auto"
"""The name that stands for the fastest engine that works on a machine."""
EVERYWHERE = "numpy"
"""The engine that needs no optional library, which every installation has."""


def find_engine(name: str) -> Engine:
    """Return the record of engine ``name``. Raises ValueError, with the closest name, for one that does not exist."""
    if not isinstance(name, str):
        raise ValueError(f"engine must be a name, got {brief(name)}")
    if name not in ENGINES:
        known = ", ".join([AUTO, *ENGINES])
        raise ValueError(f"unknown engine {brief(name)}{closest(name, ENGINES)} (known: {known})")
    return ENGINES[name]


def engines_meant(name: str) -> tuple[Engine, ...]:
    """Return the records that ``name`` may stand for: all for "auto". Raises ValueError for an unknown name."""
    return tuple(ENGINES.values()) if name == AUTO else (find_engine(name),)


def takes_gpu(name: str) -> bool:
    """Return whether engine ``name`` computes on a GPU: "auto" where the fastest that works on this machine does.

    Raises ValueError for an unknown name.
    """
    meant = engines_meant(name)
    return next((one.on_gpu for one in meant if len(meant) == 1 or look_at(one).available), False)


def engines() -> tuple[EngineInfo, ...]:
    """Return what is known of every engine on this machine, the fastest first; whatever is broken, nothing is raised.

    Nothing is run, and no GPU is taken.

    >>> [engine.available for engine in engines() if engine.name == "numpy"]
    [True]
    """
    return tuple(look_at(engine) for engine in ENGINES.values())


def look_at(engine: Engine) -> EngineInfo:
    """Return what is known of ``engine`` on this machine; whatever is broken, nothing but MemoryError is raised."""
    try:
        return EngineInfo(engine.name, *engine.look())
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a library may be broken in any way, and another engine may work
        return EngineInfo(engine.name, False, f"cannot be loaded: {type(error).__name__}: {in_a_line(error)}")


def require_engine(name: str) -> None:
    """Raise ValueError for an unknown engine, EngineUnavailable for one that cannot run here; "auto" is not looked at.

    The message says what is missing.
    """
    if name == AUTO:
        return
    info = look_at(find_engine(name))
    if not info.available:
        raise EngineUnavailable(f"engine '{name}' cannot run here: {info.detail}")


def load_engine(name: str = AUTO, rules: RuleBook = BUILT_IN) -> tuple[str, Run]:
    """Return the name and the run function of the engine ``name``; "auto" takes the fastest that works here.

    Where it compiles, the code for ``rules`` is there; that for the rules of another batch is made when it comes.
    Raises ValueError for an unknown name and EngineUnavailable, saying what is missing, for one that cannot run.
    """
    if name == AUTO:
        return _first_that_loads(rules)
    require_engine(name)
    return name, _loaded(ENGINES[name], rules)


def _loaded(engine: Engine, rules: RuleBook) -> Run:
    try:
        run = engine.load(rules)
    except MemoryError:
        raise
    except Exception as error:
        raise EngineUnavailable(f"engine '{engine.name}' cannot run here: {in_a_line(error)}") from error
    if not engine.on_gpu:
        return run
    from .array_engine.comparison import compared_at_first

    return compared_at_first(engine.name, run)


def _first_that_loads(rules: RuleBook) -> tuple[str, Run]:
    """The fastest engine that works; one that seemed to and does not is passed over with a note."""
    for name, engine in ENGINES.items():
        if look_at(engine).available:
            try:
                return name, _loaded(engine, rules)
            except EngineUnavailable as error:
                note_once(f"{error}; the next engine takes over")
    raise EngineUnavailable("no engine can run here; 'tredegar engines' says what each is missing")
