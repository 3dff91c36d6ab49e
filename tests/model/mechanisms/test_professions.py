"""Professions: who leaves how often by hand, one profession as a limit, seats that stay, shares in a steady state."""

from __future__ import annotations

from typing import Any

import pytest

from tredegar import HealthService, simulate
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.rules.clinician import leave_rate, nurse, usual_leave_rate
from tredegar.model.rules.team import USUAL_VACANCY, doctors_leaving

from ..rule_records import K, Record, parameters

ONE = {"nurse_leaving": 1.0, "doctor_leaving": 1.0, "doctor_coupling": 0.0}
SIZE: dict[str, Any] = {"replicates": 2, "months": 24, "trusts": 8, "clinicians": 6, "engine": "numpy", "seed": 3}
TOLD = {"nurses_at_work", "doctors_leaving"}
"""Outcomes that tell professions apart by the seat, whether or not they leave alike."""


@pytest.mark.parametrize(("clinicians", "nurses"), [(1, 1), (2, 2), (3, 3), (6, 5), (10, 7), (40, 28)])
def test_the_first_seats_of_every_trust_are_nurses(clinicians: int, nurses: int) -> None:
    setting = Record(clinicians=float(clinicians))
    assert [nurse(Record(number=float(number)), setting, K) for number in range(clinicians)] == [
        number < nurses for number in range(clinicians)
    ]
    assert nurses >= K.NURSE_SHARE * clinicians > nurses - 1


def test_nurses_and_doctors_leave_at_multiples_of_the_rate_of_a_clinician() -> None:
    setting, p = Record(clinicians=10.0), parameters(nurse_leaving=1.15)
    trust = Record(leave_strain=0.2, leave_blame=0.001, doctors_leaving=0.6)
    for number, times in ((0.0, 1.15), (6.0, 1.15), (7.0, 0.6), (9.0, 0.6)):
        seat = Record(number=number, morale=0.4)
        assert leave_rate(seat, trust, setting, p, K) == usual_leave_rate(seat, trust, p, K) * times
    by_hand = p.clinician_turnover * (K.LEAVE_BASE + K.LEAVE_MORALE * 0.6 * 0.6 + 0.2) + 0.001
    assert usual_leave_rate(Record(morale=0.4), trust, p, K) == pytest.approx(by_hand)


def test_doctors_leave_more_where_posts_are_vacant_and_never_less_than_not_at_all() -> None:
    p = parameters(doctor_leaving=0.7, doctor_coupling=3.0)
    assert doctors_leaving(Record(share_at_work=1.0 - USUAL_VACANCY), p) == pytest.approx(0.7)
    assert doctors_leaving(Record(share_at_work=0.73), p) == pytest.approx(0.7 * 1.6)
    assert doctors_leaving(Record(share_at_work=1.0), parameters(doctor_coupling=20.0)) == 0.0
    assert doctors_leaving(Record(share_at_work=0.2), parameters(doctor_leaving=0.7, doctor_coupling=0.0)) == 0.7


def test_where_doctors_leave_as_nurses_do_there_is_one_profession() -> None:
    one = simulate({}, rules={"professions": "one"}, **SIZE)
    for share in (0.1, 0.7, 0.9):
        found = simulate({**ONE, "NURSE_SHARE": share}, **SIZE)
        assert {name for name in OUTCOMES if found[name].tobytes() != one[name].tobytes()} <= TOLD
    found = simulate(ONE, **SIZE)
    assert all(found[name].tobytes() == one[name].tobytes() for name in OUTCOMES)
    assert simulate({}, **SIZE)["quality"].tobytes() != one["quality"].tobytes()


def test_a_seat_outlives_the_people_in_it() -> None:
    country = HealthService(trusts=20, clinicians=40, clinician_turnover=0.05, rng=1)
    numbers = [seat.number for seat in country.clinicians]
    assert numbers == [float(number) for number in range(40)] * 20
    people, hired = [seat.talent for seat in country.clinicians], 0
    for _ in range(6):
        country.step()
        hired += sum(seat.hired for seat in country.clinicians)
    assert hired > 20 and people != [seat.talent for seat in country.clinicians]
    assert numbers == [seat.number for seat in country.clinicians]


def test_outcomes_count_nurses_at_work_and_doctors_who_left_by_the_size_of_their_trusts() -> None:
    country = HealthService(trusts=6, clinicians=10, clinician_turnover=0.3, size_spread=0.4, rng=2)
    nurses, doctors = 0.0, 0.0
    for _ in range(12):
        country.step()
        at_work = sum(seat.trust.size * seat.at_work for seat in country.clinicians)
        nurses = sum(seat.trust.size * seat.at_work for seat in country.clinicians if seat.number < 7.0)
        left = sum(seat.trust.size * seat.left for seat in country.clinicians if seat.number >= 7.0)
        assert country.outcomes["nurses_at_work"] == pytest.approx(nurses / at_work, abs=1e-8)
        assert country.outcomes["doctors_leaving"] == pytest.approx(left / at_work, abs=1e-8)
        doctors += left
    assert nurses > 0.0 and doctors > 0.0


NAMED = ["nurses_at_work", "doctors_leaving", "clinician_leave_rate", "vacancy_share"]


def settled(**points: Any) -> dict[str, Any]:
    """Return means over the settled part of long runs, by point: rates of both professions, shares, all who leave."""
    size = {**SIZE, "months": 240, "trusts": 30, "clinicians": 20}
    found = simulate(points, outcomes=NAMED, **size)
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
    # Which seats are nurses' is not drawn: what is left is chance in who leaves when.
    assert long_run["nurses_at_work"] == pytest.approx(nurses / (nurses + doctors), abs=0.01)


def test_coupling_makes_doctors_leave_where_posts_stay_empty() -> None:
    points = {"doctor_coupling": [0.0, 6.0], "clinician_turnover": 0.02}
    found = simulate(points, outcomes=["doctors_leaving"], **{**SIZE, "months": 60, "trusts": 20})
    without, coupled = found["doctors_leaving"][..., 24:].mean(axis=(1, 2))
    assert coupled > 1.1 * without


def test_a_tenth_more_retention_of_nurses_goes_with_as_much_of_doctors_as_the_record_has() -> None:
    """Moscelli et al. 2025: 1.6 % more."""
    found = settled(nurse_leaving=[1.15, 0.15])
    nurses, doctors = 1.0 - 12.0 * found["nurses"], 1.0 - 12.0 * found["doctors"]
    assert nurses[1] / nurses[0] == pytest.approx(1.1, abs=0.02)
    assert doctors[1] / doctors[0] == pytest.approx(1.016, abs=0.005)
