"""Tables of data in a spec, points and providers: given as they are instead of as a file, and held as the file's text.

A table is a DataFrame, a Dataset, a mapping of columns or, of providers, what ``spec.providers`` returns.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ...model.constants import CONSTANTS
from ...model.parameters import PARAMETERS, base_of
from ...model.providers import Providers
from ...model.text.plain_text import plain

if TYPE_CHECKING:
    import pandas as pd

    from ...model.schedule.rulebook import RuleBook

PROVIDERS, POINTS, RULES = "providers table", "table of points", "own rules"
FILES = {PROVIDERS: "providers.csv", POINTS: "points.csv", RULES: "rules.json"}
"""Table -> the name of the file that stands for it in the text that a store keeps."""


class SpecSource(Protocol):
    """Where the tables of data of a spec come from, and its own rules: files, a store, or Python."""

    def table(self, name: str, what: str, most_bytes: int) -> str | Mapping[str, Any]:
        """Return the text of the file ``name`` that a spec names, or the points, (point,), that a store holds."""

    def rules(self, given: Any, choices: Mapping[str, list[str]]) -> RuleBook:
        """Return the book of the rules that the table [rules] names, and of those that choices choose between."""


def is_frame(value: object) -> bool:
    """Return whether ``value`` is a table that TOML has no form for: a DataFrame, a Dataset, Providers."""
    return isinstance(value, Providers) or hasattr(value, "data_vars") or hasattr(value, "iterrows")


def is_table(value: object) -> bool:
    """Return whether ``value`` is a table of any form: a mapping of columns, too."""
    return is_frame(value) or isinstance(value, Mapping)


def held_tables(
    tables: Mapping[str, Any], from_file: Container[object], own: Container[str] = ()
) -> tuple[dict[str, Any], dict[str, str]]:
    r"""Return the ``tables`` of a spec with names of files for its tables of data, and the text of each of these.

    ``from_file`` holds the methods of designs whose points stand in a file, ``own`` names more
    parameters than the model's. Raises ValueError for a table that cannot be written as one, and for points that are
    given twice.

    >>> held_tables({"design": {"method": "table", "points": {"real_control": [0.2, 0.8]}}}, {"table"})
    ({'design': {'method': 'table', 'file': 'points.csv'}}, {'table of points': 'real_control\n0.2\n0.8\n'})
    """
    country, design, held = tables.get("country"), tables.get("design"), {}
    if isinstance(country, Mapping) and is_table(country.get("providers")):
        held[PROVIDERS] = as_csv(country["providers"], PROVIDERS)
        country = {**country, "providers": FILES[PROVIDERS]}
    if isinstance(design, Mapping) and is_table(design.get("points")) and _is_text_in(design.get("method"), from_file):
        if "file" in design:
            raise ValueError("a table design has both points and a file; leave one of them out")
        held[POINTS] = as_csv(design["points"], POINTS, own)
        design = {**{key: value for key, value in design.items() if key != "points"}, "file": FILES[POINTS]}
    changed = {"country": country, "design": design}
    return {key: changed.get(key, value) for key, value in tables.items()}, held


def _is_text_in(value: object, texts: Container[object]) -> bool:
    return isinstance(value, str) and value in texts


@dataclass(frozen=True, slots=True)
class HeldSource:
    """The source ``other`` with the texts that are ``held``, by what they are, in place of files."""

    held: Mapping[str, str]
    other: SpecSource

    def table(self, name: str, what: str, most_bytes: int) -> str | Mapping[str, Any]:
        """Return the text that is held in place of the file ``name``, or what the other source has."""
        if what not in self.held:
            return self.other.table(name, what, most_bytes)
        if len(self.held[what]) > most_bytes:
            raise ValueError(f"{what} '{name}' is larger than {most_bytes:,} bytes")
        return self.held[what]

    def rules(self, given: Any, choices: Mapping[str, list[str]]) -> RuleBook:
        """Return what the other source has."""
        return self.other.rules(given, choices)


def as_csv(table: Any, what: str, own: Container[str] = ()) -> str:
    r"""Return ``table`` as the text of a CSV file, every number with all its digits.

    Levels of the index of a table of points are columns if they are parameters, of which ``own`` names more than
    the model's. Raises ValueError, naming ``what`` it is, for columns of different lengths and the like.

    >>> as_csv({"code": ["A", "B"], "size": [1.0, 2.5]}, "providers table")
    'code,size\nA,1.0\nB,2.5\n'
    """
    import pandas as pd

    try:
        frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame(_columns(table))
    except (ValueError, TypeError) as error:
        said = " ".join(str(error).split())
        raise ValueError(f"{what} must have columns of one length, a list or an array each: {said}") from None
    # Of points the number of a row is no parameter, whatever it is called.
    levels = [name for name in frame.index.names if name and (what != POINTS or _can_vary(base_of(name), own))]
    frame = frame.reset_index(level=levels) if levels else frame
    # A file may leave lines empty, which are no rows; a row that says nothing is not meant so.
    for row, column in np.argwhere(frame.isna().to_numpy())[:1]:
        place = f"{what} '{FILES[what]}', row {row + 2}, column '{plain(str(frame.columns[column]))}'"
        raise ValueError(f"{place}: expected a value, got an empty cell")
    return frame.apply(_with_all_digits).to_csv(index=False, lineterminator="\n")


def _can_vary(name: str, own: Container[str]) -> bool:
    return name in PARAMETERS or name in CONSTANTS or name in own


def _columns(table: Any) -> dict[str, Any]:
    if isinstance(table, Providers):
        return dict(table.columns)
    if hasattr(table, "data_vars"):
        # Varied parameters are coordinates; the number of the point is none.
        return {str(name): table[name].values for name in table.variables if name not in table.dims}
    return dict(table)


def _with_all_digits(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return floats as doubles: a narrower one is written with fewer digits than its value has."""
    narrow = isinstance(column.dtype, np.dtype) and column.dtype.kind == "f"
    return column.astype(np.float64) if narrow else column
