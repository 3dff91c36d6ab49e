"""Reading through Zarr, with one kind of error for whatever does not decode."""

from __future__ import annotations

import errno
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .format import StoreDamaged, StoreUnreadable

NOT_OF_THE_SYSTEM = (None, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EINVAL)
"""What an error of reading says that tells of the file: it is gone, is another thing, or a place in it is absurd."""


def read_array(array: Any, key: Any = ...) -> NDArray[Any]:
    """Return ``array[key]`` of the Zarr ``array``, by default all of it: in the same shape as stored.

    Raises StoreDamaged, saying why, for what does not decode; StoreUnreadable, one kind of it, says that the system
    did not let it be read.

    >>> import zarr
    >>> read_array(zarr.array(np.arange(4)), slice(1, 3))
    array([1, 2])
    """
    try:
        return np.asarray(array[key])
    except Exception as error:
        # Zip files, shards and codecs each have errors of their own; memory is the machine's.
        if isinstance(error, MemoryError):
            raise
        if is_of_the_system(error):
            raise unread(error) from error
        raise StoreDamaged(f"cannot be decoded ({first_line(error)})") from error


def is_of_the_system(error: BaseException) -> bool:
    """Return whether ``error`` says that the system does not let something be read, whatever it holds."""
    return isinstance(error, OSError) and error.errno not in NOT_OF_THE_SYSTEM


def unread(error: BaseException) -> StoreDamaged:
    """Return what to raise for an ``error`` of the system, or of a file that is not there or is no file."""
    assert isinstance(error, OSError), error
    kind = StoreUnreadable if is_of_the_system(error) else StoreDamaged
    return kind(f"cannot be read ({error.strerror or first_line(error)})")


def first_line(error: BaseException) -> str:
    """Return the first line of what ``error`` says, or the name of its kind."""
    return (str(error).splitlines() or [type(error).__name__])[0]
