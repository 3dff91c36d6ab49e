"""Made experiments: small ones with known answers, and panels of runs with a planted effect."""

from __future__ import annotations

import numpy as np

from tredegar.results.experiments.reading import parse_experiment
from tredegar.results.experiments.records import Experiment

MONTHS = 48
EVENT = 25
READINGS = {
    "difference of arms": "after = [25, 48]",
    "before and after": "before = [1, 24]\nafter = [25, 48]",
    "difference in differences": "before = [1, 24]\nafter = [25, 48]",
    "event study": "event = 25\nyears = [-2, 1]",
}
"""Estimator -> its windows."""
TEXT = """
title = "An experiment that was made up"
question = "Is what was planted found?"
side = "{side}"
cited_by = ["Seddon"]
mapping = ["None."]

[published]
effect = {effect}
low = {low}
high = {high}
unit = "share"
on = "nothing"
measures = "both"
source = "made up"
status = "judged"
interval = "made up"
evidence = []
null = {null}

[run]
months = 48
{groups}
{arms}
[reading]
estimator = "{estimator}"
terms = {terms}
spreads = {spreads}
{sides}
{windows}
"""
ARMS = "[run.arms.one]\nsanction_strength = 0.5\n[run.arms.other]\nsanction_strength = 0.1\n"
GROUPED = '[run.arms.one]\n"freedom[chosen]@25" = 0.5\n[run.arms.nothing]\n"freedom[chosen]@25" = 0.0\n'


def made_text(estimator: str = "difference of arms", by_group: bool = False, **changed: str) -> str:
    """Return the TOML of an experiment by ``estimator``, of two arms or of a group with a placebo."""
    told = {
        "side": "for pressure",
        "effect": "0.3",
        "low": "0.2",
        "high": "0.4",
        "null": "false",
        "estimator": estimator,
        "terms": "{ reported_access = 1.0 }",
        "spreads": "false",
        "windows": READINGS[estimator],
        "groups": "groups = { chosen = 0.5 }" if by_group else "",
        "arms": GROUPED if by_group else ARMS,
        "sides": 'treated = "chosen"\ncontrol = "rest"\nplacebo = "nothing"'
        if by_group
        else 'treated = "one"\ncontrol = "other"',
    }
    return TEXT.format(**(told | changed))


def made_experiment(estimator: str = "difference of arms", by_group: bool = False, **changed: str) -> Experiment:
    """Return that experiment."""
    return parse_experiment(made_text(estimator, by_group, **changed), "made-up")


def panel(
    rng: np.random.Generator, replicates: int, effect: float, dressed: float = 0.0, luck: float = 0.05
) -> dict[str, np.ndarray]:
    """Return runs of two arms with a planted ``effect`` of the first from month 25 on, outcome -> (2, replicate, 48).

    Both arms of a replicate share a course and a part of their luck; ``dressed`` of the effect is in the reports alone.
    """
    course = 0.5 + luck * rng.standard_normal((1, replicates, 1)) + 0.01 * rng.standard_normal((1, replicates, MONTHS))
    own = luck * rng.standard_normal((2, replicates, 1)) + luck * rng.standard_normal((2, replicates, MONTHS))
    months = np.arange(1, MONTHS + 1)
    step = np.where(months >= EVENT, 1.0, 0.0) * np.array([1.0, 0.0])[:, None, None]
    true = course + own + (effect - dressed) * step
    return {"true_access": true, "reported_access": true + dressed * step, "quality": true}


def grouped_panel(
    rng: np.random.Generator, replicates: int, effect: float, dressed: float = 0.0, luck: float = 0.05
) -> dict[str, np.ndarray]:
    """Return runs of an arm and its placebo, outcome_by_group -> (2, replicate, 2, 48); group 1 is treated in arm 0.

    What luck does to the groups it does in both arms but for a little.
    """
    shared = panel(rng, replicates, 0.0, luck=luck)["quality"].transpose(1, 0, 2)[None]  # (1, replicate, group, month)
    own = 0.2 * luck * rng.standard_normal((2, replicates, 2, MONTHS))
    step = np.where(np.arange(1, MONTHS + 1) >= EVENT, 1.0, 0.0) * np.array([[0.0], [1.0]])
    treated = np.array([1.0, 0.0])[:, None, None, None] * step
    true = shared + own + (effect - dressed) * treated
    series = {"true_access": true, "reported_access": true + dressed * treated, "quality": true}
    return {f"{name}_by_group": values for name, values in series.items()}
