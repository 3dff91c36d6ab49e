"""Validation: each target of the record among single simulated histories, inside or outside of what these give.

The record is one draw of history. A mean of many runs is known far better than any one history, so that a window about
it would refuse a true model; here the record is ranked among single runs (Barnard 1963, J. R. Stat. Soc. B 25, 294).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy import stats

from ...observation.counterparts import COUNTERPARTS
from ...observation.operators.operator import Operator
from ...observation.operators.ordered import Floats
from ...observation.summaries import BURN_IN, left_out, pooled, singles
from ...observation.target_table import Target, targets
from ..intervals import LEVEL
from .evidence import RunSums, read_evidence

TOO_FEW, NOT_MEASURABLE, NOT_COMPUTED = "too few histories", "not measurable", "not computed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The record's place among single simulated histories.

    ``value`` is pooled over all runs, ``value_low`` and ``value_high`` its interval by the jackknife; ``low`` and
    ``high`` are the bounds between which 95 % of single histories lie, all in the unit of the target. ``histories``
    have a value, ``percentile`` (0..1) is the share of them below the record, ``inside_share`` that of those in the
    window, ``probability`` that of a history at least as far out on either side, were the model true. ``verdict``:
    ``inside``, ``outside`` (probability at most 5 %), ``too few histories`` (fewer than 39, which cannot tell),
    ``not computed`` (the target says why) or ``not measurable`` in these runs. ``reason`` says what they lack, or how
    the histories differ from the record's. What is not known is NaN.
    """

    target: Target
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    verdict: str
    value_low: float = math.nan
    value_high: float = math.nan
    percentile: float = math.nan
    inside_share: float = math.nan
    probability: float = math.nan
    histories: int = 0
    reason: str = ""

    @property
    def by(self) -> str:
        """How the value of the record is known: computed, compiled or published."""
        return self.target.by

    @property
    def counts(self) -> bool:
        """Whether the target is a test that has a counterpart, and so is counted."""
        return self.target.standing == "test" and self.verdict != NOT_COMPUTED


def validate(
    sweep: xr.Dataset, from_month: int = BURN_IN + 1, against: Mapping[str, Target] | None = None
) -> list[Finding]:
    """Hold every target against the runs of an opened sweep, by its sums or by its outcomes and records of trusts.

    Other targets than the table's are given as ``against``. Values are in the unit of their target. All points and
    replicates count as independent histories of one country: sweep the point that is to be judged alone, under
    independent streams, 39 times or more. Where histories are longer than the record's, or have more trusts, they are
    cut to those (``Target.months``, ``Target.units``); where they are shorter the finding says so. A target is outside
    where the record, or the whole of its window where that is how well it is known, has a probability of at most 5 %
    on two sides: a true model misses one in twenty. The source of each target stands in ``targets.toml``. A target
    whose outcomes were not recorded is not measurable. Raises ValueError for a store in which no target can be seen,
    with sums alone of another burn-in than ``from_month`` says, with window means and no sums, shorter than the burn-in
    and three years, or with fewer than 2 runs.

    >>> from tredegar import simulate
    >>> small = {"replicates": 2, "months": 100, "trusts": 12, "clinicians": 5, "engine": "numpy"}
    >>> found = validate(simulate({"real_control": [0.5]}, summaries=True, **small).to_dataset())
    >>> found[0].target.quantity, found[0].target.unit
    ('major reorganisation interval mean', 'years')
    >>> len(found) == len(targets())
    True
    """
    wanted = (targets() if against is None else against).values()
    evidence = read_evidence(sweep, from_month, wanted)
    return [_find(target, evidence) for target in wanted]


def _find(target: Target, evidence: RunSums) -> Finding:
    if target.name not in COUNTERPARTS:
        return Finding(target=target, verdict=NOT_COMPUTED, reason=target.reason)
    if target.name in evidence.absent:
        return Finding(target=target, verdict=NOT_MEASURABLE, reason=evidence.absent[target.name])
    operator, sums = COUNTERPARTS[target.name], evidence.sums[target.name]
    # Own rules may give an outcome of which there is no sum: such runs say nothing, and take no value from the others.
    sums = sums[~np.isnan(sums).any(axis=1)]
    if not len(sums):
        return Finding(target=target, verdict=NOT_MEASURABLE, reason="what it reads is no number in any of these runs")
    value = pooled(operator, sums)
    if np.isnan(value):
        return Finding(target=target, verdict=NOT_MEASURABLE, reason=f"these runs lack {operator.needs}")
    single = singles(operator, sums)
    rank = rank_among(single, target.span)
    verdict = TOO_FEW if np.isnan(rank.low) else "outside" if rank.probability <= 1.0 - LEVEL else "inside"
    about = jackknifed(operator, sums)
    present = single[~np.isnan(single)]
    return Finding(
        target=target,
        value=value,
        low=rank.low,
        high=rank.high,
        verdict=verdict,
        value_low=about.low,
        value_high=about.high,
        percentile=rank.percentile,
        inside_share=float(((present >= target.low) & (present <= target.high)).mean()) if len(present) else math.nan,
        probability=rank.probability,
        histories=rank.histories,
        reason=_unlike(target, evidence),
    )


class PlaceAmong(NamedTuple):
    """Place of one history among others: bounds of the middle of these, share below, two-sided probability, count."""

    low: float
    high: float
    percentile: float
    probability: float
    histories: int


def rank_among(histories: np.ndarray, span: tuple[float, float], level: float = LEVEL) -> PlaceAmong:
    """Return the place of a record, known to lie in ``span``, among simulated histories.

    ``histories`` (run,) are in the unit of the record. Histories and record are exchangeable if the model is true: no
    assumption on their distribution is made, and a record outside the bounds has at most the probability 1 - ``level``
    (Barnard 1963, J. R. Stat. Soc. B 25, 294; two sides by doubling). NaN are left out. Bounds are NaN where the
    histories are too few to tell.

    >>> rank = rank_among(np.arange(40.0), (40.5, 40.5))
    >>> (rank.low, rank.high), rank.percentile, round(rank.probability, 3)
    ((0.0, 39.0), 1.0, 0.049)
    """
    present = np.sort(histories[~np.isnan(histories)])
    count, middle = len(present), sum(span) / 2.0
    if not count:
        return PlaceAmong(math.nan, math.nan, math.nan, math.nan, 0)
    out = min(int((present <= span[1]).sum()), int((present >= span[0]).sum()))
    place = int((1.0 - level) / 2.0 * (count + 1) + 1e-9)
    bounds = (float(present[place - 1]), float(present[-place])) if place else (math.nan, math.nan)
    percentile = float(((present < middle).mean() + (present <= middle).mean()) / 2.0)
    return PlaceAmong(*bounds, percentile, min(1.0, 2.0 * (out + 1) / (count + 1)), count)


class Pooled(NamedTuple):
    """A value of all runs together, and the bounds of its interval; NaN where there is none."""

    value: float
    low: float
    high: float


def jackknifed(operator: Operator, sums: Floats, level: float = LEVEL) -> Pooled:
    """Return the pooled value of runs with their ``sums`` (run, sum), and its interval, in the unit of the quantity.

    By the jackknife over runs, which are independent, with Student's t (Tukey 1958, Ann. Math. Stat. 29, 614). A median
    has none: the jackknife fails for it (Efron 1982, The Jackknife, the Bootstrap and Other Resampling Plans, 3.4).

    >>> bounds = jackknifed(COUNTERPARTS["V24"], np.array([[1.0, 10.0], [3.0, 10.0], [2.0, 10.0]]))
    >>> [round(each, 3) for each in bounds]
    [0.2, -0.048, 0.448]
    """
    value, number = pooled(operator, sums), len(sums)
    without = left_out(operator, sums)
    if number < 2 or not operator.smooth or not np.isfinite(without).all():
        return Pooled(value, math.nan, math.nan)
    error = math.sqrt((number - 1) / number * float(((without - without.mean()) ** 2).sum()))
    reach = float(stats.t.ppf(0.5 + level / 2.0, number - 1)) * error
    return Pooled(value, value - reach, value + reach)


def _unlike(target: Target, evidence: RunSums) -> str:
    """Say in which way the histories fall short of the record's."""
    parts = []
    if evidence.months < target.months:
        parts.append(f"{evidence.months} months, the record {target.months}")
    if evidence.units < target.units and _reads_units(target):
        parts.append(f"{evidence.units} trusts, the record {target.units}")
    return "; ".join(parts)


def _reads_units(target: Target) -> bool:
    operator = COUNTERPARTS[target.name]
    return bool(operator.panels or operator.units)
