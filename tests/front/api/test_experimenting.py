"""Experiments from Python and from the command line: small runs of each kind, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.main import get_command
from typer.testing import CliRunner

import tredegar as tg
from tredegar.api.experimenting import experiment
from tredegar.cli.application import app, run_command_line
from tredegar.results.experiments.reading import experiment_names

from ...support.made_experiments import made_experiment, made_text

SMALL = {"replicates": 2, "setting_replicates": 1, "trusts": 4, "clinicians": 3, "engine": "numpy"}


@pytest.mark.parametrize("name", ["incentives-withdrawn", "eighteen-weeks"])
def test_a_small_experiment_of_arms_says_what_it_found(name: str) -> None:
    found = experiment(name, space=3, **SMALL)
    assert found.space is not None
    assert found.space.effect.shape == (3,)
    assert found.space.effect == pytest.approx(found.space.true + found.space.dressed)
    assert float(found.at_defaults["effect"].low) < float(found.at_defaults["effect"].high)
    assert str(found).startswith(f"{name}: ")


def test_a_space_is_computed_with_the_same_bits_whatever_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = experiment(made_experiment(), space=5, **SMALL)
    monkeypatch.setattr("tredegar.api.experimenting.RUNS_TOGETHER", 4)
    told: list[tuple[int, int]] = []
    parts = experiment(made_experiment(), space=5, report=lambda done, of: told.append((done, of)), **SMALL)
    assert whole.space is not None
    assert parts.space is not None
    assert np.array_equal(whole.space.effect, parts.space.effect)
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_a_store_gives_the_same_bits_and_is_taken_up_again(tmp_path: Path) -> None:
    store = tmp_path / "space.zarr"
    direct = experiment(made_experiment(), space=3, **SMALL)
    stored = experiment(made_experiment(), space=3, store=store, **SMALL)
    again = experiment(made_experiment(), space=3, store=store, **SMALL)
    assert direct.space is not None
    assert stored.space is not None
    assert again.space is not None
    assert np.array_equal(direct.space.effect, stored.space.effect)
    assert np.array_equal(stored.space.effect, again.space.effect)


def test_arms_that_are_alike_have_no_effect(tmp_path: Path) -> None:
    path = tmp_path / "alike.toml"
    path.write_text(made_text().replace("sanction_strength = 0.1", "sanction_strength = 0.5"), encoding="utf-8")
    found = experiment(str(path), **SMALL)
    assert [float(value) for value in found.at_defaults["effect"]] == [0.0, 0.0, 0.0]


def test_sizes_out_of_range_are_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match=r"replicates must be a whole number in 2 \.\. 4096, got 1"):
        experiment("england-less-wales", replicates=1)
    with pytest.raises(ValueError, match=r"space must be a whole number in 0 \.\. 1048575, got -1"):
        experiment("england-less-wales", space=-1)


def test_the_front_door_has_it() -> None:
    assert tg.experiment is experiment


def test_the_list_names_every_experiment() -> None:
    listed = CliRunner().invoke(app, ["experiment"], env={"COLUMNS": "200"})
    assert listed.exit_code == 0
    assert [name for name in experiment_names() if name not in listed.stdout] == []


def test_the_command_prints_both_effects_and_writes_its_files(tmp_path: Path) -> None:
    file = tmp_path / "made-up.toml"
    file.write_text(made_text(), encoding="utf-8")
    options = ["--space", "3", "--replicates", "2", "--setting-replicates", "1", "--trusts", "4", "--clinicians", "3"]
    out = ["--engine", "numpy", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, ["experiment", str(file), *options, *out])
    assert done.exit_code == 0, done.output
    assert "published  +0.300 (+0.200 to +0.400) share" in done.stdout
    assert "over the space, 3 settings of 1 run each" in done.stdout
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".csv", ".csv", ".html", ".png"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["experiment", "four-hours"], "error: unknown experiment 'four-hours'; did you mean 'four-hour-target'?"),
        (["experiment", "nowhere.toml"], "error: 'nowhere.toml' cannot be used: No such file or directory"),
        (["experiment", "eighteen-weeks", "--store", "x.zarr"], "error: --store is for the settings of a space"),
    ],
)
def test_a_bad_call_ends_in_one_line(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run_command_line(words)
    said = capsys.readouterr().err
    assert end.value.code == 1
    assert said.startswith(told)
    assert said.count("\n") == 1


def test_the_command_has_the_options_of_the_function() -> None:
    options = {parameter.name for parameter in get_command(app).commands["experiment"].params}  # type: ignore[attr-defined]
    assert {"space", "replicates", "setting_replicates", "trusts", "clinicians", "seed", "engine", "store"} <= options
