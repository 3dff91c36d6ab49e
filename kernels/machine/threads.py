"""Threads of the compiled engine: never more than the machine, the scheduler or Dask has granted."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .numba_import import is_thread_count, note_ignored

LIMITS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK")
"""Environment variables that limit threads, set by users, by Dask's workers and by Slurm."""
QUOTA = Path("/sys/fs/cgroup/cpu.max")


def _processors() -> int:
    """Processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota() -> int | None:
    """Whole processors that a container is granted, None without a limit or where the file says something else."""
    try:
        granted, period = (int(word) for word in QUOTA.read_text(encoding="ascii").split())
        return max(1, granted // period)
    except (OSError, ValueError, ZeroDivisionError):
        return None


def in_dask_task() -> bool:
    """Whether a Dask worker is running this code; its threads are busy with other tasks."""
    state = getattr(sys.modules.get("distributed.worker"), "thread_state", None)
    return hasattr(state, "execution_state")


def _limit(name: str) -> int | None:
    """The number of threads that the environment variable ``name`` allows, None where it names none."""
    text = os.environ.get(name, "").split(",")[0].strip()  # OpenMP allows one number per level of nesting
    if is_thread_count(text):
        return int(text[:18])
    if text:
        note_ignored(name, os.environ[name])
    return None


def thread_count() -> int:
    """Return how many threads to use, at least one."""
    if in_dask_task():
        return 1
    limits = (_processors(), _quota(), *map(_limit, LIMITS))
    return min(limit for limit in limits if limit is not None)
