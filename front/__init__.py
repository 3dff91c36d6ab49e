"""Tredegar: an agent-based model of how a national health service is governed, swept over millions of runs.

Every public name is loaded when it is first asked for, so that ``import tredegar`` loads no library. Type checkers and
editors read ``__init__.pyi``, which docs/generate.py makes of the table here.
"""

from __future__ import annotations

_HOMES = {
    "OUTCOMES": "model",
    "PARAMETERS": "model",
    "HealthService": "model",
    "Own": "model.own.declared",
    "OutcomeName": "model.name_types",
    "ParameterName": "model.name_types",
    "Parameters": "model",
    "Points": "model.name_types",
    "Spec": "sweeps",
    "SpecError": "sweeps",
    "analyze_sensitivity": "results",
    "at": "results",
    "average_by": "results",
    "change_of": "model.parameters",
    "compare": "results",
    "complete_points": "results",
    "contrast": "results",
    "discover": "results",
    "draw_hysteresis": "results",
    "draw_map": "results",
    "draw_over_time": "results",
    "draw_responses": "results",
    "draw_sensitivity": "results",
    "engines": "kernels",
    "experiment": "api.experimenting",
    "export": "results",
    "grow_tree": "results",
    "hindcast": "api.hindcast_runs",
    "join": "results",
    "list_sweeps": "results",
    "measure_hysteresis": "results",
    "measure_robustness": "results",
    "observe": "observation.files.record_table",
    "open_sweep": "results",
    "outcome": "model.own.declared",
    "paired": "results",
    "plan_sweep": "api.sweeping",
    "rule": "model.own.declared",
    "screen": "api.screen_runs",
    "run_sweep": "api.sweeping",
    "salib_problem": "results",
    "sample_of": "results",
    "simulate": "kernels",
    "trace_sensitivity": "results",
    "unstack_grid": "results",
    "validate": "results",
    "window": "results",
    "window_mean": "results",
    "window_means": "results",
    "write_replay": "results.replay.story",
    "write_report": "results",
}
"""Public name -> the package or module that has it. A new name is a line here and a row in docs/python.md."""

__all__ = [*_HOMES, "__version__"]

TYPE_CHECKING = False  # Type checkers take it for true; to import it would cost every start milliseconds.
if not TYPE_CHECKING:  # A checker that saw __getattr__ would let every misspelt name pass.

    def __getattr__(name):
        """Load a public name (PEP 562)."""
        from importlib import import_module

        if name == "__version__":
            from importlib.metadata import version

            return version("tredegar")
        if name in _HOMES:
            return getattr(import_module(f".{_HOMES[name]}", __name__), name)
        raise AttributeError(f"module 'tredegar' has no attribute '{name}'")

    def __dir__():
        """List the public names, loaded or not."""
        return sorted({*globals(), *__all__})

    class _FormerPaths:
        """Finds modules of version 0.1, after everything that there is has been looked for (former.py)."""

        @staticmethod
        def find_spec(name, path=None, target=None):
            """Return the spec of a former module of ours; nothing is imported for a name of others."""
            if not name.startswith("tredegar.") or name == "tredegar.former":
                return None
            from .former import spec_of_former

            return spec_of_former(name)

    import sys

    if not any(getattr(finder, "__name__", "") == "_FormerPaths" for finder in sys.meta_path):
        sys.meta_path.append(_FormerPaths)
