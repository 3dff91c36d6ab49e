"""Style of every figure: sober, legible in print and on screens, and readable by colour-blind people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK = "#1b1b1b"
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4d4d4d")
"""Colours of lines: the palette of Okabe and Ito (2008), its yellow left out for want of contrast on white."""
CAPTION_CHARACTERS = 15.5
"""Characters of a caption per inch of width."""
LEVEL_CHARACTERS = 16
"""Letters of a level's label on one line of an axis."""
NOTEBOOK_DOTS = 80
"""Dots per inch where a notebook shows a figure: light enough to be kept in the file."""
LEVELS = "viridis"
CONTRASTS = "PuOr"
"""Maps of levels are viridis; maps of signed quantities diverge about zero, between purple and orange."""

_STYLE: dict[str, Any] = {
    "font.size": 9.0,
    "font.family": "DejaVu Sans",
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.labelsize": 9.0,
    "axes.edgecolor": "#555555",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "svg.hashsalt": "tredegar",
    "svg.fonttype": "path",
}


@contextmanager
def figure_style() -> Iterator[None]:
    """Set the house style for the figures drawn inside; raises ModuleNotFoundError naming the extra to install."""
    try:
        import matplotlib as mpl
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError('figures need matplotlib; install it with: pip install "tredegar[plot]"') from error
    with mpl.rc_context(cast(Any, _STYLE)):
        yield


class Panel(NamedTuple):
    """One pair of axes: ``draw`` draws on them, ``alt`` says in words what is seen there."""

    draw: Callable[[Any], None]
    alt: str


def compose(panels: Sequence[Panel], columns: int, caption: str, size: tuple[float, float] = (3.4, 2.6)) -> Figure:
    """Return one figure of all panels, ``columns`` abreast, each of ``size`` inches, with a caption below."""
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    with figure_style():
        figure = new_figure(size[0] * columns, size[1] * rows + 0.3)
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for panel, place in zip(panels, axes, strict=False):
            panel.draw(place)
        for spare in axes[len(panels) :]:
            spare.set_visible(False)
        add_caption(figure, caption)
    return figure


def alone(panel: Panel, size: tuple[float, float] = (4.3, 3.1)) -> Figure:
    """Return a figure of one panel, small enough to be read on a telephone."""
    with figure_style():
        figure = new_figure(*size)
        panel.draw(figure.subplots())
    return figure


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of ``width`` x ``height`` inches that needs no screen and leaves no global state.

    Notebooks show it as it stands: they know figures only once pyplot is loaded, which nothing here needs.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.07, h_pad=0.05)  # type: ignore[union-attr, call-arg]
    figure._repr_png_ = partial(_png, figure)  # type: ignore[attr-defined]
    return figure


def _png(figure: Figure) -> bytes:
    file = BytesIO()
    with figure_style():
        figure.savefig(file, format="png", dpi=NOTEBOOK_DOTS, facecolor="white", metadata={"Software": None})
    return file.getvalue()


def add_caption(figure: Figure, text: str) -> None:
    """Write what a figure shows and how it was made below it, small."""
    text = fill(text, int(CAPTION_CHARACTERS * figure.get_figwidth()))
    figure.supxlabel(text, x=0.008, ha="left", fontsize=7.5, color="#444444")


def light_grid(axes: Any) -> None:
    """Draw faint horizontal lines behind the data."""
    axes.grid(axis="y", color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)


def level_ticks(axes: Any, places: Sequence[float], labels: Sequence[str]) -> None:
    """Write the labels of the levels of a choice at their ``places`` on the x axis, long ones on several lines."""
    axes.set_xticks(places, [fill(labels[int(place)], LEVEL_CHARACTERS) for place in places])


def legend_below(axes: Any, columns: int = 2) -> None:
    """Put the legend under the axes, ``columns`` entries abreast, where it hides no data."""
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=columns, handlelength=1.2, columnspacing=1.2)


def svg_text(figure: Figure) -> str:
    """Return a figure as the text of an SVG image, the same for the same figure."""
    file = StringIO()
    with figure_style():
        figure.savefig(file, format="svg", facecolor="white", metadata={"Date": None})
    return file.getvalue()


def save_figure(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write a figure as PNG (200 dots per inch) and SVG, the same bytes for the same figure; return both paths."""
    return [save_picture(figure, folder / f"{name}.png"), save_picture(figure, folder / f"{name}.svg")]


def save_picture(figure: Figure, path: Path, dots: int = 200) -> Path:
    """Write a figure to ``path``, PNG (``dots`` per inch) or SVG, the same bytes for the same figure; return the path.

    Raises ValueError for another ending.
    """
    undated = {".png": "Software", ".svg": "Date"}
    if path.suffix not in undated:
        raise ValueError(f"the ending of '{path}' must be .png or .svg, got '{path.suffix or 'none'}'")
    with figure_style():
        figure.savefig(path, dpi=dots, facecolor="white", metadata={undated[path.suffix]: None})
    return path
