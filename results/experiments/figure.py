"""Figures of experiments: the effects over the space beside what was published, and all experiments on one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..figures.style import INK, LINES, add_caption, figure_style, light_grid, new_figure
from .findings import ExperimentFindings
from .wording import basis_in_words, percent_of_space

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BINS = 40
WIDEST = 6.0
"""Effects on the sheet of all are cut at so many half-widths of the published interval from its middle."""
PUBLISHED, AT_DEFAULTS, SPACE = LINES[2], LINES[1], LINES[0]


def draw_experiment(found: ExperimentFindings) -> Figure:
    """Draw the effects of all settings as a histogram, the published interval shaded, the defaults marked."""
    published, space = found.experiment.published, found.space
    estimate = found.at_defaults["effect"]
    with figure_style():
        figure = new_figure(6.4, 3.4)
        axes = figure.subplots()
        axes.axvspan(published.low, published.high, color=PUBLISHED, alpha=0.25, linewidth=0, label="published")
        axes.axvline(float(estimate.mean), color=AT_DEFAULTS, linewidth=1.6, label="at the defaults")
        if space is not None:
            kept = space.effect[np.isfinite(space.effect)]
            axes.hist(kept, bins=BINS, color=SPACE, alpha=0.8, label=f"{len(kept)} settings of the space")
        axes.axvline(0.0, color=INK, linewidth=0.6)
        axes.set(xlabel=f"effect, {published.unit}", ylabel="settings", title=found.experiment.title)
        axes.legend()
        light_grid(axes)
        add_caption(figure, f"{basis_in_words(found)}.{_share_told(found)}")
    return figure


def _share_told(found: ExperimentFindings) -> str:
    return "" if found.space is None else f" Inside the published interval: {percent_of_space(found.space)}."


def draw_experiments(findings: Sequence[ExperimentFindings]) -> Figure:
    """Draw all experiments on one sheet, each scaled so that its published interval reaches from -1 to 1."""
    with figure_style():
        figure = new_figure(8.0, 0.34 * len(findings) + 1.5)
        axes = figure.subplots()
        axes.axvspan(-1.0, 1.0, color=PUBLISHED, alpha=0.22, linewidth=0, label="published interval")
        for place, found in enumerate(findings):
            _draw_row(axes, -place, found, place == 0)
        axes.set_yticks(-np.arange(len(findings)), [_beside(found) for found in findings])
        axes.set(xlim=(-WIDEST - 0.3, WIDEST + 0.3), xlabel="effect, in half-widths of the published interval")
        figure.legend(loc="outside upper left", ncols=4)
        add_caption(
            figure,
            "Middle of the published interval at 0; what lies further out than 6 is drawn at the edge. Signs are "
            "turned so that the published effect, unless null, points to the right. Line: 90 % of the settings.",
        )
    return figure


def _beside(found: ExperimentFindings) -> str:
    return f"{found.experiment.name}{' (null)' if found.experiment.published.null else ''}"


def _draw_row(axes: Any, place: float, found: ExperimentFindings, first: bool) -> None:
    published, space = found.experiment.published, found.space
    sign = -1.0 if published.effect < 0.0 and not published.null else 1.0
    middle, half = (published.low + published.high) / 2.0, (published.high - published.low) / 2.0

    def scaled(values: Any) -> Any:
        return np.clip(sign * (np.asarray(values, dtype=float) - middle) / half, -WIDEST, WIDEST)

    axes.plot(scaled(0.0), place, marker="|", color=INK, markersize=9, label="no effect" if first else None)
    if space is not None:
        ends = space.quantiles
        axes.plot(scaled([ends[0], ends[2]]), [place, place], color=SPACE, linewidth=2.0)
        axes.plot(scaled(ends[1]), place, "o", color=SPACE, label="space: middle and 90 %" if first else None)
    mean = float(found.at_defaults["effect"].mean)
    axes.plot(scaled(mean), place, "D", color=AT_DEFAULTS, label="at the defaults" if first else None)
