"""The model against the record: every target that it has a counterpart for, with interval, inside or outside."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

import numpy as np
import xarray as xr
from scipy import stats

from ...datasets.attributes import json_attribute
from ...store.format import DONE
from ..intervals import LEVEL
from .measures import MEASURES, MONTHLY, PER_TRUST, WHY_ABSENT, Runs

BURN_IN = 60
"""Months left out at the start (docs/model.md advises 24 to 60)."""
MOST_GROUPS = 20
BY_BOOTSTRAP = frozenset({"minister_tenure_median"})
"""Measures that the jackknife does not fit: medians, which jump from one value to another."""
RESAMPLES = 1000
LIMITS = {"share": (0.0, 1.0), "corr": (-1.0, 1.0)}
"""What values of a unit can be; others are not negative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One moment of the record: its value and window, where it is from, and which measure is its counterpart."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The model's value for a target with its interval, and whether it lies in the window of the record.

    ``verdict``: ``inside``, ``outside``, ``not computed`` (the target says why) or ``not measurable`` in these runs
    (``reason`` says what they lack; ``value`` and the bounds are NaN). Bounds are NaN where there is no interval.
    """

    target: Target
    value: float
    low: float
    high: float
    verdict: str
    reason: str = ""


@cache
def targets() -> MappingProxyType[str, Target]:
    """Return the table of targets that the package ships: name -> :class:`Target`."""
    rows = tomllib.loads((files(__package__) / "targets.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: Target(name=name, **row) for name, row in rows.items()})


def validate(sweep: xr.Dataset, from_month: int = BURN_IN + 1) -> list[Finding]:
    """Compute every target from the runs of an opened sweep with per-trust records and monthly outcomes.

    Values are in the unit of their target. All points and replicates count as histories of one country: sweep the point
    that is to be judged alone, under independent luck. Intervals are a jackknife over runs (in at most 20 groups), for
    medians a bootstrap over runs. The source of each target stands in ``targets.toml``. Raises ValueError for a store
    without trust records, with window means, shorter than the burn-in and two years, or with fewer than 2 runs.
    """
    runs = _runs(sweep, from_month)
    return [_find(target, runs) for target in targets().values()]


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
    if not target.measure:
        nothing = float("nan")
        return Finding(target=target, value=nothing, low=nothing, high=nothing, verdict="not computed")
    value = MEASURES[target.measure](runs)
    if not np.isfinite(value):
        nothing, why = float("nan"), WHY_ABSENT.get(target.measure, "these runs hold nothing that it counts")
        return Finding(target=target, value=nothing, low=nothing, high=nothing, verdict="not measurable", reason=why)
    low, high = _interval(target, value, runs)
    verdict = "inside" if target.low <= value <= target.high else "outside"
    return Finding(target=target, value=value, low=low, high=high, verdict=verdict)


def _interval(target: Target, value: float, runs: Runs) -> tuple[float, float]:
    """Return the interval of a measure, within what its unit allows."""
    least, most = LIMITS.get(target.unit, (0.0, np.inf))
    low, high = _bootstrap(target, runs) if target.measure in BY_BOOTSTRAP else _jackknife(target, value, runs)
    return float(np.clip(low, least, most)), float(np.clip(high, least, most))


def _jackknife(target: Target, value: float, runs: Runs) -> tuple[float, float]:
    """Return the interval by the jackknife over groups of runs, Student's t."""
    count = len(runs.target)
    groups = min(count, MOST_GROUPS)
    place = np.arange(count) % groups
    measure = MEASURES[target.measure]
    parts = np.array([measure(runs.choose(np.flatnonzero(place != group))) for group in range(groups)])
    if not np.isfinite(parts).all():
        return float("nan"), float("nan")
    spread = np.sqrt((groups - 1) / groups * ((parts - parts.mean()) ** 2).sum())
    half = stats.t.ppf(0.5 + LEVEL / 2.0, groups - 1) * spread
    return float(value - half), float(value + half)


def _bootstrap(target: Target, runs: Runs) -> tuple[float, float]:
    """Return the interval by the bootstrap over runs, percentiles."""
    draw, count = np.random.default_rng(0), len(runs.target)
    found = [MEASURES[target.measure](runs.choose(draw.integers(count, size=count))) for _ in range(RESAMPLES)]
    low, high = np.quantile(found, [0.5 - LEVEL / 2.0, 0.5 + LEVEL / 2.0])
    return float(low), float(high)
