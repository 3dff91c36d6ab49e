"""The commands about the model itself: ``run``, ``rules``, ``engines``, ``parameters``, ``outcomes``, ``app``."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .specs import read_rules
from .terminal import console

if TYPE_CHECKING:
    from ..sweeps.run.single_run import SingleRun


def register_model_commands(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("run", rich_help_panel="The model")(run_command)
    app.command("rules", rich_help_panel="The model")(show_rules)
    app.command("engines", rich_help_panel="The model")(list_engines)
    app.command("parameters", rich_help_panel="The model")(list_parameters)
    app.command("outcomes", rich_help_panel="The model")(list_outcomes)
    app.command("app", rich_help_panel="The model")(show_app)


def run_command(
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A parameter, or a lever that changes: sanction_strength@61=0.8. Repeat it.",
        ),
    ] = None,
    months: Annotated[int, typer.Option(min=1, help="Length of the run.")] = 240,
    trusts: Annotated[int, typer.Option(min=1, help="Number of trusts.")] = 150,
    clinicians: Annotated[int, typer.Option(min=1, help="Clinicians of each trust.")] = 40,
    seed: Annotated[int, typer.Option(help="Seed of all random streams, 0 .. 4294967295.")] = 7,
    replicate: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Which repeat under that seed.")] = 0,
    engine: Annotated[str, typer.Option(help="auto, or a name that 'tredegar engines' lists.")] = "auto",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.zarr", help="Also write every outcome of every month here.")
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE.py", help="Rules of your own; their outcomes are printed as well.")
    ] = None,
) -> None:
    """Run the model once and print the main outcomes year by year."""
    from ..sweeps.run.single_run import MAIN_OUTCOMES, parse_settings, run_once, write_run

    book = read_rules(rules)
    values = parse_settings(settings or [], book)
    if out is not None and out.exists():
        raise ValueError(f"'{out}' exists already; choose another --out")
    single = run_once(values, months, trusts, clinicians, seed, replicate, engine, book)
    title = f"{trusts} trusts x {clinicians} clinicians, seed {seed}, replicate {replicate}, engine {single.engine}"
    _print_years(single, MAIN_OUTCOMES, title, "means of each year; 'tredegar outcomes' says what they mean")
    # By themselves: beside the others they would leave no column its width.
    if own := tuple(name for name, row in book.outcomes.items() if row.own_rule):
        _print_years(single, own, "outcomes of your own", "means of each year; 'tredegar rules' says what they mean")
    if out is not None:
        write_run(single, out)
        typer.echo(f"wrote {out}")


def _print_years(single: SingleRun, names: tuple[str, ...], title: str, caption: str) -> None:
    """Print the means of each year of outcomes ``names``, a row for each year."""
    from rich.table import Table

    from ..sweeps.run.single_run import yearly_means

    table = Table(title=title, caption=caption, box=None, padding=(0, 1, 0, 0))
    table.add_column("year", justify="right")
    for name in names:
        table.add_column(name.replace("_", "\n"), justify="right")
    for year, row in enumerate(yearly_means(single, names), start=1):
        table.add_row(str(year), *(f"{value:.3f}" for value in row))
    console().print(table)


def show_rules(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of rules of your own, in Python.")],
) -> None:
    """Check a file of rules of your own, and list what it holds: rules, parameters, outcomes, and their hash."""
    from ..model.graph.merkle import rules_hash
    from ..sweeps.quantities.own_rules import rules_held_by

    book = read_rules(file)
    own = rules_held_by(book)
    if own.rules:
        done = [f"replaces {rule.replaces}" if rule.replaces else f"added after {rule.after}" for rule in own.rules]
        cells = [((rule.name, what), f"{rule.file}:{rule.line}") for rule, what in zip(own.rules, done, strict=True)]
        _print_rows(("rule", "what it does"), cells, last="where")
    if book.own_parameters:
        rows = [book.parameters[name] for name in book.own_parameters]
        about = [(row.name, f"{row.default:g}", f"{row.low:g} .. {row.high:g}", row.unit) for row in rows]
        told = [(cells, row.meaning) for cells, row in zip(about, rows, strict=True)]
        _print_rows(("parameter", "default", "range", "unit"), told)
    if own.outcomes:
        _print_rows(("outcome", "unit"), [((row.name, row.unit), row.meaning) for row in own.outcomes])
    typer.echo(f"hash of the rules {rules_hash(book)}")


def list_engines(
    check: Annotated[
        bool, typer.Option("--check", help="Check the cuda engine on this machine's GPU, bit by bit (minutes).")
    ] = False,
    out: Annotated[Path, typer.Option(metavar="FILE.json", help="Where --check writes its report.")] = Path(
        "cuda_report.json"
    ),
    short: Annotated[
        bool, typer.Option("--short", help="With --check: a minute, to see whether the check works here.")
    ] = False,
) -> None:
    """List what can execute runs, the fastest first, and what is missing for the others."""
    if check:
        from ..kernels.cuda_check.check import check_cuda
        from ..kernels.cuda_check.parts import FULL, SHORT

        raise typer.Exit(0 if check_cuda(out, typer.echo, SHORT if short else FULL) else 1)
    from rich.markup import escape
    from rich.table import Table

    from ..kernels import engines

    table = Table(box=None, padding=(0, 1, 0, 0))
    for heading in ("engine", "works here", "detail"):
        table.add_column(heading)
    for engine in engines():
        table.add_row(engine.name, "yes" if engine.available else "no", escape(engine.detail))
    console().print(table)


def show_app(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 for one that is free.")] = 8765,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """Show one run of a small country in the browser: move levers, let months pass. Ctrl-C ends it."""
    try:
        from ..page.serving import server
    except ImportError as error:
        raise ImportError(f'the page needs Mesa ({error}): pip install "tredegar[app]"') from error
    try:
        serving = server(port)
    except OSError as error:
        raise OSError(
            f"port {port}: {error.strerror}; choose another with --port, or --port 0 for a free one"
        ) from error
    address = f"http://127.0.0.1:{serving.server_port}/"
    typer.echo(f"The page is at {address}; only this machine can reach it. Ctrl-C ends it.")
    if open_browser:
        import webbrowser

        webbrowser.open(address)
    with serving, suppress(KeyboardInterrupt):
        serving.serve_forever()


Filter = Annotated[str | None, typer.Argument(metavar="[WORD]", help="Only rows whose name or meaning has this word.")]


def _asked(word: str | None, *texts: str) -> bool:
    return word is None or any(word.lower() in text.lower() for text in texts)


def list_parameters(word: Filter = None) -> None:
    """List what can be fixed and varied: default, declared range, unit, kind, meaning and source.

    Of what can be had by group, target_level[NAME] is that of a group of trusts (docs/groups.md).
    """
    from ..model.parameters import PARAMETERS
    from ..model.trust_groups import LEVERS_OF_GROUPS, ONLY_BY_GROUP

    by_group = {
        **dict.fromkeys(LEVERS_OF_GROUPS, ", also by group"),
        **dict.fromkeys(ONLY_BY_GROUP, ", by group alone"),
    }
    rows = [
        (
            (
                row.name,
                f"{row.default:g}",
                f"{row.low:g} .. {row.high:g}",
                row.unit,
                row.kind + (", at the start only" if row.initial_only else by_group.get(row.name, "")),
            ),
            f"{row.meaning}. Source: {row.source}",
        )
        for row in (*PARAMETERS.values(), *ONLY_BY_GROUP.values())
        if _asked(word, row.name, row.meaning, row.kind, row.actor)
    ]
    _print_rows(("parameter", "default", "range", "unit", "kind"), rows, word)


def list_outcomes(word: Filter = None) -> None:
    """List what a run records each month, and what is recorded of each trust on request: unit, meaning and source."""
    from ..model.outcomes import OUTCOMES, TRUST_RECORDS

    rows = [
        ((row.name, row.unit), f"{row.meaning}. Source: {row.source}")
        for row in (*OUTCOMES.values(), *TRUST_RECORDS.values())
        if _asked(word, row.name, row.meaning)
    ]
    _print_rows(("outcome", "unit"), rows, word)


def _print_rows(
    headings: tuple[str, ...],
    rows: Sequence[tuple[tuple[str, ...], str]],
    word: str | None = None,
    last: str = "meaning",
) -> None:
    """Print cells in columns with the text below them on a terminal, beside them (a line each) for other programs."""
    if not rows:
        raise ValueError(f"nothing has the word '{word}' in its name or meaning; leave it out to list all")
    screen = console()
    widths = [max(map(len, column)) for column in zip(headings, *(cells for cells, _ in rows), strict=True)]
    for cells, text in [(headings, last), *rows]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        if screen.is_terminal:
            typer.echo(line.rstrip())
            typer.echo(textwrap.fill(text, screen.width, initial_indent="    ", subsequent_indent="    "))
        else:
            typer.echo(f"{line}  {text}")
