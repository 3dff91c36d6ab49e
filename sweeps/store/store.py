"""The store of a sweep as those see it who fill it: a Zarr folder, batch by batch, or a finished archive of one.

A batch is a block of points with all replicates of one block of replicates; it is one chunk of every variable. The
digests of its values are written after them, and ``status``, the only record of what is complete, last.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.storage import ZipStore

from ...model.schedule.rulebook import RuleBook
from ...store.arrays import first_line, read_array
from ...store.blocks import Batch, Batches
from ...store.chunk import chunk_name, is_fill, read_chunk
from ...store.contract import filled_by_runs, metadata_of
from ...store.digest import context_of, coordinate_digest, place_digest, recorded_runs
from ...store.format import (
    DIGEST,
    FAILED,
    FIRST_WITH_DIGESTS,
    STATUS,
    UNKNOWN_STATUS,
    StoreDamaged,
    StoreError,
    StoreUnreadable,
)
from ...store.paths import local_path
from ...store.presence import file_sizes, lost_blocks
from ..spec.errors import SpecError
from ..spec.sampling import Points
from ..spec.spec import Spec
from .durable import DurableStore
from .opening import checked_root, filled_in, rules_in

KEPT_BYTES = 64_000_000
"""Coordinates of a store that a process keeps: a chunk of one holds all points, and would be decoded for each batch."""

__all__ = ["Batch", "StoreDamaged", "StoreError", "SweepStore"]


class SweepStore:
    """A store, or an archive of one, that exists. Opening it reads one file.

    ``content`` is what that file says, ``facts`` its attributes, ``batches`` how runs are divided. Raises StoreError
    for what is no store of ours, is damaged, or is of a format that this version does not know.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = local_path(path)
        self.content = checked_root(self.path)
        self.facts: Mapping[str, Any] = self.content["attributes"]
        self.metadata = metadata_of(self.content)
        self._arrays: dict[str, zarr.Array] = {}
        self.files = DurableStore(self.path) if self.path.is_dir() else ZipStore(self.path, mode="r")
        try:
            self.group = zarr.open_group(self.files, mode="r+" if self.path.is_dir() else "r")
            shape, size = self.array(STATUS).shape, (self.facts["points_per_batch"], self.facts["replicates_per_batch"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
            raise StoreError(f"store '{self.path}' cannot be read: {first_line(error)}") from error
        self.batches = Batches((shape[0], shape[1]), size)
        self.recorded = filled_by_runs(self.metadata) or filled_in(self.group)

    def array(self, name: str) -> zarr.Array:
        """Return the array of variable ``name``, (point, replicate, ...). Raises StoreError where it is none.

        >>> from tredegar.sweeps.run.small import small_store
        >>> SweepStore(small_store()).array("quality").shape
        (2, 2, 12)
        """
        if name not in self._arrays:  # Zarr takes half a millisecond to find one
            found = self.group[name]
            if not isinstance(found, zarr.Array):
                raise StoreError(f"store '{self.path}' is damaged: '{name}' is no array")
            self._arrays[name] = found
        return self._arrays[name]

    @cached_property
    def spec(self) -> Spec:
        """The spec of the sweep, with every check; raises StoreError if the store does not hold it whole."""
        return _stored_spec(self.path.resolve(), str(self.facts.get("seal", "")), self.facts["spec"])

    @cached_property
    def rules(self) -> RuleBook:
        """The rules of the sweep, no constant varied; raises StoreError for own rules that this version cannot read."""
        return rules_in(self.path, self.facts)

    @property
    def has_digests(self) -> bool:
        """Whether batches carry digests: those of the first format do not."""
        return bool(self.facts["tredegar_store"] >= FIRST_WITH_DIGESTS)

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of points and replicates."""
        return self.batches.shape

    @property
    def archived(self) -> bool:
        """Whether this is an archive (compact.py): complete, its batches together in larger files, never written to."""
        return bool(self.facts.get("archive", False))

    @property
    def number_of_runs(self) -> int:
        """Number of runs of the whole sweep."""
        return self.shape[0] * self.shape[1]

    @property
    def batch_shape(self) -> tuple[int, int]:
        """Numbers of points and replicates of a full batch."""
        return self.batches.size

    @property
    def number_of_batches(self) -> int:
        """Number of batches of the whole sweep."""
        return self.batches.number

    def batch(self, number: int) -> Batch:
        """Return batch ``number`` (from 0)."""
        return self.batches.batch(number)

    def chunk_file(self, variable: str, batch: Batch) -> Path:
        """Return the file that holds the chunk of ``variable`` of ``batch``."""
        return self.path / variable / chunk_name(batch.place, self.array(variable).ndim)

    @cached_property
    def digest_names(self) -> tuple[str, ...]:
        """Names of the variables whose digests a batch carries, in the order in which it does."""
        return tuple(str(self.array(DIGEST).attrs["variables"]).split())

    @cached_property
    def axes_of_points(self) -> tuple[str, ...]:
        """Names of the quantities that differ between points."""
        return tuple(name for name in self.facts["coordinates"].split() if self.array(name).ndim)

    def read_points(self, block: slice) -> Points:
        """Return the values of every varied and fixed quantity at the points of ``block``: name -> (point,).

        Raises StoreDamaged if the coordinates of the store are not those that were written.

        >>> from tredegar.sweeps.run.small import small_store
        >>> SweepStore(small_store()).read_points(slice(1, 2))
        {'real_control': array([0.8])}
        """
        kept = _checked_coordinates(self.path.resolve(), str(self.facts.get("seal", "")))
        count = block.stop - block.start
        found: Points = {}
        for name in self.facts["coordinates"].split():
            values = kept.get(name)
            if values is None:
                array = self.array(name)
                values = np.asarray(array[block] if array.ndim else array[...])
            elif values.ndim:
                values = values[block]
            found[name] = values if values.ndim else np.full(count, values)
        return found

    def read_status(self, tolerant: bool = False) -> NDArray[np.uint8]:
        """Return the status of every run, (point, replicate); a damaged chunk of it reads as missing runs.

        Raises StoreDamaged for an archive whose status cannot be read, StoreUnreadable as read_status_of does.

        >>> from tredegar.sweeps.run.small import small_store
        >>> SweepStore(small_store(batches=1)).read_status()
        array([[1, 1],
               [0, 0]], dtype=uint8)
        """
        if self.archived:
            try:
                return read_array(self.array(STATUS))
            except StoreDamaged as error:
                why = f"the status {error}; make it again from its store"
                raise StoreDamaged(f"archive '{self.path}' is damaged: {why}") from error
        found = np.zeros(self.shape, dtype=np.uint8)
        for batch in self.batches:
            found[batch.points, batch.replicates] = self.read_status_of(batch, tolerant)
        return found

    def read_status_of(self, batch: Batch, tolerant: bool = False) -> NDArray[np.uint8]:
        """Return the status of the runs of ``batch``, (point, replicate); damaged, they read as missing.

        Raises StoreUnreadable if the system lets nobody read it; ``tolerant`` callers, who make it anew, see no runs.

        >>> from tredegar.sweeps.run.small import small_store
        >>> store = SweepStore(small_store())
        >>> store.read_status_of(store.batch(1))
        array([[1, 1]], dtype=uint8)
        """
        try:
            return self.read_chunk(STATUS, batch)
        except StoreDamaged as error:
            if isinstance(error, StoreUnreadable) and not tolerant:
                raise StoreUnreadable(
                    f"'{self.chunk_file(STATUS, batch)}' {error}; see whether the disk is sound"
                ) from error
            return np.zeros(batch.shape, dtype=np.uint8)

    def read_chunk(self, name: str, batch: Batch) -> NDArray[Any]:
        """Return what ``batch`` holds of variable ``name``: (point, replicate, ...), its digests (variable, byte).

        Raises StoreDamaged, saying what is wrong with the file (its name is left to the caller).

        >>> from tredegar.sweeps.run.small import small_store
        >>> store = SweepStore(small_store())
        >>> store.read_chunk("quality", store.batch(1)).shape, store.read_chunk("digest", store.batch(1)).shape
        ((1, 2, 12), (2, 16))
        """
        array = self.array(name)
        if self.archived:
            region = (
                (slice(batch.place[0], batch.place[0] + 1),) if name == DIGEST else (batch.points, batch.replicates)
            )
            if self.has_lost(name, region):
                raise StoreDamaged("is missing")
            return read_array(array, batch.place if name == DIGEST else region)
        if name == DIGEST:
            return read_chunk(self.chunk_file(name, batch), array.chunks, array.dtype)[0, 0]
        whole = read_chunk(self.chunk_file(name, batch), (*self.batch_shape, *array.shape[2:]), array.dtype)
        rows, columns = batch.shape
        values = whole[:rows, :columns]
        if not (is_fill(whole[rows:]) and is_fill(whole[:rows, columns:])):
            # An extension would take them for runs that are done.
            raise StoreDamaged("holds values beyond the end of the array")
        if name == STATUS and (values > FAILED).any():
            raise StoreDamaged(UNKNOWN_STATUS)
        return values

    def has_lost(self, name: str, region: tuple[slice, ...] = ()) -> bool:
        """Return whether a file of variable ``name`` of an archive that holds values of ``region`` is gone or empty."""
        lost = (there for _, there in lost_blocks(self.array(name), self._sizes))
        return any(
            all(a.start < b.stop and b.start < a.stop for a, b in zip(there, region, strict=False)) for there in lost
        )

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return file_sizes(self.path, tuple(str(name) for name, _ in self.group.arrays()))

    def place_of(self, batch: Batch, status: NDArray[np.uint8]) -> bytes:
        """Return the digest of the place of ``batch``, whose runs in ``status`` (point, replicate) are recorded.

        >>> from tredegar.sweeps.run.small import small_store
        >>> store = SweepStore(small_store())
        >>> [len(store.place_of(batch, store.read_status_of(batch))) for batch in store.batches]
        [16, 16]
        """
        points = self.read_points(batch.points)
        varied = {name: points[name] for name in self.axes_of_points}
        return place_digest(self._context, batch, recorded_runs(status), varied)

    @cached_property
    def _context(self) -> bytes:
        return context_of(self.facts)


@lru_cache(maxsize=4)
def _checked_coordinates(path: Path, seal: str) -> Points:
    """Return the coordinates of the store at ``path``, compared with their digests.

    Those that are too large to be kept are compared and left out. ``seal`` tells one state of the store from another.
    """
    store, room = SweepStore(path), KEPT_BYTES
    kept: Points = {}
    for name, written in store.facts.get("coordinate_digests", {}).items():
        try:
            values = read_array(store.array(name))
        except StoreUnreadable as error:
            raise StoreUnreadable(f"coordinate '{name}' of '{path}' {error}; see whether the disk is sound") from error
        except StoreDamaged:
            values = np.empty(0)
        if coordinate_digest(name, values) != written:
            raise StoreDamaged(f"coordinate '{name}' of '{path}' is damaged; give its sweep again, which repairs it")
        values.setflags(write=False)
        if values.nbytes <= room:
            kept[name], room = values, room - values.nbytes
    return kept


@lru_cache(maxsize=4)
def _stored_spec(path: Path, seal: str, text: str) -> Spec:
    """Return the spec ``text`` of the store at ``path``; ``seal`` tells one state of the store from another."""
    store = SweepStore(path)

    def points() -> Points:
        _checked_coordinates(path, seal)
        return {name: read_array(store.array(name)) for name in store.axes_of_points}

    try:
        return Spec.from_stored(text, store.facts["providers"], points, store.rules.text)
    except (SpecError, StoreDamaged) as error:
        raise StoreError(f"store '{path}' does not hold its spec as it was: {first_line(error)}") from error
