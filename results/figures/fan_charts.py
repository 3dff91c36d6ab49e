"""Outcomes over time: means with intervals and the spread of the runs, for low and high values of one parameter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from ...datasets.attributes import labels_of
from ...datasets.inputs import Input
from ..dataset import design_of, label_of
from ..statistics.mean_intervals import Scatter, mean_with_interval, scatter_of

MOST_POINTS = 2_000
"""More points than this are thinned evenly for a figure of time (assumption); means of windows always use all."""


def fans(sweep: xr.Dataset, outcomes: tuple[str, ...], parameter: str) -> pd.DataFrame:
    """Return one row per outcome, group and month: the points in the lowest and in the highest third of ``parameter``.

    ``sweep`` is an opened sweep. A choice has a group for each of its levels. Columns: ``outcome``, ``group``,
    ``points``, ``month``, and, in the unit of the outcome, ``mean`` with ``low`` and ``high`` (95 % interval of the
    mean), ``p10`` and ``p90`` (the middle four fifths of the runs). Raises KeyError for an outcome or a parameter that
    the store does not hold.

    >>> attrs = {"sampler": '{"method": "grid", "names": ["mandate_detail"], "bounds": []}'}
    >>> runs = {"quality": (("point", "replicate", "month"), [[[0.5]], [[0.7]]])}
    >>> sweep = xr.Dataset(runs, {"mandate_detail": ("point", [0.0, 1.0]), "month": [1]}, attrs)
    >>> fans(sweep, ("quality",), "mandate_detail")[["group", "month", "mean"]].values.tolist()
    [['mandate detail up to 0', 1, 0.5], ['mandate detail from 1', 1, 0.7]]
    """
    scatter = scatter_of(sweep)
    parts = [
        _fan(sweep, outcome, group, members, scatter)
        for outcome in outcomes
        for group, members in thirds(sweep[parameter], design_of(sweep).inputs.get(parameter)).items()
    ]
    return pd.concat(parts, ignore_index=True)


def thirds(values: xr.DataArray, drawn: Input | None = None) -> dict[str, np.ndarray]:
    """Return the points in the lowest and in the highest third of the range of a parameter, by a label of the group.

    ``values`` is (point,), in the unit of the parameter; each group is an array of indices of points. Of a choice, the
    points of each of its levels that there is; of a parameter that was ``drawn`` from a distribution, the points in its
    lowest and in its highest third, so that neither has few.

    >>> groups = thirds(xr.DataArray([0.0, 0.5, 1.0, 0.9], dims="point", name="mandate_detail"))
    >>> {label: members.tolist() for label, members in groups.items()}
    {'mandate detail up to 0': [0], 'mandate detail from 0.9': [2, 3]}
    """
    numbers, name = values.values, label_of(str(values.name), unit=False)
    if labels := labels_of(values.attrs):
        return {f"{name}: {labels[int(level)]}": np.flatnonzero(numbers == level) for level in np.unique(numbers)}
    along = numbers if drawn is None or drawn.uniform else drawn.in_unit(numbers)
    low, high = float(along.min()), float(along.max())
    third = (high - low) * (1.0 / 3.0 + 1e-9)  # a level at a third, such as a lattice has, belongs to its group
    edges = low + third, high - third
    lowest, highest = np.flatnonzero(along <= edges[0]), np.flatnonzero(along >= edges[1])
    return {
        f"{name} up to {numbers[lowest].max():.2g}": lowest,
        f"{name} from {numbers[highest].min():.2g}": highest,
    }


def _fan(sweep: xr.Dataset, outcome: str, group: str, members: np.ndarray, scatter: Scatter) -> pd.DataFrame:
    chosen = members[:: -(-len(members) // MOST_POINTS)]
    runs = sweep[outcome].isel(point=chosen).transpose("point", "replicate", "month").values.astype(np.float64)
    guess = mean_with_interval(runs, scatter.of(chosen))
    flat = runs.reshape(-1, runs.shape[2])
    flat = flat[np.isfinite(flat).all(axis=1)]
    p10, p90 = np.quantile(flat, [0.1, 0.9], axis=0) if len(flat) else np.full((2, runs.shape[2]), np.nan)
    return pd.DataFrame(
        {
            "outcome": outcome,
            "group": group,
            "points": len(chosen),
            "month": sweep["month"].values,
            "mean": guess.mean,
            "low": guess.low,
            "high": guess.high,
            "p10": p10,
            "p90": p90,
        }
    )


def convergence(means: xr.Dataset, sweep: xr.Dataset) -> pd.DataFrame:
    """Return how each mean and its interval settle as replicates, and sampled points, are added.

    ``means`` are window means (point, replicate). Columns: ``outcome``, ``of`` (``replicates`` or ``points``),
    ``count``, and ``mean``, ``low``, ``high`` in the unit of the outcome. The first points of a Sobol or Latin design
    stand for fewer points of it.

    >>> sampler = '{"method": "grid", "names": ["mandate_detail"], "bounds": []}'
    >>> runs = {"quality": (("point", "replicate"), [[0.5, 0.6, 0.7], [0.7, 0.8, 0.9]])}
    >>> means = xr.Dataset(runs, {"mandate_detail": ("point", [0.0, 1.0])}, {"sampler": sampler})
    >>> convergence(means, means)[["count", "mean"]].round(3).values.tolist()
    [[2.0, 0.65], [3.0, 0.7]]
    """
    design, scatter = design_of(sweep), scatter_of(sweep)
    points, replicates = sweep.sizes["point"], sweep.sizes["replicate"]
    counts: dict[str, np.ndarray] = {}
    if scatter.sampled:
        size = design.points_in_unit
        units = np.unique(np.geomspace(min(8, points // size), points // size, 10).astype(int))
        counts["points"] = units * size  # whole trajectories and base points: half of one stands for nothing
    if replicates >= 3:
        counts["replicates"] = np.unique(np.linspace(2, replicates, 12).astype(int))
    rows = []
    for outcome, values in means.data_vars.items():
        for kind, steps in counts.items():
            for count in steps:
                taken = values.values[:, :count] if kind == "replicates" else values.values[:count]
                some = scatter if len(taken) == points else scatter.of(np.arange(len(taken)))
                guess = (float(number) for number in mean_with_interval(taken, some))
                rows.append((str(outcome), kind, int(count), *guess))
    return pd.DataFrame(rows, columns=["outcome", "of", "count", "mean", "low", "high"])
