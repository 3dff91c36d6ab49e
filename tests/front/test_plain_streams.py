"""Every command ends as it should whatever the terminal can show: what its encoding lacks is spelled out."""

# ruff: noqa: RUF001 -- signs that look like others are what is tested

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tredegar.cli.entry import main
from tredegar.cli.streams import PlainStream, plain_streams, spelled
from tredegar.cli.terminal import console

from ..support.made_stores import grid, made_store
from ..support.sweep_cases import SMALL

ENCODINGS = ("ascii", "latin-1", "cp1252", "cp437", "utf-8")


def printed(words: list[object], encoding: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Run a command on streams of ``encoding``; return its exit status and the text of both streams."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="") for _ in range(2)]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        assert [sys.stdout, sys.stderr] == streams, "the streams are put back"
    for stream in streams:
        stream.flush()
    texts = [stream.buffer.getvalue().decode(encoding) for stream in streams]  # type: ignore[attr-defined]
    return int(ended.value.code or 0), *texts


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def quality(points: dict[str, np.ndarray], luck: np.ndarray, month: np.ndarray) -> np.ndarray:
        return points["mandate_detail"] * (0.5 - points["solidarity"]) + 0.01 * luck + 0.0 * month

    levels = [0.0, 0.25, 0.5, 0.75, 1.0]
    folder = tmp_path_factory.mktemp("Zürich ± µ")
    return made_store(folder / "gemacht – α.zarr", grid(mandate_detail=levels, solidarity=levels), {"quality": quality})


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_table_of_sensitivity_is_printed_on_every_terminal(
    encoding: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, err = printed(["sensitivity", store, "--method", "regression"], encoding, monkeypatch)
    assert (status, err) == (0, "")
    assert ("+-" in out) == (encoding in ("ascii",)) and ("±" in out) == (encoding != "ascii")
    assert "?" not in out


COMMANDS: dict[str, list[str]] = {
    "help": ["--help"],
    "usage": ["run", "--months", "x"],
    "parameters": ["parameters"],
    "outcomes": ["outcomes"],
    "engines": ["engines"],
    "run": ["run", "--months", "12", "--trusts", "2", "--clinicians", "1", "--engine", "numpy"],
    "a word that is nowhere": ["parameters", "Zürich±"],
    "an error": ["status", "gemacht – α ±.zarr"],
    "an unknown setting": ["run", "--set", "ü=1"],
    "discover": ["discover", "STORE"],
    "compare": ["compare", "STORE", "STORE"],
    "report": ["report", "STORE", "--out", "OUT/bericht ±"],
    "export": ["export", "STORE", "--out", "OUT/ä ±.csv"],
    "list": ["list", "STORE"],
    "init": ["init", "OUT/Prüfung ±.toml"],
}


@pytest.mark.parametrize(
    "command", [pytest.param(name, marks=[pytest.mark.slow] * (name == "discover")) for name in COMMANDS]
)
def test_no_command_fails_for_the_encoding_of_the_terminal(
    command: str, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [word.replace("STORE", str(store)).replace("OUT", str(tmp_path)) for word in COMMANDS[command]]
    status, out, err = printed(words, "ascii", monkeypatch)
    assert status == {"usage": 2, "a word that is nowhere": 1, "an error": 1, "an unknown setting": 1}.get(command, 0)
    assert "codec can't encode" not in out + err and out + err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_sweep_with_a_name_in_letters_that_the_terminal_lacks(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s.toml").write_text(SMALL.replace('name = "small"', 'name = "Größe – α±"'), encoding="utf-8")
    words = [tmp_path / "s.toml", "--out", tmp_path / "Größe.zarr", "--workers", "0", "--engine", "numpy"]
    assert printed(["sweep", *words], encoding, monkeypatch)[0] == 0
    status, out, _ = printed(["status", tmp_path / "Größe.zarr"], encoding, monkeypatch)
    assert status == 0
    assert {"ascii": "('Grosse - alpha+-')", "latin-1": "('Größe - alpha±')"}[encoding] in out


def test_bytes_of_a_name_that_are_no_text_are_shown_as_a_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    status, _, err = printed(["status", "st\udcff.zarr"], "utf-8", monkeypatch)
    assert status == 1 and "st?.zarr" in err


def test_a_process_that_was_told_to_write_ascii_writes_it(store: Path) -> None:
    command = [sys.executable, "-P", "-m", "tredegar.cli.entry", "sensitivity", str(store), "--method", "regression"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, timeout=120, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert b"+-" in done.stdout and max(done.stdout) < 128


@pytest.mark.parametrize(
    ("text", "ascii_text"),
    [
        ("0.5 ± 0.1", "0.5 +- 0.1"), ("60 \N{MULTIPLICATION SIGN} 40", "60 x 40"), ("1\N{EN DASH}2 …", "1-2 ..."),
        ("Zürich, Île-de-France, Łódź", "Zurich, Ile-de-France, Lodz"), ("α, β and Ω", "alpha, beta and Omega"),
        ("20 °C", "20 degC"), ("R² ≤ ½", "R2 <= 1/2"), ("µ → “x”", 'mu -> "x"'), ("日本\udcff", "???"),
        ("╭─┬┐│━╸█", "+-++|--#"),
    ],
)  # fmt: skip
def test_signs_are_spelled_as_people_would(text: str, ascii_text: str) -> None:
    assert spelled(text, "ascii") == ascii_text
    assert spelled("plain", "ascii") == "plain"


def test_a_stream_is_used_as_it_is_save_for_what_it_cannot_write() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    proxy = PlainStream(stream)
    assert proxy.write("±1") == 2
    proxy.writelines(["a", "ü"])
    proxy.flush()
    assert stream.buffer.getvalue() == b"+-1au"  # type: ignore[attr-defined]
    assert proxy.encoding == "ascii" and not proxy.isatty() and not hasattr(proxy, "buffer")


def test_a_bar_of_progress_is_drawn_on_a_terminal_of_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.progress import Progress

    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        patch.setenv("FORCE_COLOR", "1")
        with plain_streams():
            with console(stderr=True).status("reading every chunk – ±"):
                pass
            with Progress(console=console(stderr=True)) as bar:
                bar.update(bar.add_task("runs ±", total=2), completed=1)
    stream.flush()
    assert b"runs +-" in stream.buffer.getvalue()  # type: ignore[attr-defined]


def test_what_is_logged_is_one_line_of_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A total among the providers reaches whoever types the command; a script has it from the logger."""
    rows = "\n".join(f"R{number},Trust {number},{number + 1},x,y" for number in range(6))
    table = f"code,name,size,council,catchment\n{rows}\nT,Total,21,x,y\n"
    (tmp_path / "england.csv").write_text(table, encoding="utf-8")
    spec = SMALL.replace("trusts = 3", 'providers = "england.csv"')
    (tmp_path / "s.toml").write_text(spec, encoding="utf-8")
    words = ["sweep", tmp_path / "s.toml", "--out", tmp_path / "s.zarr", "--plan", "--engine", "numpy"]
    status, _, err = printed(words, "ascii", monkeypatch)
    notes = [line for line in err.splitlines() if line.startswith("note: ")]
    assert status == 0 and len(notes) == 1
    assert "the size of the last row, 'T' (Total), is the sum of the others; it is taken as a trust" in notes[0]
    assert logging.getLogger("tredegar").handlers == []


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--months", "1_2"], ["run", "--seed", "\uff11"], ["run", "--trusts", "0x10"],
        ["run", "--replicate", "1.0"],
        ["sweep", "s.toml", "--out", "s.zarr", "--max-hours", "nan"],
        ["sweep", "s.toml", "--out", "s.zarr", "--max-hours", "inf"],
        ["sweep", "s.toml", "--out", "s.zarr", "--workers", "1_0"],
        ["discover", "s.zarr", "--threshold", "nan"], ["discover", "s.zarr", "--threshold", "1_0"],
        ["report", "s.zarr", "--from-month", "\u0663"], ["sensitivity", "s.zarr", "--resamples", "1_000"],
    ],
)  # fmt: skip
def test_a_number_on_the_command_line_is_one_that_a_file_may_hold(
    words: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, _, err = printed(words, "utf-8", monkeypatch)
    assert status == 2 and "expected a " in err and "number, got" in err
