"""Words of the command: errors in one line, numbers as people write them, progress as it goes."""

from __future__ import annotations

import logging
import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from ..model.text.amounts import counted, span
from ..model.text.plain_text import plain

if TYPE_CHECKING:
    from rich.console import Console

    from ..sweeps.run.runner import Progress

SECONDS_BETWEEN_LINES = 60.0
"""How often progress is printed where there is no terminal, such as in the log of a job."""

MOST_LETTERS_OF_A_LINE = 4000
MOST_LETTERS_OF_A_PATH = 300
MOST_LETTERS_OF_A_REFUSAL = 1000


class Incomplete(Exception):
    """The sweep is consistent but not complete."""


def say_error(error: BaseException) -> None:
    """Print ``error`` on stderr, as one line."""
    typer.echo(f"error: {_one_line(_said(error)) or type(error).__name__}", err=True)


def _said(error: BaseException) -> str:
    """Return what ``error`` says; of a file that the system refuses, its name cut, and the reason without a number."""
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"'{plain(os.fsdecode(error.filename), MOST_LETTERS_OF_A_PATH)}' cannot be used: {error.strerror}"
    return str(error)


def _one_line(text: str) -> str:
    """Return ``text`` on one line, without anything that a terminal obeys."""
    return plain(" ".join(text.split()), MOST_LETTERS_OF_A_LINE)


def shorten_refusals(command: Any) -> Any:
    """Return ``command``, whose refusals of a wrong use are cut, as what they repeat may be as long as a file."""
    for step in ("make_context", "invoke"):
        setattr(command, step, _shortening(getattr(command, step)))
    return command


def _shortening(step: Callable[..., Any]) -> Callable[..., Any]:
    def shortened(*given: Any, **named: Any) -> Any:
        try:
            return step(*given, **named)
        except Exception as error:
            if isinstance(said := getattr(error, "message", None), str) and len(said) > MOST_LETTERS_OF_A_REFUSAL:
                error.message = f"{said[:MOST_LETTERS_OF_A_REFUSAL]} ..."  # type: ignore[attr-defined]
            raise

    return shortened


class _Notes(logging.Handler):
    """Prints what Tredegar logs on stderr, a line each."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        typer.echo(f"note: {_one_line(record.getMessage())}", err=True)


def silence_given_up_tasks() -> None:
    """Say nothing of the tasks that Zarr gives up when one of them fails: that one is told, in one line."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="coroutine .* was never awaited", category=RuntimeWarning)


@contextmanager
def notes_shown() -> Iterator[None]:
    """Print the warnings of the logger "tredegar" within as lines "note: ..."; a script has Python's own form."""
    log, handler = logging.getLogger("tredegar"), _Notes(logging.WARNING)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def say(line: str) -> None:
    """Print a line on stderr, where progress goes; a bar that is shown there stays below it."""
    typer.echo(line, err=True)


def console(stderr: bool = False) -> Console:
    """Return the console that tables and progress are printed on."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


@contextmanager
def progress_shown() -> Iterator[Callable[[Progress], None]]:
    """Yield a function that shows progress: a bar on a terminal, a line each minute elsewhere (both on stderr)."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield _lines()
        return
    from ..api.progress_display import bar_on_terminal

    with bar_on_terminal(screen) as show:
        yield show


def _lines() -> Callable[[Progress], None]:
    from ..api.progress_display import resumed

    last = time.monotonic()

    def show(state: Progress) -> None:
        nonlocal last
        if line := resumed(state):
            typer.echo(line, err=True)
        now = time.monotonic()
        computed = state.done + state.failed
        if not computed or now - last < SECONDS_BETWEEN_LINES:
            return  # to read what a large store has may take longer than that: nothing has a rate yet
        last = now
        rate = computed / state.seconds
        left = state.runs - state.done_before - computed
        typer.echo(
            f"{state.done_before + computed:,} of {counted(state.runs, 'run')}, {rate:,.1f} runs/s,"
            f" {span(left / rate)} left",
            err=True,
        )

    return show
