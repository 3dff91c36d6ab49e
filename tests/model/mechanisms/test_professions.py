"""Professions: who leaves how often by hand, one profession as built in, posts that stay, shares in a steady state."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tredegar import HealthService, simulate
from tredegar.model.mechanisms.professions import USUAL_VACANCY, doctors_alone, leave_rate_of_profession
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.rules.clinician import leave_rate
from tredegar.observation.counterparts import COUNTERPARTS
from tredegar.observation.summaries import pooled
from tredegar.results.record.validation import validate

from ..rule_records import K, Record, parameters

RULES = {"professions": "nurses-and-doctors"}
ONE = {"nurse_leaving": 1.0, "doctor_leaving": 1.0, "doctor_coupling": 0.0}
SIZE: dict[str, Any] = {"replicates": 2, "months": 24, "trusts": 8, "clinicians": 6, "engine": "numpy", "seed": 3}


def of_professions(**changed: float) -> Any:
    usual = {"nurse_share": 0.7, "nurse_leaving": 1.15, "doctor_leaving": 0.7, "doctor_coupling": 3.0}
    return SimpleNamespace(**{**vars(parameters()), **usual, **changed})


def test_nurses_and_doctors_leave_at_multiples_of_the_rate_of_a_clinician() -> None:
    trust, p = Record(leave_strain=0.2, leave_blame=0.001, doctors_leaving=0.6), of_professions()
    for post, times in ((0.0, 1.15), (0.699, 1.15), (0.7, 0.6), (0.999, 0.6)):
        seat = Record(post=post, morale=0.4)
        assert leave_rate_of_profession(seat, trust, p, K) == leave_rate(seat, trust, p, K) * times
    by_hand = p.clinician_turnover * (K.LEAVE_BASE + K.LEAVE_MORALE * 0.6 * 0.6 + 0.2) + 0.001
    assert leave_rate(Record(morale=0.4), trust, p, K) == pytest.approx(by_hand)


def test_doctors_leave_more_where_posts_are_vacant_and_never_less_than_not_at_all() -> None:
    p = of_professions()
    assert doctors_alone(Record(share_at_work=1.0 - USUAL_VACANCY), p) == pytest.approx(0.7)
    assert doctors_alone(Record(share_at_work=0.73), p) == pytest.approx(0.7 * 1.6)
    assert doctors_alone(Record(share_at_work=1.0), of_professions(doctor_coupling=20.0)) == 0.0
    assert doctors_alone(Record(share_at_work=0.2), of_professions(doctor_coupling=0.0)) == 0.7


def test_one_profession_is_what_is_built_in() -> None:
    built_in = simulate({}, **SIZE)
    for share in (0.0, 0.7, 1.0):
        found = simulate({**ONE, "nurse_share": share}, rules=RULES, **SIZE)
        assert all(found[name].tobytes() == built_in[name].tobytes() for name in OUTCOMES)
    assert simulate({}, rules=RULES, **SIZE)["quality"].tobytes() != built_in["quality"].tobytes()


def test_a_post_outlives_the_people_in_it_and_is_anybodys_alike() -> None:
    country = HealthService(trusts=20, clinicians=40, rules=RULES, clinician_turnover=0.05, rng=1)
    posts = [seat.post for seat in country.clinicians]
    assert np.mean([post < 0.7 for post in posts]) == pytest.approx(0.7, abs=4.0 * (0.21 / 800) ** 0.5)
    assert np.mean(posts) == pytest.approx(0.5, abs=4.0 * (1.0 / 12.0 / 800) ** 0.5)
    people, hired = [seat.talent for seat in country.clinicians], 0
    for _ in range(6):
        country.step()
        hired += sum(seat.hired for seat in country.clinicians)
    assert hired > 20 and people != [seat.talent for seat in country.clinicians]
    assert posts == [seat.post for seat in country.clinicians]


NAMED = ["nurses_at_work", "doctors_leaving", "clinician_leave_rate", "vacancy_share"]


def settled(**points: Any) -> dict[str, Any]:
    """Return means over the settled part of long runs, by point: rates of both professions, shares, all who leave."""
    size = {**SIZE, "months": 240, "trusts": 30, "clinicians": 20}
    found = simulate(points, rules=RULES, outcomes=NAMED, **size)
    means = {name: found[name][..., 60:].astype(float).mean(axis=(1, 2)) for name in NAMED}
    means["doctors"] = means["doctors_leaving"] / (1.0 - means["nurses_at_work"])
    means["nurses"] = (means["clinician_leave_rate"] - means["doctors_leaving"]) / means["nurses_at_work"]
    return means


@pytest.fixture(scope="module")
def long_run() -> dict[str, Any]:
    return settled(doctor_coupling=0.0, clinician_turnover=0.015)


def test_each_profession_leaves_at_its_own_rate(long_run: dict[str, Any]) -> None:
    # The same conditions drive out both; but newcomers are in better spirits, and among nurses there are more of them.
    assert 0.9 * 1.15 / 0.7 < long_run["nurses"] / long_run["doctors"] < 1.05 * 1.15 / 0.7


def test_the_share_of_nurses_at_work_is_that_of_a_steady_state(long_run: dict[str, Any]) -> None:
    vacancy = long_run["vacancy_share"]
    hired = long_run["clinician_leave_rate"] * (1.0 - vacancy) / vacancy
    nurses = 0.7 * hired / (hired + long_run["nurses"])
    doctors = 0.3 * hired / (hired + long_run["doctors"])
    # 1,200 posts were drawn once: 4 standard errors.
    assert long_run["nurses_at_work"] == pytest.approx(nurses / (nurses + doctors), abs=4.0 * (0.21 / 1200) ** 0.5)


def test_coupling_makes_doctors_leave_where_posts_stay_empty() -> None:
    points = {"doctor_coupling": [0.0, 6.0], "clinician_turnover": 0.02}
    found = simulate(points, rules=RULES, outcomes=["doctors_leaving"], **{**SIZE, "months": 60, "trusts": 20})
    without, coupled = found["doctors_leaving"][..., 24:].mean(axis=(1, 2))
    assert coupled > 1.1 * without


def test_a_tenth_more_retention_of_nurses_goes_with_as_much_of_doctors_as_the_record_has() -> None:
    """Moscelli et al. 2025: 1.6 % more."""
    found = settled(nurse_leaving=[1.15, 0.15])
    nurses, doctors = 1.0 - 12.0 * found["nurses"], 1.0 - 12.0 * found["doctors"]
    assert nurses[1] / nurses[0] == pytest.approx(1.1, abs=0.02)
    assert doctors[1] / doctors[0] == pytest.approx(1.016, abs=0.005)


def test_the_targets_of_both_professions_are_read_off_runs_that_part_them_and_off_one_rate_elsewhere() -> None:
    size: dict[str, Any] = {**SIZE, "months": 96, "outcomes": ["clinician_leave_rate"], "summaries": True}
    one = {each.target.name: each for each in validate(simulate({"solidarity": [0.5]}, **size).to_dataset())}
    assert one["V24"].value == one["V25"].value
    size["outcomes"] = ["clinician_leave_rate", "nurses_at_work", "doctors_leaving"]
    runs = simulate({"solidarity": [0.5]}, rules=RULES, **size)
    two = {each.target.name: each for each in validate(runs.to_dataset())}
    seen = {name: runs[name][0, :, 60:].astype(float).sum() for name in size["outcomes"]}
    nurses_leaving = seen["clinician_leave_rate"] - seen["doctors_leaving"]
    assert two["V24"].value == pytest.approx(nurses_leaving / seen["nurses_at_work"])
    at_work = 2 * 36 - seen["nurses_at_work"]
    assert two["V25"].value == pytest.approx(seen["doctors_leaving"] / at_work) and two["V25"].value < two["V24"].value
    alone = simulate({"solidarity": [0.5]}, rules=RULES, **{**size, "outcomes": ["quality"], "every": 12})
    assert alone["summaries"].tobytes() == runs["summaries"].tobytes()
    assert pooled(COUNTERPARTS["V25"], np.array([[0.1, 20.0]])) == pytest.approx(0.005)
