"""One thread for the linear algebra of small matrices, whatever the environment says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep the libraries of linear algebra to one thread inside, where threadpoolctl (of scikit-learn) is installed.

    Threads of OpenBLAS wait for each other by turning: a factor of a few hundred rows, taken a hundred times over on
    cores that are busy, then takes ten times as long as on one thread. Without threadpoolctl nothing changes.

    >>> with one_thread():
    ...     1 + 1
    2
    """
    libraries = _libraries()
    if libraries is None:
        yield
        return
    with libraries.limit(limits=1, user_api="blas"):
        yield


@cache
def _libraries() -> Any:
    """Return the libraries that are loaded, or None without threadpoolctl; to look for them takes milliseconds."""
    try:
        from threadpoolctl import ThreadpoolController
    except ModuleNotFoundError:
        return None
    return ThreadpoolController()
