"""What an analysis of sensitivity works on: the sample, the outcomes of its points, and the share of luck in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from dask.base import compute

from .facts import Design, design_of
from .open import DONE
from .windows import settled_from, window

Window = int | None
"""Recorded months per window; None stands for one window, the second half of the run."""


class Series(NamedTuple):
    """One outcome at every point and time: mean over replicates, and the variance between replicates there.

    ``mean`` is (points, times); ``noise`` (times), the variance of single runs at a point, averaged over points;
    ``shared`` (times), the part of it that common luck adds to all points alike. NaN with one replicate.
    ``variance`` (times), that of ``mean`` between the complete points.
    """

    mean: np.ndarray
    noise: np.ndarray
    shared: np.ndarray
    variance: np.ndarray


def sample_of(sweep: xr.Dataset) -> np.ndarray:
    """Return the values of the varied parameters, (points, parameters), columns in the order of the design."""
    return np.column_stack([sweep[name].values for name in design_of(sweep).varied])


def salib_problem(sweep: xr.Dataset) -> dict[str, Any]:
    """Return the problem that SALib's analysers take, for the points and outcomes of this sweep in their order."""
    design = design_of(sweep)
    bounds = [list(design.bounds[name]) for name in design.varied]
    return {"num_vars": len(design.varied), "names": list(design.varied), "bounds": bounds}


def complete_points(sweep: xr.Dataset) -> np.ndarray:
    """Return for each point whether all of its runs are done: (points,) of bool."""
    return np.asarray((sweep["status"].values == DONE).all(axis=1))


def times_of(sweep: xr.Dataset, length: Window, from_month: int | None, to_month: int | None) -> xr.DataArray:
    """Return the last month of each window of an analysis."""
    months = _windowed(sweep["month"].to_dataset(name="month_end"), sweep, length, from_month, to_month)
    return months["month"]


def _windowed(
    part: xr.Dataset, sweep: xr.Dataset, length: Window, from_month: int | None, to_month: int | None
) -> xr.Dataset:
    if length is None:
        part = window(part, settled_from(sweep) if from_month is None else from_month, to_month)
        length = part.sizes["month"]
    else:
        part = window(part, from_month, to_month)
    if not 1 <= length <= part.sizes["month"]:
        raise ValueError(f"a window must have 1 .. {part.sizes['month']} recorded months, got {length}")
    if length == 1:
        return part
    windows = part.coarsen(month=length, boundary="trim", side="right", coord_func={"month": "max"})
    return windows.mean(keep_attrs=True)


def series_of(
    sweep: xr.Dataset,
    outcomes: tuple[str, ...],
    length: Window,
    from_month: int | None = None,
    to_month: int | None = None,
) -> Iterator[tuple[str, Series]]:
    """Yield each outcome with its :class:`Series`, one at a time, so that only one is in memory.

    Points with a failed or missing run are NaN in ``mean`` and left out of ``noise``.
    """
    complete = complete_points(sweep)
    kept = sweep.isel(point=np.flatnonzero(complete))
    for name in outcomes:
        part = _windowed(kept[[name]].astype(np.float64), kept, length, from_month, to_month)[name]
        runs = part.transpose("point", "replicate", "month")
        wanted = [runs.mean("replicate", skipna=False)]
        if runs.sizes["replicate"] > 1:
            wanted += [runs.var("replicate", ddof=1, skipna=False).mean("point"), runs.mean("point", skipna=False)]
        found, *spread = (np.asarray(array) for array in compute(*(array.data for array in wanted)))
        nothing = np.full(found.shape[1], np.nan)
        noise, shared = (spread[0], spread[1].var(axis=0, ddof=1)) if spread else (nothing, nothing)
        mean = np.full((len(complete), found.shape[1]), np.nan)
        mean[complete] = found
        yield name, Series(mean, noise, shared, found.var(axis=0))


def seed_share(series: Series, design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of luck in the variance of single runs, and the part of that share which common luck adds.

    Both (times,), NaN with one replicate. By the law of total variance: Var(run) = Var(mean of the point) + mean of
    the variance at a point; the first is freed of the luck that is left in the mean of ``replicates`` runs.
    """
    shared = series.shared if design.luck == "common" else np.zeros_like(series.shared)
    left = np.maximum(series.noise - shared, 0.0) / design.replicates
    between = np.maximum(series.variance - left, 0.0)
    total = between + series.noise
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0.0, series.noise / total, np.nan), np.where(total > 0.0, shared / total, np.nan)
