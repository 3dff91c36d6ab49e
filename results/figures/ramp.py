"""Forward and backward: whether an outcome returns the way it came when a lever is moved up and down again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from ...datasets.attributes import json_attribute
from ...model.parameters import base_of, parse_setting
from ..dataset import chosen_outcomes, label_of, levels_in
from ..intervals import Estimate
from ..statistics.mean_intervals import mean_with_interval, scatter_of
from ..windows import window_mean
from .style import INK, LINES, Panel, compose, light_grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SETTLED_SHARE = 0.5
"""The last half of each step counts; the first is left to adjustment (assumption)."""


class RampStep(NamedTuple):
    """A stretch of months in which the lever has one value."""

    value: float
    first: int
    last: int


def steps_of(sweep: xr.Dataset, lever: str) -> list[RampStep]:
    """Return the walk of a lever over an opened sweep, from ``lever`` and its fixed changes ``lever@month``.

    Values are in the unit of the lever. Raises ValueError where the lever does not change at fixed months to fixed
    values.

    >>> walk = {"mandate_detail": 0.0, "mandate_detail@13": 1.0, "month": range(1, 25)}
    >>> [tuple(step) for step in steps_of(xr.Dataset(coords=walk), "mandate_detail")]
    [(0.0, 1, 12), (1.0, 13, 24)]
    """
    changes = {
        parse_setting(str(name)).start: float(values)
        for name, values in sweep.coords.items()
        if base_of(name) == lever != name and values.ndim == 0
    }
    if not changes:
        raise ValueError(f"'{lever}' does not change: fix its walk in the spec, such as \"{lever}@61\" = 0.5")
    if 1 not in changes:
        start = sweep.coords[lever] if lever in sweep.coords else json_attribute(sweep.attrs, "defaults")[lever]
        if np.ndim(start):
            raise ValueError(f"'{lever}' is varied at the start; fix it, so that all runs make the same walk")
        changes[1] = float(start)
    months = sorted(changes)
    ends = [*(month - 1 for month in months[1:]), int(sweep["month"][-1])]
    return [RampStep(changes[month], month, end) for month, end in zip(months, ends, strict=True) if end >= month]


def measure_hysteresis(sweep: xr.Dataset, lever: str, outcome: str) -> pd.DataFrame:
    """Return one row per value of ``lever`` that is reached both from below and from above, from an opened sweep.

    Columns: ``value``, in the unit of the lever; ``up`` and ``down``, the means of ``outcome`` in the settled half of
    the step reached from below and from above, with ``_low`` and ``_high``; ``gap``, the mean of the differences down
    less up run by run, with its 95 % interval, all in the unit of the outcome. The first step counts as reached from
    the side that the walk then leaves it to. The way back comes later: a trend in time shows as a gap as well, which a
    run without a walk would tell apart. Raises ValueError where the lever does not walk, for a choice, and where no
    value is reached from both sides.

    >>> walk = {"mandate_detail": 0.0, "mandate_detail@3": 1.0, "mandate_detail@5": 0.0, "month": range(1, 7)}
    >>> attrs = {"sampler": '{"method": "table", "names": [], "bounds": []}'}
    >>> runs = {"quality": (("point", "replicate", "month"), [[[0.6, 0.6, 0.5, 0.4, 0.4, 0.5]]])}
    >>> table = measure_hysteresis(xr.Dataset(runs, walk, attrs), "mandate_detail", "quality")
    >>> table[["value", "up", "down", "gap"]].round(6).values.tolist()
    [[0.0, 0.6, 0.5, -0.1], [1.0, 0.4, 0.4, 0.0]]
    """
    chosen_outcomes(sweep, outcome)
    walked = (str(name) for name in sweep.coords if base_of(name) == lever)
    if levels := next(filter(None, (levels_in(sweep, name) for name in walked)), ()):
        raise ValueError(
            f"the levels of '{lever}' ({', '.join(levels)}) have no order, so that no way leads up or down"
        )
    means = _means_of_steps(sweep, steps_of(sweep, lever), outcome)
    both = [value for value in means["up"] if value in means["down"]]
    if not both:
        raise ValueError(f"no value of '{lever}' is reached both from below and from above; walk it up and down again")
    scatter = scatter_of(sweep)
    rows = []
    for value in sorted(both):
        up, down = means["up"][value], means["down"][value]
        row = {"value": value}
        for name, values in (("up", up), ("down", down), ("gap", down - up)):
            row |= _spread(name, mean_with_interval(values, scatter))
        rows.append(row)
    table = pd.DataFrame(rows)
    table.attrs["labels"] = {name: label_of(name, of=sweep) for name in (lever, outcome)}
    return table


def _means_of_steps(sweep: xr.Dataset, steps: list[RampStep], outcome: str) -> dict[str, dict[float, np.ndarray]]:
    """Return the means (point, replicate) of the settled part of each step, by direction and value."""
    found: dict[str, dict[float, np.ndarray]] = {"up": {}, "down": {}}
    for place, step in enumerate(steps):
        before = steps[place - 1].value if place else None
        after = steps[place + 1].value if place + 1 < len(steps) else None
        directions = []
        if before is None:
            directions = ["up" if after is None or after > step.value else "down"]
        else:
            directions = ["up" if step.value > before else "down"]
            if after is not None and (after > step.value) != (step.value > before):
                directions.append("down" if directions[0] == "up" else "up")  # a turning point belongs to both ways
        settled = step.last - max(1, int(SETTLED_SHARE * (step.last - step.first + 1))) + 1  # a month at least
        values = window_mean(sweep, [outcome], settled, step.last)[outcome].values
        for direction in directions:
            # The first visit counts: a later one has another history.
            found[direction].setdefault(step.value, values)
    return found


def _spread(name: str, one: Estimate) -> dict[str, float]:
    return {name: float(one.mean), f"{name}_low": float(one.low), f"{name}_high": float(one.high)}


def draw_hysteresis(table: pd.DataFrame, lever: str, outcome: str) -> Figure:
    """Draw the rows of :func:`measure_hysteresis`: the way up and the way down, and the gap between them.

    Values are in the units of lever and outcome, with their 95 % intervals. Raises ModuleNotFoundError, naming the
    extra to install, without Matplotlib.
    """
    along, up = (table.attrs.get("labels", {}).get(name, label_of(name)) for name in (lever, outcome))

    def ways(axes: Any) -> None:
        for way, colour in (("up", LINES[0]), ("down", LINES[1])):
            low, high = table[f"{way}_low"], table[f"{way}_high"]
            axes.fill_between(table["value"], low, high, color=colour, alpha=0.2, linewidth=0)
            axes.plot(table["value"], table[way], color=colour, marker="o", markersize=3, label=f"on the way {way}")
        axes.set(xlabel=along, ylabel=up)
        axes.legend(loc="best")
        light_grid(axes)

    def gap(axes: Any) -> None:
        axes.axhline(0.0, color=INK, linewidth=0.8)
        axes.fill_between(table["value"], table["gap_low"], table["gap_high"], color=LINES[2], alpha=0.25, linewidth=0)
        axes.plot(table["value"], table["gap"], color=LINES[2], marker="o", markersize=3)
        axes.set(xlabel=along, ylabel=f"down less up,\n{up}")
        light_grid(axes)

    panels = (Panel(ways, f"{outcome} against {lever}, up and down"), Panel(gap, f"gap of {outcome} against {lever}"))
    return compose(panels, 2, "Bands: 95 % intervals; the gap from differences run by run.", (3.8, 3.0))
