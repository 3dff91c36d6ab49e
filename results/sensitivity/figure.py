"""Panels of sensitivity: the parameters that matter most to an outcome, and how that changes over time."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from ..dataset import label_of
from ..figures.style import INK, LINES, Panel, legend_below, light_grid
from ..statistics.interval_kinds import doubts
from .methods import SensitivityMethod, find_method
from .table import as_idle, kinds_shown

SHOWN_BARS = 12
SHOWN_LINES = 5
LUCK = "#4d4d4d"


def note_below(words: str, indices: xr.Dataset) -> str:
    """Return the note of a figure of indices: ``words``, and which of its intervals are not shown to cover.

    ``indices`` are those of :func:`analyze_sensitivity`, dims (outcome, month, parameter), or of a trace.

    >>> cells = {"delta_conf": (("outcome", "month", "parameter"), [[[0.7]]])}
    >>> note_below("Bars.", xr.Dataset(cells, {"month": [12]}, {"method": "delta"}))[:31]
    'Bars. Not shown to cover: delta'
    """
    method = find_method(indices.attrs["method"])
    bars = indices.sizes.get("month", 0) == 1
    names = [method.shown[0], *([method.alone] if bars and method.alone else [])]
    kinds = kinds_shown(indices, names, ("conf", "idle") if bars else ("conf",))
    return f"{words} {doubts(kinds)}".rstrip()


def bar_panels(indices: xr.Dataset) -> list[Panel]:
    """Return a panel per outcome: the index of each parameter in the last window, with its interval where it has one.

    ``indices`` are those of :func:`analyze_sensitivity`, dims (outcome, month, parameter). The second bar is what the
    parameter does alone, where the method tells (S1, share). Hollow bars cannot be told from those of a parameter that
    does nothing.

    >>> cells = {"ST": (("outcome", "month", "parameter"), [[[0.7]]])}
    >>> names = {"outcome": ["quality"], "month": [12], "parameter": ["mandate_detail"]}
    >>> [panel.alt for panel in bar_panels(xr.Dataset(cells, names, {"method": "sobol"}))]
    ['parameters that matter most to quality']
    """
    last = indices.isel(month=-1)
    return [
        Panel(
            partial(_draw_bars, one=last.sel(outcome=outcome), method=find_method(indices.attrs["method"])),
            f"parameters that matter most to {label_of(str(outcome), False)}",
        )
        for outcome in last["outcome"].values
    ]


def _order(values: np.ndarray, most: int) -> np.ndarray:
    return np.argsort(-np.nan_to_num(values, nan=-1.0), kind="stable")[:most]


def _draw_bars(axes: Any, one: xr.Dataset, method: SensitivityMethod) -> None:
    from matplotlib.patches import Patch

    total, alone = method.shown[0], method.alone
    order = _order(one[total].values, SHOWN_BARS)[::-1]
    place = np.arange(len(order))
    bars = [(total, 0.0, LINES[0], "with interactions")] if alone is None else [
        (total, 0.2, LINES[0], "with interactions"), (alone, -0.2, LINES[5], "alone"),
    ]  # fmt: skip
    for name, shift, colour, label in bars:
        widths = one[f"{name}_conf"].values[order] if f"{name}_conf" in one else None
        drawn = axes.barh(place + shift, one[name].values[order], 0.36 if alone else 0.6, xerr=widths, color=colour,
                          ecolor=INK, error_kw={"elinewidth": 0.9, "capsize": 1.8}, label=label)  # fmt: skip
        _hollow(drawn, as_idle(one, name).values[order], colour)
    if alone is not None:
        # Not those of the first bars: these may be hollow.
        axes.legend(handles=[Patch(color=colour, label=label) for _, _, colour, label in bars], loc="lower right")
    axes.set_yticks(place, [label_of(str(one["parameter"].values[each]), unit=False) for each in order])
    hollow = any(as_idle(one, name).any() for name, *_ in bars)
    axes.set(xlabel=method.axis + ("\n(hollow: as idle)" if hollow else ""))
    axes.set(title=label_of(str(one["outcome"].item()), unit=False).capitalize())
    axes.set_xlim(left=min(0.0, float(np.nanmin(one[total].values, initial=0.0))))
    axes.grid(axis="x", color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)


def _hollow(bars: Any, idle: np.ndarray, colour: str) -> None:
    """Draw those bars hollow which cannot be told from those of a parameter that does nothing."""
    for bar, hollow in zip(bars, idle, strict=True):
        if hollow:
            bar.set(facecolor="none", edgecolor=colour, linewidth=0.9)


def course_panels(indices: xr.Dataset) -> list[Panel]:
    """Return a panel per outcome: the indices of its five main parameters over time, with bands for their intervals.

    ``indices`` are those of :func:`analyze_sensitivity`, dims (outcome, month, parameter).

    >>> cells = {"ST": (("outcome", "month", "parameter"), [[[0.7], [0.8]]])}
    >>> names = {"outcome": ["quality"], "month": [6, 12], "parameter": ["mandate_detail"]}
    >>> [panel.alt for panel in course_panels(xr.Dataset(cells, names, {"method": "sobol"}))]
    ['what quality depends on, over time']
    """
    return [
        Panel(
            partial(_draw_course, one=indices.sel(outcome=outcome), method=find_method(indices.attrs["method"])),
            f"what {label_of(str(outcome), False)} depends on, over time",
        )
        for outcome in indices["outcome"].values
    ]


def trace_panels(trace: xr.Dataset) -> list[Panel]:
    """Return a panel per outcome: the indices of its important parameters against the number of points, with bands.

    ``trace`` is that of :func:`trace_sensitivity`, dims (outcome, number, parameter).

    >>> cells = {"ST": (("outcome", "number", "parameter"), [[[0.7], [0.8]]])}
    >>> names = {"outcome": ["quality"], "number": [8, 16], "parameter": ["mandate_detail"]}
    >>> [panel.alt for panel in trace_panels(xr.Dataset(cells, names, {"method": "sobol"}))]
    ['what quality depends on, as points are added']
    """
    method = find_method(trace.attrs["method"])
    return [
        Panel(
            partial(_draw_trace, one=trace.sel(outcome=outcome), method=method, limit=trace.attrs.get("limit", np.nan)),
            f"what {label_of(str(outcome), False)} depends on, as points are added",
        )
        for outcome in trace["outcome"].values
    ]


def _draw_trace(axes: Any, one: xr.Dataset, method: SensitivityMethod, limit: float) -> None:
    index, numbers = method.shown[0], one["number"].values
    values = one[index].transpose("parameter", "number").values
    for rank, place in enumerate(_order(np.where(one["important"].values, values[:, -1], np.nan), SHOWN_LINES)):
        if not one["important"].values[place]:
            continue
        half = one[f"{index}_conf"].transpose("parameter", "number").values[place]
        label = label_of(str(one["parameter"].values[place]), unit=False)
        axes.plot(numbers, values[place], color=LINES[rank], linewidth=1.3, marker="o", markersize=3, label=label)
        axes.fill_between(
            numbers, values[place] - half, values[place] + half, color=LINES[rank], alpha=0.18, linewidth=0
        )
    if np.isfinite(one["enough"]):
        axes.axvline(float(one["enough"]), color=LUCK, linestyle="dotted", label=f"enough for ± {limit:g}")
    axes.set_xscale("log", base=2)
    axes.set_xticks(numbers, [f"{number}" for number in numbers])
    axes.set(
        xlabel=one.attrs.get("unit", "number"),
        ylabel=method.axis,
        title=label_of(str(one["outcome"].item()), unit=False).capitalize(),
    )
    legend_below(axes)
    light_grid(axes)


def _draw_course(axes: Any, one: xr.Dataset, method: SensitivityMethod) -> None:
    total = method.shown[0]
    months = one["month"].values
    values = one[total].transpose("parameter", "month").values
    # By the greatest value over time: what matters early alone is shown, too.
    order = _order(np.nan_to_num(values).max(axis=1), SHOWN_LINES)
    for rank, place in enumerate(order):
        colour, name = LINES[rank], label_of(str(one["parameter"].values[place]), unit=False)
        axes.plot(months, values[place], color=colour, linewidth=1.3, label=name)
        if f"{total}_conf" in one:
            half = one[f"{total}_conf"].transpose("parameter", "month").values[place]
            axes.fill_between(months, values[place] - half, values[place] + half, color=colour, alpha=0.18, linewidth=0)
    if np.isfinite(one["seed_share"].values).any():
        low, high = one["seed_share_low"].values, one["seed_share_high"].values
        axes.plot(months, one["seed_share"].values, color=LUCK, linestyle="dotted", label="chance (single runs)")
        axes.fill_between(months, low, high, color=LUCK, alpha=0.18, linewidth=0)
    title = label_of(str(one["outcome"].item()), unit=False).capitalize()
    axes.set(xlabel="month", ylabel=method.axis, title=title)
    legend_below(axes)
    light_grid(axes)
