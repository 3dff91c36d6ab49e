"""PTX on the CPU as a library: compiled by gcc, called as a kernel is launched."""

from __future__ import annotations

import ctypes
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .ptx_parse import parse
from .ptx_translate import to_c

FAULTS = (
    "", "out of bounds", "race", "divergent barrier", "uninitialised shared memory", "divergent warp", "misaligned",
)  # fmt: skip
_SHADOW_BYTES = 24
# Contraction off and wrapping integers, or the compiler of the CPU would change the bits itself.
_FLAGS = ("-ffp-contract=off", "-fwrapv", "-fno-strict-aliasing", "-w", "-shared", "-fPIC")


class _Range(ctypes.Structure):
    _fields_ = (("low", ctypes.c_uint64), ("high", ctypes.c_uint64), ("shadow", ctypes.c_void_p))


class MachineFault(RuntimeError):
    """The program did what a GPU must not be asked to do; the message says what, and on which line of the PTX."""


@dataclass
class Kernel:
    """One entry of a PTX module, ready to run on the CPU."""

    library: ctypes.CDLL
    operations: tuple[str, ...]
    checked: dict[int, Any] = field(default_factory=dict)

    def watch(self, *arrays: Any) -> None:
        """Let the checked runs of this kernel touch these arrays, and no other memory."""
        ranges = (_Range * 32).in_dll(self.library, "ranges")
        self.checked = {}
        for number, array in enumerate(arrays):
            shadow = np.zeros((array.nbytes + 1) * _SHADOW_BYTES, dtype=np.uint8)
            self.checked[number] = (array, shadow)
            low = array.__array_interface__["data"][0]
            ranges[number] = _Range(low, low + array.nbytes, shadow.__array_interface__["data"][0])
        ctypes.c_int.in_dll(self.library, "range_count").value = len(arrays)

    def launch(self, grid: int, block: int, shared: int, argument: bytes, order: int = 0, check: bool = False) -> None:
        """Run the kernel; raise MachineFault where a check fails."""
        fault = self.library.launch(grid, block, shared, argument, order, int(check))
        if fault:
            line = ctypes.c_int.in_dll(self.library, "fault_line").value
            raise MachineFault(f"{FAULTS[fault]} (line or stop {line} of the PTX)")

    def counts(self) -> dict[str, int]:
        """Return how often each operation was executed since the last call (kernels loaded with ``counting``)."""
        cells = (ctypes.c_uint64 * len(self.operations)).in_dll(self.library, "counts")
        found = dict(zip(self.operations, list(cells), strict=True))
        for k in range(len(cells)):
            cells[k] = 0
        return found


def load_kernels(ptx: str, folder: Path, counting: bool = False, once: bool = False) -> dict[str, Kernel]:
    """Return the kernels of a PTX module by name, compiled in ``folder``; ``once``: to be run once, so in a hurry."""
    kernels = {}
    for entry in parse(ptx):
        code, operations = to_c(entry, counting)
        source, library = folder / f"{entry.name}.c", folder / f"{entry.name}.so"
        source.write_text(code, encoding="utf-8")
        subprocess.run(["gcc", "-O0" if once else "-O1", *_FLAGS, str(source), "-o", str(library), "-lm"], check=True)
        kernels[entry.name] = Kernel(ctypes.CDLL(str(library)), operations)
    return kernels
