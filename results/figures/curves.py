"""Panels of responses, of fans over time and of convergence: an outcome against one thing at a time."""

from __future__ import annotations

from functools import partial
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..dataset import label_of, levels_in
from .style import LINES, Panel, legend_below, level_ticks, light_grid


def response_panels(table: pd.DataFrame, of: xr.Dataset | None = None) -> list[Panel]:
    """Return a panel for each outcome and parameter of the rows of :func:`responses`, ``of`` an opened sweep.

    Line: mean, bars: its 95 % interval, band: the middle four fifths of the runs. Panels of one outcome share its
    colour and scale. Levels of a choice are points without a line between them.

    >>> place = {"outcome": ["quality"], "parameter": ["mandate_detail"], "value": [0.5], "mean": [0.6]}
    >>> around = {"low": [0.5], "high": [0.7], "p10": [0.4], "p90": [0.8]}
    >>> len(response_panels(pd.DataFrame({**place, **around})))
    1
    """
    panels = []
    for place, (outcome, rows) in enumerate(table.groupby("outcome", sort=False)):
        span = _span(rows)
        for parameter, part in rows.groupby("parameter", sort=False):
            colour = LINES[place % len(LINES)]
            draw = partial(_draw_response, part=part.sort_values("value"), span=span, colour=colour, of=of)
            panels.append(Panel(draw, f"{label_of(str(outcome), False)} against {label_of(str(parameter), False)}"))
    return panels


def _span(rows: pd.DataFrame) -> tuple[float, float]:
    """Return a scale that shows the spread of the runs; an interval wider than that leaves the frame."""
    low, high = float(rows["p10"].min()), float(rows["p90"].max())
    if not (isfinite(low) and isfinite(high)):
        return 0.0, 1.0  # no completed run: the frame is empty
    edge = 0.15 * (high - low) or 0.01
    return low - edge, high + edge


def _draw_response(
    axes: Any, part: pd.DataFrame, span: tuple[float, float], colour: str, of: xr.Dataset | None
) -> None:
    value, parameter = part["value"].to_numpy(), str(part["parameter"].iloc[0])
    labels = () if of is None else levels_in(of, parameter)
    half = np.nan_to_num((part["high"] - part["low"]).to_numpy() / 2.0)
    style = {"color": colour, "marker": "o", "markersize": 3, "linewidth": 1.4, "capsize": 2.5, "elinewidth": 1.0}
    if labels:
        style |= {"linestyle": "none"}
        axes.bar(value, part["p90"] - part["p10"], 0.4, part["p10"], color=colour, alpha=0.16, linewidth=0)
        level_ticks(axes, value.tolist(), labels)
    else:
        axes.fill_between(value, part["p10"], part["p90"], color=colour, alpha=0.16, linewidth=0)
    axes.errorbar(value, part["mean"], half, **style)
    axes.set(xlabel=label_of(parameter, of=of), ylabel=label_of(part["outcome"].iloc[0], of=of), ylim=span)
    light_grid(axes)
    axes.margins(x=0.04)


def fan_panels(table: pd.DataFrame, of: xr.Dataset | None = None) -> list[Panel]:
    """Return a panel for each outcome of the rows of :func:`fans`: means over time with intervals, and the runs.

    ``of`` is the opened sweep, which knows units of own outcomes.

    >>> len(fan_panels(pd.DataFrame({"outcome": ["quality", "quality"], "group": ["low", "high"]})))
    1
    """
    panels = []
    for outcome, rows in table.groupby("outcome", sort=False):
        groups = ", ".join(rows["group"].unique())
        panels.append(
            Panel(partial(_draw_fan, rows=rows, of=of), f"{label_of(str(outcome), False)} over time: {groups}")
        )
    return panels


def _draw_fan(axes: Any, rows: pd.DataFrame, of: xr.Dataset | None) -> None:
    low, high = _span(rows)
    for place, (group, part) in enumerate(rows.groupby("group", sort=False)):
        colour = LINES[place % len(LINES)]
        for edge in ("p10", "p90"):
            axes.plot(part["month"], part[edge], color=colour, linewidth=0.8, linestyle=(0, (2, 2)))
        shade = 0.25 if (part["high"] - part["low"]).median() < high - low else 0.08  # a full frame hides the lines
        axes.fill_between(part["month"], part["low"], part["high"], color=colour, alpha=shade, linewidth=0)
        axes.plot(part["month"], part["mean"], color=colour, linewidth=1.3, label=str(group))
    axes.set(xlabel="month", ylabel=label_of(rows["outcome"].iloc[0], of=of), ylim=(low, high))
    legend_below(axes, columns=1)
    light_grid(axes)
    axes.margins(x=0.0)


def convergence_panels(table: pd.DataFrame, of: xr.Dataset | None = None) -> list[Panel]:
    """Return a panel for each outcome of the rows of :func:`convergence`: its mean and interval as runs are added.

    ``of`` is the opened sweep, which knows units of own outcomes.

    >>> len(convergence_panels(pd.DataFrame({"outcome": ["quality"], "of": ["points"]})))
    1
    """
    panels = []
    for outcome, rows in table.groupby("outcome", sort=False):
        for kind, part in rows.groupby("of", sort=False):
            draw = partial(_draw_convergence, part=part, of=of)
            panels.append(Panel(draw, f"mean {label_of(str(outcome), False)} as {kind} are added"))
    return panels


def _draw_convergence(axes: Any, part: pd.DataFrame, of: xr.Dataset | None) -> None:
    axes.fill_between(part["count"], part["low"], part["high"], color=LINES[0], alpha=0.25, linewidth=0)
    axes.plot(part["count"], part["mean"], color=LINES[0], marker="o", markersize=3, linewidth=1.3)
    axes.set(xlabel=f"{part['of'].iloc[0]} taken", ylabel=f"mean {label_of(part['outcome'].iloc[0], of=of)}")
    if part["count"].max() > 50:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:.0f}")
    else:
        axes.locator_params(axis="x", integer=True)
    light_grid(axes)
