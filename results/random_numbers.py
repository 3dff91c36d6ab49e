"""Random numbers of an opened sweep: which of its points share them, and the run number of every run."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ..store.random_streams import numbers_of_runs, stream_sets
from .dataset import design_of

RUN = "run"
"""The coordinate of a call whose run numbers were chosen, (point, replicate)."""


def sets_of_points(sweep: xr.Dataset) -> np.ndarray:
    """Return the number of the set of random streams that each point of an opened sweep has, (point,), no unit.

    Points with one number share their random numbers, replicate by replicate. Raises ValueError for a dataset that
    ``open_sweep`` did not open.

    >>> sampler = '{"method": "table", "names": ["mandate_detail"], "bounds": [], "arms": 2}'
    >>> runs = {"status": (("point", "replicate"), [[1], [1], [1], [1]])}
    >>> varied = {"mandate_detail": ("point", [0.0, 1.0, 0.0, 1.0])}
    >>> sets_of_points(xr.Dataset(runs, varied, {"sampler": sampler, "streams": "paired"})).tolist()
    [0, 0, 1, 1]
    """
    if RUN in sweep.coords:
        numbers = sweep[RUN].transpose("point", "replicate").values
        return np.unique(numbers, axis=0, return_inverse=True)[1].reshape(-1)
    design = design_of(sweep)
    return stream_sets(design.streams, _along(sweep, "point"), design.points_in_unit)


def run_numbers_of(sweep: xr.Dataset) -> np.ndarray:
    """Return the run number of each run of an opened sweep, (point, replicate), no unit.

    Raises ValueError for a dataset that ``open_sweep`` did not open.

    >>> runs, facts = {"status": (("point", "replicate"), [[1, 1], [1, 1]])}, {"streams": "independent"}
    >>> facts["sampler"] = '{"method": "grid", "names": [], "bounds": []}'
    >>> run_numbers_of(xr.Dataset(runs, {"mandate_detail": ("point", [0.0, 1.0])}, facts)).tolist()
    [[0, 1], [4096, 4097]]
    """
    if RUN in sweep.coords:
        return np.asarray(sweep[RUN].transpose("point", "replicate").values)
    return numbers_of_runs(sets_of_points(sweep), _along(sweep, "replicate"))


def _along(sweep: xr.Dataset, dim: str) -> np.ndarray:
    # The numbers that they have in the store, not their places: some of them may have been chosen.
    return sweep[dim].values if dim in sweep.coords else np.arange(sweep.sizes[dim])
