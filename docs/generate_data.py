"""Generated parts of docs/data.md: the files that are read, and how the record's side of each target is defined.

Run ``python docs/generate.py`` after a change of the tables in observation/files; a test compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tredegar.observation.files.definitions import DEFINITIONS
from tredegar.observation.files.record_table import definition_of
from tredegar.observation.files.shapes import SHAPES, FileShape
from tredegar.observation.target_table import targets


def _table(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    header = list(heading)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))


def _file_row(shape: FileShape) -> tuple[str, ...]:
    columns = ", ".join(f"`{name}` ({kind})" for name, kind in shape.columns)
    return f"`{shape.name}`", shape.unit, columns, shape.published, shape.licence, shape.cite


def files() -> str:
    """Return the table of the files: a row is what, its columns, where it is published, licence, how to cite it."""
    heading = ("file", "a row is", "columns", "published", "licence", "cite as")
    return _table(heading, map(_file_row, SHAPES.values()))


def definitions() -> str:
    """Return the table of definitions: what is computed, of which units and months, and why."""
    heading = ("target", "quantity", "what is computed", "units", "months", "why", "resampled")
    rows = [
        (name, targets()[name].quantity, definition_of(name), one.units, one.months, one.reason, one.resampled)
        for name, one in DEFINITIONS.items()
    ]
    return _table(heading, rows)


SECTIONS: dict[str, Callable[[], str]] = {"files": files, "definitions": definitions}
