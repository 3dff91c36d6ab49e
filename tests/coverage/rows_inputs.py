"""Rows of designs over distributions and choices: a beta, three levels of unequal chances, a triangle, two rules.

The kinds are those of uniform inputs; what is asked is whether they hold where places are probabilities.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import xarray as xr
from scipy import stats
from scipy.stats import qmc

from tredegar.results import analyze_sensitivity
from tredegar.results.sensitivity.indices import Bootstrap
from tredegar.results.statistics.mean_intervals import mean_with_interval, scatter_of
from tredegar.sweeps.spec.spec import Spec

from .law import Row, Said
from .truths import REPLICATES, TRUTHS, Truth, sweep_of

LEVELS, WEIGHTS = (0.0, 0.5, 1.0), (1, 2, 1)
VARY: dict[str, Any] = {
    "real_control": {"distribution": "beta", "a": 2, "b": 5, "low": 0.0, "high": 1.0},
    "mandate_detail": {"distribution": "discrete", "values": list(LEVELS), "weights": list(WEIGHTS)},
    "rhetoric_of_localism": {"distribution": "triangular", "low": 0.0, "mode": 0.2, "high": 1.0},
    "gaming": {"values": ["built-in", "proportional"]},
}
"""Four inputs in place of the axes of the cube; a choice is the last, 0 or 1."""
HYPERCUBE, NET = {"method": "latin-hypercube", "points": 100}, {"method": "sobol", "points": 64, "second_order": False}
LABELS = {"latin-hypercube": "Latin hypercube 100", "sobol": "Sobol base 64"}
SMALL = Bootstrap(resamples=100)
ACTING = ("everything acts", "product", "step")


@cache
def population() -> np.ndarray:
    """Return 65,536 draws (points, 4) from the distributions, by quantile functions of scipy alone."""
    unit = np.asarray(qmc.Sobol(len(VARY), scramble=True, seed=1).random(2**16))
    return drawn(unit)


def drawn(unit: np.ndarray) -> np.ndarray:
    """Return the inputs (points, 4) of points of the unit cube."""
    chances = np.cumsum(np.array(WEIGHTS) / sum(WEIGHTS))
    return np.column_stack(
        (
            stats.beta(2, 5).ppf(unit[:, 0]),
            np.array(LEVELS)[np.searchsorted(chances[:-1], unit[:, 1], side="right")],
            stats.triang(0.2).ppf(unit[:, 2]),
            (unit[:, 3] >= 0.5).astype(float),
        )
    )


@cache
def true_indices(name: str) -> dict[str, np.ndarray]:
    """Return S1 and ST (parameters,) of a truth over the distributions, by Saltelli's and Jansen's estimators."""
    surface = TRUTHS[name].surface
    both = np.asarray(qmc.Sobol(2 * len(VARY), scramble=True, seed=1).random(2**16))
    a, b = drawn(both[:, : len(VARY)]), drawn(both[:, len(VARY) :])
    at_a, at_b = surface(a), surface(b)
    found: dict[str, list[float]] = {"S1": [], "ST": []}
    for place in range(len(VARY)):
        mixed = a.copy()
        mixed[:, place] = b[:, place]
        step = surface(mixed) - at_a
        found["S1"].append(float(((at_b - at_b.mean()) * step).mean() / at_a.var()))
        found["ST"].append(float((step**2).mean() / 2.0 / at_a.var()))
    return {index: np.array(values) for index, values in found.items()}


def made(truth: Truth, design: dict[str, Any], replicates: int, streams: str, rng: np.random.Generator) -> xr.Dataset:
    """Return a sweep of a new sample over the distributions, as ``open_sweep`` gives it."""
    drawn_anew = {**design, "seed": int(rng.integers(2**31))}
    return sweep_of(truth, Spec(months=1, replicates=replicates, streams=streams, design=drawn_anew, vary=VARY), rng)


def _row(
    kind: str, name: str, design: dict[str, Any], runs: tuple[int, str], say: Callable[[xr.Dataset], Said], trials: int
) -> Row:
    def trial(rng: np.random.Generator) -> Said:
        return say(made(TRUTHS[name], design, *runs, rng))

    words = f"{LABELS[design['method']]} x {runs[0]}, {runs[1]}, over distributions"
    return Row(kind=kind, truth=name, design=words, trial=trial, trials=trials)


def _mean(name: str, runs: tuple[int, str]) -> Row:
    true = TRUTHS[name].surface(population()).mean(keepdims=True)
    return _row(
        "mean over a design", name, HYPERCUBE, runs,
        lambda sweep: Said(*mean_with_interval(sweep["quality"].values, scatter_of(sweep)), true), 400,
    )  # fmt: skip


def _analysed(sweep: xr.Dataset, method: str) -> xr.Dataset:
    found = analyze_sensitivity(sweep, ["quality"], method=method, bootstrap=SMALL)
    return found.isel(outcome=0, month=0)


def _index(kind: str, index: str, name: str, runs: tuple[int, str]) -> Row:
    true = true_indices(name)[index]

    def say(sweep: xr.Dataset) -> Said:
        found = _analysed(sweep, "sobol")
        value, half = found[index].values, found[f"{index}_conf"].values
        return Said(value, value - half, value + half, true)

    return _row(kind, name, NET, runs, say, 200)


def _band(kind: str, index: str, method: str, name: str, runs: tuple[int, str]) -> Row:
    idle = true_indices(name)["ST"] < 1e-6
    design = NET if method == "sobol" else HYPERCUBE

    def say(sweep: xr.Dataset) -> Said:
        found = _analysed(sweep, method)
        value, band = (found[each].values[idle] for each in (index, f"{index}_idle"))
        # The band of an index that is never negative begins at nothing; that of others lies about it.
        return Said(0.0 * value, -band, band, value)

    return _row(kind, name, design, runs, say, 100 if method != "sobol" else 200)


def _share(name: str, runs: tuple[int, str]) -> Row:
    """Return a row of the total shares of a quadratic fit, of a sum: the variances of its parts."""
    true = true_indices(name)["ST"]

    def say(sweep: xr.Dataset) -> Said:
        found = _analysed(sweep, "regression")
        value, half = found["total_share"].values, found["total_share_conf"].values
        return Said(value, value - half, value + half, true)

    return _row("total share of a quadratic fit", name, HYPERCUBE, runs, say, 100)


def rows() -> list[Row]:
    """Return the rows of designs over distributions and choices."""
    few = REPLICATES[0]
    return [
        *(_mean(name, runs) for name in ACTING for runs in REPLICATES),
        *(_index("first-order index", "S1", name, few) for name in ACTING),
        *(_index("total-order index", "ST", name, few) for name in ACTING),
        *(_band(f"band of an idle {kind}", index, "sobol", "product", few)
          for kind, index in (("first-order index", "S1"), ("total-order index", "ST"))),
        _band("band of idle parameters, median", "median", "pawn", "product", REPLICATES[1]),
        _band("band of idle parameters, delta", "delta", "delta", "product", REPLICATES[1]),
        _share("everything acts", few),
    ]  # fmt: skip
