"""Tables of the claims: a row for each verdict and for each decider, and the rows of a claim's card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ..claims import Claim, Part
from ..deciding import Decider
from ..judged import Judgement
from ..verdicts import Verdict
from ..wording import decision_word, percent

KINDS = ("holds", "null", "reverses")
WHOLE, COUNTED, HALF = "whole ranges", "whole ranges, counted as seen", "half of each range, about the defaults"


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
    row |= _shares(found, "")
    for kind, (_, low, high) in zip(KINDS, found.joint, strict=False):
        row |= {f"{kind}_joint_low": low, f"{kind}_joint_high": high}
    row |= {f"counted_{kind}": share for kind, share in zip(KINDS, found.counted, strict=True)}
    row |= {
        "undecided": found.undecided,
        "too_noisy": found.too_noisy,
        "median_effect": found.sizes[0].median,
        "effect_p10": found.sizes[0].low,
        "effect_p90": found.sizes[0].high,
        "band": part.band,
        "chance_in_bands": found.chance,
        "samples": found.samples,
        "verdict": found.word,
    }
    half = None if judged is None else judged.half
    row |= _shares(half, "half_") | {"half_verdict": "" if half is None else half.word}
    row |= {
        "by_construction": "" if judged is None else judged.by_construction,
        "unseen": "" if judged is None else " and ".join(judged.unseen),
        "line": claim.line,
    }
    return row


def _shares(found: Verdict | None, before: str) -> dict[str, float]:
    row: dict[str, float] = {}
    for kind in KINDS:
        share = (np.nan,) * 3 if found is None else getattr(found, kind)
        row |= {f"{before}{kind}{after}": float(each) for after, each in zip(("", "_low", "_high"), share, strict=True)}
    return row


def decider_rows(judgements: Sequence[Judgement]) -> pd.DataFrame:
    """Return what decides every claim as a table: a row for each part of the range of each decider."""
    return pd.DataFrame(
        [
            {
                "claim": found.claim.name,
                "rank": rank + 1,
                "decider": decider.label,
                "share": decider.share,
                "chance": decider.chance,
                "part": " x ".join(one.parts),
                "holds": one.holds,
                "null": one.null,
                "reverses": one.reverses,
                "settings": one.settings,
            }
            for found in judgements
            for rank, decider in enumerate(found.deciders)
            for one in decider.along
        ]
    )


def short_shares(found: Judgement) -> tuple[str, str, str]:
    """Return where it holds as counted and over half of the ranges, and the undecided settings; "" where unknown."""
    half = np.nan if found.half is None else found.half.holds.share
    shares = (found.verdict.counted[0], half, found.verdict.undecided)
    return tuple("" if share != share else f"{share:.0%}" for share in shares)  # type: ignore[return-value]


def card_header(found: Judgement) -> tuple[str, ...]:
    """Return the columns of :func:`card_rows`."""
    return ("Where", "Holds", "No difference", "Fails" if found.verdict.no_change else "Reverses", "Verdict")


def card_rows(found: Judgement) -> list[tuple[str, ...]]:
    """Return the rows of a claim's card: whole ranges, half of them, along what decides, and further readings."""
    counted = ("" if share != share else f"{share:.0%}" for share in found.verdict.counted)
    rows = [_told(WHOLE, found.verdict, decision_word(found)), (COUNTED, *counted, "")]
    if found.half is not None:
        rows.append(_told(HALF, found.half, found.half.word))
    rows += [row for decider in found.deciders for row in _along(decider)]
    rows += [
        _told(f"whole ranges, read as {one.part.says or one.part.label}", one.verdict, one.verdict.word)
        for one in found.also
    ]
    return rows


def _told(where: str, found: Verdict, word: str) -> tuple[str, ...]:
    return (where, percent(found.holds), percent(found.null), percent(found.reverses), word)


def _along(decider: Decider) -> Iterator[tuple[str, ...]]:
    for one in decider.along:
        if one.settings:
            names = (name.replace("_", " ") for name in decider.parameters)
            where = ", ".join(f"{part} of {name}" for part, name in zip(one.parts, names, strict=True))
            yield where, f"{one.holds:.0%}", f"{one.null:.0%}", f"{one.reverses:.0%}", ""
