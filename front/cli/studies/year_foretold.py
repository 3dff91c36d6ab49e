"""The command ``hindcast``: a year of monthly access foretold from two, with proper scores against naive rivals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...model.text.amounts import counted
from .printing import print_rows


def register_hindcast_command(app: typer.Typer) -> None:
    """Add the command of this module to ``app``."""
    app.command("hindcast", rich_help_panel="Results")(hindcast_command)


def hindcast_command(
    data: Annotated[
        Path,
        typer.Option("--data", metavar="DIR", envvar="TREDEGAR_DATA", help="The folder of files of the record."),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="Where page, tables and figure go.")
    ] = Path("hindcast"),
    runs: Annotated[int, typer.Option(min=2, max=65_536, metavar="N", help="Histories of the model.")] = 64,
    providers: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="A table of providers, as of examples/england.py.")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="What executes the runs: auto, or a name of 'tredegar engines'.")
    ] = "auto",
    docs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write it as a page of Markdown.", hidden=True)
    ] = None,
) -> None:
    """Foretell a year of monthly access from the two years before, England's trusts, Scotland and Wales, and judge it.

    The model is held against naive rivals: the same month last year, the same with last year's change, level and
    season. It says plainly who is ahead.
    """
    from ...api.hindcast_runs import hindcast
    from ...results.figures.style import figure_style
    from ...results.hindcasting.hindcast_pages import hindcast_docs, score_rows, write_hindcast
    from ...results.hindcasting.judged_forecasts import verdict_words
    from ...sweeps.store.durable import write_durably

    with figure_style():  # a missing library is said before anything runs
        found = hindcast(data, runs, engine=engine, providers=providers)
    print_rows(*score_rows(found))
    for line in verdict_words(found):
        typer.echo(line)
    paths = write_hindcast(out, found)
    if docs is not None:
        write_durably(docs, hindcast_docs(found).encode())
    typer.echo(f"wrote {counted(len(paths), 'file')} to {out}, first {paths[0]}")
