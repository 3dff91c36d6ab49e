"""Sensitivity analysis: one method per module, one table of them, their figure."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """Return what stood here when this was a module: version 0.1 had ``results.sensitivity.sensitivity``."""
    if name not in ("sensitivity", "Bootstrap"):
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    import warnings

    from . import indices

    now = {"sensitivity": "analyze_sensitivity"}.get(name, name)
    warnings.warn(f"{__name__}.{name} is {indices.__name__}.{now} since version 0.2", DeprecationWarning, stacklevel=2)
    return getattr(indices, now)
