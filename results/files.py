"""Results for other programs: NetCDF and CSV, written block by block so that large stores fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from .attributes import as_plain
from .conditions import CARRIED, conditional_means
from .dataset import chosen_outcomes, fixed_parameters, recorded_outcomes, varied_parameters
from .windows import settled_from, window, window_mean

BLOCK_CELLS = 5_000_000
"""Cells of one outcome held in memory at a time while a CSV file is written."""
LARGEST_CLASSIC = 2**31 - 1
"""Bytes of one variable that the classic NetCDF format takes."""


def export(
    sweep: xr.Dataset,
    path: str | Path,
    outcomes: Iterable[str] | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
    monthly: bool = False,
    by: str | None = None,
) -> Path:
    """Write outcomes (all by default) to ``path``: NetCDF for ``.nc``, CSV for ``.csv``; return the path.

    ``sweep`` is an opened sweep; numbers are written in the units of the outcomes, which NetCDF tells.

    Without ``monthly`` each run has one value per outcome, its mean over the window (the second half of the run by
    default); with it every recorded month of the window (all by default). CSV has one row per run, or per run and
    month, with all parameters and the status. With ``by`` (``party``, ``reorganisation_direction``) each run has one
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
    if path.suffix not in (".nc", ".csv"):
        raise ValueError(f"the ending of '{path}' must be .nc (NetCDF) or .csv, got '{path.suffix or 'none'}'")
    names = chosen_outcomes(sweep, recorded_outcomes(sweep) if outcomes is None else outcomes)
    if by is not None:
        if monthly:
            raise ValueError("choose one: every month (monthly), or means by the values of an outcome (by)")
        return _write_by(sweep, path, names, by, (from_month, to_month))
    if path.suffix == ".csv":
        return _write_csv(sweep, path, names, (from_month, to_month), monthly)
    if monthly:
        part = window(sweep, from_month, to_month)[[*names, "status"]]
    else:
        part = window_mean(sweep, names, from_month, to_month).assign(status=sweep["status"]).assign_attrs(sweep.attrs)
    return _write_netcdf(part, path)


def _write_by(
    sweep: xr.Dataset, path: Path, names: tuple[str, ...], by: str, months: tuple[int | None, int | None]
) -> Path:
    first = settled_from(sweep) if months[0] is None else months[0]
    part = conditional_means(sweep, by, names, by in CARRIED, first, months[1])
    part = part.assign(status=sweep["status"]).assign_attrs(sweep.attrs)
    if path.suffix == ".nc":
        return _write_netcdf(part, path)
    tables = [_rows(part.sel({by: value}, drop=True), sweep) for value in part[by].values]
    for table, value in zip(tables, part[by].values, strict=True):
        table.insert(2, by, value)
    pd.concat(tables, ignore_index=True).to_csv(path, index=False, lineterminator="\n")
    return path


def _write_netcdf(part: xr.Dataset, path: Path) -> Path:
    part = part.copy()
    part.attrs = as_plain(part.attrs)
    for variable in part.variables.values():
        variable.attrs = as_plain(variable.attrs)
    if find_spec("netCDF4") or find_spec("h5netcdf"):
        part.to_netcdf(path)
        return path
    largest = max(variable.nbytes for variable in part.data_vars.values())
    if largest > LARGEST_CLASSIC:
        raise ValueError(
            f"a variable of {largest / 1e9:.1f} GB is too large for classic NetCDF; choose fewer outcomes or months, "
            "or install a writer of NetCDF 4: pip install h5netcdf"
        )
    part.to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")
    return path


def _write_csv(
    sweep: xr.Dataset, path: Path, names: tuple[str, ...], months: tuple[int | None, int | None], monthly: bool
) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        for place, block in enumerate(_blocks(sweep, names, months, monthly)):
            block.to_csv(file, index=False, header=place == 0, lineterminator="\n")
    return path


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
        frame[name] = np.broadcast_to(block[name].values, block.sizes["point"])[places]
    return frame[[*dims, *parameters, "status", *outcomes]]
