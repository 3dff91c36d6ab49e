"""The figure of a phase diagram: the sign of an effect over two parameters, at three values of a third."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..dataset import label_of
from ..figures.style import CONTRASTS, INK, add_caption, figure_style, new_figure
from ..statistics.space_shares import Share
from .phases import AxisTurn, Chart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SURE = (0.025, 0.975)
"""Probabilities of a positive effect beyond which its 95 % interval leaves zero out."""


def draw_phase(chart: Chart) -> Figure:
    """Draw a contradiction: colour the effect, black the boundary, dashed its uncertainty, hatched no difference."""
    greatest = float(np.nanmax(np.abs(chart.mean), initial=0.0)) or 1.0
    with figure_style():
        figure = new_figure(10.4, 4.4)
        panels = figure.subplots(1, len(chart.mean), sharex=True, sharey=True)
        shades = [_draw_slice(panel, chart, place, greatest) for place, panel in enumerate(panels)]
        panels[0].set_ylabel(label_of(chart.axes[1].name))
        part = chart.phase.parts[0]
        better = " (less is better: sign turned)" if chart.phase.flip else ""
        figure.colorbar(
            shades[-1], ax=list(panels), label=f"effect on {label_of(next(iter(part.terms)))}{better}", pad=0.01
        )
        figure.suptitle(f"{chart.phase.name}: {chart.phase.question}", x=0.008, ha="left", fontsize=10.5)
        add_caption(figure, caption_of(chart))
    return figure


def _draw_slice(panel: Any, chart: Chart, place: int, greatest: float) -> Any:
    x, y, third = chart.grid
    mean, chance = chart.mean[place], chart.chance[place]
    shade = panel.pcolormesh(
        x, y, mean, cmap=CONTRASTS, vmin=-greatest, vmax=greatest, shading="nearest", rasterized=True
    )
    if (np.abs(mean) <= chart.band).any():
        inside = np.where(np.abs(mean) <= chart.band, 1.0, 0.0)
        panel.contourf(x, y, inside, levels=[0.5, 1.5], colors="none", hatches=["////"])
    for level, line in ((SURE[0], "dashed"), (SURE[1], "dashed")):
        if chance.min() < level < chance.max():
            panel.contour(x, y, chance, levels=[level], colors=INK, linestyles=line, linewidths=0.8)
    if mean.min() < 0.0 < mean.max():
        panel.contour(x, y, mean, levels=[0.0], colors=INK, linewidths=1.6)
    low, high = chart.axes[2].low, chart.axes[2].high
    near = np.abs(chart.points[:, 2] - third[place]) <= (high - low) / 6.0
    panel.plot(chart.points[near, 0], chart.points[near, 1], ".", markersize=2.0, color=INK, alpha=0.5)
    for units in chart.phase.marks:
        where = units / 150.0 * chart.axes[0].high
        if where <= chart.axes[0].high:
            panel.axvline(where, color=INK, linewidth=0.7, linestyle="dotted")
            panel.text(
                where, 1.01, f"{units}", transform=panel.get_xaxis_transform(), ha="center", va="bottom", fontsize=7
            )
    panel.set_xlabel(label_of(chart.axes[0].name))
    panel.set_title(
        f"{label_of(chart.axes[2].name, unit=False)} {third[place]:.3g}", pad=12 if chart.phase.marks else 6
    )
    return shade


def caption_of(chart: Chart) -> str:
    """Say how the figure was made and how to read it."""
    runs = "one run" if chart.replicates == 1 else f"{chart.replicates} runs"
    arms = (
        "it had" if len(chart.phase.arms) == 1 else "every side of the comparison had, under the same random numbers,"
    )
    return (
        f"{chart.phase.positions}. Purple: {chart.phase.up}; orange: {chart.phase.down}; black: the boundary between "
        "them; dashed: between these lines the 95% interval of the effect holds zero; hatched: no practical difference "
        f"(within {chart.band:g}); dots: settings that were run nearby. At each of "
        f"{len(chart.points)} settings {arms} {runs}. Surfaces that agree with these runs were drawn (Gaussian "
        "process); what is shown is their mean, and how far they differ is how uncertain it is."
    )


def measured(chart: Chart) -> str:
    """Say what the diagram is drawn of: the outcome, the months, the arms, and the axes."""
    part, axes = chart.phase.parts[0], [label_of(axis.name, unit=False) for axis in chart.axes]
    less = "" if part.less is None else f" less months {part.less.months[0]} to {part.less.months[1]}"
    return (
        f"{part.label} in months {part.months[0]} to {part.months[1]}{less}, {_compared(chart)}; over {axes[0]}, "
        f"{axes[1]} and {axes[2]}"
    )


def _compared(chart: Chart) -> str:
    told = [
        ", ".join(
            f"{key.replace('_', ' ')} {value if isinstance(value, str) else f'{value:g}'}" for key, value in arm.items()
        )
        or "the point of the diagram"
        for arm in chart.phase.arms
    ]
    if chart.phase.parts[0].form == "contest":
        return f"the better of {told[0]} and {told[1]} against the better of {told[2]} and {told[3]}"
    return " against ".join(told)


def words_of(chart: Chart) -> str:
    """Say what the diagram shows: shares of the space with their intervals, and where the sign turns."""
    up, null, down = map(_share_words, chart.shares)
    text = (
        f"In {up} of the space {chart.phase.up}; in {down} {chart.phase.down}; in {null} the difference is below "
        f"{chart.band:g}."
    )
    if chart.best:
        text += (
            " Which gains most: " + ", ".join(f"{name} in {_share_words(share)}" for name, share in chart.best) + "."
        )
    turns = turns_words(chart)
    return f"{text} {turns}" if turns else text


def turns_words(chart: Chart) -> str:
    """Say where the sign turns along the axes, the others in the middle of their ranges; empty where it does not."""
    if not chart.turns:
        return ""
    told = [
        f"along {label_of(one.axis.name, unit=False)} to {'positive' if one.rises else 'negative'} at "
        f"{one.place:.3g} ({_turn_bounds(one)})"
        for one in chart.turns
    ]
    return f"Through the middle of the space the sign turns {'; '.join(told)}."


def _turn_bounds(turn: AxisTurn) -> str:
    low = f"{turn.low:.3g}" if turn.low > turn.axis.low else "below the range"
    high = f"{turn.high:.3g}" if turn.high < turn.axis.high else "above the range"
    return f"{low} to {high}"


def _share_words(share: Share) -> str:
    return f"{share.share:.0%} ({share.low:.0%} to {share.high:.0%})"


def beside_words(chart: Chart) -> str:
    """Say what the same comparison does to the further outcomes; empty where there are none."""
    told = []
    for one in chart.also:
        up, null, down = map(_share_words, one.shares)
        told.append(
            f"{one.part.label}: median {one.median:+.3g}, middle 80% {one.low:+.3g} to {one.high:+.3g}; higher in "
            f"{up} of the space, lower in {down}, within {one.part.band:g} in {null}"
        )
    return f"Beside it, {'; '.join(told)}." if told else ""
