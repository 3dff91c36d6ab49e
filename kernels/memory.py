"""How many runs to compute together: enough to keep the processor busy, few enough to stay in cache and in memory."""

from __future__ import annotations

import math
import os

from .numba_threads import thread_count

BYTES_PER_SEAT = 6 * 8 + 8  # talent, skill, morale, two efforts and luck's temporaries per seat; flags
BYTES_PER_TRUST = 110 * 8  # states and intermediate quantities of trust and manager, and the sums
BYTES_PER_BLOCK_ELEMENT = 40 * 8  # arrays alive while a block of seats is worked on
BLOCK_ELEMENTS = 32_768
"""Seats x runs worked on at a time on the CPU: what is alive of them stays in cache."""
CHUNK_SEATS = 131_072
"""Seats of all runs of a chunk on the CPU: enough trusts to make the per-trust work long, little enough for cache."""

COMPILED_RUNS = 64
"""Runs per thread that the compiled engine is given at a time: enough to even out what the threads have to do."""
COMPILED_BYTES = 2**27
"""Most that the results of these runs take in float64, unless single runs are as large."""


def bytes_per_run(trusts: int, clinicians: int, months: int, outcomes: int, every: int = 1) -> int:
    """Return the bytes that one run takes in an array engine while it is computed, its recorded values included."""
    state = trusts * clinicians * BYTES_PER_SEAT + trusts * BYTES_PER_TRUST
    return state + outcomes * (months // every) * 8


def projected_bytes(runs: int, trusts: int, clinicians: int, months: int, outcomes: int, every: int = 1) -> int:
    """Return the bytes that an engine needs for ``runs`` runs: the chunk in work and the results of all of them.

    Results are counted twice: in float64 while they are made and in the type that is handed out.
    """
    chunk = min(runs, chunk_runs(trusts, clinicians))
    working = chunk * bytes_per_run(trusts, clinicians, months, outcomes, every)
    compiled = min(runs, compiled_runs(outcomes * (months // every))) * outcomes * (months // every) * 8
    return max(working, compiled) + runs * outcomes * (months // every) * 12 + BLOCK_ELEMENTS * BYTES_PER_BLOCK_ELEMENT


def chunk_runs(trusts: int, clinicians: int, budget: int | None = None, per_run: int | None = None) -> int:
    """Return how many runs to compute together, at least one.

    With a ``budget`` in bytes (a GPU's free memory, say) and the bytes ``per_run``, as many as fit; otherwise as many
    as stay in a CPU's cache.
    """
    if budget is not None and per_run is not None:
        return max(1, budget // per_run)
    return max(1, min(1024, CHUNK_SEATS // (trusts * clinicians)))


def compiled_runs(recorded: int, threads: int | None = None) -> int:
    """Return how many runs, with ``recorded`` values each, the compiled engine is given at a time.

    ``threads`` are by default those that it may use here.
    """
    threads = thread_count() if threads is None else threads
    return max(threads, min(COMPILED_RUNS * threads, COMPILED_BYTES // (8 * max(1, recorded))))


def physical_memory() -> float:
    """Return the bytes of memory of this machine; infinity where the system does not tell."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):
        return math.inf
