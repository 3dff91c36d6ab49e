"""Attributes and labels of kinds that every format takes: texts, numbers and lists of numbers; all else as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr


def as_plain(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``attributes`` without empty ones: tables and lists of texts as JSON, truth values as 0 and 1."""
    return {name: _plain(value) for name, value in attributes.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        kinds = {type(item) for item in value}
        if value and kinds <= {int, float}:
            return value
    return json.dumps(value) if isinstance(value, Mapping | list) else value


def json_attribute(attributes: Mapping[Any, Any], name: str) -> dict[str, Any]:
    """Return the table that attribute ``name`` holds as JSON, an empty one where there is none."""
    found = json.loads(attributes.get(name, "{}"))
    return dict(found) if isinstance(found, Mapping) else {}


def with_texts(dataset: xr.Dataset) -> xr.Dataset:
    """Return ``dataset`` with texts of a fixed length, as NumPy makes them, as texts of any length (objects).

    Dims and shapes stay. Of a fixed length there is no specification in Zarr 3.

    >>> import xarray as xr
    >>> with_texts(xr.Dataset(coords={"outcome": ["quality", "queue"]}))["outcome"].dtype
    dtype('O')
    """
    fixed = {name: row for name, row in dataset.coords.items() if row.dtype.kind == "U"}
    return dataset.assign_coords({n: (row.dims, row.values.astype(object), row.attrs) for n, row in fixed.items()})
