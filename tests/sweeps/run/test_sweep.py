"""Running a sweep: whoever computes the batches, in whatever order and however often, the bytes are the same."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pytest
import xarray as xr

from tredegar.kernels import simulate as real_simulate
from tredegar.model.failed_run import RunFailed
from tredegar.store.format import FAILED
from tredegar.sweeps.run.compute import run_batch
from tredegar.sweeps.run.computed import run_numbers
from tredegar.sweeps.run.runner import Progress, complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.store import StoreError, SweepStore
from tredegar.sweeps.upkeep.status import report_status

from ...support import fake_model
from ...support.fake_model import simulate, simulate_with_a_bug
from ...support.sweep_cases import contents, small_spec

cloudpickle.register_pickle_by_value(fake_model)


def by_value(model: Any) -> Any:
    """Return ``model`` in a form that workers, who cannot import the tests, receive whole."""
    return lambda *points, **others: model(*points, **others)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the small spec that one process wrote without interruption, with the real model."""
    path = tmp_path_factory.mktemp("undisturbed") / "s.zarr"
    assert complete_sweep(small_spec(), path, workers=0, engine="numpy").complete
    return path


def test_two_workers_write_the_same_bytes_as_this_process(tmp_path: Path, undisturbed: Path) -> None:
    seen: list[Progress] = []
    summary = complete_sweep(small_spec(), tmp_path / "s.zarr", workers=2, engine="numpy", progress=seen.append)
    assert summary.complete
    assert summary.computed == 75
    assert seen[0].done == 0
    assert seen[-1].done == seen[-1].runs == 75
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)


def test_tasks_of_a_job_array_write_the_same_bytes_in_any_order(tmp_path: Path, undisturbed: Path) -> None:
    for k in (2, 0):
        summary = complete_sweep(small_spec(), tmp_path / "s.zarr", engine="numpy", task=(k, 3))
        assert not summary.complete
        assert not summary.stopped
    assert complete_sweep(small_spec(), tmp_path / "s.zarr", engine="numpy", task=(1, 3)).complete
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)


def test_another_number_of_tasks_finishes_what_the_first_left(tmp_path: Path, undisturbed: Path) -> None:
    complete_sweep(small_spec(), tmp_path / "s.zarr", engine="numpy", task=(1, 4))
    for k in range(2):
        complete_sweep(small_spec(), tmp_path / "s.zarr", engine="numpy", task=(k, 2))
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)


def test_a_second_call_computes_nothing(tmp_path: Path, undisturbed: Path) -> None:
    before = contents(undisturbed)
    summary = complete_sweep(small_spec(), undisturbed, workers=0, engine="numpy")
    assert (summary.created, summary.computed, summary.complete) == (False, 0, True)
    assert contents(undisturbed) == before


def test_a_resume_computes_only_what_is_missing(tmp_path: Path, undisturbed: Path) -> None:
    path = tmp_path / "s.zarr"
    create_store(small_spec(), path)
    for number in (3, 0):
        run_batch(str(path), number, "numpy")
    kept = (path / "quality" / "c.0.0.0").stat().st_mtime_ns
    summary = complete_sweep(small_spec(), path, workers=0, engine="numpy")
    assert summary.computed == 75 - 2 * SweepStore(path).batch(0).runs
    assert (path / "quality" / "c.0.0.0").stat().st_mtime_ns == kept
    assert contents(path) == contents(undisturbed)


def test_what_is_stored_is_what_the_model_computes(undisturbed: Path) -> None:
    dataset = xr.open_zarr(undisturbed).load()
    points = {name: dataset[name].values for name in ("real_control", "mandate_detail")}
    points["solidarity"] = np.full(25, 0.5)
    sizes = {"replicates": 3, "months": 24, "trusts": 3, "clinicians": 2, "seed": 3, "every": 12}
    out = real_simulate(points, engine="numpy", outcomes=["quality", "true_access", "queue"], **sizes)
    for name, values in out.items():
        assert dataset[name].values.tobytes() == values.tobytes()
    assert verify_store(undisturbed, runs=5, engine="numpy", seed=1).faults == ()


def test_verify_finds_a_run_that_the_model_does_not_give(tmp_path: Path) -> None:
    complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate)
    found = verify_store(tmp_path / "s.zarr", runs=2, engine="numpy", seed=1)
    assert len(found.faults) == 6
    assert all("differs" in fault for fault in found.faults)


def test_the_batch_size_does_not_change_the_numbers(tmp_path: Path, undisturbed: Path) -> None:
    complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, engine="numpy", points_per_batch=7)
    # A digest is of a batch: other batches have other digests.
    other, usual = (xr.open_zarr(path).drop_vars("digest") for path in (tmp_path / "s.zarr", undisturbed))
    assert other.identical(usual.assign_attrs(points_per_batch=7, seal=other.seal))


def test_independent_streams_number_every_run_for_itself() -> None:
    spec = small_spec("replicates = 3", 'replicates = 3\nstreams = "independent"')
    assert run_numbers(spec, np.array([0, 2]), slice(0, 3)).tolist() == [[0, 1, 2], [8192, 8193, 8194]]
    assert run_numbers(small_spec(), np.array([0, 2]), slice(0, 3)).tolist() == [[0, 1, 2], [0, 1, 2]]


def test_a_failed_run_is_recorded_and_the_rest_goes_on(tmp_path: Path) -> None:
    summary = complete_sweep(small_spec("solidarity = 0.5\n"), tmp_path / "s.zarr", workers=0, simulate=simulate)
    assert summary.complete
    assert summary.counts.failed == 3
    dataset = xr.open_zarr(tmp_path / "s.zarr").load()
    failed = (dataset.status == FAILED).values
    assert failed[12].all()
    assert failed.sum() == 3
    assert np.isnan(dataset.quality.values[failed]).all()
    assert not np.isnan(dataset.quality.values[~failed]).any()
    (cause,) = report_status(tmp_path / "s.zarr").causes
    assert (cause.reason, cause.runs) == ("not finite: quality", 3)
    assert cause.examples[0].parameters == {"real_control": 0.5, "mandate_detail": 0.5}


def test_a_run_whose_rule_fails_is_found_among_its_neighbours(tmp_path: Path) -> None:
    spec = small_spec("solidarity = 0.5\n")
    summary = complete_sweep(spec, tmp_path / "bug.zarr", workers=2, simulate=by_value(simulate_with_a_bug))
    complete_sweep(spec, tmp_path / "sound.zarr", workers=0, simulate=simulate)
    assert summary.complete
    buggy, sound = (xr.open_zarr(tmp_path / f"{name}.zarr").load() for name in ("bug", "sound"))
    raised = np.broadcast_to((buggy.real_control.values == 0.25)[:, None], buggy.status.shape).copy()
    raised[:, [0, 2]] = False
    assert (buggy.status.values[raised] == FAILED).all()
    assert np.isnan(buggy.quality.values[raised]).all()
    assert buggy.quality.values[~raised].tobytes() == sound.quality.values[~raised].tobytes()
    assert (buggy.status.values[~raised] == sound.status.values[~raised]).all()
    reasons = {cause.reason: cause.runs for cause in report_status(tmp_path / "bug.zarr").causes}
    assert reasons == {"RunFailed: division by zero": 5, "not finite: quality": 3}


def test_a_sweep_in_which_every_run_of_a_batch_fails_is_complete(tmp_path: Path) -> None:
    def broken(*points: object, **others: object) -> None:
        raise RunFailed("always")

    summary = complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=broken)
    assert summary.counts.failed == 75


def test_a_full_disk_stops_the_sweep_and_a_resume_finishes_it(
    tmp_path: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.zarr"
    create_store(small_spec(), path)
    written = []
    sync = os.fsync

    def fill_up(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", fill_up)
        summary = complete_sweep(small_spec(), path, workers=0, engine="numpy")
    assert "the disk is full" in summary.stopped
    assert not summary.complete
    assert 0 < summary.counts.done < 75
    assert complete_sweep(small_spec(), path, workers=0, engine="numpy").complete
    assert contents(path) == contents(undisturbed)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed = 3", "seed = 4", "'seed = 3' in the store, 'seed = 4' in the spec"),
        ("levels = 5", "levels = 6", "real_control = "),
    ],
)
def test_a_resume_with_another_spec_is_refused_and_says_what_differs(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    create_store(small_spec(), tmp_path / "s.zarr")
    with pytest.raises(StoreError, match="belongs to another spec") as refusal:
        complete_sweep(small_spec(old, new), tmp_path / "s.zarr", workers=0, simulate=simulate)
    assert said in str(refusal.value)


def test_a_resume_under_other_rules_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_store(small_spec(), tmp_path / "s.zarr")
    monkeypatch.setattr("tredegar.model.rules_hash", lambda *book: "f" * 64)
    with pytest.raises(StoreError, match="rules hash .* installed ffffffffffff"):
        complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate)


def test_an_engine_that_is_unknown_or_cannot_run_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown engine 'nunpy'; did you mean 'numpy'"):
        complete_sweep(small_spec(), tmp_path / "s.zarr", engine="nunpy")
    assert list(tmp_path.iterdir()) == []


def test_two_processes_on_the_same_batches_at_once_do_no_harm(tmp_path: Path, undisturbed: Path) -> None:
    path = tmp_path / "s.zarr"
    create_store(small_spec(), path)
    code = (
        "from tredegar.sweeps.run.compute import run_batch\n"
        f"for b in range(9): run_batch({str(path)!r}, b, 'numpy', True)"
    )
    both = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert complete_sweep(small_spec(), path, workers=0, engine="numpy").computed == 0
    assert contents(path) == contents(undisturbed)


def test_a_sweep_runs_on_an_existing_scheduler(tmp_path: Path, undisturbed: Path) -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster:
        address = cluster.scheduler_address
        assert complete_sweep(small_spec(), tmp_path / "s.zarr", engine="numpy", scheduler=address).complete
    assert contents(tmp_path / "s.zarr") == contents(undisturbed)


def test_a_sweep_can_run_in_a_thread_that_is_not_the_first_one(tmp_path: Path) -> None:
    results = []
    thread = threading.Thread(
        target=lambda: results.append(complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate))
    )
    thread.start()
    thread.join()
    assert results[0].complete
