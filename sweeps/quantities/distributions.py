"""Distributions of varied quantities: their forms in a spec, and their quantile functions, which are scipy's.

A design that samples draws points of the unit cube; a quantity with a distribution has the quantiles of its column. One
record for each kind says which numbers it needs, which of them cannot be, and its frozen distribution of scipy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...model.text.names import closest, real_number
from ...model.text.plain_text import brief, plain

KIND = "distribution"
"""The key of an entry of [vary] that names its distribution."""
Floats = NDArray[np.float64]
Settings = Mapping[str, float]
SLACK = 1e-9
PROBES = (0.0, 0.001, 0.5, 0.999, 1.0)
"""Where a quantile function is tried before it is used: of extreme numbers scipy's may be no numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What there is to know of a kind of distribution: the numbers that it needs, in the order of the canonical text.

    ``usual`` holds numbers that may be left out. ``wrong(settings)`` says what cannot be, "" if all can;
    ``frozen(settings)`` returns the distribution of scipy whose ``ppf`` gives the quantiles. The ends are ``low`` and
    ``high`` of every kind.
    """

    name: str
    needs: tuple[str, ...]
    frozen: Callable[[Settings], Any]
    wrong: Callable[[Settings], str] = lambda settings: ""
    usual: Mapping[str, float] = field(default_factory=dict)


def _beta(settings: Settings) -> Any:
    from scipy import stats

    low, high = settings["low"], settings["high"]
    return stats.beta(settings["a"], settings["b"], loc=low, scale=high - low)


def _normal(settings: Settings) -> Any:
    from scipy import stats

    mean, sd = settings["mean"], settings["sd"]
    ends = ((settings[end] - mean) / sd for end in ("low", "high"))
    return stats.truncnorm(*ends, loc=mean, scale=sd)


def _triangular(settings: Settings) -> Any:
    from scipy import stats

    low, high = settings["low"], settings["high"]
    return stats.triang((settings["mode"] - low) / (high - low), loc=low, scale=high - low)


def _log_uniform(settings: Settings) -> Any:
    from scipy import stats

    return stats.loguniform(settings["low"], settings["high"])


def _uniform(settings: Settings) -> Any:
    from scipy import stats

    return stats.uniform(settings["low"], settings["high"] - settings["low"])


def _above_zero(name: str) -> Callable[[Settings], str]:
    """Return a check that the number ``name`` lies above 0."""
    return lambda settings: "" if settings[name] > 0.0 else f"{name} must be above 0, got {settings[name]:g}"


def _wrong_beta(settings: Settings) -> str:
    return _above_zero("a")(settings) or _above_zero("b")(settings)


def _wrong_mode(settings: Settings) -> str:
    low, mode, high = (settings[name] for name in ("low", "mode", "high"))
    return "" if low <= mode <= high else f"mode must lie in {low:g} .. {high:g}, got {mode:g}"


_RECORDS = (
    Kind(name="uniform", needs=("low", "high"), frozen=_uniform),
    Kind(
        name="beta",
        needs=("a", "b", "low", "high"),
        frozen=_beta,
        wrong=_wrong_beta,
        usual={"low": 0.0, "high": 1.0},
    ),
    Kind(name="normal", needs=("mean", "sd", "low", "high"), frozen=_normal, wrong=_above_zero("sd")),
    Kind(name="triangular", needs=("low", "mode", "high"), frozen=_triangular, wrong=_wrong_mode),
    Kind(name="log-uniform", needs=("low", "high"), frozen=_log_uniform, wrong=_above_zero("low")),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _RECORDS}
"""Name -> record of every distribution of numbers on a range; ``discrete`` is the one of single values."""
NAMES = (*KINDS, "discrete")


@dataclass(frozen=True, slots=True)
class Continuous:
    """A distribution on the range ``low`` .. ``high``; ``settings`` are its numbers by name, the ends among them."""

    kind: str
    settings: tuple[tuple[str, float], ...]

    @property
    def low(self) -> float:
        """The lower end."""
        return dict(self.settings)["low"]

    @property
    def high(self) -> float:
        """The upper end."""
        return dict(self.settings)["high"]

    def at(self, unit: Floats) -> Floats:
        """Return the quantiles of probabilities ``unit``, (point,), in units of the quantity.

        >>> Continuous("triangular", (("low", 0.0), ("mode", 0.0), ("high", 1.0))).at(np.array([0.0, 0.75]))
        array([0. , 0.5])
        """
        return np.asarray(KINDS[self.kind].frozen(dict(self.settings)).ppf(unit), dtype=np.float64)

    def table(self) -> dict[str, Any]:
        """Return the entry of [vary] that says this."""
        return {KIND: self.kind, **dict(self.settings)}

    def __str__(self) -> str:
        numbers = ", ".join(f"{name} {value:g}" for name, value in self.settings if name not in ("low", "high"))
        return f"{self.kind}{f' ({numbers})' if numbers else ''} on {self.low:g} .. {self.high:g}"


@dataclass(frozen=True, slots=True)
class Discrete:
    """A distribution of single ``values``, as they were written, with a weight each; None for equal ones."""

    values: tuple[float, ...]
    weights: tuple[float, ...] | None = None
    kind: ClassVar[str] = "discrete"

    @property
    def low(self) -> float:
        """The least value."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The largest value."""
        return max(self.values)

    def in_order(self) -> Discrete:
        """Return the same distribution with its values in ascending order, in which their quantiles come."""
        places = sorted(range(len(self.values)), key=self.values.__getitem__)
        weights = None if self.weights is None else tuple(self.weights[place] for place in places)
        return Discrete(tuple(self.values[place] for place in places), weights)

    def at(self, unit: Floats) -> Floats:
        """Return the quantiles of probabilities ``unit``, (point,), in units of the quantity.

        A value has the probabilities from the sum of the weights below it up to, but without, the sum with its own.

        >>> Discrete((2.0, 1.0), (3.0, 1.0)).at(np.array([0.0, 0.24, 0.25, 0.99]))
        array([1., 1., 2., 2.])
        """
        sorted_ = self.in_order()
        weights = np.ones(len(self.values)) if sorted_.weights is None else np.array(sorted_.weights)
        ends = np.cumsum(weights) / weights.sum()
        return np.array(sorted_.values)[np.searchsorted(ends[:-1], unit, side="right")]

    def table(self) -> dict[str, Any]:
        """Return the entry of [vary] that says this."""
        weights = {} if self.weights is None else {"weights": list(self.weights)}
        return {KIND: self.kind, "values": list(self.values), **weights}

    def __str__(self) -> str:
        return f"{len(self.values)} values {self.low:g} .. {self.high:g}{'' if self.weights is None else ', weighted'}"


def read_distribution(table: Mapping[str, Any], unbounded: str = "") -> Continuous:
    """Return the distribution of numbers on a range that the ``table`` of an entry describes.

    Raises ValueError, for the line "vary 'x': ..." to go on with, for what is no such table. ``unbounded`` says what to
    do where it has no ends.

    >>> read_distribution({"distribution": "log-uniform", "low": 0.1, "high": 10}).table()
    {'distribution': 'log-uniform', 'low': 0.1, 'high': 10.0}
    """
    kind = KINDS[find_kind(table[KIND])]
    needed = ", ".join(kind.needs)
    for key in table:
        if key != KIND and key not in kind.needs:
            raise ValueError(f"a {kind.name} distribution has no '{plain(key)}'{closest(key, kind.needs)} ({needed})")
    missing = [key for key in kind.needs if key not in table and key not in kind.usual]
    if missing and {"low", "high"}.issuperset(missing) and "mean" in kind.needs:
        raise ValueError(f"a {kind.name} distribution has no ends of its own: {unbounded or 'give low and high'}")
    if missing:
        raise ValueError(f"a {kind.name} distribution lacks '{missing[0]}' (it has {needed})")
    settings = {key: _number(key, table.get(key, kind.usual.get(key))) for key in kind.needs}
    _check_ends(settings["low"], settings["high"])
    if wrong := kind.wrong(settings):
        raise ValueError(wrong)
    found = Continuous(kind.name, tuple(settings.items()))
    _check_quantiles(found)
    return found


def find_kind(name: Any) -> str:
    """Return ``name`` if it is a distribution's; raise ValueError, with the closest, otherwise."""
    if not isinstance(name, str) or name not in NAMES:
        near = closest(name, NAMES)
        raise ValueError(f"unknown distribution {brief(name)}{near} (distributions: {', '.join(NAMES)})")
    return name


def read_weights(weights: Any, values: int) -> tuple[float, ...] | None:
    """Return the weights of ``values`` values, None for equal ones. Raises ValueError for what cannot be weights.

    >>> read_weights([1, 3], 2), read_weights([0.5, 0.5], 2)
    ((1.0, 3.0), None)
    """
    if weights is None:
        return None
    if not isinstance(weights, list | tuple) or len(weights) != values:
        raise ValueError(f"weights must be a list of {values} numbers, one for each value, got {brief(weights)}")
    found = tuple(_number("each of the weights", weight) for weight in weights)
    if min(found) <= 0.0 or not math.isfinite(sum(found)):
        raise ValueError(f"each of the weights must be above 0, got {brief(weights)}; leave a value without one out")
    return None if len(set(found)) == 1 else found


def _number(name: str, value: Any) -> float:
    number = real_number(value)
    if number is None or not math.isfinite(number):
        raise ValueError(f"{name} must be a finite number, got {brief(value)}")
    return number + 0.0


def _check_ends(low: float, high: float) -> None:
    if low > high:
        raise ValueError(f"it is reversed: low {low:g} lies above high {high:g}; swap them")
    if low == high:
        raise ValueError(f"it does not vary: low equals high, {low:g}; put it under [fixed] instead")


def _check_quantiles(found: Continuous) -> None:
    """Raise ValueError where the numbers are so extreme that nothing can be drawn."""
    if found.kind == "uniform":
        return  # which is a range, and needs no scipy
    with np.errstate(all="ignore"):
        drawn = found.at(np.array(PROBES))
    # The ends themselves may be missed by a rounding; points are held to them.
    slack = SLACK * (found.high - found.low)
    outside = drawn.min() < found.low - slack or drawn.max() > found.high + slack
    if not np.isfinite(drawn).all() or drawn[1] >= drawn[-2] or outside:
        raise ValueError(f"the distribution {found} has next to nothing to draw from; take other numbers")
