"""Page of an experiment: what was published, what the model says, a figure, and the data beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..figures.style import save_picture, svg_text
from ..report.page import Page, Section, render
from ..statistics.interval_kinds import EXPERIMENTS, doubts, printed_by
from .figure import draw_experiment
from .findings import ExperimentFindings
from .tables import effects_table, settings_table
from .wording import (
    basis_in_words,
    mapping_in_words,
    percent_of_space,
    published_in_words,
    told_in_words,
    verdict_at_defaults,
    verdict_over_space,
)


def write_experiment(found: ExperimentFindings, folder: Path) -> list[Path]:
    """Write page, figure and tables of an experiment into ``folder``, made if need be, and return the paths.

    Raises OSError where nothing can be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = found.experiment.name
    texts = {f"{name}.html": render(page_of(found)), f"{name}-effects.csv": _csv([found])}
    if found.space is not None:
        texts[f"{name}-settings.csv"] = settings_table(found).to_csv(index=False, lineterminator="\n")
    paths = []
    for file, text in texts.items():
        paths.append(folder / file)
        paths[-1].write_text(text, encoding="utf-8", newline="\n")
    return [*paths, save_picture(draw_experiment(found), folder / f"{name}.png")]


def _csv(findings: Sequence[ExperimentFindings]) -> str:
    return effects_table(findings).to_csv(index=False, lineterminator="\n")


def page_of(found: ExperimentFindings) -> Page:
    """Return the page of an experiment."""
    experiment, space = found.experiment, found.space
    published = experiment.published
    figure = svg_text(draw_experiment(found))
    over = verdict_over_space(found) if space is None else f"{percent_of_space(space)}: {verdict_over_space(found)}"
    cards = (
        ("Published", (published_in_words(published), published.on, f"{published.source} [{published.status}]")),
        ("At the defaults", (verdict_at_defaults(found),)),
        ("Over the space", (over,)),
    )
    sections = (
        Section(
            heading="Effect",
            paragraphs=tuple(line.strip() for line in told_in_words(found)[2:]),
            images=((figure, f"Effects of the settings beside the published interval: {over}"),),
            note=doubts(printed_by(EXPERIMENTS)),
            full=True,
        ),
        Section(heading="Why this lever stands for that policy", paragraphs=experiment.mapping),
        Section(heading="What the comparison cannot bear", paragraphs=experiment.caveats),
    )
    return Page(
        title=experiment.title,
        lead=experiment.question,
        cards=cards,
        sections=sections,
        foot=f"{basis_in_words(found)}. {mapping_in_words(experiment)}",
    )
