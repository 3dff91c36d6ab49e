"""Advice where something cannot be done here: what helps, and every address as it was typed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tredegar.cli.entry import main
from tredegar.sweeps.run import verify
from tredegar.sweeps.run.runner import complete_sweep

from ..support.fake_schedulers import behave, calls
from ..support.sweep_cases import SMALL, small_spec

ADDRESS = "s3://bucket/x.zarr"
ARRAY = ["--cluster", "slurm", "--tasks", "2"]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command, in a folder with a spec and a scheduler, that ends in an error; return what it said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "small.toml").write_text(SMALL)
    behave(tmp_path, "sbatch", "queue")

    def run(*words: str) -> str:
        with pytest.raises(SystemExit) as end:
            main(list(words))
        assert end.value.code == 1
        return capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    "words",
    [
        ("sweep", "small.toml", "--out", ADDRESS),
        ("status", ADDRESS),
        ("verify", ADDRESS),
        ("compact", ADDRESS, "--out", "x.zip"),
        ("report", ADDRESS),
        ("submit", "small.toml", "--out", ADDRESS, *ARRAY, "--submit"),
        ("submit-claims", "--out", ADDRESS, "--size", "tiny", "--claim", "a05", *ARRAY, "--submit"),
        ("claims", "--out", ADDRESS, "--size", "tiny", "--claim", "a05", "--workers", "0"),
    ],
    ids=lambda words: words[0],
)
def test_an_address_of_a_store_is_refused_as_it_was_typed(
    said: Callable[..., str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    (line,) = said(*words).splitlines()
    assert line == f"error: a store must be in a file system that is mounted here, got the address '{ADDRESS}'"
    assert calls(tmp_path, "sbatch") == []
    assert not list(tmp_path.glob("s3*"))


def test_verify_under_other_rules_advises_what_helps(
    said: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to run the sweep again, which would be refused."""
    complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, engine="numpy")
    monkeypatch.setattr(verify, "current_rules_hash", lambda book: "0" * 64)
    told = said("verify", "s.zarr")
    assert "with the version of tredegar that wrote it" in told.splitlines()[-1]
    assert "again" not in told
