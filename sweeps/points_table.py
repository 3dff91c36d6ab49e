"""The CSV file of a table design: one column for each varied parameter, one row for each point."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .design_spec import MOST_POINTS, check_declared_range, checked_value, find_quantity
from .spec_errors import SpecError, safe_name


def parse_points(text: str, label: str, beyond_range: bool) -> dict[str, NDArray[np.float64]]:
    """Return the points in the CSV ``text``: name -> (point,) values, in the order of the columns.

    Raises SpecError, naming the file, row and column, for an unknown parameter, a value out of range (wider than the
    declared range only with ``beyond_range``) and a table without rows.
    """
    place = f"table of points '{safe_name(label)}'"
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(rows.line_num, cells) for cells in rows if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise SpecError(f"{place}, row {rows.line_num}: not valid CSV ({error})") from error
    if len(lines) < 2:
        raise SpecError(f"{place} has no points; expected a heading of parameters and one row for each point")
    if len(lines) - 1 > MOST_POINTS:
        raise SpecError(f"{place} has {len(lines) - 1:,} rows; at most {MOST_POINTS:,} points fit")
    names = [cell.strip() for cell in lines[0][1]]
    _check_heading(names, place)
    points = np.empty((len(names), len(lines) - 1))
    for index, (line, cells) in enumerate(lines[1:]):
        if len(cells) != len(names):
            raise SpecError(f"{place}, row {line}: expected {len(names)} cells, got {len(cells)}")
        for column, (name, cell) in enumerate(zip(names, cells, strict=True)):
            points[column, index] = _value(name, cell, f"{place}, row {line}", beyond_range)
    return {name: points[column] for column, name in enumerate(names)}


def check_points(points: Mapping[str, NDArray[np.float64]], beyond_range: bool) -> dict[str, NDArray[np.float64]]:
    """Return the ``points`` that a store holds, name -> (point,), checked as those of a table are."""
    place = "the points in the store"
    if not points or not all(len(values) for values in points.values()):
        raise SpecError(f"{place} are missing")
    _check_heading(list(points), place)
    for name, values in points.items():
        for value in (float(values.min()), float(values.max())):
            check_declared_range(name, checked_value(name, value), beyond_range)
    return dict(points)


def _check_heading(names: list[str], place: str) -> None:
    for name in names:
        try:
            find_quantity(name)
        except SpecError as error:
            raise SpecError(f"{place}, row 1: {error}") from None
    if len(set(names)) < len(names):
        raise SpecError(f"{place}, row 1: a parameter is named twice")


def _value(name: str, cell: str, place: str, beyond_range: bool) -> float:
    try:
        number = float(cell)
    except ValueError:
        raise SpecError(f"{place}, column '{name}': expected a number, got '{safe_name(cell.strip())}'") from None
    try:
        value = checked_value(name, number)
        check_declared_range(name, value, beyond_range)
    except SpecError as error:
        raise SpecError(f"{place}: {error}") from None
    return value
