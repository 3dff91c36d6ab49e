"""Results: opening a store as a labelled Dataset, and turning it into answers. Reads stores only, never runs the model.

Everything is loaded when first asked for, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .comparison import compare, contrast
    from .conditions import conditional_means
    from .discovery.regions import discover, tree_rules
    from .discovery.robust import robustness
    from .figures.ramp import draw_hysteresis, measure_hysteresis
    from .files import export
    from .open import open_sweep
    from .record.validation import validate
    from .report.drawing import draw_map, draw_over_time, draw_responses, draw_sensitivity
    from .report.report import write_report
    from .sample import complete_points, salib_problem, sample_of
    from .selection import at, unstack_grid
    from .sensitivity.indices import analyze_sensitivity
    from .windows import window, window_mean, window_means

__all__ = [
    "analyze_sensitivity",
    "at",
    "compare",
    "complete_points",
    "conditional_means",
    "contrast",
    "discover",
    "draw_hysteresis",
    "draw_map",
    "draw_over_time",
    "draw_responses",
    "draw_sensitivity",
    "export",
    "measure_hysteresis",
    "open_sweep",
    "robustness",
    "salib_problem",
    "sample_of",
    "tree_rules",
    "unstack_grid",
    "validate",
    "window",
    "window_mean",
    "window_means",
    "write_report",
]

_HOMES = {
    "analyze_sensitivity": "sensitivity.indices",
    "at": "selection",
    "compare": "comparison",
    "complete_points": "sample",
    "conditional_means": "conditions",
    "contrast": "comparison",
    "discover": "discovery.regions",
    "draw_hysteresis": "figures.ramp",
    "draw_map": "report.drawing",
    "draw_over_time": "report.drawing",
    "draw_responses": "report.drawing",
    "draw_sensitivity": "report.drawing",
    "export": "files",
    "measure_hysteresis": "figures.ramp",
    "open_sweep": "open",
    "robustness": "discovery.robust",
    "salib_problem": "sample",
    "sample_of": "sample",
    "tree_rules": "discovery.regions",
    "unstack_grid": "selection",
    "validate": "record.validation",
    "window": "windows",
    "window_mean": "windows",
    "window_means": "windows",
    "write_report": "report.report",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
