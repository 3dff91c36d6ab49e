"""Batches that were on a worker when it died: which of their runs kill it, so that all others can be kept.

The scheduler blames every task of a dead worker, so a batch that was given up may be innocent. It is run once more
alone; if the worker dies again, halves of it are tried, and halves of those, until single runs are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .compute import BatchReport, Runs, run_batch, try_runs
from .pending import Task
from .store import SweepStore

Alone = Callable[..., tuple[bool, BatchReport | None]]
"""``alone(function, *arguments)`` runs one call on a worker with no neighbours: did it survive, and what came back."""
CONFIRMATIONS = 2
"""How often a single run must kill its worker before it is called failed: a worker may be killed from outside, too."""


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
    barred = _killers(runs, lambda part: alone(try_runs, path, task.number, engine, simulate, part)[0])
    survived, report = alone(run_batch, path, task.number, engine, task.redo, simulate, barred)
    if not survived or report is None:
        why = f"batch {task.number} kills the workers that compute it, though none of its runs alone does"
        report = BatchReport(task.number, 0, 0, 0.0, why)
    yield report


def _killers(runs: list[tuple[int, int]], survives: Callable[[Runs], bool]) -> list[tuple[int, int]]:
    if survives(runs):
        return []
    if len(runs) == 1:
        again = [survives(runs) for _ in range(CONFIRMATIONS - 1)]
        return [] if any(again) else runs
    middle = len(runs) // 2
    return _killers(runs[:middle], survives) + _killers(runs[middle:], survives)
