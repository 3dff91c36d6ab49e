"""Page of the public names (docs/python.md): every call of its tables runs and gives what its row says."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_origin

import numpy as np
import pytest
import xarray as xr

import tredegar

from ..support.places import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
LIBRARIES = {"discover": "ema_workbench", "grow_tree": "sklearn", "HealthService": "mesa", "write_replay": "mesa"}
"""Names that need a library which not every environment of the tests has."""


class Row(NamedTuple):
    """A row of a table: the name, the call, what it gives, what it does."""

    name: str
    call: str
    gives: str
    does: str


def rows() -> list[Row]:
    """Return the rows of all tables of the page."""
    found = re.findall(r"^\| `(tg\.(\w+).*?)` \| ([^|]+) \| ([^|]+) \|$", PAGE, flags=re.MULTILINE)
    return [Row(name, call, gives, does) for call, name, gives, does in found]


def described(value: Any) -> str:
    """Return what a value is, in the words of the page."""
    kind = type(value).__name__
    if isinstance(value, xr.Dataset):
        widest = max(value.data_vars.values(), key=lambda variable: variable.ndim)
        return f"Dataset ({', '.join(map(str, widest.dims))})"
    if isinstance(value, np.ndarray):
        return f"array of {value.ndim} dimension{'s' * (value.ndim > 1)}"
    if isinstance(value, list | tuple) and kind in ("list", "tuple") and value:
        return f"{kind} of {type(value[0]).__name__}"
    return "type" if get_origin(value) is Literal or kind in ("Union", "UnionType", "_UnionGenericAlias") else kind


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The names that the listings of the page make, in a folder of their own that is the working folder meanwhile."""
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("page"))
    found: dict[str, Any] = {}
    try:
        for text in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL):
            exec(compile(text, "docs/python.md", "exec"), found)
        yield found
    finally:
        os.chdir(before)


@pytest.mark.readers
@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_a_call_of_the_page_gives_what_its_row_says(row: Row, names: Mapping[str, Any]) -> None:
    if row.name in LIBRARIES:
        pytest.importorskip(LIBRARIES[row.name])
    assert described(eval(row.call, dict(names))) == row.gives


def test_every_public_name_has_one_row_that_says_what_it_does() -> None:
    named = [row.name for row in rows()]
    assert sorted(named) == sorted(tredegar.__all__)
    assert all(re.match(r"[a-z]+ .{10}", row.does) for row in rows())


def test_every_table_of_the_page_is_of_calls() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    heads = [line for line in lines if line == "| call | gives | what it does |"]
    assert len(rows()) + len(heads) == len(lines)
