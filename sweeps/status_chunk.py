"""A chunk of ``status`` read as the file it is: the status of a million runs in a moment.

Zarr takes half a millisecond for each chunk, whatever its size, and there may be ten thousand. What a chunk is made of
follows from the format of the store (layout.py, ``store.create_variable``): blosc, then the CRC-32C of that.
"""

from __future__ import annotations

from pathlib import Path

import google_crc32c
import numpy as np
from numcodecs import blosc
from numpy.typing import NDArray

CHECKSUM_BYTES = 4
"""Every chunk ends in the CRC-32C of what precedes it, lowest byte first (codec crc32c of Zarr)."""


def checksum_fits(content: bytes) -> bool:
    """Return whether the last bytes of a chunk are the checksum of the others."""
    stored = int.from_bytes(content[-CHECKSUM_BYTES:], "little")
    return bool(google_crc32c.value(content[:-CHECKSUM_BYTES]) == stored)


def read_status_chunk(file: Path, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the status in the chunk ``file``, (point, replicate) of ``shape``; zeros (missing) where it is damaged."""
    nothing = np.zeros(shape, dtype=np.uint8)
    try:
        content = file.read_bytes()
        if len(content) <= CHECKSUM_BYTES or not checksum_fits(content):
            return nothing
        values = np.frombuffer(blosc.decompress(content[:-CHECKSUM_BYTES]), dtype=np.uint8)
    except (OSError, RuntimeError, ValueError):
        return nothing
    return values.reshape(shape) if values.size == nothing.size else nothing
