"""Which runs a store holds: their status, which files of theirs are lost, and whether their digests fit.

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
from ..store.format import DIGEST, MISSING, STATUS, STORE_FORMAT, StoreDamaged
from ..store.presence import file_sizes, lost_blocks

CODECS = ["BytesCodec", "BloscCodec", "Crc32cCodec"]
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
        return bool(self.attributes["tredegar_store"] >= STORE_FORMAT)

    def quick(self, array: Any) -> bool:
        """Return whether the chunks of ``array`` are files of their own with the codecs that a sweep writes."""
        return self.path.is_dir() and [type(codec).__name__ for codec in array.metadata.codecs] == CODECS

    def block(self, array: Any, batch: Batch) -> NDArray[Any]:
        """Return what ``batch`` holds of ``array``: (point, replicate, ...); raises StoreDamaged."""
        if self.quick(array):
            whole = read_chunk(self._file(array, batch), array.chunks, array.dtype)
            return whole[: batch.shape[0], : batch.shape[1]]
        return read_array(array, (batch.points, batch.replicates))

    def digests(self, batch: Batch) -> NDArray[np.uint8]:
        """Return the digests of ``batch``, (variable, byte); raises StoreDamaged."""
        array = self.arrays[DIGEST]
        if self.quick(array):
            return read_chunk(self._file(array, batch), array.chunks, array.dtype)[0, 0]
        return read_array(array, batch.place)

    def place_of(self, batch: Batch, status: NDArray[np.uint8], context: bytes) -> bytes:
        """Return the digest of the place of ``batch``, whose runs have ``status`` (point, replicate)."""
        points = {name: values[batch.points] for name, values in self.points.items()}
        return place_digest(context, batch, recorded_runs(status), points)

    def _file(self, array: Any, batch: Batch) -> Path:
        return self.path / key_of(array, batch)


def key_of(array: Any, batch: Batch) -> str:
    """Return the path in the store of the chunk of ``array`` that ``batch`` fills."""
    place = (*batch.place, *[0] * (array.ndim - len(batch.place)))
    return f"{array.path}/{array.metadata.encode_chunk_key(place)}"


def read_status(stored: Stored) -> NDArray[np.uint8]:
    """Return the status of all runs, (point, replicate); raises StoreDamaged, naming the file, for what is damaged."""
    array = stored.arrays[STATUS]
    if not stored.quick(array):
        try:
            return read_array(array)
        except StoreDamaged as error:
            raise StoreDamaged(f"{STATUS} {error}") from error
    found = np.full(array.shape, MISSING, dtype=array.dtype)
    for batch in stored.batches:
        key = key_of(array, batch)
        if (stored.path / key).exists():  # a chunk that is not there is of runs that are missing
            try:
                found[batch.points, batch.replicates] = stored.block(array, batch)
            except StoreDamaged as error:
                raise StoreDamaged(f"{key} {error}") from error
    return found


def check_status(stored: Stored, status: NDArray[np.uint8]) -> None:
    """Raise StoreDamaged for the first batch whose ``status`` (point, replicate) does not fit its digest."""
    names = str(stored.arrays[DIGEST].attrs["variables"]).split()
    context, at = context_of(stored.attributes), names.index(STATUS)
    for batch in stored.batches:
        block = status[batch.points, batch.replicates]
        if not (block != MISSING).any():
            continue
        try:
            written = stored.digests(batch)[at].tobytes()
        except StoreDamaged as error:
            raise StoreDamaged(f"the digests of batch {batch.number}: {error}") from error
        place = stored.place_of(batch, block, context)
        if value_digest(place, STATUS, block, recorded_runs(block)) != written:
            raise StoreDamaged(f"the status of batch {batch.number} is not what was written there")


def lost_runs(stored: Stored, status: NDArray[np.uint8], names: tuple[str, ...]) -> tuple[NDArray[np.bool_], list[str]]:
    """Return which recorded runs (point, replicate) have lost a file of the arrays ``names``, and those files."""
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


def told(files: list[str]) -> str:
    """Return ``files`` as a sentence tells them: the first few, and how many more."""
    more = f" and {len(files) - SHOWN:,} more" if len(files) > SHOWN else ""
    return ", ".join(files[:SHOWN]) + more
