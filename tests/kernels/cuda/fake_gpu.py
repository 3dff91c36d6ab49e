"""A stand-in for CuPy: arrays of NumPy that say where they lie, and kernels that are PTX run on the CPU.

It takes the calls that ``kernel_launch.py`` makes, with the very bytes of the argument, and notes each launch.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from ..ptx.ptx_machine import Kernel


class Launch(NamedTuple):
    """One launch as it was asked for."""

    kernel: str
    grid: tuple[int, ...]
    block: tuple[int, ...]
    shared: int
    argument: bytes


class FakeArray(np.ndarray[Any, Any]):
    """An array "on the device"."""

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return {**self.__array_interface__, "version": 3}

    def get(self, stream: Any = None, out: Any = None, blocking: bool = True) -> Any:
        """Copy to the host."""
        assert blocking or stream is not None
        target = np.empty(self.shape, dtype=self.dtype) if out is None else out
        target[...] = np.asarray(self)
        return target


class FakeStream:
    """A stream on which everything has been done at once; it notes that somebody waited."""

    def __init__(self, non_blocking: bool = False) -> None:
        self.non_blocking, self.waited = non_blocking, 0

    def __enter__(self) -> FakeStream:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def synchronize(self) -> None:
        """Wait."""
        self.waited += 1


class FakeKernel:
    """A kernel of a loaded module."""

    max_dynamic_shared_size_bytes = 48 * 1024

    def __init__(self, name: str, kernel: Kernel, launches: list[Launch]) -> None:
        self.name, self.kernel, self.launches = name, kernel, launches

    def __call__(
        self, grid: tuple[int, ...], block: tuple[int, ...], args: tuple[Any, ...], *, shared_mem: int
    ) -> None:
        (argument,) = args
        assert isinstance(argument, np.ndarray) and argument.size == 1, "CuPy passes arrays of one element by value"
        assert shared_mem <= self.max_dynamic_shared_size_bytes, "more shared memory than was asked for"
        self.launches.append(Launch(self.name, grid, block, shared_mem, argument.tobytes()))
        self.kernel.launch(grid[0], block[0], shared_mem, argument.tobytes())


class FakeGpu:
    """The module CuPy, as far as the CUDA engine uses it."""

    __version__ = "0"

    def __init__(
        self,
        kernels: dict[str, Kernel],
        free: int = 2**30,
        capability: str = "90",
        contracted: dict[str, Kernel] | None = None,
    ) -> None:
        self.launches: list[Launch] = []
        self.loaded: list[Path] = []
        self.streams: list[FakeStream] = []
        self._kernels, self._contracted = kernels, contracted or kernels
        device = SimpleNamespace(
            compute_capability=capability,
            attributes={"MaxSharedMemoryPerBlockOptin": 227 * 1024},
            mem_info=(free, free),
            id=0,
        )
        properties = {"name": b"PTX on the CPU", "multiProcessorCount": 1, "totalGlobalMem": free}
        runtime = SimpleNamespace(
            getDeviceProperties=lambda number: properties, driverGetVersion=lambda: 0, runtimeGetVersion=lambda: 0
        )
        self.cuda = SimpleNamespace(
            runtime=runtime,
            Device=lambda: device,
            Stream=self._stream,
            alloc_pinned_memory=lambda size: bytearray(size),
        )

    def get_default_memory_pool(self) -> Any:
        """Return a pool with nothing to free."""
        return SimpleNamespace(free_all_blocks=lambda: None)

    def _stream(self, non_blocking: bool = False) -> FakeStream:
        self.streams.append(FakeStream(non_blocking))
        return self.streams[-1]

    def RawModule(self, path: str) -> Any:  # noqa: N802 - CuPy's name
        """Load a file of machine code; what runs is the PTX."""
        assert Path(path).read_bytes().startswith(b"\x7fELF")
        self.loaded.append(Path(path))
        kernels = self._contracted if Path(path).stem == "contracted" else self._kernels
        return SimpleNamespace(get_function=lambda name: FakeKernel(name, kernels[name], self.launches))

    def __getattr__(self, name: str) -> Any:
        """Return a function of NumPy whose arrays are on the device."""
        found = getattr(np, name)
        if isinstance(found, type):
            return found
        return lambda *args, **options: np.asarray(found(*args, **options)).view(FakeArray)
