"""Verdicts: how often, over the space of uncertainty, a claim holds, makes no difference or reverses.

At every sample of the space the effect is compared with its band of practical size. The shares have Wilson score
intervals, Bonferroni-corrected for every share of every claim that is judged together: claims share points, so their
shares depend on each other, and Bonferroni is right under any dependence. The number of points in the interval is
lowered where chance adds to the scatter: to the number that would give the variance of a bootstrap that draws points
and replicates anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from ..intervals import LEVEL
from ..statistics.space_shares import Share
from .contrasts import Effects

HOLDS, NULL, REVERSES = 1, 0, -1
RESAMPLES = 400
_SEED = 7


class Middle(NamedTuple):
    """The middle of an effect over the space: median, and the 10th and 90th percentile."""

    median: float
    low: float
    high: float


class Verdict(NamedTuple):
    """What the sample says of one claim.

    ``classes`` (sample,): HOLDS, NULL, REVERSES; ``score`` (sample,): effect in bands, in the claim's direction, NaN
    where it is unknown. ``sizes``: for each part the effect in the unit of its outcome; ``chance`` is the typical
    standard error of one sample's effect from chance, in bands. ``posterior`` (sample, 3): the probability that the
    true effect at a sample holds, makes no difference, reverses, NaN where it is unknown; ``undecided``: the share of
    samples of which none of the three reaches .9; ``counted``: shares of the classes as they are seen, chance and all;
    ``too_noisy``: chance is so large that shares say little.
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
        """The verdict in a few words, from the intervals."""
        for name, share in (("holds", self.holds), ("no difference", self.null), (self.contrary, self.reverses)):
            if share.low > 0.5:
                return f"mostly {name}"
        if self.holds.low > self.reverses.high:
            return f"depends, {'more often holds than fails' if self.no_change else 'more often holds than reverses'}"
        if self.reverses.low > self.holds.high:
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


def verdict(parts: Sequence[Effects], compared: int) -> Verdict:
    """Judge a claim from the effects of its ``parts``; ``compared`` shares in all are judged together."""
    no_change = parts[0].part.sign == 0
    score = joint_score(parts)
    known = np.isfinite(score)
    classes = classes_of(score, no_change)
    count = int(known.sum())
    drawn = _bootstrap(parts, known, no_change)
    holds, null, reverses = (
        _interval(float(np.mean(classes[known] == kind)) if count else np.nan, drawn[:, place], count, compared)
        for place, kind in enumerate((HOLDS, NULL, REVERSES))
    )
    return Verdict(
        holds=holds,
        null=null,
        reverses=reverses,
        classes=classes,
        score=score,
        sizes=tuple(_middle(part.effect()[known]) for part in parts),
        chance=_chance(parts, known),
        samples=count,
        no_change=no_change,
        posterior=np.where(known[:, None], classes[:, None] == np.array([HOLDS, NULL, REVERSES]), np.nan),
        counted=(holds.share, null.share, reverses.share),
        undecided=0.0,
    )


def _middle(effect: np.ndarray) -> Middle:
    low, median, high = np.quantile(effect, (0.1, 0.5, 0.9)) if len(effect) else (np.nan,) * 3
    return Middle(float(median), float(low), float(high))


def _bootstrap(parts: Sequence[Effects], known: np.ndarray, no_change: bool) -> np.ndarray:
    """Return the shares (resample, class) of samples and replicates drawn anew, independently of each other."""
    rng = np.random.default_rng(_SEED)
    replicates = parts[0].values.shape[-1]
    count = int(known.sum())
    if not count:
        return np.full((1, 3), np.nan)
    seen: dict[tuple[int, ...], np.ndarray] = {}
    shares = np.empty((RESAMPLES, 3))
    for resample in range(RESAMPLES):
        # One draw for all points: the random numbers of a replicate are common to them.
        weights = rng.multinomial(replicates, np.full(replicates, 1.0 / replicates))
        key = tuple(weights.tolist())
        # Few replicates have few different draws, and scores are what takes time.
        if key not in seen:
            seen[key] = classes_of(joint_score(parts, weights.astype(float))[known], no_change)
        points = rng.multinomial(count, np.full(count, 1.0 / count)) / count
        shares[resample] = [points @ (seen[key] == kind) for kind in (HOLDS, NULL, REVERSES)]
    return shares


def _interval(share: float, drawn: np.ndarray, count: int, compared: int) -> Share:
    if not count:
        return Share(np.nan, 0.0, 1.0)
    scatter = float(np.var(drawn))
    # So many independent points would scatter so. Shares of 0 and 1 never scatter, which proves nothing.
    points = share * (1.0 - share) / scatter if scatter > 0.0 and 0.0 < share < 1.0 else float(count)
    # By chance a bootstrap may scatter less than the points do; there are no more of them for that.
    points = min(points, float(count))
    # Bonferroni: shares of one page depend on each other, and this is right under any dependence.
    z = float(stats.norm.ppf(1.0 - (1.0 - LEVEL) / (2.0 * compared)))
    centre = (share + z * z / (2.0 * points)) / (1.0 + z * z / points)
    half = z * np.sqrt(share * (1.0 - share) / points + z * z / (4.0 * points * points)) / (1.0 + z * z / points)
    return Share(share, max(0.0, centre - half), min(1.0, centre + half))


def _chance(parts: Sequence[Effects], known: np.ndarray) -> float:
    """Return the median over samples of the jackknife standard error of the score over replicates, in bands."""
    replicates = parts[0].values.shape[-1]
    if replicates < 2 or not known.any():
        return float("nan")
    left_out = np.stack([joint_score(parts, 1.0 - np.eye(replicates)[one])[known] for one in range(replicates)])
    spread = np.sqrt((replicates - 1) / replicates * ((left_out - left_out.mean(0)) ** 2).sum(0))
    spread = spread[np.isfinite(spread)]
    return float(np.median(spread)) if spread.size else float("nan")
