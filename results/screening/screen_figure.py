"""The figure of the screen: the constants that decide, by the largest move of an answer in bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..figures.style import LINES, add_caption, figure_style, new_figure
from .screened import Screened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 40
"""Constants that are drawn; the table has all."""


def draw_screen(screened: Screened) -> Figure:
    """Draw, for the constants that decide, the largest move of an answer of each kind, in bands, on a log scale."""
    names = list(screened.deciding[:MOST])
    found = screened.found
    bands = abs(found["effect"] / found["band"]).max("change")
    with figure_style():
        figure = new_figure(8.0, 1.4 + 0.2 * max(len(names), 2))
        axes = figure.subplots()
        places = np.arange(len(names))[::-1]
        for colour, kind in zip(LINES, dict.fromkeys(found["kind"].values.tolist()), strict=False):
            of_kind = bands.isel(answer=found["kind"].values == kind).max("answer")
            axes.plot(of_kind.sel(constant=names), places, "o", color=colour, markersize=5, label=kind)
        axes.axvline(1.0, color="#777777", linewidth=0.8)
        axes.set_xscale("log")
        axes.set_yticks(places, names)
        axes.set_xlabel("largest move of an answer, in bands")
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        add_caption(
            figure,
            f"The constants that move an answer by more than its band (line), the first {len(names)} of "
            f"{len(screened.deciding)}: each halved or doubled, whichever moves more, as estimated.",
        )
    return figure


__all__ = ["draw_screen"]
