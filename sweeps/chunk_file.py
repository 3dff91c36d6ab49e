"""The chunks of batches as the files that they are: one file for each variable and batch.

A batch with all outcomes has 83 small chunks. Zarr takes some milliseconds of processor for each that it writes and
half a millisecond for each that it reads; the codecs alone (blosc, then the CRC-32C of that) take far less.
Tests hold these files against those that Zarr writes, byte by byte.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np
from numcodecs import Blosc
from numpy.typing import NDArray
from zarr.codecs import BloscCodec, Crc32cCodec

LEVEL = 1
"""Of zstd. The third level takes more than twice as long and saves 4 % (docs/sweeps.md)."""
CHECKSUM_BYTES = 4
"""Every chunk ends in the CRC-32C of what precedes it, lowest byte first (codec crc32c of Zarr)."""


def codecs(dtype: np.dtype[Any]) -> tuple[BloscCodec, Crc32cCodec]:
    """Return the codecs of a variable of ``dtype``, for its metadata."""
    return BloscCodec(typesize=dtype.itemsize, cname="zstd", clevel=LEVEL, shuffle="shuffle"), Crc32cCodec()


def pack(values: NDArray[Any], shape: tuple[int, ...], fill: float) -> bytes:
    """Return the file of a chunk of ``shape`` that begins with ``values``; the rest, beyond the array, is ``fill``."""
    if values.shape != shape:
        whole = np.full(shape, fill, dtype=values.dtype)
        whole[tuple(slice(length) for length in values.shape)] = values
        values = whole
    blosc = Blosc("zstd", LEVEL, Blosc.SHUFFLE, typesize=values.dtype.itemsize)
    packed = bytes(blosc.encode(np.frombuffer(values.tobytes(), dtype=np.uint8)))
    return packed + int(google_crc32c.value(packed)).to_bytes(CHECKSUM_BYTES, "little")


def checksum_fits(content: bytes) -> bool:
    """Return whether the last bytes of a chunk are the checksum of the others."""
    stored = int.from_bytes(content[-CHECKSUM_BYTES:], "little")
    return bool(google_crc32c.value(content[:-CHECKSUM_BYTES]) == stored)


def read_status_chunk(file: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the status in the chunk ``file``, (point, replicate) of ``shape``; zeros (missing) where it is damaged."""
    nothing = np.zeros(shape, dtype=np.uint8)
    try:
        content = file.read_bytes()
        if len(content) <= CHECKSUM_BYTES or not checksum_fits(content):
            return nothing
        values = np.frombuffer(Blosc().decode(content[:-CHECKSUM_BYTES]), dtype=np.uint8)
    except (OSError, RuntimeError, ValueError):
        return nothing
    return values.reshape(shape) if values.size == nothing.size else nothing
