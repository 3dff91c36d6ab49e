"""The commands claims and replay: what they print, how they end, and that they compute nothing twice."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tredegar.results.claims import designs as claim_designs

from ..support.commands import tredegar as run_command


@pytest.fixture
def tredegar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return the command, in an empty folder and on a wide terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    return run_command


def test_the_list_names_every_claim_and_every_contradiction(
    tredegar: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert tredegar("claims", "--list") == 0
    printed = capsys.readouterr().out
    assert all(f"A{number:02d}" in printed for number in range(1, 49))
    assert all(f"P{number}" in printed for number in range(1, 11))
    assert not list(tmp_path.iterdir())


def test_unknown_claims_and_sizes_are_refused_in_one_line(
    tredegar: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for words, told in (
        (("--claim", "A77"), "unknown claim 'A77'"),
        (("--size", "huge"), "unknown size 'huge'"),
        (("--seed", "-1"), "seed must be a whole number in 0 .. 4294967295, got -1"),
        (("--seed", "4294967296"), "seed must be a whole number in 0 .. 4294967295, got 4294967296"),
    ):
        assert tredegar("claims", *words) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert told in line
    assert not list(tmp_path.iterdir())


def test_a_claim_is_run_judged_and_finished_once(
    tredegar: Callable[..., int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = claim_designs.DesignSize(
        name="tiny", samples=10, trusts=6, clinicians=2, replicates=2, phase_points=8, phase_replicates=1,
        corner_samples=2, half_samples=4,
    )  # fmt: skip
    monkeypatch.setattr(claim_designs, "SIZES", {"tiny": tiny})
    words = ("claims", "--size", "tiny", "--claim", "a05", "--workers", "0")
    assert tredegar(*words) == 0
    first = capsys.readouterr()
    assert "A05" in first.out
    assert "40 runs" in first.err and "16 runs" in first.err
    page = Path("claims/index.html").read_bytes()
    assert tredegar(*words) == 0
    assert "runs in" not in capsys.readouterr().err
    assert Path("claims/index.html").read_bytes() == page
    assert tredegar("replay", "claims/frozen.zarr", "--point", "3", "--replicate", "1") == 0
    assert "equal to the last bit" in capsys.readouterr().out
    assert Path("claims/frozen-replay/decisions.csv").is_file()
    spec = tomllib.loads(Path("claims/frozen.toml").read_text())
    assert (spec["streams"], spec["design"]["arms"]) == ("paired", 2)
    assert tredegar(*words[:4], "a06", *words[5:]) == 1
    assert "another design" in capsys.readouterr().err
    assert tredegar(*words, "--seed", "7") == 1
    assert "another design" in capsys.readouterr().err
    _as_in_version_0_1(Path("claims/frozen.toml"))
    assert tredegar(*words) == 1
    assert "another design" in capsys.readouterr().err


def _as_in_version_0_1(path: Path) -> None:
    """Give the spec the streams that designs had before they were paired."""
    path.write_text(path.read_text().replace('streams = "paired"', 'streams = "common"').replace("arms = 2\n", ""))


def test_a_contradiction_alone_is_run_under_a_seed_that_its_page_names(
    tredegar: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--size", "tiny", "--claim", "P1", "--seed", "7", "--workers", "0", "--out", "seven")
    assert tredegar("claims", *words) == 0
    assert "P1: Do targets raise or lower true quality?" in capsys.readouterr().out
    assert tomllib.loads(Path("seven/P1.toml").read_text())["seed"] == 7
    assert "seed 7" in Path("seven/index.html").read_text()
    assert not Path("seven/frozen.toml").exists()
