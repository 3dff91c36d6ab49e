"""Paths of single trusts: demand and money from outside, by month, as columns of a providers table give them.

A column is named as a change of a parameter is, ``demand_path@61``, and holds from the start of that month on, for each
trust its own value; without a month it holds from the start of the run. The country's path multiplies it.
"""

from __future__ import annotations

from typing import NamedTuple

from .parameters import PARAMETERS, base_of, change_of, parse_setting

MULTIPLIED = {"demand_path": "arrivals", "money_path": "money"}
"""Parameter that is a path -> what of the centre a trust meets times its own."""
MOST_PATHS = 240
"""Columns of a table, an assumption: each is a number that every trust carries through the run."""


class PathStep(NamedTuple):
    """A step of the path ``parameter``: the value that holds from the start of ``month`` on, counted from 1."""

    parameter: str
    month: int

    @property
    def field(self) -> str:
        """The field of a trust that holds its value."""
        return f"{self.parameter}__{self.month}"


def path_step(column: str) -> PathStep | None:
    """Return the step of a path that a ``column`` of providers is, None for any other column.

    Raises ValueError for a month that is none.

    >>> path_step("demand_path@61"), path_step("money_path"), path_step("size")
    (PathStep(parameter='demand_path', month=61), PathStep(parameter='money_path', month=1), None)
    """
    if base_of(column) not in MULTIPLIED:
        return None
    name, month = parse_setting(column)
    return PathStep(name, month or 1)


def column_of(step: PathStep) -> str:
    """Return the name of the column that ``step`` is.

    >>> column_of(PathStep("demand_path", 61))
    'demand_path@61'
    """
    return change_of(*step)


def check_path_value(step: PathStep, value: float) -> float:
    """Return ``value`` if the equations accept it as one of the path; raise ValueError, which says what they accept.

    >>> check_path_value(PathStep("demand_path", 61), 1.25)
    1.25
    """
    PARAMETERS[step.parameter].check(value)
    return value
