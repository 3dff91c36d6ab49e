"""Keywords of a spec in Python, turned into the tables of the file, so that both are checked as one.

Tuples, NumPy numbers and arrays become lists and numbers; a keyword such as ``trusts`` goes into its table.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel

from .data_tables import is_frame, is_table

MOST_DEPTH = 6
"""How many levels of lists and tables in each other a spec may have."""

OTHER_WORDS = {
    ("record", "trusts"): "trust_records",
    ("design", "seed"): "sampler_seed",
    ("country", "groups"): "trust_groups",
    ("record", "groups"): "group_outcomes",
}
"""Keys whose own name means another thing among the keywords: trusts of [country], seed of the spec, groups of a
design."""
NOT_ALONE = {("design", "method")}
"""Keys that have no keyword: ``design="grid"`` names the method."""


def keywords_of_tables(models: Mapping[str, Iterable[type[BaseModel]]]) -> dict[str, tuple[str, str]]:
    """Return keyword -> the table and key that it stands for, for every key that may be given without its table.

    ``models`` are those of each table of a spec.
    """
    pairs = ((table, key) for table, found in models.items() for model in found for key in model.model_fields)
    return {OTHER_WORDS.get(pair, pair[1]): pair for pair in pairs if pair not in NOT_ALONE}


def tables_of_keywords(keywords: Mapping[str, Any], words: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """Return the tables of a spec, as its file has them, that ``keywords`` mean; ``words`` says where each belongs.

    A keyword of a table that is None is left out. Raises ValueError for what is said twice.

    >>> said = {"trusts": 60, "design": "grid", "vary": {"real_control": np.array([0.2, 0.8])}}
    >>> tables_of_keywords(said, {"trusts": ("country", "trusts")})
    {'design': {'method': 'grid'}, 'vary': {'real_control': {'values': [0.2, 0.8]}}, 'country': {'trusts': 60}}
    """
    tables = {key: _in_its_form(key, value) for key, value in keywords.items() if key not in words}
    for word, value in keywords.items():
        if word in words and value is not None:
            table, key = words[word]
            tables[table] = _with_key(tables.get(table), table, key, word, value)
    if "design" in tables and isinstance(tables["design"], Mapping) and is_table(tables["design"].get("points")):
        tables["design"] = {"method": "table", **tables["design"]}
    return {key: as_toml(value) for key, value in tables.items()}


def _in_its_form(key: str, value: Any) -> Any:
    """Return what the tables take for the short form of a value: a method for its design, levels for a range."""
    if key == "design" and isinstance(value, str):
        return {"method": value}
    if key == "vary" and isinstance(value, Mapping):
        return {name: _varied(entry) for name, entry in value.items()}
    if key in ("fixed", "constants") and not isinstance(value, Mapping) and hasattr(value, "to_dict"):
        return value.to_dict()  # a row of a DataFrame
    return value


def _varied(entry: Any) -> Any:
    """Return an entry of [vary]: arrays are levels, where a list or tuple of two is a range."""
    return {"values": entry} if _is_array(entry) else entry


def _with_key(table: Any, title: str, key: str, word: str, value: Any) -> Any:
    if isinstance(table, BaseModel):
        table = {name: getattr(table, name) for name in table.model_fields_set}
    if not isinstance(table, Mapping | None):
        return table  # which is no table, as its check says
    if table is not None and key in table:
        raise ValueError(f"'{word}' and key '{title}.{key}' say one thing twice; leave one of them out")
    return {**(table or {}), key: value}


def as_toml(value: Any, levels: int = MOST_DEPTH) -> Any:
    """Return ``value`` in the kinds that TOML has, as far as it has one: lists, plain numbers, texts, dates.

    >>> as_toml({"low": np.float32(0.5), "levels": (np.int64(3), True)})
    {'low': 0.5, 'levels': [3, True]}
    """
    if isinstance(value, np.datetime64):
        return _date(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if levels == 0 or is_frame(value):
        return value
    if isinstance(value, Mapping):
        return {key: as_toml(item, levels - 1) for key, item in value.items()}
    if _is_array(value):
        return np.asarray(value).tolist()
    if isinstance(value, list | tuple):
        return [as_toml(item, levels - 1) for item in value]
    return value


def _is_array(value: Any) -> bool:
    """Return whether ``value`` is an array of NumPy, or a Series, an Index or a DataArray, which hold one."""
    return isinstance(value, np.ndarray) or (hasattr(value, "to_numpy") and hasattr(value, "dtype"))


def _date(value: np.datetime64) -> datetime.date | np.datetime64:
    day = value.astype("datetime64[D]")
    return day.item() if day == value and isinstance(day.item(), datetime.date) else value
