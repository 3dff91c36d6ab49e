"""From the stores of claims to files: the page, tables, figures and the store of verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ...figures.style import figure_style, svg_text
from ...open import open_sweep
from ...report.page import render
from ..claims import CLAIMS, Claim
from ..designs import ClaimDesign, DesignSize, claim_designs
from ..judged import Judgement, judge
from ..phase_figure import draw_phase, turns_words, words_of
from ..phases import Chart, Contradiction, chart, phase_design
from ..stages.further import further_designs, read_choices
from ..store import write_verdicts
from ..walks import WALKS, draw_walk, walk_designs, walk_words, walked
from ..witness_regions import witness_table
from .figures import draw_claim, draw_summary
from .page import claims_page
from .tables import claim_rows, decider_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Written(NamedTuple):
    """What was written, the page first, and what it says."""

    paths: tuple[Path, ...]
    judgements: tuple[Judgement, ...]
    charts: tuple[Chart, ...]
    designs: Mapping[str, ClaimDesign]
    rules: str
    walks: Mapping[str, str]


def designs_of(size: DesignSize, claims: Iterable[Claim], phases: Iterable[Contradiction]) -> dict[str, ClaimDesign]:
    """Return every design that ``claims`` and ``phases`` need, by name; each is run into a store of that name."""
    phases = tuple(phases)
    designs = claim_designs(size, claims) | {phase.name: phase_design(phase, size) for phase in phases}
    for phase in phases:
        if phase.name in WALKS:
            designs |= walk_designs(WALKS[phase.name], size)
    return designs


def write_claims(
    stores: str | Path, out: str | Path, size: DesignSize, claims: Iterable[Claim], phases: Iterable[Contradiction]
) -> Written:
    """Judge ``claims`` and ``phases`` from the stores in the folder ``stores``, and write what came out to ``out``.

    Writes ``index.html``, ``claims.csv``, ``deciding.csv``, ``contradictions.csv``, ``witnesses.csv``, the store
    ``verdicts.zarr`` and, under ``figures``, PNG and SVG. Raises what :func:`judge` raises, and ModuleNotFoundError
    without the extra ``plot``; nothing is written then.
    """
    claims, phases = tuple(claims), tuple(phases)
    designs, run = claim_designs(size, claims), designs_of(size, claims, phases)
    further = further_designs(read_choices(stores, designs) or {}, size)
    designs, run = designs | further, run | further
    with figure_style():
        judgements = judge(stores, designs, claims)
        charts = tuple(chart(phase, stores, size) for phase in phases)
        walks = {name: walked(walk, stores) for name, walk in WALKS.items() if name in {one.name for one in phases}}
        figures = _draw(judgements, charts, size)
        figures |= {f"{name}-walk": draw_walk(WALKS[name], table) for name, table in walks.items()}
        words = {name: walk_words(WALKS[name], table) for name, table in walks.items()}
        images = {name: svg_text(figure) for name, figure in figures.items()}
        html = render(claims_page(judgements, charts, run, size, images, words))
    tables = {
        "claims": claim_rows(judgements),
        "deciding": decider_rows(judgements),
        "contradictions": chart_rows(charts),
        **{f"{name}-walk": table for name, table in walks.items()},
        "witnesses": witness_table(one for found in judgements for one in found.witnesses),
    }
    folder = Path(out)
    paths = _write_files(folder, html, tables, images, figures)
    paths.append(write_verdicts(folder / "verdicts.zarr", judgements, charts))
    rules = open_sweep(Path(stores) / f"{next(iter(run))}.zarr", chunks=None).attrs["rules_hash"]
    return Written(tuple(paths), judgements, charts, run, rules, words)


def _write_files(
    folder: Path,
    html: str,
    tables: Mapping[str, pd.DataFrame],
    images: Mapping[str, str],
    figures: Mapping[str, Figure],
) -> list[Path]:
    """Write the page, the tables that have rows, every image as SVG and, but for those of single claims, as PNG."""
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(html, encoding="utf-8", newline="\n")
    paths = [folder / "index.html"]
    for name, table in tables.items():
        if len(table):
            table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", float_format="%.6g")
            paths.append(folder / f"{name}.csv")
    for name, image in images.items():
        paths.append(folder / "figures" / f"{name}.svg")
        paths[-1].write_text(image, encoding="utf-8", newline="\n")
    return [*paths, *(save_png(figures[name], folder / "figures", name) for name in figures if name not in CLAIMS)]


def save_png(figure: Figure, folder: Path, name: str) -> Path:
    """Write a figure as PNG, the same bytes for the same figure; return its path."""
    path = folder / f"{name}.png"
    with figure_style():
        # A tall sheet of many claims must stay small enough to be fetched.
        dpi = 110 if figure.get_figheight() < 12.0 else 88
        figure.savefig(path, dpi=dpi, facecolor="white", metadata={"Software": None})
    return path


def _draw(judgements: tuple[Judgement, ...], charts: tuple[Chart, ...], size: DesignSize) -> dict[str, Figure]:
    figures = {"claims": draw_summary(judgements, size.samples)} if judgements else {}
    figures |= {found.claim.name: draw_claim(found) for found in judgements}
    return figures | {one.phase.name: draw_phase(one) for one in charts}


def chart_rows(charts: Iterable[Chart]) -> pd.DataFrame:
    """Return the table of contradictions: the shares of the space on either side, with their intervals."""
    rows = []
    for one in charts:
        row: dict[str, object] = {"contradiction": one.phase.name, "question": one.phase.question}
        for name, (share, low, high) in zip(("up", "null", "down"), one.shares, strict=True):
            row |= {name: share, f"{name}_low": low, f"{name}_high": high}
        row |= {
            "meaning_up": one.phase.up,
            "meaning_down": one.phase.down,
            "band": one.band,
            "in_words": words_of(one),
            "turns": turns_words(one),
        }
        rows.append(row)
    return pd.DataFrame(rows)
