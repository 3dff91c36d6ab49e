"""Slopes of mortality: what quality would have to do if it made all differences of the SHMI, and what else follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ...observation.operators.ordered import Floats
from ...observation.target_table import targets


class Slopes(NamedTuple):
    """For each history: the ``slope`` at which quality alone makes V19, and V40 at that slope (``within``)."""

    slope: Floats
    within: Floats

    @property
    def met(self) -> float:
        """The share of histories in which V40 is then inside its window, 0..1.

        >>> Slopes(np.array([1.0, 1.2]), np.array([-0.05, -0.5])).met
        0.5
        """
        target = targets()["V40"]
        return float(((self.within >= target.low) & (self.within <= target.high)).mean())


def slopes_without_case_mix(sums: Mapping[str, Floats]) -> Slopes | None:
    """Return the slopes of histories, from the ``sums`` (run, sum) of V19 and V40; None where either is not there.

    The shipped operators give most of the spread to case mix, so that V19 says nothing about the model. Here case mix
    is none: the slope is what makes the standard deviation of the SHMI that of the record, beside the chance of deaths.
    Histories without differences in quality, or in which nothing moves, are left out.

    >>> spread, within = np.array([[0.08, 0.008, 8.0]]), np.array([[0.1, 0.2, 0.2, 0.05]])
    >>> found = slopes_without_case_mix({"V19": spread, "V40": within})
    >>> found.slope.round(2).tolist(), found.within.round(2).tolist()
    ([0.9], [-0.44])
    """
    if not {"V19", "V40"} <= set(sums):
        return None
    quality, chance, years = sums["V19"].T
    shared, within, spirit, deaths = sums["V40"].T
    known = (quality > 0.0) & (spirit > 0.0) & (targets()["V19"].value ** 2 > chance / np.maximum(years, 1.0))
    quality, chance, years, shared, within, spirit, deaths = (
        column[known] for column in (quality, chance, years, shared, within, spirit, deaths)
    )
    slope = np.sqrt((targets()["V19"].value ** 2 - chance / years) / (quality / years))
    return Slopes(slope, -slope * shared / np.sqrt((slope * slope * within + deaths) * spirit))
