"""Forecasts of monthly access in log odds: the model's, matched to each unit's own level, and those of naive rivals.

All forecasters see the same: two years of each unit. Waits are log-logistic in the model, and a season is a factor on
them, so that in log odds a season is added, and so is a level. Members are equally likely; each has an error of its own
in each month, normal, as large as what the forecaster did not explain in the two years.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

YEAR, SEEN = 12, 24
"""Months of a year, and those that forecasters see."""
MEMBERS = 400
MODEL, MODEL_WITH_SEASON = "model", "model, season of the record"
SAME_MONTH, WITH_DRIFT = "same month last year", "last year and its change"
LEVEL_AND_SEASON = "level and season"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """Histories of the model in log odds of reported access: of the country by month, and of its trusts by year.

    ``country`` (run, month) of three years, ``trusts`` (run, trust, year).
    """

    country: np.ndarray
    trusts: np.ndarray


def season_of(seen: np.ndarray) -> np.ndarray:
    """Return the season of units together, (month,), in log odds about 0: means of calendar months of two years.

    ``seen`` is (unit, month): each unit about its own mean of the two years.

    >>> season_of(np.tile(np.arange(12.0), 2)[None]).tolist()[:2]
    [-5.5, -4.5]
    """
    about = seen - seen.mean(axis=1, keepdims=True)
    return np.asarray(about.mean(axis=0).reshape(-1, YEAR).mean(axis=0))


def error_of(rest: np.ndarray) -> float:
    """Return the typical size of what was not explained, ``rest`` of any shape, in its unit: its root mean square.

    >>> error_of(np.array([[3.0, -3.0]]))
    3.0
    """
    return float(np.sqrt((rest**2).mean()))


def forecasts_of(
    seen: np.ndarray, ensemble: Ensemble, without_season: Ensemble, by_trust: bool, seed: int
) -> Mapping[str, np.ndarray]:
    """Return the members of every forecaster, name -> (unit, month, draw), in log odds, for the year after ``seen``.

    ``seen`` is (unit, month) of two years; ``ensemble`` and ``without_season`` are runs of the model with its own
    season and without any. ``by_trust``: units are trusts, which move as trusts of their rank do in the model; else
    each is a country.

    >>> seen = np.tile(np.linspace(1.0, 2.0, 12), 2)[None]
    >>> still = Ensemble(country=np.zeros((2, 36)), trusts=np.zeros((2, 3, 3)))
    >>> found = forecasts_of(seen, still, still, by_trust=True, seed=1)
    >>> found["model"].shape, found["same month last year"][0, :, 0].round(3).tolist()[-1]
    ((1, 12, 400), 2.0)
    """
    draw = np.random.default_rng(seed)
    level, season = seen.mean(axis=1), season_of(seen)
    unexplained = seen - level[:, None] - np.tile(season, 2)
    months = level[:, None, None] + season[None, :, None]

    def noisy(middle: np.ndarray, error: float) -> np.ndarray:
        shape = (len(seen), YEAR, MEMBERS)
        return np.broadcast_to(middle, shape) + error * draw.standard_normal(shape)

    year_before = seen[:, YEAR:] - seen[:, :YEAR]
    drift = year_before.mean(axis=1, keepdims=True)
    own = _season_in(ensemble)
    error = error_of(seen - level[:, None] - np.tile(own, 2))
    moves, still = (_moves(each, level, by_trust, draw) for each in (ensemble, without_season))
    return {
        MODEL: noisy(level[:, None, None] + own[None, :, None] + moves[:, None], error),
        MODEL_WITH_SEASON: noisy(months + still[:, None], error_of(unexplained)),
        SAME_MONTH: noisy(seen[:, YEAR:, None], error_of(year_before)),
        WITH_DRIFT: noisy(seen[:, YEAR:, None] + drift[:, :, None], error_of(year_before - drift)),
        LEVEL_AND_SEASON: noisy(months, error_of(unexplained)),
    }


def _season_in(ensemble: Ensemble) -> np.ndarray:
    """Return the model's own season, (month,), in log odds about 0."""
    return season_of(ensemble.country[:, :SEEN])


def _moves(ensemble: Ensemble, level: np.ndarray, by_trust: bool, draw: np.random.Generator) -> np.ndarray:
    """Return how units move from the two years to the third, in drawn runs, (unit, draw), in log odds."""
    runs = draw.integers(len(ensemble.country), size=MEMBERS)
    if not by_trust:
        years = ensemble.country.reshape(len(ensemble.country), -1, YEAR).mean(axis=2)
        move = years[:, 2] - years[:, :2].mean(axis=1)
        return np.broadcast_to(move[runs], (len(level), MEMBERS))
    before = ensemble.trusts[..., :2].mean(axis=2)
    move = np.take_along_axis(ensemble.trusts[..., 2] - before, before.argsort(axis=1), axis=1)
    # The trust of the same rank by the level of the two years: the lowest of the record is the lowest of the run.
    places = (level.argsort().argsort() + 0.5) / len(level) * move.shape[1]
    return np.asarray(move[runs][:, places.astype(int)].T)


__all__ = [
    "LEVEL_AND_SEASON",
    "MODEL",
    "MODEL_WITH_SEASON",
    "SAME_MONTH",
    "SEEN",
    "WITH_DRIFT",
    "Ensemble",
    "error_of",
    "forecasts_of",
    "season_of",
]
