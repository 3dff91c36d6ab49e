"""Dask workers that are processes of this machine: one for each of its GPUs, or as many as are asked for.

Everything listens on the loopback interface alone, and talks to nobody without the certificate of the sweep.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from multiprocessing import resource_tracker
from threading import Lock
from typing import Any

from ..jobs.script import THREAD_VARIABLES

LOOPBACK = "127.0.0.1"
DEATHS_ALLOWED = 1
"""How many workers of this machine a task may outlive before it is looked at alone (sweeps/run/poison_runs.py)."""
NO_PROFILE = {"distributed.worker.profile.enabled": False}
"""Dask notes the stack of a worker's computation every 10 ms and keeps a tree of them for each second, for what its
status pages show: 5 kB for each batch of 30 ms, a hundred megabytes in an hour. Nobody looks at those pages here."""
PATIENT = {
    "distributed.comm.timeouts.connect": "120s",
    "distributed.deploy.lost-worker-timeout": "600s",
    "distributed.scheduler.worker-ttl": None,
}
"""On this machine a process that says nothing is slow or asleep, not lost: a death shows at once, by its socket. With
Dask's own limits workers of a busy machine, or of a laptop that slept, would be killed for being late."""
BEFORE_A_WORKER = {**dict.fromkeys(THREAD_VARIABLES, "1"), "MALLOC_TRIM_THRESHOLD_": "65536"}
"""Variables that a worker must find when it starts; Dask sets them in this process for that."""
SET_BY_DASK = (*BEFORE_A_WORKER, "PYTHONHASHSEED")


_ONE_STARTS = Lock()
"""Dask's settings, by which a scheduler is told its folder, belong to the whole process."""


class Shared:
    """A context that threads are in at once: the first enters it and the last leaves it.

    Settings of the process would otherwise be put back under those who still need them, or never.
    """

    def __init__(self, make: Callable[[], AbstractContextManager[None]]) -> None:
        self._make, self._lock, self._inside, self._stack = make, Lock(), 0, ExitStack()

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Enter the context, or join those who are in it."""
        with self._lock:
            if not self._inside:
                self._stack.enter_context(self._make())
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    self._stack.close()


@contextmanager
def local_workers(number: int, gpus: Sequence[str] = ()) -> Iterator[Any]:
    """Yield a Dask cluster of ``number`` processes of this machine or, where there are ``gpus``, one for each.

    A worker of a GPU sees that one alone, computes one batch at a time and declares the resource ``GPU``.
    """
    from tempfile import TemporaryDirectory

    with ExitStack() as stack:
        # Readable by its owner alone, as all that Python makes so.
        scratch = stack.enter_context(TemporaryDirectory(prefix="tredegar-", ignore_cleanup_errors=True))
        stack.enter_context(_SETTINGS.shared())
        # Ctrl-C reaches every process of a terminal. Workers inherit that they do not hear it: this process tells them
        # to stop when their batch is done. (The tracker would let its thread hear again while it starts.)
        resource_tracker.ensure_running()
        heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with _ONE_STARTS:
                cluster = stack.enter_context(_cluster(_options(number, gpus), scratch))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        yield cluster


def replace_lost(cluster: Any) -> None:
    """Have ``cluster``, which is of this machine, start a worker for each whose nanny has given up.

    A nanny gives up a worker that dies while it starts. Dask then starts none in its place, and never learns of it if
    the worker had not been heard of.
    """
    from distributed.core import Status

    def replace() -> None:
        for name, nanny in list(cluster.workers.items()):
            if nanny.status in (Status.closed, Status.failed):
                del cluster.workers[name]
        cluster.scale(len(cluster.worker_spec))

    cluster.loop.add_callback(replace)


def _options(number: int, gpus: Sequence[str]) -> Mapping[str, dict[str, Any]]:
    """Return what is particular to each worker, by its name."""
    if not gpus:
        return {str(each): {} for each in range(number)}
    return {f"gpu-{gpu}": {"env": {"CUDA_VISIBLE_DEVICES": gpu}, "resources": {"GPU": 1}} for gpu in gpus}


def _cluster(workers: Mapping[str, dict[str, Any]], scratch: str) -> Any:
    from distributed import Nanny, SpecCluster

    from .certificates import made_for_one_sweep
    from .dask_servers import Scheduler, Worker

    security = made_for_one_sweep()
    here = {"host": LOOPBACK, "protocol": "tls://", "security": security, "dashboard": False}
    common = {
        **here,
        "worker_class": Worker,
        # One batch at a time, so that a worker that dies takes no second one with it.
        "nthreads": 1,
        "memory_limit": 1 / max(1, len(workers)),
        "local_directory": scratch,
        "silence_logs": logging.CRITICAL,
    }
    return SpecCluster(
        workers={name: {"cls": Nanny, "options": {**common, **options}} for name, options in workers.items()},
        # Any free port: two sweeps on one machine must not take the same.
        scheduler={"cls": Scheduler, "options": {**here, "port": 0, "scratch": scratch}},
        security=security,
        silence_logs=logging.CRITICAL,
    )


@contextmanager
def _settings_of_workers() -> Iterator[None]:
    """Set what Dask must know to start workers of this machine, which is the same for every sweep."""
    import dask
    import distributed  # noqa: F401  # its defaults, set later, would be lost with these: no second cluster could start

    from .processes import METHOD

    settings = {
        "distributed.nanny.pre-spawn-environ": BEFORE_A_WORKER,
        "distributed.scheduler.allowed-failures": DEATHS_ALLOWED,
        "distributed.worker.multiprocessing-method": METHOD,
        **NO_PROFILE,
        **PATIENT,
    }
    with _environment_kept(SET_BY_DASK), dask.config.set(settings):
        yield


@contextmanager
def _environment_kept(names: Sequence[str]) -> Iterator[None]:
    """Give the variables ``names`` of this process the values back that they had: Dask does not."""
    before = {name: os.environ.get(name) for name in names}
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_SETTINGS = Shared(_settings_of_workers)
