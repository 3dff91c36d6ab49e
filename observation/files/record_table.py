"""The record as files give it: every target that can be computed, with its window, and the defects of the files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import isfinite, nan
from pathlib import Path
from typing import NamedTuple

from ...model.text.plain_text import plain
from ..counterparts import COUNTERPARTS
from ..target_table import Target, targets
from .defects import Defect, mend_table, unknown_codes
from .definitions import DEFINITIONS
from .recipes import observed_target
from .shapes import SHAPES, TRUST_NAMES
from .table_reader import PAGE, FileTable, read_file_table


class RecordedTarget(NamedTuple):
    """A target as files give it: ``value``, ``low`` and ``high`` in its unit, NaN where ``reason`` says why not."""

    target: Target
    value: float
    low: float
    high: float
    units: int
    months: int
    reason: str = ""


class RecordOfFiles(NamedTuple):
    """What the files of a folder say: ``files`` that were read, ``targets``, and the ``defects`` that were found."""

    files: tuple[str, ...]
    targets: tuple[RecordedTarget, ...]
    defects: tuple[Defect, ...]


def observe(folder: str | os.PathLike[str]) -> RecordOfFiles:
    """Return what the files of ``folder`` say of every target that is computed from files, and what is wrong with them.

    Files are found by name (docs/data.md has names, columns and where they are published); what is not there leaves its
    targets without a value. Raises OSError for a folder or a file that cannot be read, ValueError for a folder without
    any of the files, and for a file that is no such table.
    """
    place = Path(folder)
    here = sorted(set(os.listdir(place)) & set(SHAPES))
    if not here:
        raise ValueError(
            f"'{plain(place, 300)}' has none of the files that are read: expected some of {', '.join(SHAPES)};"
            f" {PAGE} says where each is published"
        )
    tables: dict[str, FileTable] = {}
    defects: list[Defect] = []
    for name in here:
        tables[name], found = mend_table(read_file_table(place / name, SHAPES[name]))
        defects += found
    if TRUST_NAMES in tables:
        defects += [line for name in here for line in unknown_codes(tables[name], tables[TRUST_NAMES])]
    found_targets = (_recorded(name, target, tables) for name, target in targets().items() if target.by == "computed")
    return RecordOfFiles(tuple(here), tuple(found_targets), tuple(sorted(defects)))


def _recorded(name: str, target: Target, tables: dict[str, FileTable]) -> RecordedTarget:
    if lacking := [file for file in DEFINITIONS[name].files if file not in tables]:
        return RecordedTarget(target, nan, nan, nan, 0, 0, " and ".join(f"'{file}' is not there" for file in lacking))
    try:
        found = observed_target(name, tables)
    except ValueError as error:
        return RecordedTarget(target, nan, nan, nan, 0, 0, str(error))
    return RecordedTarget(target, found.value, *found.window, found.units, found.months)


def recorded_rows(record: RecordOfFiles) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and the cells, as text, of the printed table of targets."""
    rows = [
        (
            one.target.name,
            one.target.quantity,
            *_cells(one),
            f"{one.target.value:g} ({one.target.low:g} to {one.target.high:g})",
        )
        for one in record.targets
    ]
    return ("target", "quantity", "here", "window (95%)", "resampled", "units", "months", "shipped"), rows


def _cells(one: RecordedTarget) -> tuple[str, ...]:
    if one.reason:
        return "none", "", "", "", ""
    by = DEFINITIONS[one.target.name].resampled.partition(":")[0]
    window = f"{one.low:.3g} to {one.high:.3g}" if isfinite(one.low) else "no window"
    return f"{one.value:.3g}", window, by, str(one.units or ""), str(one.months or "")


def lacking_lines(record: RecordOfFiles) -> list[str]:
    """Return why targets have no value, a line for each reason."""
    named: dict[str, list[str]] = {}
    for one in record.targets:
        if one.reason:
            named.setdefault(one.reason, []).append(one.target.name)
    return [f"no value of {', '.join(names)}: {reason}" for reason, names in named.items()]


def record_page(record: RecordOfFiles) -> str:
    """Return the record as a page in Markdown: the table, how each target is defined and resampled, the defects."""
    header, rows = recorded_rows(record)
    lines = ["# The record, from files", "", f"Read: {', '.join(f'`{name}`' for name in record.files)}.", ""]
    lines += [_row(header), _row("---" for _ in header), *map(_row, rows), ""]
    lines += [*(f"- {_escaped(line)}" for line in lacking_lines(record)), "", "## How each is resampled", ""]
    lines += [f"- {one.target.name}: {DEFINITIONS[one.target.name].resampled}" for one in record.targets]
    lines += ["", "## Defects", "", *(f"- {_escaped(str(defect))}" for defect in record.defects)]
    return "\n".join(lines if record.defects else [*lines, "None was found."]) + "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(_escaped, cells))} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def definition_of(name: str) -> str:
    """Return in words what is computed of the target ``name``: of its operator, or of its definition alone."""
    return COUNTERPARTS[name].meaning if name in COUNTERPARTS else DEFINITIONS[name].quantity
