"""The figure of a map: the level, the paired change with its zero line, and the change across the whole range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from .facts import label_of
from .figure_style import CONTRASTS, INK, LEVELS, LINES, add_caption, figure_style, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_map(chart: xr.Dataset, caption: str, points: tuple[np.ndarray, np.ndarray] | None = None) -> Figure:
    """Draw what :func:`map_of` returned, as three panels; ``points`` (x values, y values) marks where runs were made.

    In the second panel dots mark where the 95 % interval of the change includes zero; the black line is zero and, on
    a fitted surface, the dashed lines are where the bounds of the interval are zero.
    """
    outcome, x, y = chart.attrs["outcome"], chart.attrs["x"], chart.attrs["y"]
    with figure_style():
        figure = new_figure(10.4, 3.6)
        level, change, effect = figure.subplots(1, 3, width_ratios=(1.2, 1.2, 1.0))
        shade = _shade(level, chart, "mean", LEVELS, None)
        figure.colorbar(shade, ax=level, label=label_of(outcome), pad=0.02)
        level.set_title("Level")
        if points is not None:
            level.plot(*points, linestyle="", marker="o", markersize=2.2, markerfacecolor="white", markeredgewidth=0.4,
                       markeredgecolor=INK)  # fmt: skip
        greatest = float(np.nanmax(np.abs(chart["change"].values))) or 1.0
        shade = _shade(change, chart, "change", CONTRASTS, greatest)
        figure.colorbar(shade, ax=change, label=f"change of {label_of(outcome)}", pad=0.02)
        _mark_zero(change, chart)
        change.set_title(f"Change against {label_of(x, unit=False)} = {float(chart[x][0]):.2g}")
        for panel in (level, change):
            panel.set(xlabel=label_of(x), ylabel=label_of(y))
        _draw_effect(effect, chart)
        add_caption(figure, caption)
    return figure


def _shade(panel: Any, chart: xr.Dataset, name: str, colours: str, greatest: float | None) -> Any:
    low, high = (None, None) if greatest is None else (-greatest, greatest)
    x, y = chart[chart.attrs["x"]].values, chart[chart.attrs["y"]].values
    return panel.pcolormesh(
        x, y, chart[name].values, cmap=colours, vmin=low, vmax=high, shading="nearest", rasterized=True
    )


def _mark_zero(panel: Any, chart: xr.Dataset) -> None:
    x, y = chart[chart.attrs["x"]].values, chart[chart.attrs["y"]].values
    unclear = (chart["change_low"].values <= 0.0) & (chart["change_high"].values >= 0.0)
    unclear[:, 0] = False
    step = max(1, len(x) // 12), max(1, len(y) // 12)
    across, up = np.meshgrid(x, y)
    shown = np.zeros_like(unclear)
    shown[:: step[1], :: step[0]] = unclear[:: step[1], :: step[0]]
    panel.plot(across[shown], up[shown], linestyle="", marker=".", markersize=2.5, color=INK)
    if min(chart["change"].shape) < 2:
        return
    bounds = (("change_low", "dashed"), ("change_high", "dashed")) if chart.attrs["method"] == "surface" else ()
    for name, line in (("change", "solid"), *bounds):
        values = chart[name].values[:, 1:]
        if np.nanmin(values) < 0.0 < np.nanmax(values) and values.shape[1] > 1:
            panel.contour(x[1:], y, values, levels=[0.0], colors=INK, linestyles=line, linewidths=1.1)


def _draw_effect(panel: Any, chart: xr.Dataset) -> None:
    x, y = chart.attrs["x"], chart.attrs["y"]
    last = chart.isel({x: -1})
    place = last[y].values
    panel.axhline(0.0, color=INK, linewidth=0.8)
    panel.fill_between(place, last["change_low"], last["change_high"], color=LINES[0], alpha=0.22, linewidth=0)
    panel.plot(place, last["change"], color=LINES[0], marker="o" if len(place) <= 16 else "", markersize=3)
    panel.set(xlabel=label_of(y), ylabel=f"change of {label_of(chart.attrs['outcome'])}")
    panel.set_title(
        f"{label_of(x, unit=False).capitalize()} from {float(chart[x][0]):.2g} to {float(chart[x][-1]):.2g}"
    )
    panel.grid(axis="y", color="#dddddd", linewidth=0.5)
    panel.set_axisbelow(True)
