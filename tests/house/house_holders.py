"""Holders of a parameter: which arguments of a call have it, and in which array its values lie."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

DEEPEST = 3
"""Levels of mappings, records and sequences that are searched for the parameter."""
LONGEST = 40
"""Items of a sequence that are searched for it."""
TABLES = ("Dataset", "DataArray", "DataFrame")
BOOK = "RuleBook"
"""The type that holds the table of all parameters: it says what there is, and has no value of any."""


@cache
def fields_of(kind: type) -> tuple[str, ...]:
    """Return the fields that the type of a record declares: dataclass, named tuple, model of pydantic or slots."""
    named = getattr(kind, "__dataclass_fields__", None) or getattr(kind, "model_fields", None)
    slots = getattr(kind, "__slots__", ())
    return tuple(named or getattr(kind, "_fields", None) or ((slots,) if isinstance(slots, str) else slots))


@cache
def is_table(kind: type) -> bool:
    """Whether a type is a table of xarray or pandas."""
    return kind.__module__.startswith(("xarray.", "pandas.")) and kind.__name__ in TABLES


def field_of(value: Any, name: str) -> Any:
    """Return a field of a record, None where it has no such field or none yet.

    ``__getattr__`` is not asked: the records of a trace would take the question for a rule that reads the field.
    """
    try:
        return object.__getattribute__(value, name)
    except AttributeError:
        return None


def inside(value: Any) -> Iterator[Any]:
    """Yield what a value is made of, one level down; of a table nothing, which would load or copy its arrays."""
    if is_table(type(value)) or type(value).__name__ == BOOK:
        return
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, tuple | list | set | frozenset):
        yield from list(value)[:LONGEST]
    else:
        yield from (field_of(value, name) for name in fields_of(type(value)))


def has(value: Any, parameter: str) -> bool:
    """Whether a value itself has the parameter: as text, as a key, as a field, or as a column or coordinate."""
    if isinstance(value, str):
        return parameter in value and re.search(rf"\b{parameter}\b", value) is not None
    if is_table(type(value)):
        return parameter in getattr(value, "coords", value) or parameter in value
    return parameter in (value if isinstance(value, Mapping) else fields_of(type(value)))


def holds(value: Any, parameter: str, depth: int = DEEPEST) -> bool:
    """Whether a value has the parameter, or something in it down to ``depth`` levels does."""
    if value is None or isinstance(value, int | float | np.ndarray | type | Path):
        return False
    return has(value, parameter) or (depth > 0 and any(holds(item, parameter, depth - 1) for item in inside(value)))


def column_of(value: Any, parameter: str) -> np.ndarray | None:
    """Return the array that owns the memory of the values, any shape, that a mapping or record has for the parameter.

    None where it has no array for it. Arrays that are views of one array have that one in common.
    """
    if is_table(type(value)):
        return None
    found = value.get(parameter) if isinstance(value, Mapping) else field_of(value, parameter)
    while isinstance(found, np.ndarray) and isinstance(found.base, np.ndarray):
        found = found.base
    return found if isinstance(found, np.ndarray) else None


def arguments_of(frame: FrameType) -> dict[str, Any]:
    """Return the arguments of the call of a frame, by name; the hidden one of a comprehension is left out."""
    code = frame.f_code
    stars = bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + stars]
    here = frame.f_locals
    return {name: here[name] for name in names if name in here and not name.startswith(".")}
