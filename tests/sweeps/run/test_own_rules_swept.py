"""Sweeps under own rules: whoever computes, the bytes are the same, and with a store nobody needs the files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tredegar import open_sweep, simulate
from tredegar.store.root_file import read_root
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.spec.sampling import draw_points
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.create import create_store, write_root
from tredegar.sweeps.store.store import StoreError, SweepStore

from ...support.commands import tredegar
from ...support.killing import finish, kill_in_the_middle
from ...support.own_rules import ALIKE, OTHER, SPEC, change, remove, written
from ...support.sweep_cases import contents

pytestmark = pytest.mark.processes

SWEEP = ("sweep", "own.toml", "--out", "s.zarr", "--engine", "numpy")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the working one, with a spec of own rules and their files."""
    monkeypatch.chdir(tmp_path)
    return written(tmp_path)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the spec with own rules that one process wrote without interruption."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert complete_sweep(Spec.from_file(written(folder)), folder / "s.zarr", workers=0, engine="numpy").complete
    return folder / "s.zarr"


def spoil(folder: Path) -> None:
    """Put into the place of the files of rules what must not be run."""
    for name in ("my_rules.py", "other_rules.py"):
        (folder / name).write_text("raise SystemExit('the file was run')\n", encoding="utf-8")


def test_a_store_holds_the_runs_of_simulate_under_these_rules(undisturbed: Path) -> None:
    sweep, spec = open_sweep(undisturbed), SweepStore(undisturbed).spec
    points = draw_points(spec) | {"bite@7": np.full(6, 0.9)}
    found = simulate(points, 2, 12, 3, 2, 5, "numpy", outcomes=spec.outcomes, rules=spec.rules)
    for name in ("quality", "mean_dread", "good_mood"):
        assert sweep[name].values.tobytes() == found[name].tobytes()
    assert sweep["mean_dread"].attrs["own_rule"].startswith("my_rules.py:")
    assert (sweep["bite"].attrs["unit_in_words"], sweep["bite"].attrs["declared_range"]) == ("share", [0.0, 1.0])
    facts = read_root(undisturbed)["attributes"]
    assert facts["tredegar_store"] == 5 and facts["own_rules"] == spec.rules.text
    assert facts["defaults"]["bite"] == 0.3 and facts["defaults"]["gaming"] == 0.0


def test_a_store_without_own_rules_has_no_word_of_them(tmp_path: Path) -> None:
    vary = {"real_control": {"values": [0.2, 0.8]}}
    create_store(Spec(design="grid", vary=vary, months=12, outcomes=["quality"]), tmp_path / "s.zarr")
    text = (tmp_path / "s.zarr" / "zarr.json").read_text()
    assert "own_rule" not in text and "[rules]" not in text and "levels" not in text and "distributions" not in text


def test_dask_workers_write_the_same_bytes_and_run_no_file(own: Path, tmp_path: Path, undisturbed: Path) -> None:
    spec = Spec.from_file(own)
    spoil(tmp_path)
    summary = complete_sweep(spec, tmp_path / "s.zarr", workers=2, engine="numpy")
    assert summary.complete and summary.counts.done == 12
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)


def test_tasks_of_an_array_write_the_same_bytes_though_the_files_go_after_the_first(
    own: Path, tmp_path: Path, undisturbed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tredegar(*SWEEP, "--task", "2/3") == 0
    remove(tmp_path)
    capsys.readouterr()
    for task in ("0/3", "1/3"):
        assert tredegar(*SWEEP, "--task", task) == 0
        gone = (
            "note: 'my_rules.py' and 'other_rules.py' cannot be found: the own rules are those that the store carries"
        )
        assert gone in capsys.readouterr().err
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_sweep_that_was_killed_is_finished_to_the_same_bytes_without_the_files(
    own: Path, tmp_path: Path, undisturbed: Path, workers: int
) -> None:
    words = (*SWEEP, "--workers", str(workers))
    done = kill_in_the_middle(words, tmp_path)
    remove(tmp_path)
    assert 0 < done < finish(words, tmp_path) == 6
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)


@pytest.mark.parametrize("name", OTHER)
def test_a_change_that_counts_is_refused_with_the_name_of_the_rule(
    name: str, own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tredegar(*SWEEP, "--task", "0/3") == 0
    before = contents(tmp_path / "s.zarr")
    old, new, what = OTHER[name]
    change(tmp_path, old, new)
    capsys.readouterr()
    for words in ((*SWEEP, "--task", "1/3"), ("extend", "s.zarr", "own.toml")):
        assert tredegar(*words) == 1
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 1 and what in said and "otherwise than the store" in said
    assert contents(tmp_path / "s.zarr") == before


@pytest.mark.parametrize("name", ALIKE)
def test_a_change_that_does_not_count_is_accepted(name: str, own: Path, tmp_path: Path, undisturbed: Path) -> None:
    assert tredegar(*SWEEP, "--task", "0/3") == 0
    change(tmp_path, *ALIKE[name])
    assert tredegar(*SWEEP, "--workers", "0") == 0
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)


def test_another_set_of_rules_is_another_sweep(own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tredegar(*SWEEP, "--task", "0/3") == 0
    capsys.readouterr()
    own.write_text(SPEC.replace(', "proportional"]', "]"))
    assert tredegar(*SWEEP) == 1
    assert "first difference the levels of 'gaming'" in capsys.readouterr().err
    plain = SPEC.replace('[rules]\nfile = "my_rules.py"', "").replace('"bite@7" = 0.9', "")
    own.write_text(
        plain.replace('bite = { distribution = "beta", a = 2, b = 5 }', "").replace(', "mean_dread", "good_mood"', "")
    )
    assert tredegar(*SWEEP) == 1
    assert "first difference rule 'fear'" in capsys.readouterr().err


def test_verify_repairs_and_computes_again_without_the_files(own: Path, tmp_path: Path, undisturbed: Path) -> None:
    complete_sweep(Spec.from_file(own), tmp_path / "s.zarr", workers=0, engine="numpy")
    spoil(tmp_path)
    for file in ("bite/c.0", "gaming/zarr.json", "mean_dread/c.1.0.0"):
        (tmp_path / "s.zarr" / file).write_bytes(b"")
    found = verify_store(tmp_path / "s.zarr", runs=3, engine="numpy", seed=1)
    assert (found.faults, found.recomputed, len(found.repaired)) == ((), 3, 3)
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)


def test_stores_are_merged_compacted_and_extended_without_the_files(
    own: Path, tmp_path: Path, undisturbed: Path
) -> None:
    spec = Spec.from_file(own)
    for task in (0, 1):
        complete_sweep(spec, tmp_path / f"{task}.zarr", engine="numpy", task=(task, 2))
    remove(tmp_path)
    assert tredegar("merge", "0.zarr", "1.zarr", "--out", "s.zarr") == 0
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)
    assert tredegar("compact", "s.zarr", "--out", "s.zip") == 0
    assert tredegar("verify", "s.zip", "--runs", "2", "--engine", "numpy") == 0
    own.write_text(SPEC.replace("replicates = 2", "replicates = 4"))
    assert tredegar("extend", "s.zarr", "own.toml", "--engine", "numpy", "--workers", "0") == 0
    written(tmp_path)
    larger = Spec.from_text(SPEC.replace("replicates = 2", "replicates = 4"), folder=tmp_path)
    complete_sweep(larger, tmp_path / "whole.zarr", workers=0, engine="numpy")
    extended, whole = open_sweep(tmp_path / "s.zarr"), open_sweep(tmp_path / "whole.zarr")
    for name in ("quality", "mean_dread", "good_mood"):
        assert extended[name].values.tobytes() == whole[name].values.tobytes()


def test_own_rules_that_this_version_cannot_read_are_refused_in_one_line(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    complete_sweep(Spec.from_file(own), tmp_path / "s.zarr", workers=0, engine="numpy")
    root = read_root(tmp_path / "s.zarr")
    root["attributes"]["own_rules"] = root["attributes"]["own_rules"].replace('"format":1', '"format":99')
    write_root(tmp_path / "s.zarr", root)
    for words in (
        SWEEP,
        ("verify", "s.zarr"),
        ("extend", "s.zarr", "own.toml"),
        ("merge", "s.zarr", "s.zarr", "-o", "t"),
    ):
        capsys.readouterr()
        assert tredegar(*words) == 1
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 1
        assert (
            "cannot be used by this version of tredegar: the own rules of a store cannot be read: they have another"
            in said
        )
    with pytest.raises(StoreError, match="a newer version of tredegar reads them"):
        _ = SweepStore(tmp_path / "s.zarr").spec
    root["attributes"]["own_rules"] = 3
    write_root(tmp_path / "s.zarr", root)
    with pytest.raises(StoreError, match="attribute 'own_rules' must be a text"):
        SweepStore(tmp_path / "s.zarr")


def test_a_spec_is_not_finished_from_the_store_of_another(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vary = {"real_control": {"values": [0.2, 0.8]}}
    create_store(Spec(design="grid", vary=vary, months=12, outcomes=["quality"]), tmp_path / "s.zarr")
    remove(tmp_path)
    assert tredegar(*SWEEP) == 1
    assert "my_rules.py' cannot be read: No such file or directory" in capsys.readouterr().err
