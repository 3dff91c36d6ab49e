"""Made histories for tests: outcomes and records by name, so that every operator has what it reads."""

from __future__ import annotations

import numpy as np

from tredegar.observation.counterparts import COURSES, PANELS
from tredegar.observation.operators.history import History


def random_history(runs: int = 6, months: int = 180, units: int = 40, seed: int = 0) -> History:
    """Return ``runs`` histories in which every operator finds something, with ties among units."""
    draw = np.random.default_rng(seed)
    courses = {name: draw.uniform(0.0, 0.2, (runs, months)) for name in COURSES}
    for name in ("reorganisation_started", "any_tier_started", "minister_changed", "trusts_reorganised"):
        courses[name] = (draw.uniform(size=(runs, months)) < 0.04).astype(float)
    panels = {name: draw.uniform(0.5, 1.0, (runs, units, months // 12)).round(2) for name in PANELS}
    return History(courses, panels, {"size": draw.uniform(0.5, 1.5, (runs, units))})


def course(*months: int, length: int = 120, runs: int = 2) -> np.ndarray:
    """Return histories (run, month) with an event in each of these ``months``."""
    found = np.zeros((runs, length))
    found[:, list(months)] = 1.0
    return found
