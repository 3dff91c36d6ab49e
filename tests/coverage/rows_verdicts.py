"""Rows of verdicts: shares of the space that hold, make no difference and reverse; words; settings called decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import stats

from tredegar.results.claims.verdicts import DECIDED, Verdict, classes_of, joint_score

from ..support.known_claims import NOTHING, KnownClaim, mixed, normal, true_shares
from .law import NOMINAL, Row, Said

FEW = KnownClaim(name="nothing acts", truths=(NOTHING,), samples=64, chance=1.0)
"""Most rows have 64 settings: the more, the more exact, and the more time a trial takes."""
TENTH, HALF, MOST = normal((-0.6, 1.25)), normal((1.0, 1.5)), normal((3.0, 1.35))
TWO = (normal((1.5, 1.5)), normal((1.0, 1.5)))
CLAIMS = (
    FEW,
    replace(FEW, chance=0.5),
    replace(FEW, chance=2.0, replicates=4),
    replace(FEW, name="nothing acts, two parts", truths=(NOTHING, NOTHING)),
    replace(FEW, name="nothing acts, hump", form="hump"),
    replace(FEW, name="nothing acts, contest", form="contest"),
    replace(FEW, name="nothing acts, no change claimed", sign=0),
    replace(FEW, name="everything holds", truths=(normal((5.0, 1.0)),)),
    replace(FEW, name="a tenth holds", truths=(TENTH,), chance=0.5),
    replace(FEW, name="a tenth holds, by far", truths=(mixed((0.9, 0.0), (0.1, 3.0)),)),
    replace(FEW, name="half holds", truths=(HALF,), chance=0.7),
    replace(FEW, name="half holds", truths=(HALF,), chance=0.7, replicates=4, samples=256),
    replace(FEW, name="half holds", truths=(HALF,), chance=0.7, missing=0.25),
    replace(FEW, name="half holds", truths=(HALF,), chance=0.5, common=True),
    replace(FEW, name="nine in ten hold", truths=(MOST,), chance=0.7, replicates=4),
    replace(FEW, name="two parts", truths=TWO, chance=0.7),
    replace(FEW, name="hump", form="hump", truths=(normal((1.5, 1.5), (0.0, 1.0), (0.0, 1.0)),), chance=0.7),
    replace(FEW, name="contest", form="contest", truths=(normal(*[(0.0, 1.5)] * 4),), chance=0.7),
    replace(FEW, name="no change claimed", sign=0, truths=(normal((0.0, 1.0)),), chance=0.5),
    replace(FEW, name="chance grows with the effect", truths=(HALF,), chance=0.3, growth=0.3, replicates=4),
    replace(FEW, name="chance is of the effect alone", truths=(HALF,), chance=0.001, growth=0.5),
)
PURE = tuple(claim for claim in CLAIMS if claim.name.startswith("nothing acts"))


def of_shares(claim: KnownClaim, rng: np.random.Generator) -> Said:
    """The three shares."""
    found = claim.judge(rng)
    return Said(*np.array([found.holds, found.null, found.reverses]).T, np.array(true_shares(claim)))


def says_truth(found: Verdict, true: tuple[float, float, float]) -> bool:
    """Whether the word is true of the shares of the space; "depends" and "too noisy" say nothing false."""
    holds, null, reverses = true
    said = {
        "mostly holds": holds > 0.5,
        "mostly no difference": null > 0.5,
        f"mostly {found.contrary}": reverses > 0.5,
        f"depends, more often holds than {found.contrary}": holds > reverses,
        f"depends, more often {found.contrary} than holds": reverses > holds,
    }
    return said.get(found.word, True)


def _never(happened: float, most: float = 0.5) -> Said:
    """A thing that ought not to happen, or not more often than ``most``."""
    number = np.array([happened])
    return Said(number, np.array([-0.5]), np.array([most]), number)


def of_word(claim: KnownClaim, rng: np.random.Generator) -> Said:
    """Whether the word, at the level of a claim that is judged alone, says what is false."""
    return _never(float(not says_truth(claim.judge(rng, compared=3), true_shares(claim))))


def of_decided(claim: KnownClaim, rng: np.random.Generator) -> Said:
    """Whether more of the settings that are called decided are of another class than their probability allows."""
    again = np.random.default_rng(int(rng.integers(2**32)))
    state = again.bit_generator.state
    found = claim.judge(again)
    again.bit_generator.state = state
    arms = claim.arms(again, claim.samples)
    classes = classes_of(joint_score(claim.effects_of(arms)), claim.sign == 0)
    decided = found.posterior.max(axis=1) >= DECIDED
    wrong = float((found.classes[decided] != classes[decided]).sum())
    # So many of them may be wrong in 95 % of cases where each is right with no more than the least probability.
    return _never(wrong, float(stats.binom.ppf(NOMINAL, int(decided.sum()), 1.0 - DECIDED)))


def _rows(
    kind: str, read: Callable[[KnownClaim, np.random.Generator], Said], claims: tuple[KnownClaim, ...]
) -> list[Row]:
    def trial_of(claim: KnownClaim) -> Callable[[np.random.Generator], Said]:
        return lambda rng: read(claim, rng)

    return [Row(kind=kind, truth=claim.name, design=str(claim), trial=trial_of(claim), trials=200) for claim in claims]


def rows() -> list[Row]:
    """Return the rows of verdicts."""
    near = (
        replace(FEW, name="just under half holds", truths=(normal((0.95, 1.0)),), chance=0.5),
        replace(FEW, name="as often one way as the other", truths=(normal((0.0, 2.0)),)),
    )
    asked = tuple(claim for claim in CLAIMS if claim.name in ("half holds", "two parts"))[:1]
    return [
        *_rows("share of verdicts", of_shares, CLAIMS),
        *_rows("word of a verdict", of_word, (*PURE[2:5], *near)),
        *_rows("setting that is decided", of_decided, asked),
    ]
