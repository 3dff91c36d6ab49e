"""Measures of an experiment: the estimator applied to simulated series, the true and the dressed part apart.

Runs come as arrays by outcome, points being settings with the arms changing fastest; estimates are (setting, replicate).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from .estimators import YEAR, estimate_with, event_study, mean_in
from .records import HIGH_TENTH, LOW_TENTH, REPORTED, TRUE, Experiment, Window

NORMAL_TENTHS = 2.563103
"""Standard deviations between the tenth and the ninetieth percentile of a normal distribution."""
REST = "rest"
"""The trusts of no group: number 0 of the dimension ``group``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunEffects:
    """What the estimator makes of each run: all (setting, replicate), in the unit of the published effect.

    ``true`` and ``dressed`` add up to ``effect``; ``beside`` has the change of other outcomes, each in its own unit;
    ``pre_trend`` is NaN unless the estimator is an event study.
    """

    effect: np.ndarray
    true: np.ndarray
    dressed: np.ndarray
    pre_trend: np.ndarray
    beside: Mapping[str, np.ndarray]


def effects_of(experiment: Experiment, runs: Mapping[str, np.ndarray]) -> RunEffects:
    """Return what the estimator of ``experiment`` makes of ``runs``, outcome -> (point, replicate[, group], month).

    Points are settings times arms, the arm changing fastest. The effects are (setting, replicate) in the unit of the
    published effect. Raises KeyError for an outcome that the runs lack, ValueError where points are no multiple of the
    arms.

    >>> from .reading import find_experiment
    >>> england = find_experiment("england-less-wales")
    >>> access = np.array([0.75, 0.5])[:, None, None] + np.zeros((2, 3, england.schedule.months))
    >>> runs = {name: access for name in england.reading.outcomes}
    >>> found = effects_of(england, runs)
    >>> found.effect.tolist(), found.true.tolist(), found.dressed.tolist()
    ([[0.25, 0.25, 0.25]], [[0.25, 0.25, 0.25]], [[0.0, 0.0, 0.0]])
    """
    reading = experiment.reading
    by_outcome = {name: _change(experiment, runs, name) for name in reading.outcomes}
    unit = spread_of_quality(experiment, runs) if reading.spreads else np.float64(1.0)
    effect = _sum(reading.terms, by_outcome) / unit
    truly = {TRUE if name == REPORTED else name: weight for name, weight in reading.terms.items()}
    true = _sum(truly, by_outcome) / unit
    return RunEffects(
        effect=effect,
        true=true,
        dressed=effect - true,
        pre_trend=_pre_trend(experiment, runs) / unit,
        beside=MappingProxyType({name: by_outcome[name] for name in reading.beside}),
    )


def _sum(terms: Mapping[str, float], values: Mapping[str, np.ndarray]) -> np.ndarray:
    return np.asarray(sum(weight * values[name] for name, weight in terms.items()))


def _change(experiment: Experiment, runs: Mapping[str, np.ndarray], outcome: str) -> np.ndarray:
    return estimate_with(experiment.reading, *_both_sides(experiment, runs, outcome))


def _pre_trend(experiment: Experiment, runs: Mapping[str, np.ndarray]) -> np.ndarray:
    reading = experiment.reading
    if reading.event is None or reading.years is None:
        return np.array(np.nan)
    parts = [
        weight * event_study(*_both_sides(experiment, runs, name), reading.event, reading.years).pre_trend
        for name, weight in reading.terms.items()
    ]
    return np.asarray(np.sum(parts, axis=0))


def _both_sides(experiment: Experiment, runs: Mapping[str, np.ndarray], outcome: str) -> tuple[np.ndarray, np.ndarray]:
    reading = experiment.reading
    return _side(experiment, runs, outcome, reading.treated), _side(experiment, runs, outcome, reading.control)


def _side(experiment: Experiment, runs: Mapping[str, np.ndarray], outcome: str, side: str) -> np.ndarray:
    """Return the series (setting, replicate, month) of an arm, or of a group in the one arm."""
    schedule = experiment.schedule
    if not experiment.reading.by_group(schedule):
        return _of_arm(experiment, runs[outcome], side)
    number = (REST, *schedule.groups).index(side)
    return np.asarray(runs[f"{outcome}_by_group"], dtype=np.float64)[:, :, number]


def _of_arm(experiment: Experiment, values: np.ndarray, arm: str) -> np.ndarray:
    arms = tuple(experiment.schedule.arms)
    if len(values) % len(arms):
        raise ValueError(f"the runs have {len(values)} points, which is no multiple of the {len(arms)} arms")
    return np.asarray(values[arms.index(arm) :: len(arms)], dtype=np.float64)


def spread_of_quality(experiment: Experiment, runs: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the standard deviation of quality between trusts, (setting, replicate), in the unit of quality.

    It is read off the tenth and the ninetieth percentile of all trusts (an assumption: normal), in the window before
    the change, of the arm that stands for the control; ``runs`` hold them as (point, replicate, month).

    >>> from .reading import find_experiment
    >>> london = find_experiment("stroke-care-in-london")
    >>> tenths = {"quality_p10": 0.0, "quality_p90": 0.2563103}
    >>> runs = {name: np.full((1, 2, london.schedule.months), value) for name, value in tenths.items()}
    >>> spread_of_quality(london, runs).round(6).tolist()
    [[0.1, 0.1]]
    """
    arms = tuple(experiment.schedule.arms)
    arm = experiment.reading.control if experiment.reading.control in arms else arms[0]
    window = _reference(experiment)
    low, high = (mean_in(_of_arm(experiment, runs[name], arm), window) for name in (LOW_TENTH, HIGH_TENTH))
    return np.asarray((high - low) / NORMAL_TENTHS)


def _reference(experiment: Experiment) -> Window:
    """Return the window in which a spread is read: before the change, or, of arms that always differ, all along."""
    reading = experiment.reading
    if reading.event is not None:
        return reading.event - YEAR, reading.event - 1
    window = reading.before or reading.after
    return window if window is not None else (1, experiment.schedule.months)
