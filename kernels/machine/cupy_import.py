"""CuPy: imported so that what it compiles by itself is kept where the user wants compiled code, and tried."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from .code_cache import VARIABLE, cache_root, home
from .notes import in_a_line

FOLDER, IN_MEMORY = "CUPY_CACHE_DIR", "CUPY_CACHE_IN_MEMORY"


def import_cupy() -> Any:
    """Return the module CuPy; ``TREDEGAR_CACHE`` moves its cache of kernels as well, unless the user has placed it.

    Where no folder can be written to, as for a user without a home, CuPy keeps its kernels in memory.
    Raises whatever the import raises.
    """
    if not os.environ.get(FOLDER) and not os.environ.get(IN_MEMORY):
        root = cache_root() if os.environ.get(VARIABLE) else home()
        folder = None if root is None else root / ("cupy" if os.environ.get(VARIABLE) else ".cupy/kernel_cache")
        if folder is None or not _can_be_written(folder):
            os.environ[IN_MEMORY] = "1"
        elif os.environ.get(VARIABLE):
            os.environ[FOLDER] = str(folder)
    import cupy

    return cupy


def _can_be_written(folder: Path) -> bool:
    """Whether ``folder`` can be written to or, where it does not exist, made."""
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def working_cupy() -> Any:
    """Return CuPy after it has computed something; raise what it raises without headers, or on a lost device.

    Not part of the checks: it takes the device, and a process that only lists the engines must leave it to others.
    """
    cupy = import_cupy()
    if int((cupy.arange(3) + 1).sum()) != 6:
        raise RuntimeError("the device computes 1 + 2 + 3 wrongly")
    return cupy


def no_device(cupy: Any) -> str:
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
