"""Batches that were in work when a process died: which of their runs kill it, so that all others can be kept.

The scheduler blames every task of a dead worker, so a batch that was given up may be innocent. It is run once more
alone; if the process dies again, halves of it are tried, and halves of those, until single runs are left. Where there
are no workers, the log tells which batches were begun again and again and never ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from ..cluster.carried import Carried
from ..cluster.processes import FRESH
from ..store.log import read_events
from ..store.store import SweepStore
from ..upkeep.missing import Task
from .compute import BatchReport, Runs, run_batch, try_runs

Alone = Callable[..., tuple[bool, BatchReport | None]]
"""``alone(function, *arguments)`` runs one call on a worker with no neighbours: did it survive, and what came back."""
TRIES = 3
"""How often a batch may be begun without an end before it is given a process of its own."""
CONFIRMATIONS = 2
"""How often a single run must kill its worker before it is called failed: a worker may be killed from outside, too."""
CONTROLS = 2
"""How many runs of other batches are tried before a batch of which no run survives is blamed on its runs."""


def settle(path: str, task: Task, engine: str, simulate: Callable | None, alone: Alone) -> Iterator[BatchReport]:
    """Compute the batch of ``task`` without the runs that kill their process, and yield its report."""
    survived, report = alone(run_batch, path, task.number, engine, task.redo, simulate)
    if survived and report is not None:
        yield report
        return
    store = SweepStore(path)
    batch = store.batch(task.number)
    runs = [
        (point, replicate)
        for point in range(batch.points.start, batch.points.stop)
        for replicate in range(batch.replicates.start, batch.replicates.stop)
    ]

    def survives(part: Runs) -> bool:
        return alone(try_runs, path, task.number, engine, simulate, part)[0]

    barred = _killers(runs, survives)
    if len(barred) == len(runs) and not _machine_is_sound(store, task.number, survives):
        # Damaged libraries, too little memory, a sick node: nothing tells that any run is to blame.
        why = f"every run of batch {task.number} kills the process that computes it here, and so do other runs"
        yield BatchReport(task.number, 0, 0, 0.0, f"{why}: try another machine, or another engine")
        return
    survived, report = alone(run_batch, path, task.number, engine, task.redo, simulate, barred)
    if not survived or report is None:
        why = f"batch {task.number} kills the workers that compute it, though none of its runs alone does"
        report = BatchReport(task.number, 0, 0, 0.0, why)
    yield report


def _machine_is_sound(store: SweepStore, number: int, survives: Callable[[Runs], bool]) -> bool:
    """Return whether a run of another batch than ``number`` survives here: only then can runs be to blame."""
    others = (store.batch(other) for other in range(store.number_of_batches) if other != number)
    controls = [(batch.points.start, batch.replicates.start) for batch in islice(others, CONTROLS)]
    return any(survives([run]) for run in controls)


def _killers(runs: list[tuple[int, int]], survives: Callable[[Runs], bool]) -> list[tuple[int, int]]:
    if survives(runs):
        return []
    if len(runs) == 1:
        again = [survives(runs) for _ in range(CONFIRMATIONS - 1)]
        return [] if any(again) else runs
    middle = len(runs) // 2
    # Both halves, whatever the first one does: several runs may kill.
    return _killers(runs[:middle], survives) + _killers(runs[middle:], survives)


def often_begun(path: str, tasks: Sequence[Task]) -> list[Task]:
    """Return those of ``tasks`` that processes began ``TRIES`` times, as the log tells, and never ended."""
    unended: Counter[int] = Counter()
    for event in read_events(Path(path)):
        if event["event"] == "begin":
            unended[event["batch"]] += 1
        elif event["event"] in ("batch", "stop") and "batch" in event:
            unended[event["batch"]] -= 1
    # Whoever kills a process from outside leaves a batch without an end, too: once or twice proves nothing.
    return [task for task in tasks if unended[task.number] >= TRIES]


def in_a_process_of_its_own(function: Callable[..., Any], *arguments: Any) -> tuple[bool, Any]:
    """Call ``function`` in a fresh process; return whether that survived, and what came back."""
    with ProcessPoolExecutor(1, mp_context=FRESH) as process:
        try:
            return True, process.submit(Carried(partial(function, *arguments))).result()
        except BrokenProcessPool:
            return False, None
