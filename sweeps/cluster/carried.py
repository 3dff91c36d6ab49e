"""Functions on their way to another process, which has not the main module of this one and may lack other modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Carried:
    """A function as bytes, made once and read where it is called.

    As Dask pickles it: what is defined in the main module goes by value. A worker of Dask that cannot read a message
    closes in silence, and its sweep would wait for ever; here the call fails and tells what is missing.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        from distributed.protocol import pickle

        self.content: bytes = pickle.dumps(function)

    def __call__(self, *words: Any, **others: Any) -> Any:
        """Call the function."""
        from distributed.protocol import pickle

        return pickle.loads(self.content)(*words, **others)
