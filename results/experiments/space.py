"""Space of an experiment: the settings that are drawn, every arm at each of them, and what the runs record."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...model.parameters import sampled_ranges
from ...store.random_streams import numbers_of_runs
from .records import HIGH_TENTH, LOW_TENTH, Experiment


def drawn_ranges(experiment: Experiment, trusts: int) -> dict[str, tuple[float, float]]:
    """Return the space of ``experiment``: parameter -> declared (low, high), without what the experiment sets itself.

    Units end at one per trust.

    >>> from .reading import find_experiment
    >>> space = drawn_ranges(find_experiment("england-less-wales"), trusts=40)
    >>> "sanction_strength" in space, space["number_of_units"]
    (False, (2.0, 40.0))
    """
    return sampled_ranges(trusts, experiment.schedule.set_parameters)


def drawn_settings(experiment: Experiment, settings: int, trusts: int, seed: int) -> dict[str, np.ndarray]:
    """Return ``settings`` of the space, parameter -> (setting,) in its unit: a Latin hypercube (McKay et al. 1979).

    >>> from .reading import find_experiment
    >>> drawn = drawn_settings(find_experiment("england-less-wales"), 4, trusts=40, seed=1)
    >>> sorted((drawn["user_voice"] * 4).astype(int).tolist())
    [0, 1, 2, 3]
    """
    from scipy.stats import qmc

    space = drawn_ranges(experiment, trusts)
    low, high = np.array(list(space.values())).T
    sample = qmc.scale(qmc.LatinHypercube(len(space), seed=seed).random(settings), low, high)
    return dict(zip(space, sample.T, strict=True))


def points_with_arms(experiment: Experiment, drawn: Mapping[str, np.ndarray], settings: int) -> dict[str, np.ndarray]:
    """Return the points that are run, name -> (setting * arm,) values, the arm changing fastest.

    ``drawn`` are parameter -> (setting,), empty for the defaults. What is ``fixed`` is the same at all points.

    >>> from .reading import find_experiment
    >>> points = points_with_arms(find_experiment("england-less-wales"), {"user_voice": np.array([0.25, 0.5])}, 2)
    >>> points["user_voice"].tolist(), points["sanction_strength"].tolist()
    ([0.25, 0.25, 0.5, 0.5], [0.5, 0.1, 0.5, 0.1])
    """
    schedule = experiment.schedule
    arms = list(schedule.arms.values())
    points = {name: np.repeat(values, len(arms)) for name, values in drawn.items()}
    points |= {name: np.full(settings * len(arms), value) for name, value in schedule.fixed.items()}
    return points | {name: np.tile([arm[name] for arm in arms], settings) for name in arms[0]}


def streams_of_settings(experiment: Experiment, numbers: np.ndarray, replicates: int) -> np.ndarray:
    """Return the run numbers, (setting * arm, replicate), of settings with these ``numbers`` (setting,). No units.

    The arms of a setting share their random streams, settings share none: those of a sweep with paired streams.

    >>> from .reading import find_experiment
    >>> streams_of_settings(find_experiment("england-less-wales"), np.array([0, 1]), 2).tolist()
    [[0, 1], [0, 1], [4096, 4097], [4096, 4097]]
    """
    sets = np.repeat(np.asarray(numbers, dtype=np.uint32), len(experiment.schedule.arms))
    return numbers_of_runs(sets, np.arange(replicates))


def recorded_outcomes_of(experiment: Experiment) -> tuple[str, ...]:
    """Return the outcomes of the whole country that the runs must record; groups have theirs besides."""
    reading = experiment.reading
    tenths = (LOW_TENTH, HIGH_TENTH) if reading.spreads else ()
    national = () if reading.by_group(experiment.schedule) else reading.outcomes
    return (*national, *tenths) or reading.outcomes[:1]
