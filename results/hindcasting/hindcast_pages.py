"""The pages of the hindcast: table, figure and one HTML page in a folder, and docs/hindcast.md."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from ..figures.style import LINES, add_caption, figure_style, new_figure, svg_text
from ..report.page import Page, Section, render
from .judged_forecasts import Hindcast, verdict_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

METHOD = (
    (
        "Foretold are the months from April 2018 to March 2019 from the two years before: the share of attendances "
        "within four hours, in England in departments of type 1 of trusts that have them in every month, in "
        "Scotland and Wales in all departments."
    ),
    (
        "The model runs at the defaults of its parameters, five years before the first of the three. A forecast is "
        "the unit's own level in the two years, in log odds, and how runs move from their first two years to the "
        "third: a country as the country of a run, a trust as the trust of the same rank there. *Model* adds the "
        "model's own season, *model, season of the record* that of the two years, as each country has it."
    ),
    (
        "The naive rivals see the same. *Same month last year* repeats the year before, *last year and its change* "
        "adds by how much it differs from the year before it, *level and season* is the mean of two years with the "
        "season of all units together. Every forecaster has an error as large as what it left unexplained in the "
        "two years."
    ),
    (
        "Scores are the continuous ranked probability score and that of the band of 90 %, in shares: smaller is "
        "better (Gneiting and Raftery 2007). *Inside* is the share of months that came to lie in a band of 50 or "
        "90 %."
    ),
    (
        "What this is worth: one year came, whose months share their luck, so that no interval stands beside a "
        "score. Who is ahead is told of the better of the model's two forecasts and the best of the rivals' three, "
        "as the year showed them. The model's own season was computed from England's series, this year among them: "
        "where *model* is ahead of *model, season of the record* in England, that is no evidence. How trusts "
        "differ and stay was fitted to these years, too (V08 to V10). Level and season of a service are easy to "
        "foretell; that the model does so says nothing of what levers do."
    ),
)
"""How it was made and what it is worth, in paragraphs."""
HEADER = ("series", "forecaster", "score", "score of the 90 % band", "error of the middle", "in 50 %", "in 90 %")


def score_rows(hindcast: Hindcast) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return header and rows, as text, of the table of scores, the best of each series marked."""
    rows: list[tuple[str, ...]] = []
    for one in hindcast.scores.to_dict("records"):
        best = "*" if hindcast.best(str(one["series"])) == one["forecaster"] else ""
        series = f"{one['series']} ({one['units']})" if one["units"] > 1 else str(one["series"])
        numbers = (f"{one['crps']:.4f}{best}", f"{one['interval_score']:.3f}", f"{one['error']:.4f}")
        rows.append((series, str(one["forecaster"]), *numbers, f"{one['inside_50']:.0%}", f"{one['inside_90']:.0%}"))
    return HEADER, rows


def draw_hindcast(hindcast: Hindcast) -> Figure:
    """Draw each country: the two years that were seen, what came, and the forecasts with the model's band."""
    months = hindcast.months
    with figure_style():
        figure = new_figure(9.0, 1.2 + 2.4 * months.sizes["series"])
        for axes, name in zip(
            figure.subplots(months.sizes["series"], squeeze=False)[:, 0], months["series"].values, strict=True
        ):
            one = months.sel(series=name)
            axes.plot(one["month_seen"].values, one["seen"].values, color="#999999")
            axes.plot(one["month"].values, one["came"].values, color="black", label="came")
            for colour, forecaster in zip(LINES, one["forecaster"].values, strict=False):
                axes.plot(one["month"].values, one["middle"].sel(forecaster=forecaster), color=colour, linewidth=1.0,
                          label=str(forecaster))  # fmt: skip
            first = one.isel(forecaster=0)
            axes.fill_between(first["month"].values, first["lower"], first["upper"], color=LINES[0], alpha=0.15)
            axes.set(title=str(name), ylabel="share within four hours")
            axes.legend(loc="lower left")
        add_caption(figure, "What came (black), the middle of each forecast, and the 90 % band of the model's own.")
    return figure


def write_hindcast(folder: str | Path, hindcast: Hindcast) -> list[Path]:
    """Write ``index.html``, ``scores.csv``, ``months.csv`` and the figure into ``folder``; return their paths.

    Raises ModuleNotFoundError without the extra ``plot``; nothing is written then.
    """
    with figure_style():
        image = svg_text(draw_hindcast(hindcast))
    page = Page(
        title="A year foretold",
        lead=" ".join(verdict_words(hindcast)),
        cards=(
            ("What was asked", ("a year of monthly access, from the two years before",)),
            ("What came out", tuple(verdict_words(hindcast))),
            ("How sure is it", ("one year came: no interval stands beside a score",)),
        ),
        sections=(
            Section(heading="Country by country", images=((image, "Forecasts and what came"),), full=True),
            Section(heading="Scores", table=score_rows(hindcast), note="* the best of its series"),
            Section(heading="How it was made, and what it is worth", paragraphs=METHOD),
        ),
        links=(("scores.csv", "the scores"), ("months.csv", "countries by month")),
        foot=f"{hindcast.runs} histories of the model at the defaults of its parameters.",
    )
    months = hindcast.months[["came", "middle", "lower", "upper"]].to_dataframe().reset_index()
    texts = {
        "index.html": render(page),
        "scores.csv": hindcast.scores.to_csv(index=False, lineterminator="\n", float_format="%.6g"),
        "months.csv": months.to_csv(index=False, lineterminator="\n", float_format="%.6g"),
        "hindcast.svg": image,
    }
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in texts]


def hindcast_docs(hindcast: Hindcast) -> str:
    """Return the text of docs/hindcast.md."""
    header, rows = score_rows(hindcast)
    table = [f"| {' | '.join(row)} |" for row in (header, *rows)]
    table.insert(1, f"|{'---|' * len(header)}")
    words = [f"- {line}" for line in verdict_words(hindcast)]
    lines = ["# A year foretold", "", *_wrapped("Generated by `make hindcast`, not by hand."), ""]
    lines += [line for each in words for line in _wrapped(each, "  ")] + [""]
    lines += [f"`*`: the best of its series. {hindcast.runs} histories of the model.", "", *table, ""]
    for paragraph in METHOD:
        lines += [*_wrapped(paragraph), ""]
    return "\n".join(lines)


def _wrapped(text: str, further: str = "") -> list[str]:
    return textwrap.wrap(text, 120, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)


__all__ = ["hindcast_docs", "score_rows", "write_hindcast"]
