"""Panels of the regions that scenario discovery found: the points of interest, and the boxes that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..dataset import label_of
from ..figures.style import INK, LINES, Panel
from .regions import Discovery

MOST_MARKS = 1500
"""More points than this are thinned evenly in a figure; the boxes are made from all."""
OTHER = "#bdbdbd"


def region_panels(
    discoveries: Sequence[Discovery], varied: tuple[str, ...], of: xr.Dataset | None = None
) -> list[Panel]:
    """Return a panel for each discovery that has boxes, over the two parameters that its first box limits first.

    A box is drawn where it cuts that plane: a parameter that it leaves free spans the axis. Choices are no axes: the
    levels that a box holds stand beside its number. ``of`` is the opened sweep, which knows units of own parameters.
    None where fewer than two other parameters are varied.

    >>> region_panels([], ("mandate_detail", "method_heterogeneity"))
    []
    """
    axes = tuple(name for name in varied if all(name not in found.columns.choices for found in discoveries))
    if len(axes) < 2:
        return []
    return [
        Panel(partial(_draw, found=found, plane=plane_of(found, axes), of=of), alt_of(found))
        for found in discoveries
        if found.regions
    ]


def plane_of(found: Discovery, varied: tuple[str, ...]) -> tuple[str, str]:
    """Return the parameters of the axes: those that the first box limits, filled up with others."""
    limited = sorted(found.regions[0].limits, key=lambda limit: limit.chance)
    names = dict.fromkeys([*(limit.parameter for limit in limited if not limit.levels), *varied])
    first, second, *_ = names
    return first, second


def alt_of(found: Discovery) -> str:
    """Say in words what the panel of a discovery shows."""
    kind = "at most" if found.below else "at least"
    return f"points with {label_of(found.outcome, False)} of {kind} {found.threshold:.3g}, and boxes that hold them"


def _draw(axes: Any, found: Discovery, plane: tuple[str, str], of: xr.Dataset | None) -> None:
    from matplotlib.patches import Rectangle

    columns = [found.parameters.index(name) for name in plane]
    places = [int(found.columns.places(name)[0]) for name in plane]
    step = -(-len(found.sample) // MOST_MARKS)
    marks, interest = found.sample[::step, columns], found.interest[::step]
    side = "at most" if found.below else "at least"
    said = f"{label_of(found.outcome, False)} {side} {found.threshold:.3g}"
    axes.plot(*marks[~interest].T, ".", color=OTHER, markersize=3.0, label="other points")
    axes.plot(*marks[interest].T, "o", color=LINES[1], markersize=3.4, markeredgewidth=0.0, label=said)
    low, high = found.sample[:, columns].min(axis=0), found.sample[:, columns].max(axis=0)
    for number, region in enumerate(found.regions, start=1):
        start, end = np.maximum(region.box.low[places], low), np.minimum(region.box.high[places], high)
        axes.add_patch(
            Rectangle(start, *(end - start), fill=False, edgecolor=INK, linewidth=1.4, linestyle=_line(number))
        )
        held = "".join(f"\n{' or '.join(limit.levels)}" for limit in region.limits if limit.levels)
        axes.annotate(f"box {number}{held}", (start[0], end[1]), (3, -3), textcoords="offset points", va="top",
                      fontsize=8, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0})  # fmt: skip
    axes.set(xlabel=label_of(plane[0], of=of), ylabel=label_of(plane[1], of=of))
    axes.set_title(f"{label_of(found.outcome, False).capitalize()}: {'worst' if found.below else 'best'} points")
    axes.margins(0.03)
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.28), ncols=2, handlelength=1.2
    )  # below a label of two lines


def _line(number: int) -> str:
    return ("solid", "dashed", "dotted")[(number - 1) % 3]


def region_table(discoveries: Sequence[Discovery]) -> pd.DataFrame:
    """Return one row for each limit of each box, with the shares of the held-out points and their 95 % intervals.

    Columns: ``outcome``, ``threshold``, ``below``, ``box``, ``parameter``, ``low``, ``high``, ``chance`` and
    ``borne_out`` (see :class:`~.regions.Limit`), ``coverage`` and ``density`` with ``_low`` and ``_high``, ``mass``.
    Where a choice is limited, ``levels`` are those that the box holds.
    """
    rows = []
    for found in discoveries:
        for number, region in enumerate(found.regions, start=1):
            held = region.held_out
            shares = {
                "coverage": held.coverage,
                "coverage_low": region.coverage[0],
                "coverage_high": region.coverage[1],
            }
            shares |= {"density": held.density, "density_low": region.density[0], "density_high": region.density[1]}
            about = {"outcome": found.outcome, "threshold": found.threshold, "below": found.below, "box": number}
            rows += [
                {**about, **limit._asdict(), "levels": " or ".join(limit.levels), **shares, "mass": held.mass}
                for limit in region.limits
            ]
    table = pd.DataFrame(rows)
    return table if rows and table["levels"].any() else table.drop(columns="levels", errors="ignore")
