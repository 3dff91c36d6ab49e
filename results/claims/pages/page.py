"""The page of claims: one self-contained HTML page, every sentence, table and figure of it made from the stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...report.page import Page, Section
from ..claims import Claim, Part
from ..designs import ClaimDesign, DesignSize
from ..judged import Judgement
from ..phase_figure import beside_words, measured, words_of
from ..phases import Chart
from ..wording import (
    decider_sentence,
    decision_word,
    doubt_sentence,
    effect_sentences,
    percent,
    sides_sentences,
    verdict_sentence,
)
from .cards import came_out, doubts_of_phases, how_sure, lead_sentence, questions_asked
from .tables import card_header, card_rows, short_shares
from .word_rules import WORDS, data_links

TITLE = "What the debate gets right, and where"
METHOD = (
    """A family of arms is one store: a Latin hypercube over the declared ranges of the parameters, and every arm at
    every point of it. The arms of a point share their random numbers, points share none. A claim is judged from the
    difference of its arms, point by point: it holds where the difference goes its way by more than a band of practical
    size, reverses where it goes the other way by more than that, and makes no practical difference in between.""",
    """Shares are those of true effects: what chance does to single points is measured by their replicates and taken
    out. How shares, their intervals, deciders and boxes are worked out, and how often they are right where the truth is
    known, stands in docs/statistics.md and docs/coverage.md.""",
)
NOTHING = "nothing clearer than chance"
FORM_WORDS = {
    "difference": "{0} against {1}",
    "interaction": "({0} against {1}) against ({2} against {3})",
    "magnitude": "size of ({0} against {1}) against size of ({2} against {3})",
    "level": "{0}, as it is",
    "hump": "{0} against the better of {1} and {2}",
}


def claims_page(
    judgements: Sequence[Judgement],
    charts: Sequence[Chart],
    designs: Mapping[str, ClaimDesign],
    size: DesignSize,
    figures: Mapping[str, str],
    walks: Mapping[str, str],
) -> Page:
    """Return the page: an overview, the contradictions, then each claim; ``walks`` says what each walk shows.

    ``figures``: SVG text by id of claim and contradiction, that of the overview under ``claims``.
    """
    sections = [_overview(judgements, figures), _words()] if judgements else []
    for chart in charts:
        name = chart.phase.name
        sections.append(_contradiction(chart, figures[name]))
        if name in walks:
            sections.append(_walk(chart, walks[name], figures[f"{name}-walk"]))
    sections += [_claim(found, designs, figures[found.claim.name]) for found in judgements]
    sections.append(_method(designs, size))
    return Page(
        title=TITLE,
        lead=lead_sentence(judgements, charts),
        cards=(
            ("What was asked", questions_asked(judgements, charts)),
            ("What came out", came_out(judgements)),
            ("How sure is it", how_sure(size)),
        ),
        sections=tuple(sections),
        links=data_links(judgements, charts),
        foot="The model shows what its equations do, not what a health service does; its weaknesses: docs/model.md.",
    )


def _overview(judgements: Sequence[Judgement], figures: Mapping[str, str]) -> Section:
    header = (
        "Claim",
        "Position",
        "Says",
        "Verdict",
        "Holds",
        "No difference",
        "Reverses, or fails",
        "Holds, counted",
        "Holds in half the ranges",
        "Undecided",
        "Decided by",
    )
    rows = [
        (
            found.claim.name,
            found.claim.position,
            found.claim.says,
            decision_word(found),
            percent(found.verdict.holds),
            percent(found.verdict.null),
            percent(found.verdict.reverses),
            *short_shares(found),
            "; ".join(one.label for one in found.deciders) or NOTHING,
        )
        for found in judgements
    ]
    return Section(
        heading="All claims",
        paragraphs=("Shares of the space of what we do not know, with 95% intervals in brackets.",),
        full=True,
        images=(
            (
                figures["claims"],
                "Shares of the space where each claim holds, makes no difference and reverses",
            ),
        ),
        table=(header, rows),
    )


def _words() -> Section:
    return Section(heading="What the words mean", link="Words", table=(("Word", "Rule"), WORDS))


def _contradiction(chart: Chart, image: str) -> Section:
    return Section(
        heading=f"{chart.phase.name}: {chart.phase.question}",
        link=chart.phase.name,
        full=True,
        paragraphs=(f"Between: {chart.phase.positions}. Measured by {measured(chart)}.", words_of(chart)),
        images=((image, f"{chart.phase.question} {words_of(chart)}"),),
        note=f"{beside_words(chart)} {doubts_of_phases()}".strip(),
    )


def _walk(chart: Chart, words: str, image: str) -> Section:
    return Section(
        heading=f"{chart.phase.name}, forward and backward",
        link=f"{chart.phase.name} walk",
        full=True,
        paragraphs=(words,),
        images=((image, words),),
    )


def _claim(found: Judgement, designs: Mapping[str, ClaimDesign], image: str) -> Section:
    claim = found.claim
    word = decision_word(found).capitalize()
    return Section(
        heading=f"{claim.name}: {claim.says}",
        link=claim.name,
        full=True,
        paragraphs=(
            f"{word}. {verdict_sentence(found.verdict)} {doubt_sentence(found.verdict)}".strip(),
            f"Claimed by {claim.position}. Predicted: {claim.reading}. {contrast_sentence(claim, designs)}",
            *effect_sentences(claim, found.verdict),
            decider_sentence(found),
            *sides_sentences(found),
        ),
        warning=_warning(found),
        images=((image, f"{claim.says}: effect over the space, and what decides it"),),
        table=(card_header(found), card_rows(found)),
        note=f"Not in the model: {claim.missing}." if claim.missing else "",
    )


def _warning(found: Judgement) -> str:
    if found.failed:
        return f"{found.failed} samples are left out: a run failed, or said nothing of this claim."
    return ""


def contrast_sentence(claim: Claim, designs: Mapping[str, ClaimDesign]) -> str:
    """Say which arms are compared, what each sets, and in which months."""
    part: Part = claim.parts[0]
    arms = [_arm(name, designs[claim.family].arms[name]) for name in part.arms]
    first, last = part.months
    return f"Compared: {FORM_WORDS[part.form].format(*arms)}; months {first} to {last}."


def _arm(name: str, settings: Mapping[str, float]) -> str:
    told = ", ".join(f"{key.replace('_', ' ')} {value:g}" for key, value in settings.items())
    return f"{name.replace('_', ' ')} [{told or 'nothing set'}]"


def _method(designs: Mapping[str, ClaimDesign], size: DesignSize) -> Section:
    rows = [
        (name, design.title, str(design.samples), str(len(design.arms)), str(len(design.sampled)))
        for name, design in designs.items()
    ]
    return Section(
        heading="How it was made",
        paragraphs=METHOD,
        table=(("Store", "What it holds", "Samples", "Arms", "Parameters sampled"), rows),
        note=f"Design '{size.name}', seed {size.seed}; the specs and tables of points stand beside the stores.",
    )
