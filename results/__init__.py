"""Results: opening a store as a labelled Dataset, and turning it into answers. Reads stores only, never runs the model.

Everything is loaded when first asked for, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .open import open_sweep
    from .report import write_report
    from .select import at, unstack_grid
    from .windows import window, window_mean, window_means

__all__ = ["at", "open_sweep", "unstack_grid", "window", "window_mean", "window_means", "write_report"]

_HOMES = {
    "at": "select",
    "open_sweep": "open",
    "unstack_grid": "select",
    "window": "windows",
    "window_mean": "windows",
    "window_means": "windows",
    "write_report": "report",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
