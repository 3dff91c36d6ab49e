"""Commands at random: each ends as it says, in plain lines, and what it refuses leaves no trace."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tredegar.model.text.plain_text import OBEYED

from .fuzz_commands import COMMANDS, Ended, run, words
from .fuzz_counts import asked, fuzz
from .fuzz_materials import BIN, check_stores, listing, make_materials
from .fuzz_oracles import check_line
from .fuzz_texts import texts

pytestmark = pytest.mark.fuzz
OF_STORES = ("extend", "merge", "compact", "status", "verify", "report", "sensitivity", "discover", "validate",
             "compare", "export", "list", "replay")  # fmt: skip
OTHERS = ("init", "observe", "sweep", "submit", "submit-claims", "engines", "parameters", "outcomes", "claims", "rules",
          "experiment", "hindcast")  # fmt: skip
NOT_HERE = {"app": "is a server that stays until it is stopped", "warm-up": "compiles for a minute",
            "screen": "runs its countries for minutes"}  # fmt: skip


def test_every_command_is_fuzzed_or_named_here() -> None:
    assert {*OF_STORES, *OTHERS, "run", *NOT_HERE} == set(COMMANDS)


def check_ended(ended: Ended) -> None:
    """A command prints plain lines, and one of them says what was wrong if something was."""
    assert ended.status in (0, 1, 2, 3)
    for said in (ended.out, ended.err):
        odd = OBEYED.search(said.replace("\n", ""))
        assert odd is None, f"letters that a terminal obeys: {said[:2000]!r}"
        assert "Traceback" not in said and "a fault of tredegar" not in said, said[-2000:]
    errors = [line for line in ended.err.splitlines() if line.startswith("error: ")]
    if ended.status == 1:
        assert len(errors) == 1 and ended.err.splitlines()[-1] == errors[0], ended.err
        check_line(errors[0])
    elif ended.status == 2:
        assert ("Usage: tredegar" in ended.err) is not (len(errors) == 1), ended.err
        assert len(ended.err) < 4000, ended.err
    else:
        assert errors == []


@pytest.fixture(scope="module")
def materials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_materials(tmp_path_factory.mktemp("fuzz") / "materials")


@pytest.fixture
def within(materials: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[list[str]], Ended]]:
    """A function that runs a command among the materials, which are as new each time, and checks how it ended."""
    place = tmp_path / "place"
    shutil.copytree(materials, place)
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "matplotlib"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("PATH", f"{place / BIN}:{os.environ['PATH']}")
    monkeypatch.chdir(place)

    def command(given: list[str]) -> Ended:
        before = listing(place)
        ended = run(given)
        after = listing(place)
        check_ended(ended)
        if after != before:
            assert ended.status in (0, 3) or _is_allowed(given, set(after) ^ set(before)), sorted(
                set(after) ^ set(before)
            )
            check_stores(place)
            shutil.rmtree(place)
            shutil.copytree(materials, place)
            os.chdir(place)
        return ended

    yield command
    os.chdir(tmp_path)


def _is_allowed(given: list[str], changed: set[str]) -> bool:
    """Whether a command that failed may have left ``changed``: what it repaired, and what it says of it in a log."""
    return given[0] in ("verify", "sweep", "extend") and all("/log" in name or name.endswith("log") for name in changed)


def test_commands_that_read_stores_end_as_they_say(within: Callable[[list[str]], Ended]) -> None:
    count = fuzz("commands of stores", lambda given: within(given) and None, given=words(OF_STORES))
    assert count >= asked("commands of stores")


def test_commands_end_as_they_say(within: Callable[[list[str]], Ended]) -> None:
    count = fuzz("commands", lambda given: within(given) and None, given=words(OTHERS))
    assert count >= asked("commands")


def test_one_run_ends_as_it_says(within: Callable[[list[str]], Ended]) -> None:
    def check(given: list[str], setting: str) -> None:
        assert within([*given, "--set", setting]).status in (0, 1, 2)

    settings = texts().filter(lambda text: len(text) < 5000 and not text.startswith("-"))
    assert fuzz(
        "settings of a run", check, given=words(("run",)), setting=settings | st.just("solidarity=0.5")
    ) >= asked("settings of a run")
