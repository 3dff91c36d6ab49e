"""The commands about own rules: ``rules`` checks a file, ``run`` takes one, a plan names them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tredegar import simulate

from ..support.commands import tredegar
from ..support.own_rules import change, written

RUN = ("run", "--months", "24", "--trusts", "3", "--clinicians", "2", "--engine", "numpy")


@pytest.fixture(autouse=True)
def _own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path)


def test_rules_lists_what_a_file_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert tredegar("rules", "my_rules.py") == 0
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert said[:4] == [
        "rule what it does where",
        "fear replaces fear my_rules.py:7",
        "dread added after fear my_rules.py:13",
        "mood added after dread my_rules.py:18",
    ]
    assert "bite 0.3 0 .. 1 share how strongly inspection frightens" in said
    assert "mean_dread share dread among managers" in said and "good_mood share managers in a good mood" in said
    assert said[-1].startswith("hash of the rules ") and len(said[-1].split()[-1]) == 64


def test_the_hash_of_a_file_is_that_of_what_it_does(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def found() -> str:
        assert tredegar("rules", "my_rules.py") == 0
        return capsys.readouterr().out.splitlines()[-1]

    first = found()
    change(tmp_path, "reach", "arm")
    assert found() == first
    change(tmp_path, "0.25", "0.26")
    assert found() != first


def test_a_bad_file_is_refused_in_one_line_with_its_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    change(tmp_path, "manager.mood > 0.5", "manager.mode > 0.5")
    for words in (("rules", "my_rules.py"), (*RUN, "--rules", "my_rules.py")):
        assert tredegar(*words) == 1
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 1 and "my_rules.py:29" in said
    assert tredegar("rules", "gone.py") == 1
    assert "rules file 'gone.py' cannot be read" in capsys.readouterr().err


def test_one_run_follows_own_rules_and_prints_their_outcomes(capsys: pytest.CaptureFixture[str]) -> None:
    assert tredegar(*RUN, "--rules", "my_rules.py", "--set", "bite=0.9", "--set", "bite@13=0.1", "--out", "r.zarr") == 0
    assert "dread" in capsys.readouterr().out
    found = simulate(
        {"bite": 0.9, "bite@13": 0.1}, 1, 24, 3, 2, 7, "numpy", outcomes=["mean_dread"], rules="my_rules.py"
    )
    with xr.open_zarr("r.zarr", consolidated=False) as run:
        assert np.array_equal(run["mean_dread"].values, found["mean_dread"][0, 0])
        assert run["mean_dread"].attrs["meaning"] == "dread among managers"
        assert float(run["bite"]) == 0.9 and run["bite"].attrs["units"] == "share"
        assert json.loads(run.attrs["own_rules"])["format"] == 1
    assert tredegar(*RUN, "--rules", "my_rules.py", "--set", "bit=0.9") == 1
    assert "unknown parameter 'bit'; did you mean 'bite'?" in capsys.readouterr().err
    assert tredegar(*RUN, "--set", "bite=0.9") == 1
    assert "unknown parameter 'bite'" in capsys.readouterr().err


def test_a_plan_names_own_rules(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert tredegar("sweep", "own.toml", "--out", "s.zarr", "--plan", "--engine", "numpy") == 0
    said = capsys.readouterr().out
    assert "fear replaced (my_rules.py); dread added after fear (my_rules.py); mood added after dread" in said
    assert "gaming chooses between built-in, other_rules.py:gaming, proportional" in said
    assert tredegar("sweep", "own.toml", "--out", "s.zarr", "--plan", "--json", "--engine", "numpy") == 0
    assert json.loads(capsys.readouterr().out)["own_rules"]["own outcomes"] == "mean_dread, good_mood"
