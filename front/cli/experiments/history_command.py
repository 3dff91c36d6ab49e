"""The command ``experiment``: what was published of a lever's effect, and what the model says by the same estimator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...model.text.amounts import counted

if TYPE_CHECKING:
    from ...results.experiments.findings import ExperimentFindings


def register_experiment_command(app: typer.Typer) -> None:
    """Add the command of this module to ``app``."""
    app.command("experiment", rich_help_panel="Results")(experiment_command)


def experiment_command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="An experiment, or a TOML file of one; without it, the list.")
    ] = None,
    space: Annotated[
        int, typer.Option(min=0, metavar="N", help="Also draw N settings of what the experiment does not set.")
    ] = 0,
    replicates: Annotated[int, typer.Option(min=2, help="Runs of each arm at the defaults.")] = 64,
    setting_replicates: Annotated[int, typer.Option(min=1, help="Runs of each arm at each setting.")] = 4,
    trusts: Annotated[int, typer.Option(min=1, help="Number of trusts.")] = 140,
    clinicians: Annotated[int, typer.Option(min=1, help="Clinicians of each trust.")] = 20,
    seed: Annotated[int, typer.Option(help="Seed of settings and random streams, 0 .. 4294967295.")] = 20130401,
    engine: Annotated[str, typer.Option(help="auto, or a name that 'tredegar engines' lists.")] = "auto",
    store: Annotated[
        Path | None,
        typer.Option(metavar="STORE", help="Run the settings as a sweep into this store: the same call finishes it."),
    ] = None,
    workers: Annotated[int, typer.Option(min=0, help="Processes of that sweep; 0 for this one alone.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FOLDER", help="Write page, figure and tables here.")
    ] = None,
) -> None:
    """Run an experiment of history: its published effect beside the model's, true part and dressed part apart."""
    if name is None:
        _print_list()
        return
    if store is not None and not space:
        raise ValueError("--store is for the settings of a space; give --space N with it")
    sizes = {"replicates": replicates, "setting_replicates": setting_replicates, "trusts": trusts}
    with _progress() as report:
        found = _run(name, space, {**sizes, "clinicians": clinicians}, seed, engine, report, store, workers)
    typer.echo(str(found))
    if out is not None:
        from ...results.experiments.page import write_experiment

        paths = write_experiment(found, out)
        typer.echo(f"wrote {counted(len(paths), 'file')} to {out}: {', '.join(path.name for path in paths)}")


def _run(
    name: str,
    space: int,
    sizes: dict[str, int],
    seed: int,
    engine: str,
    report: Callable[[int, int], None],
    store: Path | None,
    workers: int,
) -> ExperimentFindings:
    from ...api.experimenting import experiment

    return experiment(name, space=space, seed=seed, engine=engine, report=report, store=store, workers=workers, **sizes)


def _print_list() -> None:
    from rich.console import Console
    from rich.table import Table

    from ...results.experiments.reading import experiment_names, find_experiment
    from ...results.experiments.tables import listed

    header, rows = listed(find_experiment(name) for name in experiment_names())
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    for place, heading in enumerate(header):
        # A name is to be typed again: it stays on one line.
        table.add_column(heading, overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*row)
    Console(highlight=False).print(table)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Yield a function that tells on stderr how many settings are done, a line for each tenth of them."""
    told = 0

    def report(done: int, settings: int) -> None:
        nonlocal told
        if done * 10 // settings > told:
            told = done * 10 // settings
            typer.echo(f"{done:,} of {settings:,} settings", err=True)

    yield report
