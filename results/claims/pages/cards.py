"""Cards on the first screen of the page of claims: what was asked, what came out, and how sure it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...statistics.interval_kinds import CLAIMS, PHASES, doubts, printed_by
from ..designs import DesignSize
from ..judged import Judgement
from ..phases import Chart


def lead_sentence(judgements: Sequence[Judgement], charts: Sequence[Chart]) -> str:
    """Say in one sentence what the page answers."""
    return (
        f"{len(judgements)} claims of the debate on how the National Health Service is governed and {len(charts)} of "
        "its contradictions, each run as an experiment over the whole space of uncertainty: where it holds, where "
        "it makes no practical difference, and where it reverses."
    )


def questions_asked(judgements: Sequence[Judgement], charts: Sequence[Chart]) -> tuple[str, ...]:
    """Say what was put to the test: whose claims, which contradictions, and the question put to each."""
    told = []
    if judgements:
        positions = Counter(found.claim.position for found in judgements)
        of_whom = ", ".join(f"{position} {number}" for position, number in positions.items())
        claims = f"{len(judgements)} claim{'s' * (len(judgements) > 1)}"
        told = [
            f"{claims} on how the health service should be governed ({of_whom})",
            "Of each: where does it hold, make no practical difference, or go the other way, and what decides?",
        ]
    if charts:
        told.append(f"{len(charts)} question{'s' * (len(charts) > 1)} on which the positions contradict each other")
    return tuple(told)


def came_out(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """Group the claims by verdict, and name those that are proven and those of which one side was never seen."""
    if not judgements:
        return ("See the contradictions below",)
    words: dict[str, list[str]] = {}
    for found in judgements:
        words.setdefault(found.verdict.word, []).append(found.claim.name)
    told = [
        f"{word.capitalize()}: {len(names)} of {len(judgements)} ({', '.join(names)})"
        for word, names in sorted(words.items(), key=lambda item: -len(item[1]))
    ]
    built_in = [found.claim.name for found in judgements if found.by_construction]
    told.append(f"By construction, as no path of the rules leads to what is measured: {', '.join(built_in) or 'none'}")
    unseen = [f"{found.claim.name} ({' and '.join(found.unseen)})" for found in judgements if found.unseen]
    told.append(
        f"Without a setting that surely shows this side, which proves nothing: {', '.join(unseen)}; all others have "
        "one of each side"
        if unseen
        else "Of every claim there is a setting where it holds, and one where it fails"
    )
    decided = sum(bool(found.deciders) for found in judgements)
    told.append(
        f"Something decides {decided} of {len(judgements)}; where nothing does, chance gives one in twenty a name"
    )
    return tuple(told)


def how_sure(size: DesignSize) -> tuple[str, ...]:
    """Say what stands behind the numbers."""
    return (
        f"Every claim at {size.samples} settings of all parameters at once, drawn evenly over their ranges",
        *_half(size),
        f"A country of {size.trusts} trusts with {size.clinicians} clinicians each (design '{size.name}')",
        f"What is compared meets the same settings and the same random numbers, {size.replicates} times over",
        "As often again at up to half of the settings, where chance leaves claims undecided",
        "In brackets: 95% intervals, each by itself; words such as 'mostly' need wider ones, for all claims together",
        "An effect too small to matter counts as no difference; each claim says how small that is, and why",
        "All this is about the model. It shows what follows from its assumptions, not what a health service does",
        *_told(doubts(printed_by(CLAIMS))),
    )


def _half(size: DesignSize) -> tuple[str, ...]:
    told = (
        f"And at {size.half_samples} over half of each range, about the defaults: shares depend on how wide ranges are"
    )
    return (told,) if size.half_samples else ()


def doubts_of_phases() -> str:
    """Say which numbers of a phase diagram are not shown to cover; empty where all are."""
    return doubts(printed_by(PHASES))


def _told(sentence: str) -> tuple[str, ...]:
    # Lines of a card end without a full stop.
    return (sentence.removesuffix("."),) if sentence else ()
