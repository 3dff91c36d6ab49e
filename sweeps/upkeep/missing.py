"""Pending batches of a store: those that are missing, and those whose files do not hold what was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...store.blocks import Batch
from ...store.digest import recorded_runs, value_digest
from ...store.format import DIGEST, DONE, FAILED, LOG, MISSING, STATUS, StoreDamaged
from ..store.durable import TEMPORARY
from ..store.store import SweepStore
from ..store.temporary import remove_abandoned

OTHER_VALUES = "does not hold the values that were written there (its digest differs)"


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of runs by status."""

    done: int
    failed: int
    missing: int

    @property
    def complete(self) -> bool:
        """Whether every run was tried and recorded."""
        return self.missing == 0

    @property
    def all_failed(self) -> bool:
        """Whether every run was tried and none succeeded."""
        return self.missing == 0 and self.done == 0


@dataclass(frozen=True, slots=True)
class Task:
    """A batch to be computed; ``redo`` if runs that count as done are to be computed as well.

    ``faults`` says what is wrong with its files, a line each.
    """

    number: int
    redo: bool = False
    faults: tuple[str, ...] = ()


def count_status(status: NDArray[np.uint8]) -> Counts:
    """Return how many runs of ``status`` (any shape) are done, failed and missing.

    >>> count_status(np.array([[DONE, DONE, FAILED, MISSING]]))
    Counts(done=2, failed=1, missing=1)
    """
    done, failed = int((status == DONE).sum()), int((status == FAILED).sum())
    return Counts(done, failed, status.size - done - failed)


def pending(
    store: SweepStore,
    mine: Iterable[int] | None = None,
    check: bool = True,
    stopped: Callable[[], bool] = lambda: False,
    retry_failed: bool = False,
) -> list[Task]:
    """Return what is left to do among the batches ``mine`` (all for None), in order; less once ``stopped()``.

    ``check`` reads every file of the batches that count as done and compares their digests: values that are missing,
    cut short, changed, of another variable, batch or sweep make their batch pending again. ``retry_failed`` takes in
    the batches that have failed runs.
    """
    status = store.read_status(tolerant=check)
    found = []
    for number in range(store.number_of_batches) if mine is None else mine:
        if stopped():
            break
        batch = store.batch(number)
        block = status[batch.points, batch.replicates]
        task = Task(number, redo=retry_failed and bool((block == FAILED).any()))
        # A damaged status reads as missing runs, but its file is there: its fault has to be told.
        if check and ((block != MISSING).any() or store.chunk_file(STATUS, batch).exists()):
            # A batch that is done in part keeps its runs only if they can be read.
            faults = tuple(damage(store, batch))
            task = replace(task, redo=task.redo or bool(faults), faults=faults)
        if task.redo or (block == MISSING).any():
            found.append(task)
    return found


def damage(store: SweepStore, batch: Batch) -> Iterator[str]:
    """Yield one line for each file of ``batch`` that is missing, cut short, changed or from elsewhere.

    Stores of the first format have no digests: of theirs, only the checksums are compared.
    """
    status, unread = _read(store, STATUS, batch)
    if unread:
        yield unread
    digests: dict[str, bytes] = {}
    if store.has_digests:
        found, fault = _read(store, DIGEST, batch)
        if fault:
            yield fault
        elif not unread:
            digests = {name: found[at].tobytes() for at, name in enumerate(store.digest_names)}
    place = store.place_of(batch, status) if digests else b""
    if digests and value_digest(place, STATUS, status, recorded_runs(status)) != digests[STATUS]:
        yield f"{_file(store, STATUS, batch)}: {OTHER_VALUES}"
        return  # which runs the other digests are of, this one says
    for name in store.recorded:
        values, fault = _read(store, name, batch)
        if fault:
            yield fault
        elif digests and value_digest(place, name, values, recorded_runs(status)) != digests[name]:
            yield f"{_file(store, name, batch)}: {OTHER_VALUES}"


def _read(store: SweepStore, name: str, batch: Batch) -> tuple[NDArray, str]:
    """Return what ``batch`` holds of ``name``, and in one line what is wrong with that: "" if nothing is."""
    try:
        return store.read_chunk(name, batch), ""
    except StoreDamaged as error:
        return np.empty(0), f"{_file(store, name, batch)}: {error}"


def _file(store: SweepStore, name: str, batch: Batch) -> str:
    if store.archived:  # the chunks of several batches share a file there
        return f"{name}, points {batch.points.start} to {batch.points.stop - 1}"
    return str(store.chunk_file(name, batch).relative_to(store.path))


def remove_stray_files(store: SweepStore) -> int:
    """Remove what killed processes left half-written in the store and beside it; return how many things it was."""
    removed = remove_abandoned(store.path)
    for path in store.path.glob(f"*{TEMPORARY}"):
        path.unlink(missing_ok=True)
        removed += 1
    for folder in store.path.iterdir():
        if folder.is_dir() and folder.name != LOG:
            for path in folder.glob(f"*{TEMPORARY}"):
                path.unlink(missing_ok=True)
                removed += 1
    return removed
