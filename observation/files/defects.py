"""Defects of files, each told in one line, and what is done about it: months that are copies, rows that cannot be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np

from ...model.text.amounts import counted
from ...model.text.plain_text import plain
from .calendar_months import NO_MONTH, month_name
from .shapes import TRUST_NAMES
from .table_reader import MISSING, FileTable

MOST_ALIKE = 0.5
"""Share of the units with the very same numbers above which a month is a copy of another."""
LEAST_NUMBERS = 2
"""Numbers above 0 that must agree: one alone, such as that of a single small unit, may agree by chance."""
LARGEST = 1e12
"""No count of anything in a health service is as large."""
TRUST_CODES = ("nhs_trust22_code", "org_code")
FEW = 3


class Defect(NamedTuple):
    """What is wrong with a file, where, and what is done about it; as text, one line."""

    file: str
    what: str
    where: str
    done: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}: {self.where}; {self.done}"


def mend_table(table: FileTable) -> tuple[FileTable, list[Defect]]:
    """Return the table without what cannot be right, and what that was.

    Months are compared before rows of impossible numbers go, as a copy may hold them, too.
    """
    found: list[Defect] = []
    for judge in (_without_codes, _without_months, _copied, _impossible, _twice):
        table, told = judge(table)
        found += told
    return table, [*found, *_missing(table)]


def unknown_codes(table: FileTable, names: FileTable) -> list[Defect]:
    """Return the line that says which trusts of a table the file of names does not have; their rows are kept."""
    known = set(names.texts["nhs_trust22_code"].tolist())
    columns = [column for column in TRUST_CODES if column in table.texts]
    codes = sorted({code for column in columns for code in table.texts[column].tolist()} - known)
    where = f"{counted(len(codes), 'code')} of '{columns[0] if columns else ''}' ({_some(codes)})"
    done = f"kept: closed since, or no trusts ('{TRUST_NAMES}' does not have them)"
    return [Defect(table.shape.name, "unknown codes", where, done)] if codes else []


def copied_months(table: FileTable) -> dict[int, tuple[int, float]]:
    """Return the months that repeat an earlier one: month -> the earlier one, and the share of units that are alike."""
    column = table.shape.month
    if not (column and table.shape.numbers):
        return {}
    values = np.stack([table.numbers[name] for name in table.shape.numbers], axis=1)
    by_month: dict[int, dict[tuple[str | int, ...], tuple[float, ...]]] = defaultdict(dict)
    rows = zip(table.months[column].tolist(), table.keys(column), values.tolist(), strict=True)
    for month, unit, numbers in rows:
        if any(number > 0.0 for number in numbers):
            by_month[month][unit] = tuple(-1.0 if np.isnan(number) else number for number in numbers)
    found: dict[int, tuple[int, float]] = {}
    for later in sorted(by_month):
        earlier = [month for month in sorted(by_month) if month < later and month not in found]
        shares = {month: _alike(by_month[month], by_month[later]) for month in earlier}
        best, share = max(shares.items(), key=lambda pair: pair[1], default=(later, 0.0))
        if share > MOST_ALIKE:
            found[later] = (best, share)
    return found


def _alike(
    one: dict[tuple[str | int, ...], tuple[float, ...]], other: dict[tuple[str | int, ...], tuple[float, ...]]
) -> float:
    """Return the share of the units of both months whose numbers are the same, 0 where too few numbers are."""
    same = one.items() & other.items()
    agreeing = sum(number > 0.0 for _, numbers in same for number in numbers)
    return len(same) / len(one.keys() & other.keys()) if same and agreeing >= LEAST_NUMBERS else 0.0


def _copied(table: FileTable) -> tuple[FileTable, list[Defect]]:
    copies = copied_months(table)
    if not copies:
        return table, []
    pairs = [f"{month_name(later)} repeats {month_name(first)}" for later, (first, _) in copies.items()]
    least = min(share for _, share in copies.values())
    where = f"{_some(pairs, 12)} (the same numbers in {f'at least {least:.0%} of the' if least < 1.0 else 'all'} units)"
    kept = ~np.isin(table.months[table.shape.month], list(copies))
    return table.keep(kept), [Defect(table.shape.name, "copied months", where, "the later ones are left out")]


def _without_codes(table: FileTable) -> tuple[FileTable, list[Defect]]:
    bare = np.zeros(len(table.lines), dtype=bool)
    for name in table.shape.codes:
        bare |= np.isin(table.texts[name], MISSING)
    return _left_out(table, bare, "missing codes")


def _without_months(table: FileTable) -> tuple[FileTable, list[Defect]]:
    none = np.zeros(len(table.lines), dtype=bool)
    for name, kind in table.shape.columns:
        if kind == "month":
            none |= table.months[name] == NO_MONTH
    return _left_out(table, none, "dates that are no months")


def _impossible(table: FileTable) -> tuple[FileTable, list[Defect]]:
    wrong = {
        "negative numbers": _any(table.numbers[name] < 0.0 for name in table.shape.numbers),
        "numbers beyond a million million": _any(table.numbers[name] > LARGEST for name in table.shape.numbers),
        "shares above 1": _any(table.numbers[name] > 1.0 for name, kind in table.shape.columns if kind == "share"),
    }
    part, whole = table.shape.part
    if part:
        wrong[f"more {part} than {whole}"] = table.numbers[part] > table.numbers[whole]
    told: list[Defect] = []
    out = np.zeros(len(table.lines), dtype=bool)
    for what, rows in wrong.items():
        if not rows.any():
            continue
        told += _left_out(table, rows, f"impossible values ({what})")[1]
        out |= rows
    return table.keep(~out), told


def _any(masks: Iterable[np.ndarray]) -> np.ndarray:
    found = list(masks)
    return np.any(found, axis=0) if found else np.zeros(1, dtype=bool)


def _twice(table: FileTable) -> tuple[FileTable, list[Defect]]:
    """Rows of one key: the first is kept where they are the same, none where they differ."""
    groups: dict[tuple[str | int, ...], list[int]] = defaultdict(list)
    for row, key in enumerate(table.keys()):
        groups[key].append(row)
    values = [str(row) for row in zip(*(table.numbers[name].tolist() for name in table.shape.numbers), strict=True)]
    again, apart = (np.zeros(len(table.lines), dtype=bool) for _ in range(2))
    for rows in groups.values():
        if len({values[row] for row in rows} if values else {""}) == 1:
            again[rows[1:]] = True
        else:
            apart[rows] = True
    first = [line._replace(done="the first of each is kept") for line in _left_out(table, again, "rows twice")[1]]
    second = _left_out(table, apart, "rows twice, with different numbers")[1]
    return table.keep(~(apart | again)), [*first, *second]


def _missing(table: FileTable) -> list[Defect]:
    """Return the line that says which numbers are missing; rows are kept, and left out where these are needed."""
    absent = {name: np.isnan(table.numbers[name]) for name in table.shape.numbers}
    parts = [f"'{name}' in {counted(int(rows.sum()), 'row')}{_of_units(table, rows)}" for name, rows in absent.items()
             if rows.any()]  # fmt: skip
    done = "left out where they are needed"
    return [Defect(table.shape.name, "missing values", _some(parts), done)] if parts else []


def _of_units(table: FileTable, rows: np.ndarray) -> str:
    code = next((name for name in table.shape.key if name in table.shape.codes), "")
    return f" of {counted(len(set(table.texts[code][rows].tolist())), 'unit')}" if code else ""


def _left_out(table: FileTable, rows: np.ndarray, what: str) -> tuple[FileTable, list[Defect]]:
    if not rows.any():
        return table, []
    lines = [str(line) for line in table.lines[rows].tolist()]
    where = f"{counted(len(lines), 'row')} (line{'s' * (len(lines) > 1)} {_some(lines)})"
    return table.keep(~rows), [Defect(table.shape.name, what, where, "left out")]


def _some(words: Collection[str], most: int = FEW) -> str:
    """Return up to ``most`` of the words, and how many more there are."""
    shown = ", ".join(plain(word, 200) for word in list(words)[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown
