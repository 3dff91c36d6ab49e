"""The command ``tredegar``: what it can do, and how it ends.

Exit status: 0 complete; 1 error, said in one line; 2 usage; 3 incomplete but consistent (run the same command again);
130 interrupted before it had begun (front/cli/entry.py).
Commands import what they need when they run, so that ``tredegar --help`` is instant.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from typer.main import get_command

from ..model.text.plain_text import OBEYED, hidden, plain
from . import claims_commands, model_commands, results_commands, submit_commands, sweep_commands
from .experiments import history_command
from .numbers import read_numbers_strictly
from .streams import plain_streams
from .studies.constants_screened import register_screen_command
from .studies.year_foretold import register_hindcast_command
from .terminal import Incomplete, notes_shown, say_error, shorten_refusals, silence_given_up_tasks

INTERRUPTED = 130
"""What the library of commands makes of Ctrl-C."""

app = typer.Typer(
    name="tredegar",
    help=(
        "How a national health service is governed: an agent-based model, made to be swept over millions of runs.\n\n"
        "A first sweep in three commands: [bold]tredegar init my.toml[/bold] writes a spec to edit,"
        " [bold]tredegar sweep my.toml --out my.zarr[/bold] runs it (again and again, until it is complete),"
        " [bold]tredegar report my.zarr[/bold] draws it."
        " One run alone: [bold]tredegar run --set real_control=0.8[/bold]."
    ),
    epilog="Exit status: 0 complete; 1 error; 2 usage; 3 incomplete: run the same command again to finish.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"tredegar {version('tredegar')}")
        raise typer.Exit


@app.callback()
def _options(
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="On an error, show the traceback as well.")] = False,
) -> None:
    """Take the options that stand before every command; ``--debug`` may stand anywhere (see run_command_line)."""


sweep_commands.register_sweep_commands(app)
model_commands.register_model_commands(app)
results_commands.register_results_commands(app)
claims_commands.register_claims_commands(app)
register_screen_command(app)
register_hindcast_command(app)
submit_commands.register_submit_commands(app)
history_command.register_experiment_command(app)


def run_command_line(arguments: list[str] | None = None) -> None:
    """Run the command; every error that bad input can cause ends in one line on stderr and exit status 1."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    silence_given_up_tasks()
    with plain_streams(), notes_shown():
        _refuse_what_terminals_obey(words)
        _run([word for word in words if word != "--debug"], debug)


def _refuse_what_terminals_obey(words: list[str]) -> None:
    """End with status 2 if a word could not be printed as it is, as the name of a file or in a message."""
    for word in words:
        if found := OBEYED.search(word):
            letter = hidden(found[0])
            say_error(
                ValueError(f"a word of the command holds a {letter}: '{plain(word)}'; leave it out, or rename the file")
            )
            sys.exit(2)


def _run(words: list[str], debug: bool) -> None:
    try:
        shorten_refusals(read_numbers_strictly(get_command(app)))(args=words, prog_name="tredegar")
    except Incomplete:
        sys.exit(3)
    except SystemExit as end:
        if end.code != INTERRUPTED:
            raise
        typer.echo("interrupted: nothing that was done is lost; run the same command again", err=True)
        sys.exit(3)
    except (ValueError, OSError, ImportError, RuntimeError, MemoryError) as error:
        if debug:
            raise
        say_error(error)
        sys.exit(1)
    except Exception as error:
        if debug:
            raise
        say_error(RuntimeError(f"{type(error).__name__}: {error}; a fault of tredegar, '--debug' shows where"))
        sys.exit(1)
