"""Who computes the batches: this process, or the workers of a Dask cluster.

A driver takes tasks and yields a report for each as it is done. It holds a window of futures, a few for each worker,
and releases each at once: a future that is held is computed again when its worker dies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .compute import BatchReport, Simulate, run_batch
from .pending import Task

if TYPE_CHECKING:
    from distributed import Client, Future

Stopped = Callable[[], bool]
FUTURES_PER_WORKER = 2
THREAD_LIMITS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def in_this_process(
    path: str, tasks: Sequence[Task], engine: str, stopped: Stopped, simulate: Simulate | None
) -> Iterator[BatchReport]:
    """Compute ``tasks`` one after the other, here."""
    for task in tasks:
        if stopped():
            return
        yield run_batch(path, task.number, engine, task.redo, simulate)


def on_workers(
    path: str,
    tasks: Sequence[Task],
    engine: str,
    stopped: Stopped,
    simulate: Simulate | None,
    workers: int,
    scheduler: str | None,
) -> Iterator[BatchReport]:
    """Compute ``tasks`` on ``workers`` processes of this machine or, if ``scheduler`` is given, on its workers."""
    with ExitStack() as stack:
        client = stack.enter_context(_client(stack, workers, scheduler))

        def submit(task: Task) -> Future:
            # The scheduler may know the key of an earlier, failed attempt; impure calls get a fresh one.
            return client.submit(run_batch, path, task.number, engine, task.redo, simulate, pure=False)

        yield from _windowed(client, tasks, submit, stopped)


def _windowed(
    client: Client, tasks: Sequence[Task], submit: Callable[[Task], Future], stopped: Stopped
) -> Iterator[BatchReport]:
    from distributed import as_completed

    waiting = iter(tasks)
    running: dict[Future, Task] = {}
    suspects: list[Task] = []
    arriving = as_completed(loop=client.loop)

    def top_up() -> None:
        width = FUTURES_PER_WORKER * max(1, sum(client.nthreads().values()))
        while len(running) < width and not stopped():
            task = next(waiting, None)
            if task is None:
                return
            future = submit(task)
            running[future] = task
            arriving.add(future)

    top_up()
    for future in arriving:
        task = running.pop(future)
        report = _result(future)
        future.release()
        if report is None:
            suspects.append(task)
        else:
            yield report
        if stopped():
            client.cancel(list(running))
            return
        top_up()
    for task in suspects:
        yield from _alone(submit, task)


def _result(future: Future) -> BatchReport | None:
    """Return the report of a finished ``future``; None if it was on a worker each time one died."""
    from distributed.scheduler import KilledWorker

    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, KilledWorker):
        return None
    raise error


def _alone(submit: Callable[[Task], Future], task: Task) -> Iterator[BatchReport]:
    """Run a batch that was near deaths of workers once more with no neighbours, so that only it can be to blame."""
    future = submit(task)
    report = _result(future)
    future.release()
    yield report or BatchReport(task.number, 0, 0, 0.0, f"batch {task.number} kills the workers that compute it")


def _client(stack: ExitStack, workers: int, scheduler: str | None) -> Client:
    from distributed import Client

    if scheduler is not None:
        if Path(scheduler).is_file():
            return Client(scheduler_file=scheduler, set_as_default=False)
        return Client(scheduler, set_as_default=False, timeout="30s")
    return Client(stack.enter_context(_local_cluster(stack, workers)), set_as_default=False)


def _local_cluster(stack: ExitStack, workers: int) -> Any:
    import logging
    from tempfile import TemporaryDirectory

    import dask
    from distributed import LocalCluster

    scratch = stack.enter_context(TemporaryDirectory(prefix="tredegar-", ignore_cleanup_errors=True))
    stack.enter_context(
        dask.config.set({"distributed.nanny.pre-spawn-environ": {**THREAD_LIMITS, "MALLOC_TRIM_THRESHOLD_": "65536"}})
    )
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        local_directory=scratch,
        silence_logs=logging.CRITICAL,
    )
