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
    """Group the claims by verdict, name those that hold by construction, and compare positions."""
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
    told.append(
        f"Built into the model, so that nothing was tested but the size: {', '.join(built_in) or 'none'}; of all "
        "others a region where it holds and one where it fails was found"
    )
    shares = []
    for position in dict.fromkeys(found.claim.position for found in judgements):
        of_position = [found.verdict.holds.share for found in judgements if found.claim.position == position]
        shares.append(f"{position} {sum(of_position) / len(of_position):.0%}")
    told.append(
        f"Share of the space where claims hold, on average: {', '.join(shares)} (bolder claims hold less often)"
    )
    return tuple(told)


def how_sure(size: DesignSize) -> tuple[str, ...]:
    """Say what stands behind the numbers."""
    return (
        f"Every claim at {size.samples} settings of all parameters at once, drawn evenly over their ranges",
        f"A country of {size.trusts} trusts with {size.clinicians} clinicians each (design '{size.name}')",
        f"What is compared meets the same settings and the same random numbers, {size.replicates} times over",
        "In brackets: 95% intervals for all claims on this page together; 'mostly' where they lie beyond a half",
        "An effect too small to matter counts as no difference; each claim says how small that is, and why",
        "All this is about the model. It shows what follows from its assumptions, not what a health service does",
        *_told(doubts(printed_by(CLAIMS))),
    )


def doubts_of_phases() -> str:
    """Say which numbers of a phase diagram are not shown to cover; empty where all are."""
    return doubts(printed_by(PHASES))


def _told(sentence: str) -> tuple[str, ...]:
    # Lines of a card end without a full stop.
    return (sentence.removesuffix("."),) if sentence else ()
