"""Opening a store: a lazy, labelled Dataset, or one line that says why not."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..datasets.attributes import as_plain, with_descriptions
from ..store.arrays import first_line, read_array
from ..store.blocks import Batches
from ..store.contract import root_fault
from ..store.digest import coordinate_digest
from ..store.format import (
    BATCH_DIMENSIONS,
    DIGEST,
    DONE,
    FAILED,
    FIRST_WITH_DIGESTS,
    MISSING,
    STATUS,
    STORE_FORMAT,
    StoreDamaged,
)
from ..store.paths import local_path
from ..store.presence import file_sizes, lost_blocks
from ..store.root_file import read_root_bytes, seal_is_broken, with_present_keys
from ..store.spec_text import spec_tables
from .checked import ADVICE, CheckedArray
from .dataset import parameter_in
from .recorded import Stored, check_status, listed_files, lost_runs, read_status

STORAGE_CHUNKS = 16
"""How many batches one Dask chunk holds: fewer make tasks too many, more make them too large."""

__all__ = ["FAILED", "open_sweep"]


def open_sweep(
    path: str | os.PathLike[str],
    partial: bool = False,
    chunks: int | str | Mapping[str, int] | None = STORAGE_CHUNKS,
    verify: bool | None = None,
) -> xr.Dataset:
    """Open a store, or an archive of one (``.zip`` too), as a lazy Dataset with dims ``(point, replicate, month)``.

    Outcomes are float32 Dask arrays with ``units`` (as UDUNITS has them; ``unit_in_words`` says more) and
    ``long_name``; varied parameters are coordinates on ``point``, fixed ones scalar coordinates. ``year`` of the run
    is a coordinate on ``month``, and where the spec has a ``start``, such as "1997-05", so is ``time``, the first day
    of the month. Failed runs are NaN; ``status`` says which, and the attributes ``runs``,
    ``runs_done``, ``runs_failed`` and ``runs_missing`` count them. With ``partial`` runs that are missing, or have lost
    a file, are NaN and counted as missing. All attributes are of kinds that NetCDF takes; ``sampler`` and others that
    are tables are JSON.

    ``chunks`` is the number of batches of each Dask chunk, or what xarray takes (-1, "auto", sizes by dimension), or
    None for no Dask. With ``verify`` every value is compared with its digest when it is read, which raises StoreDamaged
    (a ValueError) for one that is not what was written; by default where the store has digests, as the attribute
    ``digests`` says. Coordinates and status are compared now.

    Raises FileNotFoundError where there is no store and ValueError where it cannot be used: another thing than a
    store, a newer format, a changed ``zarr.json``, lost or damaged files, or an unfinished sweep without ``partial``.

    >>> from tredegar import Spec, run_sweep
    >>> vary, record = {"real_control": {"values": [0.2, 0.8]}}, {"outcomes": ["quality"]}
    >>> size = {"trusts": 3, "clinicians": 4}
    >>> spec = Spec(design={"method": "grid"}, vary=vary, record=record, country=size, months=12, replicates=1)
    >>> _ = run_sweep(spec, "store.zarr", workers=0, engine="numpy")
    >>> sweep = open_sweep("store.zarr")
    >>> sweep["quality"].dims, sweep["quality"].shape, sweep.attrs["runs_done"]
    (('point', 'replicate', 'month'), (2, 1, 12), 2)
    """
    place = local_path(path)
    wanted = _wanted_chunks(chunks)
    stored, coordinates = open_stored(place)
    if verify and not stored.has_digests:
        raise ValueError(f"'{place}' has no digests (its format is the first); open it without verify=True")
    check = stored.has_digests and verify is not False
    try:
        status = _without_lost(stored, read_status(stored), partial)
        if check:
            check_status(stored, status)
    except StoreDamaged as error:
        raise StoreDamaged(f"store '{place}' is damaged: {error}; {ADVICE}") from error
    sweep = _assembled(stored, coordinates, status, check, wanted)
    _count_runs(sweep, place, partial)
    sweep.attrs["digests"] = "compared when read" if check else "not compared" if stored.has_digests else "none"
    start = spec_tables(sweep.attrs["spec"]).get("start") if "spec" in sweep.attrs else None
    return with_descriptions(sweep.drop_encoding(), start)


def _wanted_chunks(chunks: Any) -> Any:
    """Return ``chunks`` if it is of a kind that is known; raise ValueError otherwise."""
    number = isinstance(chunks, int | np.integer) and not isinstance(chunks, bool)
    if chunks is None or isinstance(chunks, Mapping) or chunks == "auto" or (number and (chunks == -1 or chunks > 0)):
        return chunks
    expected = "a number of batches from 1 on, -1 (all in one), 'auto', a mapping dimension -> size, or None"
    raise ValueError(f"chunks must be {expected}, got {chunks!r}")


def open_stored(place: Path) -> tuple[Stored, xr.Dataset]:
    """Return the store at ``place`` and a Dataset of its coordinates, (point,) and others, compared with their digests.

    Raises FileNotFoundError and ValueError as :func:`open_sweep` does.

    >>> from tredegar.sweeps.run.small import small_store
    >>> stored, coordinates = open_stored(small_store())
    >>> stored.batches.shape, coordinates["real_control"].values
    ((2, 2), array([0.2, 0.8]))
    """
    import zarr
    from zarr.errors import BaseZarrError
    from zarr.storage import LocalStore, ZipStore

    attributes = _checked_attributes(place)
    try:
        store = LocalStore(place, read_only=True) if place.is_dir() else ZipStore(place, mode="r")
        group = zarr.open_group(store, mode="r", zarr_format=3)
        arrays = {str(name): array for name, array in group.arrays()}
        status = arrays[STATUS]
        size = attributes.get("points_per_batch", status.chunks[0]), attributes.get("replicates_per_batch")
        batches = Batches((status.shape[0], status.shape[1]), (size[0], size[1] or status.chunks[1]))
        coordinates = _coordinates(place, arrays, attributes)
    except StoreDamaged:
        raise
    except (BaseZarrError, BadZipFile, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        said = first_line(error)
        raise ValueError(f"'{place}' cannot be read as a store that `tredegar sweep` wrote: {said}") from error
    varied = {
        str(name): row.values
        for name, row in coordinates.coords.items()
        if parameter_in(coordinates, str(name)) and row.ndim
    }
    return Stored(place, attributes, arrays, batches, varied), coordinates


def _checked_attributes(place: Path) -> dict[str, Any]:
    """Return the attributes of the root file of the store at ``place``, by present keys. Raises ValueError."""
    if not place.exists():
        raise FileNotFoundError(
            f"no store at '{place}'; give the directory that `tredegar sweep SPEC --out STORE` wrote"
        )
    try:
        content = read_root_bytes(place)
        root = json.loads(content)
    except (OSError, ValueError) as error:
        raise ValueError(f"'{place}' is not a store: expected a Zarr directory that `tredegar sweep` wrote") from error
    attributes = root.get("attributes") if isinstance(root, dict) else None
    found = attributes.get("tredegar_store") if isinstance(attributes, dict) else None
    if not isinstance(attributes, dict) or not isinstance(found, int):
        raise ValueError(f"'{place}' is a Zarr group, but not a store that `tredegar sweep` wrote")
    if found > STORE_FORMAT:
        raise ValueError(
            f"'{place}' has store format {found}; this tredegar reads up to {STORE_FORMAT}: install a newer version"
        )
    new = found >= FIRST_WITH_DIGESTS
    fault = root_fault(root) if new else ""
    if seal_is_broken(content, needed=new) or fault:
        raise StoreDamaged(
            f"store '{place}' is damaged: zarr.json is not what was written{f' ({fault})' if fault else ''};"
            " restore it from a copy"
        )
    return with_present_keys(attributes)


def _coordinates(place: Path, arrays: Mapping[str, Any], attributes: Mapping[str, Any]) -> xr.Dataset:
    """Return the coordinates of the store, a Dataset without variables; raise StoreDamaged for a lost or other one."""
    digests: Mapping[str, str] = attributes.get("coordinate_digests", {})
    filled = {name for name, array in arrays.items() if (array.metadata.dimension_names or ())[:2] == BATCH_DIMENSIONS}
    names = tuple(name for name in arrays if name not in {*filled, STATUS, DIGEST})
    sizes = file_sizes(place, names)
    found = {}
    for name in names:
        lost = [key for key, _ in lost_blocks(arrays[name], sizes)]
        if lost:
            raise StoreDamaged(f"store '{place}' is damaged: coordinate {listed_files(lost)} is lost; {ADVICE}")
        try:
            values = read_array(arrays[name])
        except StoreDamaged as error:
            raise StoreDamaged(f"store '{place}' is damaged: coordinate '{name}' {error}; {ADVICE}") from error
        if digests and coordinate_digest(name, values) != digests[name]:
            raise StoreDamaged(f"store '{place}' is damaged: coordinate '{name}' is not what was written; {ADVICE}")
        found[name] = (arrays[name].metadata.dimension_names or (), values, as_plain(arrays[name].attrs))
    # CF has an attribute "coordinates" of its own, which would hide these names from whoever writes the Dataset.
    about = {name: value for name, value in attributes.items() if name != "coordinates"}
    return xr.Dataset(coords=found, attrs=as_plain(about))


def _without_lost(stored: Stored, status: NDArray[np.uint8], partial: bool) -> NDArray[np.uint8]:
    """Return ``status`` (point, replicate) with runs that have lost a file as missing; raise unless ``partial``."""
    names = tuple(name for name in _filled(stored) if name != STATUS)
    lost, files = lost_runs(stored, status, (*names, DIGEST) if stored.has_digests else names)
    if files and not partial:
        raise StoreDamaged(f"{listed_files(files)} lost (partial=True would read the rest)")
    return np.where(lost, np.uint8(MISSING), status)


def _filled(stored: Stored) -> tuple[str, ...]:
    """Return the names of the variables that runs fill, ``status`` among them."""
    arrays = ((name, array.metadata.dimension_names or ()) for name, array in stored.arrays.items())
    return tuple(name for name, dims in arrays if tuple(dims[:2]) == BATCH_DIMENSIONS)


def _assembled(
    stored: Stored, coordinates: xr.Dataset, status: NDArray[np.uint8], check: bool, chunks: Any
) -> xr.Dataset:
    """Return the Dataset of ``coordinates``, status and outcomes, these lazy, in ``chunks`` if they are asked for."""
    from xarray.core.indexing import LazilyIndexedArray

    outcomes = {}
    for name in _filled(stored):
        array = stored.arrays[name]
        if name != STATUS:
            lazy = LazilyIndexedArray(CheckedArray(stored, name, status, check))
            outcomes[name] = xr.Variable(array.metadata.dimension_names, lazy, as_plain(array.attrs))
    lazily = xr.Dataset(outcomes)
    if chunks is not None:
        if isinstance(chunks, int | np.integer):
            chunks = {"point": -1 if chunks == -1 else int(chunks) * stored.batches.size[0]}
        lazily = lazily.chunk(chunks)
    about = as_plain(stored.arrays[STATUS].attrs)
    signed = status.astype(np.int8)  # classic NetCDF has no unsigned bytes
    return coordinates.assign({STATUS: (BATCH_DIMENSIONS, signed, about)}).merge(lazily, join="exact")


def _count_runs(sweep: xr.Dataset, path: Path, partial: bool) -> None:
    counts = np.bincount(sweep[STATUS].values.ravel(), minlength=3)
    runs, missing = int(counts.sum()), int(counts[MISSING])
    if missing and not partial:
        raise ValueError(
            f"'{path}' is unfinished: {missing} of {runs} runs are missing; finish it with "
            f"`tredegar sweep SPEC --out {path}`, or pass partial=True to read what is there"
        )
    sweep.attrs.update(
        runs=runs, runs_done=int(counts[DONE]), runs_failed=int(counts[FAILED]), runs_missing=missing, store=str(path)
    )
