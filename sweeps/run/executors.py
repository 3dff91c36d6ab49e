"""Drivers of a sweep: this process computes the batches, or the workers of a Dask cluster do.

A driver takes tasks and yields a report for each as it is done. It holds a window of futures, a few for each thread
of a worker, and releases each at once: a future that is held is computed again when its worker dies.
"""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from ..cluster.carried import Carried
from ..cluster.forked import replace_lost_threads
from ..cluster.local import local_workers, replace_lost
from ..cluster.schedulers import connected
from ..jobs.gpus import gpus_for
from ..store.store import SweepStore
from ..upkeep.missing import Task
from .compute import BatchReport, run_batch
from .computed import Simulate
from .poison_runs import in_a_process_of_its_own, often_begun, settle

if TYPE_CHECKING:
    from distributed import Client, Future

Stopped = Callable[[], bool]
Say = Callable[[str], None]
"""Takes one line for whoever waits for the sweep."""
Scheduler = Any
"""An address or a scheduler file (str), a cluster object of Dask, or OfThisMachine."""
FUTURES_PER_THREAD = 2
KEYS_AT_REST = 1000
"""How many other batches come before the key of one is used again: scheduler and workers have forgotten it by then."""
SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_OF_REST = 1.0
SECONDS_WITHOUT_WORKERS = 900.0
"""How long the workers of this machine may all be away, busy as it may be; a cluster's may wait for days."""
SECONDS_TO_CONNECT = 300
"""A scheduler that is there may be slow to answer."""
SECONDS_OF_SILENCE = 10.0
"""After how long without a worker it is said that the sweep waits for some."""

SCHEDULER_LOST = "the Dask scheduler was lost; run the same command again to finish"


class OfThisMachine(NamedTuple):
    """A cluster that ``local_workers`` has started, for several sweeps: workers of it that are lost are replaced."""

    cluster: Any

    @property
    def scheduler_address(self) -> str:
        """Where its scheduler listens."""
        return str(self.cluster.scheduler_address)


class LostCluster(RuntimeError):
    """The scheduler or all workers went away for good; the message is one line."""


def in_this_process(
    path: str, tasks: Sequence[Task], engine: str, stopped: Stopped, simulate: Simulate | None
) -> Iterator[BatchReport]:
    """Compute ``tasks`` one after the other, here; last those in which earlier processes died, in one of their own."""
    deadly = often_begun(path, tasks)
    for task in tasks:
        if stopped():
            return
        if task not in deadly:
            yield run_batch(path, task.number, engine, task.redo, simulate)
    for task in deadly:
        if not stopped():
            yield from settle(path, task, engine, simulate, in_a_process_of_its_own)


def on_workers(
    path: str,
    tasks: Sequence[Task],
    engine: str,
    stopped: Stopped,
    simulate: Simulate | None,
    workers: int,
    scheduler: Scheduler | None,
    say: Say | None = None,
) -> Iterator[BatchReport]:
    """Compute ``tasks`` on ``workers`` processes of this machine or, if ``scheduler`` is given, on its workers.

    ``say`` is told once if the scheduler has no workers. Raises LostCluster if the scheduler, or every worker of this
    machine, is gone.
    """
    simulate = None if simulate is None else Carried(simulate)
    asked = str(SweepStore(path).facts["spec_hash"])
    with ExitStack() as stack:
        client = _client(stack, workers, engine, scheduler)
        local = scheduler is None or isinstance(scheduler, OfThisMachine)
        window = Window(client, local, stopped=stopped, needs=_needs(client, engine), say=say)
        suspects: list[Task] = []
        for task, future in window.through(
            tasks, lambda task: (run_batch, path, task.number, engine, task.redo, simulate, (), asked)
        ):
            if _survived(future):
                yield _result(future)
            else:
                suspects.append(task)
        # Last and alone: the scheduler blames every batch that was with a worker when it died.
        for task in suspects:
            if not stopped():
                yield from settle(path, task, engine, simulate, window.alone)


class Window:
    """A few futures for each thread of a worker; they come back by a queue, so that signals and losses are noticed."""

    def __init__(
        self,
        client: Client,
        local: bool,
        stopped: Stopped,
        needs: dict[str, float] | None = None,
        say: Say | None = None,
    ) -> None:
        self.client, self.local, self.stopped, self.needs, self.say = client, local, stopped, needs, say
        self.finished: queue.SimpleQueue[Future] = queue.SimpleQueue()
        # Not the time of day, which may be set back or forward while a sweep runs.
        self.last_seen = time.monotonic()
        self.counted, self.threads = -SECONDS_BETWEEN_LOOKS, 0
        self.name, self.names, self.at_rest = f"batch-{uuid4().hex}", 0, deque[str]()

    def through(self, tasks: Sequence[Task], call: Callable[[Task], tuple[Any, ...]]) -> Iterator[tuple[Task, Future]]:
        """Submit ``call(task)`` for each task and yield each with its finished future, until done or stopped.

        A future is released when the next is asked for.
        """
        waiting = iter(tasks)
        running: dict[Future, Task] = {}
        while True:
            while len(running) < self._width() and not self.stopped():
                task = next(waiting, None)
                if task is None:
                    break
                running[self._submit(*call(task))] = task
            if not running:
                return
            future = self._next()
            if future is None:
                self.client.cancel(list(running))
                return
            yield running.pop(future), future
            future.release()
            self.at_rest.append(str(future.key))

    def alone(self, *call: Any) -> tuple[bool, Any]:
        """Run one call with no neighbours; return whether its process survived it, and what it returned."""
        future = self._submit(_after_a_rest, *call)
        if self._next() is None:
            self.client.cancel([future])
            return True, BatchReport(0, 0, 0, 0.0, "interrupted")
        survived = _survived(future)
        result = _result(future) if survived else None
        future.release()
        return survived, result

    def _submit(self, *call: Any) -> Future:
        # Not pure: Dask must compute, and not answer with what an equal call has given.
        future = self.client.submit(*call, key=self._key(), pure=False, resources=self.needs)
        future.add_done_callback(self.finished.put)
        return future

    def _key(self) -> str:
        """Return a key that no scheduler or worker remembers; old ones come back, since Dask keeps 100,000 in caches.

        A key for each batch made scheduler and driver grow by a third of a kilobyte, up to that number.
        """
        if len(self.at_rest) > KEYS_AT_REST:
            return self.at_rest.popleft()
        self.names += 1
        return f"{self.name}-{self.names}"

    def _width(self) -> int:
        """Return how many futures to hold. Workers come and go; to count them for each batch would double its cost."""
        if time.monotonic() - self.counted > SECONDS_BETWEEN_LOOKS:
            self._count()
        return FUTURES_PER_THREAD * max(1, self.threads)

    def _count(self) -> int:
        """Ask how many workers there are, and return it."""
        try:
            found = self.client.nthreads()
        except (OSError, RuntimeError):
            raise LostCluster(SCHEDULER_LOST) from None
        self.counted, self.threads = time.monotonic(), sum(found.values())
        return len(found)

    def _next(self) -> Future | None:
        """Return the next finished future, or None if a signal came first."""
        self.last_seen = time.monotonic()
        while not self.stopped():
            try:
                return self.finished.get(timeout=SECONDS_BETWEEN_LOOKS)
            except queue.Empty:
                self._look()
        return None

    def _look(self) -> None:
        if self.client.status not in ("running", "connecting"):
            raise LostCluster(SCHEDULER_LOST)
        here = self._count()
        cluster: Any = self.client.cluster
        scheduler: Any = self.client.scheduler
        if self.local and here < len(cluster.worker_spec):
            replace_lost(cluster)
        if here:
            self.last_seen = time.monotonic()
            return
        away = time.monotonic() - self.last_seen
        if self.local and away > SECONDS_WITHOUT_WORKERS:
            raise LostCluster("all workers were lost; run the same command again to finish")
        if not self.local and away > SECONDS_OF_SILENCE and self.say is not None:
            self.say(f"waiting for workers: the scheduler at {scheduler.address} has none")
            self.say = None  # once is enough


def _after_a_rest(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call ``function`` once the worker's nanny has seen it start: it would take an earlier death for no start."""
    time.sleep(SECONDS_OF_REST)
    return function(*arguments)


def _survived(future: Future) -> bool:
    """Return whether the worker of a finished ``future`` lived; raise what the call itself raised."""
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    if future.status == "lost" and future.client.status == "running":
        # Its worker died before the report was fetched: the scheduler has it computed again.
        with suppress(FutureCancelledError):
            future.exception()
    if future.status in ("cancelled", "lost"):
        raise LostCluster(SCHEDULER_LOST)
    error = future.exception()
    if error is None:
        return True
    if isinstance(error, KilledWorker):
        return False
    raise error


def _result(future: Future) -> Any:
    """Return what the call returned. It raises nothing itself once it survived: what fails here is the connection."""
    from distributed.client import FutureCancelledError

    try:
        return future.result()
    except (OSError, FutureCancelledError):
        raise LostCluster(SCHEDULER_LOST) from None


def _client(stack: ExitStack, workers: int, engine: str, scheduler: Scheduler | None) -> Client:
    from distributed import Client

    replace_lost_threads()
    if isinstance(scheduler, str):
        return stack.enter_context(connected(scheduler))
    if scheduler is None:
        scheduler = stack.enter_context(local_workers(workers, gpus_for(engine)[:workers]))
    if isinstance(scheduler, OfThisMachine):
        scheduler = scheduler.cluster
    # Not the default: what the caller computes with Dask must not go to these workers.
    return stack.enter_context(Client(scheduler, set_as_default=False, timeout=SECONDS_TO_CONNECT))


def _needs(client: Client, engine: str) -> dict[str, float] | None:
    """Return the resource that a task asks for: on a cluster of mixed workers, GPU engines go where a GPU is."""
    from ...kernels.engine_table import takes_gpu

    declared = any("GPU" in worker.get("resources", {}) for worker in client.scheduler_info()["workers"].values())
    return {"GPU": 1} if declared and takes_gpu(engine) else None
