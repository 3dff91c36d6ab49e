"""Rows of the ledger: shares of settings whose history meets a target, by exact intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.stats import qmc

from tredegar.observation.target_table import targets
from tredegar.results.record.search import Search, count_met

from .law import Row, Said

TARGET = replace(targets()["V08"], value=0.5, low=0.0, high=1.0)
SHARES = {"one setting in a hundred": 0.01, "one in five": 0.2, "all but one in fifty": 0.98}
"""Truth -> the share of all settings whose history is inside."""
DESIGNS = {"200 independent settings": (200, False), "2,000 settings of a Latin hypercube": (2000, True)}


def _row(truth: str, design: str) -> Row:
    share, (settings, is_latin) = SHARES[truth], DESIGNS[design]

    def trial(rng: np.random.Generator) -> Said:
        sample = qmc.LatinHypercube(3, seed=rng).random(settings) if is_latin else rng.random((settings, 3))
        # Inside by one parameter and by luck: the share of each setting is its place, moved to the mean.
        chance = np.clip(share + 0.5 * min(share, 1.0 - share) * (2.0 * sample[:, 0] - 1.0), 0.0, 1.0)
        values = np.where(rng.random(settings) < chance, 0.5, 2.0)[:, None]
        found = count_met(Search(values, sample, ("a", "b", "c"), (TARGET,)))[0]
        return Said(*(np.array([one]) for one in (found.met / settings, found.low, found.high, share)))

    return Row(kind="share of settings that meet a target", truth=truth, design=design, trial=trial, trials=400)


def rows() -> list[Row]:
    """Return the rows of the ledger."""
    return [_row(truth, design) for truth in SHARES for design in DESIGNS]
