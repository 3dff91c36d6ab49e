"""The command ``screen``: which constants of the model move an answer by more than its band."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...model.text.amounts import counted
from .printing import print_rows

INCOMPLETE = 3
"""The exit status of what is consistent but not complete."""
SHOWN = 25
"""Constants that are printed; the tables have all."""


def register_screen_command(app: typer.Typer) -> None:
    """Add the command of this module to ``app``."""
    app.command("screen", rich_help_panel="Results")(screen_command)


def screen_command(
    tier: Annotated[
        str, typer.Option(help="quick (under two minutes), standard (some ten), full (an hour).")
    ] = "quick",
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="Where stores, page, tables and figure go.")
    ] = Path("screen"),
    constant: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this constant; repeat it for more.")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="What executes the runs: auto, or a name of 'tredegar engines'.")
    ] = "auto",
    workers: Annotated[
        int, typer.Option(min=0, max=4096, help="Processes on this machine; 0: the threads of this one.")
    ] = 0,
    docs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write it as a page of Markdown.", hidden=True)
    ] = None,
) -> None:
    """Screen the constants of the model: halve and double each, and say which answers that moves by more than a band.

    Answers are what levers do, targets of the record and, with --tier full, what claims read. The same command again
    finishes what is unfinished. One constant that decides an answer alone is an uncertainty: it needs a range.
    """
    from ...api.screen_runs import ScreenStopped, screen
    from ...results.figures.style import figure_style
    from ...results.screening.screen_pages import screen_docs, write_screen
    from ...results.screening.tables import deciding_rows, lead_words
    from ...sweeps.store.durable import write_durably

    with figure_style():  # a missing library is said before anything runs
        try:
            found = screen(out, tier, constant or None, workers, engine, say=lambda line: typer.echo(line, err=True))
        except ScreenStopped as stopped:
            typer.echo(f"{stopped}; run the same command again to finish", err=True)
            raise typer.Exit(INCOMPLETE) from None
    header, rows = deciding_rows(found, SHOWN)
    if rows:
        print_rows((*header[:4], *header[5:7]), [(*row[:4], *row[5:7]) for row in rows])
    typer.echo(lead_words(found))
    paths = write_screen(out, found)
    if docs is not None:
        write_durably(docs, screen_docs(found).encode())
    typer.echo(f"wrote {counted(len(paths), 'file')} to {out}, first {paths[0]}")
