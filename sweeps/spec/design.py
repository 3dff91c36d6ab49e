"""Quantities of a spec and the entries of [vary]: names, ranges and levels, checked against the tables of the model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...model.parameters import PARAMETERS, Parameter, Quantity, find_parameter, quantity_of
from .errors import SpecError, explain, safe_name, shown, unknown_key

MOST_POINTS = 2**24
LARGEST_SEED = 2**32 - 1
MOST_LEVELS = 100_000
RANGE_FORMS = "[low, high]"
GRID_FORMS = "{values = [...]} or {low = ..., high = ..., levels = ...}"

_SAMPLER_SEED = "a whole number from 0 to 4294967295"
Seed = Annotated[int | None, Field(default=None, ge=0, le=LARGEST_SEED, description=_SAMPLER_SEED)]
BeyondRange = Annotated[bool, Field(default=False, description="true or false")]


class Strict(BaseModel):
    """A table of a spec: keys that are not named are refused, and no value is converted from another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, revalidate_instances="always")

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise explain(error, type(self)) from None

    # Pydantic's own mark of an initialiser that it need not call: a table inside another is checked as a part of it.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Varied:
    """What one parameter takes: a range ``low..high`` or, under a grid, the levels ``values``."""

    low: float
    high: float
    values: tuple[float, ...] | None = None

    def as_toml(self) -> list[float] | dict[str, list[float]]:
        """Return the entry of [vary] that says this."""
        return [self.low, self.high] if self.values is None else {"values": list(self.values)}


def find_quantity(name: str, months: int | None = None) -> Quantity:
    """Return what ``name`` (``parameter`` or ``parameter@month``) stands for.

    Raises SpecError for an unknown parameter, a malformed or late month (beyond ``months``), and a change of a
    parameter that works at the start alone.

    >>> parameter, month = find_quantity("sanction_strength@61")
    >>> parameter.name, parameter.unit, month
    ('sanction_strength', 'index', 61)
    """
    try:
        return quantity_of(name, months, _known)
    except SpecError:
        raise
    except ValueError as error:
        raise SpecError(str(error)) from None


def _known(name: str) -> Parameter:
    if name in PARAMETERS:
        return PARAMETERS[name]
    from .places import belongs

    if elsewhere := belongs(name):
        raise SpecError(f"unknown parameter '{safe_name(name)}'{elsewhere}")
    try:
        return find_parameter(safe_name(name))
    except ValueError as error:
        near = "" if "did you mean" in str(error) else belongs(name, slips=True)
        raise SpecError(f"{error}{near}") from None


def checked_value(name: str, value: object) -> float:
    """Return ``value`` as the float that quantity ``name`` takes; raise SpecError where the equations refuse it."""
    parameter = find_quantity(name).parameter
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SpecError(f"parameter '{name}' must be a number, got {shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not parameter.least <= number <= parameter.most:
        allowed = f"{parameter.least:g} .. {parameter.most:g} ({parameter.unit})"
        raise SpecError(f"parameter '{name}' must lie in {allowed}, got {shown(value)}")
    return number + 0.0


def check_declared_range(name: str, value: float, beyond_range: bool) -> None:
    """Raise SpecError if a design would sample ``value`` outside the declared range without being asked to."""
    parameter = find_quantity(name).parameter
    if not beyond_range and not parameter.low <= value <= parameter.high:
        raise SpecError(
            f"parameter '{name}' is declared for {parameter.low:g} .. {parameter.high:g}, got {value:g};"
            f" set beyond_range = true under [design] to go up to {parameter.least:g} .. {parameter.most:g}"
        )


def parse_varied(name: str, entry: object) -> Varied:
    """Return one entry of [vary]; raise SpecError for any form that is none of the three."""
    find_quantity(name)
    entry = entry.as_toml() if isinstance(entry, Varied) else entry
    if isinstance(entry, list):
        if len(entry) != 2:
            expected = f"{RANGE_FORMS} or, under grid, {GRID_FORMS} (in Python an array, too)"
            raise SpecError(f"vary '{name}' must be {expected}, got {shown(entry)}")
        return _range(name, entry[0], entry[1])
    if not isinstance(entry, Mapping):
        raise SpecError(f"vary '{name}' must be {RANGE_FORMS} or, under grid, {GRID_FORMS}, got {shown(entry)}")
    known = ("values", "low", "high", "levels")
    for key in entry:
        if key not in known:
            raise unknown_key(f"vary.{name}", key, known)
    if "values" in entry:
        if len(entry) > 1:
            raise SpecError(f"vary '{name}' has both values and a range; give one of {GRID_FORMS}")
        return _levels(name, entry["values"])
    for key in ("low", "high"):
        if key not in entry:
            raise SpecError(f"vary '{name}' lacks '{key}'; expected {RANGE_FORMS} or, under grid, {GRID_FORMS}")
    bounds = _range(name, entry["low"], entry["high"])
    return _spaced(name, bounds, entry["levels"]) if "levels" in entry else bounds


def _range(name: str, low: object, high: object) -> Varied:
    bounds = Varied(checked_value(name, low), checked_value(name, high))
    if bounds.low > bounds.high:
        raise SpecError(f"vary '{name}' is reversed: low {bounds.low:g} lies above high {bounds.high:g}; swap them")
    if bounds.low == bounds.high:
        raise SpecError(f"vary '{name}' does not vary: low equals high, {bounds.low:g}; put it under [fixed] instead")
    return bounds


def _levels(name: str, values: Any) -> Varied:
    if not isinstance(values, list) or not 2 <= len(values) <= MOST_LEVELS:
        raise SpecError(f"vary '{name}': values must be a list of 2 to {MOST_LEVELS} numbers, got {shown(values)}")
    levels = tuple(checked_value(name, value) for value in values)
    if len(set(levels)) < len(levels):
        raise SpecError(f"vary '{name}': a value is named twice")
    return Varied(min(levels), max(levels), levels)


def _spaced(name: str, bounds: Varied, levels: object) -> Varied:
    if isinstance(levels, bool) or not isinstance(levels, int) or not 2 <= levels <= MOST_LEVELS:
        expected = f"a whole number from 2 to {MOST_LEVELS}"
        raise SpecError(f"vary '{name}': levels must be {expected}, got {shown(levels)}")
    # The ends are hit exactly; between them each level is one multiplication and one division away from low.
    steps = tuple(bounds.low + (bounds.high - bounds.low) * step / (levels - 1) for step in range(levels - 1))
    return Varied(bounds.low, bounds.high, (*steps, bounds.high))
