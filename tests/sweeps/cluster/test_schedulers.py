"""Sweeps on Dask schedulers of one's own: address and file, workers that come and go, a scheduler that is lost."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import popen_spawn_posix
from pathlib import Path
from typing import Any

import cloudpickle
import pytest
from distributed import Client, LocalCluster

from tredegar.cli.entry import main
from tredegar.sweeps.cluster import schedulers
from tredegar.sweeps.cluster.local import local_workers
from tredegar.sweeps.cluster.schedulers import SchedulerError, address_of
from tredegar.sweeps.run import executors as drivers
from tredegar.sweeps.run.compute import BatchReport
from tredegar.sweeps.run.executors import LostCluster
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.missing import Task

from ...support import fake_model
from ...support.fake_model import simulate
from ...support.sweep_cases import SMALL, contents, small_spec
from ...support.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.processes
cloudpickle.register_pickle_by_value(fake_model)

ON_LOOPBACK = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a store of the small sweep holds that one process wrote, with the stand-in for the model."""
    path = tmp_path_factory.mktemp("undisturbed") / "s.zarr"
    complete_sweep(small_spec(), path, workers=0, simulate=simulate, points_per_batch=1)
    return contents(path)


def held(store: Path, batches: int, happened: Path) -> Callable[..., object]:
    """Return the stand-in for the model; once ``batches`` batches are done, it waits for the file ``happened``.

    Workers receive it whole.
    """

    def simulate_when_it_happened(points: object, **others: object) -> object:
        while len(list((store / "status").glob("c.*"))) >= batches and not happened.exists():
            time.sleep(0.02)
        return simulate(points, **others)  # type: ignore[arg-type]

    return simulate_when_it_happened


@contextmanager
def meanwhile(store: Path, batches: int, happens: Callable[[], None]) -> Iterator[Callable[..., object]]:
    """Call ``happens()`` in a thread once ``batches`` batches of ``store`` are done; raise what it raised.

    Yields the model to sweep with, which waits for it.
    """
    happened = store.with_name("happened")

    def watch() -> None:
        try:
            wait_until(lambda: len(list((store / "status").glob("c.*"))) >= batches, lambda: "nothing was done")
            happens()
        finally:
            happened.touch()

    with ThreadPoolExecutor(1) as thread:
        watching = thread.submit(watch)
        yield held(store, batches, happened)
        watching.result()


@contextmanager
def started_by_hand(folder: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """Start ``dask scheduler`` and one ``dask worker`` of two threads as a user would; yield the scheduler file."""
    file = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    common = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
    module = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    scheduler = subprocess.Popen([*module, "--port", "0", *common], **quiet)  # type: ignore[call-overload]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "2", "--no-nanny", *common]
    working = subprocess.Popen(worker, **quiet)  # type: ignore[call-overload]
    try:
        wait_until(file.exists, lambda: "the scheduler did not start")
        yield file, scheduler
    finally:
        for process in (working, scheduler):
            process.kill()
            process.wait()


def test_a_scheduler_file_finds_the_scheduler_and_its_loss_is_said_in_one_line(
    tmp_path: Path, undisturbed: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """What was done before the loss is kept; the sweep is finished without the scheduler, to the same bytes."""
    store = tmp_path / "s.zarr"
    with started_by_hand(tmp_path) as (file, scheduler), meanwhile(store, 4, scheduler.kill) as model:
        with pytest.raises(LostCluster, match="the Dask scheduler was lost; run the same command again") as lost:
            complete_sweep(small_spec(), store, scheduler=str(file), simulate=model, points_per_batch=1)
        assert "\n" not in str(lost.value)
    assert [record for record in caplog.records if record.name == "distributed.client"] == []
    done = int(SweepStore(store).read_status().astype(bool).sum())
    assert 0 < done < 75
    assert complete_sweep(small_spec(), store, workers=0, simulate=simulate).computed == 75 - done
    assert contents(store) == undisturbed


def test_retired_and_added_workers_change_nothing(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    store = tmp_path / "s.zarr"
    with LocalCluster(n_workers=2, threads_per_worker=1, **ON_LOOPBACK) as cluster:

        def replace() -> None:
            with Client(cluster, set_as_default=False) as client:
                leaving = next(iter(client.nthreads()))
                cluster.scale(3)
                client.wait_for_workers(3, timeout=PATIENCE)
                client.retire_workers([leaving], close_workers=True)
                assert leaving not in client.nthreads()

        with meanwhile(store, 3, replace) as model:
            address = cluster.scheduler_address
            summary = complete_sweep(small_spec(), store, scheduler=address, simulate=model, points_per_batch=1)
    assert summary.complete
    assert contents(store) == undisturbed


def test_a_cluster_that_adapts_grows_for_a_sweep(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    """The window of futures asks for more workers than there are: no batch ends before a second one came."""
    store = tmp_path / "s.zarr"

    def wait_for_two() -> None:
        with Client(cluster, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=PATIENCE)

    with LocalCluster(n_workers=1, threads_per_worker=1, **ON_LOOPBACK) as cluster:
        cluster.adapt(minimum=1, maximum=2, target_duration="100ms")
        with meanwhile(store, 0, wait_for_two) as model:
            assert complete_sweep(small_spec(), store, scheduler=cluster, simulate=model, points_per_batch=1).complete
    assert contents(store) == undisturbed


def test_a_scheduler_without_workers_is_told_once_and_the_sweep_goes_on_when_one_comes(
    tmp_path: Path, undisturbed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drivers, "SECONDS_OF_SILENCE", 0.0)
    told: list[str] = []
    with LocalCluster(n_workers=0, threads_per_worker=1, **ON_LOOPBACK) as cluster:

        def say(line: str) -> None:
            told.append(line)
            cluster.scale(1)

        address, model = cluster.scheduler_address, lambda *points, **others: simulate(*points, **others)
        kept = {"simulate": model, "points_per_batch": 1, "say": say}
        assert complete_sweep(small_spec(), tmp_path / "s.zarr", scheduler=address, **kept).complete
    assert told == [f"waiting for workers: the scheduler at {address} has none"]
    assert contents(tmp_path / "s.zarr") == undisturbed


def test_the_command_prints_what_the_driver_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def driver(*words: Any) -> Iterator[BatchReport]:
        words[-1]("waiting for workers")
        return iter(())

    monkeypatch.setattr("tredegar.sweeps.run.runner.on_workers", driver)
    monkeypatch.setattr(
        "tredegar.sweeps.store.late.SECONDS_TO_SHOW", 0.0
    )  # for batches that this driver never computes
    (tmp_path / "small.toml").write_text(SMALL)
    words = ["sweep", str(tmp_path / "small.toml"), "--out", str(tmp_path / "s.zarr"), "--scheduler", "node1:8786"]
    with pytest.raises(SystemExit):
        main(words)
    assert capsys.readouterr().err.splitlines() == ["waiting for workers"]


def test_every_thread_of_a_worker_has_a_batch(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    store = tmp_path / "s.zarr"
    with (
        LocalCluster(n_workers=1, threads_per_worker=5, **ON_LOOPBACK) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):

        def wait_for_five() -> None:
            wait_until(lambda: sum(map(len, client.processing().values())) >= 5)

        with meanwhile(store, 5, wait_for_five) as model:
            assert complete_sweep(small_spec(), store, scheduler=cluster, simulate=model, points_per_batch=1).complete
    assert contents(store) == undisturbed


@pytest.mark.parametrize(
    ("scheduler", "expected"),
    [
        (
            "none.json",
            "must be a scheduler file that exists or an address such as tcp://10.0.0.1:8786, got 'none.json'",
        ),
        ("http://x/y", "must be a scheduler file that exists"),
        ("tcp://127.0.0.1:1", "no Dask scheduler answers at tcp://127.0.0.1:1"),
        ("tls://127.0.0.1:1", "TLS needs the certificates that Dask's configuration names"),
        ("not.json", "is no scheduler file: expected JSON"),
        ("other.json", "is no scheduler file: expected JSON"),
        ("deep.json", "is no scheduler file: expected JSON"),
    ],
)
def test_a_scheduler_that_is_none_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheduler: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(schedulers, "SECONDS_TO_ANSWER", 1)
    Path("not.json").write_text("name = 'a spec'")
    Path("other.json").write_text(json.dumps({"address": 3}))
    Path("deep.json").write_text("[" * 100_000)
    with pytest.raises(SchedulerError) as refusal:
        complete_sweep(small_spec(), tmp_path / "s.zarr", scheduler=scheduler)
    assert expected in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_address_without_a_scheme_is_one_of_tcp() -> None:
    assert address_of("10.0.0.1:8786") == "tcp://10.0.0.1:8786"
    assert address_of("tls://[::1]:8786") == "tls://[::1]:8786"


def test_schedulers_and_workers_note_nothing_of_a_batch_that_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is flat over any number of batches: keys come back, and the span of the calls keeps no list of them."""
    monkeypatch.setattr(drivers, "KEYS_AT_REST", 5)
    with local_workers(2) as cluster, Client(cluster, set_as_default=False) as client:
        window = drivers.Window(client, local=True, stopped=lambda: False)
        arrivals = window.through([Task(number) for number in range(60)], lambda task: (abs, -task.number))
        assert sorted(future.result() for _, future in arrivals) == list(range(60))
        spans = cluster.scheduler.extensions["spans"].spans.values()
        assert [span._metadata for span in spans] == [None]
        # Of what a worker computes Dask would keep the stacks, a tree of them for every second.
        assert client.run(lambda dask_worker: "profile" in dask_worker.periodic_callbacks) == dict.fromkeys(
            client.nthreads(), False
        )
    assert 5 < window.names <= 5 + 2 * drivers.FUTURES_PER_THREAD + 1


def the_next_two_die_as_they_start(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let two processes that are launched from now on die; return the list of those that have not died yet."""
    launch, dying = popen_spawn_posix.Popen._launch, [1, 2]

    def die_while_starting(process: object, description: object) -> None:
        if dying:
            dying.pop()
            raise BrokenPipeError("the process that starts is dead")
        launch(process, description)

    monkeypatch.setattr(popen_spawn_posix.Popen, "_launch", die_while_starting)
    return dying


def test_workers_that_die_while_they_start_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker is killed, the next one in its place as it starts, and the one in the place of that as well."""
    with local_workers(1) as cluster, Client(cluster, set_as_default=False) as client:
        (worker,) = client.run(os.getpid).values()
        dying = the_next_two_die_as_they_start(monkeypatch)
        os.kill(worker, signal.SIGKILL)
        window = drivers.Window(client, local=True, stopped=lambda: False)
        arrivals = window.through([Task(number) for number in range(3)], lambda task: (abs, -task.number))
        assert sorted(future.result() for _, future in arrivals) == [0, 1, 2]
    assert dying == []


def test_workers_that_several_sweeps_share_are_replaced_as_well(
    tmp_path: Path, undisturbed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those of ``tredegar claims``: the only worker dies between two sweeps, and the next two as they start."""
    told: list[str] = []
    with local_workers(1) as cluster:
        with Client(cluster, set_as_default=False) as client:
            (worker,) = client.run(os.getpid).values()
        dying = the_next_two_die_as_they_start(monkeypatch)
        os.kill(worker, signal.SIGKILL)
        model = lambda *points, **others: simulate(*points, **others)  # noqa: E731 - workers receive it whole
        kept = {"simulate": model, "points_per_batch": 1, "say": told.append}
        assert complete_sweep(
            small_spec(), tmp_path / "s.zarr", 1, scheduler=drivers.OfThisMachine(cluster), **kept
        ).complete
    assert (dying, told) == ([], [])
    assert contents(tmp_path / "s.zarr") == undisturbed
