"""Rows of signed effects: Morris mu, coefficients of regressions; and of shares alone, PAWN's maximum and delta."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from tredegar.results.sensitivity.delta import delta_indices
from tredegar.results.sensitivity.regression import regression_indices
from tredegar.results.shares import variance_shares

from .law import Row, Said
from .rows_indices import ACTS, HYPERCUBES, MORRIS, found_of, in_band, interval_of, lattice_steps
from .truths import NAMES, REPLICATES, TRUTHS, calm, made_sweep, space

ALL = [0, 1, 2, 3]
MANY = "Latin hypercube 100"
SMOOTHED = "densities of few points are smooth, and delta lies below that of many"
CURVED = ("U-shape", "product", "chance grows with the effect")


@cache
def true_mu(name: str) -> np.ndarray:
    """Return mean signed effects over all steps of the lattice of four levels, (parameter,)."""
    return np.array([steps.mean() for steps in lattice_steps(name)])


@cache
def means_with_chance(name: str, replicates: int, streams: str) -> np.ndarray:
    """Return means (point, 1) of runs at 65,536 points, with the chance of their own that so many replicates leave."""
    truth, at = TRUTHS[name], space()
    own = 1.0 - (truth.shared if streams == "common" else 0.0)
    chance = truth.chance(at) * np.sqrt(own / replicates) * np.random.default_rng(1).standard_normal(len(at))
    return (truth.surface(at) + chance)[:, None]


@cache
def true_coefficients(name: str, replicates: int, streams: str) -> dict[str, np.ndarray]:
    """Return the coefficients, of values and of ranks, at 65,536 points."""
    found = regression_indices(space(), means_with_chance(name, replicates, streams))
    return {"SRC": found.SRC[:, 0], "SRRC": found.SRRC[:, 0]}


@cache
def true_alone(name: str, replicates: int, streams: str) -> np.ndarray:
    """Return shares of parameters alone, of a quadratic fit to 65,536 points, (parameter,)."""
    return variance_shares(means_with_chance(name, replicates, streams)[:, 0], space())[0]


@cache
def true_delta(name: str) -> np.ndarray:
    """Return delta of 16,384 points without chance, (parameter,)."""
    few = slice(0, 2**14)
    return delta_indices(space()[few], TRUTHS[name].surface(space()[few])[:, None], resamples=0).delta[:, 0]


def _row(kind: str, name: str, runs: tuple[int, str], label: str, trial: Any, known: str = "") -> Row:
    words = f"{label} x {runs[0]}, {runs[1]}"
    return Row(kind=kind, truth=name, design=words, trial=trial, trials=100, known=known)


def _mu_row(name: str, runs: tuple[int, str]) -> Row:
    ((label, design),) = MORRIS.items()

    def trial(rng: np.random.Generator) -> Said:
        return interval_of(found_of("morris", design, TRUTHS[name], runs, rng), "mu", ALL, true_mu(name))

    return _row("Morris mu", name, runs, label, trial)


def _coefficient_row(name: str, runs: tuple[int, str]) -> Row:
    """Return the row of coefficients of values and of ranks, which one analysis gives."""
    true = true_coefficients(name, *runs)

    def trial(rng: np.random.Generator) -> Said:
        found = found_of("regression", HYPERCUBES[MANY], TRUTHS[name], runs, rng)
        both = [interval_of(found, index, ALL, true[index]) for index in ("SRC", "SRRC")]
        return Said(*(np.concatenate(each) for each in zip(*both, strict=True)))

    return _row("coefficient of a regression", name, runs, MANY, trial)


def _alone_row(name: str, runs: tuple[int, str]) -> Row:
    def trial(rng: np.random.Generator) -> Said:
        found = found_of("regression", HYPERCUBES[MANY], TRUTHS[name], runs, rng)
        return interval_of(found, "share", ALL[1:], true_alone(name, *runs))

    return _row("share of a quadratic fit, alone", name, runs, MANY, trial)


def _band_row(index: str, method: str, name: str, runs: tuple[int, str]) -> Row:
    # Chance that common random numbers tie to the first parameter is no term of shares, and PAWN has a row of it.
    tied = index in ("share", "maximum") and runs[1] == "common"
    idle = [place for place in ALL if place not in ACTS[name] and not (place == 0 and tied)]

    def trial(rng: np.random.Generator) -> Said:
        return in_band(found_of(method, HYPERCUBES[MANY], TRUTHS[name], runs, rng), index, idle)

    return _row(f"band of idle parameters, {index}", name, runs, MANY, trial)


def _delta_row() -> Row:
    """Return a row of delta's interval of one parameter: densities of four take a second a trial."""
    name = "everything acts"

    def trial(rng: np.random.Generator) -> Said:
        sweep = made_sweep(calm(TRUTHS[name]), HYPERCUBES[MANY], 1, "independent", rng)
        found = delta_indices(sweep[NAMES[1]].values[:, None], sweep["quality"].values.mean(axis=1), resamples=50)
        index, half = found.delta[:, 0], found.delta_conf[:, 0]
        return Said(index, index - half, index + half, true_delta(name)[1:2])

    return _row("delta", name, (1, "without chance"), MANY, trial, SMOOTHED)


def rows() -> list[Row]:
    """Return the rows of signed effects and of what else tables of indices show."""
    return [
        *(_mu_row(name, runs) for name in ("nothing acts", *CURVED) for runs in REPLICATES),
        *(_coefficient_row(name, runs) for name in ("everything acts", "product", CURVED[-1]) for runs in REPLICATES),
        *(_alone_row(name, runs) for name in ("everything acts", CURVED[-1]) for runs in REPLICATES),
        *(_band_row(index, "regression", "nothing acts", runs) for index in ("SRC", "SRRC") for runs in REPLICATES),
        *(_band_row("share", "regression", "product", runs) for runs in REPLICATES),
        *(_band_row("maximum", "pawn", "product", runs) for runs in REPLICATES),
        _delta_row(),
    ]
