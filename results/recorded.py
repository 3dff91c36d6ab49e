"""The runs that a store holds: their status, files of theirs that are lost, and digests.

A fast path reads the files of chunks themselves: Zarr takes some tenths of a millisecond for each, and a store may
have ten thousand. Archives, and whatever is not as a sweep writes it, are left to Zarr.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..store.arrays import read_array
from ..store.blocks import Batch, Batches
from ..store.chunk import read_chunk
from ..store.digest import context_of, place_digest, recorded_runs, value_digest
from ..store.format import DIGEST, FAILED, FIRST_WITH_DIGESTS, MISSING, STATUS, UNKNOWN_STATUS, StoreDamaged
from ..store.presence import file_sizes, lost_blocks

CODECS = ["BytesCodec", "BloscCodec", "Crc32cCodec"]
READ_AGAIN = 3
"""How often the status of a batch is read again that another process writes anew."""
SHOWN = 3
"""How many lost files a message names."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A store that is open: its place, attributes and Zarr arrays, and how its runs are divided into batches.

    ``points`` are the varied parameters, name -> (point,). (Zarr takes half a millisecond to find an array by name.)
    """

    path: Path
    attributes: dict[str, Any]
    arrays: dict[str, Any]
    batches: Batches
    points: dict[str, NDArray[np.float64]]

    @property
    def has_digests(self) -> bool:
        """Whether batches carry digests: those of the first format do not."""
        return bool(self.attributes["tredegar_store"] >= FIRST_WITH_DIGESTS)

    def quick(self, array: Any) -> bool:
        """Return whether the chunks of ``array`` are files of their own with the codecs that a sweep writes."""
        return self.path.is_dir() and [type(codec).__name__ for codec in array.metadata.codecs] == CODECS

    def block(self, array: Any, batch: Batch) -> NDArray[Any]:
        """Return what ``batch`` holds of ``array``: (point, replicate, ...), in the dtype and unit of the array.

        Raises StoreDamaged for a chunk that is not as it was written.

        >>> from tredegar.results.open import open_stored
        >>> from tredegar.sweeps.run.small import small_store
        >>> stored = open_stored(small_store())[0]
        >>> stored.block(stored.arrays["quality"], stored.batches.batch(1)).shape
        (1, 2, 12)
        """
        if self.quick(array):
            whole = read_chunk(self._file(array, batch), array.chunks, array.dtype)
            return whole[: batch.shape[0], : batch.shape[1]]
        return read_array(array, (batch.points, batch.replicates))

    def digests(self, batch: Batch) -> NDArray[np.uint8]:
        """Return the digests of ``batch``, (variable, byte); raises StoreDamaged.

        >>> from tredegar.results.open import open_stored
        >>> from tredegar.sweeps.run.small import small_store
        >>> stored = open_stored(small_store())[0]
        >>> stored.digests(stored.batches.batch(1)).shape  # of quality and of the status
        (2, 16)
        """
        array = self.arrays[DIGEST]
        if self.quick(array):
            return read_chunk(self._file(array, batch), array.chunks, array.dtype)[0, 0]
        return read_array(array, batch.place)

    def place_of(self, batch: Batch, status: NDArray[np.uint8], context: bytes) -> bytes:
        """Return the digest of the place of ``batch``, whose runs have ``status`` (point, replicate).

        >>> from tredegar.results.open import open_stored
        >>> from tredegar.sweeps.run.small import small_store
        >>> stored = open_stored(small_store())[0]
        >>> len(stored.place_of(stored.batches.batch(1), np.ones((1, 2), "u1"), context_of(stored.attributes)))
        16
        """
        points = {name: values[batch.points] for name, values in self.points.items()}
        return place_digest(context, batch, recorded_runs(status), points)

    def _file(self, array: Any, batch: Batch) -> Path:
        return self.path / key_of(array, batch)


def key_of(array: Any, batch: Batch) -> str:
    """Return the path in the store of the chunk of ``array`` that ``batch`` fills."""
    place = (*batch.place, *[0] * (array.ndim - len(batch.place)))
    return f"{array.path}/{array.metadata.encode_chunk_key(place)}"


def read_status(stored: Stored) -> NDArray[np.uint8]:
    """Return the status of all runs, (point, replicate); raises StoreDamaged, naming the file, for what is damaged.

    >>> from tredegar.results.open import open_stored
    >>> from tredegar.sweeps.run.small import small_store
    >>> read_status(open_stored(small_store(batches=1))[0])
    array([[1, 1],
           [0, 0]], dtype=uint8)
    """
    array = stored.arrays[STATUS]
    if not stored.quick(array):
        try:
            return _known(read_array(array))
        except StoreDamaged as error:
            raise StoreDamaged(f"{STATUS} {error}") from error
    found = np.full(array.shape, MISSING, dtype=array.dtype)
    for batch in stored.batches:
        key = key_of(array, batch)
        if (stored.path / key).exists():  # a chunk that is not there is of runs that are missing
            try:
                found[batch.points, batch.replicates] = _known(stored.block(array, batch))
            except StoreDamaged as error:
                # Another process that writes a batch anew takes its status away first: perhaps just now.
                if (stored.path / key).exists():
                    raise StoreDamaged(f"{key} {error}") from error
    return found


def _known(status: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if (status > FAILED).any():
        raise StoreDamaged(UNKNOWN_STATUS)
    return status


def status_now(stored: Stored, batch: Batch) -> NDArray[np.uint8]:
    """Return the status of ``batch`` as it is now, (point, replicate).

    Its runs are missing while another process writes it anew.

    >>> from tredegar.results.open import open_stored
    >>> from tredegar.sweeps.run.small import small_store
    >>> stored = open_stored(small_store(batches=1))[0]
    >>> [status_now(stored, batch).tolist() for batch in stored.batches]
    [[[1, 1]], [[0, 0]]]
    """
    try:
        return stored.block(stored.arrays[STATUS], batch)
    except StoreDamaged:
        return np.full(batch.shape, MISSING, dtype=np.uint8)


def check_status(stored: Stored, status: NDArray[np.uint8]) -> None:
    """Compare the ``status`` (point, replicate) of all batches with their digests; raise StoreDamaged for the first.

    A batch that is written anew meanwhile (an extension that is swept, failed runs computed again) is read once more:
    ``status`` then tells what is there.

    >>> from tredegar.results.open import open_stored
    >>> from tredegar.sweeps.run.small import small_store
    >>> stored = open_stored(small_store())[0]
    >>> status = read_status(stored)
    >>> check_status(stored, status)
    >>> status[1, 1] = FAILED
    >>> check_status(stored, status)  # what is there fits its digest, and is taken
    >>> status[1, 1]
    np.uint8(1)
    """
    context = context_of(stored.attributes)
    for batch in stored.batches:
        block = status[batch.points, batch.replicates]
        fault = _status_fault(stored, batch, block, context)
        for _ in range(READ_AGAIN):
            now = status_now(stored, batch)
            if not fault or np.array_equal(now, block):
                break
            block[...] = now
            fault = _status_fault(stored, batch, block, context)
        if fault:
            raise StoreDamaged(fault)


def _status_fault(stored: Stored, batch: Batch, block: NDArray[np.uint8], context: bytes) -> str:
    """Return what is wrong with the status ``block`` of ``batch``, "" if it fits its digest or says nothing."""
    if not (block != MISSING).any():
        return ""
    at = str(stored.arrays[DIGEST].attrs["variables"]).split().index(STATUS)
    try:
        written = stored.digests(batch)[at].tobytes()
    except StoreDamaged as error:
        return f"the digests of batch {batch.number}: {error}"
    place = stored.place_of(batch, block, context)
    if value_digest(place, STATUS, block, recorded_runs(block)) == written:
        return ""
    return f"the status of batch {batch.number} is not what was written there"


def lost_runs(stored: Stored, status: NDArray[np.uint8], names: tuple[str, ...]) -> tuple[NDArray[np.bool_], list[str]]:
    """Return which recorded runs (point, replicate) have lost a file of the arrays ``names``, and those files.

    >>> from tredegar.results.open import open_stored
    >>> from tredegar.sweeps.run.small import small_store
    >>> stored = open_stored(small_store())[0]
    >>> (stored.path / "quality/c.1.0.0").unlink()
    >>> lost, files = lost_runs(stored, read_status(stored), ("quality",))
    >>> lost.tolist(), files
    ([[False, False], [True, True]], ['quality/c.1.0.0'])
    """
    lost = np.zeros(status.shape, dtype=np.bool_)
    files: list[str] = []
    sizes = file_sizes(stored.path, names)
    for name in names:
        for key, region in lost_blocks(stored.arrays[name], sizes):
            block = _runs_of(stored, name, region)
            if (status[block] != MISSING).any():
                lost[block] |= status[block] != MISSING
                files.append(key)
    return lost, files


def _runs_of(stored: Stored, name: str, region: tuple[slice, ...]) -> tuple[slice, slice]:
    """Return the points and replicates of a ``region`` of array ``name``, whose first two dimensions may be blocks."""
    if name != DIGEST:
        return region[0], region[1]
    points, replicates = (
        slice(part.start * size, part.stop * size) for part, size in zip(region[:2], stored.batches.size, strict=True)
    )
    return points, replicates


def listed_files(files: list[str]) -> str:
    """Return ``files`` as a sentence tells them: the first few, and how many more."""
    more = f" and {len(files) - SHOWN:,} more" if len(files) > SHOWN else ""
    return ", ".join(files[:SHOWN]) + more
