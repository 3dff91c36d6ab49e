"""All mechanisms that have a rival, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .dressed_reports import GAMING
from .outside_paths import OUTSIDE
from .professions import PROFESSIONS
from .rivals import Mechanism
from .seasons import SEASON

_ALL = (GAMING, OUTSIDE, PROFESSIONS, SEASON)
MECHANISMS: Mapping[str, Mechanism] = MappingProxyType({each.name: each for each in _ALL})
"""Name -> mechanism, of all that have a rival."""
