"""The chunks of batches as the files that they are: one file for each variable and batch.

A batch with all outcomes has 84 small chunks. Zarr takes some milliseconds of processor for each that it writes and
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

from .arrays import unread
from .format import CHUNK_SEPARATOR, StoreDamaged

LEVEL = 1
"""Of zstd. The third level takes more than twice as long and saves 4 % (docs/sweeps.md)."""
CHECKSUM_BYTES = 4
"""Every chunk ends in the CRC-32C of what precedes it, lowest byte first (codec crc32c of Zarr)."""
HEADER_BYTES = 16
"""What Blosc writes before the data: among others, in the bytes from 4 on, how long these are when decoded."""


def codecs(dtype: np.dtype[Any]) -> tuple[BloscCodec, Crc32cCodec]:
    """Return the codecs of a variable of ``dtype``, for its metadata."""
    return BloscCodec(typesize=dtype.itemsize, cname="zstd", clevel=LEVEL, shuffle="shuffle"), Crc32cCodec()


def chunk_name(place: tuple[int, ...], dimensions: int) -> str:
    """Return the name of the file of the chunk at ``place`` of a variable with so many ``dimensions``.

    >>> chunk_name((4, 0), 3)
    'c.4.0.0'
    """
    return CHUNK_SEPARATOR.join(["c", *map(str, place[:dimensions]), *["0"] * (dimensions - len(place))])


def pack(values: NDArray[Any], shape: tuple[int, ...], fill: float) -> bytes:
    """Return the file of a chunk of ``shape`` that begins with ``values``; the rest, beyond the array, is ``fill``.

    >>> content = pack(np.zeros((1, 2), dtype=np.float32), (2, 2), np.nan)
    >>> unpack(content, (2, 2), np.dtype("float32"))
    array([[ 0.,  0.],
           [nan, nan]], dtype=float32)
    """
    if values.shape != shape:
        whole = np.full(shape, fill, dtype=values.dtype)
        whole[tuple(slice(length) for length in values.shape)] = values
        values = whole
    blosc = Blosc("zstd", LEVEL, Blosc.SHUFFLE, typesize=values.dtype.itemsize)
    packed = bytes(blosc.encode(np.frombuffer(values.tobytes(), dtype=np.uint8)))
    # Of the packed bytes: damage is seen before it is decoded.
    return packed + int(google_crc32c.value(packed)).to_bytes(CHECKSUM_BYTES, "little")


def unpack(content: bytes, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the values, of ``shape`` and ``dtype``, that the file of a chunk holds.

    Raises StoreDamaged, saying what is wrong, for a file that is not what was written.

    >>> content = pack(np.arange(3), (3,), 0)
    >>> unpack(content, (3,), np.dtype("int64"))
    array([0, 1, 2])
    >>> unpack(content[:-1], (3,), np.dtype("int64"))
    Traceback (most recent call last):
    tredegar.store.format.StoreDamaged: does not fit its checksum
    """
    if len(content) <= CHECKSUM_BYTES + HEADER_BYTES:
        raise StoreDamaged("is cut short")
    if not checksum_fits(content):
        raise StoreDamaged("does not fit its checksum")
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    # Asked before it is decoded: Blosc takes as much memory as this says.
    if int.from_bytes(content[4:8], "little") != size:
        raise StoreDamaged("holds values of another shape")
    try:
        return np.frombuffer(Blosc().decode(content[:-CHECKSUM_BYTES]), dtype=dtype).reshape(shape)
    except (RuntimeError, ValueError) as error:
        raise StoreDamaged(f"cannot be decoded ({str(error).splitlines()[0]})") from error


def read_chunk(file: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the values, of ``shape`` and ``dtype``, in the chunk ``file``.

    Raises StoreDamaged, saying what is wrong with it; StoreUnreadable, one kind of it, says that the system did not
    let it be read.

    >>> size = Path("c.0").write_bytes(pack(np.arange(3), (3,), 0))
    >>> read_chunk(Path("c.0"), (3,), np.dtype("int64"))
    array([0, 1, 2])
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise StoreDamaged("is missing") from None
    except OSError as error:
        raise unread(error) from error
    return unpack(content, shape, dtype)


def is_fill(values: NDArray[Any]) -> bool:
    """Return whether ``values``, of any shape, are all what stands where there are none: NaN, or whole zeros.

    >>> is_fill(np.array([np.nan, np.nan])), is_fill(np.array([0.0, np.nan])), is_fill(np.array([0, 0]))
    (True, False, True)
    """
    return bool(np.isnan(values).all() if values.dtype.kind == "f" else not values.any())


def checksum_fits(content: bytes) -> bool:
    """Return whether the last bytes of a chunk are the checksum of the others."""
    stored = int.from_bytes(content[-CHECKSUM_BYTES:], "little")
    return bool(google_crc32c.value(content[:-CHECKSUM_BYTES]) == stored)
