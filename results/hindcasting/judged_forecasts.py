"""Judged forecasts: each forecaster's scores and the coverage of its bands, of countries and of trusts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ...observation.files.access_by_month import MonthlyAccess, log_odds
from .forecasts import MODEL, MODEL_WITH_SEASON, SEEN, Ensemble, forecasts_of
from .scores import crps_of, forecast_band, interval_score

BANDS = (0.5, 0.9)
SEED = 20160401
TRUSTS = "England's trusts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindcast:
    """What was foretold and what came: a table of ``scores``, and ``months``, a Dataset (forecaster, series, month).

    ``months`` has of each country the share within four hours that ``came``, the ``middle`` of each forecast and the
    ends of its band of 90 %, and of ``seen`` the two years before. ``scores`` has a row for each series and forecaster:
    ``crps`` and ``interval_score`` (shares; smaller is better), the coverage of the bands, and ``units``.
    """

    scores: pd.DataFrame
    months: xr.Dataset
    runs: int

    def best(self, series: str) -> str:
        """Return the forecaster with the least mean score (CRPS) of a series of the table."""
        own = self.scores[self.scores["series"] == series]
        return str(own["forecaster"].iloc[int(own["crps"].to_numpy().argmin())])


def judge_hindcast(record: MonthlyAccess, ensemble: Ensemble, without_season: Ensemble) -> Hindcast:
    """Return the forecasts of the third year of ``record`` with their scores.

    ``ensemble`` and ``without_season`` are runs of the model with its own season and without any, three years each from
    April on.
    """
    rows, parts = [], []
    for place, (name, country) in enumerate(record.countries.items()):
        odds = log_odds(country)
        members = forecasts_of(odds[:, :SEEN], ensemble, without_season, by_trust=False, seed=SEED + place)
        shares = {forecaster: _share(each) for forecaster, each in members.items()}
        rows += _rows(name, shares, _share(odds[:, SEEN:]))
        parts.append(_months(name, shares, _share(odds[0])))
    odds = log_odds(record.trusts)
    members = forecasts_of(odds[:, :SEEN], ensemble, without_season, by_trust=True, seed=SEED - 1)
    rows += _rows(TRUSTS, {name: _share(each) for name, each in members.items()}, _share(odds[:, SEEN:]))
    return Hindcast(scores=pd.DataFrame(rows), months=xr.concat(parts, "series"), runs=len(ensemble.country))


def _share(odds: np.ndarray) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))


def _rows(series: str, forecasts: Mapping[str, np.ndarray], came: np.ndarray) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name, members in forecasts.items():
        row = {"series": series, "forecaster": name, "units": len(came), "crps": float(crps_of(members, came).mean())}
        row["interval_score"] = float(interval_score(members, came, BANDS[-1]).mean())
        row["error"] = float(np.abs(np.median(members, axis=-1) - came).mean())
        for share in BANDS:
            lower, upper = forecast_band(members, share)
            row[f"inside_{share:.0%}".replace("%", "")] = float(((lower <= came) & (came <= upper)).mean())
        rows.append(row)
    return rows


def _months(series: str, forecasts: Mapping[str, np.ndarray], whole: np.ndarray) -> xr.Dataset:
    """Return the forecasts of one country by month, dims (forecaster, month), with what came."""
    bands = [forecast_band(each[0], BANDS[-1]) for each in forecasts.values()]
    dims = ("forecaster", "month")
    return xr.Dataset(
        {
            "middle": (dims, np.stack([np.median(each[0], axis=-1) for each in forecasts.values()])),
            "lower": (dims, np.stack([lower for lower, _ in bands])),
            "upper": (dims, np.stack([upper for _, upper in bands])),
            "came": ("month", whole[SEEN:]),
            "seen": ("month_seen", whole[:SEEN]),
        },
        {
            "forecaster": list(forecasts),
            "month": pd.date_range("2018-04", periods=len(whole) - SEEN, freq="MS"),
            "month_seen": pd.date_range("2016-04", periods=SEEN, freq="MS"),
            "series": series,
        },
    )


def verdict_words(hindcast: Hindcast) -> list[str]:
    """Say plainly, for each series, who foretold it best, and how the model did against the best naive rival."""
    said = []
    for series, own in hindcast.scores.groupby("series", sort=False):
        score = own.set_index("forecaster")["crps"]
        mine, naive = score[[MODEL, MODEL_WITH_SEASON]], score.drop([MODEL, MODEL_WITH_SEASON])
        won = mine.min() < naive.min()
        said.append(
            f"{series}: {'the model' if won else 'a naive rival'} is ahead. Mean score of {mine.idxmin()} "
            f"{mine.min():.4f}, of {naive.idxmin()} {naive.min():.4f} ({mine.min() / naive.min() - 1.0:+.0%})."
        )
    return said


__all__ = ["TRUSTS", "Hindcast", "judge_hindcast", "verdict_words"]
