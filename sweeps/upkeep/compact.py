"""An archive of a finished store: the same variables in a few large files, or in one, compared before it is named."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
import zarr
from zarr.storage import LocalStore, ZipStore

from ...store.chunk import codecs
from ...store.format import StoreError
from ...store.paths import is_zip, local_path
from ...store.root_file import read_root
from ..store.create import consolidate, write_root
from ..store.store import SweepStore
from ..store.temporary import building_place, put_in_place, remove, remove_abandoned
from .missing import count_status, damage
from .repair import skeleton_faults

SHARD_BYTES = 128_000_000
"""What a file of an archive holds before compression: large enough for tape, small enough for memory."""


@dataclass(frozen=True, slots=True)
class Archived:
    """An archive that was written and compared: where it is, and how many files and bytes it takes."""

    path: Path
    files: int
    bytes: int


def compact_store(store: SweepStore, path: str | Path) -> Archived:
    """Write the finished ``store`` as an archive to ``path``: one file if it ends in ``.zip``, else a Zarr folder.

    Every value of the store is checked before it is copied, and every value of the archive is read back and compared
    before that gets its name. The same store gives the same bytes. Raises StoreError for an unfinished or damaged
    store, a name that is taken and a disk that is full; nothing is left behind then.
    """
    path = local_path(path)
    _check_whole(store)
    if path.exists():
        raise StoreError(f"'{path}' exists already; choose another name for the archive")
    remove_abandoned(path)
    building = building_place(path)
    folder = building.with_name(f"{building.name}.folder") if is_zip(path) else building
    try:
        _copy(store, LocalStore(folder))
        if is_zip(path):
            _pack(folder, building)
            remove(folder)
        with _archive(building) as target:
            # Read back before it has its name: whoever finds an archive may delete the store.
            _compare(store, target)
        found = [building] if building.is_file() else [file for file in building.rglob("*") if file.is_file()]
        made = Archived(path, len(found), sum(file.stat().st_size for file in found))
        put_in_place(building, path)
    except OSError as error:
        raise StoreError(f"archive '{path}' cannot be written: {error.strerror or error}") from error
    finally:
        remove(folder)
        remove(building)
    return made


def _check_whole(store: SweepStore) -> None:
    """Raise StoreError unless every run of ``store`` is recorded and every value is what was written."""
    missing = count_status(store.read_status()).missing
    if missing:
        raise StoreError(f"store '{store.path}' is unfinished ({missing:,} runs are missing); finish it first")
    faults = [f"{name}: {fault}" for name, fault in skeleton_faults(store).items()]
    for batch in store.batches:
        faults = faults or list(damage(store, batch))
    if faults:
        raise StoreError(f"store '{store.path}' is damaged ({faults[0]}); run its sweep again, which repairs it")


@contextmanager
def _archive(path: Path) -> Iterator[LocalStore | ZipStore]:
    if path.is_dir():
        yield LocalStore(path, read_only=True)
        return
    store = ZipStore(path, mode="r")
    try:
        yield store
    finally:
        store.close()


def _pack(folder: Path, path: Path) -> None:
    """Put the files of ``folder`` into the zip file ``path``, in order of their names and without times."""
    # Stored as they are: chunks are compressed already.
    with ZipFile(path, "x", ZIP_STORED) as archive:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            entry = ZipInfo(file.relative_to(folder).as_posix())
            entry.file_size = file.stat().st_size
            with file.open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


def _copy(store: SweepStore, target: LocalStore) -> None:
    # A seal is of the bytes of one root file; the archive's own gets another.
    facts = {name: value for name, value in store.facts.items() if name != "seal"}
    group = zarr.create_group(target, attributes={**facts, "archive": True})
    # In order of names: folders are listed in any order, and the same store has to give the same bytes.
    for name, array in sorted(store.group.arrays()):
        copy = _array_like(group, name, array)
        for block in _blocks(copy):
            copy[block] = array[block]
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
    # A chunk of fill values is written as well: an absent file always means a lost one.
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
