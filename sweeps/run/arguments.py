"""The arguments of ``complete_sweep``, checked before anything is written: each is of the kind that it must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...model.text.names import whole_number
from ...model.text.plain_text import brief, plain
from ..cluster.schedulers import SchedulerError, address_of

MOST_WORKERS = 4096
MOST_TASKS = 10_000_000


def check_kinds(flags: Mapping[str, Any], functions: Mapping[str, Any]) -> None:
    """Raise ValueError for ``flags`` that are no booleans, and for ``functions`` that are no such."""
    for name, value in flags.items():
        if not isinstance(value, bool | np.bool_):
            raise ValueError(f"{name} must be True or False, got {brief(value)}")
    for name, value in functions.items():
        if value is not None and not isinstance(value, Callable):  # type: ignore[arg-type]
            raise ValueError(f"{name} must be a function, or None, got {brief(value)}")


def checked_task(task: Any) -> tuple[int, int] | None:
    """Return ``task``, the pair (k, n) of one of n tasks, or None. Raises ValueError for anything else."""
    if task is None:
        return None
    if not isinstance(task, tuple | list) or len(task) != 2:
        raise ValueError(f"task must be a pair (k, n) of whole numbers, k from 0 to n - 1, got {brief(task)}")
    tasks = whole_number("the number of tasks in task = (k, n)", task[1], 1, MOST_TASKS)
    return whole_number("k in task = (k, n)", task[0], 0, tasks - 1), tasks


def check_scheduler(scheduler: Any) -> None:
    """Raise SchedulerError for a ``scheduler`` that is neither a text that may be an address nor a cluster of Dask."""
    if scheduler is None or hasattr(scheduler, "scheduler_address"):
        return
    if not isinstance(scheduler, str):
        raise SchedulerError(
            f"scheduler must be an address, a scheduler file or a cluster of Dask, got {brief(scheduler)}"
        )
    try:
        address_of(scheduler)  # a typing mistake is refused before a store is made
    except OSError as error:
        said = f"'{plain(scheduler)}': {error.strerror}"
        raise SchedulerError(f"scheduler must be an address, or a scheduler file that exists, got {said}") from None
