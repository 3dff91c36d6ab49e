"""Dask schedulers of another version: both versions are named, whatever comes of it."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import pytest
from distributed import LocalCluster
from distributed.core import Server

from tredegar.sweeps.cluster.schedulers import SchedulerError, connected
from tredegar.sweeps.run.executors import LostCluster
from tredegar.sweeps.run.runner import complete_sweep

from ...support.sweep_cases import small_spec

OURS = version("distributed")
Handlers = dict[str, Callable[..., Any]]


def versions() -> dict[str, Any]:
    return {"packages": {"dask": "2020.1.0", "distributed": "2020.1.0"}}


def unknown() -> None:
    raise AttributeError("versions")


@contextmanager
def answering(handlers: Handlers) -> Iterator[str]:
    """Yield the address of a server of Dask that answers by ``handlers``."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> Any:
        server = Server(handlers)
        await server.listen("tcp://127.0.0.1:0")
        return server

    server = asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield server.address
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def refusal(tmp_path: Path, handlers: Handlers) -> str:
    with answering(handlers) as address, pytest.raises(SchedulerError) as refused:
        complete_sweep(small_spec(), tmp_path / "s.zarr", scheduler=address)
    said = str(refused.value)
    assert "\n" not in said
    return re.sub(r"tcp://\S+\d", "ADDRESS", said)


def test_a_scheduler_too_old_for_this_dask_is_refused_with_both_versions(tmp_path: Path) -> None:
    """Before 2025 a scheduler knew no number of workers to tell of, for which every client asks now."""
    said = refusal(tmp_path, {"identity": lambda: {"type": "Scheduler"}, "versions": versions})
    assert said.startswith(
        f"the scheduler at ADDRESS has Dask 2020.1.0, this process {OURS}, and they do not understand"
    )
    assert "n_workers" in said
    assert said.endswith("install the same version on both sides")


def test_a_scheduler_that_does_not_say_its_version_is_refused_with_ours(tmp_path: Path) -> None:
    said = refusal(tmp_path, {"identity": lambda: {"type": "Scheduler"}, "versions": unknown})
    assert f"of an unknown version, this process {OURS}" in said


def test_an_answer_that_cannot_be_read_is_told_with_our_version(tmp_path: Path) -> None:
    def broken(n_workers: int = -1) -> None:
        raise UnpicklingError("invalid load key")

    assert f"is not understood by Dask {OURS} here: invalid load key" in refusal(tmp_path, {"identity": broken})


def test_a_worker_is_told_from_a_scheduler(tmp_path: Path) -> None:
    said = refusal(tmp_path, {"identity": lambda: {"type": "Worker"}, "versions": versions})
    assert "at ADDRESS is a Dask worker, no scheduler" in said


@pytest.fixture
def other() -> Iterator[str]:
    """The address of a scheduler that works and says that it has another version."""
    with LocalCluster(
        n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
    ) as cluster:
        cluster.scheduler.handlers["versions"] = versions
        yield cluster.scheduler_address


def test_a_scheduler_of_another_version_that_is_understood_is_used_with_a_note(
    other: str, caplog: pytest.LogCaptureFixture
) -> None:
    with connected(other) as client:
        assert client.nthreads() == {}
    notes = [record.getMessage() for record in caplog.records if record.name == "tredegar"]
    assert len(notes) == 1
    assert f"has Dask 2020.1.0, this process {OURS}" in notes[0]


def test_what_another_version_does_not_understand_later_names_both(other: str) -> None:
    both = rf"has Dask 2020\.1\.0, this process {OURS}, and they do not"
    with pytest.raises(SchedulerError, match=both), connected(other):
        raise UnpicklingError("pickle data was truncated")
    with pytest.raises(LostCluster, match="gone"), connected(other):
        raise LostCluster("gone")


def test_the_same_version_is_not_spoken_of(caplog: pytest.LogCaptureFixture) -> None:
    with (
        LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster,
        pytest.raises(TypeError, match="a fault of the body"),
        connected(cluster.scheduler_address),
    ):
        raise TypeError("a fault of the body")
    assert [record for record in caplog.records if record.name == "tredegar"] == []
