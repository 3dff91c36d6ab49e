"""Judgements in words and in tables; every sentence is made from numbers of the stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ..dataset import parameter_row
from ..statistics.space_shares import Share
from .claims import Claim, Part
from .deciding import Decider, DecidingRegion
from .judged import CONVINCED, Judgement
from .verdicts import Middle, Verdict

UNCLEAR = 0.05
"""A decider whose split chance would match more often than this is called unclear."""
EDGE = 0.06
"""A bound of a region within this share of the range from its end is no bound."""


def percent(share: Share) -> str:
    """Return "62% (51 to 72%)"."""
    return f"{share.share:.0%} ({share.low:.0%} to {share.high:.0%})"


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


def effect_sentences(claim: Claim, found: Verdict) -> tuple[str, ...]:
    """Say of every part how large its effect is and what is too small to matter; then how far chance blurs points."""
    told = [_effect_sentence(part, size) for part, size in zip(claim.parts, found.sizes, strict=True)]
    if len(told) > 1:
        told.append("The claim holds only where all of these go its way.")
    if found.chance == found.chance:
        doubt = ", so that many single points may be misclassified" if found.chance > 1.0 else ""
        told.append(f"Chance blurs the effect at one point by about {found.chance:.1f} bands{doubt}.")
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
    """Return "method heterogeneity at 1.01 (0.80 to 1.30): holds in 20% below, 70% above"."""
    doubt = "" if decider.chance <= UNCLEAR else ", not clearer than chance"
    return (
        f"{decider.parameter.replace('_', ' ')} at {decider.threshold:.3g} ({decider.low:.3g} to {decider.high:.3g}): "
        f"holds in {decider.holds_below:.0%} below and {decider.holds_above:.0%} above{doubt}"
    )


def region_text(region: DecidingRegion | None) -> str:
    """Say where a region lies and what share of the held-back samples in it is on that side."""
    if region is None:
        return "no sample of the space"
    limits = [_limit(name, *bounds) for name, bounds in region.bounds.items()]
    where = " and ".join(limit for limit in limits if limit) or "the whole space"
    if not region.samples:
        return f"{where} (no sample held back lies there)"
    if region.share < CONVINCED:
        return (
            f"no box of up to three limits was found in which most samples are; densest: {where} ({region.share:.0%} "
            f"of the {region.samples} samples there that the search had not seen)"
        )
    return f"{where} ({region.share:.0%} of the {region.samples} samples there that the search had not seen)"


def _limit(name: str, low: float, high: float) -> str:
    row = parameter_row(name)
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
    """Say where the claim holds and where it fails, what corners showed, and what the model implies by construction."""
    told = [f"Where it holds: {region_text(found.holds_where)}.", f"Where it fails: {region_text(found.fails_where)}."]
    if found.verdict.reverses.share > 0.0 and not found.verdict.no_change:
        told.append(f"Where it reverses: {region_text(found.reverses_where)}.")
    for corner in found.corners:
        shares = corner.verdict
        told.append(
            f"Searched on purpose, where it should {'hold' if corner.kind == 'holds' else 'fail'} "
            f"({corner_text(corner.settings)}): holds in {shares.holds.share:.0%}, no difference in "
            f"{shares.null.share:.0%}, reverses in {shares.reverses.share:.0%} of {shares.samples} samples."
        )
    if found.by_construction:
        side = "fails" if not found.fails_shown else "holds"
        told.append(
            f"No region where it {side} was found: the model implies this by construction, in {line_of(found.claim)}."
        )
    elif found.one_sided:
        told.append(
            f"It never reverses in the sample: the sign stands in {line_of(found.claim)}; "
            "what is tested is whether it matters."
        )
    return tuple(told)


def line_of(claim: Claim) -> str:
    """Return the file and function of the rule that carries the claim: "model/rules/methods.py, method"."""
    module, _, function = claim.line.partition(".")
    return f"model/rules/{module}.py, {function}"


def decision_word(found: Judgement) -> str:
    """Return the verdict in a few words."""
    return f"{found.verdict.word}; by construction" if found.by_construction else found.verdict.word


def claim_rows(judgements: Sequence[Judgement]) -> pd.DataFrame:
    """Return the table of verdicts: a row for each claim, and for each further reading below it."""
    rows = []
    for found in judgements:
        claim = found.claim
        first = _row(claim, found.verdict, claim.parts[0], "", found)
        rows.append({**first, "measure": " and ".join(part.label for part in claim.parts)})
        rows += [_row(claim, one.verdict, one.part, one.part.says or one.part.label, None) for one in found.also]
    return pd.DataFrame(rows)


def _row(claim: Claim, found: Verdict, part: Part, also: str, judged: Judgement | None) -> dict[str, object]:
    row: dict[str, object] = {"claim": claim.name, "position": claim.position, "says": claim.says, "also": also}
    row |= {"measure": part.label, "family": claim.family, "form": part.form, "arms": " v ".join(part.arms)}
    for name, share in (("holds", found.holds), ("null", found.null), ("reverses", found.reverses)):
        row |= {name: share.share, f"{name}_low": share.low, f"{name}_high": share.high}
    row |= {
        "median_effect": found.sizes[0].median,
        "effect_p10": found.sizes[0].low,
        "effect_p90": found.sizes[0].high,
        "band": part.band,
        "chance_in_bands": found.chance,
        "samples": found.samples,
        "verdict": found.word,
        "by_construction": "" if judged is None else judged.by_construction,
        "line": claim.line,
    }
    return row


def decider_rows(judgements: Sequence[Judgement]) -> pd.DataFrame:
    """Return the deciding parameters of every claim as a table."""
    return pd.DataFrame(
        [
            {"claim": found.claim.name, "rank": rank + 1, **decider._asdict()}
            for found in judgements
            for rank, decider in enumerate(found.deciders)
        ]
    )
