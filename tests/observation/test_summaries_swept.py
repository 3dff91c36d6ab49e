"""Sums in stores: the same bytes whoever computes, resumes, merges or extends, and nobody else is disturbed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tredegar.observation.summaries import SUMS
from tredegar.results import export, open_sweep, validate, write_report
from tredegar.store.root_file import read_root
from tredegar.sweeps.run.plan import make_plan
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.spec.spec import Spec, SpecError
from tredegar.sweeps.store.create import create_store, write_root
from tredegar.sweeps.store.store import StoreError, SweepStore
from tredegar.sweeps.upkeep.compact import compact_store
from tredegar.sweeps.upkeep.extend import extend_store
from tredegar.sweeps.upkeep.merge import merge_stores

from ..support.sweep_cases import contents

TEXT = """
name = "summed"
seed = 3
months = 96
replicates = 2
[country]
trusts = 12
clinicians = 3
[design]
method = "grid"
[vary]
real_control = {values = [0.1, 0.3, 0.5, 0.7, 0.9]}
[record]
outcomes = ["quality"]
every = 12
summaries = true
"""


def spec_with(old: str = "", new: str = "") -> Spec:
    assert old in TEXT
    return Spec.from_text(TEXT.replace(old, new) if old else TEXT)


def swept(path: Path, spec: Spec | None = None, **how: Any) -> Path:
    given = {"workers": 0, "engine": "numpy", "points_per_batch": 2} | how
    assert complete_sweep(spec or spec_with(), path, **given).complete or "task" in how
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with sums that one process wrote without interruption."""
    return swept(tmp_path_factory.mktemp("whole") / "s.zarr")


def sums_in(path: Path) -> np.ndarray:
    return open_sweep(path)["summaries"].values


def test_a_store_has_sums_beside_what_the_spec_records_and_nothing_else(whole: Path, tmp_path: Path) -> None:
    sweep = open_sweep(whole)
    assert {*sweep.data_vars} == {"quality", "summaries", "status"}
    assert sweep["summaries"].dims == ("point", "replicate", "sum") and sweep["summaries"].dtype == np.float64
    assert sweep["sum"].values[0] == "V01 months" and np.isfinite(sweep["summaries"].sel(sum="V23 total")).all()
    bare = swept(tmp_path / "bare.zarr", spec_with("summaries = true", ""))
    assert open_sweep(bare)["quality"].values.tobytes() == sweep["quality"].values.tobytes()
    text = (bare / "zarr.json").read_text()
    assert "summaries" not in text and "observation" not in text
    assert contents(bare / "quality") == contents(whole / "quality")


@pytest.mark.parametrize(
    ("old", "new"),
    [("every = 12", "every = 1"), ("every = 12", "every = 12\ntrusts = true"),
     ('outcomes = ["quality"]', 'outcomes = ["manager_departures", "challenge_share"]')],
)  # fmt: skip
def test_sums_do_not_depend_on_what_else_is_recorded(whole: Path, tmp_path: Path, old: str, new: str) -> None:
    path = swept(tmp_path / "s.zarr", spec_with(old, new))
    assert sums_in(path).tobytes() == sums_in(whole).tobytes()
    assert ("trust_size" in open_sweep(path)) == ("trusts = true" in new)


@pytest.mark.processes
def test_tasks_workers_and_a_stop_in_the_middle_give_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    for task in range(2):
        swept(tmp_path / "tasks.zarr", task=(task, 2))
    assert contents(tmp_path / "tasks.zarr") == contents(whole)
    swept(tmp_path / "begun.zarr", task=(0, 3))
    assert contents(swept(tmp_path / "begun.zarr", workers=2)) == contents(whole)


def test_damaged_sums_are_found_and_made_anew(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "s.zarr")
    chunks = sorted((tmp_path / "s.zarr" / "summaries").glob("c.*"))
    chunks[0].write_bytes(chunks[1].read_bytes())  # of other points: whole, and in the wrong place
    with pytest.raises(ValueError, match="'summaries' of batch 0"):
        open_sweep(tmp_path / "s.zarr")["summaries"].load()
    verified = verify_store(tmp_path / "s.zarr", runs=2, engine="numpy")
    assert not verified.faults and "summaries/c.0.0.0" in verified.repaired[0] and verified.recomputed == 2
    assert contents(tmp_path / "s.zarr") == contents(whole)


@pytest.mark.processes
def test_parts_are_merged_archived_and_extended(whole: Path, tmp_path: Path) -> None:
    for part in range(2):
        swept(tmp_path / f"{part}.zarr", task=(part, 2))
    merged = merge_stores([SweepStore(tmp_path / f"{part}.zarr") for part in range(2)], tmp_path / "m.zarr")
    assert merged.counts.complete and contents(tmp_path / "m.zarr") == contents(whole)
    archive = compact_store(SweepStore(whole), tmp_path / "a.zip").path
    assert sums_in(archive).tobytes() == sums_in(whole).tobytes()
    larger = spec_with("replicates = 2", "replicates = 4")
    assert extend_store(SweepStore(tmp_path / "m.zarr"), larger) == (5, 4)
    swept(tmp_path / "m.zarr", larger)
    assert sums_in(tmp_path / "m.zarr")[:, :2].tobytes() == sums_in(whole).tobytes()
    points = spec_with("0.9]", "0.9, 0.95]")
    assert extend_store(SweepStore(swept(tmp_path / "p.zarr")), points) == (6, 2)
    swept(tmp_path / "p.zarr", points)
    assert sums_in(tmp_path / "p.zarr")[:5].tobytes() == sums_in(whole).tobytes()


def test_a_store_begun_with_other_definitions_is_not_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = spec_with()
    create_store(spec, tmp_path / "s.zarr")
    content = read_root(tmp_path / "s.zarr")
    content["attributes"]["observation"] = "0" * 64
    write_root(tmp_path / "s.zarr", content)
    with pytest.raises(StoreError, match="begun with other definitions of the record's targets .observation hash 0000"):
        complete_sweep(spec, tmp_path / "s.zarr", workers=0, engine="numpy")
    with pytest.raises(StoreError, match="has sums of other definitions"):
        extend_store(SweepStore(tmp_path / "s.zarr"), spec_with("replicates = 2", "replicates = 4"))
    assert "sums in the store are of other definitions" in verify_store(tmp_path / "s.zarr", engine="numpy").why_not


def test_a_spec_that_is_too_short_for_sums_is_refused_in_one_line() -> None:
    with pytest.raises(SpecError) as refusal:
        spec_with("months = 96", "months = 84")
    said = "key 'record.summaries' needs months = 96 or more (60 of burn-in and 36 after it), got 84"
    assert str(refusal.value) == said
    with pytest.raises(SpecError, match="'record.summaries' must be true or false"):
        spec_with("summaries = true", "summaries = 1")


def test_a_spec_says_whether_it_has_sums_and_without_it_says_nothing() -> None:
    given = {"design": "grid", "vary": {"real_control": {"values": [0.2, 0.8]}}}
    bare, summed = Spec(**given), Spec(**given, summaries=True)
    assert bare.canonical() == Spec(**given, summaries=False).canonical() and "summaries" not in bare.canonical()
    assert "summaries = true" in summed.canonical() and summed != bare
    assert Spec.from_text(summed.to_toml()) == summed and "sums for the record" in repr(summed)


def test_a_plan_counts_the_records_that_sums_are_made_of() -> None:
    large = spec_with("trusts = 12", "trusts = 2000")
    bare = Spec.from_text(TEXT.replace("trusts = 12", "trusts = 2000").replace("summaries = true", ""))
    plans = [make_plan(spec, "numpy", 1, pilot=False) for spec in (large, bare)]
    sums, digests = 10 * 8 * len(SUMS), 16 * plans[0].size.batches
    assert plans[0].memory > plans[1].memory and plans[0].size.bytes - plans[1].size.bytes == sums + digests
    flown = make_plan(spec_with(), "numpy", 1)
    assert flown.pilot is not None and flown.pilot.batch_seconds > 0.0


def test_readers_of_outcomes_take_no_notice_of_sums(whole: Path, tmp_path: Path) -> None:
    sweep = open_sweep(whole)
    header = export(sweep, tmp_path / "runs.csv").read_text().splitlines()[0]
    assert header == "point,replicate,real_control,status,quality"
    export(sweep, tmp_path / "runs.nc")
    assert write_report(whole, tmp_path / "report").paths[0].exists()
    sweep.to_netcdf(tmp_path / "all.nc")
    with xr.open_dataset(tmp_path / "all.nc") as again:
        assert again["summaries"].values.tobytes() == sweep["summaries"].values.tobytes()
        assert again["sum"].values.tolist() == sweep["sum"].values.tolist()


def test_a_store_with_sums_alone_is_held_against_the_record(whole: Path) -> None:
    found = {one.target.name: one for one in validate(open_sweep(whole))}
    assert found["V23"].histories == 10 and found["V23"].verdict == "too few histories"
    with pytest.raises(ValueError, match=r"leave out the first 60 months, so that from_month must be 61, got 49"):
        validate(open_sweep(whole), from_month=49)
