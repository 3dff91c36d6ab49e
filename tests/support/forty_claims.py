"""A synthetic model: forty claims whose answer is known, with the words that are right for each."""

from __future__ import annotations

from .known_claims import NOTHING, KnownClaim, mixed, normal, true_shares

CLEAR = 0.15
"""A share this far beyond a half, or beyond the other side's, ought to be told; nearer, "depends" is right as well."""
SURE, FAINT, LOUD = 0.3, 0.7, 1.3


def _alone() -> list[KnownClaim]:
    """Claims of one part: shares from 0 to 1, mixtures, chance of several sizes."""
    spread = [(-3.0, 1.0), (-1.0, 1.0), (-0.6, 1.25), (0.0, 0.4), (0.0, 2.0), (1.0, 1.5), (2.0, 1.2), (3.0, 1.35),
              (5.0, 1.0)]  # fmt: skip
    found = [
        KnownClaim(name=f"normal {mean:g}, {sd:g}", truths=(normal((mean, sd)),), chance=chance)
        for mean, sd in spread
        for chance in (SURE, FAINT)
    ]
    kinds = {
        "three in four by far": mixed((0.75, 4.0), (0.25, 0.0)),
        "a third either way": mixed((0.35, 4.0), (0.3, 0.0), (0.35, -4.0)),
        "a tenth by far": mixed((0.9, 0.0), (0.1, 3.0)),
        "one in seven against": mixed((0.7, 0.0), (0.3, -3.0)),
    }
    return found + [KnownClaim(name=name, truths=(truth,), chance=FAINT) for name, truth in kinds.items()]


def _together() -> list[KnownClaim]:
    """Claims of several parts, humps, contests, sizes, of no change; without effects, and with."""
    two, three = (normal((3.0, 1.0)), normal((4.0, 1.5))), normal((3.0, 1.0), (0.0, 1.0), (0.0, 1.0))
    return [
        KnownClaim(name="nothing", truths=(NOTHING,), chance=LOUD),
        KnownClaim(name="nothing, two parts", truths=(NOTHING, NOTHING), chance=LOUD),
        KnownClaim(name="nothing, hump", truths=(NOTHING,), form="hump", chance=LOUD),
        KnownClaim(name="nothing, contest", truths=(NOTHING,), form="contest", chance=LOUD),
        KnownClaim(name="nothing, no change", truths=(NOTHING,), sign=0, chance=LOUD),
        KnownClaim(name="two parts", truths=two, chance=FAINT),
        KnownClaim(name="two parts, one idle", truths=(two[0], NOTHING), chance=FAINT),
        KnownClaim(name="two parts, opposed", truths=(two[0], normal((-4.0, 1.0))), chance=FAINT),
        KnownClaim(name="hump", truths=(three,), form="hump", chance=FAINT),
        KnownClaim(name="no hump", truths=(normal((0.0, 1.0), (3.0, 1.0), (0.0, 1.0)),), form="hump", chance=FAINT),
        KnownClaim(name="contest won", truths=(normal((4.0, 1.0), (2.0, 1.0), (0.0, 1.0), (1.0, 1.0)),),
                   form="contest", chance=FAINT),
        KnownClaim(name="contest open", truths=(normal(*[(0.0, 2.0)] * 4),), form="contest", chance=FAINT),
        KnownClaim(name="sizes", truths=(normal((4.0, 1.0), (0.0, 0.0), (0.0, 1.0)),), form="magnitude", chance=FAINT),
        KnownClaim(name="interaction", truths=(normal((-3.0, 1.5)),), form="interaction", chance=FAINT),
        KnownClaim(name="no change where there is some", truths=(normal((0.0, 3.0)),), sign=0, chance=FAINT),
        KnownClaim(name="no change, mostly", truths=(normal((0.0, 0.5)),), sign=0, chance=FAINT),
        KnownClaim(name="chance grows", truths=(normal((3.0, 1.5)),), chance=SURE, growth=0.3),
        KnownClaim(name="chance grows, half", truths=(normal((1.0, 1.5)),), chance=SURE, growth=0.3),
    ]  # fmt: skip


FORTY = (*_alone(), *_together())


def right_words(claim: KnownClaim) -> frozenset[str]:
    """Return the words that are right: the strongest that is true, and weaker ones only where it is a near thing."""
    holds, null, reverses = true_shares(claim)
    contrary = "fails" if claim.sign == 0 else "reverses"
    words = set()
    for word, share in (("holds", holds), ("no difference", null), (contrary, reverses)):
        if share > 0.5:
            words.add(f"mostly {word}")
    ahead = f"more often holds than {contrary}" if holds > reverses else f"more often {contrary} than holds"
    if max(holds, null, reverses) < 0.5 + CLEAR:
        if holds != reverses:
            words.add(f"depends, {ahead}")
        if abs(holds - reverses) < CLEAR:
            words.add("depends")
    return frozenset(words)
