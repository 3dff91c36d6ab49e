"""Targets: what the record says, how well it is known, and how it is observed in the model."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

Standing = Literal["test", "input", "no test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One quantity of the record: its value and window in its unit, where it is from, and how it is observed.

    ``evidence`` lists ids of docs/evidence.md. ``by`` says who computed the value: ``computed`` from files by the
    operator of its counterpart, ``compiled`` from files that are not open, or ``published``. ``use``: whether
    parameters of the model were fitted to it. ``record`` says how the source defines it, ``reason`` why it is
    observed as it is, or why it has no counterpart. ``months`` and ``units``: the length of the record's history
    and its number of units, 0 where not known. ``window_of``: whether the window says how much one history scatters
    (``sampling``) or how well the record is known (``reading``). ``standing``: a quantity that goes into the model
    is an ``input``; one that hardly any setting misses is ``no test`` (docs/ledger.md).
    """

    name: str
    quantity: str
    value: float
    low: float
    high: float
    unit: str
    by: Literal["computed", "compiled", "published"]
    source: str
    record: str
    reason: str
    evidence: str = ""
    use: Literal["fitted", "held out", ""] = ""
    months: int = 0
    units: int = 0
    window_of: Literal["sampling", "reading"] = "sampling"
    standing: Standing = "test"

    @property
    def span(self) -> tuple[float, float]:
        """The least and the greatest value, in the unit of the target, that the record may have had."""
        return (self.low, self.high) if self.window_of == "reading" else (self.value, self.value)


@cache
def targets() -> MappingProxyType[str, Target]:
    """Return the table of targets that the package ships: name -> :class:`Target`."""
    rows = tomllib.loads((files(__package__) / "targets.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: Target(name=name, **row) for name, row in rows.items()})
