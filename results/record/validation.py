"""Validation: each target of the record among single simulated histories, inside or outside of what these give.

The record is one draw of history. A mean of many runs is known far better than any one history, so that a window about
it would refuse a true model; here the record is ranked among single runs (Barnard 1963, J. R. Stat. Soc. B 25, 294).
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
import xarray as xr

from ...datasets.attributes import json_attribute
from ...store.format import DONE
from ..intervals import LEVEL
from .measures import MEASURES, MONTHLY, PER_TRUST, WHY_ABSENT, Runs

BURN_IN = 60
"""Months left out at the start (docs/model.md advises 24 to 60)."""
TOO_FEW = "too few histories"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One moment of the record: its value and window, where it is from, and which measure is its counterpart.

    ``months`` and ``units``: the length of the record's history and its number of trusts, 0 where not known.
    ``window_of``: whether the window says how much one history scatters (``sampling``) or how well the record is known
    (``reading``).
    """

    name: str
    quantity: str
    value: float
    low: float
    high: float
    unit: str
    status: str
    source: str
    measure: str = ""
    use: Literal["fitted", "held out", ""] = ""
    definition: str = ""
    reason: str = ""
    months: int = 0
    units: int = 0
    window_of: Literal["sampling", "reading"] = "sampling"

    @property
    def span(self) -> tuple[float, float]:
        """The least and the greatest value, in the unit of the target, that the record may have had."""
        return (self.low, self.high) if self.window_of == "reading" else (self.value, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The record's place among single simulated histories.

    ``value`` is pooled over all runs; ``low`` and ``high`` are the bounds between which 95 % of single histories lie,
    all in the unit of the target. ``histories`` have a value, ``percentile`` (0..1) is the share of them below the
    record, ``probability`` that of a history at least as far out on either side, were the model true. ``verdict``:
    ``inside``, ``outside`` (probability at most 5 %), ``too few histories`` (fewer than 39, which cannot tell),
    ``not computed`` (the target says why) or ``not measurable`` in these runs. ``reason`` says what they lack, or how
    the histories differ from the record's. What is not known is NaN.
    """

    target: Target
    value: float
    low: float
    high: float
    verdict: str
    percentile: float = math.nan
    probability: float = math.nan
    histories: int = 0
    reason: str = ""


@cache
def targets() -> MappingProxyType[str, Target]:
    """Return the table of targets that the package ships: name -> :class:`Target`."""
    rows = tomllib.loads((files(__package__) / "targets.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: Target(name=name, **row) for name, row in rows.items()})


def validate(
    sweep: xr.Dataset, from_month: int = BURN_IN + 1, against: Mapping[str, Target] | None = None
) -> list[Finding]:
    """Hold every target against the runs of an opened sweep with per-trust records and monthly outcomes.

    Other targets than the table's are given as ``against``. Values are in the unit of their target. All points and
    replicates count as independent histories of one country: sweep the point that is to be judged alone, under
    independent streams, 39 times or more. Where histories are longer than the record's, or have more trusts, they are
    cut to those (``Target.months``, ``Target.units``); where they are shorter the finding says so. A target is outside
    where the record, or the whole of its window where that is how well it is known, has a probability of at most 5 %
    on two sides: a true model misses one in twenty. The source of each target stands in ``targets.toml``. Raises
    ValueError for a store without trust records, with window means, shorter than the burn-in and three years, or with
    fewer than 2 runs.

    >>> from tredegar import simulate
    >>> small = {"replicates": 2, "months": 100, "trusts": 12, "clinicians": 5, "engine": "numpy"}
    >>> found = validate(simulate({"real_control": [0.5]}, trust_records=True, **small).to_dataset())
    >>> found[0].target.quantity, found[0].target.unit
    ('major reorganisation interval mean', 'years')
    >>> len(found) == len(targets())
    True
    """
    runs = _runs(sweep, from_month)
    return [_find(target, runs) for target in (targets() if against is None else against).values()]


def _runs(sweep: xr.Dataset, from_month: int) -> Runs:
    absent = [name for name in (*MONTHLY, *PER_TRUST) if name not in sweep.data_vars]
    if absent:
        needed = "all outcomes and the records of trusts ([record] trusts = true)"
        raise ValueError(f"validation needs {needed}; missing: {', '.join(absent)}")
    months, least = sweep["month"].values, from_month + 36
    if months[0] != 1 or (np.diff(months) != 1).any() or len(months) < least:
        raise ValueError(f"validation needs every month (every = 1) and at least {least} months, got {len(months)}")
    done = (sweep["status"].values == DONE).ravel()
    if done.sum() < 2:
        raise ValueError(f"validation needs at least 2 completed runs, got {done.sum()}")

    def flat(name: str) -> np.ndarray:
        values = sweep[name].values.astype(np.float64)
        return values.reshape(-1, *values.shape[2:])[done]

    target = (
        sweep["target_level"].values
        if "target_level" in sweep.coords
        else json_attribute(sweep.attrs, "defaults")["target_level"]
    )
    per_run = np.broadcast_to(np.asarray(target, dtype=float).reshape(-1, 1), sweep["status"].shape).ravel()[done]
    return Runs(
        monthly={name: flat(name) for name in MONTHLY},
        trusts={name: flat(name) for name in PER_TRUST},
        target=per_run,
        settled=from_month - 1,
        first_year=-(-(from_month - 1) // 12),
    )


def _find(target: Target, runs: Runs) -> Finding:
    nothing = math.nan
    if not target.measure:
        return Finding(target=target, value=nothing, low=nothing, high=nothing, verdict="not computed")
    measure = MEASURES[target.measure]
    alike = runs.shortened(target.months, target.units)
    value = measure(alike)
    if not np.isfinite(value):
        why = WHY_ABSENT.get(target.measure, "these runs hold nothing that it counts")
        return Finding(target=target, value=nothing, low=nothing, high=nothing, verdict="not measurable", reason=why)
    single = np.array([measure(alike.choose(np.array([run]))) for run in range(len(alike.target))])
    rank = rank_among(single, target.span)
    probability = rank.probability
    verdict = TOO_FEW if not np.isfinite(rank.low) else "outside" if probability <= 1.0 - LEVEL else "inside"
    return Finding(
        target=target,
        value=value,
        low=rank.low,
        high=rank.high,
        verdict=verdict,
        percentile=rank.percentile,
        probability=probability,
        histories=rank.histories,
        reason=_unlike(target, runs),
    )


class Standing(NamedTuple):
    """Place of one history among others: bounds of the middle of these, share below, two-sided probability, count."""

    low: float
    high: float
    percentile: float
    probability: float
    histories: int


def rank_among(histories: np.ndarray, span: tuple[float, float], level: float = LEVEL) -> Standing:
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
        return Standing(math.nan, math.nan, math.nan, math.nan, 0)
    out = min(int((present <= span[1]).sum()), int((present >= span[0]).sum()))
    place = int((1.0 - level) / 2.0 * (count + 1) + 1e-9)
    bounds = (float(present[place - 1]), float(present[-place])) if place else (math.nan, math.nan)
    percentile = float(((present < middle).mean() + (present <= middle).mean()) / 2.0)
    return Standing(*bounds, percentile, min(1.0, 2.0 * (out + 1) / (count + 1)), count)


def _unlike(target: Target, runs: Runs) -> str:
    """Say in which way the histories fall short of the record's."""
    months = next(iter(runs.monthly.values())).shape[1] - runs.settled
    trusts = runs.trusts["trust_size"].shape[1] if "trust_size" in runs.trusts else 0
    parts = []
    if months < target.months:
        parts.append(f"{months} months, the record {target.months}")
    if trusts < target.units:
        parts.append(f"{trusts} trusts, the record {target.units}")
    return "; ".join(parts)
