"""Advice on the intervals of sensitivity indices: how wide they are, and how many points or replicates halve them."""

from __future__ import annotations

from math import ceil

import numpy as np
import xarray as xr

from ..dataset import Design
from ..sample import Series
from .methods import find_method

LITTLE = 0.1
"""A smaller share of luck is not worth more replicates (assumption)."""


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


def replicates_to_halve(luck: float, replicates: int) -> int | None:
    """Return how many replicates would halve an interval of S1 in units of the index without luck; None if none can.

    With a share ``luck`` in the variance of the means of ``replicates`` runs, both index and interval of what is not
    luck shrink by 1 - luck, but the scatter of the estimate does not: the interval counts 1 / (1 - luck). Halving that
    needs a share of 2 * luck - 1, hence luck / (luck - 1/2) times the replicates.
    """
    if not luck > 0.5:
        return None
    return max(replicates + 1, ceil(replicates * luck / (luck - 0.5)))


def units_for(units: int, width: float, wanted: float) -> float:
    """Return about how many units bring an interval of ``width``, known with ``units``, down to a width ``wanted``.

    The width of intervals falls with the root of the number of base points, trajectories or points. NaN for a width
    that is not known.

    >>> units_for(256, width=0.08, wanted=0.04)
    1024.0
    """
    return ceil(round(units * (width / wanted) ** 2, 6)) * 1.0 if np.isfinite(width) else float("nan")


def advice(indices: xr.Dataset, luck: float) -> str:
    """Say how wide the widest interval is and what would halve it: more points, more replicates, or neither.

    ``indices`` are those of :func:`analyze_sensitivity`, dims (outcome, month, parameter). ``luck`` is the greatest
    :func:`luck_left` of the outcomes.

    >>> facts = {"method": "sobol", "used": 256, "unit": "base points", "replicates": 1}
    >>> cells = {"ST_conf": (("outcome", "month", "parameter"), [[[0.08, 0.04]]])}
    >>> advice(xr.Dataset(cells, attrs=facts), luck=float("nan")).split(";")[1].strip()
    '1024 would about halve it. One replicate does not show how much of it is chance: sweep at least 2.'
    """
    facts = indices.attrs
    method = find_method(facts["method"])
    name, words = method.shown[0], method.index
    halves = indices[f"{name}_conf"].values
    if not np.isfinite(halves).any():
        return f"no interval of the {words} ({name}) is known: the outcomes do not vary beyond chance"
    widest = float(np.nanmax(halves))
    text = f"the widest interval of the {words} ({name}) is ± {widest:.2g} with {facts['used']} {facts['unit']}; "
    text += f"{units_for(facts['used'], 2.0, 1.0):.0f} would about halve it"
    if facts["replicates"] < 2:
        return f"{text}. One replicate does not show how much of it is chance: sweep at least 2."
    if not np.isfinite(luck):
        return f"{text}."
    return f"{text}. Chance makes {luck:.0%} of the variance of the analysed means: {_by_replicates(luck, facts)}."


def _by_replicates(luck: float, facts: dict[str, object]) -> str:
    replicates = int(str(facts["replicates"]))
    enough = replicates_to_halve(luck, replicates)
    if enough is not None:
        return f"{enough} replicates in place of {replicates} would about halve it, too, in proportion to the indices"
    if luck < LITTLE:
        return "replicates alone cannot halve it, more of them would change little"
    return f"replicates alone cannot halve it, {4 * replicates} would take three quarters of that away"
