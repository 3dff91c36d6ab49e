"""One Dask worker for each GPU: what each sees, what it declares, and that a sweep by them writes the same bytes.

The GPUs are names here: nothing computes on them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from distributed import Client

from tredegar.cli.sweep_commands import _default_workers
from tredegar.kernels import engines
from tredegar.kernels.engine_table import ENGINES
from tredegar.sweeps.cluster.local import local_workers
from tredegar.sweeps.jobs.gpus import gpus_for, visible_gpus
from tredegar.sweeps.run import executors as drivers
from tredegar.sweeps.run.compute import run_batch
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.store import SweepStore

from ...support.sweep_cases import contents, small_spec
from ...support.waiting import PATIENCE

pytestmark = pytest.mark.processes


def test_each_worker_sees_one_gpu_and_computes_one_batch_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,GPU-5e1f")
    with local_workers(2, visible_gpus()) as cluster, Client(cluster, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=PATIENCE)
        seen = client.run(os.getenv, "CUDA_VISIBLE_DEVICES")
        threads = client.run(os.getenv, "NUMBA_NUM_THREADS")
        workers = client.scheduler_info()["workers"].values()
    assert sorted(seen.values()) == ["0", "GPU-5e1f"]
    assert set(threads.values()) == {"1"}
    assert [(worker["nthreads"], worker["resources"]) for worker in workers] == [(1, {"GPU": 1})] * 2
    assert all(worker["host"] == "127.0.0.1" for worker in workers)


def test_a_sweep_by_gpu_workers_writes_the_same_bytes(tmp_path: Path) -> None:
    """Its tasks ask for the GPU that the workers declare; the engine that runs in them is NumPy's."""
    with local_workers(2, ("0", "1")) as cluster:
        assert complete_sweep(small_spec(), tmp_path / "s.zarr", engine="numpy", scheduler=cluster).complete
    assert complete_sweep(small_spec(), tmp_path / "alone.zarr", workers=0, engine="numpy").complete
    assert contents(tmp_path / "s.zarr") == contents(tmp_path / "alone.zarr")


def test_a_gpu_engine_goes_where_a_gpu_is_declared() -> None:
    class Mixed:
        def __init__(self, *resources: dict[str, float]) -> None:
            self.workers = {f"tcp://{number}": {"resources": found} for number, found in enumerate(resources)}

        def scheduler_info(self) -> dict[str, object]:
            return {"workers": self.workers}

    assert drivers._needs(Mixed({}, {"GPU": 1}), "cuda") == {"GPU": 1}
    assert drivers._needs(Mixed({}, {"GPU": 1}), "numba") is None
    assert drivers._needs(Mixed({}, {}), "cuda") is None


@pytest.mark.parametrize(
    ("allowed", "found"),
    [("0,1", ("0", "1")), (" 2 , GPU-a ", ("2", "GPU-a")), ("", ()), ("-1", ()), ("NoDevFiles", ())],
)
def test_the_visible_gpus_are_those_that_cuda_would_show(
    monkeypatch: pytest.MonkeyPatch, allowed: str, found: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", allowed)
    assert visible_gpus() == found


def test_without_a_limit_the_visible_gpus_are_those_that_the_driver_lists(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert visible_gpus() == ()
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\necho 'GPU 0: A (UUID: GPU-1)'\necho 'GPU 1: A (UUID: GPU-2)'\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    assert visible_gpus() == ("0", "1")


def test_engines_of_the_processor_take_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    on_gpu = dict.fromkeys(("cuda", "cupy"), ("0", "1"))
    assert {name: gpus_for(name) for name in ENGINES} == {**dict.fromkeys(("numpy", "numba", "mesa"), ()), **on_gpu}


def test_an_unknown_engine_is_refused_and_not_taken_for_one_of_the_processor() -> None:
    with pytest.raises(ValueError, match="unknown engine 'cudda'; did you mean 'cuda'"):
        gpus_for("cudda")


def test_unless_told_otherwise_there_is_a_worker_for_each_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,2")
    assert (_default_workers("cuda"), _default_workers("numpy")) == (3, 2)


def simulate_on_a_lost_gpu(points: object, **batch: object) -> None:
    """Raise what CuPy raises when a device has fallen off the bus."""
    raise type("CUDARuntimeError", (RuntimeError,), {"__module__": "cupy_backends.cuda.api.runtime"})("device is lost")


@pytest.mark.parametrize("engine", ["cuda", "cupy"])
def test_a_worker_whose_engine_cannot_run_stops_the_sweep_and_records_no_failed_run(
    tmp_path: Path, engine: str
) -> None:
    """As when a node of a cluster has no GPU, or its driver is broken."""
    path = tmp_path / "s.zarr"
    create_store(small_spec(), path)
    if {info.name: info.available for info in engines()}[engine]:
        pytest.skip(f"engine {engine} runs here")
    report = run_batch(str(path), 0, engine)
    assert f"engine '{engine}' cannot run here" in report.stop
    assert not SweepStore(path).read_status().any()


def test_a_gpu_that_is_lost_stops_the_sweep_and_records_no_failed_run(tmp_path: Path) -> None:
    path = tmp_path / "s.zarr"
    create_store(small_spec(), path)
    assert run_batch(str(path), 0, simulate=simulate_on_a_lost_gpu).stop == "CUDARuntimeError: device is lost"
    assert not SweepStore(path).read_status().any()
