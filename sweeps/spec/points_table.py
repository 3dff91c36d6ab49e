"""The CSV file of a table design: one column for each varied parameter, one row for each point."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ...model.parameters import base_of
from ...model.schedule.rulebook import BUILT_IN, RuleBook
from ...model.text.csv_rows import Row, check_cells, check_heading, read_rows
from ...model.text.numerals import parse_number
from ..forms.data_tables import POINTS, SpecSource
from ..quantities.books import book_with_names
from .design import MOST_POINTS, check_declared_range, checked_value, find_quantity
from .errors import SpecError, safe_name
from .text import MOST_TABLE_BYTES


def read_design(
    name: str, beyond_range: bool, source: SpecSource, book: RuleBook = BUILT_IN
) -> dict[str, NDArray[np.float64]]:
    """Return the points of a table design, name -> (point,), of its file ``name`` or of a store. Raises SpecError.

    >>> from .text import StoreSource
    >>> read_design("points.csv", False, StoreSource(None, lambda: {"real_control": np.array([0.2, 0.8])}))
    {'real_control': array([0.2, 0.8])}
    """
    table = source.table(name, POINTS, MOST_TABLE_BYTES)
    if isinstance(table, str):
        return parse_points(table, name, beyond_range, book)
    return check_points(table, beyond_range, book)


def parse_points(
    text: str, label: str, beyond_range: bool, book: RuleBook = BUILT_IN
) -> dict[str, NDArray[np.float64]]:
    r"""Return the points in the CSV ``text``: name -> (point,) values, in the order of the columns.

    Columns are parameters of ``book``, or constants. Raises SpecError, naming the file, row and column, for an unknown
    parameter, a value that is no number or out of range (wider than the declared range only with ``beyond_range``) and
    a table without rows.

    >>> parse_points("real_control,mandate_detail\n0.2,1\n0.8,0.5\n", "points.csv", beyond_range=False)
    {'real_control': array([0.2, 0.8]), 'mandate_detail': array([1. , 0.5])}
    """
    place = f"table of points '{safe_name(label)}'"
    try:
        return _parse(text, place, beyond_range, book)
    except SpecError:
        raise
    except ValueError as error:
        raise SpecError(str(error)) from None


def check_points(
    points: Mapping[str, NDArray[np.float64]], beyond_range: bool, book: RuleBook = BUILT_IN
) -> dict[str, NDArray[np.float64]]:
    """Return the ``points`` that a store holds, name -> (point,), checked as those of a table are. Raises SpecError.

    >>> check_points({"real_control": np.array([0.2, 1.5])}, beyond_range=False)
    Traceback (most recent call last):
    tredegar.sweeps.spec.errors.SpecError: ...
    """
    if not points or not all(len(values) for values in points.values()):
        raise SpecError("the points in the store are missing")
    book = book_with_names(book, points)
    for name, values in points.items():
        find_quantity(name, None, book)
        for value in (float(values.min()), float(values.max())):
            check_declared_range(name, checked_value(name, value, book), beyond_range, book)
    return dict(points)


def _parse(text: str, place: str, beyond_range: bool, book: RuleBook) -> dict[str, NDArray[np.float64]]:
    rows = read_rows(text, place)
    if not rows:
        raise SpecError(f"{place} is empty and has no points; expected a heading of parameters, one row for each point")
    names = rows[0][1]
    book = book_with_names(book, names)
    check_heading(names, place, lambda name: _is_quantity(name, book))
    for name in names:
        try:
            find_quantity(name, None, book)
        except SpecError as error:
            raise SpecError(f"{place}, row 1: {error}") from None
    if len(rows) == 1:
        raise SpecError(f"{place} has no points: a heading but no rows; expected one row for each point")
    if len(rows) - 1 > MOST_POINTS:
        raise SpecError(f"{place} has {len(rows) - 1:,} rows; at most {MOST_POINTS:,} points fit")
    points = np.empty((len(names), len(rows) - 1))
    for index, row in enumerate(rows[1:]):
        points[:, index] = _values(row, names, place, beyond_range, book)
    return {name: points[column] for column, name in enumerate(names)}


def _is_quantity(name: str, book: RuleBook) -> bool:
    try:
        find_quantity(name, None, book)
    except SpecError:
        return False
    return True


def _values(row: Row, names: list[str], place: str, beyond_range: bool, book: RuleBook) -> list[float]:
    check_cells(row, names, place)
    place = f"{place}, row {row[0]}"
    return [_value(name, cell, place, beyond_range, book) for name, cell in zip(names, row[1], strict=True)]


def _value(name: str, cell: str, place: str, beyond_range: bool, book: RuleBook) -> float:
    is_label = cell in book.choices.get(base_of(name), ())
    try:
        given = cell if is_label else parse_number(cell)
    except ValueError as error:
        raise SpecError(f"{place}, column '{name}': {error}") from None
    try:
        value = checked_value(name, given, book)
        check_declared_range(name, value, beyond_range, book)
    except SpecError as error:
        raise SpecError(f"{place}: {error}") from None
    return value
