"""A short flight before a sweep: a part of its first batch, run for about a second, tells how fast this machine is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from ...model.parameters import parse_setting
from ...observation.summaries import LEAST_RUN
from ..spec.sampling import Points
from ..spec.spec import Spec
from .computed import compute_runs, default_simulate, run_numbers

ENOUGH_SECONDS = 0.5
"""A part that ran so long is measured well enough. An assumption, as the next is."""
SECONDS_AIMED_AT = 1.0
"""How long the next part shall run, as far as the last one tells."""
FIRST_WORK = 65_536
"""Clinician-months of the first call: few enough for an engine that computes one agent at a time."""


@dataclass(frozen=True, slots=True)
class Pilot:
    """What a few runs showed: the engine that ran, and the seconds that a full batch takes one process."""

    engine: str
    batch_seconds: float


@dataclass(frozen=True, slots=True)
class _Part:
    """How much of the batch is run: the first points, replicates and months of it."""

    replicates: int
    months: int
    points: int

    @property
    def work(self) -> int:
        return self.points * self.replicates * self.months


def run_pilot(spec: Spec, engine: str, points: Points, points_per_batch: int, one_thread: bool) -> Pilot:
    """Run a part of the first batch of ``spec``, whose ``points`` are name -> (point,), and return what it showed.

    ``one_thread`` is for workers, who compute on one thread each. Raises what ``compute_runs`` does.

    >>> vary, size = {"real_control": {"values": [0.2, 0.8]}}, {"trusts": 3, "clinicians": 2}
    >>> spec = Spec(design={"method": "grid"}, vary=vary, country=size, months=6, replicates=1)
    >>> points = {"real_control": np.array([0.2, 0.8])}
    >>> shown = run_pilot(spec, "numpy", points, points_per_batch=2, one_thread=False)
    >>> shown.engine, shown.batch_seconds > 0.0
    ('numpy', True)
    """
    step = _least_months(spec)
    whole = _Part(spec.replicates, spec.months, points_per_batch)
    part = _Part(max(1, min(spec.replicates, FIRST_WORK // (spec.trusts * spec.clinicians * step))), step, 1)
    with _threads(one_thread):
        # The first call pays for start-up and compilation: it decides nothing.
        _fly(spec, engine, points, part)
        while True:
            seconds, name = _fly(spec, engine, points, part)
            if seconds >= ENOUGH_SECONDS or part == whole:
                return Pilot(name, seconds * whole.work / part.work)
            part = _larger(part, whole, step, min(10.0, max(2.0, SECONDS_AIMED_AT / max(seconds, 1e-3))))


def _least_months(spec: Spec) -> int:
    """Return of how many months a part is at least: one window, or as many as the sums of a run need."""
    every = spec.record.every
    return -(-LEAST_RUN // every) * every if spec.record.summaries else every


def _larger(part: _Part, whole: _Part, step: int, growth: float) -> _Part:
    if part.replicates < whole.replicates:
        return replace(part, replicates=min(whole.replicates, int(part.replicates * growth)))
    if part.months < whole.months:
        return replace(part, months=min(whole.months, int(part.months // step * growth) * step))
    return replace(part, points=min(whole.points, int(part.points * growth)))


def _fly(spec: Spec, engine: str, points: Points, part: _Part) -> tuple[float, str]:
    some = {name: values[: part.points] for name, values in points.items()}
    # A lever that changes in a month that the part does not reach has no place in it.
    some |= {name: np.full(part.points, value) for name, value in spec.fixed.items()}
    some = {name: values for name, values in some.items() if parse_setting(name).start <= part.months}
    numbers = run_numbers(spec, np.arange(part.points), slice(0, part.replicates))
    began = time.perf_counter()
    computed = compute_runs(spec, some, numbers, engine, default_simulate(), months=part.months)
    return time.perf_counter() - began, computed.engine


@contextmanager
def _threads(one: bool) -> Iterator[None]:
    before = os.environ.get("OMP_NUM_THREADS")
    if one:
        os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if one:
            os.environ.pop("OMP_NUM_THREADS")
            if before is not None:
                os.environ["OMP_NUM_THREADS"] = before
