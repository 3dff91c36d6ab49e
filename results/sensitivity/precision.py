"""Advice on the intervals of sensitivity indices: how wide they are, and what more points or replicates would bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy import stats

from ..design import Design
from ..intervals import LEVEL
from ..sample import Series
from .methods import find_method

if TYPE_CHECKING:
    from .methods import Analysis

FREEDOM = 6.0
"""Degrees of freedom of the variance behind an interval over points (assumption: about what simulations show, in which
outcomes are not normal and the widest of several intervals is taken)."""
FEWEST_REPLICATES = 3
"""Fewer do not show what an index would have been with other replicates."""
DRAWS = 2000
TIMES = 4
"""How many times as many points, or replicates, advice speaks of: by the root of their number they halve a width."""


def luck_left(series: Series, design: Design) -> float:
    """Return the share of luck in the variance of the analysed means, which more replicates would lower.

    The mean of the shares over times at which the outcome varies; luck that all points share does not count. NaN with
    one replicate.

    >>> design = Design(method="table", settings={}, varied=(), bounds={}, replicates=4, streams="independent")
    >>> luck_left(Series(np.array([[0.0], [2.0]]), np.array([[1.0], [1.0]]), np.zeros(1)), design)
    0.25
    """
    shared = series.shared if design.streams == "common" else 0.0
    known = np.isfinite(series.mean).all(axis=1)
    noise, variance = series.noise[known].mean(axis=0), series.mean[known].var(axis=0)
    varies = variance > 0.0
    # Luck that all points share moves their means together, and adds nothing to the variance between them.
    left = (noise - shared)[varies] / design.replicates / variance[varies]
    return float(np.clip(left.mean(), 0.0, 1.0)) if varies.any() else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Widest:
    """The widest of several intervals: its ``half`` width at ``level``, and the variance of its index by ``chance``.

    Both are of the unit of the index, and its square. ``chance`` is NaN where too few replicates tell it. ``units``
    (points, base points, trajectories) and ``replicates`` are those of the sweep, ``common`` says whether replicates
    share random numbers.
    """

    half: float
    chance: float
    units: int
    replicates: int
    common: bool
    level: float = LEVEL


def widest_of(
    found: Mapping[str, np.ndarray],
    name: str,
    analyse: Analysis,
    runs: tuple[np.ndarray, np.ndarray],
    facts: tuple[int, bool, float],
) -> list[Widest]:
    """Return the widest interval of the index ``name`` in what an analysis ``found``; none where none is known.

    ``found[name]`` is (parameters, times). ``runs`` are the means (points, times) and the deviations (points,
    replicates, times) that ``analyse`` took, ``facts`` the number of units, whether random numbers are common, and the
    level. What chance does to the index is taken from its analyses without each of the replicates (a jackknife: Efron
    and Stein 1981, Annals of Statistics 9:586).

    >>> runs = np.zeros((4, 1)), np.zeros((4, 1, 1))
    >>> cells = {"ST": np.array([[0.2], [0.5]]), "ST_conf": np.array([[0.1], [0.3]])}
    >>> widest_of(cells, "ST", lambda values, deviations: cells, runs, (4, False, 0.95))[0].half
    0.3
    """
    halves = found.get(f"{name}_conf", np.array(np.nan))
    if not np.isfinite(halves).any():
        return []
    place, time = np.unravel_index(int(np.nanargmax(halves)), halves.shape)
    values, deviations = runs[0][:, time : time + 1], runs[1][:, :, time : time + 1].astype(np.float64)
    replicates, chance = deviations.shape[1], np.nan
    if replicates >= FEWEST_REPLICATES:
        # A mean without one replicate differs from that of all by its deviation, over one less than there are.
        apart = [values - deviations[:, out] / (replicates - 1) for out in range(replicates)]
        left = [np.delete(values[:, None] + deviations, out, axis=1) - apart[out][:, None] for out in range(replicates)]
        without = [analyse(*each)[name][place, 0] for each in zip(apart, left, strict=True)]
        # Without one of them nothing may be beyond chance any more.
        known = [value for value in without if np.isfinite(value)]
        chance = (replicates - 1) * float(np.var(known)) if len(known) > 1 else np.nan
    units, common, level = facts
    half = float(halves[place, time])
    return [Widest(half=half, chance=chance, units=units, replicates=replicates, common=common, level=level)]


def forecast(widest: Widest, units: float = 1.0, replicates: float = 1.0, often: float = LEVEL) -> tuple[float, float]:
    """Return between which half-widths the widest interval of another sweep would lie in ``often`` of cases.

    That sweep has so many times the ``units`` and ``replicates``. The variance of an index falls with the number of
    units, and the part of it that is chance with that of replicates. Both, and what the other sweep would say of them,
    are drawn by chi-squared (generalised prediction: Weerahandi 1993). NaN where more replicates are asked for and too
    few tell what chance does, and for several replicates under common random numbers: points do not lower the chance
    that they share, and nothing tells how much that is.

    >>> found = Widest(half=0.1, chance=0.0, units=64, replicates=4, common=False)
    >>> low, high = forecast(found, units=4.0)
    >>> low < 0.05 < high
    True
    """
    if widest.common and widest.replicates > 1:
        return float("nan"), float("nan")
    draw = np.random.default_rng(0)
    again, after = FREEDOM / draw.chisquare(FREEDOM, DRAWS), draw.chisquare(FREEDOM * units, DRAWS) / FREEDOM / units
    whole = (widest.half / _student(widest, 1.0)) ** 2 * again
    lowered: np.ndarray | float = 0.0
    if replicates != 1.0:
        freedom = max(widest.replicates - 1, 1)
        chance = widest.chance * freedom / draw.chisquare(freedom, DRAWS)
        lowered = np.minimum(chance, whole) * (1.0 - 1.0 / replicates)
    halves = np.sqrt((whole - lowered) / units * after) * _student(widest, units)
    low, high = np.quantile(halves, [(1.0 - often) / 2.0, (1.0 + often) / 2.0])
    return float(low), float(high)


def _student(widest: Widest, units: float) -> float:
    return float(stats.t.ppf(0.5 + widest.level / 2.0, max(widest.units * units - 1.0, 1.0)))


def units_for(units: int, width: float, wanted: float) -> float:
    """Return about how many units bring an interval of ``width``, known with ``units``, down to a width ``wanted``.

    The width of intervals falls with the root of the number of base points, trajectories or points. NaN for a width
    that is not known.

    >>> units_for(256, width=0.08, wanted=0.04)
    1024.0
    """
    return ceil(round(units * (width / wanted) ** 2, 6)) * 1.0 if np.isfinite(width) else float("nan")


def advised(indices: xr.Dataset, luck: float, widest: Widest | None) -> dict[str, float | str | list[float]]:
    """Return the attributes that say how wide the widest interval is and what more points or replicates would bring.

    ``indices`` are those of :func:`analyze_sensitivity`, dims (outcome, month, parameter), ``luck`` is the greatest
    :func:`luck_left` of the outcomes, ``widest`` the widest of all intervals. ``with_more_units`` and
    ``with_more_replicates`` are the half-widths, in the unit of the index, between which :func:`forecast` expects it,
    with four times as many; NaN where nothing tells.

    >>> facts = {"method": "sobol", "unit": "base points"}
    >>> found = Widest(half=0.08, chance=float("nan"), units=256, replicates=1, common=False)
    >>> advised(xr.Dataset(attrs=facts), float("nan"), found)["advice"].split(". ")[1]
    'One replicate does not show how much of it is chance: sweep at least 3.'
    """
    method = find_method(indices.attrs["method"])
    name, words = method.shown[0], method.index
    if widest is None:
        said = f"no interval of the {words} ({name}) is known: the outcomes do not vary beyond chance."
        nothing = [float("nan")] * 2
        return {"chance_in_means": luck, "advice": said, "with_more_units": nothing, "with_more_replicates": nothing}
    unit = indices.attrs["unit"]
    units, replicates = forecast(widest, units=TIMES), forecast(widest, replicates=TIMES)
    offers = {f"{TIMES * widest.units} {unit}": units,
              f"{TIMES * widest.replicates} replicates in place of {widest.replicates}": replicates}  # fmt: skip
    told = [f"± {low:.2g} to {high:.2g} with {more}" for more, (low, high) in offers.items() if np.isfinite(high)]
    said = f"the widest interval of the {words} ({name}) is ± {widest.half:.2g} with {widest.units} {unit}"
    said += f"; in {LEVEL:.0%} of sweeps it would be {', and '.join(told)}." if told else "."
    return {
        "chance_in_means": luck,
        "advice": said + _of_replicates(widest, luck),
        "with_more_units": [*units],
        "with_more_replicates": [*replicates],
    }


def _of_replicates(widest: Widest, luck: float) -> str:
    said = f" Chance makes {luck:.0%} of the variance of the analysed means." if np.isfinite(luck) else ""
    if widest.common and widest.replicates > 1:
        return f"{said} More points do not lower the chance that they share under common random numbers."
    few = {1: "One replicate does", 2: "Two replicates do"}.get(widest.replicates)
    return f"{said} {few} not show how much of it is chance: sweep at least {FEWEST_REPLICATES}." if few else said
