"""All mechanisms that have a rival, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .dressed_reports import GAMING
from .failure_inspections import REGIME
from .formal_objections import OBJECTION
from .rivals import Mechanism
from .target_notch import NOTCH

_ALL = (GAMING, REGIME, OBJECTION, NOTCH)
MECHANISMS: Mapping[str, Mechanism] = MappingProxyType({each.name: each for each in _ALL})
"""Name -> mechanism, of all that have a rival."""
