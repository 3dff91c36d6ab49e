"""Clinicians and trusts work, and the country sees, as the page says: what raises what, what excludes what.

Rules are called as the Mesa agents call them, with plain floats. Each test states one judgement of the model; that all
engines follow the same rules is the matter of the equality tests.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tredegar.model.rules import clinician as rules_clinician
from tredegar.model.rules import country as rules_country
from tredegar.model.rules import outcomes as rules_outcomes
from tredegar.model.rules import places as rules_places
from tredegar.model.rules import start as rules_start
from tredegar.model.rules import team as rules_team
from tredegar.model.rules import trust as rules_trust

from .rule_records import SHARE, UNIFORM, K, Record, parameters

# --- clinicians ---


SETTING = Record(clinicians=10.0)


@settings(max_examples=300)
@given(fate=UNIFORM, skill=st.floats(0.1, 2.0), morale=SHARE, occupied=st.booleans(), number=st.integers(0, 9))
def test_a_person_leaves_is_pushed_on_or_stays_and_never_two_of_these(
    fate: float, skill: float, morale: float, occupied: bool, number: int
) -> None:
    seat = Record(skill=skill, morale=morale, occupied=occupied, number=float(number))
    trust = Record(leave_strain=0.1, leave_blame=0.01, displacement_hazard=0.3, removal_hazard=0.2)
    seat.leave_rate = rules_clinician.leave_rate(seat, trust, SETTING, parameters(), K)
    happens = rules_clinician.fate(seat, trust, Record(fate=fate), K)
    assert happens.left + happens.displaced + happens.at_work <= occupied
    assert not (happens.displaced and not happens.poor)
    if occupied and not happens.poor:
        assert happens.left or happens.at_work


@given(fate=UNIFORM, origin=UNIFORM, occupied=st.booleans(), pool=SHARE)
def test_only_vacant_seats_are_filled(fate: float, origin: float, occupied: bool, pool: float) -> None:
    seat, trust = Record(occupied=occupied), Record(hire_chance=0.7, from_pool=pool)
    new = rules_clinician.newcomer(seat, trust, Record(fate=fate, origin=origin))
    assert new.hired == (not occupied and fate < 0.7)
    assert new.rehired == (new.hired and origin < pool)


@given(morale=SHARE, access=SHARE, integration=st.floats(0.0, 0.5), pressure=st.floats(0.0, 3.0))
def test_the_weaker_morale_the_more_incentives_divide_the_day(
    morale: float, access: float, integration: float, pressure: float
) -> None:
    pull = K.TARGET_PULL * pressure
    trust = Record(
        morale_goal=morale, access_norm=0.45, integration_norm=0.14,
        pull=pull, pull_access=pull * 0.9, pull_integration=pull * 0.05,
    )  # fmt: skip
    luck = Record(spread_a=0.5, spread_b=0.5)

    def access_after(morale_now: float) -> float:
        seat = Record(morale=morale_now, effort_access=access, effort_integration=integration)
        trust.morale_goal = morale_now
        return rules_clinician.motivation(seat, trust, luck, K).effort_access

    assert access_after(0.1) >= access_after(0.9) - 1e-15


def test_who_is_not_at_work_gives_nothing() -> None:
    seat = Record(at_work=False, left=True, displaced=False, rehired=False, poor=True)
    given_by = rules_clinician.contribution(seat, Record(), SETTING, parameters(), K)
    counted = given_by._asdict()
    assert counted.pop("left") is True
    assert not any(counted.values())


@given(skill=st.floats(0.05, 1.6), training=st.floats(0.0, 0.2))
def test_training_lifts_and_never_beyond_the_plateau(skill: float, training: float) -> None:
    seat = Record(skill=skill, talent=skill)
    after = rules_clinician.skill(seat, Record(training=training), K)
    assert after >= skill
    assert after <= max(skill, K.SKILL_PLATEAU)


# --- trusts ---


@given(queue=st.floats(0.0, 20.0), demand=st.floats(0.1, 3.0), output=st.floats(0.1, 3.0))
def test_the_longer_the_queue_the_longer_the_wait_and_the_less_access(
    queue: float, demand: float, output: float
) -> None:
    def treat(waiting: float) -> Any:
        trust = Record(queue=waiting, demand=demand, raw_access=output, failure_demand_share=0.1)
        return rules_trust.treatment(trust, Record(money=1.0), parameters(), K)

    def access(treated: Any) -> Any:
        return rules_trust.access(Record(wait=treated.wait), Record(month=1.0), parameters(), K)

    now, longer = treat(queue), treat(queue + 1.0)
    assert now.treated + now.queue == pytest.approx(queue + demand)
    assert 0.0 <= now.treated <= queue + demand
    assert 0.0 < access(longer) <= access(now) <= 1.0
    assert longer.queue >= now.queue >= 0.0


@given(access=SHARE, gaming=SHARE, margin=UNIFORM)
def test_reports_are_dressed_up_to_just_above_the_target(access: float, gaming: float, margin: float) -> None:
    trust, manager = Record(access=access, pushed=0.0), Record(gaming=gaming)
    shown = rules_trust.publication(trust, manager, Record(margin=margin), parameters(target_level=0.9), K)
    assert access <= shown.reported <= max(access, min(1.0, 0.9 + K.GAMING_MARGIN))
    assert shown.access == access
    honest = rules_trust.publication(trust, Record(gaming=0.0), Record(margin=margin), parameters(), K)
    assert honest.reported == access


@given(quality=SHARE, access=SHARE, found=UNIFORM, leniency=SHARE, pride=SHARE)
def test_a_failure_is_told_or_hidden_never_both(
    quality: float, access: float, found: float, leniency: float, pride: float
) -> None:
    trust = Record(quality=quality, access=access, reported=access, months_failing=2.0)
    after = rules_trust.failure(
        trust, Record(pride=pride), Record(found=found), parameters(regulator_leniency=leniency), K
    )
    assert after.found_told + after.found_hidden in (0.0, 1.0)
    assert after.months_failing == (3.0 if after.failing else 1.0)
    open_one = rules_trust.failure(
        trust, Record(pride=pride), Record(found=found), parameters(regulator_leniency=0.0), K
    )
    assert open_one.found_hidden == 0.0
    assert open_one.found_told == after.found_told + after.found_hidden


@given(method=st.floats(-5.0, 5.0), trap=st.floats(1.0, 3.0), depth=SHARE)
def test_a_method_is_as_good_as_the_better_peak(method: float, trap: float, depth: float) -> None:
    here = rules_team.fitness(Record(method=method, optimum=0.0, trap=trap), parameters(local_trap=depth))
    assert 0.0 < here.fit <= 1.0
    assert rules_team.fitness(Record(method=0.0, optimum=0.0, trap=trap), parameters(local_trap=depth)).fit == 1.0
    assert not (here.trapped and depth == 0.0)


def test_a_trust_without_staff_still_works_through_the_countrys_vacancies() -> None:
    setting, p = Record(own_vacancies=0.1, clinicians=4.0), parameters()
    empty = rules_team.multiplier(Record(share_at_work=0.0), Record(), Record(), Record(vacancy=0.1), setting, p, K)
    assert 0.0 < empty < float("inf")


# --- the country ---


def test_what_leads_is_the_method_of_those_who_look_best() -> None:
    sums = Record(lead_cubed=2 * 2**32, lead_cubed_method=3 * 2**32)
    assert rules_country.best_method(Record(), sums, Record(best_practice=9.0)) == 1.5
    nobody = Record(lead_cubed=0, lead_cubed_method=0)
    assert rules_country.best_method(Record(), nobody, Record(best_practice=9.0)) == 9.0


def test_a_spread_that_rounds_below_zero_is_zero() -> None:
    assert rules_country.standard_deviation(2**32, 2**32 // 4 - 1, 2.0) == 0.0
    assert rules_country.standard_deviation(0, 2 * 2**32, 2.0) == 1.0


@given(trusts=st.integers(1, 400), tenths=st.sampled_from([1, 5, 9]))
def test_a_percentile_is_a_trust_of_the_list(trusts: int, tenths: int) -> None:
    rank = rules_outcomes.percentile_rank(tenths, trusts)
    assert 0 <= rank < trusts
    assert (rank + 1) * 10 >= tenths * trusts > rank * 10


@given(share=SHARE)
def test_a_percentile_lies_in_the_bin_of_its_value(share: float) -> None:
    value = rules_outcomes.percentile_value(rules_outcomes.percentile_bin(share))
    assert abs(value - share) <= 0.5 / 1024.0 + 1e-12 or share == 1.0


# --- the start ---


@given(access=SHARE, integration=SHARE)
def test_focus_that_exceeds_the_whole_is_scaled_to_it(access: float, integration: float) -> None:
    start = rules_start.centre_start(
        Record(), Record(party=0.3), parameters(focus_access=access, focus_integration=integration)
    )
    assert start.focus_access + start.focus_quality + start.focus_integration == pytest.approx(1.0)
    assert min(start.focus_access, start.focus_quality, start.focus_integration) >= -1e-15
    assert start.party == -1.0


@given(place=SHARE.filter(lambda x: x < 1.0), units=st.integers(1, 60), mismatch=SHARE)
def test_every_place_has_a_council_and_a_catchment(place: float, units: int, mismatch: float) -> None:
    arcs = rules_places.arcs(Record(position=place), Record(units=float(units)), parameters(boundary_mismatch=mismatch))
    assert 0.0 <= arcs.council < units
    assert 0.0 <= arcs.catchment < units
    assert arcs.council == int(arcs.council)
    if mismatch == 0.0:
        assert arcs.council == arcs.catchment
