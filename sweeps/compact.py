"""An archive of a finished store: the same variables in a few large files, or in one, compared before it is named."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zarr
from zarr.storage import LocalStore, ZipStore

from .building import building_place, remove, remove_abandoned
from .chunk_file import codecs
from .durable import flush_folder, flush_tree
from .pending import count
from .root_file import read_root, write_root
from .store import StoreError, SweepStore, consolidate

SHARD_BYTES = 128_000_000
"""What a file of an archive holds before compression: large enough for tape, small enough for memory."""


@dataclass(frozen=True, slots=True)
class Archived:
    """An archive that was written and compared: where it is, and how many files and bytes it takes."""

    path: Path
    files: int
    bytes: int


def compact_store(store: SweepStore, path: Path) -> Archived:
    """Write the finished ``store`` as an archive to ``path``: one file if it ends in ``.zip``, else a Zarr folder.

    Every value of the archive is read back and compared with the store before the archive gets its name. Raises
    StoreError for an unfinished store, a name that is taken and a disk that is full; nothing is left behind then.
    """
    counts = count(store.read_status())
    if not counts.complete:
        raise StoreError(f"store '{store.path}' is unfinished ({counts.missing:,} runs are missing); finish it first")
    if path.exists():
        raise StoreError(f"'{path}' exists already; choose another name for the archive")
    remove_abandoned(path)
    building = building_place(path)
    try:
        with _archive(building, "w") as target:
            _copy(store, target)
        with _archive(building, "r") as target:
            _compare(store, target)
        flush_tree(building)
        os.rename(building, path)
        flush_folder(path.parent)
    except OSError as error:
        raise StoreError(f"archive '{path}' cannot be written: {error.strerror or error}") from error
    finally:
        remove(building)
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return Archived(path, len(files), sum(file.stat().st_size for file in files))


@contextmanager
def _archive(path: Path, mode: str) -> Iterator[LocalStore | ZipStore]:
    if path.suffix != ".zip":
        yield LocalStore(path, read_only=mode == "r")
        return
    store = ZipStore(path, mode="r" if mode == "r" else "w")
    try:
        yield store
    finally:
        store.close()


def _copy(store: SweepStore, target: LocalStore | ZipStore) -> None:
    # A zip file keeps every version of an entry; the metadata are therefore written once, complete.
    facts = {name: value for name, value in store.facts.items() if name != "seal"}
    group = zarr.create_group(target, attributes={**facts, "archive": True})
    for name, array in sorted(store.group.arrays()):
        copy = _array_like(group, name, array)
        for block in _blocks(copy):
            copy[block] = array[block]
    if isinstance(target, LocalStore):
        consolidate(target)
        write_root(target.root, read_root(target.root))


def _array_like(group: zarr.Group, name: str, array: zarr.Array) -> zarr.Array:
    chunk_bytes = array.dtype.itemsize * int(np.prod(array.chunks, dtype=np.int64))
    # Batches side by side in one file; arrays of a single chunk, coordinates above all, need no shards.
    together = (
        max(1, min(SHARD_BYTES // max(1, chunk_bytes), -(-array.shape[0] // array.chunks[0]))) if array.ndim else 1
    )
    shards = (together * array.chunks[0], *array.chunks[1:]) if together > 1 else None
    copy = group.create_array(
        name,
        shape=array.shape,
        chunks=array.chunks,
        shards=shards,
        dtype=array.dtype,
        fill_value=array.fill_value,
        compressors=codecs(array.dtype),
        dimension_names=_dimensions(array),
        attributes=dict(array.attrs),
    )
    return copy.with_config({"write_empty_chunks": True})


def _blocks(array: zarr.Array) -> Iterator[tuple[slice, ...]]:
    """Yield the parts of ``array`` that are one file each."""
    if not array.ndim:
        yield ()
        return
    size = (array.shards or array.chunks)[:2]
    steps = [range(0, length, step) for length, step in zip(array.shape, size, strict=False)]
    for starts in np.ndindex(*(len(step) for step in steps)):
        yield tuple(slice(step[at], step[at] + width) for step, at, width in zip(steps, starts, size, strict=True))


def _compare(store: SweepStore, target: LocalStore | ZipStore) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        group = zarr.open_group(target, mode="r")
    for name, array in store.group.arrays():
        copy = group[name]
        assert isinstance(copy, zarr.Array)
        for block in _blocks(copy):
            if np.asarray(copy[block]).tobytes() != np.asarray(array[block]).tobytes():
                raise StoreError(f"the archive of '{store.path}' differs in '{name}'; it was not kept")


def _dimensions(array: zarr.Array) -> tuple[str | None, ...] | None:
    names = array.metadata.to_dict().get("dimension_names")
    return tuple(names) if isinstance(names, list | tuple) else None
