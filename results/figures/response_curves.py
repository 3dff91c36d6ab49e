"""Responses of an outcome to each varied parameter: means by level, their intervals, and the spread of the runs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import xarray as xr

from ..dataset import chosen_parameters, levels_in, value_said
from ..statistics.mean_intervals import Scatter, mean_with_interval, scatter_of

MOST_LEVELS = 12
"""Parameters with more different values than this are cut into bins (assumption)."""
BINS = 10
LEAST_PER_BIN = 6
"""How many bins there are at most, and how many points each holds at least (assumptions)."""


def responses(means: xr.Dataset, sweep: xr.Dataset, parameters: Iterable[str] | None = None) -> pd.DataFrame:
    """Return one row per outcome, parameter and level.

    ``means`` are window means, dims (point, replicate). Columns: ``outcome``, ``parameter``, ``value`` (the level, or
    the mean of the bin, in the unit of the parameter), ``points``, and, in the unit of the outcome, ``mean`` with
    ``low`` and ``high`` (95 % interval), and ``p10`` and ``p90``: the middle four fifths of the single runs there, over
    luck and over all other parameters. Where a choice is among the parameters, ``level`` is the label of its level,
    empty for others. Raises ValueError for a parameter that is not varied.

    >>> sampler = '{"method": "grid", "names": ["mandate_detail"], "bounds": []}'
    >>> runs = {"quality": (("point", "replicate"), [[0.5, 0.6], [0.7, 0.8]])}
    >>> means = xr.Dataset(runs, {"mandate_detail": ("point", [0.0, 1.0])}, {"sampler": sampler})
    >>> responses(means, means)[["parameter", "value", "mean"]].round(3).values.tolist()
    [['mandate_detail', 0.0, 0.55], ['mandate_detail', 1.0, 0.75]]
    """
    scatter, shown = scatter_of(sweep), chosen_parameters(sweep, parameters)
    rows = [
        _row(outcome, parameter, sweep[parameter].values[members], means[outcome].values[members], scatter.of(members))
        for outcome in means.data_vars
        for parameter in shown
        for members in levels_of(sweep[parameter].values, bool(levels_in(sweep, parameter)))
    ]
    table = pd.DataFrame([row for row in rows if row is not None])
    labels = {parameter: levels_in(sweep, parameter) for parameter in shown}
    if any(labels.values()) and len(table):
        pairs = zip(table["parameter"], table["value"], strict=True)
        table.insert(3, "level", [value_said(value, labels[name]) if labels[name] else "" for name, value in pairs])
    return table


def levels_of(values: np.ndarray, choice: bool = False) -> list[np.ndarray]:
    """Return the points of each level of a parameter (indices), or of bins of equal count where levels are many.

    ``values`` is (point,), in any unit; so is each array of indices together with the others. Levels of a ``choice``
    are never put in a bin.

    >>> [members.tolist() for members in levels_of(np.array([0.2, 0.8, 0.2]))]
    [[0, 2], [1]]
    """
    levels, place = np.unique(values, return_inverse=True)
    if choice or len(levels) <= MOST_LEVELS:
        return [np.flatnonzero(place == level) for level in range(len(levels))]
    bins = max(2, min(BINS, len(values) // LEAST_PER_BIN))
    return [part for part in np.array_split(np.argsort(values, kind="stable"), bins) if len(part)]


def _row(
    outcome: object, parameter: str, levels: np.ndarray, values: np.ndarray, scatter: Scatter
) -> dict[str, object] | None:
    runs = values[np.isfinite(values)]
    if not len(runs):
        return None
    guess = mean_with_interval(values, scatter)
    p10, p90 = np.quantile(runs, [0.1, 0.9])
    return {
        "outcome": str(outcome),
        "parameter": parameter,
        "value": float(levels.mean()),
        "points": len(levels),
        "mean": float(guess.mean),
        "low": float(guess.low),
        "high": float(guess.high),
        "p10": float(p10),
        "p90": float(p90),
    }
