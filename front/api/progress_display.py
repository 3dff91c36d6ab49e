"""Progress of a sweep for whoever waits: a bar on a terminal, an element in a notebook, nothing where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..model.text.amounts import counted

if TYPE_CHECKING:
    from rich.console import Console

    from ..sweeps.run.runner import Progress

    Show = Callable[[Progress], None]

STEPS_OF_AN_ELEMENT = 200
"""How often at most an element changes: a notebook keeps every message that a kernel sends."""


def runs_in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook; IPython is looked at only where it is loaded."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


@contextmanager
def followed(progress: bool | Show | None) -> Iterator[Show | None]:
    """Yield what ``complete_sweep`` calls after each batch: ``progress`` itself, or what suits where this runs."""
    if not isinstance(progress, bool):
        yield progress
    elif progress and runs_in_notebook():
        yield element_in_notebook()
    elif progress and sys.stderr is not None and sys.stderr.isatty():
        from rich.console import Console

        with bar_on_terminal(Console(stderr=True, highlight=False, soft_wrap=True)) as show:
            yield show
    else:
        yield None


@contextmanager
def bar_on_terminal(screen: Console) -> Iterator[Show]:
    """Yield a function that moves a bar on ``screen``, a terminal; a sweep that is resumed says so first."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("runs"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Bar(*columns, console=screen) as bar:
        runs = bar.add_task("runs", total=None, rate="")

        def show(state: Progress) -> None:
            if line := resumed(state):
                screen.print(line, markup=False)
            done = state.done_before + state.done + state.failed
            bar.update(runs, total=state.runs, completed=done, rate=rate_of(state))

        yield show


def resumed(state: Progress) -> str:
    """Return the line that a sweep begins with of which a part is done, "" later and for any other."""
    if state.seconds == 0.0 and 0 < state.done_before < state.runs:
        return f"resuming: {state.done_before:,} of {counted(state.runs, 'run')} are done"
    return ""


def rate_of(state: Progress) -> str:
    """Return how fast this call computes and how many runs failed in it: "12.5 runs/s, 3 failed"."""
    computed = state.done + state.failed
    rate = [f"{computed / state.seconds:,.1f} runs/s"] if computed and state.seconds else []
    return ", ".join(rate + ([f"{state.failed:,} failed"] if state.failed else []))


class ProgressElement:
    """State of a sweep as a notebook shows it, in HTML and in words; at the end it says no rate, which would vary."""

    def __init__(self, state: Progress) -> None:
        self._done, self._runs = state.done_before + state.done + state.failed, state.runs
        self._more = rate_of(replace(state, seconds=0.0) if self._done == self._runs else state)

    def __repr__(self) -> str:
        return f"{self._done:,} of {self._runs:,} runs" + (f", {self._more}" if self._more else "")

    def _repr_html_(self) -> str:
        return f'<label>runs <progress max="{self._runs}" value="{self._done}"></progress> {self!r}</label>'


def element_in_notebook() -> Show:
    """Return a function that shows an element below the cell and changes it, in steps, as the sweep goes on."""
    handle: Any = None
    step = -1

    def show(state: Progress) -> None:
        nonlocal handle, step
        now = STEPS_OF_AN_ELEMENT * (state.done_before + state.done + state.failed) // max(1, state.runs)
        if now == step:
            return
        step = now
        if handle is None:
            handle = import_module("IPython.display").display(ProgressElement(state), display_id=True)
        else:
            handle.update(ProgressElement(state))

    return show
