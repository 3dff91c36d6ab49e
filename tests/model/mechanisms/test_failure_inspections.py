"""The failure regime with inspections: who enters, how long each stays, and what support does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tredegar.model.arithmetic import triangular
from tredegar.model.constants import constants_with
from tredegar.model.rules.team import raw_output
from tredegar.model.rules.turnover import failing, inspection

from ...support.cases import Case
from ..rule_records import Record, parameters
from .runs_of_trusts import CASE, batch_under, months_of, unlike_rival, with_constants

OWN = {
    "INSPECTION_BASE": 0.4, "INSPECTION_ERROR": 0.1, "TRACK_MONTHS": 8.0, "REINSPECT_AFTER": 12.0,
    "REINSPECT_EVERY": 4.0, "SUPPORT_MONTHS": 24.0,
}  # fmt: skip
BASE, RATE = 0.4, 0.04
K = constants_with(OWN)
P = parameters(inspection_rate=RATE, regime_entry_level=0.5, regime_exit_level=0.6, regime_support=0.3)
MANY = Case(trusts=400, clinicians=1, months=60, seed=9, runs=(0, 1), settings=({}, {"inspection_intensity": 1.0}))
"""Trusts enough to hold shares against closed forms."""


def inside(months: float, track: float = 1.0, found_poor: float = 0.0, **own: float) -> bool:
    k = constants_with(OWN | own)
    trust = Record(regime_months=months, track_record=track, found_poor=found_poor)
    return failing(Record(), trust, P, k) > 0.5


def test_a_visit_that_finds_poor_care_opens_the_regime_and_nothing_else_does() -> None:
    assert inside(0.0, found_poor=1.0)
    assert not inside(0.0, found_poor=0.0) and not inside(0.0, track=0.0)


@pytest.mark.parametrize("track", [0.0, 0.6, 1.0])
def test_the_regime_is_left_at_a_reinspection_alone_and_only_on_a_good_record(track: float) -> None:
    left = [months for months in range(1, 30) if not inside(float(months), track, found_poor=1.0)]
    assert left == ([12, 16, 20, 24, 28] if track > 0.6 else [])


def test_rounds_of_any_length_have_one_reinspection_each() -> None:
    left = [months for months in range(1, 40) if not inside(float(months), REINSPECT_EVERY=4.5)]
    assert left == [12, 17, 21, 26, 30, 35, 39]


def test_inspectors_see_the_worse_of_quality_and_access_with_error() -> None:
    trust, luck = Record(quality=0.7, access=0.4, track_record=0.6), Record(visit=0.0, error_a=0.25, error_b=0.5)
    seen = 0.4 + 0.1 * triangular(0.25, 0.5)
    found = inspection(trust, luck, P, K)
    assert found.track_record == pytest.approx(0.6 + (seen - 0.6) / 8.0) and found.found_poor == 1.0
    assert inspection(Record(quality=0.51, access=0.9), Record(visit=0.0), P, K).found_poor == 0.0
    assert inspection(trust, Record(visit=RATE * (BASE + P.inspection_intensity)), P, K).found_poor == 0.0


def test_the_track_record_forgets_exponentially() -> None:
    k, trust, luck = constants_with(OWN | {"INSPECTION_ERROR": 0.0}), Record(quality=0.5, access=0.8), Record()
    trust.track_record = 0.9
    for _ in range(20):
        trust.track_record = inspection(trust, luck, P, k).track_record
    assert trust.track_record == pytest.approx(0.5 + 0.4 * (1.0 - 1.0 / 8.0) ** 20)


def test_support_grows_with_the_months_inside() -> None:
    totals, setting = Record(access=2**32, quality=2**32, integration=2**32), Record(clinicians=2.0)
    made = {
        months: raw_output(Record(regime_months=months, multiplier=1.0), totals, setting, P, K)
        for months in (0.0, 24.0, 1e9)
    }
    for name in ("raw_access", "raw_quality", "raw_integration"):
        none, half, whole = (getattr(made[months], name) for months in made)
        assert (half / none, whole / none) == (pytest.approx(1.15), pytest.approx(1.3))


def stays(batch: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return who is inside (month, run, trust), and the lengths of the stays and of the absences that ended."""
    seen = np.array([np.array(records["trust"].regime_months) for records in months_of(batch)])
    before = np.concatenate([np.zeros_like(seen[:1]), seen[:-1]])
    return seen > 0.5, before[(before > 0.5) & (seen < 0.5)], before[(before < 0.5) & (seen > 0.5)]


def test_stays_of_a_run_last_a_year_and_then_whole_rounds() -> None:
    case = with_constants(INSPECTION_ERROR=0.05, REINSPECT_EVERY=4.0)
    own = {"inspection_rate": 0.3, "regime_entry_level": 0.57, "regime_exit_level": 0.605}
    _, ended, begun = stays(batch_under(None, case, **own))
    assert len(begun) > len(ended) > 20
    assert set(ended) <= set(range(12, 61, 4)) and len(set(ended)) > 2


def test_whoever_always_fails_is_found_at_the_rate_of_visits_and_kept_for_ever() -> None:
    """Of those outside a constant share enters each month: (1 - h) ** months are left outside."""
    case = with_constants(MANY, INSPECTION_ERROR=0.0, INSPECTION_BASE=BASE)
    own = {"regime_entry_level": 1.0, "regime_exit_level": 1.0, "inspection_rate": RATE}
    who, ended, _ = stays(batch_under(None, case, **own))
    assert len(ended) == 0
    for run, intensity in enumerate((0.4, 1.0)):
        for month in (12, 36, 60):
            expected = 1.0 - (1.0 - RATE * (BASE + intensity)) ** month
            error = 4.0 * np.sqrt(expected * (1.0 - expected) / 400)
            assert who[month - 1, run].mean() == pytest.approx(expected, abs=error)


def test_whoever_fails_by_bad_luck_leaves_after_a_year() -> None:
    """With every record good enough a stay is 12 months: their share tends to 12 h / (1 + 12 h), all exits early."""
    case = with_constants(MANY, INSPECTION_ERROR=0.0, INSPECTION_BASE=BASE)
    batch = batch_under(None, case, regime_entry_level=1.0, regime_exit_level=0.0, inspection_rate=0.2)
    who, ended, _ = stays(batch)
    assert set(ended) == {12.0}
    for run, intensity in enumerate((0.4, 1.0)):
        hazard = 0.2 * (BASE + intensity)
        assert who[36:, run].mean() == pytest.approx(12.0 * hazard / (1.0 + 12.0 * hazard), abs=0.02)
    early, left = np.zeros(2), np.zeros(2)
    for records in months_of(batch):
        early += np.asarray(records["country_sums"].left_regime_early).sum(axis=-1)
        left += np.asarray(records["country_sums"].left_regime).sum(axis=-1)
    assert (early == left).all() and (left > 100).all()


def test_nobody_enters_where_nobody_visits() -> None:
    who, _, _ = stays(batch_under(None, inspection_rate=0.0))
    assert not who.any()


def test_without_support_and_without_consequences_the_regime_changes_no_care() -> None:
    """Who is inside differs from a threshold's; as nothing comes of it, all else has the same bits."""
    frozen = {"failure_regime_clarity": 0.0}
    case = replace(with_constants(MARK_TILT=0.0), settings=tuple({**each, **frozen} for each in CASE.settings))
    told = {
        *("long_failing_share", "departures_long_failing", "failure_entries", "failure_exits", "failure_early_exits"),
        *("meeting_target_share", "departures_meeting_target"),
    }
    found = unlike_rival({"regime": "threshold"}, case, regime_support=0.0)
    assert {"long_failing_share", "failure_entries", "failure_exits"} <= found <= told
    assert {"quality", "manager_departures"} <= unlike_rival({"regime": "threshold"})
