"""Seasons: factors by hand, no strength as a limit, winter in reports, a queue that knows no season."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tredegar import HealthService, simulate
from tredegar.model.mechanisms.no_season import access_all_year
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.rules.trust import SEASON, access, season_factor

from ..rule_records import K, Record, parameters

RIVAL = {"season": "none"}
SIZE: dict[str, Any] = {"replicates": 2, "months": 24, "trusts": 8, "clinicians": 6, "engine": "numpy", "seed": 3}


def test_the_factors_are_those_of_twelve_months_around_one() -> None:
    assert len(SEASON) == 12 and sum(math.log(factor) for factor in SEASON) == pytest.approx(0.0, abs=0.01)
    assert [season_factor(float(month), 1.0) for month in range(1, 13)] == pytest.approx(list(SEASON))
    assert [season_factor(float(month), 0.0) for month in range(1, 13)] == [1.0] * 12
    assert [season_factor(float(month), 2.0) - 1.0 for month in (1, 6)] == pytest.approx([0.088, -0.086])


@pytest.mark.parametrize("start", [1.0, 4.0, 4.9, 12.0])
def test_every_month_of_a_run_has_the_factor_of_its_calendar_month(start: float) -> None:
    trust = Record(wait=2.0)
    for month in (*range(1, 27), 239, 240):
        factor = SEASON[(month - 1 + int(start) - 1) % 12]
        found = access(trust, Record(month=float(month)), parameters(season_start=start), K)
        assert found == pytest.approx(access_all_year(Record(wait=2.0 * factor), K), rel=1e-12)


def test_without_strength_all_months_are_alike_as_the_rival_has_it() -> None:
    rival = simulate({}, rules=RIVAL, **SIZE)
    for start in (1.0, 7.0):
        found = simulate({"season_strength": 0.0, "season_start": start}, **SIZE)
        assert all(found[name].tobytes() == rival[name].tobytes() for name in OUTCOMES)


def test_the_first_month_is_a_january_in_access_and_in_nothing_before_it() -> None:
    plain, seasonal = (HealthService(trusts=5, clinicians=4, rng=2, rules=rules) for rules in (RIVAL, None))
    plain.step()
    seasonal.step()
    for one, other in zip(plain.trusts, seasonal.trusts, strict=True):
        assert (one.queue, one.wait, one.treated, one.demand) == (other.queue, other.wait, other.treated, other.demand)
        odds = (1.0 / one.access - 1.0) * SEASON[0] ** 3
        assert other.access == pytest.approx(1.0 / (1.0 + odds))


def test_winter_is_worse_than_summer_and_more_so_the_stronger_the_season() -> None:
    points = {"season_strength": [0.0, 1.0, 2.0]}
    found = simulate(points, outcomes=["true_access", "wait_months"], **{**SIZE, "months": 120})
    by_month = found["true_access"].reshape(3, -1, 12).mean(axis=1)
    dip = by_month[:, [5, 6, 7]].mean(axis=1) - by_month[:, [11, 0, 1]].mean(axis=1)
    assert dip[0] < 0.01 < 0.02 < dip[1] < 0.8 * dip[2]
    course = np.corrcoef(by_month[2] - by_month[0], -np.array(SEASON))[0, 1]
    assert course > 0.98
