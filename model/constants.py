"""The structural constants of the rules: values that a sweep may vary to test the model itself.

The facts stand in ``constants.toml``. Rules read them as ``k.NAME``; a call of ``simulate`` has one set for all runs.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from .text.names import closest, real_number
from .text.plain_text import brief, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """One row of the table of constants: its value, what it does, and which values the equations accept."""

    name: str
    value: float
    group: str
    meaning: str
    positive: bool = False
    most: float = 1e6
    source: str = "assumption"

    def check(self, value: Any) -> float:
        """Return ``value`` as a float if the equations accept it; raise ValueError, naming the range, otherwise."""
        number = real_number(value)
        if number is None:
            raise ValueError(f"constant '{self.name}' must be a number, got {brief(value)}")
        if not math.isfinite(number) or not 0.0 <= number <= self.most or (self.positive and number <= 0.0):
            bound = "above 0, up to" if self.positive else "0 .."
            raise ValueError(f"constant '{self.name}' must lie in {bound} {self.most:g}, got {brief(value)}")
        return number


def _read_table() -> Mapping[str, Constant]:
    rows = tomllib.loads((files(__package__) / "constants.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: Constant(name=name, **row) for name, row in rows.items()})


CONSTANTS: Mapping[str, Constant] = _read_table()
"""The table of constants: name -> :class:`Constant`."""


if TYPE_CHECKING:

    class Constants:
        """The constants of one call, by name."""

        def __getattr__(self, name: str) -> float: ...

else:
    Constants = SimpleNamespace


def constants_with(changed: Mapping[str, float] | None = None) -> Constants:
    """Return all constants, with ``changed`` in place of the values of the table.

    Raises ValueError for an unknown name or a value that the equations do not accept.

    >>> constants_with({"VOICE_BASE": 0.5}).VOICE_BASE
    0.5
    """
    values = {name: row.value for name, row in CONSTANTS.items()}
    for name, value in (changed or {}).items():
        if name not in CONSTANTS:
            raise ValueError(f"unknown constant '{plain(name)}'{closest(name, CONSTANTS)}")
        values[name] = CONSTANTS[name].check(value)
    return Constants(**values)
