"""Experiments of history from Python: run one, by the published estimator, at the defaults and over the space."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..kernels import simulate
from ..model.text.names import whole_number
from ..results.experiments.findings import ExperimentFindings, ExperimentSize, estimates_at_defaults, over_space
from ..results.experiments.measures import RunEffects, effects_of_runs
from ..results.experiments.reading import find_experiment
from ..results.experiments.records import Experiment
from ..results.experiments.space import drawn_settings, points_with_arms, recorded_outcomes_of, streams_of_settings
from ..results.experiments.wording import told_in_words
from ..store.random_streams import MOST_SETS, STRIDE
from .sweeping import run_sweep

if TYPE_CHECKING:
    from ..sweeps.spec.spec import Spec

__all__ = ["experiment"]

SEED = 20130401
RUNS_TOGETHER = 1024
"""Runs whose series are held at a time: memory does not grow with the settings."""
DEFAULTS = MOST_SETS - 1
"""The set of random streams of the runs at the defaults, which no setting of a space has."""
Report = Callable[[int, int], None]
"""What is told after each batch: settings done, of how many."""


def experiment(
    name: str | Experiment,
    space: int = 0,
    replicates: int = 64,
    setting_replicates: int = 4,
    trusts: int = 140,
    clinicians: int = 20,
    seed: int = SEED,
    engine: str = "auto",
    report: Report | None = None,
    store: str | PathLike[str] | None = None,
    workers: int = 0,
) -> ExperimentFindings:
    """Run an experiment of history and return what was found, beside what was published.

    Args:
        name: an experiment that the command ``tredegar experiment`` lists, the path of a TOML file, or a record.
        space: how many settings of the parameters are drawn that the experiment does not set itself; 0 for none.
        replicates: runs at the defaults; their scatter makes the intervals.
        setting_replicates: runs at each setting of the space.
        trusts: trusts of the country.
        clinicians: seats per trust.
        seed: of the settings and of all random streams.
        engine: "auto" or a name of :func:`engines`; all give the same bits.
        report: called after each batch of settings with how many are done, and of how many.
        store: the settings are run as a sweep into this folder, so that a killed call is finished by the same call;
            without it they are computed here and now, with the same bits.
        workers: processes of that sweep; 0 for this one alone.

    Returns:
        A record: ``at_defaults`` and ``beside`` with intervals over runs, ``space`` with the effect of every setting
        and the share inside the published interval. Printed, it says so in words.

    Raises:
        ValueError: for a name that there is not, a file that cannot be used, and sizes out of range.

    The arms of a setting share their random numbers, so that what chance does to one arm it does to the others.

    >>> found = experiment("england-less-wales", replicates=3, trusts=6, clinicians=4, engine="numpy")
    >>> found.experiment.title, found.space is None, found.at_defaults["effect"].mean < 0.06
    ('England less Wales', True, True)
    """
    chosen = name if isinstance(name, Experiment) else find_experiment(name)
    space, replicates = whole_number("space", space, 0, DEFAULTS), whole_number("replicates", replicates, 2, STRIDE)
    seed, of_setting = whole_number("seed", seed), whole_number("setting_replicates", setting_replicates, 1, STRIDE)
    size: dict[str, Any] = {"trusts": trusts, "clinicians": clinicians, "seed": seed, "engine": engine}
    at_once = _Runner(chosen, size)
    parts, beside = estimates_at_defaults(at_once.run({}, np.array([DEFAULTS]), replicates))
    found = None
    if space:
        drawn = drawn_settings(chosen, space, trusts, seed)
        if store is None:
            parts_of_space = at_once.in_batches(drawn, space, of_setting, report)
        else:
            parts_of_space = at_once.from_store(drawn, space, of_setting, Path(store), workers)
        found = over_space(chosen, _joined(parts_of_space), drawn)
    sizes = ExperimentSize(
        trusts=trusts,
        clinicians=clinicians,
        replicates=replicates,
        settings=space,
        setting_replicates=of_setting,
        seed=seed,
        engine=at_once.engine,
    )
    whole = ExperimentFindings(
        experiment=chosen, size=sizes, at_defaults=parts, beside=beside, space=found, failed=at_once.failed
    )
    return replace(whole, words="\n".join(told_in_words(whole)))


class _Runner:
    """Runs settings of one experiment, and counts what failed."""

    def __init__(self, chosen: Experiment, size: Mapping[str, Any]) -> None:
        self.chosen, self.size = chosen, dict(size)
        self.engine, self.failed = "", 0
        groups, outcomes = dict(chosen.schedule.groups), list(chosen.reading.outcomes)
        self.groups: dict[str, Any] = {"groups": groups, "group_outcomes": outcomes} if groups else {}
        self.outcomes: list[Any] = list(recorded_outcomes_of(chosen))

    def run(self, drawn: Mapping[str, np.ndarray], numbers: np.ndarray, replicates: int) -> RunEffects:
        """Return the effects (setting, replicate) of the settings ``numbers`` (setting,), with values ``drawn``."""
        streams = streams_of_settings(self.chosen, numbers, replicates)
        given: dict[str, Any] = {"outcomes": self.outcomes, "runs": streams, **self.groups, **self.size}
        points = points_with_arms(self.chosen, drawn, len(numbers))
        found = simulate(points, replicates, self.chosen.schedule.months, **given)
        self.engine, self.failed = found.engine, self.failed + len(found.failures)
        return effects_of_runs(self.chosen, cast("Mapping[str, np.ndarray]", found))

    def in_batches(
        self, drawn: Mapping[str, np.ndarray], settings: int, replicates: int, report: Report | None
    ) -> Iterator[RunEffects]:
        """Yield the effects of all settings, some at a time."""
        for numbers in self._batches(settings, replicates):
            yield self.run({name: values[numbers] for name, values in drawn.items()}, numbers, replicates)
            if report is not None:
                report(int(numbers[-1]) + 1, settings)

    def from_store(
        self, drawn: Mapping[str, np.ndarray], settings: int, replicates: int, store: Path, workers: int
    ) -> Iterator[RunEffects]:
        """Run all settings as a sweep into ``store``, or what is missing there, and yield their effects."""
        sweep = run_sweep(self._spec(drawn, settings, replicates), store, workers, str(self.size["engine"]))
        self.failed += int(sweep.attrs["runs_failed"])
        arms = len(self.chosen.schedule.arms)
        for numbers in self._batches(settings, replicates):
            part = sweep.isel(point=slice(int(numbers[0]) * arms, (int(numbers[-1]) + 1) * arms))
            yield effects_of_runs(self.chosen, {str(name): part[name].values for name in part.data_vars})

    def _spec(self, drawn: Mapping[str, np.ndarray], settings: int, replicates: int) -> Spec:
        """Return the spec of all settings: arms are points in turn, with streams of their own for each setting."""
        from ..sweeps.spec.spec import Spec

        arms, months, groups = len(self.chosen.schedule.arms), self.chosen.schedule.months, dict(self.groups)
        if groups:
            groups["trust_groups"] = groups.pop("groups")  # as the keyword of a spec is called
        return Spec(
            name=f"experiment {self.chosen.name}",
            seed=self.size["seed"],
            months=months,
            replicates=replicates,
            streams="paired",
            points=points_with_arms(self.chosen, drawn, settings),
            arms=arms,
            trusts=self.size["trusts"],
            clinicians=self.size["clinicians"],
            outcomes=self.outcomes,
            every=1,
            **groups,
        )

    def _batches(self, settings: int, replicates: int) -> Iterator[np.ndarray]:
        step = max(1, RUNS_TOGETHER // (replicates * len(self.chosen.schedule.arms)))
        for first in range(0, settings, step):
            yield np.arange(first, min(first + step, settings))


def _joined(parts: Iterator[RunEffects]) -> RunEffects:
    """Return the effects of several batches as one, batches one after the other."""
    held = list(parts)
    names = ("effect", "true", "dressed", "pre_trend")
    joined = {name: np.concatenate([np.atleast_2d(getattr(part, name)) for part in held]) for name in names}
    beside = {name: np.concatenate([part.beside[name] for part in held]) for name in held[0].beside}
    return RunEffects(**joined, beside=beside)
