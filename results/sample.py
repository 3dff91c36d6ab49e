"""Sample that an analysis of sensitivity works on: its outcomes by point, and the share of luck in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from dask.base import compute

from ..store.format import DONE
from .dataset import design_of
from .windows import means_of_windows, settled_from, window

Window = int | None
"""Recorded months per window; None stands for one window, the second half of the run."""


NO_DEVIATIONS = np.zeros((0, 1, 0), dtype=np.float32)
"""Stands for the deviations of a series of which they are not asked."""


class Series(NamedTuple):
    """One outcome at every point and time: mean over replicates, and the variance between replicates there.

    ``mean`` is (points, times); ``noise`` (points, times), the variance of single runs at a point; ``shared`` (times),
    the part of it that common random numbers adds to all points alike. NaN with one replicate. ``deviations`` (points,
    replicates, times) are those of the runs from ``mean``, zeros with one replicate.
    """

    mean: np.ndarray
    noise: np.ndarray
    shared: np.ndarray
    deviations: np.ndarray = NO_DEVIATIONS


def sample_of(sweep: xr.Dataset) -> np.ndarray:
    """Return the values of the varied parameters, (points, parameters), columns in the order of the design.

    Each column is in the unit of its parameter. Raises ValueError for a dataset that ``open_sweep`` did not open.

    >>> sampler = '{"method": "table", "names": ["target_level", "mandate_detail"], "bounds": []}'
    >>> varied = {"mandate_detail": ("point", [0.2, 0.7]), "target_level": ("point", [0.8, 0.9])}
    >>> runs = {"status": (("point", "replicate"), [[1], [1]])}
    >>> sample_of(xr.Dataset(runs, varied, {"sampler": sampler})).tolist()
    [[0.8, 0.2], [0.9, 0.7]]
    """
    return np.column_stack([sweep[name].values for name in design_of(sweep).varied])


def salib_problem(sweep: xr.Dataset) -> dict[str, Any]:
    """Return the problem that SALib's analysers take, for the points and outcomes of this opened sweep in their order.

    A design with groups of parameters has them under ``groups``, the group of each parameter. Distributions and levels
    are not in it: it is for analysers, and a sampler would draw from the bounds as if all between were equally likely.
    Raises ValueError for a dataset that ``open_sweep`` did not open. Source of the form: SALib's documentation.

    >>> sampler = '{"method": "sobol", "names": ["mandate_detail"], "bounds": [[0.0, 1.0]]}'
    >>> runs = {"status": (("point", "replicate"), [[1], [1]])}
    >>> salib_problem(xr.Dataset(runs, {"mandate_detail": ("point", [0.2, 0.7])}, {"sampler": sampler}))
    {'num_vars': 1, 'names': ['mandate_detail'], 'bounds': [[0.0, 1.0]]}
    """
    design = design_of(sweep)
    bounds = [list(design.bounds[name]) for name in design.varied]
    found = {"num_vars": len(design.varied), "names": list(design.varied), "bounds": bounds}
    return found | ({"groups": list(design.owners)} if design.groups else {})


def complete_points(sweep: xr.Dataset) -> np.ndarray:
    """Return for each point of an opened sweep whether all of its runs are done: (points,) of bool.

    Raises ValueError for a Dataset without ``status``.

    >>> complete_points(xr.Dataset({"status": (("point", "replicate"), [[DONE, DONE], [DONE, 2]])})).tolist()
    [True, False]
    """
    if "status" not in sweep:
        raise ValueError("complete_points needs an opened sweep, with its 'status'; this Dataset has none")
    # All runs: a mean over fewer replicates has met other luck than those beside it.
    return np.asarray((sweep["status"].values == DONE).all(axis=1))


def times_of(sweep: xr.Dataset, length: Window, from_month: int | None, to_month: int | None) -> xr.DataArray:
    """Return the last month of each window of an analysis, (month,): ``length`` recorded months each, or one window.

    Raises ValueError where no recorded month lies in the window, and for a length that leaves none.

    >>> times_of(xr.Dataset(coords={"month": range(1, 13)}), 4, None, None).values.tolist()
    [4, 8, 12]
    >>> times_of(xr.Dataset(coords={"month": range(1, 13)}), None, None, None).values.tolist()
    [12]
    """
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
    return means_of_windows(part, length)


def series_of(
    sweep: xr.Dataset,
    outcomes: tuple[str, ...],
    length: Window,
    from_month: int | None = None,
    to_month: int | None = None,
) -> Iterator[tuple[str, Series]]:
    """Yield each outcome with its :class:`Series` (points, times), one at a time, so that only one is in memory.

    Means are in the unit of the outcome, variances in its square. Points with a failed or missing run are NaN in
    ``mean`` and ``noise``. Raises ValueError where no recorded month lies in the window, and for a length that leaves
    none.

    >>> runs = xr.Dataset({"quality": (("point", "replicate", "month"), [[[0.2], [0.4]], [[0.5], [0.9]]])})
    >>> sweep = runs.assign(status=(("point", "replicate"), [[DONE, DONE], [DONE, DONE]]))
    >>> ((name, series),) = series_of(sweep.assign_coords(month=[1]), ("quality",), 1)
    >>> series.mean.round(6).tolist(), series.noise.round(6).tolist()
    ([[0.3], [0.7]], [[0.02], [0.08]])
    """
    complete = complete_points(sweep)
    kept = sweep.isel(point=np.flatnonzero(complete))
    for name in outcomes:
        # Stores hold float32, which has too few digits for sums over many runs.
        part = _windowed(kept[[name]].astype(np.float64), kept, length, from_month, to_month)[name]
        runs = part.transpose("point", "replicate", "month")
        wanted = [runs.mean("replicate", skipna=False)]
        if runs.sizes["replicate"] > 1:
            wanted += [runs.var("replicate", ddof=1, skipna=False), runs.mean("point", skipna=False)]
        # Deviations have digits enough in the type of the stores, and half the size.
        wanted.append((runs - wanted[0]).astype(np.float32).transpose("point", "replicate", "month"))
        # In one go, so that each chunk is read once.
        found, *spread, of_runs = (np.asarray(array) for array in compute(*(array.data for array in wanted)))
        mean = np.full((len(complete), found.shape[1]), np.nan)
        noise, shared = np.full_like(mean, np.nan), np.full(found.shape[1], np.nan)
        mean[complete] = found
        deviations = np.full((len(complete), *of_runs.shape[1:]), np.nan, dtype=np.float32)
        deviations[complete] = of_runs
        if spread:
            # The mean over all points moves from replicate to replicate by the luck that they share.
            noise[complete], shared = spread[0], spread[1].var(axis=0, ddof=1)
        yield name, Series(mean, noise, shared, deviations)
