"""Tables as they are read: CSV text into columns by kind, nothing rounded, nothing filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...model.text.csv_rows import Row, check_cells, check_heading, decode_text, read_rows
from ...model.text.numerals import parse_number
from ...model.text.plain_text import plain
from ..operators.ordered import Floats
from .calendar_months import NO_MONTH, month_number
from .shapes import FileShape

MISSING = ("", "NA")
PAGE = "docs/data.md"


class FileTable(NamedTuple):
    """The rows of one file, every array (row,): lines of the file, texts, months (-1: none), numbers (NaN: none)."""

    shape: FileShape
    lines: NDArray[np.int64]
    texts: Mapping[str, NDArray[np.str_]]
    months: Mapping[str, NDArray[np.int64]]
    numbers: Mapping[str, Floats]

    def keep(self, rows: np.ndarray) -> FileTable:
        """Return these rows alone: ``rows`` (row,) of bool, or their numbers.

        >>> from .shapes import SHAPES
        >>> wales, seen = SHAPES["ae_wales_month.csv"], {"attendances": np.array([5.0, 6.0])}
        >>> table = FileTable(wales, np.array([2, 3]), {}, {}, seen)
        >>> table.keep(np.array([False, True])).numbers["attendances"].tolist()
        [6.0]
        """
        parts = ({name: values[rows] for name, values in part.items()} for part in self[2:])
        return FileTable(self.shape, self.lines[rows], *parts)

    def keys(self, *without: str) -> list[tuple[str | int, ...]]:
        """Return the key of each row: units and months, less the columns ``without``."""
        named = [name for name in self.shape.key if name not in without]
        columns = [(self.texts if name in self.texts else self.months)[name].tolist() for name in named]
        return list(zip(*columns, strict=True)) if columns else [()] * len(self.lines)


def read_file_table(path: Path, shape: FileShape) -> FileTable:
    """Return the rows of the file at ``path``, of which nothing is judged but that it has the columns of its shape.

    Raises OSError for a file that the system does not give, ValueError, in one line, for text that is no such table.
    """
    place = f"'{plain(path.name)}'"
    rows = read_rows(decode_text(path.read_bytes(), place), place)
    if not rows:
        raise ValueError(f"{place} is empty: expected the columns {_listed(shape)}; {PAGE} says where it is published")
    names = rows[0][1]
    known = {name for name, _ in shape.columns}
    check_heading(names, place, known.__contains__)
    if lacking := [name for name, _ in shape.columns if name not in names]:
        raise ValueError(
            f"{place}, row 1: lacks the column '{lacking[0]}'; expected {_listed(shape)}, got"
            f" {plain(', '.join(names), 200)}; {PAGE} says where it is published"
        )
    for row in rows[1:]:
        check_cells(row, names, place)
    return _columns_of(rows[1:], names, shape, place)


def _listed(shape: FileShape) -> str:
    return ", ".join(name for name, _ in shape.columns)


def _columns_of(rows: Sequence[Row], names: Sequence[str], shape: FileShape, place: str) -> FileTable:
    cells = {name: [row[1][names.index(name)] for row in rows] for name, _ in shape.columns}
    kinds = dict(shape.columns)
    texts = {name: np.array(cells[name], dtype=np.str_) for name, kind in kinds.items() if kind in ("code", "word")}
    months = {
        name: np.array([month_number(cell) for cell in cells[name]], dtype=np.int64)
        for name, kind in kinds.items()
        if kind in ("month", "end")
    }
    lines = np.array([line for line, _ in rows], dtype=np.int64)
    numbers = {name: _numbers(cells[name], lines, f"{place}, column '{name}'") for name in shape.numbers}
    return FileTable(shape, lines, texts, months, numbers)


def _numbers(cells: Sequence[str], lines: np.ndarray, place: str) -> Floats:
    """Return the numbers of a column (row,); NaN where a cell is missing. Raises ValueError for other text."""
    found = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if cell in MISSING:
            continue
        try:
            found[row] = parse_number(cell)
        except ValueError as error:
            raise ValueError(f"{place}, row {lines[row]}: {error}, or NA where it is missing") from error
    return found


__all__ = ["MISSING", "NO_MONTH", "PAGE", "FileTable", "read_file_table"]
