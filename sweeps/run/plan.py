"""Plan of a sweep before it is run: runs, files, bytes, memory, and hours from a short pilot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...model.text.amounts import counted, readable_size, span
from ...model.text.plain_text import BLANK
from ..forms.described import Rows, as_page, as_words
from ..quantities.own_rules import rows_of_rules
from ..spec.errors import SpecError, safe_name
from ..spec.sampling import draw_points
from ..spec.spec import Spec
from ..store.batches import StoreSize, store_size
from .pilot import Pilot, run_pilot
from .runner import check_engine

SECONDS_PER_BATCH = 0.15
"""Overhead of a batch: opening the store, flushing every file (measured with 82 outcomes on a local disk)."""
PROCESS_BYTES = 250_000_000
"""What a worker takes before it computes anything (measured: interpreter, NumPy, Zarr, Dask)."""


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """What a sweep will take. ``seconds`` is a forecast for ``processes`` of them, None without a pilot.

    ``rules`` says what it has of own rules.
    """

    points: int
    replicates: int
    size: StoreSize
    memory: int
    processes: int
    pilot: Pilot | None
    seconds: float | None
    rules: Rows = ()

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self.points * self.replicates

    def __repr__(self) -> str:
        return as_words("<plan of a sweep>", rows_of_plan(self, self.processes))

    def _repr_html_(self) -> str:
        return as_page("Plan of a sweep", rows_of_plan(self, self.processes))


def rows_of_plan(plan: Plan, workers: int) -> Rows:
    """Return what ``plan`` says in rows of a name and a text, for ``workers`` on one machine."""
    batch_runs = plan.size.points_per_batch * plan.replicates
    rows = [
        ("runs", f"{plan.runs:,} ({plan.points:,} points x {plan.replicates:,} replicates)"),
        ("batches", f"{plan.size.batches:,} of up to {counted(batch_runs, 'run')}"),
        ("files", f"{plan.size.files:,}"),
        ("bytes", f"{readable_size(plan.size.bytes)} before compression"),
        ("memory", f"{readable_size(plan.memory)} for each of {counted(workers, 'worker')}"),
        *plan.rules,
    ]
    if plan.pilot is not None and plan.seconds is not None:
        batch = f"a batch takes one process about {span(plan.pilot.batch_seconds)}, engine {plan.pilot.engine}"
        total = f"about {span(plan.seconds)} on {counted(plan.processes, 'process')} at once"
        rows += [("pilot", batch), ("time", total)]
        if plan.processes > plan.size.batches:
            rows.append(("note", f"more workers than batches: only {plan.size.batches:,} have work"))
    return rows


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


def make_plan(spec: Spec, engine: str, processes: int, pilot: bool = True, one_thread: bool = False) -> Plan:
    """Return what the sweep of ``spec`` will take on ``processes`` processes.

    With ``pilot`` the model runs for a second or two; ``one_thread`` says that each process will compute on one.
    """
    from ...kernels import projected_bytes

    check_engine(engine)
    points = draw_points(spec)
    number = len(next(iter(points.values())))
    size = store_size(spec, number)
    windows = (spec.trusts, spec.clinicians, spec.months, len(spec.outcomes), spec.record.every)
    memory = PROCESS_BYTES + projected_bytes(size.points_per_batch * spec.replicates, *windows, _passing(spec))
    flown = run_pilot(spec, engine, points, size.points_per_batch, one_thread) if pilot else None
    seconds = None
    if flown is not None:
        # The last batch may be smaller than the others; whoever computes most decides when all is done.
        most = -(-size.batches // min(processes, size.batches))
        share = min(most, number / size.points_per_batch)
        seconds = share * flown.batch_seconds + most * SECONDS_PER_BATCH
    return Plan(number, spec.replicates, size, memory, processes, flown, seconds, tuple(rows_of_rules(spec.rules)))


def _passing(spec: Spec) -> int:
    """Return how many values of a run are recorded for its sums alone."""
    from ...kernels.batch.batch import Country, Record
    from ...kernels.batch.memory import passing_values

    record = Record(spec.outcomes, spec.record.every, spec.record.trusts, spec.record.summaries)
    return passing_values(Country(spec.trusts, spec.clinicians), spec.months, record)


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
    """Return the bytes that ``text`` means: 500000, 20MB, 1.5 GB, 2TiB. Raises SpecError for anything else.

    >>> parse_size("20MB"), parse_size("1.5 GB"), parse_size("2KiB")
    (20000000, 1500000000, 2048)
    """
    match = re.fullmatch(r"([0-9]{1,18}(?:\.[0-9]{1,6})?) ?([kKMGTP]?)(i?)[bB]?", text.strip(BLANK))
    if match is None:
        raise SpecError(f"--max-bytes must be a size such as 500MB, 20GB or 1.5TB, got '{safe_name(text)}'")
    base = 1024 if match[3] else 1000
    return int(float(match[1]) * base ** " KMGTP".index(match[2].upper() or " "))
