"""Quantities of a spec and the entries of [vary]: names, ranges and levels, checked against the tables of the book."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...model.parameters import Parameter, Quantity, base_of
from ...model.schedule.rulebook import BUILT_IN, RuleBook, level_number, quantity_in
from ...model.text.names import closest
from ...model.text.plain_text import brief
from ..quantities.distributions import KIND, Continuous, Discrete, find_kind, read_distribution, read_weights
from .errors import SpecError, explain, safe_name, shown, unknown_key

MOST_POINTS = 2**24
LARGEST_SEED = 2**32 - 1
MOST_LEVELS = 100_000
RANGE_FORMS = "[low, high]"
GRID_FORMS = "{values = [...]} or {low = ..., high = ..., levels = ...}"
CHOICE_FORM = '{ values = ["built-in", ...] }'

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
    """What one quantity takes: a range ``low..high``, under a grid the levels ``values``, or a ``distribution``.

    A choice between rules has ``labels``, one for each of ``values``, and a distribution of these.
    """

    low: float
    high: float
    values: tuple[float, ...] | None = None
    distribution: Continuous | Discrete | None = None
    labels: tuple[str, ...] = ()

    def as_toml(self, by_levels: bool | None = None) -> list[float] | dict[str, Any]:
        """Return the entry of [vary] that says this, as it was written.

        Of a design that is known to go by levels, or not to, it is the one entry of all that mean the same.
        """
        if isinstance(self.distribution, Discrete):
            return self._values_as_toml(self.distribution, by_levels)
        if self.distribution is not None:
            return self.distribution.table()
        return [self.low, self.high] if self.values is None else {"values": list(self.values)}

    def _values_as_toml(self, discrete: Discrete, by_levels: bool | None) -> dict[str, Any]:
        found = discrete.in_order() if by_levels is False else discrete
        label = dict(zip(self.values or (), self.labels, strict=False))
        table = {**found.table(), "values": [label.get(value, value) for value in found.values]}
        if self.labels or by_levels:
            del table[KIND]
        return table


def find_quantity(name: str, months: int | None = None, book: RuleBook = BUILT_IN) -> Quantity:
    """Return what ``name`` (``parameter`` or ``parameter@month``) stands for under the rules of ``book``.

    Raises SpecError for an unknown parameter, a malformed or late month (beyond ``months``), and a change of a
    parameter that works at the start alone.

    >>> parameter, month = find_quantity("sanction_strength@61")
    >>> parameter.name, parameter.unit, month
    ('sanction_strength', 'index', 61)
    """
    try:
        return quantity_in(book, name, months, _rows_of(book))
    except SpecError:
        raise
    except ValueError as error:
        raise SpecError(str(error)) from None


def _rows_of(book: RuleBook) -> Callable[[str], Parameter]:
    """Return a function that finds the row of a parameter in the table of ``book``, or says where the name belongs."""

    def find(name: str) -> Parameter:
        if name in book.parameters:
            return book.parameters[name]
        from .places import belongs

        if elsewhere := belongs(name, book=book):
            raise SpecError(f"unknown parameter '{safe_name(name)}'{elsewhere}")
        near = closest(safe_name(name), book.parameters) or belongs(name, slips=True, book=book)
        raise SpecError(f"unknown parameter {brief(safe_name(name))}{near}")

    return find


def word_for(name: str, book: RuleBook) -> str:
    """Return what ``name`` is called in a message: a constant that is varied is one of the parameters of its book."""
    return "constant" if base_of(name) in book.varied_constants else "parameter"


def checked_value(name: str, value: object, book: RuleBook = BUILT_IN) -> float:
    """Return ``value`` as the float that quantity ``name`` takes; raise SpecError where the equations refuse it.

    A choice between rules takes the label of one, or its number.
    """
    parameter, what = find_quantity(name, None, book).parameter, word_for(name, book)
    if base_of(name) in book.choices:
        try:
            return level_number(name, value, book.choices[base_of(name)])
        except ValueError as error:
            raise SpecError(str(error)) from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SpecError(f"{what} '{name}' must be a number, got {shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not parameter.least <= number <= parameter.most:
        allowed = f"{parameter.least:g} .. {parameter.most:g} ({parameter.unit})"
        raise SpecError(f"{what} '{name}' must lie in {allowed}, got {shown(value)}")
    return number + 0.0


def check_declared_range(name: str, value: float, beyond_range: bool, book: RuleBook = BUILT_IN) -> None:
    """Raise SpecError if a design would sample ``value`` outside the declared range without being asked to."""
    parameter = find_quantity(name, None, book).parameter
    if not beyond_range and not parameter.low <= value <= parameter.high:
        raise SpecError(
            f"{word_for(name, book)} '{name}' is declared for {parameter.low:g} .. {parameter.high:g}, got {value:g};"
            f" set beyond_range = true under [design] to go up to {parameter.least:g} .. {parameter.most:g}"
        )


def parse_varied(name: str, entry: object, book: RuleBook = BUILT_IN) -> Varied:
    """Return one entry of [vary]; raise SpecError for any form that is none of those there are."""
    find_quantity(name, None, book)
    entry = entry.as_toml() if isinstance(entry, Varied) else entry
    if base_of(name) in book.choices:
        return _choice(name, entry, book)
    if isinstance(entry, list):
        if len(entry) != 2:
            expected = f"{RANGE_FORMS} or, under grid, {GRID_FORMS} (in Python an array, too)"
            raise SpecError(f"vary '{name}' must be {expected}, got {shown(entry)}")
        return _range(name, entry[0], entry[1], book)
    if not isinstance(entry, Mapping):
        raise SpecError(f"vary '{name}' must be {RANGE_FORMS} or, under grid, {GRID_FORMS}, got {shown(entry)}")
    return _distributed(name, entry, book) if KIND in entry else _ranged(name, entry, book)


def _ranged(name: str, entry: Mapping[str, Any], book: RuleBook) -> Varied:
    """Return the entry of a table of levels, or of a range with or without a number of levels."""
    known = ("values", "low", "high", "levels")
    for key in entry:
        if key not in known:
            raise unknown_key(f"vary.{name}", key, (*known, KIND))
    if "values" in entry:
        if len(entry) > 1:
            raise SpecError(f"vary '{name}' has both values and a range; give one of {GRID_FORMS}")
        levels = _levels(name, entry["values"], book)
        return Varied(min(levels), max(levels), levels)
    for key in ("low", "high"):
        if key not in entry:
            raise SpecError(f"vary '{name}' lacks '{key}'; expected {RANGE_FORMS} or, under grid, {GRID_FORMS}")
    bounds = _range(name, entry["low"], entry["high"], book)
    return _spaced(name, bounds, entry["levels"]) if "levels" in entry else bounds


def _range(name: str, low: object, high: object, book: RuleBook) -> Varied:
    bounds = Varied(checked_value(name, low, book), checked_value(name, high, book))
    if bounds.low > bounds.high:
        raise SpecError(f"vary '{name}' is reversed: low {bounds.low:g} lies above high {bounds.high:g}; swap them")
    if bounds.low == bounds.high:
        raise SpecError(f"vary '{name}' does not vary: low equals high, {bounds.low:g}; put it under [fixed] instead")
    return bounds


def _levels(name: str, values: Any, book: RuleBook) -> tuple[float, ...]:
    kind = "labels" if base_of(name) in book.choices else "numbers"
    if not isinstance(values, list) or not 2 <= len(values) <= MOST_LEVELS:
        raise SpecError(f"vary '{name}': values must be a list of 2 to {MOST_LEVELS} {kind}, got {shown(values)}")
    levels = tuple(checked_value(name, value, book) for value in values)
    if len(set(levels)) < len(levels):
        raise SpecError(f"vary '{name}': a value is named twice")
    return levels


def _spaced(name: str, bounds: Varied, levels: object) -> Varied:
    if isinstance(levels, bool) or not isinstance(levels, int) or not 2 <= levels <= MOST_LEVELS:
        expected = f"a whole number from 2 to {MOST_LEVELS}"
        raise SpecError(f"vary '{name}': levels must be {expected}, got {shown(levels)}")
    # The ends are hit exactly; between them each level is one multiplication and one division away from low.
    steps = tuple(bounds.low + (bounds.high - bounds.low) * step / (levels - 1) for step in range(levels - 1))
    return Varied(bounds.low, bounds.high, (*steps, bounds.high))


def _choice(name: str, entry: object, book: RuleBook) -> Varied:
    """Return the entry of a choice between rules: its levels, each as likely as any other unless there are weights."""
    if not isinstance(entry, Mapping) or "values" not in entry:
        raise SpecError(f"vary '{name}' chooses between rules and must be {CHOICE_FORM}, got {shown(entry)}")
    return _distributed(name, {KIND: "discrete", **entry}, book)


def _distributed(name: str, entry: Mapping[str, Any], book: RuleBook) -> Varied:
    """Return the entry of a quantity that has a distribution; one that is uniform on a range is a range."""
    row = find_quantity(name, None, book).parameter
    accepted = f"'{name}' is accepted in {row.least:g} .. {row.most:g} alone, so give low and high, which cut it off"
    try:
        kind = find_kind(entry[KIND])
        found = _discrete(name, entry, book) if kind == Discrete.kind else read_distribution(entry, accepted)
    except SpecError:
        raise
    except ValueError as error:
        raise SpecError(f"vary '{name}': {error}") from None
    low, high = (checked_value(name, end, book) for end in (found.low, found.high))
    if isinstance(found, Continuous):
        return Varied(low, high) if kind == "uniform" else Varied(low, high, None, found)
    labels = book.choices.get(base_of(name), ())
    return Varied(low, high, found.values, found, tuple(labels[int(value)] for value in found.values if labels))


def _discrete(name: str, entry: Mapping[str, Any], book: RuleBook) -> Discrete:
    known = ("values", "weights")
    for key in entry:
        if key not in (KIND, *known):
            raise unknown_key(f"vary.{name}", key, known)
    if "values" not in entry:
        raise SpecError(f"vary '{name}' lacks 'values'; a discrete distribution has values and may have weights")
    values = _levels(name, entry["values"], book)
    return Discrete(values, read_weights(entry.get("weights"), len(values)))
