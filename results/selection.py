"""Finding runs by what was set: points by the value of a parameter, and grids by their axes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..model.text.names import closest, real_number
from ..model.text.plain_text import brief
from .dataset import design_of, fixed_parameters, levels_in, value_said, varied_parameters, with_labels

TOLERANCE = 1e-6
"""How far a wanted value may lie from a stored one, as a share of the range of the stored ones (assumption)."""
SHOWN_VALUES = 12
Wanted = float | str | Sequence[float] | Sequence[str] | NDArray[Any] | slice
"""A value of a parameter or the label of a level, several of them, or all between two."""


def at(
    sweep: xr.Dataset,
    values: Mapping[str, Wanted] | None = None,
    /,
    *,
    method: Literal["nearest"] | None = None,
    tolerance: float | None = None,
    **named_values: Wanted,
) -> xr.Dataset:
    """Return the points where every named parameter has a wanted value: ``at(ds, mandate_detail=0.4)``.

    A value is a number, a list of numbers (any of them) or a slice (its ends included, each may be left out):
    ``at(ds, mandate_detail=slice(0.2, 0.6), target_level=[0.8, 0.9])``. A lever that changes has an ``@`` in its name
    and goes into ``values``: ``at(ds, {"sanction_strength@61": 0.8})``. A level of a choice is named by its label,
    ``at(ds, gaming="built-in")``. The dims stay ``(point, ...)``, in the order of the sweep.

    The nearest stored value is taken if it lies within ``tolerance`` (default 1e-6) times the range of the stored ones.
    With ``method="nearest"`` the nearest setting is taken instead, whatever the design: of the points inside all
    slices, those that are nearest to the numbers together, each parameter in units of its range in the sweep; with
    lists, the nearest to every combination. ``tolerance`` is then the largest distance, in these units; default any.
    Levels are near to nothing but themselves.

    Raises ValueError for an unknown name, for what is no number, for a value that was not run, naming those that were,
    for a slice of a choice, whose levels have no order, and where no point is near enough.

    >>> sweep = xr.Dataset(coords={"point": [0, 1, 2], "mandate_detail": ("point", [0.0, 0.4, 0.4])})
    >>> at(sweep, mandate_detail=0.4)["point"].values.tolist()
    [1, 2]
    >>> at(sweep, mandate_detail=slice(None, 0.3))["point"].values.tolist()
    [0]
    >>> at(sweep, mandate_detail=0.3, method="nearest")["point"].values.tolist()
    [1, 2]
    """
    if method not in (None, "nearest"):
        raise ValueError(f"method must be None (the values themselves) or 'nearest', got {brief(method)}")
    _check_tolerance(tolerance)
    wanted = _checked(sweep, {**(values or {}), **named_values})
    slices = {name: value for name, value in wanted.items() if isinstance(value, slice)}
    numbers = {name: value for name, value in wanted.items() if not isinstance(value, slice)}
    levels = {name: numbers.pop(name) for name in [*numbers] if levels_in(sweep, name) and method == "nearest"}
    keep = np.ones(sweep.sizes["point"], dtype=bool)
    for name, each in levels.items():
        keep &= _among(sweep, name, each, TOLERANCE)
    for name, part in slices.items():
        keep &= _inside(sweep, name, part)
    if not keep.any():
        raise ValueError("no point lies inside all of these slices together; widen one of them")
    if method == "nearest" and (numbers or not levels):
        keep &= _nearest(sweep, numbers, keep, tolerance)
    else:
        for name, each in numbers.items():
            keep &= _among(sweep, name, each, TOLERANCE if tolerance is None else tolerance)
    if not keep.any():
        raise ValueError("no point has all of these values together; select by fewer parameters")
    return evenly_chunked(sweep.isel(point=np.flatnonzero(keep)))


def evenly_chunked(chosen: xr.Dataset) -> xr.Dataset:
    """Return ``chosen``, (point, ...), with chunks of one size along each dimension but for the last.

    Zarr writes no others; sizes are in points, replicates and months.

    >>> uneven = xr.Dataset({"quality": ("point", [0.5, 0.6, 0.7, 0.8])}).chunk(point=(1, 2, 1))
    >>> evenly_chunked(uneven)["quality"].chunks
    ((2, 2),)
    """
    # Of each variable alone: that of a Dataset fails where two variables are cut differently.
    sizes: dict[Hashable, int] = {}
    for variable in chosen.variables.values():
        for dim, cut in variable.chunksizes.items():
            if len(set(cut[:-1])) > 1 or cut[-1] > cut[0]:
                sizes[dim] = max(*cut, sizes.get(dim, 0))
    return chosen.chunk(sizes) if sizes else chosen


def _check_tolerance(tolerance: Any) -> None:
    number = 0.0 if tolerance is None else real_number(tolerance)
    if number is None or not number >= 0.0:
        raise ValueError(f"tolerance must be a number from 0 on, got {brief(tolerance)}")


def _checked(sweep: xr.Dataset, wanted: Mapping[str, Any]) -> dict[str, tuple[float, ...] | slice]:
    """Return what is wanted of each parameter as numbers or a slice; raise ValueError for what is neither."""
    if "point" not in sweep.dims:
        raise ValueError(
            f"at() finds points, and the dims are {', '.join(map(str, sweep.dims))}; use .sel(), as xarray has it"
        )
    known = (*varied_parameters(sweep), *fixed_parameters(sweep))
    for name in wanted:
        if name not in known:
            raise ValueError(
                f"parameter {brief(name)} is not in this store{closest(name, known)}; it has {', '.join(known)}"
            )
    return {name: _read(name, value, levels_in(sweep, name)) for name, value in wanted.items()}


def _read(name: str, value: Any, labels: tuple[str, ...]) -> tuple[float, ...] | slice:
    if isinstance(value, slice):
        if labels:
            raise ValueError(f"the levels of {name} have no order, so that no slice holds any; give {_either(labels)}")
        return _slice_of(name, value)
    return _levels_of(name, value, labels) if labels else _numbers_of(name, value)


def _either(labels: Sequence[str]) -> str:
    """Return the first labels as a user would write them: 'built-in' or 'my_rules.py:gaming'."""
    return " or ".join(f"'{label}'" for label in labels[:SHOWN_VALUES])


def _levels_of(name: str, value: Any, labels: tuple[str, ...]) -> tuple[float, ...]:
    """Return the numbers of the levels that are wanted by label, or by number."""
    given = [value] if isinstance(value, str) else np.atleast_1d(np.asarray(value, dtype=object)).tolist()
    found = []
    for each in given:
        number = labels.index(each) if each in labels else real_number(each)
        if number is None or number not in range(len(labels)):
            raise ValueError(f"{name} has no level {brief(each)}{closest(str(each), labels)}; give {_either(labels)}")
        found.append(float(number))
    if not found:
        raise ValueError(f"{name} must be the label of a level or a list of some: {_either(labels)}, got none")
    return tuple(found)


def _slice_of(name: str, part: slice) -> slice:
    if part.step is not None:
        raise ValueError(f"the slice of {name} must have no step, got {brief(part.step)}; give a list of values")
    given = [real_number(end) for end in (part.start, part.stop) if end is not None]
    if not all(end is not None and not math.isnan(end) for end in given):
        raise ValueError(f"the ends of the slice of {name} must be numbers, got {brief(part)}")
    ends = [None if end is None else float(end) for end in (part.start, part.stop)]
    if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
        raise ValueError(f"the slice of {name} is reversed: {ends[0]:g} lies above {ends[1]:g}")
    return slice(*ends)


def _numbers_of(name: str, value: Any) -> tuple[float, ...]:
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray("")
    if array.ndim > 1 or array.dtype.kind not in "iuf" or not array.size or not np.isfinite(array).all():
        raise ValueError(f"{name} must be a number, a list of numbers or a slice, got {brief(value)}")
    return tuple(map(float, np.atleast_1d(array)))


def _stored(sweep: xr.Dataset, name: str) -> np.ndarray:
    return np.broadcast_to(np.asarray(sweep[name].values, dtype=float), sweep.sizes["point"])


def _inside(sweep: xr.Dataset, name: str, part: slice) -> np.ndarray:
    stored = _stored(sweep, name)
    # As xarray and pandas have it: the ends of a slice of labels belong to it.
    slack = TOLERANCE * float(np.ptp(stored))
    low = -math.inf if part.start is None else part.start - slack
    high = math.inf if part.stop is None else part.stop + slack
    found = (stored >= low) & (stored <= high)
    if not found.any():
        ends = ("" if end is None else f"{end:g}" for end in (part.start, part.stop))
        raise ValueError(f"no point has {name} in {' .. '.join(ends).strip()}; {_available(stored, part.start or 0.0)}")
    return np.asarray(found)


def _among(sweep: xr.Dataset, name: str, wanted: tuple[float, ...], tolerance: float) -> np.ndarray:
    labels = levels_in(sweep, name)
    return np.logical_or.reduce([_near(_stored(sweep, name), name, each, tolerance, labels) for each in wanted])


def _near(stored: np.ndarray, name: str, wanted: float, tolerance: float, labels: tuple[str, ...]) -> np.ndarray:
    nearest = float(stored[np.abs(stored - wanted).argmin()])
    if labels and nearest != wanted:
        there = ", ".join(labels[int(level)] for level in np.unique(stored))
        raise ValueError(f"no point has {name} = {value_said(wanted, labels)}; available: {there}")
    if not abs(nearest - wanted) <= tolerance * max(float(np.ptp(stored)), abs(nearest), 1e-12):
        raise ValueError(f"no point has {name} = {wanted:g}; {_available(stored, wanted)}")
    return stored == nearest


def _nearest(
    sweep: xr.Dataset, wanted: Mapping[str, tuple[float, ...]], keep: np.ndarray, tolerance: float | None
) -> np.ndarray:
    """Return which points have the setting of the one among ``keep`` that is nearest to each combination of values."""
    if not wanted:
        raise ValueError("method='nearest' needs a value to be near to, such as at(sweep, mandate_detail=0.4, ...)")
    columns = np.stack([_stored(sweep, name) for name in wanted])
    spans = np.ptp(columns, axis=1)
    # What does not vary is equally far from all points; its own size is then the unit of the distance.
    scaled = np.where(spans > 0.0, spans, np.maximum(np.abs(columns[:, 0]), 1.0))[:, None]
    found = np.zeros(columns.shape[1], dtype=bool)
    for target in itertools.product(*wanted.values()):
        distance = np.sqrt((((columns - np.array(target)[:, None]) / scaled) ** 2).sum(axis=0))
        best = int(np.where(keep, distance, np.inf).argmin())
        if tolerance is not None and not distance[best] <= tolerance:
            said = ", ".join(f"{name} = {value:g}" for name, value in zip(wanted, target, strict=True))
            there = ", ".join(f"{name} = {value:g}" for name, value in zip(wanted, columns[:, best], strict=True))
            raise ValueError(
                f"no point lies within {tolerance:g} of {said}, in units of the ranges of the sweep; the nearest, "
                f"at {distance[best]:.3g}, is point {int(np.asarray(sweep['point'])[best])}: {there}"
            )
        found |= (columns == columns[:, [best]]).all(axis=0)
    return found


def _available(stored: np.ndarray, wanted: float) -> str:
    levels = np.unique(stored)
    if len(levels) <= SHOWN_VALUES:
        return "available: " + ", ".join(f"{level:g}" for level in levels)
    nearest = np.sort(levels[np.argsort(np.abs(levels - wanted))[:3]])
    shown = ", ".join(f"{level:g}" for level in nearest)
    return (
        f"{len(levels)} values from {levels[0]:g} to {levels[-1]:g}, the nearest: {shown} "
        "(or give a larger tolerance, or method='nearest')"
    )


def unstack_grid(sweep: xr.Dataset) -> xr.Dataset:
    """Return a grid sweep with one dimension per varied parameter in place of ``point``.

    Dims become ``(parameter, ..., replicate, month)``, still lazy; the coordinate of a choice has the labels of its
    levels. Raises ValueError where the points are no full grid: some combination of the levels missing or there twice.

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
    for name in names:
        # Indices keep no attributes, by which parameters of own rules are known.
        values = with_labels(unstacked[name].values, levels_in(sweep, name))
        unstacked = unstacked.assign_coords({name: (name, values, sweep[name].attrs)})
    return unstacked.transpose(*names, ...)
