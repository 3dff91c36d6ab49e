"""Forecasts and scores: known answers, who sees what, and who wins where the truth is one forecaster's own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from tredegar.observation.files.access_by_month import MonthlyAccess
from tredegar.observation.files.trust_months import TrustMonths
from tredegar.results.hindcasting.forecasts import (
    LEVEL_AND_SEASON,
    MODEL,
    MODEL_WITH_SEASON,
    SAME_MONTH,
    SEEN,
    WITH_DRIFT,
    Ensemble,
    forecasts_of,
)
from tredegar.results.hindcasting.hindcast_pages import hindcast_docs, score_rows, write_hindcast
from tredegar.results.hindcasting.judged_forecasts import TRUSTS, judge_hindcast, verdict_words
from tredegar.results.hindcasting.scores import crps_of, forecast_band, interval_score

SEASON = 0.2 * np.cos(np.arange(36) * np.pi / 6.0)
STILL = Ensemble(country=np.zeros((8, 36)), trusts=np.zeros((8, 5, 3)))


def falling(by: float) -> Ensemble:
    """Runs whose access falls by so much, in log odds, from the two years to the third."""
    country = np.zeros((8, 36))
    country[:, SEEN:] -= by
    trusts = np.zeros((8, 5, 3))
    trusts[..., 2] -= by
    return Ensemble(country=country, trusts=trusts)


def counts(odds: np.ndarray, name: str = "England") -> TrustMonths:
    """Attendances of units whose log odds are so, (unit, month)."""
    number = np.full(odds.shape, 20_000.0)
    units = tuple(f"{name} {place}" for place in range(len(odds)))
    return TrustMonths(units, number, np.round(number / (1.0 + np.exp(odds))))


def record_of(odds: np.ndarray) -> MonthlyAccess:
    return MonthlyAccess(counts(odds), {"England": counts(odds.mean(axis=0, keepdims=True))})


def test_the_score_of_a_normal_ensemble_is_that_of_the_normal_law() -> None:
    """Gneiting and Raftery 2007, equation 21."""
    came, members = 0.7, stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    known = came * (2 * stats.norm.cdf(came) - 1) + 2 * stats.norm.pdf(came) - 1 / np.sqrt(np.pi)
    assert crps_of(members[None], np.array([came]))[0] == pytest.approx(known, abs=1e-3)


def test_the_score_is_the_area_between_the_forecast_and_what_came() -> None:
    members, came = np.array([0.1, 0.4, 0.4, 0.9]), 0.3
    area = integrate.quad(lambda x: ((members <= x).mean() - (x >= came)) ** 2, 0.0, 1.0, points=[0.1, 0.3, 0.4, 0.9])
    assert crps_of(members[None], np.array([came]))[0] == pytest.approx(area[0])


def test_nobody_scores_better_than_the_law_that_what_comes_is_drawn_from() -> None:
    rng = np.random.default_rng(4)
    came = rng.standard_normal(4000)
    laws = {"true": (0.0, 1.0), "too sure": (0.0, 0.4), "too vague": (0.0, 2.5), "off": (0.6, 1.0)}
    quantiles = stats.norm.ppf((np.arange(300) + 0.5) / 300)
    for score in (crps_of, lambda members, seen: interval_score(members, seen, 0.9)):
        means = {
            name: score(np.broadcast_to(at + spread * quantiles, (4000, 300)), came).mean()
            for name, (at, spread) in laws.items()
        }
        assert min(means, key=means.__getitem__) == "true"


def test_a_band_holds_its_share_of_what_is_drawn_alike() -> None:
    rng = np.random.default_rng(9)
    lower, upper = forecast_band(rng.standard_normal((3000, 400)), 0.9)
    came = rng.standard_normal(3000)
    assert ((lower <= came) & (came <= upper)).mean() == pytest.approx(0.9, abs=0.02)


def test_forecasts_are_of_the_level_and_the_season_that_were_seen() -> None:
    seen = (np.array([[1.0], [2.0]]) + SEASON[None])[:, :SEEN]
    found = forecasts_of(seen, STILL, STILL, by_trust=True, seed=3)
    for name in (MODEL_WITH_SEASON, SAME_MONTH, LEVEL_AND_SEASON):
        assert np.abs(found[name].mean(axis=2) - seen[:, :12]).max() < 0.01
    assert np.abs(found[MODEL].mean(axis=2) - np.array([[1.0], [2.0]])).max() < 0.05


def test_last_years_change_goes_on_where_a_rival_says_so() -> None:
    seen = np.concatenate([np.full((1, 12), 2.0), np.full((1, 12), 1.5)], axis=1)
    assert forecasts_of(seen, STILL, STILL, by_trust=False, seed=3)[WITH_DRIFT].mean() == pytest.approx(1.0)


def test_a_country_moves_as_runs_do_and_a_trust_as_that_of_its_rank() -> None:
    seen = (np.array([[0.5], [1.0], [3.0]]) + SEASON[None])[:, :SEEN]
    country = forecasts_of(seen, falling(0.3), falling(0.3), by_trust=False, seed=3)[MODEL_WITH_SEASON]
    assert np.abs(country.mean(axis=2) - (seen[:, :12] - 0.3)).max() < 0.01
    trusts = np.zeros((4, 3, 3))
    trusts[:, :, :2] = np.array([2.0, 0.0, 1.0])[None, :, None]
    trusts[:, :, 2] = np.array([1.0, 0.5, 1.0])[None]
    model = Ensemble(country=np.zeros((4, 36)), trusts=trusts)
    moved = forecasts_of(seen, model, model, by_trust=True, seed=3)[MODEL_WITH_SEASON].mean(axis=2) - seen[:, :12]
    assert moved.mean(axis=1) == pytest.approx([0.5, 0.0, -1.0], abs=0.01)


def test_whoever_knows_what_comes_is_ahead_and_a_rival_who_does_is_told_so() -> None:
    rng = np.random.default_rng(6)
    odds = rng.normal(1.5, 0.4, (5, 1)) + SEASON[None] + 0.05 * rng.standard_normal((5, 36))
    odds[:, SEEN:] -= 0.5
    knowing = judge_hindcast(record_of(odds), falling(0.5), falling(0.5))
    assert knowing.best("England") == MODEL_WITH_SEASON and knowing.best(TRUSTS) == MODEL_WITH_SEASON
    assert all("the model is ahead" in line for line in verdict_words(knowing))
    wrong = judge_hindcast(record_of(odds), falling(-0.5), falling(-0.5))
    assert all("a naive rival is ahead" in line for line in verdict_words(wrong))


def test_no_forecaster_sees_the_year_that_is_foretold() -> None:
    rng = np.random.default_rng(8)
    odds = rng.normal(1.5, 0.3, (4, 1)) + 0.1 * rng.standard_normal((4, 36))
    other = odds.copy()
    other[:, SEEN:] -= 2.0
    one, two = (judge_hindcast(record_of(each), STILL, STILL) for each in (odds, other))
    assert one.months["middle"].equals(two.months["middle"])
    assert not one.months["came"].equals(two.months["came"])


def test_pages_and_tables_have_every_series_and_forecaster(tmp_path) -> None:
    found = judge_hindcast(record_of(np.full((3, 1), 1.5) + SEASON[None]), STILL, STILL)
    rows = score_rows(found)[1]
    assert len(rows) == 2 * 5 and sum("*" in row[2] for row in rows) == 2
    names = [path.name for path in write_hindcast(tmp_path, found)]
    assert names == ["index.html", "scores.csv", "months.csv", "hindcast.svg"]
    page, html = hindcast_docs(found), (tmp_path / "index.html").read_text(encoding="utf-8")
    assert TRUSTS in page
    assert all(name in page and name in html for name in (SAME_MONTH, WITH_DRIFT, LEVEL_AND_SEASON))
    assert all(len(line) <= 120 or line.startswith("|") for line in page.splitlines())
