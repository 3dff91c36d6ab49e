"""The figure of responses: an outcome against each varied parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .facts import label_of
from .figure_style import LINES, add_caption, figure_style, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 3


def draw_responses(table: pd.DataFrame, caption: str) -> Figure:
    """Draw the rows of :func:`responses` of one or more outcomes: one panel per parameter, one row per outcome.

    With one outcome the panels wrap at three per row. The line is the mean, its bars the 95 % interval of the mean,
    the band the middle four fifths of the runs.
    """
    outcomes, parameters = list(dict.fromkeys(table["outcome"])), list(dict.fromkeys(table["parameter"]))
    cells = [(outcome, parameter) for outcome in outcomes for parameter in parameters]
    columns = len(parameters) if len(outcomes) > 1 or len(parameters) < COLUMNS else COLUMNS
    rows = -(-len(cells) // columns)
    with figure_style():
        figure = new_figure(max(3.1 * columns, 4.2), 2.3 * rows + 0.7)
        axes = figure.subplots(rows, columns, squeeze=False, sharey="row" if len(outcomes) > 1 else "all")
        for place, (outcome, parameter) in enumerate(cells):
            panel = axes[place // columns][place % columns]
            part = table[(table["outcome"] == outcome) & (table["parameter"] == parameter)]
            _draw_response(panel, part.sort_values("value"), LINES[outcomes.index(outcome) % len(LINES)])
            panel.set_xlabel(label_of(parameter))
            if place % columns == 0:
                panel.set_ylabel(label_of(outcome))
        for spare in axes.ravel()[len(cells) :]:
            spare.set_visible(False)
        _legend(figure, axes[0][0])
        add_caption(figure, caption)
    return figure


def _draw_response(panel: Any, part: pd.DataFrame, colour: str) -> None:
    value = part["value"].to_numpy()
    band = panel.fill_between(value, part["p10"], part["p90"], color=colour, alpha=0.16, linewidth=0)
    band.set_label("middle 80 % of the runs")
    half = np.nan_to_num((part["high"] - part["low"]).to_numpy() / 2.0)
    panel.errorbar(
        value, part["mean"], half, color=colour, marker="o", markersize=3, linewidth=1.4, capsize=2.5, elinewidth=1.0,
        label="mean, with its 95 % interval",
    )  # fmt: skip
    panel.grid(axis="y", color="#dddddd", linewidth=0.5)
    panel.set_axisbelow(True)
    panel.margins(x=0.04)


def _legend(figure: Figure, panel: Any) -> None:
    handles, labels = panel.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2)
