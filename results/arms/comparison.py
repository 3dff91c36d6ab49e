"""Two stores side by side: what was set differently, and what that changed, run by run where random numbers agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from ..dataset import (
    chosen_outcomes,
    fixed_parameters,
    label_of,
    levels_in,
    shown_values,
    spec_of,
    value_said,
    varied_parameters,
)
from ..intervals import NO_RUNS, mean_over, said
from ..selection import at
from ..statistics.mean_intervals import Scatter, difference_with_interval, mean_with_interval, scatter_of
from ..windows import settled_from, window_mean
from .agreement import FACTS, OF_STREAMS

COMPARED_ENTRIES = ("seed", "months", "streams", "country", "constants")


class Comparison(NamedTuple):
    """What two stores have in common and how they differ.

    ``table``: one row per outcome with ``first`` and ``second`` (means over the runs that are compared), ``change``
    with ``change_low`` and ``change_high`` (95 % interval) and ``rises``, the share of points whose mean rises.
    ``settings``: what was set differently, as lines. ``points``: how many points both have. ``paired``: whether the
    same run of both has the same random numbers, so that differences are taken run by run.
    """

    table: pd.DataFrame
    settings: tuple[str, ...]
    points: int
    paired: bool


def compare(
    first: xr.Dataset,
    second: xr.Dataset,
    outcomes: Iterable[str] | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
) -> Comparison:
    """Compare one opened sweep with another over the points whose varied parameters have equal values in both.

    ``outcomes`` defaults to the main ones that both recorded; the window to the second half of the shorter sweep. The
    numbers of each row are in the unit of its outcome. Raises ValueError where the stores share no outcome or no point.

    >>> attrs = {"spec": "seed = 1", "sampler": '{"method": "grid", "names": ["mandate_detail"], "bounds": []}'}
    >>> runs = xr.DataArray([[[0.5], [0.6]], [[0.7], [0.8]]], dims=("point", "replicate", "month"))
    >>> first = xr.Dataset({"quality": runs}, {"mandate_detail": ("point", [0.0, 1.0]), "month": [1]}, attrs)
    >>> found = compare(first, first.assign(quality=runs + 0.1))
    >>> found.points, found.paired, found.table["change"].round(6).tolist()
    (2, True, [0.1])
    """
    names = _shared_outcomes(first, second, outcomes)
    here, there = _shared_points(first, second)
    begin = min(settled_from(first), settled_from(second)) if from_month is None else from_month
    last = min(int(first.month[-1]), int(second.month[-1])) if to_month is None else to_month
    scatters = _scatter_at(first, here), _scatter_at(second, there)
    first, second = first.isel(point=here), second.isel(point=there)
    paired = _same_streams(first, second)
    if paired:  # by the number of the replicate, whichever of them each store has
        first, second = xr.align(first, second, join="inner", exclude={*first.dims} - {"replicate"})
    ours, theirs = (window_mean(sweep, names, begin, last) for sweep in (first, second))
    values = {name: (ours[name].values, theirs[name].values) for name in names}
    if not any(np.isfinite(one).any() and np.isfinite(other).any() for one, other in values.values()):
        raise ValueError("one of the stores has no completed run at the points that both have; nothing to compare")
    rows = [_row(name, *values[name], paired, scatters) for name in names]
    return Comparison(pd.DataFrame(rows), _settings(first, second), len(here), paired)


def contrast(
    sweep: xr.Dataset,
    first: Mapping[str, float | str],
    second: Mapping[str, float | str],
    outcomes: Iterable[str] | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
) -> Comparison:
    """Compare two settings of levers within one opened sweep, over all states of its other parameters, run by run.

    ``first`` and ``second`` give values of the same varied parameters (``{"target_toughness": 0.0}`` and
    ``{"target_toughness": 1.0}``), levels of choices by their labels; points are paired where all other parameters
    agree. Raises ValueError for values that were not run and where no point has a partner.

    >>> attrs = {"spec": "seed = 1", "sampler": '{"method": "grid", "names": ["target_toughness"], "bounds": []}'}
    >>> varied = {"target_toughness": ("point", [0.0, 1.0, 0.0, 1.0]), "target_level": ("point", [0.8, 0.8, 0.9, 0.9])}
    >>> runs = {"quality": (("point", "replicate", "month"), [[[0.5]], [[0.6]], [[0.7]], [[0.9]]])}
    >>> sweep = xr.Dataset(runs, varied | {"month": [1]}, attrs)
    >>> contrast(sweep, {"target_toughness": 0.0}, {"target_toughness": 1.0}).table["change"].round(6).tolist()
    [0.15]
    """
    if set(first) != set(second) or not first:
        raise ValueError(f"both settings must name the same parameters, got {sorted(first)} and {sorted(second)}")
    chosen = [_held(at(sweep, setting), setting) for setting in (first, second)]
    return compare(chosen[0], chosen[1], outcomes, from_month, to_month)


def _held(points: xr.Dataset, setting: Mapping[str, float | str]) -> xr.Dataset:
    """Return the points with the named parameters as scalars, as if the store had fixed them."""
    held = {name: float(np.atleast_1d(points[name].values)[0]) for name in setting}
    return points.assign_coords({name: ((), value, points[name].attrs) for name, value in held.items()})


def _shared_outcomes(first: xr.Dataset, second: xr.Dataset, outcomes: Iterable[str] | None) -> tuple[str, ...]:
    if outcomes is not None:
        return chosen_outcomes(second, chosen_outcomes(first, outcomes))
    both = tuple(name for name in chosen_outcomes(first, None) if name in second.data_vars)
    if not both:
        raise ValueError("the stores recorded no outcome in common; there is nothing to compare")
    return both


def _shared_points(first: xr.Dataset, second: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    names = sorted(set(varied_parameters(first)) & set(varied_parameters(second)))
    if not names and first.sizes["point"] == second.sizes["point"] == 1:
        return np.array([0]), np.array([0])
    if not names:
        raise ValueError("the stores vary no parameter in common, so that no point of one stands in the other")
    # Levels by their labels: their numbers are those of each sweep.
    keys = [pd.MultiIndex.from_arrays([shown_values(sweep, name) for name in names]) for sweep in (first, second)]
    for label, key in zip(("first", "second"), keys, strict=True):
        if key.has_duplicates:
            raise ValueError(
                f"the {label} store has several points with equal {', '.join(names)}; select one with at()"
            )
    there = keys[1].get_indexer(keys[0])
    here = np.flatnonzero(there >= 0)
    if not len(here):
        raise ValueError(f"no point has the same {', '.join(names)} in both stores; sweep them with one [design]")
    return here, there[here]


def _same_streams(first: xr.Dataset, second: xr.Dataset) -> bool:
    """Whether a run of ``first`` has the random numbers of the run at its place in ``second``."""
    return all(FACTS[name].read(first) == FACTS[name].read(second) for name in OF_STREAMS)


def _scatter_at(sweep: xr.Dataset, members: np.ndarray) -> Scatter:
    scatter = scatter_of(sweep)
    return scatter if np.array_equal(members, np.arange(sweep.sizes["point"])) else scatter.of(members)


def _row(
    name: str, ours: np.ndarray, theirs: np.ndarray, paired: bool, scatters: tuple[Scatter, Scatter]
) -> dict[str, object]:
    if paired:
        # Run by run: what chance does to both runs of a replicate cancels.
        known = np.isfinite(ours) & np.isfinite(theirs)
        ours, theirs = np.where(known, ours, np.nan), np.where(known, theirs, np.nan)
        change, low, high = mean_with_interval(theirs - ours, scatters[0])
    else:
        change, low, high = difference_with_interval(ours, theirs, scatters)
    both = np.isfinite(mean_over(ours, 1)) & np.isfinite(mean_over(theirs, 1))
    # Of the runs that the change is made of, so that it is the difference of what stands beside it.
    means = [float(mean_over(mean_over(one[both], 1), 0)) for one in (ours, theirs)]
    # A point without a completed run in one of the stores neither rises nor falls.
    known = np.isfinite(ours).any(axis=1) & np.isfinite(theirs).any(axis=1)
    rising = np.nanmean(theirs[known], axis=1) > np.nanmean(ours[known], axis=1)
    rises = float(rising.mean()) if known.any() else np.nan
    row: dict[str, object] = {"outcome": name, "first": means[0], "second": means[1]}
    return row | {"change": float(change), "change_low": float(low), "change_high": float(high), "rises": rises}


def _settings(first: xr.Dataset, second: xr.Dataset) -> tuple[str, ...]:
    specs = spec_of(first), spec_of(second)
    fixed = [
        {name: value_said(value, levels_in(sweep, name)) for name, value in fixed_parameters(sweep).items()}
        for sweep in (first, second)
    ]
    lines = [
        f"{key}: {specs[0].get(key)} / {specs[1].get(key)}"
        for key in COMPARED_ENTRIES
        if specs[0].get(key) != specs[1].get(key)
    ]
    names = dict.fromkeys([*fixed[0], *fixed[1]])
    varied = [set(varied_parameters(sweep)) for sweep in (first, second)]
    for name in names:
        words = [_set_to(name, fixed[i], varied[i]) for i in (0, 1)]
        if words[0] != words[1]:
            lines.append(f"{name}: {words[0]} / {words[1]}")
    return tuple(lines)


def _set_to(name: str, fixed: dict[str, str], varied: set[str]) -> str:
    return "varied" if name in varied else fixed.get(name, "default")


def compared_rows(found: Comparison) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and the cells, as text, of the printed table of a comparison."""
    rows: list[tuple[str, ...]] = [
        (
            label_of(row["outcome"], unit=False),
            *(f"{row[key]:.3f}" if isfinite(row[key]) else NO_RUNS for key in ("first", "second")),
            said(row["change"], row["change_low"], row["change_high"], sign=True),
            f"{row['rises']:.0%}" if isfinite(row["rises"]) else NO_RUNS,
        )
        for row in found.table.to_dict("records")
    ]
    return ("outcome", "first", "second", "change (95%)", "points where it rises"), rows
