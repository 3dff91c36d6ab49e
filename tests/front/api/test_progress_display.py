"""Progress of a sweep: shown where somebody looks, by whatever shows it there, and nowhere else."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tredegar.api.progress_display import (
    STEPS_OF_AN_ELEMENT,
    ProgressElement,
    bar_on_terminal,
    element_in_notebook,
    followed,
    resumed,
    runs_in_notebook,
)
from tredegar.sweeps.run.runner import Progress

BEGINNING = Progress(runs=40, done_before=10, done=0, failed=0, seconds=0.0)
MIDDLE = Progress(runs=40, done_before=10, done=8, failed=2, seconds=4.0)
END = Progress(runs=40, done_before=10, done=28, failed=2, seconds=9.0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Display:
    """Stands for IPython's: keeps what it is given."""

    def __init__(self) -> None:
        self.shown: list[Any] = []

    def display(self, element: Any, display_id: bool) -> Display:
        assert display_id
        self.shown.append(element)
        return self

    def update(self, element: Any) -> None:
        self.shown.append(element)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Display:
    """Make this process look like the kernel of a notebook; return what is displayed there."""
    made = Display()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=1)))
    monkeypatch.setitem(sys.modules, "IPython.display", made)
    return made


def test_a_process_is_a_notebook_only_where_ipython_has_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    for shell in (None, object()):
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda shell=shell: shell))
        assert not runs_in_notebook()
    monkeypatch.delitem(sys.modules, "IPython")
    assert not runs_in_notebook()


def test_where_nobody_looks_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (io.StringIO(), None):
        monkeypatch.setattr(sys, "stderr", stream)
        for progress in (True, False, None):
            with followed(progress) as show:
                assert show is None


def test_a_function_of_the_user_is_called_as_it_is() -> None:
    with followed(print) as show:
        assert show is print


def test_a_terminal_shows_a_bar_which_can_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with followed(False) as show:
        assert show is None
    with followed(True) as show:
        assert show is not None
        show(BEGINNING)
        show(END)
    assert "resuming: 10 of 40 runs are done" in screen.getvalue()
    assert "40/40" in screen.getvalue()


def test_the_bar_counts_runs_tells_the_rate_and_what_failed() -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=100)
    with bar_on_terminal(screen) as show:
        show(MIDDLE)
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "20/40" in text and "2.5 runs/s, 2 failed" in text
    assert "resuming" not in text


@pytest.mark.parametrize("state", [MIDDLE, END, Progress(40, 0, 0, 0, 0.0), Progress(40, 40, 0, 0, 0.0)])
def test_only_the_beginning_of_a_sweep_that_is_resumed_says_so(state: Progress) -> None:
    assert resumed(BEGINNING) == "resuming: 10 of 40 runs are done"
    assert resumed(state) == ""


def test_a_notebook_shows_one_element_that_changes(notebook: Display) -> None:
    assert runs_in_notebook()
    with followed(True) as show:
        assert show is not None
        for state in (BEGINNING, MIDDLE, END):
            show(state)
    assert [repr(element) for element in notebook.shown] == [
        "10 of 40 runs",
        "20 of 40 runs, 2.5 runs/s, 2 failed",
        "40 of 40 runs, 2 failed",
    ]


def test_the_element_has_a_label_and_says_in_words_what_it_shows() -> None:
    html = ProgressElement(MIDDLE)._repr_html_()
    assert html == ('<label>runs <progress max="40" value="20"></progress> 20 of 40 runs, 2.5 runs/s, 2 failed</label>')


def test_an_element_changes_no_more_often_than_somebody_could_see(notebook: Display) -> None:
    show = element_in_notebook()
    for done in range(10_001):
        show(Progress(runs=10_000, done_before=0, done=done, failed=0, seconds=1.0))
    assert len(notebook.shown) == STEPS_OF_AN_ELEMENT + 1
    assert repr(notebook.shown[-1]) == "10,000 of 10,000 runs"
