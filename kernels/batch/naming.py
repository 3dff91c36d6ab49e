"""The values that a caller gives by name: of a mapping, a table, one row of a table, or a Dataset, told apart safely.

Values that only happen to be as many as others must not be paired with them: those that lie on unlike dimensions of
xarray, or that pandas labels otherwise.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import numpy as np

from ...model.constants import CONSTANTS
from ...model.parameters import PARAMETERS, base_of
from ...model.text.plain_text import brief, plain

_KINDS = {"b": "True and False", "c": "complex numbers", "M": "dates", "m": "spans of time", "U": "text", "S": "bytes"}


SETTABLE = frozenset((*PARAMETERS, *CONSTANTS))
"""What can differ between points of the model as it stands: its parameters and its constants."""


def named_values(points: Any, settable: Container[str] = SETTABLE) -> dict[str, Any]:
    """Return name -> values of ``points``: a mapping, a DataFrame (by column), a Series (one point) or a Dataset.

    Of a Dataset all variables count, and those of its coordinates that are ``settable``: a sweep's points are
    coordinates, its fixed parameters scalar ones; so do the levels of a DataFrame's index. Raises ValueError for names
    that are no text or come twice, and for values that do not belong together.

    >>> named_values({"real_control": [0.2, 0.8], 2: 0.5})
    Traceback (most recent call last):
    ValueError: points must be named by parameters, got the name 2 (int)
    """
    if not hasattr(points, "items"):
        kind = type(points).__name__
        raise ValueError(f"points must be a mapping or a Dataset, name -> values of each point, got {kind}")
    named: dict[str, Any] = {}
    for name, values in _items(points, settable):
        if not isinstance(name, str):
            raise ValueError(f"points must be named by parameters, got the name {brief(name)} ({type(name).__name__})")
        if name in named:
            raise ValueError(f"points name '{plain(name)}' twice")
        named[str(name)] = values
    _check_dimensions(named)
    _check_labels(named)
    return named


def _items(points: Any, settable: Container[str]) -> Iterable[tuple[Any, Any]]:
    yield from points.items()
    for name in getattr(points, "coords", ()):
        if base_of(name) in settable:
            yield name, points[name]
    if hasattr(points, "columns"):
        for name in (name for name in points.index.names if base_of(name) in settable):
            yield name, points.index.get_level_values(name)


def _check_dimensions(named: dict[str, Any]) -> None:
    """Raise ValueError for values of xarray on more dimensions than one: which pairs are meant is not for us to say."""
    sizes: dict[str, int] = {}
    for values in named.values():
        if hasattr(values, "sizes"):
            sizes |= {str(name): size for name, size in values.sizes.items()}
    if len(sizes) > 1:
        said = plain(", ".join(f"'{name}' ({size})" for name, size in sizes.items()), 200)
        stacked = plain(", ".join(repr(name) for name in sizes), 200)
        raise ValueError(
            f"points must lie on one dimension, got {said}; for all combinations of them take "
            f"Dataset.stack(point=({stacked})), for pairs give them one dimension"
        )


def _check_labels(named: dict[str, Any]) -> None:
    """Raise ValueError for values that pandas or xarray labels otherwise than others, point by point."""
    first: tuple[str, Any] | None = None
    for name, values in named.items():
        labels = _labels(values)
        if labels is None:
            continue
        if first is None:
            first = name, labels
        elif len(labels) == len(first[1]) and not labels.equals(first[1]):
            raise ValueError(
                f"the points of '{plain(first[0])}' and '{plain(name)}' have unlike labels; "
                "they must stand in one table, or be plain lists"
            )


def _labels(values: Any) -> Any:
    """The labels of one-dimensional values, an index of pandas; None where they have none."""
    if hasattr(values, "sizes"):
        return getattr(values, "indexes", {}).get(next(iter(values.sizes))) if len(values.sizes) == 1 else None
    return values.index if hasattr(values, "index") and hasattr(values.index, "equals") else None


def is_masked(values: Any, depth: int = 3) -> bool:
    """Whether ``values`` is a masked array, or a list that holds one: NumPy would take what the mask hides.

    >>> is_masked([np.ma.masked_invalid([0.2, np.nan])]), is_masked([0.2, 0.8])
    (True, False)
    """
    if isinstance(values, np.ma.MaskedArray):
        return True
    return depth > 0 and isinstance(values, list | tuple) and any(is_masked(value, depth - 1) for value in values)


def is_nested(values: Any, most: int) -> bool:
    """Whether ``values`` are lists inside more than ``most`` lists, which NumPy would write out without end.

    >>> is_nested([[0.2], [0.8]], 2), is_nested([[[0.2]]], 2)
    (False, True)
    """
    if not isinstance(values, list | tuple):
        return False
    return most == 0 or any(is_nested(value, most - 1) for value in values)


def kind_in_words(values: Any, array: Any) -> str:
    """Return in words what ``values`` are that are no numbers; ``array`` is what NumPy makes of them.

    >>> kind_in_words(["0.2"], np.asarray(["0.2"]))
    'text'
    """
    if array.dtype.kind != "O":
        return _KINDS.get(array.dtype.kind, str(array.dtype))
    if array.ndim and array.size:
        return f"objects of Python, the first of them {_short(array.flat[0])}"
    return _short(values) if not array.ndim else "objects of Python"


def _short(value: Any) -> str:
    return brief(value)
