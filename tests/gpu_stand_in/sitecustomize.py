"""Start of a Python that finds this folder first: with STAND_IN_ALONE set, it hides other packages.

Those that are left are the ones that a check of the GPU engine may need.
"""

from __future__ import annotations

import os
import sys
from importlib.abc import MetaPathFinder
from typing import Any

LEFT = {"tredegar", "numpy", "numba", "llvmlite", "cupy", "cupyx", "cupy_backends", "cuda", "nvidia"}


class Hidden(MetaPathFinder):
    """Finds nothing where there is something of others."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Refuse what is neither Python's own nor left."""
        first = name.partition(".")[0]
        if first not in LEFT and first not in sys.stdlib_module_names and not first.startswith("__editable__"):
            raise ModuleNotFoundError(f"No module named {name!r} here", name=name)


if os.environ.get("STAND_IN_ALONE"):
    sys.meta_path.insert(0, Hidden())
