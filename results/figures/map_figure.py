"""The panels of a map: the level, the paired change with its zero line, and the change across the whole range."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from ..dataset import label_of
from .style import CONTRASTS, INK, LEVELS, LINES, Panel, light_grid

Places = tuple[np.ndarray, np.ndarray] | None


def map_panels(chart: xr.Dataset, places: Places = None) -> list[Panel]:
    """Return the three panels of what :func:`map_of` returned; ``places`` (x, y) marks where runs were made.

    The dims of ``chart`` are (y parameter, x parameter); each of ``places`` is (point,), in the unit of its parameter.
    In the second panel dots mark where the 95 % interval of the change includes zero; the black line is zero and, on a
    fitted surface, the dashed lines are where the bounds of the interval are zero.

    >>> axes = {"target_level": [0.8, 0.9], "mandate_detail": [0.0, 1.0]}
    >>> chart = xr.Dataset(coords=axes, attrs={"outcome": "quality", "x": "mandate_detail", "y": "target_level"})
    >>> map_panels(chart)[0].alt
    'level of quality over mandate detail and target level'
    """
    outcome, x, y = (label_of(chart.attrs[key], unit=False) for key in ("outcome", "x", "y"))
    first, last = (f"{float(chart[chart.attrs['x']][place]):.2g}" for place in (0, -1))
    return [
        Panel(partial(_draw_level, chart=chart, places=places), f"level of {outcome} over {x} and {y}"),
        Panel(partial(_draw_change, chart=chart), f"change of {outcome} against {x} = {first}, over {x} and {y}"),
        Panel(partial(_draw_effect, chart=chart), f"change of {outcome} from {x} {first} to {last}, against {y}"),
    ]


def _outcome_of(chart: xr.Dataset) -> str:
    """Return the name of the outcome with its unit, which its map carries."""
    return str(chart["mean"].attrs.get("long_name", label_of(chart.attrs["outcome"])))


def _draw_level(axes: Any, chart: xr.Dataset, places: Places) -> None:
    shade = _shade(axes, chart, "mean", LEVELS, None)
    axes.figure.colorbar(shade, ax=axes, label=_outcome_of(chart), pad=0.02)
    if places is not None:
        axes.plot(*places, linestyle="", marker="o", markersize=2.2, markerfacecolor="white", markeredgewidth=0.4,
                  markeredgecolor=INK)  # fmt: skip
    axes.set_title("Level")


def _draw_change(axes: Any, chart: xr.Dataset) -> None:
    x = chart.attrs["x"]
    greatest = float(np.nanmax(np.abs(chart["change"].values), initial=0.0)) or 1.0
    shade = _shade(axes, chart, "change", CONTRASTS, greatest)
    axes.figure.colorbar(shade, ax=axes, label=f"change of {_outcome_of(chart)}", pad=0.02)
    _mark_zero(axes, chart)
    axes.set_title(f"Change against {label_of(x, unit=False)} = {float(chart[x][0]):.2g}")


def _shade(axes: Any, chart: xr.Dataset, name: str, colours: str, greatest: float | None) -> Any:
    low, high = (None, None) if greatest is None else (-greatest, greatest)
    x, y = chart.attrs["x"], chart.attrs["y"]
    axes.set(xlabel=label_of(x, of=chart), ylabel=label_of(y, of=chart))
    return axes.pcolormesh(
        chart[x].values, chart[y].values, chart[name].values, cmap=colours, vmin=low, vmax=high, shading="nearest",
        rasterized=True,
    )  # fmt: skip


def _mark_zero(axes: Any, chart: xr.Dataset) -> None:
    x, y = chart[chart.attrs["x"]].values, chart[chart.attrs["y"]].values
    unclear = (chart["change_low"].values <= 0.0) & (chart["change_high"].values >= 0.0)
    unclear[:, 0] = False
    step = max(1, len(x) // 12), max(1, len(y) // 12)
    across, up = np.meshgrid(x, y)
    shown = np.zeros_like(unclear)
    shown[:: step[1], :: step[0]] = unclear[:: step[1], :: step[0]]
    axes.plot(across[shown], up[shown], linestyle="", marker=".", markersize=2.5, color=INK)
    if min(chart["change"].shape) < 2:
        return
    bounds = (("change_low", "dashed"), ("change_high", "dashed")) if chart.attrs["method"] == "surface" else ()
    for name, line in (("change", "solid"), *bounds):
        values = chart[name].values[:, 1:]
        if (values < 0.0).any() and (values > 0.0).any() and values.shape[1] > 1:
            axes.contour(x[1:], y, values, levels=[0.0], colors=INK, linestyles=line, linewidths=1.1)


def _draw_effect(axes: Any, chart: xr.Dataset) -> None:
    x, y = chart.attrs["x"], chart.attrs["y"]
    last = chart.isel({x: -1})
    place = last[y].values
    axes.axhline(0.0, color=INK, linewidth=0.8)
    axes.fill_between(place, last["change_low"], last["change_high"], color=LINES[0], alpha=0.22, linewidth=0)
    axes.plot(place, last["change"], color=LINES[0], marker="o" if len(place) <= 16 else "", markersize=3)
    axes.set(xlabel=label_of(y, of=chart), ylabel=f"change of {_outcome_of(chart)}")
    axes.set_title(f"{label_of(x, unit=False).capitalize()} from {float(chart[x][0]):.2g} to {float(chart[x][-1]):.2g}")
    light_grid(axes)
