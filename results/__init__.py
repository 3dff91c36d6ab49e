"""Results: opening a store as a labelled Dataset, and turning it into answers. Reads stores only, never runs the model.

Everything is loaded when first asked for, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .conditions import conditional_means
    from .discovery import discover
    from .draw import draw_map, draw_over_time, draw_responses, draw_sensitivity
    from .open import open_sweep
    from .report import write_report
    from .robust import robustness
    from .sample import complete_points, salib_problem, sample_of
    from .select import at, unstack_grid
    from .validation import validate
    from .windows import window, window_mean, window_means

__all__ = [
    "at",
    "complete_points",
    "conditional_means",
    "discover",
    "draw_map",
    "draw_over_time",
    "draw_responses",
    "draw_sensitivity",
    "open_sweep",
    "robustness",
    "salib_problem",
    "sample_of",
    "unstack_grid",
    "validate",
    "window",
    "window_mean",
    "window_means",
    "write_report",
]

_HOMES = {
    "at": "select",
    "complete_points": "sample",
    "conditional_means": "conditions",
    "discover": "discovery",
    "draw_map": "draw",
    "draw_over_time": "draw",
    "draw_responses": "draw",
    "draw_sensitivity": "draw",
    "open_sweep": "open",
    "robustness": "robust",
    "salib_problem": "sample",
    "sample_of": "sample",
    "unstack_grid": "select",
    "validate": "validation",
    "window": "windows",
    "window_mean": "windows",
    "window_means": "windows",
    "write_report": "report",
}
"""Functions whose names are no module's: `sensitivity`, `compare` and `export` are imported from theirs."""


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
