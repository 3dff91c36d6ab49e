"""Verdicts on claims whose truth is known: of pure chance nothing is said, and of forty claims what is true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ...support.forty_claims import FORTY, right_words
from ...support.known_claims import NOTHING, KnownClaim, true_shares

CLAIM = KnownClaim(name="nothing acts", truths=(NOTHING,))
PURE = (
    CLAIM,
    replace(CLAIM, truths=(NOTHING, NOTHING)),
    replace(CLAIM, form="hump"),
    replace(CLAIM, form="contest"),
    replace(CLAIM, sign=0),
)
COMPARED = 3 * len(FORTY)
SEEDS = 3


@pytest.mark.parametrize("claim", PURE, ids=["one part", "two parts", "hump", "contest", "no change"])
def test_of_pure_chance_hardly_any_setting_holds_or_reverses(claim: KnownClaim) -> None:
    wrong = "reverses" if claim.sign == 0 else "holds"
    for chance in (0.5, 1.0, 2.0):
        made = replace(claim, chance=chance)
        found = [made.judge(np.random.default_rng([seed, int(10 * chance)]), COMPARED) for seed in range(SEEDS)]
        shares = np.array([[getattr(one, wrong).share, one.reverses.share] for one in found])
        assert (shares.mean(axis=0) < 0.03).all()
        assert {one.word for one in found} <= {"mostly holds" if claim.sign == 0 else "mostly no difference",
                                               "too noisy"}  # fmt: skip


def test_words_of_forty_claims_are_right_and_none_is_sure_of_what_is_false() -> None:
    assert len(FORTY) == 40
    told = {claim.name + str(claim): claim.judge(np.random.default_rng([5, place]), COMPARED).word
            for place, claim in enumerate(FORTY)}  # fmt: skip
    right = {claim.name + str(claim): right_words(claim) for claim in FORTY}
    wrong = {name: (word, right[name]) for name, word in told.items() if word not in right[name]}
    assert len(wrong) <= 2, wrong
    assert not [word for word, _ in wrong.values() if word.startswith(("mostly", "depends, more often"))]


def test_truths_of_the_forty_reach_from_none_to_all() -> None:
    holds = sorted(true_shares(claim)[0] for claim in FORTY)
    assert holds[0] == 0.0 and holds[-1] > 0.99
    assert np.diff(holds).max() < 0.3
