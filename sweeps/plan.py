"""What a sweep will take before it is run: runs, files, bytes, memory, and hours from a short pilot."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import numpy as np

from .batches import StoreSize, store_size
from .compute import default_simulate
from .designs import draw_points
from .runner import check_engine
from .spec import Spec
from .spec_errors import SpecError, safe_name

PILOT_SECONDS = 1.0
PILOT_SEATS = 65_536
SECONDS_PER_BATCH = 0.15
"""Overhead of a batch: opening the store, flushing every file (measured with 82 outcomes on a local disk)."""
PROCESS_BYTES = 250_000_000
"""What a worker takes before it computes anything (measured: interpreter, NumPy, Zarr, Dask)."""


@dataclass(frozen=True, slots=True)
class Pilot:
    """What a few runs showed: the engine that ran, and its rate in clinician-months per second of one process."""

    engine: str
    rate: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sweep will take. ``seconds`` is a forecast for ``processes`` of them, None without a pilot."""

    points: int
    replicates: int
    size: StoreSize
    memory: int
    processes: int
    pilot: Pilot | None
    seconds: float | None

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self.points * self.replicates


@dataclass(frozen=True, slots=True)
class Budget:
    """What a user is ready to spend; None where there is no limit."""

    files: int | None = None
    bytes: int | None = None
    hours: float | None = None

    @property
    def limited(self) -> bool:
        """Whether there is any limit."""
        return any(limit is not None for limit in (self.files, self.bytes, self.hours))


def make_plan(spec: Spec, engine: str, processes: int, pilot: bool = True) -> Plan:
    """Return what the sweep of ``spec`` will take on ``processes`` processes; ``pilot`` runs the model for a second."""
    from ..kernels import projected_bytes

    check_engine(engine)
    points = len(next(iter(draw_points(spec).values())))
    size = store_size(spec, points)
    windows = (spec.trusts, spec.clinicians, spec.months, len(spec.outcomes), spec.record.every)
    memory = PROCESS_BYTES + projected_bytes(size.points_per_batch * spec.replicates, *windows)
    flown = run_pilot(spec, engine) if pilot else None
    seconds = None
    if flown is not None:
        work = points * spec.replicates * spec.trusts * spec.clinicians * spec.months
        busy = min(processes, size.batches)
        seconds = (work / flown.rate + size.batches * SECONDS_PER_BATCH) / busy
    return Plan(points, spec.replicates, size, memory, processes, flown, seconds)


def run_pilot(spec: Spec, engine: str) -> Pilot:
    """Run a few runs of the sweep's own country for about a second and return the rate."""
    simulate = default_simulate()
    seats = spec.trusts * spec.clinicians
    runs = max(1, min(spec.replicates * 64, PILOT_SEATS // seats))
    points = {name: np.full(1, value) for name, value in spec.fixed.items() if "@" not in name}
    months, seconds, name = 1, 0.0, engine
    while True:
        began = time.perf_counter()
        out = simulate(
            points or {"real_control": np.full(1, 0.5)},
            replicates=runs,
            months=months,
            trusts=spec.trusts,
            clinicians=spec.clinicians,
            seed=spec.seed,
            engine=engine,
            outcomes=spec.outcomes,
            providers=spec.providers,
            constants=spec.constants or None,
        )
        seconds, name = time.perf_counter() - began, out.engine
        if seconds >= PILOT_SECONDS / 2 or months >= spec.months:
            return Pilot(name, runs * seats * months / max(seconds, 1e-9))
        # The first call pays for compilation and start-up; each next one is long enough to drown them.
        growth = min(10.0, max(2.0, PILOT_SECONDS / max(seconds, 1e-3)))
        months = min(spec.months, int(months * growth) + 1)


def check_budget(plan: Plan, budget: Budget) -> None:
    """Raise SpecError, naming the limit and what the sweep needs, if ``plan`` breaks ``budget``."""
    if budget.files is not None and plan.size.files > budget.files:
        raise SpecError(
            f"the sweep needs {plan.size.files:,} files, --max-files allows {budget.files:,};"
            " record fewer outcomes or fewer points"
        )
    if budget.bytes is not None and plan.size.bytes > budget.bytes:
        raise SpecError(
            f"the sweep needs {plan.size.bytes:,} bytes before compression, --max-bytes allows {budget.bytes:,};"
            " record fewer outcomes or set every = 12 under [record]"
        )
    if budget.hours is not None and plan.seconds is not None and plan.seconds > budget.hours * 3600:
        raise SpecError(
            f"the sweep is forecast to take {plan.seconds / 3600:,.2f} hours on {plan.processes} processes,"
            f" --max-hours allows {budget.hours:g}"
        )


def parse_size(text: str) -> int:
    """Return the bytes that ``text`` means: 500000, 20MB, 1.5 GB, 2TiB. Raises SpecError for anything else."""
    match = re.fullmatch(r"\s*(\d{1,18}(?:\.\d{1,6})?)\s*([kKMGTP]?)(i?)[bB]?\s*", text)
    if match is None:
        raise SpecError(f"--max-bytes must be a size such as 500MB, 20GB or 1.5TB, got '{safe_name(text)}'")
    base = 1024 if match[3] else 1000
    return int(float(match[1]) * base ** " KMGTP".index(match[2].upper() or " "))
