"""Rows of experiments: a planted effect found by each estimator, and the share of a space in a published interval."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

from tredegar.results.experiments.findings import estimates_at_defaults, over_space
from tredegar.results.experiments.measures import RunEffects, effects_of_runs

from ..support.made_experiments import READINGS, grouped_panel, made_experiment, panel
from .law import Row, Said

PLANTED, DRESSED = 0.3, 0.1
TENTHS = ("quality_p10", "quality_p90")


def _said(runs: dict[str, np.ndarray], estimator: str, by_group: bool) -> Said:
    """The effect and its true part, as the command prints them, beside what was planted."""
    parts, _ = estimates_at_defaults(effects_of_runs(made_experiment(estimator, by_group), runs))
    told = [parts["effect"], parts["true"]]
    found = (np.array([float(getattr(one, bound)) for one in told]) for bound in ("mean", "low", "high"))
    return Said(*found, np.array([PLANTED, PLANTED - DRESSED]))


def _planted_row(estimator: str, replicates: int) -> Row:
    def trial(rng: np.random.Generator) -> Said:
        return _said(panel(rng, replicates, PLANTED, DRESSED), estimator, by_group=False)

    return Row(
        kind="effect of an experiment",
        truth=f"{PLANTED:g}, a third of it dressed",
        design=f"{estimator}, {replicates} runs",
        trial=trial,
    )


def _group_row(estimator: str, replicates: int) -> Row:
    def trial(rng: np.random.Generator) -> Said:
        return _said(grouped_panel(rng, replicates, PLANTED, DRESSED), estimator, by_group=True)

    return Row(
        kind="effect of an experiment",
        truth=f"{PLANTED:g}, a third of it dressed, groups at random",
        design=f"{estimator} less a placebo, {replicates} runs",
        trial=trial,
    )


def _skewed_row(replicates: int) -> Row:
    """An effect that differs from run to run, to one side: the mean is what is asked for."""

    def trial(rng: np.random.Generator) -> Said:
        runs = panel(rng, replicates, 0.0)
        moved = 0.1 * rng.exponential(size=(replicates, 1))
        runs = {name: values.copy() for name, values in runs.items()}
        for values in runs.values():
            values[0, :, 24:] += moved
        parts, _ = estimates_at_defaults(effects_of_runs(made_experiment("difference in differences"), runs))
        return Said(*(np.array([float(value)]) for value in parts["effect"]), np.array([0.1]))

    design = f"difference in differences, {replicates} runs"
    return Row(
        kind="effect of an experiment", truth="0.1 on average, exponential over runs", design=design, trial=trial
    )


def _spread_row(replicates: int) -> Row:
    """An effect in spreads of quality, of which each run has its own."""
    experiment = made_experiment("difference in differences", spreads="true", terms="{ quality = 1.0 }")
    low, high = 0.2, 0.4
    truth = PLANTED * float(np.log(high / low) / (high - low))  # mean of 1 / spread, uniform between the two

    def trial(rng: np.random.Generator) -> Said:
        runs = panel(rng, replicates, PLANTED)
        spread = rng.uniform(low, high, (1, replicates, 1)) * np.ones((2, 1, runs["quality"].shape[-1]))
        runs |= {TENTHS[0]: 0.0 * spread, TENTHS[1]: 2.563103 * spread}
        parts, _ = estimates_at_defaults(effects_of_runs(experiment, runs))
        return Said(*(np.array([float(value)]) for value in parts["effect"]), np.array([truth]))

    design = f"difference in differences in spreads, {replicates} runs"
    return Row(kind="effect of an experiment", truth=f"{PLANTED:g}, spreads differ", design=design, trial=trial)


def _share_row(share: float, settings: int, stratified: bool) -> Row:
    experiment = made_experiment()
    published = experiment.published
    middle = (published.low + published.high) / 2.0
    # A normal effect whose middle is the published one: its spread decides how much of it lies inside.
    spread = (published.high - middle) / float(stats.norm.ppf(0.5 + share / 2.0))

    def trial(rng: np.random.Generator) -> Said:
        places = (rng.permutation(settings) + rng.random(settings)) / settings if stratified else rng.random(settings)
        values = (middle + spread * stats.norm.ppf(places))[:, None]
        effects = RunEffects(effect=values, true=values, dressed=0.0 * values, pre_trend=values, beside={})
        found = over_space(experiment, effects, {})
        told = (found.share, found.space_share_low, found.space_share_high, share)
        return Said(*(np.array([value]) for value in told))

    words = f"{settings} settings, {'a Latin hypercube of one parameter that acts' if stratified else 'at random'}"
    kind = "share of a space in a published interval"
    return Row(kind=kind, truth=f"share {share:g}", design=words, trial=trial)


def rows() -> list[Row]:
    """Return the rows of experiments."""
    makers: list[tuple[Callable[[str, int], Row], tuple[str, ...]]] = [
        (_planted_row, tuple(READINGS)),
        (_group_row, ("difference in differences", "event study")),
    ]
    planted = [make(name, count) for make, names in makers for name in names for count in (8, 64)]
    shares = [_share_row(share, 300, drawn) for share in (0.02, 0.1, 0.5) for drawn in (False, True)]
    return [*planted, _skewed_row(64), _spread_row(64), *shares, _share_row(0.1, 40, False)]
