"""Law of coverage: what an interval promises, held against simulations whose truth is known.

A row is one kind of interval under one truth and one design. A trial draws new data, asks the product through its
public functions and returns what it said beside what is true. Coverage is the share of intervals that hold the truth.
Width is told against the best that could be: 1.96 times the standard deviation of the estimate over the trials, which
no procedure knows. Power is the share that excludes a value four such standard deviations off.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import stats

NOMINAL = 0.95
DOUBT = 0.01
"""How often a law that holds everywhere may be called broken: over all rows together, by the error of simulation."""
FAR = 4.0
"""Power is told at a value that lies this many standard deviations of the estimate beside the truth."""


class Said(NamedTuple):
    """What a trial gave: estimates, bounds (NaN where the product prints none) and truths, each (interval,)."""

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    truth: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: ``kind`` of interval, ``truth`` and ``design`` in words, and the ``trial`` to repeat.

    ``known``: why the interval is known not to cover; such a row stays on the page, marked.
    """

    kind: str
    truth: str
    design: str
    trial: Callable[[np.random.Generator], Said]
    trials: int = 400
    known: str = ""


class Measured(NamedTuple):
    """What a row came to: shares, their error of simulation, and widths in units of the ideal."""

    kind: str
    truth: str
    design: str
    coverage: float
    error: float
    width: float
    power: float
    refused: float
    trials: int
    known: str = ""
    enough: bool = True

    def broken(self, rows: int) -> bool:
        """Whether coverage lies below what is promised by more than simulation explains, one-sided, over all rows."""
        return bool(self.coverage < least_coverage(self.trials, rows))

    def fails(self, rows: int) -> bool:
        """Whether the row is broken and nobody knew, or is said not to cover and does.

        In as many trials as it asks for, what is known not to cover must be seen to lie below the promise; in fewer
        (``enough`` is false) it must not be seen to lie above.
        """
        if not self.known:
            return self.broken(rows)
        doubt = float(stats.norm.ppf(1.0 - DOUBT)) * self.error
        return self.coverage + (doubt if self.enough else -doubt) >= NOMINAL


def least_coverage(trials: int, rows: int) -> float:
    """Return the coverage below which a row of so many trials is broken, by the binomial law if the promise is kept.

    Several intervals of a trial scatter less about their share than one does, never more.

    >>> round(least_coverage(400, rows=500), 3), round(least_coverage(100, rows=500), 3)
    (0.9, 0.84)
    """
    return float(stats.binom.ppf(DOUBT / max(rows, 1), trials, NOMINAL) / trials) if trials else 0.0


def measure(row: Row, seed: int, trials: int | None = None) -> Measured:
    """Repeat the trial of a row with streams of its own, and return the shares.

    Intervals of one trial share its data: the trial is the unit of the error of simulation.
    """
    count = row.trials if trials is None else trials
    streams = np.random.SeedSequence([seed, *row_key(row)]).spawn(count)
    said = [row.trial(np.random.default_rng(stream)) for stream in streams]
    estimate, low, high, truth = (np.stack([np.atleast_1d(one[place]) for one in said]) for place in range(4))
    given = np.isfinite(low) & np.isfinite(high)
    with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of intervals that no trial gave
        held = np.where(given, (low <= truth) & (truth <= high), np.nan)
        spread = np.nanstd(estimate - truth, axis=0, ddof=1)
        far = truth + FAR * spread
        excludes = np.where(given, (high < far) | (low > far), np.nan)
        # Where an estimate is exact but for rounding, no width is to be compared with that.
        ideal = np.where(spread > 1e-9 * np.abs(truth).max(), stats.norm.ppf(0.975) * spread, np.nan)
        widths = (high - low) / 2.0 / ideal
    by_trial = _mean(held, 1)
    asked = int(np.isfinite(by_trial).sum())
    error = float(np.nanstd(by_trial) / np.sqrt(asked)) if asked else np.nan
    shares = (float(np.nanmean(by_trial)) if asked else np.nan, error)
    return Measured(
        row.kind,
        row.truth,
        row.design,
        *shares,
        _middle(widths),
        _middle_share(excludes),
        float(1.0 - given.mean()),
        asked,
        row.known,
        count >= row.trials,
    )


def row_key(row: Row) -> list[int]:
    """Return numbers that differ from row to row and stay when rows are added or moved."""
    return list(f"{row.kind}|{row.truth}|{row.design}".encode())


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    present = np.isfinite(values)
    count = present.sum(axis)
    return np.where(count > 0, np.where(present, values, 0.0).sum(axis) / np.maximum(count, 1), np.nan)


def _middle(values: np.ndarray) -> float:
    kept = values[np.isfinite(values)]
    return float(np.median(kept)) if kept.size else np.nan


def _middle_share(values: np.ndarray) -> float:
    kept = values[np.isfinite(values)]
    return float(kept.mean()) if kept.size else np.nan
