"""Text of a spec as a store keeps it, read once however often it is asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from .root_file import with_present_keys


@lru_cache(maxsize=16)
def spec_tables(text: str) -> Mapping[str, Any]:
    """Return the keys and tables of the ``text`` of a spec, by their present names; they are shared: change none.

    Raises ValueError (tomllib's) for a text that is no TOML. A batch asks for them several times.
    """
    return MappingProxyType(with_present_keys(tomllib.loads(text)))
