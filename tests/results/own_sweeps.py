"""Sweeps under own rules that were made by hand: choices, own parameters and outcomes, and inputs with distributions.

The outcome is a function of the points with chance added, so that every index and share of it is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from SALib.sample import morris, sobol
from scipy import stats
from scipy.stats import qmc

from tredegar.datasets.attributes import with_descriptions
from tredegar.model.outcomes import OUTCOMES, Outcome
from tredegar.model.parameters import PARAMETERS, Parameter
from tredegar.model.schedule.rulebook import BUILT_IN, RuleBook

LABELS = ("built-in", "my_rules.py:gaming", "gap")
TWO = LABELS[:2]
Inputs = Mapping[str, Any]
"""Name -> (low, high), labels of a choice, or the table of a distribution as [vary] has it."""


def own_parameter(name: str, low: float = 0.0, high: float = 1.0, unit: str = "share") -> Parameter:
    """Return the row of a parameter of own rules."""
    about = {"unit": unit, "kind": "uncertainty", "actor": "own rules", "source": "assumption of the rule's author"}
    ends = {"default": low, "low": low, "high": high, "least": low, "most": high}
    return Parameter(name=name, symbol=name, meaning=f"the meaning of {name}", **ends, **about)


def own_book(choices: Mapping[str, tuple[str, ...]]) -> RuleBook:
    """Return a book with the own parameters ``bite`` and ``rate``, these ``choices`` and the outcome ``mean_dread``."""
    rows = {name: own_parameter(name, 0.0, len(labels) - 1.0, "choice") for name, labels in choices.items()}
    rows |= {"bite": own_parameter("bite"), "rate": own_parameter("rate", 0.0, 10.0, "1/month")}
    dread = Outcome(name="mean_dread", unit="share", meaning="dread among managers", own_rule="my_rules.py:7")
    return replace(
        BUILT_IN,
        parameters={**PARAMETERS, **rows},
        outcomes={**OUTCOMES, "mean_dread": dread},
        choices=dict(choices),
    )


def drawn(unit: np.ndarray, given: Any) -> np.ndarray:
    """Return the values of an input at its probabilities ``unit`` (points,), as a sweep draws them."""
    if isinstance(given, tuple) and isinstance(given[0], str):
        return np.floor(np.minimum(unit, 1.0 - 1e-12) * len(given))
    if isinstance(given, tuple):
        return given[0] + (given[1] - given[0]) * unit
    low, high = given.get("low", 0.0), given.get("high", 1.0)
    if given["distribution"] == "discrete":
        weights = np.array(given.get("weights") or np.ones(len(given["values"])), dtype=float)
        ends = np.cumsum(weights) / weights.sum()
        return np.array(given["values"], dtype=float)[np.searchsorted(ends[:-1], unit, side="right")]
    if given["distribution"] == "beta":
        return stats.beta(given["a"], given["b"], loc=low, scale=high - low).ppf(unit)
    if given["distribution"] == "log-uniform":
        return stats.loguniform(low, high).ppf(unit)
    if given["distribution"] == "triangular":
        return stats.triang((given["mode"] - low) / (high - low), loc=low, scale=high - low).ppf(unit)
    mean, sd = given["mean"], given["sd"]
    return stats.truncnorm((low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd).ppf(unit)


def unit_points(method: str, inputs: Inputs, points: int, seed: int) -> np.ndarray:
    """Return the points of a design in the unit cube, (points, inputs); of a grid three values of each range."""
    count = len(inputs)
    problem = {"num_vars": count, "names": [*inputs], "bounds": [[0.0, 1.0]] * count}
    if method == "sobol":
        return np.asarray(sobol.sample(problem, points, calc_second_order=True, seed=seed))
    if method == "morris":
        return np.asarray(morris.sample(problem, points, num_levels=4, seed=seed))
    if method == "grid":
        levels = [len(each) if isinstance(each[0], str) else 3 for each in inputs.values()]
        ends = [(np.arange(n) + 0.5) / n if isinstance(each[0], str) else np.linspace(0.0, 1.0, n)
                for n, each in zip(levels, inputs.values(), strict=True)]  # fmt: skip
        return np.array([*product(*ends)])
    if method == "latin-hypercube":
        return np.asarray(qmc.LatinHypercube(count, rng=np.random.default_rng(seed)).random(points))
    return np.random.default_rng(seed).random((points, count))


def sampler_of(method: str, inputs: Inputs, points: int) -> dict[str, Any]:
    """Return what a store says of its sampler."""
    choices = {name: given for name, given in inputs.items() if isinstance(given, tuple) and isinstance(given[0], str)}
    tables = {name: given for name, given in inputs.items() if isinstance(given, Mapping)}
    found: dict[str, Any] = {"method": method, "names": [*inputs], "bounds": [_ends(each) for each in inputs.values()]}
    counted = {"sobol": "points", "latin-hypercube": "points", "morris": "trajectories"}
    found |= {counted[method]: points} if method in counted else {}
    found |= {"distributions": tables} if tables else {}
    return found | ({"levels": {name: list(labels) for name, labels in choices.items()}} if choices else {})


def _ends(given: Any) -> list[float]:
    if isinstance(given, Mapping):
        values = given.get("values", [given.get("low", 0.0), given.get("high", 1.0)])
        return [min(values), max(values)]
    return [0.0, len(given) - 1.0] if isinstance(given[0], str) else list(given)


def own_sweep(
    method: str,
    truth: Callable[[Mapping[str, np.ndarray]], np.ndarray],
    inputs: Inputs,
    points: int = 64,
    replicates: int = 4,
    noise: float = 0.05,
    streams: str = "common",
    months: int = 4,
    seed: int = 1,
) -> xr.Dataset:
    """Return an opened sweep whose ``mean_dread`` and ``quality`` are ``truth`` of the points, plus chance."""
    unit = unit_points(method, inputs, points, seed)
    columns = {name: drawn(unit[:, place], given) for place, (name, given) in enumerate(inputs.items())}
    draw, size = np.random.default_rng(seed + 1), (len(unit), replicates, months)
    chance = draw.standard_normal(size if streams == "independent" else (1, *size[1:]))
    values = np.asarray(truth(columns))[:, None, None] + noise * chance + np.zeros(size)
    dims = ("point", "replicate", "month")
    choices = {name: given for name, given in inputs.items() if isinstance(given, tuple) and isinstance(given[0], str)}
    sampler, done = sampler_of(method, inputs, points), np.ones(size[:2], dtype=np.int8)
    sweep = xr.Dataset(
        {**dict.fromkeys(("quality", "mean_dread"), (dims, values)), "status": (dims[:2], done)},
        {
            **{name: np.arange(n) for name, n in zip(dims[:2], size[:2], strict=True)},
            "month": np.arange(1, months + 1),
            **{name: ("point", column) for name, column in columns.items()},
        },
        attrs={
            "spec": "seed = 1", "sampler": json.dumps(sampler), "streams": streams, "seed": 1, "rules_hash": "0",
            "runs": size[0] * replicates, "runs_done": size[0] * replicates, "runs_failed": 0, "runs_missing": 0,
            "store": "by hand",
        },
    )  # fmt: skip
    return with_descriptions(sweep, book=own_book(choices))
