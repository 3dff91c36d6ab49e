"""CuPy imported so that what it compiles by itself is kept where the user wants compiled code, or nowhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .code_cache import VARIABLE, cache_root, home

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
