"""Verdicts: how often, over the space of uncertainty, a claim holds, makes no difference or reverses.

Counted is the true effect, not the one that is seen: at a noisy setting chance alone carries an effect beyond the band.
The shares are those of settings whose true contrasts, with chance taken out, lie beyond the bands (``evidence``).
Printed intervals hold their share 95 times in 100 each. The word comes from wider ones, at the level that Bonferroni
asks for all shares that are judged together: claims share points, so their shares depend on each other, and Bonferroni
is right under any dependence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..intervals import LEVEL
from ..statistics.space_shares import Share
from .contrasts import Effects
from .evidence.shares import Evidence, share_intervals, weigh_evidence
from .evidence.vectors import Reading, contrasts_of, scores_at

HOLDS, NULL, REVERSES = 1, 0, -1
FEW = 10
"""With fewer settings nothing is said of shares but what was seen (assumption)."""
DECIDED = 0.9
"""A setting is decided where one class has at least this probability (assumption)."""
NOISY, CLEAR = 1.5, 2.0
"""Where the typical chance of a setting's effect exceeds so many bands, shares say little (assumption), unless the
typical effect is so many times as large as its chance (assumption)."""


class Middle(NamedTuple):
    """The middle of an effect over the space: median, and the 10th and 90th percentile."""

    median: float
    low: float
    high: float


class Verdict(NamedTuple):
    """What the sample says of one claim.

    ``holds``, ``null``, ``reverses``: shares of settings whose true effect does so, with intervals of 95 % each;
    ``joint``: the same with intervals that hold together for all claims that are judged together. ``posterior``
    (sample, 3): the probability that the true effect at a sample holds, makes no difference, reverses, NaN where it is
    unknown; ``classes`` (sample,): the most probable of HOLDS, NULL, REVERSES, NULL where it is unknown; ``undecided``:
    the share of samples of which none of the three reaches .9. ``score`` (sample,): effect as it is seen, in bands, in
    the claim's direction, NaN where it is unknown; ``counted``: shares of the classes of scores, chance and all.
    ``sizes``: for each part the effect in the unit of its outcome; ``chance``: the typical standard error of one
    sample's effect from chance, in bands, of the noisiest contrast; ``too_noisy``: that of a contrast exceeds 1.5
    bands and half of its typical size.
    """

    holds: Share
    null: Share
    reverses: Share
    classes: np.ndarray
    score: np.ndarray
    sizes: tuple[Middle, ...]
    chance: float
    samples: int
    no_change: bool = False
    posterior: np.ndarray = np.empty((0, 3))
    counted: tuple[float, float, float] = (np.nan, np.nan, np.nan)
    undecided: float = np.nan
    too_noisy: bool = False
    joint: tuple[Share, ...] = ()

    @property
    def edge(self) -> float:
        """The score above which the claim holds."""
        return -1.0 if self.no_change else 1.0

    @property
    def contrary(self) -> str:
        """What the claim does where it goes wrong: it reverses or, if no change was claimed, fails."""
        return "fails" if self.no_change else "reverses"

    @property
    def word(self) -> str:
        """The verdict in a few words, from intervals that hold together for all claims that are judged together.

        "mostly": the interval lies above a half. "more often": that of one side lies above that of the other.
        "depends": neither. "too noisy": chance hides a contrast. "unknown": no setting has a run that did not fail.
        """
        if not self.samples:
            return "unknown"
        if self.too_noisy:
            return "too noisy"
        holds, null, reverses = self.joint or (self.holds, self.null, self.reverses)
        for name, share in (("holds", holds), ("no difference", null), (self.contrary, reverses)):
            if share.low > 0.5:
                return f"mostly {name}"
        if holds.low > reverses.high:
            return f"depends, more often holds than {self.contrary}"
        if reverses.low > holds.high:
            return f"depends, more often {self.contrary} than holds"
        return "depends"


def classes_of(score: np.ndarray, no_change: bool) -> np.ndarray:
    """Return the class of each score: beyond the band as claimed, within it, beyond it the other way; NaN is NULL.

    ``score`` (sample,) is in bands, the class (sample,) one of HOLDS, NULL and REVERSES. Where the claim is that
    nothing changes, it holds within the band and fails beyond it.

    >>> classes_of(np.array([2.0, 0.5, -3.0, np.nan]), no_change=False).tolist()
    [1, 0, -1, 0]
    """
    if no_change:
        return np.where(score >= -1.0, HOLDS, np.where(np.isfinite(score), REVERSES, NULL))
    return np.where(score > 1.0, HOLDS, np.where(score < -1.0, REVERSES, NULL))


def joint_score(parts: Sequence[Effects], weights: np.ndarray | None = None) -> np.ndarray:
    """Return the weakest of the parts' scores at each sample: a claim holds where all of its parts do.

    ``weights`` (replicate,) weigh the replicates; scores are (sample,), in bands. Raises ValueError without parts.

    >>> from tredegar.results.claims.claims import part_of
    >>> entry = {"outcome": "quality", "months": [1, 12], "sign": 1, "band": 0.1}
    >>> part = part_of(entry, "an example", "level", ("now",))
    >>> joint_score([Effects(part, np.array([[[0.4], [0.1]]])), Effects(part, np.array([[[0.2], [0.3]]]))]).tolist()
    [2.0, 1.0]
    """
    return np.min([part.score(weights) for part in parts], axis=0)


def verdict(parts: Sequence[Effects], compared: int, common: bool = False) -> Verdict:
    """Judge a claim from the effects of its ``parts``; ``compared`` shares in all are judged together.

    ``common``: a replicate has the same random numbers in all samples, so that what chance does to all of them alike
    is an error of the shares; otherwise samples have random numbers of their own. With fewer than ten known samples,
    or without two replicates anywhere, shares are those that are seen and their intervals are 0 to 1.
    """
    readings = [Reading(one.part.form, one.part.sign, one.part.band, one.part.leeway) for one in parts]
    contrasts = contrasts_of(readings, [one.values for one in parts])
    replicates = np.isfinite(contrasts[:, 0]).sum(axis=1)
    known = replicates > 0
    no_change = readings[0].sign == 0
    score = np.where(known, joint_score(parts), np.nan)
    seen = classes_of(score, no_change)
    counted = _counted(seen[known])
    holds, null, reverses = (Share(share, 0.0, 1.0) for share in counted)
    told = Verdict(
        holds=holds,
        null=null,
        reverses=reverses,
        classes=seen,
        score=score,
        sizes=tuple(_middle(part.effect()[known]) for part in parts),
        chance=float("nan"),
        samples=int(known.sum()),
        no_change=no_change,
        posterior=np.where(known[:, None], seen[:, None] == np.array([HOLDS, NULL, REVERSES]), np.nan),
        counted=counted,
    )
    if told.samples < FEW or (replicates > 1).sum() < FEW:
        return told

    def classify(places: np.ndarray) -> np.ndarray:
        return classes_of(scores_at(readings, places), no_change)

    with np.errstate(invalid="ignore"):
        sizes = np.nanmedian(np.abs(np.nanmean(contrasts[known], axis=2)), axis=0)
    return _weighed(told, weigh_evidence(contrasts[known], classify, common), known, sizes, compared)


def _weighed(told: Verdict, evidence: Evidence, known: np.ndarray, sizes: np.ndarray, compared: int) -> Verdict:
    """Return the verdict with what the evidence says of the ``known`` samples; ``sizes`` (contrast,) are typical."""
    holds, null, reverses = share_intervals(evidence, LEVEL)
    posterior = np.full((len(known), 3), np.nan)
    posterior[known] = evidence.posterior
    classes = np.full(len(known), NULL)
    classes[known] = np.array([HOLDS, NULL, REVERSES])[evidence.posterior.argmax(axis=1)]
    by_contrast = np.median(evidence.errors, axis=0)
    # Effects of many bands are told apart from none whatever a band of chance does to them.
    hidden = (by_contrast > NOISY) & (by_contrast > sizes / CLEAR)
    return told._replace(
        holds=holds,
        null=null,
        reverses=reverses,
        classes=classes,
        chance=float(by_contrast.max()),
        posterior=posterior,
        undecided=float((evidence.posterior.max(axis=1) < DECIDED).mean()),
        too_noisy=bool(hidden.any()),
        # Shares of one page depend on each other: Bonferroni is right under any dependence.
        joint=share_intervals(evidence, 1.0 - (1.0 - LEVEL) / compared),
    )


def _counted(seen: np.ndarray) -> tuple[float, float, float]:
    holds, null, reverses = (float(np.mean(seen == kind)) if len(seen) else np.nan for kind in (HOLDS, NULL, REVERSES))
    return holds, null, reverses


def _middle(effect: np.ndarray) -> Middle:
    low, median, high = np.quantile(effect, (0.1, 0.5, 0.9)) if len(effect) else (np.nan,) * 3
    return Middle(float(median), float(low), float(high))
