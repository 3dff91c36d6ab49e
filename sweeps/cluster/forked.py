"""Forked processes: threads of the parent are not in the child, where Dask would wait for them for ever."""

from __future__ import annotations

import sys
from typing import Any


def replace_lost_threads() -> None:
    """Give Dask new pools of threads, for messages and for arrays, if those of this process were lost in a fork.

    Dask keeps its pools for as long as a process lives. After a fork they hold what they take for idle threads, so
    that they start none.
    """
    utils: Any = sys.modules.get("distributed.utils")
    threaded: Any = sys.modules.get("dask.threaded")
    if utils is not None and _is_lost(pool := utils._offload_executor):
        utils._offload_executor = type(pool)(max_workers=pool._max_workers, thread_name_prefix="Dask-Offload")
    if threaded is not None and threaded.default_pool is not None and _is_lost(threaded.default_pool):
        threaded.default_pool = None
        threaded.pools.clear()


def _is_lost(pool: Any) -> bool:
    return any(not thread.is_alive() for thread in pool._threads)
