"""Sweeps: a spec file in, a Zarr store of every run out, by Dask, by job array or in this process.

``Spec`` reads and checks a spec; ``run_sweep`` creates its store or finishes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .spec import Spec
from .spec_errors import SpecError

if TYPE_CHECKING:
    from .runner import run_sweep

__all__ = ["Spec", "SpecError", "run_sweep"]


def __getattr__(name: str) -> Any:
    if name == "run_sweep":
        from .runner import run_sweep

        return run_sweep
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
