"""How many threads the compiled engine may use: never more than the machine, the scheduler or Dask has granted."""

from __future__ import annotations

import os
import sys
from pathlib import Path

LIMITS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK")
"""Environment variables that limit threads, set by users, by Dask's workers and by Slurm."""
QUOTA = Path("/sys/fs/cgroup/cpu.max")


def _processors() -> int:
    """Processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota() -> int | None:
    """Whole processors that a container is granted, None without a limit."""
    try:
        granted, period = QUOTA.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return max(1, int(granted) // int(period)) if granted.isdigit() else None


def in_dask_task() -> bool:
    """Whether a Dask worker is running this code; its threads are busy with other tasks."""
    worker = sys.modules.get("distributed.worker")
    return worker is not None and hasattr(worker.thread_state, "execution_state")


def thread_count() -> int:
    """Return how many threads to use, at least one."""
    if in_dask_task():
        return 1
    limits = [_processors()]
    quota = _quota()
    if quota is not None:
        limits.append(quota)
    for name in LIMITS:
        text = os.environ.get(name, "").split(",")[0].strip()  # OpenMP allows one number per level of nesting
        if text.isdigit() and int(text) > 0:
            limits.append(int(text))
    return min(limits)
