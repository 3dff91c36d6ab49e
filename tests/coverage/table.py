"""Table of the rows of coverage, in the order of the page."""

from __future__ import annotations

from functools import cache

from . import (
    rows_advice,
    rows_deciders,
    rows_discovery,
    rows_effects,
    rows_enough,
    rows_experiments,
    rows_figures,
    rows_files,
    rows_indices,
    rows_inputs,
    rows_means,
    rows_paired,
    rows_phases,
    rows_record,
    rows_screen,
    rows_settings,
    rows_share,
    rows_sobol,
    rows_tables,
    rows_verdicts,
)
from .law import Row

ROOMS = (
    rows_means,
    rows_tables,
    rows_record,
    rows_screen,
    rows_settings,
    rows_files,
    rows_figures,
    rows_inputs,
    rows_discovery,
    rows_sobol,
    rows_indices,
    rows_effects,
    rows_share,
    rows_advice,
    rows_enough,
    rows_experiments,
    rows_deciders,
    rows_phases,
    rows_verdicts,
    rows_paired,
)


@cache
def all_rows() -> tuple[Row, ...]:
    """Return every row."""
    return tuple(row for room in ROOMS for row in room.rows())
