"""Arrays of a store that are compared with their digests as they are read, batch by batch, each when it is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from ..store.arrays import read_array
from ..store.blocks import Batch
from ..store.digest import context_of, recorded_runs, value_digest
from ..store.format import DIGEST, MISSING, StoreDamaged
from .recorded import Stored, status_now

ADVICE = "give its sweep again, or 'tredegar verify', which repair it"
OTHER_VALUES = "does not hold the values that were written there"


class CheckedArray(BackendArray):
    """What runs filled of one variable, (point, replicate, ...), read by whole batches.

    Runs that were missing when the store was opened read as NaN, whatever has come since. With ``check`` every batch
    is compared with its digest. Reading raises StoreDamaged for what is not what was written.
    """

    def __init__(self, stored: Stored, name: str, status: NDArray[np.uint8], check: bool) -> None:
        self.stored, self.name, self.status, self.check = stored, name, status, check
        self.array: Any = stored.arrays[name]
        self.shape, self.dtype = self.array.shape, self.array.dtype
        self.context, self.at = b"", 0
        if check:
            self.context = context_of(stored.attributes)
            self.at = str(stored.arrays[DIGEST].attrs["variables"]).split().index(name)

    def __dask_tokenize__(self) -> tuple[Any, ...]:
        return str(self.stored.path), str(self.stored.attributes.get("seal")), self.name, self.check, self.status

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._read)

    def _read(self, key: tuple[Any, ...]) -> NDArray[Any]:
        """Return the values at ``key``, of which each part is a whole number, a slice or an array of numbers."""
        rows, columns = (_numbers(part, length) for part, length in zip(key[:2], self.shape[:2], strict=True))
        tail = _at(np.broadcast_to(np.float32(0), (0, 0, *self.shape[2:])), (slice(None), slice(None), *key[2:])).shape
        found = np.empty((len(rows), len(columns), *tail[2:]), dtype=self.dtype)
        height, width = self.stored.batches.size
        for batch, values in self._batches(np.unique(rows // height), np.unique(columns // width)):
            into = [
                np.flatnonzero(numbers // step == at)
                for numbers, step, at in zip((rows, columns), (height, width), batch.place, strict=True)
            ]
            inside = (rows[into[0]] - batch.points.start, columns[into[1]] - batch.replicates.start)
            found[np.ix_(*into)] = _at(values, (_slice(inside[0]), _slice(inside[1]), *key[2:]))
        return found[tuple(0 if isinstance(part, int | np.integer) else slice(None) for part in key[:2])]

    def _batches(self, rows: NDArray[Any], columns: NDArray[Any]) -> Iterator[tuple[Batch, NDArray[Any]]]:
        """Yield the batches in these rows and columns of blocks, and the values of each, checked."""
        for some in self._rows_together(rows):
            together = None if self.stored.quick(self.array) else self._together(some, columns)
            for row in some.tolist():
                for column in columns.tolist():
                    batch = self.stored.batches.at((row, column))
                    yield batch, self._checked(batch, None if together is None else together(batch))

    def _rows_together(self, rows: NDArray[Any]) -> list[NDArray[Any]]:
        """Return ``rows`` of blocks in parts that lie in one file each: those of an archive hold many."""
        height = max(1, (self.array.shards or (0,))[0] // self.stored.batches.size[0])
        return np.split(rows, np.flatnonzero(np.diff(rows // height)) + 1)

    def _together(self, rows: NDArray[Any], columns: NDArray[Any]) -> Any:
        """Return a function of a batch that cuts it from one reading of them all."""
        if not rows.size or not columns.size or len(rows) <= rows[-1] - rows[0]:
            return None  # some of the rows between are not wanted
        first, last = (self.stored.batches.at((int(rows[end]), int(columns[end]))) for end in (0, -1))
        start, left = first.points.start, first.replicates.start
        region = (slice(start, last.points.stop), slice(left, last.replicates.stop))
        values = read_array(self.array, region)
        return lambda batch: values[
            batch.points.start - start : batch.points.stop - start,
            batch.replicates.start - left : batch.replicates.stop - left,
        ]

    def _checked(self, batch: Batch, values: NDArray[Any] | None) -> NDArray[Any]:
        """Return what ``batch`` holds, NaN where runs were missing."""
        status = self.status[batch.points, batch.replicates]
        if not (status != MISSING).any():
            return np.full((*batch.shape, *self.shape[2:]), np.nan, dtype=self.dtype)
        try:
            values = self.stored.block(self.array, batch) if values is None else values
            if self.check and not self._fits(batch, status, values):
                raise StoreDamaged(OTHER_VALUES)
        except StoreDamaged as error:
            where = f"'{self.name}' of batch {batch.number} (points {batch.points.start} to {batch.points.stop - 1})"
            raise StoreDamaged(f"store '{self.stored.path}' is damaged: {where} {error}; {ADVICE}") from error
        return values if (status != MISSING).all() else np.where(_over(status != MISSING, values), values, np.nan)

    def _fits(self, batch: Batch, status: NDArray[np.uint8], values: NDArray[Any]) -> bool:
        if self._digest_fits(batch, status, values):
            return True
        # A batch that gains points while an extension is swept is written anew: its status says what its digest is of.
        now = status_now(self.stored, batch)
        if np.array_equal(now, status):
            return False
        if not (now != MISSING).any():
            raise StoreDamaged("is being written anew by another process: open the store again")
        return self._digest_fits(batch, now, self.stored.block(self.array, batch))

    def _digest_fits(self, batch: Batch, status: NDArray[np.uint8], values: NDArray[Any]) -> bool:
        written = self.stored.digests(batch)[self.at].tobytes()
        place = self.stored.place_of(batch, status, self.context)
        return value_digest(place, self.name, values, recorded_runs(status)) == written


def _numbers(part: Any, length: int) -> NDArray[np.int64]:
    """Return the whole numbers that a part of a key selects along an axis of ``length``."""
    if isinstance(part, slice):
        return np.arange(*part.indices(length), dtype=np.int64)
    numbers = np.atleast_1d(np.asarray(part, dtype=np.int64))
    return np.where(numbers < 0, numbers + length, numbers)


def _slice(numbers: NDArray[np.int64]) -> Any:
    """Return ``numbers`` as a slice where they follow each other, which is quicker to take."""
    if numbers.size and np.array_equal(numbers, np.arange(numbers[0], numbers[0] + numbers.size)):
        return slice(int(numbers[0]), int(numbers[-1]) + 1)
    return numbers


def _at(values: NDArray[Any], key: tuple[Any, ...]) -> NDArray[Any]:
    """Return ``values`` at ``key``, each part of which selects along its own axis."""
    for axis in reversed(range(len(key))):
        values = values[(slice(None),) * axis + (key[axis],)]
    return values


def _over(runs: NDArray[np.bool_], values: NDArray[Any]) -> NDArray[np.bool_]:
    return runs.reshape(*runs.shape, *(1,) * (values.ndim - 2))
