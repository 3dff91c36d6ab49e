"""Results for other programs, in the formats of :mod:`formats`; tables go block by block so that large stores fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from .conditions import CARRIED, average_by
from .dataset import chosen_outcomes, fixed_parameters, recorded_outcomes, shown_values, varied_parameters
from .formats import Exported, format_of, write_whole
from .windows import settled_from, window, window_mean

BLOCK_CELLS = 5_000_000
"""Cells of one outcome held in memory at a time while a table is written."""


def export(
    sweep: xr.Dataset,
    path: str | Path,
    outcomes: Iterable[str] | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
    monthly: bool = False,
    by: str | None = None,
) -> Path:
    """Write outcomes (all by default) to ``path`` in the format of its ending (``.nc``, ``.csv``, ``.parquet``).

    Return the path. ``sweep`` is an opened sweep; numbers are written in the units of the outcomes, which NetCDF tells.

    Without ``monthly`` each run has one value per outcome, its mean over the window (the second half of the run by
    default); with it every recorded month of the window (all by default). A table has one row per run, or per run and
    month, with all parameters and the status; of a choice it has the labels of the levels, of which NetCDF keeps the
    numbers, with the labels as an attribute. With ``by`` (``party``, ``reorganisation_direction``) each run has one
    mean for each value of that outcome, over the months in which it has it, and the number of these months; a direction
    holds until the next one. Raises ValueError for another ending, an unknown outcome, ``monthly`` with ``by``, and a
    file that the classic format cannot hold.

    >>> from tempfile import TemporaryDirectory
    >>> runs = xr.DataArray([[[0.25, 0.5]]], {"point": [0], "replicate": [0], "month": [1, 2]})
    >>> sweep = xr.Dataset({"quality": runs, "status": (("point", "replicate"), [[1]])})
    >>> with TemporaryDirectory() as folder:
    ...     export(sweep, Path(folder) / "runs.csv").read_text().split()
    ['point,replicate,status,quality', '0,0,1,0.5']
    """
    path = Path(path)
    format_of(path)  # before anything is read
    names = chosen_outcomes(sweep, recorded_outcomes(sweep) if outcomes is None else outcomes)
    months = from_month, to_month
    if by is not None and monthly:
        raise ValueError("choose one: every month (monthly), or means by the values of an outcome (by)")
    write_whole(_runs(sweep, names, months, monthly) if by is None else _by(sweep, names, by, months), path)
    return path


def _runs(sweep: xr.Dataset, names: tuple[str, ...], months: tuple[int | None, int | None], monthly: bool) -> Exported:
    def whole() -> xr.Dataset:
        if monthly:
            return window(sweep, *months)[[*names, "status"]]
        return window_mean(sweep, names, *months).assign(status=sweep["status"]).assign_attrs(sweep.attrs)

    return Exported(whole, lambda: _blocks(sweep, names, months, monthly))


def _by(sweep: xr.Dataset, names: tuple[str, ...], by: str, months: tuple[int | None, int | None]) -> Exported:
    first = settled_from(sweep) if months[0] is None else months[0]
    part = average_by(sweep, by, names, by in CARRIED, first, months[1])
    part = part.assign(status=sweep["status"]).assign_attrs(sweep.attrs)

    def tables() -> Iterator[pd.DataFrame]:
        for value in part[by].values:
            table = _rows(part.sel({by: value}, drop=True), sweep)
            table.insert(2, by, value)
            yield table

    return Exported(lambda: part, tables)


def _blocks(
    sweep: xr.Dataset, names: tuple[str, ...], months: tuple[int | None, int | None], monthly: bool
) -> Iterator[pd.DataFrame]:
    points = max(1, BLOCK_CELLS // (sweep.sizes["replicate"] * sweep.sizes["month"]))
    for start in range(0, sweep.sizes["point"], points):
        block = sweep.isel(point=slice(start, start + points))
        part = window(block, *months)[list(names)].compute() if monthly else window_mean(block, names, *months)
        yield _rows(part.assign(status=block["status"]), block)


def _rows(values: xr.Dataset, block: xr.Dataset) -> pd.DataFrame:
    dims = [dim for dim in ("point", "replicate", "month") if dim in values.dims]
    parameters = [*varied_parameters(block), *fixed_parameters(block)]
    outcomes = [str(name) for name in values.data_vars if name != "status"]
    frame = values.drop_vars(parameters, errors="ignore").to_dataframe(dim_order=dims).reset_index()
    places = frame["point"].to_numpy() - int(block["point"][0])
    for name in parameters:
        frame[name] = np.broadcast_to(shown_values(block, name), block.sizes["point"])[places]
    return frame[[*dims, *parameters, "status", *outcomes]]
