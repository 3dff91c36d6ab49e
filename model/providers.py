"""Real trusts in place of the synthetic ring: the providers table, a CSV file with one row for each trust.

Columns (docs/model.md, clarification 8): ``code`` (unique), ``name``, ``size`` (any unit, > 0; normalised by the
engines), ``council`` and ``catchment`` (labels; equal labels are the same area) and, optionally, ``overlap`` (0..1, the
share of the trust's catchment that its council holds; derived from the sizes where the column is left out).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from os import PathLike
from pathlib import Path

from .names import closest

REQUIRED_COLUMNS = ("code", "name", "size", "council", "catchment")
OPTIONAL_COLUMNS = ("overlap",)
MOST_BYTES = 4_000_000
MOST_ROWS = 10_000
MOST_LETTERS = 200
LEAST_SHARE_OF_MEAN = 1e-6
"""A trust smaller than this share of the mean would vanish in the fixed-point sums over trusts (2**-32)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """The trusts of a providers table, sorted by code; every tuple has one entry for each trust.

    ``size`` is as supplied (> 0); ``council`` and ``catchment`` are labels; ``overlap`` (0..1) is None where the table
    has no such column.
    """

    code: tuple[str, ...]
    name: tuple[str, ...]
    size: tuple[float, ...]
    council: tuple[str, ...]
    catchment: tuple[str, ...]
    overlap: tuple[float, ...] | None = None

    def __len__(self) -> int:
        return len(self.code)


def read_providers(path: str | PathLike[str]) -> Providers:
    """Read the providers table in the file ``path``.

    Raises ValueError, in one line that names the file, the row and the column, for a table that cannot be used, and
    for a file that is missing, too large or not text.
    """
    label = str(path)
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ValueError(f"providers table '{label}' cannot be read: {error.strerror or error}") from error
    if len(content) > MOST_BYTES:
        raise ValueError(f"providers table '{label}' is larger than {MOST_BYTES:,} bytes; expected one row per trust")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"providers table '{label}' is not UTF-8 text: byte {error.start} cannot be read") from error
    return parse_providers(text, label)


def parse_providers(text: str, label: str) -> Providers:
    """Return the providers that the CSV ``text`` lists; ``label`` names the table in messages.

    Raises ValueError, in one line that names the table, the row (counted in the file, the heading being row 1) and
    the column, for a table that cannot be used.
    """
    rows = _split(text, label)
    if not rows:
        raise ValueError(f"providers table '{label}' is empty; expected the columns {', '.join(REQUIRED_COLUMNS)}")
    columns = _check_heading([cell.strip() for cell in rows[0][1]], label)
    if len(rows) == 1:
        raise ValueError(f"providers table '{label}' has a heading but no rows; expected one row per trust")
    if len(rows) - 1 > MOST_ROWS:
        raise ValueError(f"providers table '{label}' has {len(rows) - 1:,} rows; at most {MOST_ROWS:,} trusts fit")
    records = sorted((_read_row(line, cells, columns, label) for line, cells in rows[1:]), key=lambda row: row.code[0])
    for before, after in pairwise(records):
        if before.code == after.code:
            raise ValueError(f"providers table '{label}', column 'code': '{after.code[0]}' stands in two rows")
    providers = _join(records)
    _check_sizes(providers, label)
    return providers


def _split(text: str, label: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise ValueError(f"providers table '{label}', row {reader.line_num}: not valid CSV ({error})") from error
    return rows


def _check_heading(columns: list[str], label: str) -> list[str]:
    known = REQUIRED_COLUMNS + OPTIONAL_COLUMNS
    for column in columns:
        if column not in known:
            raise ValueError(
                f"providers table '{label}', row 1: unknown column '{column[:MOST_LETTERS]}'{closest(column, known)}"
                f" (columns: {', '.join(known)})"
            )
    if len(set(columns)) < len(columns):
        raise ValueError(f"providers table '{label}', row 1: a column is named twice ({', '.join(columns)})")
    missing = [column for column in REQUIRED_COLUMNS if column not in columns]
    if missing:
        raise ValueError(
            f"providers table '{label}', row 1: column '{missing[0]}' is missing (columns: {', '.join(known)})"
        )
    return columns


def _read_row(line: int, cells: list[str], columns: list[str], label: str) -> Providers:
    """Return one row as a table of one trust, so that a row and a table are checked as the same kind of thing."""
    place = f"providers table '{label}', row {line}"
    if len(cells) != len(columns):
        raise ValueError(f"{place}: expected {len(columns)} cells ({', '.join(columns)}), got {len(cells)}")
    row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
    for column, cell in row.items():
        if not cell:
            raise ValueError(f"{place}, column '{column}': expected a value, got an empty cell")
        if len(cell) > MOST_LETTERS or not cell.isprintable():
            raise ValueError(f"{place}, column '{column}': expected at most {MOST_LETTERS} printable letters")
    size = _number(row["size"], f"{place}, column 'size'", "a finite number above 0")
    if size <= 0.0:
        raise ValueError(f"{place}, column 'size': expected a finite number above 0, got '{row['size']}'")
    overlap = None
    if "overlap" in row:
        overlap = (_number(row["overlap"], f"{place}, column 'overlap'", "a number from 0 to 1"),)
        if not 0.0 <= overlap[0] <= 1.0:
            raise ValueError(f"{place}, column 'overlap': expected a number from 0 to 1, got '{row['overlap']}'")
    code, name, council, catchment = ((row[column],) for column in ("code", "name", "council", "catchment"))
    return Providers(code=code, name=name, size=(size,), council=council, catchment=catchment, overlap=overlap)


def _number(text: str, place: str, expected: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{place}: expected {expected}, got '{text}'")
    return number


def _check_sizes(providers: Providers, label: str) -> None:
    mean = sum(providers.size) / len(providers)
    smallest = min(range(len(providers)), key=providers.size.__getitem__)
    if not math.isfinite(mean) or providers.size[smallest] < LEAST_SHARE_OF_MEAN * mean:
        raise ValueError(
            f"providers table '{label}', column 'size': '{providers.code[smallest]}' is smaller than a millionth of the"
            f" mean trust ({providers.size[smallest]:g}); sizes must be comparable"
        )


def _join(rows: Sequence[Providers]) -> Providers:
    overlaps = [row.overlap for row in rows if row.overlap is not None]
    return Providers(
        code=tuple(row.code[0] for row in rows),
        name=tuple(row.name[0] for row in rows),
        size=tuple(row.size[0] for row in rows),
        council=tuple(row.council[0] for row in rows),
        catchment=tuple(row.catchment[0] for row in rows),
        overlap=tuple(overlap[0] for overlap in overlaps) if overlaps else None,
    )
