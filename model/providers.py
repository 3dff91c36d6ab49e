"""Real trusts in place of the synthetic ring: the providers table, a CSV file with one row for each trust.

Columns (docs/model.md, clarification 8): ``code`` (unique), ``name``, ``size`` (any unit, > 0; normalised by the
engines), ``council`` and ``catchment`` (labels; equal labels are the same area) and, optionally, ``overlap`` (0..1, the
share of the trust's catchment that its council holds; derived from the sizes where the column is left out) and
``group`` (the group of trusts that it belongs to; an empty cell is none), ``demand_path@61`` and ``money_path@61`` (the
trust's own path from outside, from month 61 on; any months; docs/data.md).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from multiprocessing import parent_process
from os import PathLike
from pathlib import Path

from .text.csv_rows import Row, check_cells, check_heading, decode_text, read_rows
from .text.names import closest
from .text.numerals import parse_number
from .text.plain_text import hidden, plain
from .trust_groups import TrustGroups
from .trust_paths import MOST_PATHS, PathStep, check_path_value, column_of, path_step

REQUIRED_COLUMNS = ("code", "name", "size", "council", "catchment")
OPTIONAL_COLUMNS = ("overlap", "group")
MOST_BYTES = 4_000_000
MOST_ROWS = 10_000
MOST_LETTERS = 200
MOST_LETTERS_OF_A_PATH = 300
LEAST_SHARE_OF_MEAN = 1e-6
"""A trust smaller than this share of the mean would vanish in the fixed-point sums over trusts (2**-32)."""

NAMES_OF_TOTALS = frozenset(
    {"total", "totals", "sum", "all", "all trusts", "england", "national", "country", "overall"}
)
NEAR_A_TOTAL, SAME_AS_A_TOTAL = 0.02, 0.0005
"""How far the size of a total may be from the sum of the others, as a share of it: of a row named so, of any other."""
LEAST_ROWS_OF_A_TOTAL = 4
"""Of fewer others, one trust may well be as large as all of them."""
_log = logging.getLogger("tredegar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """The trusts of a providers table, sorted by code; every tuple has one entry for each trust.

    ``size`` is as supplied (> 0); ``council`` and ``catchment`` are labels; ``overlap`` (0..1) is None where the table
    has no such column, and so is ``group``, names of groups, "" for none. ``paths`` are steps of paths with their
    values, in order.
    """

    code: tuple[str, ...]
    name: tuple[str, ...]
    size: tuple[float, ...]
    council: tuple[str, ...]
    catchment: tuple[str, ...]
    overlap: tuple[float, ...] | None = None
    # Apart from the text by which tables of stores are known that have no such column.
    group: tuple[str, ...] | None = field(default=None, repr=False)
    paths: tuple[tuple[PathStep, tuple[float, ...]], ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.code)

    @property
    def columns(self) -> dict[str, tuple[str, ...] | tuple[float, ...]]:
        """Name of a column -> its cells, by trust; a column that the table does not have is left out."""
        found = {name: getattr(self, name) for name in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)}
        found |= {column_of(step): values for step, values in self.paths}
        return {name: values for name, values in found.items() if values is not None}

    @property
    def steps(self) -> tuple[PathStep, ...]:
        """The steps of the paths that trusts have of their own, in order."""
        return tuple(step for step, _ in self.paths)


def read_providers(path: str | PathLike[str]) -> Providers:
    """Read the providers table in the file ``path``.

    Raises ValueError, in one line that names the file, the row and the column, for a table that cannot be used, and
    for a file that is missing, too large or not text. Logs a warning where the last row seems to be a total.
    """
    label = plain(path, MOST_LETTERS_OF_A_PATH)
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # a path with a NUL in it is a ValueError
        why = getattr(error, "strerror", None) or error
        raise ValueError(f"providers table '{label}' cannot be read: {why}") from error
    if len(content) > MOST_BYTES:
        raise ValueError(f"providers table '{label}' is larger than {MOST_BYTES:,} bytes; expected one row per trust")
    return parse_providers(decode_text(content, f"providers table '{label}'"), label)


def parse_providers(text: str, label: str) -> Providers:
    """Return the providers that the CSV ``text`` lists; ``label`` names the table in messages.

    Raises ValueError, in one line that names the table, the row (counted in the file, the heading being row 1) and
    the column, for a table that cannot be used. Logs a warning where the last row seems to be a total.
    """
    place = f"providers table '{plain(label, MOST_LETTERS_OF_A_PATH)}'"
    rows = read_rows(text, place)
    if not rows:
        raise ValueError(f"{place} is empty; expected the columns {', '.join(REQUIRED_COLUMNS)}")
    columns = _check_columns(rows[0][1], place)
    if len(rows) == 1:
        raise ValueError(f"{place} has a heading but no rows; expected one row per trust")
    if len(rows) - 1 > MOST_ROWS:
        raise ValueError(f"{place} has {len(rows) - 1:,} rows; at most {MOST_ROWS:,} trusts fit")
    listed = [_read_row(row, columns, place) for row in rows[1:]]
    records = sorted(listed, key=lambda row: row.code[0])
    for before, after in pairwise(records):
        if before.code == after.code:
            raise ValueError(f"{place}, column 'code': '{after.code[0]}' stands in two rows")
    providers = _join(records)
    _check_sizes(providers, place)
    if (warning := _total(listed, place)) and parent_process() is None:  # the workers of a sweep need not repeat it
        _log.warning("%s", warning)
    return providers


def _check_columns(columns: list[str], place: str) -> list[str]:
    known = REQUIRED_COLUMNS + OPTIONAL_COLUMNS
    check_heading(columns, place, known.__contains__)
    steps = {column: step for column in columns if (step := _path_step(column, place)) is not None}
    if len(steps) > MOST_PATHS or len(set(steps.values())) < len(steps):
        raise ValueError(f"{place}, row 1: at most {MOST_PATHS} columns of paths, each month of a path once")
    for column in columns:
        if column not in known and column not in steps:
            near = closest(column, known)
            raise ValueError(f"{place}, row 1: unknown column '{plain(column)}'{near} (columns: {', '.join(known)})")
    missing = [column for column in REQUIRED_COLUMNS if column not in columns]
    if missing:
        raise ValueError(f"{place}, row 1: column '{missing[0]}' is missing (columns: {', '.join(known)})")
    return columns


def _path_step(column: str, place: str) -> PathStep | None:
    try:
        return path_step(column)
    except ValueError as error:
        raise ValueError(f"{place}, row 1: column '{plain(column)}': {error}") from None


def _path_of_row(column: str, cell: str, place: str) -> tuple[tuple[PathStep, tuple[float, ...]], ...]:
    """Return what ``column`` says of one trust, () where it is no path."""
    step = path_step(column)
    if step is None:
        return ()
    place = f"{place}, column '{column}'"
    value = _number(cell, place, "a number")
    try:
        return ((step, (check_path_value(step, value),)),)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _read_row(row: Row, columns: list[str], place: str) -> Providers:
    """Return one row as a table of one trust, so that a row and a table are checked as the same kind of thing."""
    check_cells(row, columns, place)
    place = f"{place}, row {row[0]}"
    cells = dict(zip(columns, row[1], strict=True))
    for column, cell in cells.items():
        if column == "group":
            _check_group(cell, f"{place}, column 'group'")
            continue
        if not cell:
            raise ValueError(f"{place}, column '{column}': expected a value, got an empty cell")
        if column not in ("size", "overlap") and path_step(column) is None:
            _check_label(cell, f"{place}, column '{column}'")
    size = _number(cells["size"], f"{place}, column 'size'", "a finite number above 0")
    if size <= 0.0:
        raise ValueError(f"{place}, column 'size': expected a finite number above 0, got '{plain(cells['size'])}'")
    overlap = None
    if "overlap" in cells:
        overlap = (_number(cells["overlap"], f"{place}, column 'overlap'", "a number from 0 to 1"),)
        if not 0.0 <= overlap[0] <= 1.0:
            got = plain(cells["overlap"])
            raise ValueError(f"{place}, column 'overlap': expected a number from 0 to 1, got '{got}'")
    code, name, council, catchment = ((cells[column],) for column in ("code", "name", "council", "catchment"))
    group = (cells["group"],) if "group" in cells else None
    paths = tuple(step for column, cell in cells.items() for step in _path_of_row(column, cell, place))
    return Providers(
        code=code, name=name, size=(size,), council=council, catchment=catchment, overlap=overlap, group=group,
        paths=paths,
    )  # fmt: skip


def _check_group(cell: str, place: str) -> None:
    """Raise ValueError for what no group can be called; an empty cell is no group."""
    try:
        TrustGroups(names=(cell or "none",))
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _check_label(cell: str, place: str) -> None:
    if len(cell) > MOST_LETTERS:
        raise ValueError(f"{place}: expected at most {MOST_LETTERS} printable letters, got {len(cell):,}")
    if letter := hidden(cell):
        raise ValueError(
            f"{place}: expected at most {MOST_LETTERS} printable letters, got '{plain(cell)}' with a {letter}"
        )


def _number(text: str, place: str, expected: str) -> float:
    try:
        return parse_number(text, expected)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _total(listed: Sequence[Providers], place: str) -> str:
    """Return a warning if the last row of the file seems to be the sum of the others, "" otherwise."""
    *others, last = listed
    total, words = sum(row.size[0] for row in others), {last.code[0].casefold(), last.name[0].casefold()}
    named = bool(words & NAMES_OF_TOTALS)
    least, nearness = (1, NEAR_A_TOTAL) if named else (LEAST_ROWS_OF_A_TOTAL, SAME_AS_A_TOTAL)
    if len(others) < least or abs(last.size[0] - total) > nearness * total:
        return ""
    return (
        f"{place}: the size of the last row, '{last.code[0]}' ({last.name[0]}), is the sum of the others; it is taken"
        " as a trust: delete the row if it is a total"
    )


def _check_sizes(providers: Providers, place: str) -> None:
    mean = sum(providers.size) / len(providers)
    smallest = min(range(len(providers)), key=providers.size.__getitem__)
    if not math.isfinite(mean) or providers.size[smallest] < LEAST_SHARE_OF_MEAN * mean:
        raise ValueError(
            f"{place}, column 'size': '{providers.code[smallest]}' is smaller than a millionth of the"
            f" mean trust ({providers.size[smallest]:g}); sizes must be comparable"
        )


def _join(rows: Sequence[Providers]) -> Providers:
    overlaps = [row.overlap for row in rows if row.overlap is not None]
    groups = [row.group for row in rows if row.group is not None]
    return Providers(
        code=tuple(row.code[0] for row in rows),
        name=tuple(row.name[0] for row in rows),
        size=tuple(row.size[0] for row in rows),
        council=tuple(row.council[0] for row in rows),
        catchment=tuple(row.catchment[0] for row in rows),
        overlap=tuple(overlap[0] for overlap in overlaps) if overlaps else None,
        group=tuple(group[0] for group in groups) if groups else None,
        paths=_join_paths(rows),
    )


def _join_paths(rows: Sequence[Providers]) -> tuple[tuple[PathStep, tuple[float, ...]], ...]:
    by_row = [dict(row.paths) for row in rows]
    return tuple((step, tuple(paths[step][0] for paths in by_row)) for step in sorted(by_row[0]))


def given(providers: Providers | None) -> dict[tuple[str, str], tuple[float, ...]]:
    r"""Return what a table stands in for at month 0: (record, field) -> a value for each trust, or one for the country.

    Labels of councils and catchments are numbered together, in order; groups by themselves, from 1, and no group is 0.
    Values are scalars or (trust,).

    >>> table = parse_providers("code,name,size,council,catchment\nA,Alpha,1,North,South\nB,Beta,3,South,South\n", "")
    >>> given(table)["place", "council"], given(table)["place", "catchment"]
    ((0.0, 1.0), (1.0, 1.0))
    """
    if providers is None:
        return {}
    labels = sorted({*providers.council, *providers.catchment})
    number = {label: float(place) for place, label in enumerate(labels)}
    found: dict[tuple[str, str], tuple[float, ...]] = {
        ("setting", "units"): (float(len(set(providers.council))),),
        ("place", "drawn_size"): providers.size,
        ("place", "council"): tuple(number[label] for label in providers.council),
        ("place", "catchment"): tuple(number[label] for label in providers.catchment),
    }
    if providers.overlap is not None:
        found["trust", "overlap"] = providers.overlap
    if providers.group is not None:
        names = sorted(set(providers.group) - {""})
        found["trust", "group"] = tuple(float(names.index(name) + 1) if name else 0.0 for name in providers.group)
    return found | {("trust", step.field): values for step, values in providers.paths}
