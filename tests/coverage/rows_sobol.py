"""Rows of Sobol indices, and of the bands of parameters that do nothing and of pairs that do not interact."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import qmc

from tredegar.results import analyze_sensitivity

from .law import Row, Said
from .truths import NAMES, REPLICATES, TRUTHS, Truth, calm, made_sweep, with_failures

DESIGNS: dict[str, dict[str, Any]] = {
    "Sobol base 32": {"method": "sobol", "points": 32, "second_order": False},
    "Sobol base 128": {"method": "sobol", "points": 128, "second_order": False},
}
PAIRS: dict[str, dict[str, Any]] = {label: {**design, "second_order": True} for label, design in DESIGNS.items()}
"""The same designs with the rows that pairs need."""
MIXED = Truth(
    "two parts and their product",
    lambda at: 0.2 + 0.3 * at[:, 0] + 0.3 * at[:, 1] + (at[:, 0] - 0.5) * (at[:, 1] - 0.5) + 0.1 * at[:, 2],
)
INTERACTS = {"product": 1.0, MIXED.name: (1.0 / 144.0) / (1.0 / 144.0 + 0.19 / 12.0)}
"""Truth -> S2 of the first two parameters; no others interact. The parts of a sum have independent variances."""
INDICES = {"S1": "first-order index", "ST": "total-order index"}


@cache
def true_indices(name: str) -> dict[str, np.ndarray]:
    """Return S1 and ST (parameters,) of a truth, by Saltelli's and Jansen's estimators on 65,536 base points."""
    surface = TRUTHS[name].surface
    both = np.asarray(qmc.Sobol(2 * len(NAMES), scramble=True, seed=1).random(2**16))
    a, b = both[:, : len(NAMES)], both[:, len(NAMES) :]
    at_a, at_b = surface(a), surface(b)
    variance = at_a.var()
    found: dict[str, list[float]] = {"S1": [], "ST": []}
    for place in range(len(NAMES)):
        mixed = a.copy()
        mixed[:, place] = b[:, place]
        step = surface(mixed) - at_a
        found["S1"].append(float(((at_b - at_b.mean()) * step).mean() / variance) if variance else 0.0)
        found["ST"].append(float((step**2).mean() / 2.0 / variance) if variance else 0.0)
    return {index: np.array(values) for index, values in found.items()}


def analysed(sweep: xr.Dataset) -> xr.Dataset:
    """Return what the product prints of a made sweep, one outcome in one month."""
    return analyze_sensitivity(sweep, ["quality"], method="sobol").isel(outcome=0, month=0)


def _index_row(index: str, truth: Truth, label: str, replicates: int, streams: str) -> Row:
    true = true_indices(truth.name.removesuffix(", without chance"))[index]

    def trial(rng: np.random.Generator) -> Said:
        found = analysed(made_sweep(truth, DESIGNS[label], replicates, streams, rng))
        value, half = found[index].values, found[f"{index}_conf"].values
        return Said(value, value - half, value + half, true)

    design = f"{label} x {replicates}, {streams}"
    return Row(kind=INDICES[index], truth=truth.name, design=design, trial=trial)


def _row_of_failed_runs() -> Row:
    """Return a row of S1 of a product where a tenth of the base points is lost."""
    true, label, runs = true_indices("product")["S1"], "Sobol base 128", REPLICATES[1]

    def trial(rng: np.random.Generator) -> Said:
        found = analysed(with_failures(made_sweep(TRUTHS["product"], DESIGNS[label], *runs, rng), 0.01, rng))
        value, half = found["S1"].values, found["S1_conf"].values
        return Said(value, value - half, value + half, true)

    design = f"{label} x {runs[0]}, {runs[1]}, 1% of runs failed"
    return Row(kind=INDICES["S1"], truth="product", design=design, trial=trial)


def _pair_row(band: bool, truth: Truth, label: str, replicates: int, streams: str) -> Row:
    """Return a row of S2 of all pairs, or of the band of those that do not interact."""
    true = np.zeros(len(NAMES) * (len(NAMES) - 1) // 2)
    true[0] = INTERACTS.get(truth.name.removesuffix(", without chance"), 0.0)
    pairs = tuple(each[true == 0.0] if band else each for each in np.triu_indices(len(NAMES), 1))

    def trial(rng: np.random.Generator) -> Said:
        found = analysed(made_sweep(truth, PAIRS[label], replicates, streams, rng))
        value, half, idle = (found[name].values[pairs] for name in ("S2", "S2_conf", "S2_idle"))
        if band:
            return Said(0.0 * value, -idle, idle, value)
        return Said(value, value - half, value + half, true)

    kind = "band of pairs that do not interact" if band else "second-order index"
    design = f"{label}, pairs x {replicates}, {streams}"
    return Row(kind=kind, truth=truth.name, design=design, trial=trial, trials=200)


def _idle_row(index: str, truth: Truth, label: str, replicates: int, streams: str) -> Row:
    idle = true_indices(truth.name)["ST"] < 1e-6

    def trial(rng: np.random.Generator) -> Said:
        found = analysed(made_sweep(truth, DESIGNS[label], replicates, streams, rng))
        value, band = (found[name].values[idle] for name in (index, f"{index}_idle"))
        if truth.name == "nothing acts":
            # Where points do not vary beyond chance no index is printed, and no parameter is named as acting.
            value, band = (np.nan_to_num(each) for each in (value, band))
        # The band lies about nothing: it holds the index of a parameter that does nothing.
        return Said(0.0 * value, -band, band, value)

    design = f"{label} x {replicates}, {streams}"
    return Row(kind=f"band of an idle {INDICES[index]}", truth=truth.name, design=design, trial=trial)


BANDS = ("nothing acts", "product", "chance grows with the effect")


def rows() -> list[Row]:
    """Return the rows of Sobol indices and of the bands of idle parameters."""
    cases = [(truth, "Sobol base 32", *each) for truth in TRUTHS.values() for each in REPLICATES]
    cases += [(TRUTHS["product"], "Sobol base 128", *each) for each in REPLICATES]
    cases = [case for case in cases if case[0].name != "one acts, linear"]  # "everything acts" is linear, too
    still = [(calm(TRUTHS[name]), "Sobol base 32", 1, "common") for name in ("product", "step")]
    idle = [case for case in cases if case[0].name in BANDS]
    few, many = DESIGNS
    pairs = [(truth, few, *each) for truth in (TRUTHS["U-shape"], MIXED) for each in REPLICATES]
    pairs += [(TRUTHS["product"], many, *each) for each in REPLICATES]
    more = [(TRUTHS[name], few, *each) for name in ("everything acts", *BANDS[1:]) for each in REPLICATES]
    return [
        *(_index_row(index, *case) for index in INDICES for case in [*cases, *still]),
        _row_of_failed_runs(),
        *(_idle_row(index, *case) for index in INDICES for case in idle),
        *(_pair_row(False, *case) for case in [*pairs, *more, (calm(TRUTHS["product"]), many, 1, "common")]),
        *(_pair_row(True, *case) for case in pairs),
    ]
