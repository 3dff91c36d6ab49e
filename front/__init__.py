"""Tredegar: an agent-based model of how a national health service is governed, swept over millions of runs.

Every public name is loaded when it is first asked for, so that ``import tredegar`` loads no library.
"""

from __future__ import annotations

TYPE_CHECKING = False  # Type checkers take it for true; to import it would cost every start milliseconds.
if TYPE_CHECKING:
    from .kernels import engines, simulate
    from .model import OUTCOMES, PARAMETERS, HealthService, Parameters
    from .results import open_sweep
    from .sweeps import Spec, SpecError, run_sweep

    __version__: str
else:

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

_HOMES = {
    "OUTCOMES": "model",
    "PARAMETERS": "model",
    "HealthService": "model",
    "Parameters": "model",
    "engines": "kernels",
    "simulate": "kernels",
    "Spec": "sweeps",
    "SpecError": "sweeps",
    "run_sweep": "sweeps",
    "open_sweep": "results",
}

__all__ = [
    "OUTCOMES",
    "PARAMETERS",
    "HealthService",
    "Parameters",
    "Spec",
    "SpecError",
    "__version__",
    "engines",
    "open_sweep",
    "run_sweep",
    "simulate",
]
