"""Making the store of a sweep: whole before any run, or not there at all."""

from __future__ import annotations

import os
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.errors import ZarrUserWarning
from zarr.storage import LocalStore

from ...store.chunk import codecs
from ...store.format import CHUNK_SEPARATOR, LOG, StoreError
from ...store.paths import is_empty_folder, is_zip, local_path
from ...store.root_file import NAME, read_root, sealed
from ..spec.sampling import Points, draw_points
from ..spec.spec import Spec
from .batches import points_per_batch_for
from .durable import write_durably
from .late import TAKEN, wait_until_seen
from .layout import Variable, current_rules_hash, store_attributes, variables
from .temporary import building_place, put_in_place, remove

_FILTERS = threading.Lock()


def place_of_store(path: str | os.PathLike[str]) -> Path:
    """Return the folder of the store that a user names ``path``: home expanded, links followed.

    A link may lead to a folder that is yet to be made. Raises StoreError for what cannot be the folder of a store.
    """
    place = local_path(path)
    if is_zip(place) and not place.is_dir():
        raise StoreError(f"a sweep is written to a folder, got '{path}'; 'tredegar compact' makes a zip file of it")
    try:
        return place.resolve() if place.is_symlink() else place
    except (OSError, RuntimeError) as error:
        raise StoreError(f"'{path}' is a link that leads nowhere: {error}") from error


def is_to_be_created(path: Path) -> bool:
    """Return whether no store stands at ``path`` yet: nothing does, or an empty folder."""
    return not path.exists() or is_empty_folder(path)


def create_store(spec: Spec, path: Path, points_per_batch: int | None = None) -> bool:
    """Create the store of ``spec`` at ``path``; return False if another process was first.

    It is built beside ``path`` and renamed, so that a store is whole or not there at all; an empty folder is replaced.
    Raises StoreError if something else stands at ``path`` or the folder cannot be written.
    """
    path = place_of_store(path)
    building = building_place(path)
    try:
        write_skeleton(spec, building, points_per_batch)
        # Shared: others may work in it as soon as it has its name, so that it is never taken back.
        put_in_place(building, path, shared=True)
    except OSError as error:
        # Whoever was first has made the same store: to lose this race is no error.
        seen = (path / NAME).exists() or (error.errno in TAKEN and _is_seen_at_last(path))
        if building.exists() and seen:
            return False
        raise StoreError(f"store '{path}' cannot be created: {error.strerror or error}") from error
    finally:
        remove(building)
    return True


def _is_seen_at_last(path: Path) -> bool:
    """Return whether what stands at ``path``, as the server says, is the store that another machine made just now."""
    if not is_to_be_created(path):
        return False  # something is seen there, and it is no store
    return wait_until_seen(lambda: (path / NAME).exists(), path.parent)


def write_skeleton(spec: Spec, path: Path, points_per_batch: int | None = None, points: Points | None = None) -> None:
    """Write the store of ``spec`` before any run into the new folder ``path``: metadata and coordinates.

    ``points``, name -> (point,), are by default those that the spec gives. Raises OSError if it cannot be written.

    >>> vary, record = {"real_control": {"values": [0.2, 0.8]}}, {"outcomes": ["quality"]}
    >>> write_skeleton(Spec(design={"method": "grid"}, vary=vary, record=record), Path("store"))
    >>> sorted(entry.name for entry in Path("store").iterdir())
    ['digest', 'log', 'month', 'point', 'quality', 'real_control', 'replicate', 'status', 'zarr.json']
    """
    points = draw_points(spec) if points is None else points
    number = len(next(iter(points.values())))
    size = points_per_batch_for(spec, number) if points_per_batch is None else min(points_per_batch, number)
    path.mkdir(parents=True)
    store = LocalStore(path)
    group = zarr.create_group(store, attributes=store_attributes(spec, points, size, current_rules_hash(spec.rules)))
    # A group without arrays: readers that list the folder would warn of a folder that is no part of the hierarchy.
    group.create_group(LOG)
    for variable in variables(spec, points, size):
        create_variable(group, variable)
    consolidate(store)
    # The same content once more: what zarr has written carries no seal.
    write_root(path, read_root(path))


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
        # Zeros are values, too: were they left out, a lost file could not be told from them.
        array.with_config({"write_empty_chunks": True})[...] = variable.values


def write_root(path: Path, content: dict[str, Any]) -> None:
    """Seal ``content`` and put it in the place of the root file of the store at ``path``, durably and in one step."""
    write_durably(path / NAME, sealed(content))


def consolidate(store: LocalStore) -> None:
    """Copy the metadata of all arrays into the group's, so that readers neither list the folder nor meet ``log/``."""
    # Filters of warnings belong to the whole process: of two threads one would take those of the other away.
    with _FILTERS, warnings.catch_warnings():
        # Two warnings of zarr that are no news: the log is no array, and consolidation is no part of the format yet.
        warnings.simplefilter("ignore", ZarrUserWarning)
        zarr.consolidate_metadata(store)
