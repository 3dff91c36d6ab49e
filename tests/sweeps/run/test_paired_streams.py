"""Paired random streams: a sweep has the runs of the numbers written out here, whoever computes it and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tredegar.kernels import simulate
from tredegar.results import compare, contrast, join, open_sweep, paired
from tredegar.results import open as opening_of_results
from tredegar.results.replay.rerun import check_equal, rerun_of, run_again
from tredegar.store.digest import context_of
from tredegar.store.root_file import read_root
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store import opening
from tredegar.sweeps.store.store import StoreError, SweepStore
from tredegar.sweeps.upkeep.compact import compact_store
from tredegar.sweeps.upkeep.extend import extend_store
from tredegar.sweeps.upkeep.merge import merge_stores

from ...support import fake_model
from ...support.commands import tredegar
from ...support.sweep_cases import contents
from ...support.waiting import PATIENCE, wait_while_it_runs
from . import test_sweep_killed
from .test_sweep_killed import batches_done, started_sweep

pytestmark = pytest.mark.processes

SAMPLE, ARMS = [0.1, 0.5, 0.9], [0.0, 1.0]
POINTS = {"solidarity": np.repeat(SAMPLE, 2), "mandate_detail": np.tile(ARMS, 3)}
"""Three samples of two arms: rows 2 s and 2 s + 1 are those of sample s."""
NUMBERS = [[0, 1], [0, 1], [4096, 4097], [4096, 4097], [8192, 8193], [8192, 8193]]
SIZE: dict[str, Any] = {"months": 12, "replicates": 2, "trusts": 4, "clinicians": 3, "seed": 5, "outcomes": ["quality"]}
ENGINES = ("numpy", "numba", "mesa")
TEXT = """
seed = 5
months = 24
replicates = 2
streams = "paired"
[country]
trusts = 10
clinicians = 10
[design]
method = "table"
file = "points.csv"
arms = 2
[record]
outcomes = ["quality", "true_access", "queue"]
"""


def arms_spec(points: dict[str, Any] | None = None, **changes: Any) -> Spec:
    return Spec(**{**SIZE, "points": points or POINTS, "arms": 2, "streams": "paired", **changes})


def swept(path: Path, spec: Spec, engine: str = "numpy", **others: Any) -> xr.Dataset:
    assert complete_sweep(spec, path, workers=0, engine=engine, **others).complete
    return open_sweep(path, verify=True).load()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_paired_sweep_has_the_bits_of_the_run_numbers_written_out(tmp_path: Path, engine: str) -> None:
    sweep = swept(tmp_path / "s.zarr", arms_spec(), engine, points_per_batch=4)
    runs = simulate(POINTS, runs=np.array(NUMBERS, dtype=np.uint32), engine=engine, **SIZE)
    assert sweep["quality"].values.tobytes() == runs["quality"].tobytes()
    named = simulate(POINTS, streams="paired", samples=["c", "c", "a", "a", "b", "b"], engine=engine, **SIZE)
    assert named["quality"].tobytes() == runs["quality"].tobytes()
    assert len(np.unique(sweep["quality"].values[::2, :, 0])) == 6


def test_batches_of_any_size_cut_through_samples_and_change_no_number(tmp_path: Path) -> None:
    found = [
        swept(tmp_path / f"{size}.zarr", arms_spec(), points_per_batch=size)["quality"].values for size in (1, 3, 6)
    ]
    assert len({values.tobytes() for values in found}) == 1


def test_a_killed_paired_sweep_is_finished_to_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = {"solidarity": np.repeat(np.linspace(0.0, 1.0, 8), 2), "mandate_detail": np.tile(ARMS, 8)}
    rows = [
        ",".join(many),
        *(f"{one!r},{two!r}" for one, two in zip(*map(np.ndarray.tolist, many.values()), strict=True)),
    ]
    (tmp_path / "points.csv").write_text("\n".join(rows) + "\n")
    monkeypatch.setattr(test_sweep_killed, "SEVERAL", TEXT)
    for kill in range(2):
        with started_sweep(tmp_path, "--workers", "0", allowed=kill + 1) as process:
            wait_while_it_runs(process, lambda: batches_done(tmp_path) > kill)  # noqa: B023
    killed_at = batches_done(tmp_path)
    with started_sweep(tmp_path, "--workers", "0", allowed=99) as process:
        said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said + errors
    complete_sweep(Spec.from_text(TEXT, tmp_path), tmp_path / "undisturbed.zarr", workers=0, engine="numpy")
    assert contents(tmp_path / "s.zarr") == contents(tmp_path / "undisturbed.zarr")
    assert 2 <= killed_at < batches_done(tmp_path)
    numbers = np.repeat(np.arange(8), 2)[:, None] * 4096 + np.arange(2)
    size = {"months": 24, "trusts": 10, "clinicians": 10, "seed": 5, "outcomes": ["quality"], "engine": "numpy"}
    runs = simulate(many, replicates=2, runs=numbers, **size)
    assert open_sweep(tmp_path / "s.zarr")["quality"].values.tobytes() == runs["quality"].tobytes()


def test_more_replicates_and_more_samples_keep_the_runs_that_are_done(tmp_path: Path) -> None:
    path = tmp_path / "s.zarr"
    old = swept(path, arms_spec(), simulate=fake_model.simulate)
    files = contents(path)
    more = {"solidarity": [*POINTS["solidarity"], 0.3, 0.3], "mandate_detail": [*POINTS["mandate_detail"], *ARMS]}
    larger = arms_spec(more, replicates=4)
    assert extend_store(SweepStore(path), larger) == (8, 4)
    found = swept(path, larger, simulate=fake_model.simulate)
    assert np.array_equal(found["quality"][:6, :2], old["quality"])
    fresh = swept(tmp_path / "fresh.zarr", larger, simulate=fake_model.simulate)
    assert np.array_equal(found["quality"], fresh["quality"])
    kept = contents(path)
    assert all(kept[name] == files[name] for name in files if name.startswith("quality/c."))
    with pytest.raises(StoreError, match="cannot be extended so: 'arms = 2' in the store, 'arms = 4' in the spec"):
        extend_store(SweepStore(path), arms_spec(more, replicates=4, arms=4))


def test_a_doubled_sobol_design_keeps_its_runs_and_its_streams(tmp_path: Path) -> None:
    design = {"design": "sobol", "vary": {"solidarity": (0.0, 1.0), "mandate_detail": (0.0, 1.0)}, "streams": "paired"}
    few, many = (Spec(**SIZE, **design, points=points) for points in (2, 4))
    old = swept(tmp_path / "s.zarr", few, simulate=fake_model.simulate)
    extend_store(SweepStore(tmp_path / "s.zarr"), many)
    found = swept(tmp_path / "s.zarr", many, simulate=fake_model.simulate)
    assert np.array_equal(found["quality"][:12], old["quality"])
    fresh = swept(tmp_path / "fresh.zarr", many, simulate=fake_model.simulate)
    assert np.array_equal(found["quality"], fresh["quality"])


def test_halves_that_were_swept_apart_merge_and_are_archived(tmp_path: Path) -> None:
    for name, task in (("a.zarr", (0, 2)), ("b.zarr", (1, 2))):
        complete_sweep(arms_spec(), tmp_path / name, workers=0, engine="numpy", task=task, points_per_batch=3)
    whole = swept(tmp_path / "whole.zarr", arms_spec(), points_per_batch=3)
    merged = merge_stores([SweepStore(tmp_path / name) for name in ("a.zarr", "b.zarr")], tmp_path / "m.zarr")
    assert merged.counts.complete and contents(tmp_path / "m.zarr") == contents(tmp_path / "whole.zarr")
    compact_store(SweepStore(tmp_path / "m.zarr"), tmp_path / "m.zip")
    assert np.array_equal(open_sweep(tmp_path / "m.zip", verify=True)["quality"], whole["quality"])


def test_a_store_is_verified_and_a_run_of_it_comes_out_again(tmp_path: Path) -> None:
    sweep = swept(tmp_path / "s.zarr", arms_spec())
    found = verify_store(tmp_path / "s.zarr", runs=12, engine="numpy", repair=False)
    assert (found.faults, found.recomputed) == ((), 12)
    assert [[rerun_of(sweep, point, replicate).run for replicate in (0, 1)] for point in range(6)] == NUMBERS
    rerun = rerun_of(sweep, 3, 1)
    assert check_equal(rerun, run_again(rerun)[1], sweep) == 12
    part = sweep.isel(point=[3, 5])  # some of the points have the numbers that they had
    assert rerun_of(part, 1, 0).run == 8192


def test_older_versions_refuse_a_store_with_arms_and_read_one_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, spec in {
        "paired.zarr": arms_spec(),
        "arms.zarr": arms_spec(streams="common"),
        "common.zarr": Spec(**SIZE, points=POINTS),
        "independent.zarr": Spec(**SIZE, points=POINTS, streams="independent"),
    }.items():
        complete_sweep(spec, tmp_path / name, workers=0, simulate=fake_model.simulate)
    for module in (opening, opening_of_results):
        monkeypatch.setattr(module, "STORE_FORMAT", 3)
    for name in ("paired.zarr", "arms.zarr"):
        with pytest.raises(StoreError, match="has store format 4, this version reads 1 to 3; use the version that wr"):
            SweepStore(tmp_path / name)
        with pytest.raises(ValueError, match="has store format 4; this tredegar reads up to 3: install a newer ver"):
            open_sweep(tmp_path / name)
    for name in ("common.zarr", "independent.zarr"):
        assert read_root(tmp_path / name)["attributes"]["tredegar_store"] == 3
        assert SweepStore(tmp_path / name).shape == (6, 2)
        assert open_sweep(tmp_path / name, verify=True).attrs["runs_done"] == 12


def test_digests_of_the_two_older_kinds_of_streams_are_what_they_were() -> None:
    # Written by commit cf6a36e, which knew no paired streams.
    expected = {
        "common": ("651c460c827cc8c1", "3aa7779ece137c847a0380d0b347e6b3"),
        "independent": ("d52a2411b3d351d8", "6a37d15c3d2611aac840033ababe44f0"),
    }
    for kind, (spec_hash, digest) in expected.items():
        spec = Spec(**SIZE, points=POINTS, streams=kind)
        facts = {"spec": spec.canonical(), "rules_hash": "rules", "providers": None, "sampler": {"method": "table"}}
        assert (spec.hash()[:16], context_of(facts).hex()) == (spec_hash, digest)


def test_digests_tell_how_many_points_share_their_streams() -> None:
    def context(arms: int, streams: str) -> bytes:
        spec = arms_spec(arms=arms, streams=streams)
        sampler = {"method": "table", "arms": arms, "names": [*POINTS]}
        return context_of({"spec": spec.canonical(), "rules_hash": "r", "providers": None, "sampler": sampler})

    assert len({context(1, "paired"), context(2, "paired"), context(2, "common"), context(2, "independent")}) == 4
    # Under other streams the arms decide no run.
    assert context(1, "common") == context(2, "common")


def test_arms_of_a_store_are_compared_run_by_run_where_they_share_their_streams(tmp_path: Path) -> None:
    low, high = {"mandate_detail": 0.0}, {"mandate_detail": 1.0}
    sweep = swept(tmp_path / "paired.zarr", arms_spec())
    assert contrast(sweep, low, high, ["quality"], 1, 12).paired
    other = swept(tmp_path / "independent.zarr", arms_spec(streams="independent"))
    assert not contrast(other, low, high, ["quality"], 1, 12).paired
    found = contrast(sweep, low, high, ["quality"], 1, 12).table.iloc[0]
    runs = sweep["quality"].mean("month", dtype=float).values.reshape(3, 2, 2).mean(axis=2)
    change = runs[:, 1] - runs[:, 0]
    half = 4.302652729911275 * change.std(ddof=1) / np.sqrt(3)  # Student's t of two degrees of freedom
    expected = [change.mean(), change.mean() - half, change.mean() + half]
    assert np.allclose([found["change"], found["change_low"], found["change_high"]], expected, rtol=1e-5)


def test_sweeps_of_one_seed_are_joined_and_a_call_of_the_same_runs_with_them(tmp_path: Path) -> None:
    sweep = swept(tmp_path / "s.zarr", arms_spec())
    call = simulate(POINTS, streams="paired", samples=[0, 0, 1, 1, 2, 2], engine="numpy", **SIZE).to_dataset()
    assert call.attrs["streams"] == "paired" and '"arms": 2' in call.attrs["sampler"]
    assert compare(sweep, call, ["quality"], 1, 12).paired
    change = paired(join({"swept": sweep, "called": call}), "called", "swept")
    assert change.attrs["paired"] == 1 and not change["quality"].values.any()
    common = simulate(POINTS, engine="numpy", **SIZE).to_dataset()
    with pytest.raises(ValueError, match="the streams of 'a' and 'b' differ: paired and common"):
        join({"a": sweep, "b": common})


def test_a_job_array_is_submitted_for_a_paired_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arms_spec().to_file("my.toml")
    assert tredegar("submit", "my.toml", "--out", "s.zarr", "--cluster", "slurm", "--tasks", "3") == 0
    assert "#SBATCH --array=0-2" in capsys.readouterr().out
    for task in ("0/2", "1/2"):
        assert tredegar("sweep", "my.toml", "--out", "s.zarr", "--engine", "numpy", "--task", task) == 0
    assert tredegar("report", "s.zarr", "--out", "page") == 0
    assert "random streams paired within samples" in (tmp_path / "page" / "index.html").read_text()
