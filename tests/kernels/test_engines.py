"""The engines of a machine: one that is broken in any way is told apart from the runs, and passed over."""

from __future__ import annotations

import ctypes
import importlib.machinery
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tredegar.kernels import EngineUnavailable, engines, simulate
from tredegar.kernels.engine_table import ENGINES
from tredegar.kernels.machine.notes import note_once

SMALL: dict[str, Any] = {"replicates": 2, "months": 3, "trusts": 3, "clinicians": 2, "outcomes": ["quality"]}


@pytest.fixture(autouse=True)
def _notes_anew() -> Iterator[None]:
    note_once.cache_clear()
    yield
    note_once.cache_clear()


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


class Broken(importlib.machinery.SourceFileLoader):
    """Finds a package and raises when it is imported."""

    def __init__(self, name: str, error: BaseException) -> None:
        super().__init__(name, "nowhere.py")
        self.error = error

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.name:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        raise self.error


def broken(name: str, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the import of package ``name`` end in ``error``."""
    for loaded in [*sys.modules]:
        if loaded.partition(".")[0] == name or loaded in (
            "tredegar.kernels.mesa_engine",
            "tredegar.kernels.numba_engine.state",
        ):
            monkeypatch.delitem(sys.modules, loaded)
    for package, module, library in (("", "mesa_engine", "mesa"), (".numba_engine", "state", "numba")):
        place = sys.modules.get(f"tredegar.kernels{package}")
        if library == name and hasattr(place, module):
            monkeypatch.delattr(place, module)
    monkeypatch.setattr(sys, "meta_path", [Broken(name, error), *sys.meta_path])


def gpu(available: Callable[[], bool], count: Callable[[], int] = lambda: 0) -> ModuleType:
    """A stand-in for CuPy on a machine in some state."""
    module: Any = ModuleType("cupy")
    module.__spec__ = importlib.machinery.ModuleSpec("cupy", None)
    module.__version__ = "14.0"
    module.arange = np.arange
    module.cuda = SimpleNamespace(is_available=available, runtime=SimpleNamespace(getDeviceCount=count))
    return module  # type: ignore[no-any-return]


def with_cupy(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``module`` be the installed CuPy, and NVRTC be there."""
    monkeypatch.setitem(sys.modules, "cupy", module)
    for name in ("cuda", "cuda.bindings"):
        package: Any = ModuleType(name)
        package.__path__ = []
        package.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=True)
        monkeypatch.setitem(sys.modules, name, package)


def detail(name: str) -> str:
    (info,) = [info for info in engines() if info.name == name]
    assert not info.available
    assert "\n" not in info.detail
    return info.detail


FAULTS = [
    OSError("libcuda.so.1: cannot open\nshared object file"), RuntimeError("half installed"), AttributeError("no core"),
    ImportError("numpy.core.multiarray failed to import"), ValueError("Number of threads specified must be > 0."),
    SyntaxError("invalid syntax"),
]  # fmt: skip


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("package", ["cupy", "numba", "mesa"])
def test_a_library_that_cannot_be_imported_is_told_in_its_own_words(
    package: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cupy(ModuleType("cupy"), monkeypatch)
    broken(package, error, monkeypatch)
    said = detail(package)
    assert " ".join(str(error).split()) in said
    with pytest.raises(EngineUnavailable, match=f"engine '{package}' cannot run here"):
        simulate({}, **SMALL, engine=package)
    out = simulate({}, **SMALL)
    assert (out.engine != package, out.failures) == (True, ())


OLD_DRIVER = RuntimeError("cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version")


@pytest.mark.parametrize("engine", ["cuda", "cupy"])
@pytest.mark.parametrize(
    ("available", "count", "said"),
    [
        (lambda: False, raising(OLD_DRIVER), "cudaErrorInsufficientDriver: CUDA driver version is insufficient"),
        (raising(OLD_DRIVER), raising(OLD_DRIVER), "cudaErrorInsufficientDriver: CUDA driver version is insufficient"),
        (lambda: False, lambda: 0, "no GPU or driver was found"),
        (raising(AttributeError("module 'cupy' has no attribute 'cuda'")), lambda: 0, "has no attribute 'cuda'"),
    ],
)
def test_why_there_is_no_gpu_is_said_in_the_words_of_cupy(
    engine: str, available: Any, count: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cupy(gpu(available, count), monkeypatch)
    assert said in detail(engine)
    assert simulate({}, **SMALL).failures == ()


@pytest.mark.parametrize(("installed", "said"), [(False, "no NVIDIA driver is installed"), (True, "")])
def test_a_driver_that_is_too_old_is_told_from_none_of_which_cuda_says_the_same(
    installed: bool, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cupy(gpu(lambda: False, raising(OLD_DRIVER)), monkeypatch)
    library = object if installed else raising(OSError("libcuda.so.1: cannot open shared object file"))
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library() if name == "libcuda.so.1" else None)
    assert str(OLD_DRIVER) in detail("cupy")
    assert ("no NVIDIA driver" in detail("cupy")) is bool(said) and said in detail("cupy")


WHY_CUPY_FAILS = """
================================================================
Failed to import CuPy.

If you installed CuPy via wheels (cupy-cudaXXX or cupy-rocm-X-X), make sure that the package matches with the version of CUDA or ROCm installed.

On Linux, you may need to set LD_LIBRARY_PATH environment variable depending on how you installed CUDA/ROCm.
On Windows, try setting CUDA_PATH environment variable.

Check the Installation Guide for details:
  https://docs.cupy.dev/en/latest/install.html

Original error:
  ImportError: libnvrtc.so.13: cannot open shared object file: No such file or directory
================================================================
"""  # noqa: E501 - as CuPy 14.2 writes it


def test_the_reason_at_the_end_of_many_words_of_cupy_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with_cupy(ModuleType("cupy"), monkeypatch)
    broken("cupy", ImportError(WHY_CUPY_FAILS), monkeypatch)
    assert "ImportError: Failed to import CuPy. If you installed CuPy via wheels" in detail("cupy")
    assert detail("cupy").endswith("libnvrtc.so.13: cannot open shared object file: No such file or directory")
    broken("cupy", ImportError(WHY_CUPY_FAILS.replace("details:", "details: " + "many words, " * 1000)), monkeypatch)
    assert detail("cupy").endswith("libnvrtc.so.13: cannot open shared object file: No such file or directory")
    assert len(detail("cupy")) < 700


def test_without_a_working_nvrtc_the_cuda_engine_is_not_available(monkeypatch: pytest.MonkeyPatch) -> None:
    from tredegar.kernels.cuda_engine import compiling as cuda_build

    with_cupy(gpu(lambda: True), monkeypatch)
    monkeypatch.setattr(cuda_build, "nvrtc_version", raising(RuntimeError("Failed to dlopen libnvrtc.so.13")))
    assert "libnvrtc.so.13" in detail("cuda")


@pytest.mark.parametrize("error", [RuntimeError("Failed to find CUDA headers"), OSError("device is lost")])
def test_a_gpu_that_computes_nothing_is_passed_over_with_a_note(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    module: Any = gpu(lambda: True)
    module.arange = raising(error)
    with_cupy(module, monkeypatch)
    out = simulate({}, **SMALL)
    assert out.engine not in ("cuda", "cupy") and out.failures == ()
    assert f"engine 'cupy' cannot run here: {error}; the next engine takes over" in caplog.messages
    with pytest.raises(EngineUnavailable, match=str(error)):
        simulate({}, **SMALL, engine="cupy")


def test_a_kernel_that_cannot_be_compiled_or_loaded_is_the_machines_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    numba_cache = pytest.importorskip("tredegar.kernels.numba_engine.cache")
    monkeypatch.setattr(numba_cache, "load_kernel", raising(RuntimeError("LLVM ERROR: out of ideas")))
    with pytest.raises(EngineUnavailable, match="LLVM ERROR"):
        simulate({}, **SMALL, engine="numba")
    assert simulate({}, **SMALL).engine == "numpy"


def test_too_little_memory_is_said_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "numpy", replace(ENGINES["numpy"], load=raising(MemoryError())))
    with pytest.raises(MemoryError):
        simulate({}, **SMALL, engine="numpy")


@pytest.mark.parametrize("startable", [0, 1, 2])
def test_where_no_more_threads_can_be_started_those_that_there_are_do_the_work(
    startable: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As under a limit of processes: ``startable`` threads besides the calling one can be had, four are wanted."""
    numba_engine = pytest.importorskip("tredegar.kernels.numba_engine.engine")
    expected = simulate({}, **{**SMALL, "replicates": 40}, engine="numba")["quality"]
    start = threading.Thread.start

    def limited(thread: threading.Thread) -> None:
        ours = [other for other in threading.enumerate() if other.name.startswith("tredegar")]
        if thread.name.startswith("tredegar") and len(ours) >= startable:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    monkeypatch.setattr(numba_engine, "thread_count", lambda: 5)
    out = simulate({}, **{**SMALL, "replicates": 40}, engine="numba")
    assert out.failures == ()
    assert out["quality"].tobytes() == expected.tobytes()
    assert [f"only {startable + 1} of 5 threads" in text for text in caplog.messages][:1] == [True]
