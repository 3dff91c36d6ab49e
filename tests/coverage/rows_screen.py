"""Rows of the screen: moves of answers under common random numbers, and which of many moves are told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tredegar.observation.counterparts import COUNTERPARTS
from tredegar.results.screening.answers import MeasuredAnswer, ScreenedAnswer, of_means
from tredegar.results.screening.one_at_a_time import moves_of, told_moves
from tredegar.results.screening.record_answers import pooled_at_settings

from .law import Row, Said

BAND = 0.01
CONSTANTS = 150
FAR_OFF = 1e9
Draw = Callable[[np.random.Generator, int], tuple[MeasuredAnswer, np.ndarray]]


def shared_luck(rng: np.random.Generator, replicates: int, settings: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what luck does to each run, (setting, replicate), and how much of it each setting has for itself."""
    own = rng.choice([0.002, 0.02, 0.3, 1.5], size=(settings, 1)) * BAND
    own[0] = 0.0
    return 0.02 * rng.standard_normal(replicates) + own * rng.standard_normal((settings, replicates)), own


def mean_that_moves(rng: np.random.Generator, replicates: int) -> tuple[MeasuredAnswer, np.ndarray]:
    """A mean of runs: most of its luck is that of all settings, and what is left differs a hundredfold."""
    luck, _ = shared_luck(rng, replicates, 1 + CONSTANTS)
    moves = BAND * rng.choice([0.0, 0.5, 0.99, 1.01, 3.0, 10.0], size=CONSTANTS) * rng.choice([-1.0, 1.0], CONSTANTS)
    return of_means(0.1 + np.concatenate([[0.0], moves])[:, None] + luck), moves


def quotient_that_moves(rng: np.random.Generator, replicates: int) -> tuple[MeasuredAnswer, np.ndarray]:
    """A quotient of sums, whose exposure is skewed over replicates: it is no mean of what each replicate says."""
    rates = 0.05 * np.concatenate([[1.0], rng.choice([1.0, 1.1, 1.6], size=CONSTANTS)])
    exposure = rng.lognormal(3.0, 0.3, (1, replicates)) * np.ones((len(rates), 1))
    luck = 1.0 + 0.15 * rng.standard_normal((len(rates), replicates)) + 0.1 * rng.standard_normal(replicates)
    sums = np.stack([rates[:, None] * exposure * luck, exposure], axis=-1)
    return pooled_at_settings(COUNTERPARTS["V21"], sums), rates[1:] - rates[0]


TRUTHS: dict[str, tuple[Draw, int]] = {
    "mean whose luck is shared": (mean_that_moves, 6),
    "mean whose luck is shared, more replicates": (mean_that_moves, 12),
    "quotient of sums": (quotient_that_moves, 12),
}
"""Truth -> how it is drawn, and the replicates."""


def _move_row(name: str) -> Row:
    draw, replicates = TRUTHS[name]

    def trial(rng: np.random.Generator) -> Said:
        measured, truth = draw(rng, replicates)
        found = moves_of(measured)
        return Said(found.effect, found.low, found.high, truth)

    return Row(kind="move of an answer", truth=name, design=f"{replicates} replicates", trial=trial, trials=300)


def answer_of(read: MeasuredAnswer, band: float) -> ScreenedAnswer:
    """Return an answer that is ``read`` already, with its ``band``."""
    return ScreenedAnswer(
        name="made", kind="lever", says="made", unit="share", band=band, reason="made", between=(-band, band),
        words=("down", "none", "up"), arms=(), read=lambda runs: read,
    )  # fmt: skip


def _told_row(name: str) -> Row:
    draw, replicates = TRUTHS[name]

    def trial(rng: np.random.Generator) -> Said:
        measured, truth = draw(rng, replicates)
        told = told_moves([(answer_of(measured, BAND), moves_of(measured))])
        beyond, within = told.beyond[0], told.within[0]
        # In bands: what is told to be beyond lies from 1 on, what is told to be within up to there.
        low = np.select([beyond, within], [1.0, 0.0], np.nan)
        high = np.select([beyond, within], [FAR_OFF, 1.0], np.nan)
        size = np.abs(truth) / BAND
        return Said(np.abs(moves_of(measured).effect) / BAND, low, high, size)

    return Row(kind="move that is told", truth=name, design=f"{replicates} replicates, {CONSTANTS} constants",
               trial=trial, trials=300)  # fmt: skip


def rows() -> list[Row]:
    """Return the rows of the screen."""
    return [*(_move_row(name) for name in TRUTHS), *(_told_row(name) for name in TRUTHS)]
