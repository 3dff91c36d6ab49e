"""Table of the rows of coverage, in the order of the page."""

from __future__ import annotations

from functools import cache

from . import (
    rows_deciders,
    rows_discovery,
    rows_figures,
    rows_indices,
    rows_means,
    rows_phases,
    rows_record,
    rows_second,
    rows_share,
    rows_sobol,
    rows_tables,
)
from .law import Row


@cache
def all_rows() -> tuple[Row, ...]:
    """Return every row."""
    rooms = (rows_means, rows_tables, rows_record, rows_figures, rows_discovery, rows_sobol, rows_indices)
    rooms += (rows_second, rows_deciders, rows_phases, rows_share)
    return tuple(row for room in rooms for row in room.rows())
