"""Text of a spec as a store keeps it, read once however often it is asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any


@lru_cache(maxsize=16)
def spec_tables(text: str) -> Mapping[str, Any]:
    """Return the keys and tables of the ``text`` of a spec; they are shared, and not to be changed.

    Raises ValueError (tomllib's) for a text that is no TOML. A batch asks for them several times.
    """
    return MappingProxyType(tomllib.loads(text))
