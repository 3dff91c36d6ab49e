"""Rows of a graph: what a rule does, as data that a store keeps and that reads back to the same graph.

A row is ``["field", record, field]``, ``["luck", stream, word]``, a constant (``["number", "0x1.8p-1"]``,
``["condition", true]``, ``["count", 2]``) or an operation on earlier rows, ``["*", 0, 3]``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..text.plain_text import brief
from .expression_graph import Node, in_order
from .fields import RECORDS

Row = tuple[Any, ...]
Rows = tuple[Row, ...]
OPERANDS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("+", "-", "*", "/", "<", "<=", ">", ">=", "==", "&", "|"), 2),
        **dict.fromkeys(("negative", "magnitude", "root", "floor", "not", "as_float"), 1),
        "select": 3,
    }
)
"""Operation -> the number of its operands."""
MOST_ROWS = 20_000
"""Rows of a rule: hundreds of times the largest of the model's own."""
MOST_STREAM = 2**32 - 1
_NAME = re.compile("[A-Za-z][A-Za-z0-9_]*", re.ASCII)


def rows_of(results: Sequence[Node]) -> tuple[Rows, tuple[int, ...]]:
    """Return everything that ``results`` need as rows, and the numbers of the rows of ``results``."""
    numbers: dict[int, int] = {}
    rows: list[Row] = []
    for node in in_order(results):
        numbers[node.number] = len(rows)
        if node.operation == "constant":
            rows.append((node.kind, node.detail if node.kind != "condition" else bool(node.detail)))
        elif node.operation in ("field", "luck"):
            rows.append((node.operation, *node.detail))
        else:
            rows.append((node.operation, *(numbers[operand.number] for operand in node.operands)))
    return tuple(rows), tuple(numbers[node.number] for node in results)


def check_whole_numbers(rows: Rows) -> None:
    """Raise ValueError for whole numbers that a rule makes itself: plain Python has no end of them, machines have.

    Sums may be subtracted, compared and turned into floats; a constant may be compared with one.

    >>> check_whole_numbers((("field", "totals", "at_work"), ("count", 2), ("+", 0, 1)))
    Traceback (most recent call last):
    ValueError: whole numbers of one's own have no place in a rule: as_float makes a sum a number, 1.0 is one
    """
    made = {number for number, row in enumerate(rows) if row[0] == "count"}
    for row in rows:
        compares = row[0] in ("<", "<=", ">", ">=", "==")
        if row[0] == "as_count" or (row[0] in OPERANDS and not compares and made & set(row[1:])):
            raise ValueError(
                "whole numbers of one's own have no place in a rule: as_float makes a sum a number, 1.0 is one"
            )


def checked_rows(given: Any, results: Any) -> tuple[Rows, tuple[int, ...]]:
    """Return rows and results that were read from a store, checked. Raises ValueError for what is no graph.

    >>> checked_rows([["field", "manager", "fear"], ["magnitude", 0], ["*", 0, 1]], [2])
    ((('field', 'manager', 'fear'), ('magnitude', 0), ('*', 0, 1)), (2,))
    """
    if (
        not isinstance(given, list)
        or not 0 < len(given) <= MOST_ROWS
        or not all(isinstance(row, list) for row in given)
    ):
        raise ValueError(f"a graph must be a list of 1 to {MOST_ROWS} rows, got {brief(given)}")
    rows = tuple(tuple(row) for row in given)
    for number, row in enumerate(rows):
        if not _is_row(row, number):
            raise ValueError(f"row {number} of a graph is none: {brief(list(row))}")
    if not isinstance(results, list) or not results or not all(_is_number(each, len(rows)) for each in results):
        raise ValueError(f"the results of a graph must be numbers of its rows, got {brief(results)}")
    check_whole_numbers(rows)
    return rows, tuple(results)


def _is_number(value: Any, end: int) -> bool:
    return type(value) is int and 0 <= value < end


def _is_row(row: Row, number: int) -> bool:
    name, given = (row[0], row[1:]) if row and isinstance(row[0], str) else ("", ())
    if name in OPERANDS:
        return len(given) == OPERANDS[name] and all(_is_number(operand, number) for operand in given)
    if name == "field":
        return len(given) == 2 and given[0] in RECORDS and isinstance(given[1], str) and bool(_NAME.fullmatch(given[1]))
    if name == "luck":
        return len(given) == 2 and _is_number(given[0], MOST_STREAM + 1) and _is_number(given[1], 4)
    if name == "condition":
        return len(given) == 1 and type(given[0]) is bool
    if name == "count":
        return len(given) == 1 and type(given[0]) is int and abs(given[0]) < 2**62
    return name == "number" and len(given) == 1 and _is_hexadecimal(given[0])


def _is_hexadecimal(text: Any) -> bool:
    try:
        # Only what float.hex writes: other spellings of one number would give one rule two texts.
        return isinstance(text, str) and math.isfinite(float.fromhex(text)) and float.fromhex(text).hex() == text
    except (ValueError, OverflowError):
        return False
