"""All mechanisms that have a rival, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .dressed_reports import GAMING
from .failure_inspections import REGIME
from .formal_objections import OBJECTION
from .heads_of_government import MINISTER
from .outside_paths import OUTSIDE
from .professions import PROFESSIONS
from .rivals import Mechanism
from .seasons import SEASON
from .target_notch import NOTCH
from .tiers import REORGANISATION

_ALL = (GAMING, MINISTER, REORGANISATION, REGIME, OBJECTION, NOTCH, PROFESSIONS, SEASON, OUTSIDE)
MECHANISMS: Mapping[str, Mechanism] = MappingProxyType({each.name: each for each in _ALL})
"""Name -> mechanism, of all that have a rival."""
MODEL_2: Mapping[str, str] = MappingProxyType(
    {
        "minister": "experience",
        "reorganisation": "tiers",
        "regime": "inspections",
        "objection": "formal",
        "notch": "at-target",
        "professions": "nurses-and-doctors",
        "season": "twelve-months",
    }
)
"""Mechanism -> rival: the structure that the record demands (docs/models.md)."""
