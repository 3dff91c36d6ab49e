"""Counterparts of moments of the record, each on the definition of its source as closely as the model allows.

A measure takes the runs of a store (arrays with the run first) and returns one number, pooled over these runs, of one
or of many; not finite where they hold none of the events that it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy import stats

Measure = Callable[["Runs"], float]
NEAR_TARGET = 0.02
PLACEBO = 0.08
"""Bunching is counted within 2 points of the target; the placebo stands 8 points below it, as in docs/model.md."""
FAILING = 0.5
LONGEST_RECOVERY = 60
BUSIEST = 0.2


class Runs(NamedTuple):
    """Runs of a store: ``monthly`` outcomes (run, month) and ``trusts`` records (run, trust[, year]), all months.

    ``settled`` is the first month (index) after the burn-in, ``first_year`` the first full year after it; ``target``
    the access target of each run.
    """

    monthly: Mapping[str, np.ndarray]
    trusts: Mapping[str, np.ndarray]
    target: np.ndarray
    settled: int
    first_year: int

    def choose(self, runs: np.ndarray) -> Runs:
        """Return these runs alone: ``runs`` (run,) are indices or of bool, the arrays keep all their other axes.

        >>> three = Runs({"morale": np.array([[0.5], [0.6], [0.7]])}, {}, np.array([0.8, 0.9, 0.9]), 0, 0)
        >>> three.choose(np.array([2])).monthly["morale"].tolist()
        [[0.7]]
        """
        monthly = {name: values[runs] for name, values in self.monthly.items()}
        trusts = {name: values[runs] for name, values in self.trusts.items()}
        return self._replace(monthly=monthly, trusts=trusts, target=self.target[runs])

    def shortened(self, months: int, units: int) -> Runs:
        """Return histories of at most so many ``months`` after the burn-in, and of at most so many trusts; 0: of all.

        Trusts that are left out are spread evenly over their numbers. What stands for the last month alone stays.

        >>> runs = Runs({"morale": np.zeros((1, 72))}, {"trust_size": np.arange(4.0)[None]}, np.array([0.9]), 12, 1)
        >>> short = runs.shortened(months=36, units=2)
        >>> short.monthly["morale"].shape, short.trusts["trust_size"].tolist()
        ((1, 48), [[0.0, 3.0]])
        """
        kept, years = (self.settled + months, self.first_year + -(-months // 12)) if months else (None, None)
        monthly = {name: values[:, :kept] for name, values in self.monthly.items()}
        trusts = {name: values if values.ndim < 3 else values[:, :, :years] for name, values in self.trusts.items()}
        count = next((values.shape[1] for values in trusts.values()), 0)
        if 0 < units < count:
            chosen = np.linspace(0, count - 1, units).round().astype(int)
            trusts = {name: values[:, chosen] for name, values in trusts.items()}
        return self._replace(monthly=monthly, trusts=trusts)

    def yearly(self, name: str) -> np.ndarray:
        """Return a yearly record of the trusts after the burn-in, (run, trust, year), in the unit of the record.

        Raises KeyError for a record that was not kept.

        >>> record = {"trust_year_quality": np.array([[[0.5, 0.6, 0.7]]])}
        >>> Runs({}, record, np.array([0.9]), settled=12, first_year=1).yearly("quality").tolist()
        [[[0.6, 0.7]]]
        """
        return self.trusts[f"trust_year_{name}"][:, :, self.first_year :]


def _months_per_event(runs: Runs, name: str, scale: float = 1.0) -> float:
    """Return how many months fall to an event after the burn-in, over all runs; infinity where there is none."""
    # All months count: intervals that end within a run are the short ones.
    seen = runs.monthly[name][:, runs.settled :]
    events = int((seen > 0.5).sum())
    return scale * seen.size / events if events else float("inf")


def _gaps(runs: Runs, name: str, read: Callable[[np.ndarray], float], least: int = 1) -> float:
    """Return what ``read`` makes of the completed intervals between events, in months; NaN of fewer than ``least``."""
    found = [np.diff(np.flatnonzero(run > 0.5)) for run in runs.monthly[name]]
    gaps = np.concatenate(found) if found else np.empty(0)
    return float(read(gaps)) if len(gaps) >= least else float("nan")


def _variation(gaps: np.ndarray) -> float:
    return float(gaps.std(ddof=1) / gaps.mean())


def _yearly_reorganised(runs: Runs) -> np.ndarray:
    starts = runs.monthly["reorganisation_started"]
    years = starts.shape[1] // 12
    # The record counts organisations, and a reorganisation of the model takes in all of them.
    return starts[:, : 12 * years].reshape(len(starts), years, 12).sum(axis=2) * runs.trusts["trust_size"].shape[1]


def _ratio(part: float, whole: float) -> float:
    """Return ``part / whole``; NaN where there is no whole that a part could be of."""
    return float(part / whole) if whole > 0.0 else float("nan")


def _burstiness(runs: Runs) -> float:
    trusts = _yearly_reorganised(runs).ravel()
    # Variance over mean: 1 where changes fall on years by chance.
    return _ratio(trusts.var(ddof=1), trusts.mean()) if trusts.size > 1 else float("nan")


def _in_busiest(runs: Runs) -> float:
    trusts = np.sort(_yearly_reorganised(runs), axis=1)
    busiest = round(BUSIEST * trusts.shape[1])
    return _ratio(trusts[:, -busiest:].sum(), trusts.sum())


def _spread(runs: Runs, name: str, relative: bool = False) -> float:
    return _spread_of(runs.yearly(name), relative)


def _spread_of(values: np.ndarray, relative: bool = False) -> float:
    """Mean over runs (and years) of the standard deviation over trusts, the second axis; one trust has none."""
    if values.shape[1] < 2 or not values.size:
        return float("nan")
    spread, level = values.std(axis=1, ddof=1), values.mean(axis=1)
    if not relative:
        return float(spread.mean())
    return float((spread / level).mean()) if (level > 0.0).all() else float("nan")


def _persistence(runs: Runs, name: str, years: int, ranks: bool = True) -> float:
    values = runs.yearly(name)
    if values.shape[2] <= years:
        return float("nan")
    if ranks:
        values = stats.rankdata(values, axis=1)
    # Within each run and year: what moves all trusts together is no persistence of any.
    centred = values - values.mean(axis=1, keepdims=True)
    before, after = centred[:, :, :-years], centred[:, :, years:]
    scale = np.sqrt((before**2).sum(axis=1) * (after**2).sum(axis=1))
    return float(((before * after).sum(axis=1) / scale).mean()) if (scale > 0.0).all() else float("nan")


def _bunching(runs: Runs, name: str, below: float = 0.0) -> float:
    distance = runs.trusts[name] - (runs.target[:, None] - below)
    above = ((distance >= 0.0) & (distance < NEAR_TARGET)).sum()
    under = ((distance < 0.0) & (distance >= -NEAR_TARGET)).sum()
    return _ratio(above, under)


def _mean(runs: Runs, name: str) -> float:
    return float(runs.monthly[name][:, runs.settled :].mean())


def _hazard(runs: Runs, departures: str, at_risk: str) -> float:
    exposed = runs.monthly[at_risk][:, runs.settled :].sum()
    return _ratio(runs.monthly[departures][:, runs.settled :].sum(), exposed)


def _gain(runs: Runs) -> float:
    reported = runs.monthly["reported_access"]
    return float(reported[:, 24:36].mean() - reported[:, :12].mean())


def _failing(runs: Runs) -> np.ndarray:
    return (runs.yearly("true_access") < FAILING) | (runs.yearly("quality") < FAILING)


def _failing_spell(runs: Runs) -> float:
    """Mean length of completed spells of failing years, in months: failing years over ends of spells."""
    failing = _failing(runs)
    ends = (failing[:, :, :-1] & ~failing[:, :, 1:]).sum()
    # The last year is left out of both: whether a spell ends with it is not seen.
    return _ratio(12.0 * failing[:, :, :-1].sum(), ends)


def _left_in_a_year(runs: Runs) -> float:
    failing = _failing(runs)
    # Spells whose beginning is seen: those found in progress are the long ones.
    fresh = failing[:, :, 1:-1] & ~failing[:, :, :-2]
    return _ratio((fresh & ~failing[:, :, 2:]).sum(), fresh.sum())


def _recovery(runs: Runs) -> float:
    waits = []
    for started, stock in zip(runs.monthly["reorganisation_started"], runs.monthly["integration"], strict=True):
        for month in np.flatnonzero(started > 0.5):
            after = stock[month : month + LONGEST_RECOVERY]
            # Only where five years follow: shorter views would count the quick recoveries alone.
            if month > 0 and len(after) == LONGEST_RECOVERY:
                back = np.flatnonzero(after >= stock[month - 1])
                back = back[back > 0]
                waits.append(int(back[0]) if len(back) else LONGEST_RECOVERY)
    return float(np.mean(waits)) if waits else float("nan")


def _worst_stay(runs: Runs) -> float:
    ranks = stats.rankdata(runs.yearly("reported_access"), axis=1) / runs.yearly("reported_access").shape[1]
    worst = ranks[:, :, :-2] <= 0.1
    return _ratio((worst & (ranks[:, :, 2:] <= 0.2)).sum(), worst.sum())


def _spike(runs: Runs) -> float:
    return _ratio(_bunching(runs, "trust_reported_access"), _bunching(runs, "trust_true_access"))


MEASURES: dict[str, Measure] = {
    "reorganisation_interval": partial(_months_per_event, name="reorganisation_started", scale=1.0 / 12.0),
    "reorganisation_interval_cv": partial(_gaps, name="reorganisation_started", read=_variation, least=2),
    "minister_tenure": partial(_months_per_event, name="minister_changed"),
    "minister_tenure_median": partial(_gaps, name="minister_changed", read=np.median),
    "reorganised_trusts_burstiness": _burstiness,
    "reorganised_trusts_in_busiest": _in_busiest,
    "reported_access_sd": partial(_spread, name="reported_access"),
    "reported_access_persistence_1": partial(_persistence, name="reported_access", years=1),
    "reported_access_persistence_2": partial(_persistence, name="reported_access", years=2),
    "reported_access_persistence_4": partial(_persistence, name="reported_access", years=4),
    "reported_access_sd_last": lambda runs: _spread_of(runs.trusts["trust_reported_access"]),
    "bunching": partial(_bunching, name="trust_reported_access"),
    "bunching_placebo": partial(_bunching, name="trust_reported_access", below=PLACEBO),
    "bunching_of_reports": _spike,
    "reported_gain": _gain,
    "gaming_gap": partial(_mean, name="gaming_gap"),
    "quality_sd": partial(_spread, name="quality", relative=True),
    "quality_persistence_1": partial(_persistence, name="quality", years=1, ranks=False),
    "exit_hazard_failing": partial(_hazard, departures="departures_long_failing", at_risk="long_failing_share"),
    "exit_hazard_good": partial(_hazard, departures="departures_meeting_target", at_risk="meeting_target_share"),
    "exit_hazard_all": partial(_mean, name="manager_departures"),
    "leave_rate": partial(_mean, name="clinician_leave_rate"),
    "lack_of_morale": lambda runs: 1.0 - _mean(runs, "morale"),
    "psychological_safety": partial(_mean, name="psychological_safety"),
    "compliance_cost": partial(_mean, name="compliance_cost_share"),
    "failing_spell": _failing_spell,
    "failing_left_in_a_year": _left_in_a_year,
    "recovery_after_reorganisation": _recovery,
    "greatest_challenge": lambda runs: float(runs.monthly["challenge_share"].max(axis=1).mean()),
    "size_cv": lambda runs: _spread_of(runs.trusts["trust_size"], relative=True),
    "worst_stay_worst": _worst_stay,
}
_NO_REORGANISATION = "no reorganisation in these runs"
_NO_SPREAD = "a spread needs at least two trusts"
_NO_PERSISTENCE = "too few years after the burn-in, or trusts that do not differ"
_NOBODY_NEAR = "no trust lies just below the point at which they are counted"
WHY_ABSENT: Mapping[str, str] = {
    "reorganisation_interval": "no reorganisation after the burn-in",
    "reorganisation_interval_cv": "fewer than two intervals between reorganisations",
    "minister_tenure": "no change of the minister after the burn-in",
    "minister_tenure_median": "no run has two changes of the minister",
    **dict.fromkeys(("reorganised_trusts_burstiness", "reorganised_trusts_in_busiest"), _NO_REORGANISATION),
    **dict.fromkeys(("reported_access_sd", "reported_access_sd_last", "quality_sd", "size_cv"), _NO_SPREAD),
    **dict.fromkeys((f"reported_access_persistence_{years}" for years in (1, 2, 4)), _NO_PERSISTENCE),
    "quality_persistence_1": _NO_PERSISTENCE,
    **dict.fromkeys(("bunching", "bunching_placebo"), _NOBODY_NEAR),
    "bunching_of_reports": "no trust lies just below the target, or none just above it in true access",
    "exit_hazard_failing": "no trust fails for long",
    "exit_hazard_good": "no trust meets the target",
    "failing_spell": "no spell of failing years comes to an end",
    "failing_left_in_a_year": "no spell of failing years begins where its next years are seen",
    "recovery_after_reorganisation": "no reorganisation is followed for five years",
    "worst_stay_worst": "fewer than ten trusts, or fewer than three years after the burn-in",
}
"""What runs lack in which a measure is not finite; measures that are not named here always are."""
MONTHLY = (
    "reorganisation_started",
    "minister_changed",
    "reported_access",
    "gaming_gap",
    "integration",
    "departures_long_failing",
    "long_failing_share",
    "departures_meeting_target",
    "meeting_target_share",
    "manager_departures",
    "clinician_leave_rate",
    "morale",
    "psychological_safety",
    "compliance_cost_share",
    "challenge_share",
)
PER_TRUST = (
    "trust_true_access",
    "trust_reported_access",
    "trust_size",
    "trust_year_true_access",
    "trust_year_reported_access",
    "trust_year_quality",
)
"""What the measures read."""
