"""Rules of the words on the page of claims, one line each, and the data that stand beside it."""

from __future__ import annotations

from collections.abc import Sequence

from ...statistics.step_down import SHUFFLES
from ..deciding import CLIP, MOST
from ..judged import Judgement
from ..phases import Chart
from ..verdicts import DECIDED, NOISY
from ..witness_regions import SURE

_RULES = {
    "holds, reverses, no difference": """The effect goes the way that was claimed, or the other way, by more than a band
        of practical size; no difference: it lies within. A claim of no change holds within the band and else fails.""",
    "fails": "Does not hold: no difference, or reversed; of a claim of no change, a change.",
    "mostly": """The interval of that share, wide enough for all claims on the page together (`joint` in the data), lies
        above a half.""",
    "depends": """No such interval lies above a half. "More often holds than reverses": the interval of the one lies
        above that of the other.""",
    "counted": """Settings by what was seen in them, chance included. The shares before it are those of true effects,
        with chance taken out; words are made of these.""",
    "undecided": f"""A setting in which none of holds, no difference and reverses has a probability of {DECIDED:.0%}
        or more.""",
    "too noisy": f"""The typical standard error of what is compared at a setting exceeds {NOISY:g} bands and half of its
        typical size, so that shares say little.""",
    "decided by": f"""A parameter (its slope, or a U-shape), or two by their product, that explains the effect, cut at
        {CLIP:g} bands, better than the best of its kind does in 97.5% of {SHUFFLES} shuffles; {MOST} at most. Where
        nothing decides, one claim in twenty has a name by chance.""",
    "more often than elsewhere": """In a box of at most three limits, found on two thirds of the settings, and told only
        if at the others the likeliest verdict is that one more often in the box than everywhere, at 95%.""",
    "by construction": """No path through the rules leads from what is varied to what is measured. It is never concluded
        from a sample in which a case was not seen.""",
    "witness": f"A setting in which the claim holds, or fails, with a probability of {SURE:.0%} or more.",
}
WORDS = tuple((word, " ".join(rule.split())) for word, rule in _RULES.items())
"""Words, each with its rule."""


def data_links(judgements: Sequence[Judgement], charts: Sequence[Chart]) -> tuple[tuple[str, str], ...]:
    """Return the files that are written beside the page, each with what it holds."""
    found = {
        "claims.csv": "verdicts: shares, counted shares, half of the ranges" if judgements else "",
        "deciding.csv": "what decides each claim, and how it does along it"
        if any(found.deciders for found in judgements)
        else "",
        "contradictions.csv": "shares of both sides of each contradiction" if charts else "",
        "witnesses.csv": "a setting where each claim holds, and one where it fails"
        if any(found.witnesses for found in judgements)
        else "",
        "verdicts.zarr": "everything by setting, as labelled datasets",
    }
    return tuple((name, told) for name, told in found.items() if told)
