"""The page of claims: one self-contained HTML page, every sentence, table and figure of it made from the stores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .claim_designs import Design, Size
from .claim_results import Judgement
from .claim_words import (
    decider_text,
    decision_word,
    effect_sentence,
    percent,
    sides_sentences,
    verdict_sentence,
)
from .claims import Claim, Part
from .page import Page, Section
from .phase_figure import words_of
from .phases import Chart

TITLE = "What the debate gets right, and where"
METHOD = (
    """A family of arms is one store: a Latin hypercube over the declared ranges of the parameters, and every arm at
    every point of it with the same luck. A claim is judged from the difference of its arms, point by point: it holds
    where the difference goes its way by more than a band of practical size, reverses where it goes the other way by
    more than that, and makes no practical difference in between.""",
    """Intervals of shares are Wilson score intervals, corrected by Bonferroni for every share on this page, with the
    number of points lowered to what a bootstrap over points and replicates supports.""",
    """What decides is found by splits on ranks of the score, one parameter after the other; a split is clear where
    shuffled scores give as good a one, with any parameter, in at most 5% of 200 shuffles. Regions where a claim holds
    or fails are found on half of the samples and judged on the other half; a side counts as shown where at least half
    of the held-back samples in its region are on it, or in a corner that was searched on purpose.""",
    """Runs that share points share luck as well: what is said is conditional on the luck of the replicates, whose
    effect on single points is told with each claim.""",
)
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
    designs: Mapping[str, Design],
    size: Size,
    figures: Mapping[str, str],
) -> Page:
    """Return the page: an overview, the contradictions, then each claim.

    ``figures``: SVG text by id of claim and contradiction, that of the overview under ``claims``.
    """
    sections = [_overview(judgements, figures)] if judgements else []
    sections += [_contradiction(chart, figures[chart.phase.name]) for chart in charts]
    sections += [_claim(found, designs, figures[found.claim.name]) for found in judgements]
    sections.append(_method(designs, size))
    return Page(
        title=TITLE,
        lead=lead(judgements, charts),
        cards=(
            ("What was asked", _asked(judgements, charts)),
            ("What came out", came_out(judgements)),
            ("How sure is it", _how_sure(designs, size)),
        ),
        sections=tuple(sections),
        foot="The model shows what its equations do, not what a health service does; its weaknesses: docs/model.md.",
    )


def lead(judgements: Sequence[Judgement], charts: Sequence[Chart]) -> str:
    """Say in one sentence what the page answers."""
    return (
        f"{len(judgements)} claims of the debate on how the National Health Service is governed and {len(charts)} of "
        "its contradictions, each run as an experiment over the whole space of uncertainty: where it holds, where "
        "it makes no practical difference, and where it reverses."
    )


def _asked(judgements: Sequence[Judgement], charts: Sequence[Chart]) -> tuple[str, ...]:
    positions = Counter(found.claim.position for found in judgements)
    told = [f"{position}: {number} claims" for position, number in positions.items()]
    return (*told, f"Contradictions between positions: {len(charts)}") if charts else tuple(told)


def came_out(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """Count the verdicts, and say how often each position's claims hold."""
    words = Counter(found.verdict.word for found in judgements)
    told = [f"{number} {'claim' if number == 1 else 'claims'}: {word}" for word, number in words.most_common()]
    by_construction = sum(found.by_construction for found in judgements)
    told.append(f"{by_construction} by construction: found on one side alone, wherever it was looked for")
    for position in dict.fromkeys(found.claim.position for found in judgements):
        shares = [found.verdict.holds.share for found in judgements if found.claim.position == position]
        told.append(f"{position}: claims hold in {sum(shares) / len(shares):.0%} of the space on average")
    return tuple(told)


def _how_sure(designs: Mapping[str, Design], size: Size) -> tuple[str, ...]:
    return (
        f"Design '{size.name}': {size.samples} points of the space; {size.trusts} x {size.clinicians} clinicians",
        "Arms are compared at the same points under the same luck, replicate by replicate",
        "Intervals hold for all claims together (Bonferroni over every share on this page)",
        "Effects within a stated band of practical size count as no difference",
    )


def _overview(judgements: Sequence[Judgement], figures: Mapping[str, str]) -> Section:
    header = ("Claim", "Position", "Says", "Verdict", "Holds", "No difference", "Reverses", "Decided by")
    rows = [
        (
            found.claim.name,
            found.claim.position,
            found.claim.says,
            decision_word(found),
            percent(found.verdict.holds),
            percent(found.verdict.null),
            percent(found.verdict.reverses),
            ", ".join(one.parameter.replace("_", " ") for one in found.deciders) or "nothing in particular",
        )
        for found in judgements
    ]
    return Section(
        heading="All claims",
        paragraphs=("In brackets: simultaneous 95% intervals.",),
        images=(
            (
                figures["claims"],
                "Shares of the space where each claim holds, makes no difference and reverses",
            ),
        ),
        table=(header, rows),
    )


def _contradiction(chart: Chart, image: str) -> Section:
    others = [
        f"{part.label}: median effect {median:+.3g}, middle 80% {low:+.3g} to {high:+.3g}"
        for part, (median, low, high) in chart.also
    ]
    return Section(
        heading=chart.phase.name,
        paragraphs=(f"{chart.phase.question} ({chart.phase.positions})", words_of(chart)),
        images=((image, f"{chart.phase.question} {words_of(chart)}"),),
        note="Beside it: " + "; ".join(others) + "." if others else "",
    )


def _claim(found: Judgement, designs: Mapping[str, Design], image: str) -> Section:
    claim = found.claim
    readings = [
        (one.part.says or one.part.label, one.part.label, percent(one.verdict.holds), percent(one.verdict.null),
         percent(one.verdict.reverses), one.verdict.word)
        for one in found.also
    ]  # fmt: skip
    return Section(
        heading=claim.name,
        paragraphs=(
            f"{claim.position}: {claim.says}.",
            f"{decision_word(found).capitalize()}. {verdict_sentence(found.verdict)}",
            f"Read in the model: {claim.reading}. {_contrast(claim, designs)}",
            *(effect_sentence(part, found.verdict) for part in claim.parts[:1]),
            "What decides: "
            + ("; ".join(decider_text(one) for one in found.deciders) or "no parameter varies it")
            + ".",
            *sides_sentences(found),
        ),
        warning=_warning(found),
        images=((image, f"{claim.name}: effect over the space and what decides it"),),
        table=(("Also read as", "Measure", "Holds", "No difference", "Reverses", "Verdict"), readings)
        if readings
        else None,
        note=f"Not in the model: {claim.missing}." if claim.missing else "",
    )


def _warning(found: Judgement) -> str:
    if found.failed:
        return f"{found.failed} samples are left out: a run failed, or said nothing of this claim."
    return ""


def _contrast(claim: Claim, designs: Mapping[str, Design]) -> str:
    part: Part = claim.parts[0]
    arms = [_arm(name, designs[claim.family].arms[name]) for name in part.arms]
    first, last = part.months
    return f"Arms: {FORM_WORDS[part.form].format(*arms)}; months {first} to {last}."


def _arm(name: str, settings: Mapping[str, float]) -> str:
    told = ", ".join(f"{key.replace('_', ' ')} {value:g}" for key, value in settings.items())
    return f"{name.replace('_', ' ')} [{told or 'nothing set'}]"


def _method(designs: Mapping[str, Design], size: Size) -> Section:
    rows = [
        (name, design.title, str(design.samples), str(len(design.arms)), str(len(design.sampled)))
        for name, design in designs.items()
    ]
    return Section(
        heading="How it was made",
        paragraphs=METHOD,
        table=(("Store", "What it holds", "Samples", "Arms", "Parameters sampled"), rows),
        note=f"Design '{size.name}'; the specs and tables of points stand beside the stores.",
    )
