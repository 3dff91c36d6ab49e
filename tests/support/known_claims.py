"""Claims whose truth is known: effects drawn from a distribution, with chance added run by run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from tredegar.results.claims.claims import FORMS, Part
from tredegar.results.claims.contrasts import Effects
from tredegar.results.claims.verdicts import Verdict, classes_of, joint_score, verdict

Truth = Callable[[np.random.Generator, int], np.ndarray]
"""True arms of one part in bands, (arm, sample); where it has one row, the other arms are zero."""
MANY = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClaim:
    """A claim whose arms are drawn from ``truths``, one for each part.

    ``chance``: standard error of an effect at one setting from chance, in bands; ``growth``: what is added to it for
    each band of effect; ``sign``: 0 where no change is claimed; ``missing``: the share of runs that say nothing.
    """

    name: str
    truths: tuple[Truth, ...]
    form: str = "difference"
    sign: int = 1
    chance: float = 0.7
    growth: float = 0.0
    samples: int = 256
    replicates: int = 8
    missing: float = 0.0
    common: bool = False

    def __str__(self) -> str:
        runs = f"{self.samples} settings x {self.replicates}, chance {self.chance:g} bands"
        more = {f" + {self.growth:g} of the effect": self.growth, ", some missing": self.missing,
                ", common streams": self.common}  # fmt: skip
        return runs + "".join(words for words, given in more.items() if given)

    def arms(self, rng: np.random.Generator, samples: int) -> list[np.ndarray]:
        """Return true arms of each part, (arm, sample), in bands."""
        drawn = [truth(rng, samples) for truth in self.truths]
        number = FORMS[self.form]
        return [np.concatenate([one, np.zeros((number - len(one), samples))]) for one in drawn]

    def effects(self, rng: np.random.Generator) -> list[Effects]:
        """Return the effects of all parts with new chance."""
        return [Effects(self._part(), self._runs(arms, rng)) for arms in self.arms(rng, self.samples)]

    def effects_of(self, arms: list[np.ndarray]) -> list[Effects]:
        """Return the effects of true ``arms`` without chance."""
        return [Effects(self._part(), one[:, :, None]) for one in arms]

    def judge(self, rng: np.random.Generator, compared: int = 3) -> Verdict:
        """Return the verdict on new runs."""
        return verdict(self.effects(rng), compared, self.common)

    def _part(self) -> Part:
        return Part(terms=MappingProxyType({"quality": 1.0}), months=(1, 12), sign=self.sign, band=1.0, reason="made",
                    form=self.form, arms=tuple("abcd"[: FORMS[self.form]]))  # fmt: skip

    def _runs(self, arms: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        size = self.chance + self.growth * np.abs(arms[0])
        # A difference of two arms has the chance of both.
        each = size * np.sqrt(self.replicates / min(len(arms), 2))
        runs = arms[:, :, None] + each[:, None] * rng.standard_normal((*arms.shape, self.replicates))
        if self.common:
            runs[0] += self.chance * rng.standard_normal(self.replicates)
        runs[:, rng.random(runs.shape[1:]) < self.missing] = np.nan
        return runs


@cache
def true_shares(claim: KnownClaim) -> tuple[float, float, float]:
    """Return the shares of the space that hold, make no difference, reverse."""
    arms = claim.arms(np.random.default_rng(20130401), MANY)
    classes = classes_of(joint_score(claim.effects_of(arms)), claim.sign == 0)
    holds, null, reverses = (float(np.mean(classes == kind)) for kind in (1, 0, -1))
    return holds, null, reverses


def normal(*arms: tuple[float, float]) -> Truth:
    """Return arms that are normal over the space, each of a mean and a standard deviation."""
    return lambda rng, samples: np.stack([mean + sd * rng.standard_normal(samples) for mean, sd in arms])


def mixed(*kinds: tuple[float, float]) -> Truth:
    """Return an effect that is one of some values, each in a share of the space."""
    shares, values = zip(*kinds, strict=True)
    return lambda rng, samples: rng.choice(values, (1, samples), p=shares)


NOTHING = normal((0.0, 0.0))
"""No effect anywhere, in any arm."""
