"""Forked processes: threads of the parent are not in the child, where Dask would wait for them for ever."""

from __future__ import annotations


def replace_lost_threads() -> None:
    """Give Dask a new pool of threads for its messages, if that of this process has lost its own in a fork.

    Dask keeps one pool from when it is loaded. After a fork it holds what it takes for an idle thread, so that it
    starts none.
    """
    from distributed import utils

    pool = utils._offload_executor
    if any(not thread.is_alive() for thread in pool._threads):
        utils._offload_executor = type(pool)(max_workers=pool._max_workers, thread_name_prefix="Dask-Offload")
