"""Size of a batch: enough work to drown the overhead, few enough files, chunks of a size that disks like.

The size follows from the spec alone, never from the machine or the number of workers: it decides the bytes of the
store, and these are promised to be the same wherever a sweep runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from ...store.format import DIGEST
from ..spec.spec import Spec
from .layout import Variable, filled

WORK_PER_BATCH = 60_000_000
"""Clinician-months: about 20 seconds of one core for the array engine, one to two for the compiled one.

Small enough that a worker's results of one batch (3 MB at 150 trusts x 40 clinicians x 120 months) do not show in its
memory: a sweep of 2,000 such runs takes the memory of one of 500.
"""
WORK_PER_RUN = 10_000
"""What a run costs before its first month, in clinician-months (measured: 0.4 ms of the compiled engine)."""
MOST_FILES = 10_000
"""Of a store, where its chunks stay small enough for that. Judged: sites limit the number of files (docs/hpc.md)."""
MOST_CHUNK_BYTES = 16_000_000
"""Before compression; an assumption about what is read and written at ease."""
MOST_BATCH_BYTES = 256_000_000
"""Of all chunks of a batch, which a worker holds at once; an assumption about the memory of a worker."""
LEAST_BATCHES = 8
"""So that two workers share a small sweep evenly and its progress can be seen."""

BYTES_OF_VALUE = {"float64": 8, "float32": 4, "uint8": 1}


@dataclass(frozen=True, slots=True)
class StoreSize:
    """What a store will take: ``batches``, ``files`` (inodes, folders not counted) and ``bytes`` before compression."""

    points_per_batch: int
    batches: int
    files: int
    bytes: int


def points_per_batch_for(spec: Spec, number_of_points: int) -> int:
    """Return how many points the store of ``spec`` puts in a batch.

    In order of weight: a chunk stays below 16 MB and a batch below 256 MB; all files together below 10,000; at
    least 8 batches where there are points enough; about 60 million clinician-months in a batch.

    >>> spec = Spec(design={"method": "latin-hypercube", "points": 1000}, vary={"real_control": [0, 1]})
    >>> points_per_batch_for(spec, 1000), points_per_batch_for(spec, 100_000)
    (11, 326)
    """
    replicates = spec.replicates
    work = (spec.trusts * spec.clinicians * spec.months + WORK_PER_RUN) * replicates
    arrays = filled(spec, number_of_points, 1)
    chunks = [_bytes(row) // number_of_points for row in arrays if row.name != DIGEST]
    by_work = max(1, WORK_PER_BATCH // work)
    for_progress = max(1, number_of_points // LEAST_BATCHES)
    most_batches = max(LEAST_BATCHES, (MOST_FILES - files_at_creation(spec)) // len(arrays))
    by_files = -(-number_of_points // most_batches)
    by_bytes = max(1, min(MOST_CHUNK_BYTES // max(chunks), MOST_BATCH_BYTES // sum(chunks)))
    return min(max(min(by_work, for_progress), by_files), by_bytes, number_of_points)


def _bytes(variable: Variable) -> int:
    return prod(variable.shape) * BYTES_OF_VALUE[variable.dtype]


def files_at_creation(spec: Spec) -> int:
    """Return how many files a store has before any run: metadata of all arrays, and the values of coordinates."""
    coordinates = 3 + 2 * spec.record.trusts + len(spec.fixed) + len(spec.vary or spec.table or ())
    return 1 + len(filled(spec, 1, 1)) + 2 * coordinates


def store_size(spec: Spec, number_of_points: int, points_per_batch: int | None = None) -> StoreSize:
    """Return what the store of ``spec`` will take on the disk.

    >>> spec = Spec(design={"method": "latin-hypercube", "points": 1000}, vary={"real_control": [0, 1]})
    >>> store_size(spec, 1000)
    StoreSize(points_per_batch=11, batches=91, files=9577, bytes=783517968)
    """
    size = points_per_batch or points_per_batch_for(spec, number_of_points)
    arrays = filled(spec, number_of_points, size)
    batches = -(-number_of_points // size)
    files = files_at_creation(spec) + len(arrays) * batches
    return StoreSize(size, batches, files, sum(map(_bytes, arrays)))
