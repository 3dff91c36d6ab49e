"""Records of mechanisms: parts of the model that have a rival which the package brings, chosen by name in a spec.

A mechanism is a named set of rules. ``[rules] gaming = "proportional"`` takes its rival instead of what is built in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A parameter of a rival: what ``Own`` (model/own/declared.py) is for researchers, checked there."""

    default: float
    low: float
    high: float
    unit: str
    meaning: str
    source: str
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RivalRule:
    """A rule of a rival: it ``replaces`` a built-in one, or runs ``after`` one and remembers what it ``writes``.

    ``writes`` are "record.field", with the values ``start`` in month 0; ``draws`` its own uniforms.
    """

    function: Callable[..., Any]
    replaces: str = ""
    after: str = ""
    writes: tuple[str, ...] = ()
    start: tuple[float | str, ...] = ()
    draws: tuple[str, ...] = ()
    parameters: Mapping[str, Range] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Rules that can stand in for those of a mechanism, what they say, and where they come from."""

    name: str
    meaning: str
    source: str
    rules: tuple[RivalRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """A named set of rules of the model: what they say as they are built in, and their rivals by name."""

    name: str
    rules: tuple[str, ...]
    meaning: str
    rivals: Mapping[str, Rival]
