"""Rows of indices: parameters that do nothing against their bands, and intervals of Morris effects and of shares."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from tredegar.results.sensitivity.delta import delta_bands, delta_indices
from tredegar.results.sensitivity.idle import NoEffect
from tredegar.results.sensitivity.indices import Bootstrap, analyze_sensitivity
from tredegar.results.sensitivity.pawn import pawn_indices
from tredegar.results.shares import variance_shares

from .law import Row, Said
from .truths import NAMES, REPLICATES, TRUTHS, Truth, calm, made_sweep, space

ACTS = {
    "nothing acts": (),
    "everything acts": (0, 1, 2, 3),
    "product": (0, 1),
    "one acts, linear": (1,),
    "U-shape": (1,),
    "step": (1,),
    "chance grows with the effect": (1,),
}
"""Truth -> the parameters that act."""
MORRIS = {"Morris 10": {"method": "morris", "trajectories": 10, "levels": 4}}
FEW_WALKS = {"Morris 4": {"method": "morris", "trajectories": 4, "levels": 4}}
HYPERCUBES = {
    "Latin hypercube 100": {"method": "latin-hypercube", "points": 100},
    "Latin hypercube 40": {"method": "latin-hypercube", "points": 40},
}
FITTED = ("everything acts", "U-shape", "chance grows with the effect")
"""Truths whose shares are held against their intervals."""
SMALL = Bootstrap(resamples=19)


SHARED = "chance that common random numbers tie to a parameter passes for an effect of it"


def found_of(method: str, design: dict[str, Any], truth: Truth, runs: tuple[int, str], rng: np.random.Generator) -> Any:
    """Return the indices of the one outcome of a made sweep, as the product gives them."""
    sweep = made_sweep(truth, design, *runs, rng)
    return analyze_sensitivity(sweep, method=method, window=1, bootstrap=SMALL).isel(outcome=0, month=0)


def in_band(found: xr.Dataset, name: str, chosen: list[int]) -> Said:
    """The index of parameters as a truth, and the band that they should lie in as an interval about nothing."""
    index, band = (found[each].values[chosen] for each in (name, f"{name}_idle"))
    return Said(np.zeros_like(index), -band, band, index)


def interval_of(found: xr.Dataset, name: str, chosen: list[int], truth: np.ndarray) -> Said:
    """The intervals of indices beside their true values."""
    index, half = (found[each].values[chosen] for each in (name, f"{name}_conf"))
    return Said(index, index - half, index + half, truth[chosen])


@cache
def lattice_steps(name: str) -> list[np.ndarray]:
    """Return for each parameter the signed effects of all steps of the lattice of four levels."""
    surface, levels, step = TRUTHS[name].surface, np.linspace(0.0, 1.0, 4), 2.0 / 3.0
    lattice = np.stack(np.meshgrid(*[levels] * len(NAMES), indexing="ij"), axis=-1).reshape(-1, len(NAMES))
    found = []
    for axis in range(len(NAMES)):
        low = lattice[lattice[:, axis] + step <= 1.0 + 1e-9]
        high = low + step * (np.arange(len(NAMES)) == axis)
        found.append((surface(high) - surface(low)) / step)
    return found


@cache
def true_effects(name: str) -> np.ndarray:
    """Return mean absolute effects over all steps of the lattice of four levels, (parameter,)."""
    return np.array([np.abs(steps).mean() for steps in lattice_steps(name)])


@cache
def true_shares(name: str, replicates: int, streams: str) -> np.ndarray:
    """Return shares of a quadratic fit to 65,536 points, of means with the chance of so many replicates in them."""
    truth, at = TRUTHS[name], space()
    own = 1.0 - (truth.shared if streams == "common" else 0.0)
    chance = truth.chance(at) * np.sqrt(own / replicates) * np.random.default_rng(1).standard_normal(len(at))
    return variance_shares(truth.surface(at) + chance, at)[1]


def _row(
    kind: str, name: str, label: str, design: dict[str, Any], method: str, runs: tuple[int, str],
    read: Callable[[xr.Dataset], Said], known: str = "",
) -> Row:  # fmt: skip
    def trial(rng: np.random.Generator) -> Said:
        return read(found_of(method, design, TRUTHS[name], runs, rng))

    words = f"{label} x {runs[0]}, {runs[1]}"
    return Row(kind=kind, truth=name, design=words, trial=trial, trials=100, known=known)


def _band_row(index: str, method: str, name: str, label: str, design: dict[str, Any], runs: tuple[int, str]) -> Row:
    """Return a row of parameters that do nothing.

    Without that on which shared chance hangs, for methods that take chance for independent at each point: it has a row
    of its own.
    """
    shared = runs[1] == "common" and method == "pawn"
    idle = [place for place in range(1 if shared else 0, len(NAMES)) if place not in ACTS[name]]
    kind = f"band of idle parameters, {index}"
    return _row(kind, name, label, design, method, runs, lambda found: in_band(found, index, idle))


def _bands(
    index: str, method: str, designs: dict[str, dict[str, Any]], names: tuple[str, ...], kinds: tuple[Any, ...]
) -> list[Row]:
    return [
        _band_row(index, method, name, label, design, runs)
        for name in names
        for label, design in designs.items()
        for runs in kinds
    ]


def _row_of_delta() -> Row:
    """Return a row of one parameter that does nothing: densities of four take a second a trial."""

    def trial(rng: np.random.Generator) -> Said:
        sweep = made_sweep(TRUTHS["nothing acts"], HYPERCUBES["Latin hypercube 100"], 2, "independent", rng)
        runs, sample = sweep["quality"].values, sweep[NAMES[1]].values[:, None]
        few, mean = Bootstrap(resamples=19), runs.mean(axis=1)
        index = delta_indices(sample, mean, *few).delta[:, 0]
        band = delta_bands(sample, NoEffect(mean, runs - mean[:, None], resamples=few.resamples))[:, 0]
        return Said(np.zeros_like(index), -band, band, index)

    kind, words = "band of idle parameters, delta", "Latin hypercube 100 x 2, independent"
    return Row(kind=kind, truth="nothing acts", design=words, trial=trial, trials=100)


def _row_of_shared_chance() -> Row:
    """Return the row of a parameter that does nothing but on which the chance that points share hangs."""
    label, design = "Latin hypercube 100", HYPERCUBES["Latin hypercube 100"]
    kind = "band of idle parameters, median, of one with shared chance"
    return _row(
        kind, "nothing acts", label, design, "pawn", REPLICATES[0], lambda found: in_band(found, "median", [0]), SHARED
    )


@cache
def true_distances(name: str) -> np.ndarray:
    """Return PAWN's medians of 65,536 points without chance."""
    return pawn_indices(space(), TRUTHS[name].surface(space())[:, None], resamples=0).median[:, 0]


def _row_of_pawn(name: str) -> Row:
    """Return a row of PAWN's interval, without chance."""
    design = HYPERCUBES["Latin hypercube 100"]

    def trial(rng: np.random.Generator) -> Said:
        sweep = made_sweep(calm(TRUTHS[name]), design, 1, "independent", rng)
        found = analyze_sensitivity(sweep, method="pawn", window=1, bootstrap=SMALL).isel(outcome=0, month=0)
        return interval_of(found, "median", [0, 1, 2, 3], true_distances(name))

    words = "Latin hypercube 100 x 1, without chance"
    return Row(kind="PAWN median", truth=name, design=words, trial=trial, trials=100)


def rows() -> list[Row]:
    """Return the rows of indices."""
    idle = tuple(name for name in ACTS if name != "everything acts")
    many, few = ({label: design} for label, design in HYPERCUBES.items())
    bands = [
        *_bands("mu_star", "morris", MORRIS, ("nothing acts", "product", "chance grows with the effect"), REPLICATES),
        *_bands("total_share", "regression", many, idle, REPLICATES[:1]),
        *_bands("total_share", "regression", few, idle, REPLICATES[1:]),
        *_bands("median", "pawn", many, ("product",), REPLICATES),
        _row_of_delta(),
        _row_of_shared_chance(),
        *(_row_of_pawn(name) for name in ("everything acts", "step")),
    ]
    walks = [(name, MORRIS) for name in ACTS] + [("product", FEW_WALKS)]
    effects = [
        _row("Morris mu_star", name, label, design, "morris", runs,
             lambda found, name=name: interval_of(found, "mu_star", [0, 1, 2, 3], true_effects(name)))
        for name, designs in walks for label, design in designs.items() for runs in REPLICATES
    ]  # fmt: skip
    shares = [
        _row("total share of a quadratic fit", name, label, design, "regression", runs,
             lambda found, name=name, runs=runs: interval_of(found, "total_share", [1, 2, 3], true_shares(name, *runs)))
        for name in ACTS if name in FITTED for label, design in many.items() for runs in REPLICATES
    ]  # fmt: skip
    return [*bands, *effects, *shares]
