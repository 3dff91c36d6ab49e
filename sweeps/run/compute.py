"""One batch from beginning to end: read its points, run the model, write what it recorded, then its status.

``run_batch`` is what every driver calls, in this process, in a Dask worker and in a task of a job array. It may be
called twice, or by two processes at once: what it writes depends on the spec and the number of the batch alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...store.blocks import Batch
from ...store.format import DONE, FAILED, MISSING
from ..store.durable import FULL
from ..store.log import MOST_LETTERS, note
from ..store.store import SweepStore
from ..store.writing import write_batch
from ..upkeep.missing import damage
from ..upkeep.seen import seen_store
from .computed import Computed, MachineFault, Simulate, compute_runs, default_simulate, is_ours, one_line, run_numbers

Runs = Sequence[tuple[int, int]]
"""Runs by point and replicate, numbered in the whole sweep."""


class BatchReport(NamedTuple):
    """What a worker sends back: a few numbers, and the reason if the whole sweep must stop."""

    number: int
    done: int
    failed: int
    seconds: float
    stop: str = ""


def run_batch(
    path: str,
    number: int,
    engine: str = "auto",
    redo: bool = False,
    simulate: Simulate | None = None,
    barred: Runs = (),
    spec_hash: str = "",
) -> BatchReport:
    """Compute batch ``number`` of the store at ``path`` and write it; return what became of it.

    ``spec_hash`` is that of the store as who asks sees it: this machine may see it later, or as it was before it was
    extended.

    Runs that are already done are kept (an extended sweep has batches that are done in part), unless ``redo`` says
    that all are to be computed: their chunks are damaged, or failed runs get another chance. What is the fault of the
    machine (a full disk, a library that does not load, too little memory) and not of a run's arithmetic is reported in
    ``stop``, and leaves the batch as it was. ``barred`` runs are not tried: each is known to kill its process, and
    recorded as failed.
    """
    began = time.perf_counter()
    try:
        store = seen_store(path, spec_hash)
        done, failed = _run(store, store.batch(number), engine, redo, simulate or default_simulate(), barred)
    except Exception as error:  # noqa: BLE001
        # The boundary of a worker: whatever goes wrong around the runs is the machine's, and stops the sweep.
        note(Path(path), "stop", batch=number, reason=stop_reason(error))
        return BatchReport(number, 0, 0, time.perf_counter() - began, stop_reason(error))
    return BatchReport(number, done, failed, time.perf_counter() - began)


def try_runs(path: str, number: int, engine: str, simulate: Simulate | None, chosen: Runs) -> None:
    """Compute the ``chosen`` runs of batch ``number`` and write nothing, to see whether the process survives."""
    store = seen_store(path)
    for point, replicate in chosen:
        points = store.read_points(slice(point, point + 1))
        numbers = run_numbers(store.spec, np.array([point]), slice(replicate, replicate + 1))
        with suppress(OSError, ImportError, MemoryError, MachineFault):  # the batch itself will say so
            compute_runs(store.spec, points, numbers, engine, simulate or default_simulate())


def stop_reason(error: BaseException) -> str:
    """Return in one line why the sweep must stop."""
    if isinstance(error, OSError) and error.errno in FULL:
        return f"the disk is full ({error.strerror}); free some space and run the same command again"
    text = one_line(error) or type(error).__name__
    if not isinstance(error, OSError | ImportError | MemoryError) and not is_ours(error):
        text = f"{type(error).__name__}: {text}"
    return ("not enough memory: " if isinstance(error, MemoryError) else "") + text[:MOST_LETTERS]


def _run(store: SweepStore, batch: Batch, engine: str, redo: bool, simulate: Simulate, barred: Runs) -> tuple[int, int]:
    began = time.perf_counter()
    status = np.full(batch.shape, MISSING, dtype=np.uint8) if redo else store.read_status_of(batch)
    if (status != MISSING).any() and (status == MISSING).any() and any(damage(store, batch)):
        # Runs that are done are kept only with values that are theirs: this machine may not see them all yet.
        status = np.full_like(status, MISSING)
    rows = np.flatnonzero((status == MISSING).any(axis=1))
    if not rows.size:
        return 0, 0
    # Said first: a batch that begins again and again and never ends is one that kills its process (poison_runs.py).
    note(store.path, "begin", batch=batch.number)
    points = {name: values[rows] for name, values in store.read_points(batch.points).items()}
    numbers = run_numbers(store.spec, rows + batch.points.start, batch.replicates)
    bars = np.zeros(numbers.shape, dtype=bool)
    for point, replicate in barred:
        bars[rows == point - batch.points.start, replicate - batch.replicates.start] = True
    computed = compute_runs(store.spec, points, numbers, engine, simulate, bars)
    fresh = status.copy()
    fresh[rows] = DONE
    for row, replicate in computed.failures:
        fresh[rows[row], replicate] = FAILED
    if not redo and (store.read_status_of(batch) != MISSING).all():
        return 0, 0  # a process beside this one, of another array, has written the same meanwhile
    values = {name: _values(store, name, numbers.shape, computed) for name in store.recorded}
    if rows.size < len(status):
        values = {name: _joined(store, batch, name, rows, values[name]) for name in values}
    write_batch(store, batch, values, fresh)
    failed = len(computed.failures)
    _note(store, batch, rows, computed, time.perf_counter() - began)
    return rows.size * fresh.shape[1] - failed, failed


def _values(store: SweepStore, name: str, runs: tuple[int, ...], computed: Computed) -> NDArray[Any]:
    array = store.array(name)
    if computed.values:
        values = computed.values.get(name)
        if values is None or values.shape != (*runs, *array.shape[2:]) or values.dtype != array.dtype:
            raise MachineFault(f"engine '{computed.engine}' gave no '{name}' of the shape and kind that were asked for")
        return values
    return np.full((*runs, *array.shape[2:]), np.nan, array.dtype)


def _joined(store: SweepStore, batch: Batch, name: str, rows: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
    """Return the whole chunk: ``values`` at ``rows``, what the store holds elsewhere."""
    whole = np.array(store.read_chunk(name, batch))
    whole[rows] = values
    return whole


def _note(store: SweepStore, batch: Batch, rows: NDArray[Any], computed: Computed, seconds: float) -> None:
    for (row, replicate), reason in computed.failures.items():
        point = int(rows[row]) + batch.points.start
        note(store.path, "failure", point=point, replicate=replicate + batch.replicates.start, reason=reason)
    runs = int(rows.size) * (batch.replicates.stop - batch.replicates.start)
    facts = {"batch": batch.number, "runs": runs, "seconds": round(seconds, 4), "engine": computed.engine}
    note(store.path, "batch", **facts)
