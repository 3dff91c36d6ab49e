"""Files of the record made by hand: of few trusts, of the shapes that are read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from tredegar.observation.files.calendar_months import month_name, month_number
from tredegar.observation.files.definitions import (
    ALL_TYPES,
    MAJOR,
    REORGANISATIONS,
    SECRETARIES,
    SUCCESSIONS,
)
from tredegar.observation.files.shapes import SHAPES


def write(folder: Path, name: str, rows: Iterable[Mapping[str, object]]) -> Path:
    """Write the rows, by column, as the file of that name; columns that no row has are left empty."""
    columns = [column for column, _ in SHAPES[name].columns]
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return folder / name


def written_month(number: int) -> str:
    """Return the first day of a month as files write it."""
    return f"{number // 12}-{number % 12 + 1:02}-01"


def write_by_type(folder: Path, access: np.ndarray, attendances: np.ndarray) -> Path:
    """Write 36 months of trusts, all of type 1, with ``access`` and ``attendances`` (trust, month)."""
    first = month_number("2016-04")
    rows = (
        {"period": written_month(first + month), "org_code": code(trust), "type": "1", "admissions": 0}
        | {"attendances": repr(float(attendances[trust, month]))}
        | {"breaches": repr(float(attendances[trust, month] * (1.0 - access[trust, month])))}
        for trust, month in np.ndindex(*access.shape)
    )
    return write(folder, MAJOR, rows)


def write_all_types(folder: Path, access: np.ndarray, attendances: np.ndarray) -> Path:
    """Write months from April 2021 on, with ``access`` and ``attendances`` (trust, month); a third is admitted."""
    first = month_number("2021-04")
    rows = (
        {"nhs_trust22_code": code(trust), "date": month_name(first + month)}
        | {"total_attendances": repr(float(attendances[trust, month]))}
        | {"attendances_over_4hours": repr(float(attendances[trust, month] * (1.0 - access[trust, month])))}
        | {"total_emergency_admissions": repr(float(attendances[trust, month]) / 3.0)}
        for trust, month in np.ndindex(*access.shape)
    )
    return write(folder, ALL_TYPES, rows)


def code(trust: int) -> str:
    """Return a code of a trust."""
    return f"R{trust:03}"


def write_events(folder: Path, reorganised: Iterable[int], changed: Iterable[int]) -> None:
    """Write major reorganisations and secretaries of state that began in these months, numbered from January 1950."""
    first = month_number("1950-01")
    starts = [written_month(first + month) for month in reorganised]
    write(folder, REORGANISATIONS, ({"date": start[:7], "label": start, "major": 1} for start in starts))
    came = [written_month(first + month) for month in changed]
    write(folder, SECRETARIES, ({"name": f"S {start}", "start": start, "end": ""} for start in came))


def write_successions(folder: Path, taken_in: Mapping[int, int]) -> Path:
    """Write successions: month, numbered from January 1950, -> how many providers it takes in, each of another code."""
    first = month_number("1950-01")
    months = (month for month, count in taken_in.items() for _ in range(count))
    rows = (
        {"old_code": f"R{number}", "new_code": "RX", "date": written_month(first + month)}
        for number, month in enumerate(months)
    )
    return write(folder, SUCCESSIONS, rows)
