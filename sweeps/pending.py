"""What is left to do in a store: batches that are missing, and those whose files do not hold what was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .building import remove_abandoned
from .chunk_file import CHECKSUM_BYTES, checksum_fits
from .durable import TEMPORARY
from .layout import DONE, FAILED, MISSING
from .store import Batch, SweepStore


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


@dataclass(frozen=True, slots=True)
class Task:
    """A batch to be computed; ``redo`` if its runs count as done but their files are damaged."""

    number: int
    redo: bool = False


def count(status: NDArray[np.uint8]) -> Counts:
    """Return how many runs of ``status`` (any shape) are done, failed and missing."""
    done, failed = int((status == DONE).sum()), int((status == FAILED).sum())
    return Counts(done, failed, status.size - done - failed)


def pending(
    store: SweepStore,
    mine: Iterable[int] | None = None,
    check: bool = True,
    stopped: Callable[[], bool] = lambda: False,
) -> list[Task]:
    """Return what is left to do among the batches ``mine`` (all for None), in order; less once ``stopped()``.

    ``check`` reads every file of the batches that count as done and compares its checksum: a chunk that is missing,
    cut short or changed makes its batch pending again.
    """
    status = store.read_status()
    found = []
    for number in range(store.number_of_batches) if mine is None else mine:
        if stopped():
            break
        batch = store.batch(number)
        block = status[batch.points, batch.replicates]
        if (block == MISSING).any():
            # A batch that is done in part keeps its runs only if they can be read.
            part_done = bool((block != MISSING).any())
            found.append(Task(number, redo=part_done and check and any(True for _ in damage(store, batch))))
        elif check and any(True for _ in damage(store, batch)):
            found.append(Task(number, redo=True))
    return found


def damage(store: SweepStore, batch: Batch) -> Iterator[str]:
    """Yield one line for each file of ``batch`` that is missing, cut short or changed."""
    for name in (*store.recorded, "status"):
        path = store.chunk_file(name, batch)
        fault = file_fault(path)
        if fault:
            yield f"{path.relative_to(store.path)}: {fault}"


def file_fault(path: Path) -> str:
    """Return what is wrong with the chunk file ``path``, or "" when its checksum fits."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if len(content) <= CHECKSUM_BYTES:
        return "is cut short"
    return "" if checksum_fits(content) else "does not fit its checksum"


def remove_stray_files(store: SweepStore) -> int:
    """Remove what killed processes left half-written in the store and beside it; return how many things it was."""
    removed = remove_abandoned(store.path)
    for path in store.path.glob(f"*{TEMPORARY}"):
        path.unlink(missing_ok=True)
        removed += 1
    for folder in store.path.iterdir():
        if folder.is_dir() and folder.name != "log":
            for path in folder.glob(f"*{TEMPORARY}"):
                path.unlink(missing_ok=True)
                removed += 1
    return removed
