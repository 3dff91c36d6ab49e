"""Finding runs by what was set: points by the value of a parameter, and grids by their axes."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import xarray as xr

from ..model.text.names import closest
from .dataset import design_of, fixed_parameters, varied_parameters

TOLERANCE = 1e-6
"""How far a wanted value may lie from a stored one, as a share of the range of the stored ones (assumption)."""
SHOWN_VALUES = 12


def at(
    sweep: xr.Dataset,
    values: Mapping[str, float] | None = None,
    /,
    *,
    tolerance: float = TOLERANCE,
    **named_values: float,
) -> xr.Dataset:
    """Return the points where every named parameter has the wanted value: ``at(ds, mandate_detail=0.4)``.

    A lever that changes has an ``@`` in its name and goes into ``values``: ``at(ds, {"sanction_strength@61": 0.8})``.
    The nearest stored value is taken if it lies within ``tolerance`` times the range of the stored ones (the dims stay
    ``(point, ...)``). Raises ValueError for an unknown name, and for a value that was not run, naming those that were.

    >>> sweep = xr.Dataset(coords={"point": [0, 1, 2], "mandate_detail": ("point", [0.0, 0.4, 0.4])})
    >>> at(sweep, mandate_detail=0.4)["point"].values.tolist()
    [1, 2]
    """
    keep = np.ones(sweep.sizes["point"], dtype=bool)
    for name, wanted in {**(values or {}), **named_values}.items():
        keep &= _near(sweep, name, float(wanted), tolerance)
    if not keep.any():
        raise ValueError("no point has all of these values together; select by fewer parameters")
    return sweep.isel(point=np.flatnonzero(keep))


def _near(sweep: xr.Dataset, name: str, wanted: float, tolerance: float) -> np.ndarray:
    known = (*varied_parameters(sweep), *fixed_parameters(sweep))
    if name not in known:
        raise ValueError(f"parameter '{name}' is not in this store{closest(name, known)}; it has {', '.join(known)}")
    stored = np.atleast_1d(sweep[name].values.astype(float))
    nearest = float(stored[np.abs(stored - wanted).argmin()])
    if not abs(nearest - wanted) <= tolerance * max(float(np.ptp(stored)), abs(nearest), 1e-12):
        raise ValueError(f"no point has {name} = {wanted:g}; {_available(stored, wanted)}")
    return np.broadcast_to(stored == nearest, sweep.sizes["point"])


def _available(stored: np.ndarray, wanted: float) -> str:
    levels = np.unique(stored)
    if len(levels) <= SHOWN_VALUES:
        return "available: " + ", ".join(f"{level:g}" for level in levels)
    nearest = np.sort(levels[np.argsort(np.abs(levels - wanted))[:3]])
    shown = ", ".join(f"{level:g}" for level in nearest)
    return (
        f"{len(levels)} values from {levels[0]:g} to {levels[-1]:g}, the nearest: {shown} (or give a larger tolerance)"
    )


def unstack_grid(sweep: xr.Dataset) -> xr.Dataset:
    """Return a grid sweep with one dimension per varied parameter in place of ``point``.

    Dims become ``(parameter, ..., replicate, month)``, still lazy. Raises ValueError where the points are no full
    grid: some combination of the levels missing or there twice.

    >>> varied = {"mandate_detail": ("point", [0.0, 0.0, 1.0, 1.0]), "target_level": ("point", [0.8, 0.9, 0.8, 0.9])}
    >>> grid = unstack_grid(xr.Dataset({"quality": ("point", [0.5, 0.6, 0.7, 0.8])}, varied))
    >>> grid["quality"].dims, grid["quality"].values.tolist()
    (('mandate_detail', 'target_level'), [[0.5, 0.6], [0.7, 0.8]])
    """
    names = varied_parameters(sweep)
    levels = [np.unique(sweep[name].values) for name in names]
    cells = math.prod(len(axis) for axis in levels) if names else 0
    points = sweep.sizes["point"]
    places = np.stack([np.searchsorted(axis, sweep[name].values) for name, axis in zip(names, levels, strict=True)])
    if cells != points or len(np.unique(places, axis=1).T) != points:
        raise ValueError(
            f"the {points} points of this '{design_of(sweep).method}' design are no full grid of "
            f'{", ".join(names)}; select points with at(), or sweep with [design] method = "grid"'
        )
    order = np.lexsort(places[::-1])
    unstacked = sweep.isel(point=order).set_index(point=list(names)).unstack("point")
    return unstacked.transpose(*names, ...)
