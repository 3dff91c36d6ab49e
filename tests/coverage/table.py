"""Table of the rows of coverage, in the order of the page."""

from __future__ import annotations

from functools import cache

from . import rows_figures, rows_means, rows_record, rows_tables
from .law import Row


@cache
def all_rows() -> tuple[Row, ...]:
    """Return every row."""
    return (*rows_means.rows(), *rows_tables.rows(), *rows_record.rows(), *rows_figures.rows())
