"""Opening a store: a lazy, labelled Dataset, or one line that says why not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np
import xarray as xr

from ..model.outcomes import OUTCOMES, TRUST_RECORDS, Outcome
from ..model.parameters import Parameter
from .facts import parameter_row
from .status import quick_status

NEWEST_FORMAT = 1
STORAGE_CHUNKS = 16
"""How many batches one Dask chunk holds: fewer make tasks too many, more make them too large."""
CHUNKS_DECODED_TOGETHER = 64
"""Zarr's own setting is 1, at which a mean over many small chunks takes nearly twice as long (measured)."""
MISSING, DONE, FAILED = 0, 1, 2


def open_sweep(
    path: str | Path, partial: bool = False, chunks: int | Mapping[str, int] | None = STORAGE_CHUNKS
) -> xr.Dataset:
    """Open a store, or an archive of one (``.zip`` too), as a lazy Dataset with dims ``(point, replicate, month)``.

    Outcomes are float32 Dask arrays with ``units`` and ``long_name``; varied parameters are coordinates on ``point``,
    fixed ones scalar coordinates. Failed runs (and, with ``partial``, missing ones) are NaN; ``status`` says which,
    and the attributes ``runs``, ``runs_done``, ``runs_failed`` and ``runs_missing`` count them. ``chunks`` is the
    number of batches per Dask chunk, or chunk sizes by dimension, or None for no Dask.

    Raises FileNotFoundError where there is no store and ValueError where it cannot be used: another thing than a
    store, a newer format, or an unfinished sweep without ``partial``.
    """
    import zarr

    path = Path(path)
    # Arrays keep the setting that they are opened under.
    with zarr.config.set({"codec_pipeline.batch_size": CHUNKS_DECODED_TOGETHER}):
        group = _open_group(path)
        consolidated = group.metadata.consolidated_metadata is not None
        stored = xr.open_zarr(group.store, chunks=None, consolidated=consolidated, decode_times=False)
        stored = stored.set_coords([name for name in stored.data_vars if parameter_row(str(name)) is not None])
        outcomes = [name for name in stored.data_vars if name != "status"]
        status = quick_status(path, group["status"])
        if status is not None:
            stored["status"] = stored["status"].copy(data=status)
        small = stored.drop_vars(outcomes).load()
    sweep = small.merge(_chunked(stored[outcomes].drop_vars(list(stored.coords)), group, chunks), join="exact")
    _count_runs(sweep, path, partial)
    return _described(sweep)


def _open_group(path: Path) -> Any:
    import zarr
    from zarr.errors import BaseZarrError
    from zarr.storage import LocalStore, ZipStore

    if not path.exists():
        raise FileNotFoundError(
            f"no store at '{path}'; give the directory that `tredegar sweep SPEC --out STORE` wrote"
        )
    try:
        store = ZipStore(path, mode="r") if is_zipfile(path) else LocalStore(path, read_only=True)
        group = zarr.open_group(store, mode="r", zarr_format=3)
    except (BaseZarrError, OSError, ValueError) as error:
        raise ValueError(f"'{path}' is not a store: expected a Zarr directory that `tredegar sweep` wrote") from error
    found = group.attrs.get("tredegar_store")
    if not isinstance(found, int) or "status" not in group:
        raise ValueError(f"'{path}' is a Zarr group, but not a store that `tredegar sweep` wrote")
    if found > NEWEST_FORMAT:
        raise ValueError(
            f"'{path}' has store format {found}; this tredegar reads up to {NEWEST_FORMAT}: install a newer version"
        )
    return group


def _chunked(outcomes: xr.Dataset, group: Any, chunks: int | Mapping[str, int] | None) -> xr.Dataset:
    if chunks is None:
        return outcomes
    if isinstance(chunks, int):
        status = group["status"]
        chunks = {"point": int((status.shards or status.chunks)[0]) * max(1, chunks)}
    return outcomes.chunk(chunks)


def _count_runs(sweep: xr.Dataset, path: Path, partial: bool) -> None:
    counts = np.bincount(sweep["status"].values.ravel(), minlength=3)
    runs, missing = int(counts.sum()), int(counts[MISSING])
    if missing and not partial:
        raise ValueError(
            f"'{path}' is unfinished: {missing} of {runs} runs are missing; finish it with "
            f"`tredegar sweep SPEC --out {path}`, or pass partial=True to read what is there"
        )
    sweep.attrs.update(
        runs=runs, runs_done=int(counts[DONE]), runs_failed=int(counts[FAILED]), runs_missing=missing, store=str(path)
    )


def _described(sweep: xr.Dataset) -> xr.Dataset:
    for name, variable in sweep.variables.items():
        row: Parameter | Outcome | None = parameter_row(str(name)) or OUTCOMES.get(str(name))
        row = row or TRUST_RECORDS.get(str(name))
        if row is not None:
            variable.attrs.setdefault("units", row.unit)
            variable.attrs.setdefault("long_name", str(name).replace("_", " "))
            variable.attrs.setdefault("meaning", row.meaning)
    return sweep
