"""Writing of a batch: its values, the digests that bind them, and last its status, each durably."""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...store.blocks import Batch
from ...store.chunk import pack
from ...store.digest import batch_digests, recorded_runs
from ...store.format import DIGEST, MISSING, STATUS
from .durable import FLUSHING_THREADS, flush_folder, write_durably
from .store import SweepStore


def write_batch(store: SweepStore, batch: Batch, values: Mapping[str, NDArray[Any]], status: NDArray[np.uint8]) -> None:
    """Write ``values``, name -> float32 (point, replicate, ...), of ``batch``, their digests, then its status.

    A batch that has a status loses it first: killed in between, it is unfinished and not damaged. Raises OSError
    when a file cannot be written; no run of the batch is recorded then.

    >>> from tredegar.sweeps.run.small import small_store
    >>> store = SweepStore(small_store(batches=0))
    >>> write_batch(store, store.batch(0), {"quality": np.zeros((1, 2, 12), "f4")}, np.array([[1, 2]], "u1"))
    >>> store.read_status_of(store.batch(0))  # the second run failed
    array([[1, 2]], dtype=uint8)
    """
    _forget(store, batch)
    # Most of a write is waiting for the disk, which flushes many files almost as fast as one.
    with ThreadPoolExecutor(FLUSHING_THREADS) as threads:
        writes = [threads.submit(_write, store, batch, name, array, math.nan) for name, array in values.items()]
        if store.has_digests:
            place, whole = store.place_of(batch, status), {**values, STATUS: status}
            digests = batch_digests(place, whole, recorded_runs(status), store.digest_names)
            writes.append(threads.submit(_write_digests, store, batch, digests))
        for write in writes:
            write.result()
    # Last, and alone: what it calls done is on the disk by then.
    _write(store, batch, STATUS, status, MISSING)


def _forget(store: SweepStore, batch: Batch) -> None:
    file = store.chunk_file(STATUS, batch)
    if file.exists():
        file.unlink(missing_ok=True)
        # Or a power cut could bring the old status back beside new values.
        flush_folder(file.parent)


def _write(store: SweepStore, batch: Batch, name: str, values: NDArray[Any], fill: float) -> None:
    shape = (*store.batch_shape, *values.shape[2:])
    write_durably(store.chunk_file(name, batch), pack(values, shape, fill))


def _write_digests(store: SweepStore, batch: Batch, digests: NDArray[np.uint8]) -> None:
    whole = digests[None, None]
    write_durably(store.chunk_file(DIGEST, batch), pack(whole, whole.shape, 0))
