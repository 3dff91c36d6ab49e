"""The store of a sweep: a Zarr folder, created whole before any run, then filled batch by batch.

A batch is a block of points with all replicates of one block of replicates; it is one chunk of every variable. The
array ``status`` is written after the others and is the only record of what is complete.
"""

from __future__ import annotations

import asyncio
import math
import os
import re
import warnings
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.errors import ZarrUserWarning
from zarr.storage import LocalStore

from .batches import points_per_batch_for
from .building import building_place, remove
from .chunk_file import codecs, pack, read_status_chunk
from .designs import Points, draw_points
from .durable import FLUSHING_THREADS, DurableStore, flush_folder, flush_tree, write_durably
from .layout import (
    CHUNK_SEPARATOR,
    MISSING,
    STORE_FORMAT,
    Variable,
    attributes,
    current_rules_hash,
    recorded,
    variables,
)
from .root_file import read_root, seal_is_broken, write_root
from .spec import Spec

Result = TypeVar("Result")


class StoreError(ValueError):
    """A store that cannot be used as asked; the message is one line that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The runs that are computed and stored together: a block of points and a block of replicates."""

    number: int
    points: slice
    replicates: slice

    @property
    def runs(self) -> int:
        """Number of runs in the batch."""
        return (self.points.stop - self.points.start) * (self.replicates.stop - self.replicates.start)


def create_store(spec: Spec, path: Path, points_per_batch: int | None = None) -> bool:
    """Create the store of ``spec`` at ``path``; return False if another process was first.

    It is built beside ``path`` and renamed, so that a store is whole or not there at all. Raises StoreError if
    something else stands at ``path`` or the folder cannot be written.
    """
    if re.match(r"[a-z][a-z0-9+.-]+:/", str(path)):
        raise StoreError(f"--out must be a folder of a file system that is mounted here, got the address '{path}'")
    building = building_place(path)
    try:
        write_skeleton(spec, building, points_per_batch)
        os.rename(building, path)
        flush_folder(path.parent)
    except OSError as error:
        if (path / "zarr.json").exists():
            return False
        raise StoreError(f"store '{path}' cannot be created: {error.strerror or error}") from error
    finally:
        remove(building)
    return True


def write_skeleton(spec: Spec, path: Path, points_per_batch: int | None = None) -> None:
    """Write the store of ``spec`` before any run into the new folder ``path``: metadata and coordinates."""
    points = draw_points(spec)
    number = len(next(iter(points.values())))
    size = points_per_batch_for(spec, number) if points_per_batch is None else min(points_per_batch, number)
    path.mkdir(parents=True)
    store = LocalStore(path)
    facts = attributes(spec, points, size, current_rules_hash())
    group = zarr.create_group(store, attributes=facts)
    # A group without arrays: readers that list the folder would warn of a folder that is no part of the hierarchy.
    group.create_group("log")
    for variable in variables(spec, points, size):
        create_variable(group, variable)
    consolidate(store)
    write_root(path, read_root(path))
    flush_tree(path)


def create_variable(group: zarr.Group, variable: Variable) -> None:
    """Create the array of ``variable`` in ``group`` and write its values, if it has any."""
    array = group.create_array(
        variable.name,
        shape=variable.shape,
        chunks=variable.chunks,
        dtype=variable.dtype,
        fill_value=variable.fill,
        compressors=codecs(np.dtype(variable.dtype)),
        dimension_names=variable.dims,
        attributes=variable.attributes,
        chunk_key_encoding={"name": "default", "separator": CHUNK_SEPARATOR},
    )
    if variable.values is not None:
        array.with_config({"write_empty_chunks": True})[...] = variable.values


def consolidate(store: LocalStore) -> None:
    """Copy the metadata of all arrays into the group's, so that readers neither list the folder nor meet ``log/``."""
    with warnings.catch_warnings():
        # Two warnings of zarr that are no news: the log is no array, and consolidation is no part of the format yet.
        warnings.simplefilter("ignore", ZarrUserWarning)
        zarr.consolidate_metadata(store)


class SweepStore:
    """A store that exists. Opening it reads one file; raises StoreError if that is not a store of ours."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.files = DurableStore(self.path)
        if not (self.path / "zarr.json").is_file():
            what = "does not exist" if not self.path.exists() else "is no store: it has no zarr.json"
            raise StoreError(f"store '{self.path}' {what}; 'tredegar sweep SPEC --out STORE' creates one")
        try:
            self.group = zarr.open_group(self.files, mode="r+")
        except (OSError, ValueError, KeyError) as error:
            raise StoreError(f"store '{self.path}' cannot be read: {str(error).splitlines()[0]}") from error
        self.facts: Mapping[str, Any] = dict(self.group.attrs)
        if "tredegar_store" not in self.facts:
            raise StoreError(f"'{self.path}' is a Zarr store, but no sweep wrote it")
        if self.facts["tredegar_store"] != STORE_FORMAT:
            raise StoreError(
                f"store '{self.path}' has store format {self.facts['tredegar_store']}, this version reads"
                f" {STORE_FORMAT}; use the version of tredegar that wrote it"
            )
        if seal_is_broken((self.path / "zarr.json").read_bytes()):
            raise StoreError(
                f"store '{self.path}' is damaged: zarr.json is not what was written; restore it from a copy"
            )

    def array(self, name: str) -> zarr.Array:
        """Return the array of variable ``name``."""
        found = self.group[name]
        assert isinstance(found, zarr.Array), name
        return found

    @cached_property
    def spec(self) -> Spec:
        """The spec of the sweep; the points of a table design stand in the store alone."""
        return Spec.from_stored(self.facts["spec"], self.facts["providers"])

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Numbers of points and replicates."""
        points, replicates = self.array("status").shape
        return points, replicates

    @property
    def archived(self) -> bool:
        """Whether this is an archive (compact.py): complete, its batches together in larger files, never written to."""
        return bool(self.facts.get("archive", False))

    @property
    def number_of_runs(self) -> int:
        """Number of runs of the whole sweep."""
        return self.shape[0] * self.shape[1]

    @cached_property
    def batch_shape(self) -> tuple[int, int]:
        """Numbers of points and replicates of a full batch."""
        return self.facts["points_per_batch"], self.facts["replicates_per_batch"]

    @property
    def number_of_batches(self) -> int:
        """Number of batches of the whole sweep."""
        blocks = [-(-length // size) for length, size in zip(self.shape, self.batch_shape, strict=True)]
        return blocks[0] * blocks[1]

    def batch(self, number: int) -> Batch:
        """Return batch ``number`` (from 0); blocks of replicates of one block of points follow each other."""
        blocks = -(-self.shape[1] // self.batch_shape[1])
        place = divmod(number, blocks)
        points, replicates = (
            slice(index * size, min((index + 1) * size, length))
            for index, size, length in zip(place, self.batch_shape, self.shape, strict=True)
        )
        return Batch(number, points, replicates)

    def chunk_file(self, variable: str, batch: Batch) -> Path:
        """Return the file that holds the chunk of ``variable`` of ``batch``."""
        return self._chunk(variable, batch, self.array(variable).ndim)

    def _chunk(self, variable: str, batch: Batch, dimensions: int) -> Path:
        indices = [batch.points.start // self.batch_shape[0], batch.replicates.start // self.batch_shape[1]]
        indices += [0] * (dimensions - 2)
        return self.path / variable / CHUNK_SEPARATOR.join(["c", *map(str, indices)])

    @cached_property
    def recorded(self) -> tuple[str, ...]:
        """Names of the variables that runs fill, but ``status``."""
        return tuple(variable.name for variable in recorded(self.spec, *self.shape[:1], 1) if variable.name != "status")

    def read_points(self, block: slice) -> Points:
        """Return the values of every varied and fixed quantity at the points of ``block``: name -> (point,)."""
        count = block.stop - block.start
        found: Points = {}
        for name in self.facts["coordinates"].split():
            array = self.array(name)
            found[name] = np.asarray(array[block]) if array.ndim else np.full(count, np.asarray(array[...]))
        return found

    def read_status(self) -> NDArray[np.uint8]:
        """Return the status of every run, (point, replicate); a damaged chunk of it reads as missing runs."""
        if self.archived:
            return np.asarray(self.array("status")[...])
        found = np.zeros(self.shape, dtype=np.uint8)
        for number in range(self.number_of_batches):
            batch = self.batch(number)
            found[batch.points, batch.replicates] = self.read_status_of(batch)
        return found

    def read_status_of(self, batch: Batch) -> NDArray[np.uint8]:
        """Return the status of the runs of ``batch``, (point, replicate); damaged, they read as missing."""
        rows, columns = (block.stop - block.start for block in (batch.points, batch.replicates))
        return read_status_chunk(self._chunk("status", batch, 2), self.batch_shape)[:rows, :columns]

    def write_batch(self, batch: Batch, values: Mapping[str, NDArray[Any]], status: NDArray[np.uint8]) -> None:
        """Write ``values``, name -> float32 (point, replicate, ...), of ``batch``; when that is done, its status.

        Raises OSError when a file cannot be written; the status is then untouched.
        """
        # Most of a write is waiting for the disk, which flushes many files almost as fast as one.
        with ThreadPoolExecutor(FLUSHING_THREADS) as threads:
            writes = [threads.submit(self._write, batch, name, array, math.nan) for name, array in values.items()]
            for write in writes:
                write.result()
        self._write(batch, "status", status, MISSING)

    def _write(self, batch: Batch, name: str, values: NDArray[Any], fill: float) -> None:
        shape = (*self.batch_shape, *values.shape[2:])
        write_durably(self._chunk(name, batch, values.ndim), pack(values, shape, fill))


def run_async(work: Coroutine[Any, Any, Result]) -> Result:
    """Run ``work`` to its end in a thread of its own, since a notebook's thread runs a loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
