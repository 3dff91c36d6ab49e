"""Sweeps: a spec file in, a Zarr store of every run out, by Dask, by job array or in this process.

``Spec`` reads and checks a spec; ``complete_sweep`` creates its store or finishes it. Both are loaded when first asked
for, so that the command is quick to answer.
"""

from __future__ import annotations

TYPE_CHECKING = False  # Type checkers take it for true; to import it would cost the command milliseconds.
if TYPE_CHECKING:
    from typing import Any

    from .run.runner import SweepSummary, complete_sweep
    from .spec.errors import SpecError
    from .spec.spec import Spec

_HOMES = {"Spec": "spec.spec", "SpecError": "spec.errors", "SweepSummary": "run.runner", "complete_sweep": "run.runner"}
_FORMER = {"run_sweep": "complete_sweep"}
"""Names of version 0.1, which version 0.2 still reads with a warning. Remove them with version 0.3."""

__all__ = ["Spec", "SpecError", "SweepSummary", "complete_sweep"]

if not TYPE_CHECKING:  # A checker that saw __getattr__ would let every misspelt name pass.

    def __getattr__(name: str) -> Any:
        if name in _FORMER:
            import warnings

            now = f"{__name__}.{_FORMER[name]}"
            text = f"{__name__}.{name} is {now} since version 0.2; tredegar.{name} returns the opened sweep"
            warnings.warn(text, DeprecationWarning, stacklevel=2)
            return __getattr__(_FORMER[name])
        if name in _HOMES:
            from importlib import import_module

            return getattr(import_module(f".{_HOMES[name]}", __name__), name)
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
