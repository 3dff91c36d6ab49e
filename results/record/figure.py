"""The targets of the record in one figure: the window of each, what the model gives, and where it misses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..figures.style import INK, LINES, add_caption, figure_style, new_figure
from .validation import TOO_FEW, Finding

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FARTHEST = 1.5
"""Widths of the window that are drawn on either side of it; what lies beyond is an arrow at the edge."""
COLOURS = {"inside": LINES[0], "outside": LINES[1], TOO_FEW: "#777777"}
MARKS = {"fitted": "o", "held out": "D", "": "s"}


def draw_validation(findings: Sequence[Finding], runs: int) -> Figure:
    """Draw each target that can fail, computed from ``runs`` runs, on a scale on which its window reaches from 0 to 1.

    Tick, or dark bar where it is known no better: the record; dot (fitted) or diamond (held out): the model, with the
    bounds of 95 % of single histories; blue inside, orange outside.
    """
    shown = [one for one in findings if one.counts and one.verdict in COLOURS]
    with figure_style():
        figure = new_figure(9.0, 1.2 + 0.23 * len(shown))
        axes = figure.subplots()
        axes.axvspan(0.0, 1.0, color="#e8e8e8", linewidth=0)
        for place, one in enumerate(reversed(shown)):
            _draw_target(axes, one, place)
        axes.set_yticks(range(len(shown)), [_label(one) for one in reversed(shown)])
        axes.set(xlim=(-FARTHEST, 1.0 + FARTHEST), ylim=(-0.7, len(shown) - 0.3))
        axes.set_xticks([0.0, 1.0], ["lower end\nof the window", "upper end"])
        axes.tick_params(axis="y", length=0)
        _add_legend(axes)
        add_caption(
            figure,
            f"Windows of the record (grey) and its value (tick; a bar where the window is how well it is known); the "
            f"model in {runs} runs, with the bounds of 95 % of single runs: a target is outside where these miss the "
            "record. Each on the scale of its own window. An arrow points to a value or a bound beyond the frame.",
        )
    return figure


def _label(one: Finding) -> str:
    return f"{one.target.quantity}  {one.target.name}"


def _scaled(one: Finding, value: float) -> float:
    return (value - one.target.low) / (one.target.high - one.target.low)


def _draw_target(axes: Any, one: Finding, place: int) -> None:
    colour, mark = COLOURS[one.verdict], MARKS[one.target.use]
    value, low, high = (_scaled(one, number) for number in (one.value, one.low, one.high))
    known = [_scaled(one, number) for number in one.target.span]
    if known[0] == known[1]:
        axes.plot(known, [place - 0.3, place + 0.3], color="#777777", linewidth=1.2)
    else:
        axes.plot(known, [place, place], color="#bbbbbb", linewidth=6.0, solid_capstyle="butt")
    edges = -FARTHEST + 0.05, 1.0 + FARTHEST - 0.05
    if not edges[0] <= value <= edges[1]:
        axes.plot(edges[value > edges[1]], place, marker=">" if value > edges[1] else "<", color=colour, markersize=6)
        words = f"{one.value:.3g}"
        side = {"ha": "right", "xytext": (-8, 0)} if value > edges[1] else {"ha": "left", "xytext": (8, 0)}
        axes.annotate(words, (edges[value > edges[1]], place), textcoords="offset points", va="center", fontsize=8,
                      color=colour, **side)  # fmt: skip
        return
    axes.plot(np.clip([low, high], *edges), [place, place], color=colour, linewidth=1.6)
    for edge, beyond in zip(edges, (low < edges[0], high > edges[1]), strict=True):
        if beyond:
            axes.plot(edge, place, marker="<" if edge < 0.0 else ">", color=colour, markersize=4)
    axes.plot(value, place, marker=mark, color=colour, markersize=5)


def _add_legend(axes: Any) -> None:
    from matplotlib.lines import Line2D

    entries = [
        Line2D([], [], color=COLOURS[verdict], marker=mark, linestyle="", label=f"{use}, {verdict}")
        for use, mark in MARKS.items()
        if use
        for verdict in ("inside", "outside")
    ]
    axes.legend(handles=entries, loc="upper center", bbox_to_anchor=(0.5, 1.07), ncols=4, labelcolor=INK)
