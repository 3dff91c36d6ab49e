"""Judgements in words; every sentence is made from numbers of the stores."""

from __future__ import annotations

from collections.abc import Mapping

from ...model.parameters import PARAMETERS, base_of
from ..discovery.dense_boxes import DenseBox
from ..statistics.space_shares import Share
from .claims import Claim, Part
from .deciding import Decider
from .judged import Judgement
from .verdicts import Middle, Verdict

EDGE = 0.06
"""A bound of a region within this share of the range from its end is no bound."""


def percent(share: Share) -> str:
    """Return "62% (51% to 72%)"."""
    return "unknown" if share.share != share.share else f"{share.share:.0%} ({share.low:.0%} to {share.high:.0%})"


def verdict_sentence(found: Verdict) -> str:
    """Say in how much of the space the claim holds, makes no difference and reverses."""
    if found.no_change:
        return (
            f"Holds, with no change of practical size, in {percent(found.holds)} of the space; fails, with a change, "
            f"in {percent(found.reverses)}."
        )
    return (
        f"Holds in {percent(found.holds)} of the space, makes no practical difference in {percent(found.null)}, "
        f"reverses in {percent(found.reverses)}."
    )


def doubt_sentence(found: Verdict) -> str:
    """Say how many settings are undecided, and whether chance hides what is sought."""
    if not found.samples:
        return "No setting said anything of this claim."
    told = (
        "" if found.undecided != found.undecided else f"Undecided: {found.undecided:.0%} of {found.samples} settings."
    )
    return f"{told} Chance hides what is sought, so that shares say little.".strip() if found.too_noisy else told


def effect_sentences(claim: Claim, found: Verdict) -> tuple[str, ...]:
    """Say of every part how large its effect is and what is too small to matter; then how far chance blurs points."""
    if not found.samples:
        return ()
    told = [_effect_sentence(part, size) for part, size in zip(claim.parts, found.sizes, strict=True)]
    if len(told) > 1:
        told.append("The claim holds only where all of these go its way.")
    if found.chance == found.chance:
        doubt = ", so that many may be counted wrongly" if found.chance > 1.0 else ""
        told.append(f"Chance blurs the effect at single settings by about {found.chance:.1f} bands{doubt}.")
    return tuple(told)


def _effect_sentence(part: Part, size: Middle) -> str:
    digits = max(2, len(f"{part.band:g}".partition(".")[2]))
    before = (
        ""
        if part.less is None
        else (
            f" less {part.less.weight:g} x that of months {part.less.months[0]} to {part.less.months[1]}"
            if part.less.weight != 1.0
            else f" less that of months {part.less.months[0]} to {part.less.months[1]}"
        )
    )
    expected = {1: "more was claimed", -1: "less was claimed", 0: "no change was claimed"}[part.sign]
    if part.leeway:
        expected = f"claimed was that it does not {'rise' if part.sign < 0 else 'fall'}"
    return (
        f"Effect on {part.label} in months {part.months[0]} to {part.months[1]}{before} ({expected}): median "
        f"{size.median:+.{digits}f}, middle 80% of the space {size.low:+.{digits}f} to {size.high:+.{digits}f}; too "
        f"small to matter: {part.band:g} ({part.reason})."
    )


def decider_text(decider: Decider) -> str:
    """Return "real control (explains 24%)", or "real control x solidarity (together explain 8%)"."""
    together = "explains" if len(decider.parameters) == 1 else "together explain"
    return f"{decider.label} ({together} {decider.share:.0%})"


def decider_sentence(found: Judgement) -> str:
    """Say what decides, and how much of the differences between settings it explains."""
    told = "; ".join(decider_text(one) for one in found.deciders)
    return f"What decides: {told or 'nothing that is clearer than chance'}."


def box_text(box: DenseBox) -> str:
    """Say where a box lies, how many of the settings held back are of its kind there, and how many are everywhere."""
    limits = [_limit(name, *bounds) for name, bounds in box.bounds.items()]
    where = " and ".join(limit for limit in limits if limit) or "the whole space"
    return (
        f"{where} ({box.share:.0%} of the {box.points} settings there that the search had not seen, surely more than "
        f"{box.low:.0%}; everywhere {box.everywhere:.0%})"
    )


def _limit(name: str, low: float, high: float) -> str:
    row = PARAMETERS.get(base_of(name))
    words = name.replace("_", " ")
    least, most = (row.low, row.high) if row is not None else (low, high)
    margin = EDGE * (most - least)
    above, below = low > least + margin, high < most - margin
    if above and below:
        return f"{words} {low:.2g} to {high:.2g}"
    if above:
        return f"{words} above {low:.2g}"
    return f"{words} below {high:.2g}" if below else ""


def corner_text(settings: Mapping[str, float]) -> str:
    """Return the settings of a corner in words."""
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in settings.items())


def sides_sentences(found: Judgement) -> tuple[str, ...]:
    """Say in which boxes it holds, fails and reverses, what corners showed, and what was never seen or is proven."""
    boxes = [("holds", found.holds_where), ("fails", found.fails_where)]
    boxes += [("reverses", found.reverses_where)] if not found.verdict.no_change else []
    told = [f"Where it {does} more often than elsewhere: {box_text(box)}." for does, box in boxes if box is not None]
    for corner in found.corners:
        shares = corner.verdict
        if not shares.samples:
            continue
        told.append(
            f"Searched on purpose, where it should {'hold' if corner.kind == 'holds' else 'fail'} "
            f"({corner_text(corner.settings)}): holds in {shares.holds.share:.0%}, no difference in "
            f"{shares.null.share:.0%}, reverses in {shares.reverses.share:.0%} of {shares.samples} settings."
        )
    if found.by_construction:
        told.append(f"By construction: {found.proof}.")
    if found.unseen:
        told.append(
            f"No setting that was run surely shows where it {' or '.join(found.unseen)}, which proves nothing. The "
            f"rule that carries the claim: {line_of(found.claim)}."
        )
    return tuple(told)


def line_of(claim: Claim) -> str:
    """Return the file and function of the rule that carries the claim: "model/rules/methods.py, method"."""
    module, _, function = claim.line.partition(".")
    return f"model/rules/{module}.py, {function}"


def decision_word(found: Judgement) -> str:
    """Return the verdict in a few words."""
    return f"{found.verdict.word}; by construction" if found.by_construction else found.verdict.word
