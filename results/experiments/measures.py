"""Measures of an experiment: the estimator applied to simulated series, the true and the dressed part apart.

Runs come as arrays by outcome, points being settings with the arms changing fastest; estimates are (setting,
replicate).
Groups are drawn at random, so that without any treatment the estimator gives zero on average, and in each run what luck
has done to the groups. Where an arm without the treatment was run under the same random numbers, this luck is known and
taken off: a control variate (Hammersley and Handscomb 1964, section 5.5), which leaves the mean as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ...model.trust_groups import REST
from .estimators import YEAR, estimate_with, event_study, mean_in
from .records import HIGH_TENTH, LOW_TENTH, REPORTED, TRUE, Experiment, Window

NORMAL_TENTHS = 2.563103
"""Standard deviations between the tenth and the ninetieth percentile of a normal distribution."""


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


def effects_of_runs(experiment: Experiment, runs: Mapping[str, np.ndarray]) -> RunEffects:
    """Return what the estimator of ``experiment`` makes of ``runs``, outcome -> (point, replicate[, group], month).

    Points are settings times arms, the arm changing fastest. The effects are (setting, replicate) in the unit of the
    published effect. Raises KeyError for an outcome that the runs lack, ValueError where points are no multiple of the
    arms.

    >>> from .reading import find_experiment
    >>> england = find_experiment("england-less-wales")
    >>> access = np.array([0.75, 0.5])[:, None, None] + np.zeros((2, 3, england.schedule.months))
    >>> runs = {name: access for name in england.reading.outcomes}
    >>> found = effects_of_runs(england, runs)
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
    sides = _both_sides(experiment, runs, outcome)
    return _less_placebo([estimate_with(experiment.reading, *pair) for pair in sides])


def _less_placebo(estimates: list[np.ndarray]) -> np.ndarray:
    return estimates[0] if len(estimates) == 1 else estimates[0] - estimates[1]


def _pre_trend(experiment: Experiment, runs: Mapping[str, np.ndarray]) -> np.ndarray:
    reading = experiment.reading
    if reading.event is None or reading.years is None:
        return np.array(np.nan)
    event, years = reading.event, reading.years
    # Of the treated arm alone: less the placebo, which is the same until the event, it would be zero for sure.
    trends = {
        name: event_study(*_both_sides(experiment, runs, name)[0], event, years).pre_trend for name in reading.terms
    }
    return _sum(reading.terms, trends)


def _both_sides(
    experiment: Experiment, runs: Mapping[str, np.ndarray], outcome: str
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the series of treated and control, (setting, replicate, month) each; of a placebo another such pair."""
    reading, schedule = experiment.reading, experiment.schedule
    if not reading.by_group(schedule):
        return [
            (_of_arm(experiment, runs[outcome], reading.treated), _of_arm(experiment, runs[outcome], reading.control))
        ]
    groups = (REST, *schedule.groups)
    treated, control = groups.index(reading.treated), groups.index(reading.control)
    pairs = []
    for arm in (treated_arm(experiment), *((reading.placebo,) if reading.placebo is not None else ())):
        values = _of_arm(experiment, runs[f"{outcome}_by_group"], arm)
        pairs.append((values[:, :, treated], values[:, :, control]))
    return pairs


def treated_arm(experiment: Experiment) -> str:
    """Return the arm in which something is done: of groups the one that is no placebo, else the arm that is treated."""
    reading, schedule = experiment.reading, experiment.schedule
    if not reading.by_group(schedule):
        return reading.treated
    return next(arm for arm in schedule.arms if arm != reading.placebo)


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
    >>> runs = {name: np.full((2, 2, london.schedule.months), value) for name, value in tenths.items()}
    >>> spread_of_quality(london, runs).round(6).tolist()
    [[0.1, 0.1]]
    """
    control = experiment.reading.control
    arm = control if control in experiment.schedule.arms else treated_arm(experiment)
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
