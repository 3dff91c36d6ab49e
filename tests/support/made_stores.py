"""Small stores made by hand in the shape of a real one, so that the readers of stores are tested without a model."""

from __future__ import annotations

import itertools
import tomllib
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.codecs import BloscCodec, Crc32cCodec
from zarr.errors import ZarrUserWarning

from tredegar.model import PARAMETERS

TRUSTS = 30
"""Trusts of a made store with records of trusts, which are random numbers."""
Points = Mapping[str, np.ndarray]
Surface = Callable[[Points, np.ndarray, np.ndarray], np.ndarray]
"""An outcome (point, replicate, month) from points (each (point, 1, 1)), luck (1, replicate, 1) and months (month)."""


def grid(**levels: list[float]) -> dict[str, np.ndarray]:
    """Return every combination of the levels, the last parameter fastest."""
    rows = np.array(list(itertools.product(*levels.values())))
    return {name: rows[:, column] for column, name in enumerate(levels)}


def _attributes(
    points: Points, design: str, replicates: int, months: int, streams: str, every: int, fixed: Mapping[str, float]
) -> dict[str, Any]:
    vary = "\n".join(f'"{n}" = [{float(v.min())!r}, {float(v.max())!r}]' for n, v in points.items())
    spec = (
        f'name = "made"\nseed = 7\nmonths = {months}\nreplicates = {replicates}\nstreams = "{streams}"\n'
        f"[design]\n{design}\n[vary]\n{vary}\n[record]\nevery = {every}\n"
    )
    bounds = [[float(values.min()), float(values.max())] for values in points.values()]
    if tomllib.loads(design)["method"] == "table":
        bounds = []  # as sweeps write it: a table of points has no ranges
    return {
        "tredegar_store": 1,
        "title": "made",
        "spec": spec,
        "streams": streams,
        "sampler": {**tomllib.loads(design), "seed": 7, "names": list(points), "bounds": bounds},
        "defaults": {name: row.default for name, row in PARAMETERS.items()},
        "coordinates": " ".join([*points, *sorted(fixed)]),
    }


def made_store(
    path: Path,
    points: Points,
    outcomes: Mapping[str, Surface],
    *,
    replicates: int = 4,
    months: int = 24,
    every: int = 1,
    batch: int = 3,
    design: str = 'method = "grid"',
    streams: str = "common",
    fixed: Mapping[str, float] | None = None,
    status: np.ndarray | None = None,
    store_format: int = 1,
    trust_records: Mapping[str, bool] | None = None,
) -> Path:
    """Write a store with the given outcomes; ``status`` (point, replicate) makes runs missing (0) or failed (2)."""
    count = len(next(iter(points.values())))
    attributes = _attributes(points, design, replicates, months, streams, every, fixed or {})
    attributes["tredegar_store"] = store_format
    group = zarr.open_group(path, mode="w", zarr_format=3, attributes=attributes)
    month = np.arange(every, months + 1, every)
    status = np.ones((count, replicates), dtype="u1") if status is None else status.astype("u1")
    luck_axis = np.random.default_rng(5).standard_normal(replicates)[None, :, None]
    columns = {name: np.asarray(values, dtype=float)[:, None, None] for name, values in points.items()}
    for name, surface in outcomes.items():
        values = np.broadcast_to(surface(columns, luck_axis, month), (count, replicates, len(month))).astype("f4")
        values = np.where(status[:, :, None] == 1, values, np.float32(np.nan))
        _write(group, name, values, ("point", "replicate", "month"), (batch, replicates, len(month)), np.nan)
    for name, yearly in (trust_records or {}).items():
        shape = (count, replicates, TRUSTS, months // 12) if yearly else (count, replicates, TRUSTS)
        values = np.random.default_rng(len(name)).uniform(0.3, 1.0, shape).astype("f4")
        dims = ("point", "replicate", "trust", "year")[: len(shape)]
        _write(group, name, values, dims, (batch, *shape[1:]), np.nan)
    for name, values in points.items():
        _write(group, name, np.asarray(values, dtype=float), ("point",), (count,), np.nan)
    for name, value in (fixed or {}).items():
        _write(group, name, np.asarray(float(value)), (), (), np.nan)
    for name, axis in {"point": np.arange(count), "replicate": np.arange(replicates), "month": month}.items():
        _write(group, name, axis.astype("i8"), (name,), axis.shape, 0)
    _write(group, "status", status, ("point", "replicate"), (batch, replicates), 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ZarrUserWarning)
        zarr.consolidate_metadata(path)
    return path


def _write(
    group: zarr.Group,
    name: str,
    values: np.ndarray,
    dims: tuple[str, ...],
    chunks: tuple[int, ...],
    fill: float,
) -> None:
    array = group.create_array(
        name,
        shape=values.shape,
        chunks=chunks or "auto",
        dtype=values.dtype,
        fill_value=fill,
        compressors=(BloscCodec(cname="zstd", clevel=3, shuffle="shuffle"), Crc32cCodec()),
        dimension_names=dims,
    )
    array.with_config({"write_empty_chunks": True})[...] = values  # as sweeps do: an absent chunk is a lost one
