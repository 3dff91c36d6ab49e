"""Printing of tables that fit a terminal, the same for every command that has one."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import fill
from typing import Any

HEADER_WIDTH = 15
"""Longer heads of columns take a second line, so that a table fits a terminal of 80 columns."""

WIDEST_TABLE = 200


def print_rows(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print a table whose first column is set flush left; a terminal that is too narrow wraps it."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for place, name in enumerate(header):
        table.add_column(fill(name, HEADER_WIDTH), justify="left" if place == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*map(str, row))
    screen = Console(highlight=False, soft_wrap=True)
    wanted = screen.measure(table, options=screen.options.update(max_width=WIDEST_TABLE)).maximum
    screen.width = max(screen.width, wanted)
    screen.print(table)
