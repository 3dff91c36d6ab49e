"""Figures of the claims: all verdicts on one sheet, and for each claim the spread of its effect and what decides."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from ...dataset import label_of
from ...figures.style import INK, add_caption, figure_style, new_figure
from ..deciding import Decider
from ..judged import Judgement
from ..verdicts import HOLDS, NULL, REVERSES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = (
    (HOLDS, "holds", "#0072B2", "o"),
    (NULL, "no difference", "#b8b8b8", "x"),
    (REVERSES, "reverses", "#D55E00", "^"),
)
"""Class, name, colour and marker: told apart by shape as well as by colour."""
SHOWN_BANDS = 8.0
LINE, LINES = 52, 2
"""Characters of a line of a claim's words beside its bar, and lines."""


def draw_summary(judgements: Sequence[Judgement], samples: int) -> Figure:
    """Draw the shares of the space of every claim as a bar, with the interval of the share where it holds."""
    caption = f"Each claim at {samples} points of a Latin hypercube over the declared ranges of all parameters."
    caption += " * by construction." * any(found.by_construction for found in judgements)
    with figure_style():
        figure = new_figure(9.5, 0.32 * len(judgements) + 1.6)
        axes = figure.subplots()
        place = -np.arange(len(judgements))
        left = np.zeros(len(judgements))
        for name, colour, hatch in (
            ("holds", KINDS[0][2], ""),
            ("null", KINDS[1][2], "///"),
            ("reverses", KINDS[2][2], ""),
        ):
            share = np.array([getattr(found.verdict, name).share for found in judgements])
            label = {"null": "no practical difference", "reverses": "reverses, or fails"}.get(name, name)
            axes.barh(place, share, left=left, color=colour, hatch=hatch, edgecolor="white", linewidth=0.3, label=label)
            left = left + share
        _draw_holds(axes, judgements, place)
        axes.set_yticks(place, [words_beside(found) for found in judgements], fontsize=7.0)
        axes.set(xlim=(0.0, 1.0), xlabel="share of the space of uncertainty", ylim=(place[-1] - 0.6, 0.6))
        figure.legend(loc="outside upper left", ncols=3)
        add_caption(figure, caption)
    return figure


def _draw_holds(axes: Any, judgements: Sequence[Judgement], place: np.ndarray) -> None:
    """Draw the interval of "holds", and where it is known the share over half of the ranges."""
    holds = [found.verdict.holds for found in judgements]
    errors = np.array([[one.share - one.low for one in holds], [one.high - one.share for one in holds]])
    axes.errorbar(
        [one.share for one in holds], place, xerr=np.maximum(errors, 0.0), fmt="none", ecolor=INK, elinewidth=0.9,
        capsize=2.0, label="interval of 'holds'",
    )  # fmt: skip
    half = np.array([np.nan if found.half is None else found.half.holds.share for found in judgements])
    if np.isfinite(half).any():
        axes.plot(
            half, place, linestyle="", marker="D", markersize=4.0, markerfacecolor="white", markeredgecolor=INK,
            markeredgewidth=0.8, label="'holds' over half of each range, about the defaults",
        )  # fmt: skip


def words_beside(found: Judgement) -> str:
    """Return the claim in its own words for the margin of a figure, shortened to two lines."""
    star = " *" if found.by_construction else ""
    text = f"{found.claim.name}{star} {found.claim.says}"
    return fill(text, LINE, max_lines=LINES, placeholder=" ...")


def draw_claim(found: Judgement) -> Figure:
    """Draw one claim: the spread of its effect in bands, and the effect against each parameter that decides.

    Of two parameters that decide together, each is an axis, and every setting has the sign of its verdict.
    """
    caption = (
        f"{found.verdict.samples} settings of the space: the effect as seen, coloured by the likeliest verdict. "
        "Dashed: the band of no difference."
    )
    panels = 1 + len(found.deciders)
    with figure_style():
        figure = new_figure(max(5.4, 2.7 * panels + 0.4), 3.4)
        axes = figure.subplots(1, panels, squeeze=False, width_ratios=[1.15, *[1.0] * (panels - 1)])[0]
        score = np.clip(found.verdict.score, -SHOWN_BANDS, SHOWN_BANDS)
        _draw_spread(axes[0], score, found.verdict.classes, found.claim.parts[0].sign == 0)
        for panel, decider in zip(axes[1:], found.deciders, strict=True):
            _draw_decider(panel, found, score, decider)
        width = int(12.0 * figure.get_figwidth())
        says = fill(f"{found.claim.name}: {found.claim.says}", width)
        # The claim heads the legend: a title of the figure would lie over it.
        figure.legend(
            *axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=3, title=says, title_fontsize=10.0,
            alignment="left",
        )  # fmt: skip
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


def _draw_decider(panel: Any, found: Judgement, score: np.ndarray, decider: Decider) -> None:
    first, *second = decider.parameters
    across = found.decided[first]
    up = found.decided[second[0]] if second else score
    for kind, _, colour, marker in KINDS:
        chosen = np.isfinite(score) & (found.verdict.classes == kind)
        panel.plot(
            across[chosen], up[chosen], linestyle="", marker=marker, markersize=2.6, color=colour, alpha=0.8,
            markeredgewidth=0.7, rasterized=True,
        )  # fmt: skip
    panel.set_xlabel(label_of(first))
    if second:
        panel.set_ylabel(label_of(second[0]))
        return
    for edge in (-1.0,) if found.verdict.no_change else (-1.0, 1.0):
        panel.axhline(edge, color=INK, linewidth=0.6, linestyle="dashed")
    panel.set_ylim(-SHOWN_BANDS - 0.4, SHOWN_BANDS + 0.4)
