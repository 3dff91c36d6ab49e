"""Files that a store must have, and those that it has: an absent file is never read as a value."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np


def file_sizes(store: Path, names: tuple[str, ...]) -> dict[str, int]:
    """Return path in the store -> bytes, of all files of the arrays ``names`` of a folder or zip file ``store``."""
    if store.is_dir():
        return {key: size for name in names for key, size in _listed(store / name, f"{name}/")}
    with ZipFile(store) as archive:
        return {entry.filename: entry.file_size for entry in archive.infolist()}


def _listed(folder: Path, prefix: str) -> Iterator[tuple[str, int]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir():
                    yield from _listed(folder / entry.name, f"{prefix}{entry.name}/")
                else:
                    yield prefix + entry.name, entry.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return


def lost_blocks(array: Any, sizes: Mapping[str, int]) -> Iterator[tuple[str, tuple[slice, ...]]]:
    """Yield path and region of each file of the Zarr ``array`` that is absent or empty among ``sizes``."""
    steps = array.shards or array.chunks
    grid = [-(-length // step) for length, step in zip(array.shape, steps, strict=True)]
    for place in np.ndindex(*grid):
        key = f"{array.path}/{array.metadata.encode_chunk_key(place)}"
        # A file without a byte holds no value either.
        if not sizes.get(key):
            region = (slice(at * step, (at + 1) * step) for at, step in zip(place, steps, strict=True))
            yield key, tuple(region)
