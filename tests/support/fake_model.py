"""A model for tests of the sweeps: arithmetic on the parameters and the run numbers in place of the rules."""

from __future__ import annotations

import os
import signal
from typing import Any, NamedTuple

import numpy as np

from tredegar.model.failed_run import RunFailed


class Failure(NamedTuple):
    point: int
    replicate: int
    message: str


class Simulated(dict):
    engine = "fake"
    failures: tuple[Failure, ...] = ()


def simulate(
    points: Any,
    replicates: int,
    months: int,
    outcomes: Any,
    every: int,
    runs: Any,
    trusts: int,
    trust_records: bool,
    **others: Any,
) -> Simulated:
    """Return numbers made of the point, the run number and the month; NaN where all levers are 0.5."""
    levers = np.column_stack([np.asarray(values) for values in points.values()])
    base = (levers * np.arange(1, levers.shape[1] + 1)).sum(axis=1)[:, None, None] + np.asarray(runs)[:, :, None]
    month = np.arange(every, months + 1, every)
    out = Simulated({name: (base * (1 + k) + month).astype("f4") for k, name in enumerate(outcomes)})
    if trust_records:
        from tredegar.model import TRUST_RECORDS

        for name, row in TRUST_RECORDS.items():
            third = base + np.arange(trusts)
            out[name] = (third[..., None] + np.arange(months // 12) if row.yearly else third).astype("f4")
    bad = [(p, r) for p in range(base.shape[0]) for r in range(base.shape[1]) if (levers[p] == 0.5).all()]
    for p, r in bad:
        for name in out:
            out[name][p, r] = np.nan
    out.failures = tuple(Failure(p, r, "not finite: quality") for p, r in bad)
    return out


def simulate_with_a_bug(points: Any, runs: Any, **others: Any) -> Simulated:
    """Fail, as a rule does, if any point has its first lever at 0.25 and any run number is 1."""
    first = np.asarray(next(iter(points.values())))
    if (first == 0.25).any() and (np.asarray(runs) == 1).any():
        raise RunFailed("division\nby zero")
    return simulate(points, runs=runs, **others)


def simulate_with_poison(points: Any, runs: Any, **others: Any) -> Simulated:
    """Kill the process if any point has its levers at 0.75 and 1, and any run number is 0."""
    first, second = (np.asarray(values) for values in points.values())
    if ((first == 0.75) & (second == 1.0)).any() and (np.asarray(runs) == 0).any():
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(points, runs=runs, **others)
