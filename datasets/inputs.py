"""Inputs: the distribution that the values of a varied parameter were drawn from, as the store tells it.

A range without more is uniform. Whatever needs strata of equal probability, a share of the space or a middle of it asks
here, and not the range.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

DISCRETE = "discrete"
UNIFORM = "uniform"
MIDDLE = 0.98
"""What a picture shows of a distribution whose ends few points lie at (assumption)."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Input:
    """The distribution of one varied parameter.

    ``low`` and ``high`` are the ends of its range, in its unit. ``table`` says its distribution as a spec does, empty
    where it is uniform. ``values`` (value,) are those that it takes, in their order, with their ``chances`` (value,);
    none where it takes all between the ends. ``labels`` name them where they are levels of a choice, whose order means
    nothing.
    """

    low: float
    high: float
    table: Mapping[str, Any] = field(default_factory=dict)
    values: np.ndarray = field(default_factory=lambda: np.empty(0))
    chances: np.ndarray = field(default_factory=lambda: np.empty(0))
    labels: tuple[str, ...] = ()

    @property
    def uniform(self) -> bool:
        """Whether all values between the ends are equally likely."""
        return not self.table and not len(self.values)

    @property
    def steps(self) -> np.ndarray:
        """The cumulative probabilities, (value,) without the last, at which the next value begins; none where it takes all.

        >>> input_of((0.0, 1.0), {}, ("built-in", "mine")).steps.tolist()
        [0.5]
        """
        return np.cumsum(self.chances)[:-1]

    def in_unit(self, values: np.ndarray) -> np.ndarray:
        """Return the probability of at most each of ``values`` (points,), 0..1, of a discrete one to its middle.

        >>> Input(low=0.0, high=4.0).in_unit(np.array([1.0, 3.0])).tolist()
        [0.25, 0.75]
        >>> input_of((0.0, 1.0), {"distribution": "beta", "a": 2, "b": 1}).in_unit(np.array([0.5])).round(3).tolist()
        [0.25]
        >>> input_of((0.0, 1.0), {}, ("built-in", "mine")).in_unit(np.array([0.0, 1.0])).tolist()
        [0.25, 0.75]
        """
        if len(self.values):
            places = np.abs(np.asarray(values)[:, None] - self.values).argmin(axis=1)
            return np.asarray((np.cumsum(self.chances) - self.chances / 2.0)[places])
        if not self.table:
            return np.asarray((values - self.low) / ((self.high - self.low) or 1.0))
        return np.asarray(_frozen(self.table, self.low, self.high).cdf(values))

    def middle(self, share: float = MIDDLE) -> tuple[float, float]:
        """Return the ends of the ``share`` of the distribution about its middle, in the unit of the parameter.

        The whole range where it is uniform: there no part of it has few points.

        >>> Input(low=0.0, high=4.0).middle()
        (0.0, 4.0)
        >>> [round(end, 3) for end in input_of((0.0, 1.0), {"distribution": "beta", "a": 2, "b": 1}).middle()]
        [0.1, 0.995]
        """
        if not self.table or len(self.values):
            return self.low, self.high
        ends = _frozen(self.table, self.low, self.high).ppf([(1.0 - share) / 2.0, (1.0 + share) / 2.0])
        return float(ends[0]), float(ends[1])

    @property
    def words(self) -> str:
        """The distribution in words, such as "beta (a 2, b 5)"; "uniform" where it is."""
        if self.labels or (len(self.values) and not self.table):
            return "equally likely levels" if np.ptp(self.chances) < 1e-9 else "levels"
        if not self.table:
            return UNIFORM
        shape = {key: value for key, value in self.table.items() if key not in ("distribution", "low", "high")}
        said = ", ".join(f"{key} {value:g}" for key, value in shape.items() if isinstance(value, int | float))
        return f"{self.table['distribution']}{f' ({said})' if said else ''}"


def input_of(
    bounds: tuple[float, float], table: Mapping[str, Any], labels: Sequence[str] = (), levels: Sequence[Any] = ()
) -> Input:
    """Return the input with the ``bounds`` (low, high), in its unit, that ``table`` and ``levels`` of a sampler say.

    ``labels`` are those of the levels of a choice. Raises ValueError for a distribution that is not known here.

    >>> found = input_of((0.0, 2.0), {"distribution": "discrete", "values": [0.0, 2.0], "weights": [3, 1]})
    >>> found.values.tolist(), found.steps.tolist(), input_of((0.0, 2.0), {}).words
    ([0.0, 2.0], [0.75], 'uniform')
    """
    low, high = bounds
    given = list(table.get("values", ())) if table.get("distribution") == DISCRETE else list(levels)
    if labels or given:
        given = given or list(labels)
        numbers = np.array([labels.index(each) if isinstance(each, str) else float(each) for each in given])
        weights = table.get("weights") or np.ones(len(given))
        order = np.argsort(numbers)
        chances = np.asarray(weights, dtype=float)[order]
        return Input(
            low=float(numbers.min()), high=float(numbers.max()), table=table, values=numbers[order],
            chances=chances / chances.sum(), labels=tuple(labels),
        )  # fmt: skip
    if table.get("distribution", UNIFORM) == UNIFORM:
        return Input(low=low, high=high)
    _frozen(table, low, high)
    return Input(low=low, high=high, table=table)


def _frozen(table: Mapping[str, Any], low: float, high: float) -> Any:
    """Return the distribution that ``table`` says, between ``low`` and ``high``, as SciPy has it."""
    from scipy import stats

    name = table["distribution"]
    low, high = float(table.get("low", low)), float(table.get("high", high))
    if name == "beta":
        return stats.beta(float(table["a"]), float(table["b"]), loc=low, scale=high - low)
    if name == "triangular":
        return stats.triang((float(table["mode"]) - low) / (high - low), loc=low, scale=high - low)
    if name == "log-uniform":
        return stats.loguniform(low, high)
    if name == "normal":
        mean, spread = float(table["mean"]), float(table["sd"])
        return stats.truncnorm((low - mean) / spread, (high - mean) / spread, loc=mean, scale=spread)
    raise ValueError(f"the distribution '{str(name)[:60]}' is not known to this version of tredegar")
