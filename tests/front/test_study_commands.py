"""The commands screen and hindcast: what they refuse, in one line, and what they print and write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ..observation.files.test_access_by_month import write_files
from ..support.commands import tredegar as run_command


@pytest.fixture
def tredegar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return the command, in an empty folder and on a wide terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    return run_command


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("screen", "--constant", "VOICE_BASSE"), "unknown constant 'VOICE_BASSE'; did you mean 'VOICE_BASE'?"),
        (("screen", "--tier", "fulll"), "unknown tier 'fulll'; did you mean 'full'?"),
        (("screen", "--engine", "abacus"), "unknown engine 'abacus'"),
        (("hindcast", "--data", "."), "has no file 'ae_attendances_trust_month_2016_2019.csv'"),
        (("hindcast", "--data", "nowhere"), "'nowhere' cannot be used"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    tredegar: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    assert tredegar(*words) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert not list(tmp_path.iterdir())


def test_a_hindcast_prints_who_is_ahead_and_writes_its_page(
    tredegar: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    write_files(tmp_path / "files")
    assert tredegar("hindcast", "--data", "files", "--out", "out", "--runs", "3", "--engine", "numpy") == 0
    printed = capsys.readouterr().out
    assert "England: " in printed and "is ahead" in printed and "Scotland: " in printed and "Wales: " not in printed
    names = {"index.html", "scores.csv", "months.csv", "hindcast.svg"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
