"""Search of the settings for the record: which targets are met, which never, and which exclude each other.

Each setting is one history, drawn evenly over the ranges of all parameters: what is counted are histories inside a
target's window, not settings that would meet it in the mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy import stats

from ...model.parameters import PARAMETERS
from ...observation.counterparts import COUNTERPARTS
from ...observation.summaries import BURN_IN, singles
from ...observation.target_table import Target, targets
from ...store.format import DONE
from ..dataset import varied_parameters
from ..intervals import LEVEL
from .evidence import read_evidence
from .slopes import Slopes, slopes_without_case_mix

CANNOT_FAIL = 0.95
"""A target that more than this share of all settings meets tells nothing apart (issue of the record; an assumption)."""
EXPECTED = 10.0
"""Pairs are named of which chance would have given so many settings that meet both. An assumption."""
PARTS = 10
"""Parts of equal width into which the range of a parameter is cut."""
STRUCK = 0.5
"""A part is struck off where it meets a target less than this times as often as all settings do. An assumption."""


class Search(NamedTuple):
    """Settings and what they gave: ``values`` (setting, target), NaN where nothing was to be seen.

    ``points`` (setting, parameter) run from 0 to 1 over the range of each of ``parameters``; ``targets`` are the rows
    of the record in the order of the columns. ``slopes``: what quality would have to do to mortality.
    """

    values: np.ndarray
    points: np.ndarray
    parameters: tuple[str, ...]
    targets: tuple[Target, ...]
    slopes: Slopes | None = None

    @property
    def inside(self) -> np.ndarray:
        """Which histories lie inside the windows, (setting, target) of bool; where nothing was to be seen none do.

        >>> Search(np.zeros((2, 0)), np.zeros((2, 0)), (), ()).inside.shape
        (2, 0)
        """
        low, high = (np.array([getattr(target, end) for target in self.targets]) for end in ("low", "high"))
        return (self.values >= low) & (self.values <= high)


def search_of(sweep: xr.Dataset) -> Search:
    """Return the search of an opened sweep of one replicate with summaries, over the ranges that parameters declare.

    Points whose run failed are left out. Raises ValueError for several replicates, for a sweep that varies nothing or
    what has no declared range, and what evidence of runs raises.

    >>> from tredegar import simulate
    >>> few = {"months": 96, "trusts": 12, "clinicians": 5, "engine": "numpy", "summaries": True}
    >>> found = search_of(simulate({"solidarity": [0.5, 1.0]}, replicates=1, **few).to_dataset())
    >>> found.parameters, found.values.shape[0] == 2, found.targets[0].name
    (('solidarity',), True, 'V01')
    """
    if sweep.sizes["replicate"] != 1:
        raise ValueError(f"a search has one history for each setting, got {sweep.sizes['replicate']} replicates")
    wanted = [targets()[name] for name in COUNTERPARTS]
    seen = read_evidence(sweep, BURN_IN + 1, wanted)
    parameters = varied_parameters(sweep)
    others = [name for name in parameters if name not in PARAMETERS]
    if others or not parameters:
        raise ValueError(f"a search varies parameters over their declared ranges, got {', '.join(others) or 'none'}")
    done = (sweep["status"].values == DONE).ravel()
    places = [
        (sweep[name].values - PARAMETERS[name].low) / (PARAMETERS[name].high - PARAMETERS[name].low)
        for name in parameters
    ]
    known = tuple(target for target in wanted if target.name in seen.sums)
    values = [singles(COUNTERPARTS[target.name], seen.sums[target.name]) for target in known]
    return Search(
        np.stack(values, axis=1), np.stack(places, axis=1)[done], parameters, known, slopes_without_case_mix(seen.sums)
    )


class Met(NamedTuple):
    """How many settings met a target, the share with its exact interval, and the nearest miss where none did.

    ``nearest`` is in the unit of the target, ``away`` its distance from the window in widths of it; NaN where met.
    """

    target: Target
    settings: int
    met: int
    low: float
    high: float
    nearest: float
    away: float

    @property
    def cannot_fail(self) -> bool:
        """Whether surely more than 95 % of the settings meet it."""
        return self.low > CANNOT_FAIL


class Pair(NamedTuple):
    """Two targets that were never met together: how many settings met each, and how many both by chance alone."""

    first: str
    second: str
    met_first: int
    met_second: int
    expected: float


class Struck(NamedTuple):
    """Part of the range of a parameter (0..1 of it, from ``low`` to ``high``) in which a target is rarely met.

    ``met`` of ``settings`` there; ``share`` of all settings.
    """

    target: str
    parameter: str
    low: float
    high: float
    met: int
    settings: int
    share: float


def exact_interval(met: np.ndarray, settings: np.ndarray, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds of shares ``met`` of ``settings``, of the same shape; they cover at least ``level``.

    Source: Clopper and Pearson (1934), Biometrika 26, 404. From 0 to 1 where there is no setting.

    >>> [float(bound.round(4)) for bound in exact_interval(np.array(0), np.array(20_000))]
    [0.0, 0.0002]
    """
    tail = (1.0 - level) / 2.0
    low = np.where(met > 0, stats.beta.ppf(tail, np.maximum(met, 1), settings - met + 1), 0.0)
    high = np.where(met < settings, stats.beta.ppf(1.0 - tail, met + 1, np.maximum(settings - met, 1)), 1.0)
    return low, high


def count_met(search: Search) -> list[Met]:
    """Return for each target how many settings met it.

    >>> target = Target(name="V00", quantity="a share", value=0.5, low=0.4, high=0.6, unit="share", by="published",
    ...                 source="made", record="made", reason="made")
    >>> found = count_met(Search(np.array([[0.7], [0.9]]), np.zeros((2, 0)), (), (target,)))
    >>> found[0].met, found[0].nearest, round(found[0].away, 3)
    (0, 0.7, 0.5)
    """
    return [
        _met(target, search.values[:, place], search.inside[:, place]) for place, target in enumerate(search.targets)
    ]


def _met(target: Target, values: np.ndarray, inside: np.ndarray) -> Met:
    number, met = len(values), int(inside.sum())
    nearest = away = float("nan")
    if not met and np.isfinite(values).any():
        miss = np.where(np.isfinite(values), np.maximum(target.low - values, values - target.high), np.inf)
        place = int(miss.argmin())
        nearest, away = float(values[place]), float(miss[place] / (target.high - target.low))
    low, high = exact_interval(np.array(met), np.array(number))
    return Met(target, number, met, float(low), float(high), nearest, away)


def excluding_pairs(search: Search) -> list[Pair]:
    """Return the pairs of targets that no setting met together, though chance would have given ten or more.

    >>> made = {"quantity": "a share", "value": 0.5, "low": 0.4, "high": 0.6, "unit": "share", "by": "published",
    ...         "source": "made", "record": "made", "reason": "made"}
    >>> both = (Target(name="V00", **made), Target(name="V99", **made))
    >>> values = np.repeat([[0.5, 0.9], [0.9, 0.5]], 40, axis=0)
    >>> [(pair.first, pair.second, pair.expected) for pair in excluding_pairs(Search(values, values, (), both))]
    [('V00', 'V99', 20.0)]
    """
    inside = search.inside.astype(np.float64)
    together, met = inside.T @ inside, inside.sum(axis=0)
    names = [target.name for target in search.targets]
    found = [
        Pair(names[one], names[other], int(met[one]), int(met[other]), float(met[one] * met[other] / len(inside)))
        for one in range(len(names))
        for other in range(one + 1, len(names))
        if not together[one, other]
    ]
    return sorted((pair for pair in found if pair.expected >= EXPECTED), key=lambda pair: -pair.expected)


def struck_off(search: Search) -> list[Struck]:
    """Return the parts of the ranges in which a target is met less than half as often as in all settings.

    Surely so: the upper bound of the exact interval, at a level that holds for all parts, parameters and targets
    together (Bonferroni). Neighbouring parts of one parameter are joined.

    >>> made = {"quantity": "a share", "value": 0.5, "low": 0.4, "high": 0.6, "unit": "share", "by": "published",
    ...         "source": "made", "record": "made", "reason": "made"}
    >>> points = np.linspace(0.0, 1.0, 2000)[:, None]
    >>> search = Search(np.where(points < 0.2, 0.9, 0.5), points, ("solidarity",), (Target(name="V00", **made),))
    >>> [(part.parameter, part.low, part.high, part.met) for part in struck_off(search)]
    [('solidarity', 0.0, 0.2, 0)]
    """
    part = np.minimum(PARTS - 1, (search.points * PARTS).astype(int))
    inside = search.inside
    level = 1.0 - (1.0 - LEVEL) / max(1, PARTS * inside.shape[1] * part.shape[1])
    return [
        struck
        for place, target in enumerate(search.targets)
        if 0 < inside[:, place].sum() < len(inside)
        for column, parameter in enumerate(search.parameters)
        for struck in _parts_struck(target.name, parameter, part[:, column], inside[:, place], level)
    ]


def _parts_struck(target: str, parameter: str, part: np.ndarray, inside: np.ndarray, level: float) -> list[Struck]:
    settings = np.bincount(part, minlength=PARTS)
    met = np.bincount(part, weights=inside, minlength=PARTS).astype(int)
    share = float(inside.mean())
    rare = (settings > 0) & (exact_interval(met, settings, level)[1] < STRUCK * share)
    found = []
    for first, last in _stretches(rare):
        within = slice(first, last)
        ends = first / PARTS, last / PARTS
        found.append(Struck(target, parameter, *ends, int(met[within].sum()), int(settings[within].sum()), share))
    return found


def _stretches(marked: np.ndarray) -> list[tuple[int, int]]:
    """Return where stretches of marked places begin, and the places after their ends."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marked.astype(int), [0]])))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def targets_met(search: Search, standing: Mapping[str, bool]) -> np.ndarray:
    """Return how many of the targets that ``standing`` calls tests each setting of ``search`` met, (setting,).

    >>> made = {"quantity": "a share", "value": 0.5, "low": 0.4, "high": 0.6, "unit": "share", "by": "published",
    ...         "source": "made", "record": "made", "reason": "made"}
    >>> search = Search(np.array([[0.5], [0.9]]), np.zeros((2, 0)), (), (Target(name="V00", **made),))
    >>> targets_met(search, {"V00": True}).tolist()
    [1, 0]
    """
    tests = [standing[target.name] for target in search.targets]
    return search.inside[:, tests].sum(axis=1)
