"""Results: opening a store as a labelled Dataset, and turning it into answers. Reads stores only, never runs the model.

Everything is loaded when first asked for, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .arms.comparison import compare, contrast
    from .arms.joining import join
    from .arms.pairs import paired
    from .conditions import average_by
    from .discovery.regions import discover
    from .discovery.robust import measure_robustness
    from .discovery.tree import grow_tree
    from .figures.ramp import draw_hysteresis, measure_hysteresis
    from .files import export
    from .open import open_sweep
    from .record.validation import validate
    from .report.drawing import draw_map, draw_over_time, draw_responses, draw_sensitivity
    from .report.report import write_report
    from .sample import complete_points, salib_problem, sample_of
    from .selection import at, unstack_grid
    from .sensitivity.indices import analyze_sensitivity
    from .sensitivity.trace import trace_sensitivity
    from .stores.listing import list_sweeps
    from .windows import window, window_mean, window_means

__all__ = [
    "analyze_sensitivity",
    "at",
    "average_by",
    "compare",
    "complete_points",
    "contrast",
    "discover",
    "draw_hysteresis",
    "draw_map",
    "draw_over_time",
    "draw_responses",
    "draw_sensitivity",
    "export",
    "grow_tree",
    "join",
    "list_sweeps",
    "measure_hysteresis",
    "measure_robustness",
    "open_sweep",
    "paired",
    "salib_problem",
    "sample_of",
    "trace_sensitivity",
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
    "average_by": "conditions",
    "compare": "arms.comparison",
    "complete_points": "sample",
    "contrast": "arms.comparison",
    "discover": "discovery.regions",
    "draw_hysteresis": "figures.ramp",
    "draw_map": "report.drawing",
    "draw_over_time": "report.drawing",
    "draw_responses": "report.drawing",
    "draw_sensitivity": "report.drawing",
    "export": "files",
    "grow_tree": "discovery.tree",
    "join": "arms.joining",
    "list_sweeps": "stores.listing",
    "measure_hysteresis": "figures.ramp",
    "measure_robustness": "discovery.robust",
    "open_sweep": "open",
    "paired": "arms.pairs",
    "salib_problem": "sample",
    "sample_of": "sample",
    "trace_sensitivity": "sensitivity.trace",
    "unstack_grid": "selection",
    "validate": "record.validation",
    "window": "windows",
    "window_mean": "windows",
    "window_means": "windows",
    "write_report": "report.report",
}


_FORMER = {"conditional_means": "average_by", "robustness": "measure_robustness", "tree_rules": "grow_tree"}
"""Name of version 0.1 -> the name that it has since version 0.2."""

if not TYPE_CHECKING:  # A checker that saw __getattr__ would let every misspelt name pass.

    def __getattr__(name: str) -> Any:
        if name in _FORMER:
            import warnings

            now = _FORMER[name]
            said = f"{__name__}.{name} is {__name__}.{now} since version 0.2"
            warnings.warn(said, DeprecationWarning, stacklevel=2)
            name = now
        if name in _HOMES:
            return getattr(import_module(f".{_HOMES[name]}", __name__), name)
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
