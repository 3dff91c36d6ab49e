"""Sweeps with groups of trusts: whoever computes, the bytes are the same, and a changed group is refused by name."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from tredegar import open_sweep, simulate
from tredegar.store.root_file import read_root
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.spec.errors import SpecError
from tredegar.sweeps.spec.sampling import draw_points
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.store import SweepStore

from ...support.commands import tredegar
from ...support.killing import finish, kill_in_the_middle
from ...support.sweep_cases import contents

SPEC = """
months = 12
replicates = 2
seed = 5
[country]
trusts = 9
clinicians = 2
groups = { treated = 0.4, other = 0.2 }
[fixed]
"reorganised[other]@4" = 1
[design]
method = "grid"
[vary]
target_toughness = { values = [0.2, 0.6] }
"sanction_strength[treated]@3" = { values = [0.0, 0.5, 1.0] }
[record]
outcomes = ["quality", "manager_fear"]
groups = ["manager_fear", "quality"]
every = 3
trusts = true
"""
SWEEP = ("sweep", "groups.toml", "--out", "s.zarr", "--engine", "numpy")
VARY = {"real_control": {"values": [0.2, 0.8]}}
OTHER = {
    "a share": ("treated = 0.4", "treated = 0.5", "the group 'treated'"),
    "a group more": ("other = 0.2", "other = 0.2, third = 0.1", "the group 'third'"),
    "what is recorded": ('groups = ["manager_fear", "quality"]', 'groups = ["quality"]', "groups ="),
}
"""Changes of the spec that count: old text, new text, and what the refusal names."""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a spec with groups, in a folder that is the working one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "groups.toml").write_text(SPEC, encoding="utf-8")
    return tmp_path / "groups.toml"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the spec that one process wrote without interruption."""
    store = tmp_path_factory.mktemp("undisturbed") / "s.zarr"
    assert complete_sweep(Spec.from_text(SPEC), store, workers=0, engine="numpy").complete
    return store


def test_a_store_opens_to_the_dataset_of_simulate(undisturbed: Path) -> None:
    sweep, spec = open_sweep(undisturbed), SweepStore(undisturbed).spec
    asked = {"groups": {"treated": 0.4, "other": 0.2}, "group_outcomes": ["quality", "manager_fear"]}
    points = {**draw_points(spec), **spec.fixed}
    found = simulate(points, 2, 12, 9, 2, 5, "numpy", spec.outcomes, 3, trust_records=True, **asked).to_dataset()
    assert set(sweep.data_vars) == set(found.data_vars) and set(sweep.coords) == set(found.coords)
    for name in found.data_vars:
        assert sweep[name].dims == found[name].dims and sweep[name].values.tobytes() == found[name].values.tobytes()
        assert str(sweep[name].attrs) == str(found[name].attrs), name
    assert sweep["quality_by_group"].dims == ("point", "replicate", "group", "month")
    assert sweep["group"].values.tolist() == ["rest", "treated", "other"]
    assert sweep["quality_by_group"].attrs["unit_in_words"] == sweep["quality"].attrs["unit_in_words"]
    assert sweep["quality_by_group"].attrs["cell_methods"] == "month: mean"
    assert "group 'treated'" in sweep["sanction_strength[treated]@3"].attrs["meaning"]


def test_a_spec_reads_back_from_its_text_its_pickle_and_its_store(undisturbed: Path) -> None:
    spec = Spec.from_text(SPEC)
    assert Spec.from_text(spec.to_toml()) == spec == pickle.loads(pickle.dumps(spec)) == SweepStore(undisturbed).spec
    assert "[rules]" not in spec.to_toml() and spec.rules is Spec.from_text(SPEC).rules
    keywords = {"groups": {"treated": 0.4, "other": 0.2}}
    made = Spec(design="grid", vary=VARY, country=keywords, group_outcomes=["quality"], record={"every": 3})
    assert made.record.groups == ("quality",) and made.rules.groups is not None
    assert made == Spec(
        design="grid", vary=VARY, trust_groups=keywords["groups"], record={"groups": ["quality"], "every": 3}
    )


def test_a_store_without_groups_has_no_word_of_them(tmp_path: Path) -> None:
    spec = Spec(design="grid", vary=VARY, months=12, trusts=3, clinicians=2, replicates=1, outcomes=["quality"])
    complete_sweep(spec, tmp_path / "s.zarr", workers=0, engine="numpy")
    assert "groups" not in str(read_root(tmp_path / "s.zarr"))


@pytest.mark.parametrize("name", OTHER)
def test_a_changed_group_is_refused_by_name(
    name: str, spec: Path, undisturbed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    complete_sweep(Spec.from_text(SPEC), tmp_path / "s.zarr", workers=0, engine="numpy")
    old, new, what = OTHER[name]
    spec.write_text(SPEC.replace(old, new), encoding="utf-8")
    for words in (SWEEP, ("extend", "s.zarr", "groups.toml")):
        capsys.readouterr()
        assert tredegar(*words) == 1
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 1 and what in said
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)


def test_a_store_is_verified_repaired_and_extended(spec: Path, tmp_path: Path, undisturbed: Path) -> None:
    complete_sweep(Spec.from_file(spec), tmp_path / "s.zarr", workers=0, engine="numpy")
    for file in ("quality_by_group/c.1.0.0.0", "trust_group/c.2.0.0", "sanction_strength[treated]@3/c.0"):
        (tmp_path / "s.zarr" / file).write_bytes(b"")
    found = verify_store(tmp_path / "s.zarr", runs=2, engine="mesa", seed=1)
    assert (found.faults, found.recomputed, len(found.repaired)) == ((), 2, 3)
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)
    spec.write_text(SPEC.replace("replicates = 2", "replicates = 4"), encoding="utf-8")
    assert tredegar("extend", "s.zarr", "groups.toml", "--engine", "numpy", "--workers", "0") == 0
    sweep = open_sweep(tmp_path / "s.zarr")
    assert sweep["quality_by_group"].shape == (6, 4, 3, 4) and int(sweep.attrs["runs_done"]) == 24


def test_a_run_is_replayed_to_the_last_bit(undisturbed: Path, tmp_path: Path) -> None:
    assert tredegar("replay", str(undisturbed), "--point", "4", "--replicate", "1", "--out", str(tmp_path / "r")) == 0


def test_a_table_of_points_may_name_levers_of_groups(tmp_path: Path) -> None:
    points = {"target_toughness[a]@2": [0.1, 0.9], "freedom[a]": [0.0, 0.5]}
    country = {"groups": {"a": 0.5}, "trusts": 5, "clinicians": 2}
    spec = Spec(design={"points": points}, country=country, months=3, outcomes=["quality"], replicates=1)
    assert spec.table is not None and list(spec.table) == list(points)
    complete_sweep(spec, tmp_path / "s.zarr", workers=0, engine="numpy")
    sweep = open_sweep(tmp_path / "s.zarr")
    found = simulate(points, 1, 3, 5, 2, 7, "numpy", ["quality"], groups={"a": 0.5})
    assert sweep["quality"].values.tobytes() == found["quality"].tobytes()
    assert SweepStore(tmp_path / "s.zarr").spec == spec


def test_a_providers_table_lists_who_belongs(tmp_path: Path) -> None:
    text = "code,name,size,council,catchment,group\nA,a,1,N,N,treated\nB,b,2,N,S,\nC,c,3,S,S,treated\n"
    (tmp_path / "trusts.csv").write_text(text, encoding="utf-8")
    country = {"providers": str(tmp_path / "trusts.csv"), "groups": ["treated"], "clinicians": 2}
    record = {"outcomes": ["quality"], "groups": ["quality"], "trusts": True}
    fixed = {"target_level[treated]": 0.9}
    spec = Spec(design="grid", vary=VARY, fixed=fixed, country=country, record=record, months=3, replicates=1)
    complete_sweep(spec, tmp_path / "s.zarr", workers=0, engine="numpy")
    sweep = open_sweep(tmp_path / "s.zarr")
    assert np.array_equal(sweep["trust_group"].values, np.broadcast_to([1.0, 0.0, 1.0], (2, 1, 3)))
    assert SweepStore(tmp_path / "s.zarr").spec == spec
    others = Spec(design="grid", vary=VARY, fixed=fixed, record=record, months=3, replicates=1, country={
        **country, "providers": spec.providers and {**_columns(spec.providers), "group": ["", "treated", "treated"]},
    })  # fmt: skip
    assert others.hash() != spec.hash()


def _columns(providers: object) -> dict[str, object]:
    return {name: getattr(providers, name) for name in ("code", "name", "size", "council", "catchment")}


REFUSED = {
    "an unknown group": ({"groups": {"a": 0.1}}, {"target_level[b]": 0.5}, {}, "unknown group 'b'"),
    "no groups": ({}, {"target_level[a]": 0.5}, {}, "there are no groups"),
    "no groups to record": ({}, {}, {"groups": ["quality"]}, "needs groups"),
    "too much": ({"groups": {"a": 0.6, "b": 0.6}}, {}, {}, "at most 1 together, got 1.2"),
    "nobody": ({"groups": {"a": 0.0}}, {}, {}, "above 0 and at most 1, got 0.0"),
    "no number": ({"groups": {"a": "half"}}, {}, {}, "share of group 'a' must be a number"),
    "another form": ({"groups": 0.5}, {}, {}, "mapping name -> share"),
    "no name": ({"groups": {"Big Ones": 0.5}}, {}, {}, "small letters"),
    "the rest": ({"groups": {"rest": 0.5}}, {}, {}, "not 'rest'"),
    "no column": ({"groups": ["a"]}, {}, {}, "must have shares"),
    "an uncertainty": ({"groups": {"a": 0.1}}, {"grip_rate[a]": 0.5}, {}, "no lever, and holds for all trusts alike"),
    "the start": ({"groups": {"a": 0.1}}, {"real_control[a]": 0.5}, {}, "works at the start of a run alone"),
    "the centre's": ({"groups": {"a": 0.1}}, {"deal_commitment[a]": 0.5}, {}, "read by the centre alone"),
    "a slip": ({"groups": {"a": 0.1}}, {"target_levle[a]": 0.5}, {}, "did you mean 'target_level'?"),
    "an event without a month": ({"groups": {"a": 0.1}}, {"reorganised[a]": 1.0}, {}, "'reorganised[a]@61'"),
    "a late month": ({"groups": {"a": 0.1}}, {"freedom[a]@99": 1.0}, {}, "after the last month, which is 12"),
    "beyond the range": ({"groups": {"a": 0.1}}, {"freedom[a]": 2.0}, {}, "must lie in 0 .. 1"),
    "the country's": ({"groups": {"a": 0.1}}, {}, {"groups": ["anxiety"]}, "reads 'centre.anxiety'"),
    "a percentile": ({"groups": {"a": 0.1}}, {}, {"groups": ["quality_p10"]}, "ranks of all trusts"),
    "no outcome": ({"groups": {"a": 0.1}}, {}, {"groups": ["qualty"]}, "did you mean 'quality'?"),
    "no list": ({"groups": {"a": 0.1}}, {}, {"groups": 3}, "must be a list of names"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_groups_cannot_be_is_refused_in_one_line(name: str) -> None:
    country, fixed, record, what = REFUSED[name]
    with pytest.raises(SpecError) as refusal:
        Spec(design="grid", vary=VARY, months=12, country=country, fixed=fixed, record=record)
    assert what in str(refusal.value) and "\n" not in str(refusal.value)


@pytest.mark.processes
def test_dask_workers_and_tasks_write_the_same_bytes(spec: Path, tmp_path: Path, undisturbed: Path) -> None:
    assert complete_sweep(Spec.from_file(spec), tmp_path / "s.zarr", workers=2, engine="numpy").complete
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)
    for task in (0, 1):
        complete_sweep(Spec.from_file(spec), tmp_path / f"{task}.zarr", engine="numpy", task=(task, 2))
    assert tredegar("merge", "0.zarr", "1.zarr", "--out", "m.zarr") == 0
    assert contents(tmp_path / "m.zarr") == contents(undisturbed)


@pytest.mark.processes
@pytest.mark.parametrize("workers", [0, 2])
def test_a_sweep_that_was_killed_is_finished_to_the_same_bytes(
    spec: Path, tmp_path: Path, undisturbed: Path, workers: int
) -> None:
    words = (*SWEEP, "--workers", str(workers))
    assert 0 < kill_in_the_middle(words, tmp_path) < finish(words, tmp_path)
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)
