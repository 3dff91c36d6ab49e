"""Former import paths: what the documents of version 0.1 showed keeps working in version 0.2, with a warning.

The table is all that is known of them. Remove it, and this module, with version 0.3.
"""

from __future__ import annotations

import importlib
import warnings
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMER: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "tredegar.model.health_service": ("tredegar.model.agents.health_service", {}),
        "tredegar.results.compare": ("tredegar.results.arms.comparison", {}),
        "tredegar.results.export": ("tredegar.results.files", {}),
        "tredegar.results.hysteresis": ("tredegar.results.figures.ramp", {"hysteresis": "measure_hysteresis"}),
        "tredegar.results.maps": ("tredegar.results.figures.maps", {}),
        "tredegar.results.statement": ("tredegar.results.figures.sentence", {}),
        "tredegar.sweeps.cli": ("tredegar.cli.entry", {}),
        "tredegar.sweeps.runner": ("tredegar.sweeps.run.runner", {"run_sweep": "complete_sweep"}),
    }
)
"""Former module -> the module that it is now, and the functions that have another name there."""


def say_so(former: str, now: str) -> None:
    """Warn the caller's caller that a path has changed."""
    warnings.warn(f"{former} is {now} since version 0.2", DeprecationWarning, stacklevel=3)


class FormerModule(ModuleType):
    """Stands for a module of old: whatever is asked of it comes from where it is now."""

    def __getattr__(self, name: str) -> Any:
        """Return the attribute of that name, or of the name that it has now."""
        if name.startswith("__"):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        place, names = FORMER[self.__name__]
        found = getattr(importlib.import_module(place), names.get(name, name))
        say_so(f"{self.__name__}.{name}", f"{place}.{names.get(name, name)}")
        return found

    def __call__(self, *words: Any, **more: Any) -> Any:
        """Call the function that bears the name of the module of old.

        Python binds an imported module in its package, where it would hide the function of that name.
        """
        return getattr(self, self.__name__.rpartition(".")[2])(*words, **more)


class _Loader(Loader):
    """Loads a module of old: there is nothing to load until something is asked of it."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return what stands for the module."""
        return FormerModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the attributes are looked up when they are asked for."""


def spec_of_former(name: str) -> ModuleSpec | None:
    """Return the spec of a module of old, None for any other."""
    return ModuleSpec(name, _Loader()) if name in FORMER else None
