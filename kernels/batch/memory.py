"""Size of what is computed together: runs enough to keep the processor busy, few enough to stay in cache and memory."""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from ...model.parameters import PARAMETERS
from ...observation.summaries import SUMS
from ..machine.threads import thread_count
from .batch import Country, Record, records_of_trust
from .summing import widened

BYTES_PER_SEAT = 7 * 8 + 8  # talent, skill, morale, two efforts, leaving rate and luck per seat; flags
BYTES_PER_TRUST = 125 * 8  # states and intermediate quantities of trust and manager, and the sums
BYTES_PER_BLOCK_ELEMENT = 40 * 8  # arrays alive while a block of seats is worked on
BLOCK_ELEMENTS = 32_768
"""Seats x runs worked on at a time on the CPU: what is alive of them stays in cache."""
CHUNK_SEATS = 131_072
"""Seats of all runs of a chunk on the CPU: enough trusts to make the per-trust work long, little enough for cache."""

COMPILED_RUNS = 64
"""Runs per thread that the compiled engine is given at a time: enough to even out what the threads have to do."""
COMPILED_BYTES = 2**27
"""Most that the results of these runs take in float64, unless single runs are as large."""
CHUNK_BYTES = 2**28
"""The same for the runs that an array engine computes together on the CPU."""
PASSING_BYTES = 8 + 4 + 8
"""What a value takes that only sums are made of: as it is recorded, as a store would keep it, and widened again."""
GRANTED = Path("/sys/fs/cgroup/memory.max")
"""Where a container says how many bytes it may use."""


def bytes_per_run(trusts: int, clinicians: int, months: int, outcomes: int, every: int = 1) -> int:
    """Return the bytes that one run takes in an array engine while it is computed, its recorded values included."""
    state = trusts * clinicians * BYTES_PER_SEAT + trusts * BYTES_PER_TRUST
    return state + outcomes * (months // every) * 8


def projected_bytes(
    runs: int, trusts: int, clinicians: int, months: int, outcomes: int, every: int = 1, passing: int = 0
) -> int:
    """Return the bytes that an engine needs for ``runs`` runs: the chunk in work and the results of all of them.

    Results are counted twice: in float64 while they are made and in the type that is handed out. ``passing`` are the
    values of a run that are recorded for its sums alone, and held for the runs in work.

    >>> results = projected_bytes(9000, 150, 40, 240, outcomes=82) - projected_bytes(8000, 150, 40, 240, outcomes=82)
    >>> results == 1000 * 82 * 240 * (8 + 4)
    True
    """
    kept = outcomes * (months // every)
    chunk = min(runs, chunk_runs(trusts, clinicians, recorded=kept + passing))
    working = chunk * (bytes_per_run(trusts, clinicians, months, outcomes, every) + passing * PASSING_BYTES)
    compiled = min(runs, compiled_runs(kept + passing)) * (kept * 8 + passing * PASSING_BYTES)
    return max(working, compiled) + runs * kept * 12 + BLOCK_ELEMENTS * BYTES_PER_BLOCK_ELEMENT


def chunk_runs(
    trusts: int, clinicians: int, budget: int | None = None, per_run: int | None = None, recorded: int = 0
) -> int:
    """Return how many runs to compute together, at least one.

    With a ``budget`` in bytes (a GPU's free memory, say) and the bytes ``per_run``, as many as fit; otherwise as many
    as stay in a CPU's cache, with ``recorded`` values each that stay in ``CHUNK_BYTES``.

    >>> chunk_runs(150, 40, budget=10**9, per_run=10**6), chunk_runs(150, 40)
    (1000, 21)
    """
    if budget is not None and per_run is not None:
        return max(1, budget // per_run)
    return max(1, min(1024, CHUNK_SEATS // (trusts * clinicians), CHUNK_BYTES // (8 * max(1, recorded))))


def compiled_runs(recorded: int, threads: int | None = None) -> int:
    """Return how many runs, with ``recorded`` values each, the compiled engine is given at a time.

    ``threads`` are by default those that it may use here.

    >>> compiled_runs(recorded=82 * 240, threads=4)
    256
    """
    threads = thread_count() if threads is None else threads
    return max(threads, min(COMPILED_RUNS * threads, COMPILED_BYTES // (8 * max(1, recorded))))


@dataclass(frozen=True)
class Needs:
    """What decides how much memory is needed: how many runs, of what size, and what is kept of them.

    ``groups`` is the most councils or catchments that a run has; ``itemsize`` the bytes of a value handed out.
    """

    runs: int
    country: Country
    groups: int
    months: int
    record: Record
    itemsize: int

    @property
    def values(self) -> int:
        """Values that are kept of a run."""
        return self._values_of(self.record) + (len(SUMS) * 8 // self.itemsize if self.record.summaries else 0)

    @property
    def values_in_work(self) -> int:
        """Values that are recorded of a run while it is computed: with sums more than are kept."""
        return self._values_of(widened(self.record)) + (len(SUMS) if self.record.summaries else 0)

    def _values_of(self, record: Record) -> int:
        per_trust = records_of_trust(self.months) if record.trusts else 0
        return len(record.outcomes) * (self.months // record.every) + self.country.trusts * per_trust

    @property
    def bytes_of_all(self) -> int:
        """Bytes that stay until the end: the results and the parameters of all runs."""
        return self.runs * (self.values * self.itemsize + 8 * len(PARAMETERS))

    @property
    def bytes_of_one(self) -> int:
        """Bytes of a run while it is computed alone: its state, who belongs to which group, its results in float64."""
        state = bytes_per_run(self.country.trusts, self.country.clinicians, self.months, 0)
        return state + self.country.trusts * self.groups + 8 * self.values_in_work


def passing_values(country: Country, months: int, record: Record) -> int:
    """Return how many values of a run are recorded for its sums alone; 0 of runs without.

    >>> passing_values(Country(10, 4), 240, Record(("quality",)))
    0
    """
    if not record.summaries:
        return 0
    return Needs(1, country, 0, months, record, 8).values_in_work - len(record.outcomes) * (months // record.every)


def check_room(needs: Needs) -> None:
    """Raise ValueError, with numbers, for runs whose results, or one of which, this machine cannot hold."""
    there, country = physical_memory(), needs.country
    here = f"and this machine has {there / 1e9:,.1f} GB"
    if needs.bytes_of_one > there:
        raise ValueError(
            f"one run of {country.trusts:,} trusts, {country.clinicians:,} clinicians each, over {needs.months:,} "
            f"months takes {needs.bytes_of_one / 1e9:,.1f} GB {here}; ask for a smaller country or fewer results"
        )
    if needs.bytes_of_all + needs.bytes_of_one > there:
        raise ValueError(
            f"the results of {needs.runs:,} runs take {needs.bytes_of_all / 1e9:,.1f} GB, one run while it is computed "
            f"{needs.bytes_of_one / 1e9:,.1f} GB, {here};"
            " ask for fewer runs or outcomes or a larger 'every', or sweep into a store"
        )


def physical_memory() -> float:
    """Return the bytes of memory that this process may use; infinity where the system does not tell.

    That is the memory of the machine, or less where a container or a limit of the shell allows less.
    """
    return min(_installed(), _granted(), _allowed())


def _installed() -> float:
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):
        return math.inf


def _granted() -> float:
    try:
        return float(int(GRANTED.read_text(encoding="ascii")))
    except (OSError, ValueError):  # no container, or "max"
        return math.inf


def _allowed() -> float:
    if sys.platform == "win32":
        return math.inf
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return math.inf if limit == resource.RLIM_INFINITY else float(limit)
