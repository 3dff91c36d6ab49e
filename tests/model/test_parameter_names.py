"""One grammar of ``parameter@month``: nothing else splits or writes such names, and no odd month passes."""

from __future__ import annotations

import ast

import pytest

from tredegar.model.parameters import base_of, change_of, is_change, parse_setting

from ..support.places import FOLDERS, ROOT


@pytest.mark.parametrize(
    "month", ["", "0", "061", "-1", "1_0", " 1", "1 ", "x", "1.0", "\uff11\uff12", "9" * 10, "9" * 5000, "1@2"]
)
def test_a_month_that_is_no_whole_number_from_1_on_is_no_change(month: str) -> None:
    with pytest.raises(ValueError, match="expected 'parameter@month' with a whole month from 1 on"):
        parse_setting(f"solidarity@{month}")


@pytest.mark.parametrize("month", [1, 12, 999_999_999])
def test_what_is_written_is_read(month: int) -> None:
    name = change_of("solidarity", month)
    assert parse_setting(name) == ("solidarity", month) and is_change(name)
    assert parse_setting("solidarity") == ("solidarity", None) and not is_change("solidarity")
    assert base_of(name) == base_of("solidarity") == "solidarity"


def splits(text: str) -> list[int]:
    """Lines of a file that name the sign in code, as a text of its own or before a place to fill in."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and node.value == "@":
            found.append(node.lineno)
        if isinstance(node, ast.JoinedStr) and any(
            isinstance(part, ast.Constant) and str(part.value).endswith("@") and part.value == "@"
            for part in node.values
        ):
            found.append(node.lineno)
    return found


def test_no_other_module_splits_or_writes_such_names() -> None:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    found = {path.relative_to(ROOT).as_posix(): splits(path.read_text(encoding="utf-8")) for path in paths}
    assert {name for name, lines in found.items() if lines} == {"model/parameters.py"}
