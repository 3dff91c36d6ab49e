"""One thread for the linear algebra of small matrices, whatever the environment says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep the libraries of linear algebra to one thread inside.

    Threads of OpenBLAS wait for each other by turning: a factor of a few hundred rows, taken a hundred times over on
    cores that are busy, then takes ten times as long as on one thread.

    >>> with one_thread():
    ...     1 + 1
    2
    """
    with _libraries().limit(limits=1, user_api="blas"):
        yield


@cache
def _libraries() -> ThreadpoolController:
    """Return the libraries that are loaded; to look for them takes milliseconds."""
    return ThreadpoolController()
