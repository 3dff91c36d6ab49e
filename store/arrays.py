"""Reading through Zarr, with one kind of error for whatever does not decode."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .format import StoreDamaged


def read_array(array: Any, key: Any = ...) -> NDArray[Any]:
    """Return ``array[key]`` of the Zarr ``array``; raises StoreDamaged, saying why, for what does not decode."""
    try:
        return np.asarray(array[key])
    except Exception as error:
        # Zip files, shards and codecs each have errors of their own; memory is the machine's.
        if isinstance(error, MemoryError):
            raise
        raise StoreDamaged(f"cannot be decoded ({first_line(error)})") from error


def first_line(error: BaseException) -> str:
    """Return the first line of what ``error`` says, or the name of its kind."""
    return (str(error).splitlines() or [type(error).__name__])[0]
