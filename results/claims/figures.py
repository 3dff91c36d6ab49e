"""Figures of the claims: all verdicts on one sheet, and for each claim the spread of its effect and what decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..dataset import label_of
from ..figures.style import INK, add_caption, figure_style, new_figure
from .deciding import Decider
from .judged import Judgement
from .verdicts import HOLDS, NULL, REVERSES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = (
    (HOLDS, "holds", "#0072B2", "o"),
    (NULL, "no difference", "#b8b8b8", "x"),
    (REVERSES, "reverses", "#D55E00", "^"),
)
"""Class, name, colour and marker: told apart by shape as well as by colour."""
SHOWN_BANDS = 8.0


def draw_summary(judgements: Sequence[Judgement], samples: int) -> Figure:
    """Draw the shares of the space of every claim as a bar, with the interval of the share where it holds."""
    caption = (
        f"Each claim at {samples} points of a Latin hypercube over the declared ranges of all parameters. "
        "* by construction: found on one side alone, wherever it was looked for."
    )
    with figure_style():
        figure = new_figure(9.0, 0.21 * len(judgements) + 1.6)
        axes = figure.subplots()
        place = -np.arange(len(judgements))
        left = np.zeros(len(judgements))
        for name, colour, hatch in (
            ("holds", KINDS[0][2], ""),
            ("null", KINDS[1][2], "///"),
            ("reverses", KINDS[2][2], ""),
        ):
            share = np.array([getattr(found.verdict, name).share for found in judgements])
            label = "no practical difference" if name == "null" else name
            axes.barh(place, share, left=left, color=colour, hatch=hatch, edgecolor="white", linewidth=0.3, label=label)
            left = left + share
        holds = [found.verdict.holds for found in judgements]
        errors = np.array([[one.share - one.low for one in holds], [one.high - one.share for one in holds]])
        axes.errorbar(
            [one.share for one in holds], place, xerr=np.maximum(errors, 0.0), fmt="none", ecolor=INK, elinewidth=0.9,
            capsize=2.0, label="interval of 'holds', for all claims together",
        )  # fmt: skip
        axes.set_yticks(place, [_tick(found) for found in judgements])
        axes.set(xlim=(0.0, 1.0), xlabel="share of the space of uncertainty", ylim=(place[-1] - 0.6, 0.6))
        figure.legend(loc="outside upper left", ncols=4)
        add_caption(figure, caption)
    return figure


def _tick(found: Judgement) -> str:
    return f"{found.claim.position}  {found.claim.name}{' *' if found.by_construction else ''}"


def draw_claim(found: Judgement) -> Figure:
    """Draw one claim: the spread of its effect in bands, and the effect against each parameter that decides."""
    caption = (
        f"{found.claim.name}: {found.verdict.samples} samples of the space. Dashed: the band of no difference. "
        "Line and grey bar: threshold and middle 80% of it."
    )
    panels = 1 + len(found.deciders)
    with figure_style():
        figure = new_figure(2.7 * panels + 0.4, 2.9)
        axes = figure.subplots(1, panels, squeeze=False, width_ratios=[1.15, *[1.0] * (panels - 1)])[0]
        score = np.clip(found.verdict.score, -SHOWN_BANDS, SHOWN_BANDS)
        _draw_spread(axes[0], score, found.verdict.classes, found.claim.parts[0].sign == 0)
        for panel, decider in zip(axes[1:], found.deciders, strict=True):
            _draw_decider(panel, found.decided[decider.parameter], score, found.verdict.classes, decider)
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=3)
        add_caption(figure, caption)
    return figure


def _draw_spread(panel: Any, score: np.ndarray, classes: np.ndarray, no_change: bool) -> None:
    known = np.isfinite(score)
    edges = np.linspace(-SHOWN_BANDS, SHOWN_BANDS, 33)
    values = [score[known & (classes == kind)] for kind, *_ in KINDS]
    _, _, groups = panel.hist(
        values, edges, stacked=True, color=[row[2] for row in KINDS], edgecolor="white", linewidth=0.3,
        label=[row[1] for row in KINDS],
    )  # fmt: skip
    # Most bars are empty: a bin lies in one class. Drawn, they would be a sixth of the page. The first has the label.
    for bar in (bar for group in groups for bar in group[1:] if bar.get_height() == 0.0):
        bar.remove()
    for edge in (-1.0,) if no_change else (-1.0, 1.0):
        panel.axvline(edge, color=INK, linewidth=0.8, linestyle="dashed")
    panel.set(
        ylabel="samples of the space",
        xlabel="effect in bands\n(minus its size)" if no_change else "effect in bands,\nas the claim says",
    )


def _draw_decider(panel: Any, values: np.ndarray, score: np.ndarray, classes: np.ndarray, decider: Decider) -> None:
    for kind, _, colour, marker in KINDS:
        chosen = np.isfinite(score) & (classes == kind)
        panel.plot(
            values[chosen], score[chosen], linestyle="", marker=marker, markersize=2.6, color=colour, alpha=0.8,
            markeredgewidth=0.7, rasterized=True,
        )  # fmt: skip
    panel.axvspan(decider.low, decider.high, color=INK, alpha=0.10, linewidth=0)
    panel.axvline(decider.threshold, color=INK, linewidth=1.0)
    for edge in (-1.0, 1.0):
        panel.axhline(edge, color=INK, linewidth=0.6, linestyle="dashed")
    panel.set(xlabel=label_of(decider.parameter), ylim=(-SHOWN_BANDS - 0.4, SHOWN_BANDS + 0.4))
