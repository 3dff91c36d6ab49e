"""Mortality as hospitals publish it (SHMI): what a difference in quality adds to case mix and to chance."""

from __future__ import annotations

import numpy as np

from .between_units import columns_of, spread_among
from .history import History
from .operator import Operator
from .ordered import Floats, mean, ratio, total

SLOPE = 0.3
"""How many of a trust's deaths a difference of 1 in quality would avoid: an assumption."""
CASE_MIX = 0.09
"""Standard deviation of what differs between trusts for good and is no quality: an assumption."""
DEATHS = 2300.0
"""Deaths of a trust of mean size in a year: the order of 300,000 a year in 130 trusts of the SHMI. An assumption."""


def _chance(sizes: Floats) -> Floats:
    """Return the variance of the ratio by the chance of deaths, (history,), of trusts of ``sizes`` (history, unit)."""
    return mean(1.0 / (DEATHS * np.maximum(sizes, 1e-9)))


def _variances(history: History) -> Floats:
    """Return the variances of quality between units, (history, year)."""
    quality = history.panels["quality"]
    return spread_among(columns_of(quality)).reshape(quality.shape[2], len(quality)).T ** 2


def mortality_spread() -> Operator:
    """Return the operator of the standard deviation of the mortality ratio between units.

    >>> history = History({}, {"quality": np.array([[[0.5], [0.7]]])}, {"size": np.ones((1, 2))})
    >>> mortality_spread().observe(history).round(3).tolist()
    [0.102]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        variances = _variances(history)
        years = np.full(len(variances), float(variances.shape[1]))
        return total(variances), _chance(history.units["size"]) * years, years

    return Operator(
        name="spread of mortality",
        meaning=f"mortality ratio 1 - {SLOPE} (quality - mean), with case mix of sd {CASE_MIX} and the chance of "
        f"{DEATHS:g} deaths by size: standard deviation between units",
        needs="two units",
        sums=("quality", "chance", "years"),
        gather=gather,
        value=lambda quality, chance, years: np.sqrt(
            SLOPE * SLOPE * ratio(quality, years) + CASE_MIX * CASE_MIX + ratio(chance, years)
        ),
        panels=("quality",),
        units=("size",),
    )


def mortality_persistence() -> Operator:
    """Return the operator of the correlation of the mortality ratio with itself a year later.

    >>> history = History({}, {"quality": np.array([[[0.5, 0.5], [0.7, 0.7]]])}, {"size": np.ones((1, 2))})
    >>> mortality_persistence().observe(history).round(3).tolist()
    [0.958]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        quality, variances = history.panels["quality"], _variances(history)
        centred = quality - mean(quality, axis=1)[:, None]
        shared = total(centred[:, :, :-1] * centred[:, :, 1:], axis=1) / max(1, quality.shape[1] - 1)
        pairs = np.full(len(quality), float(shared.shape[1]))
        return total(shared), total(variances[:, 1:]), _chance(history.units["size"]) * pairs, pairs

    def value(shared: Floats, quality: Floats, chance: Floats, pairs: Floats) -> Floats:
        kept, own = SLOPE * SLOPE * ratio(shared, pairs), SLOPE * SLOPE * ratio(quality, pairs)
        return ratio(kept + CASE_MIX * CASE_MIX, own + CASE_MIX * CASE_MIX + ratio(chance, pairs))

    return Operator(
        name="persistence of mortality",
        meaning="the same ratio: correlation of a year with the next",
        needs="two units and two years",
        sums=("shared", "quality", "chance", "pairs"),
        gather=gather,
        value=value,
        panels=("quality",),
        units=("size",),
    )


def mortality_within(other: str) -> Operator:
    """Return the operator of the correlation, within units over years, of the panel ``other`` with mortality.

    >>> panels = {"quality": np.array([[[0.5, 0.7], [0.7, 0.6]]]), "morale": np.array([[[0.5, 0.6], [0.7, 0.6]]])}
    >>> mortality_within("morale").observe(History({}, panels, {"size": np.ones((1, 2))})).round(2).tolist()
    [-0.84]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        quality, spirit = history.panels["quality"], history.panels[other]
        quality = quality - mean(quality, axis=1)[:, None]  # the ratio's mean is 1 in every year
        quality, spirit = (values - mean(values)[:, :, None] for values in (quality, spirit))
        flat, (units, years) = (len(quality), -1), quality.shape[1:]
        products = [total((a * b).reshape(flat)) for a, b in ((quality, spirit), (quality, quality), (spirit, spirit))]
        return (*products, _chance(history.units["size"]) * units * max(0, years - 1))

    def value(shared: Floats, quality: Floats, spirit: Floats, chance: Floats) -> Floats:
        return ratio(-SLOPE * shared, np.sqrt((SLOPE * SLOPE * quality + chance) * spirit))

    return Operator(
        name=f"correlation of mortality and {other} within units",
        meaning=f"{other} and the same ratio by unit and year, each less its unit's mean: correlation",
        needs="two years, and units that move",
        sums=("shared", "quality", other, "chance"),
        gather=gather,
        value=value,
        panels=("quality", other),
        units=("size",),
    )
