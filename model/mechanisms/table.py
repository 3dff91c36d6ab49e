"""All mechanisms that have a rival, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .dressed_reports import GAMING
from .failure_threshold import REGIME
from .minister_hazard import MINISTER
from .no_notch import NOTCH
from .no_objections import OBJECTION
from .no_paths import OUTSIDE
from .no_season import SEASON
from .one_profession import PROFESSIONS
from .rivals import Mechanism
from .single_tier import REORGANISATION

_ALL = (GAMING, MINISTER, REORGANISATION, REGIME, OBJECTION, NOTCH, PROFESSIONS, SEASON, OUTSIDE)
MECHANISMS: Mapping[str, Mechanism] = MappingProxyType({each.name: each for each in _ALL})
"""Name -> mechanism, of all that have a rival."""
MODEL_1: Mapping[str, str] = MappingProxyType(
    {
        "minister": "constant",
        "reorganisation": "all-at-once",
        "regime": "threshold",
        "objection": "none",
        "notch": "none",
        "professions": "one",
        "season": "none",
        "outside": "none",
    }
)
"""Mechanism -> rival: the structure of the first model, which the record refuted (docs/models.md)."""
