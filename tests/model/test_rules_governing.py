"""Ministers and managers judge as the page says: what raises what, what bounds what, what excludes what.

Rules are called as the Mesa agents call them, with plain floats. Each test states one judgement of the model; that all
engines follow the same rules is the matter of the equality tests.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tredegar.model.parameters import PARAMETERS
from tredegar.model.rules import centre as rules_centre
from tredegar.model.rules import manager as rules_manager
from tredegar.model.rules import methods as rules_methods
from tredegar.model.rules import minister as rules_minister
from tredegar.model.rules import reorganisation as rules_reorganisation
from tredegar.model.rules import turnover as rules_succession

from .rule_records import SHARE, TYPICAL, K, Record, parameters

# --- the centre ---


@given(access=SHARE, integration=SHARE, measured=SHARE, paid=SHARE)
def test_incentives_go_to_what_is_in_focus_and_measured(
    access: float, integration: float, measured: float, paid: float
) -> None:
    rest = max(0.0, 1.0 - access - integration)
    centre = Record(focus_access=access, focus_integration=integration, focus_quality=rest)
    p = parameters(measurability_integration=measured, outcome_payment=paid)
    given_to = rules_centre.incentives(centre, p)
    assert 0.0 <= given_to.incentive_access <= 1.0
    assert 0.0 <= given_to.incentive_integration <= 1.0
    better = rules_centre.incentives(centre, parameters(measurability_integration=1.0, outcome_payment=paid))
    assert better.incentive_integration >= given_to.incentive_integration


@given(funds=st.floats(0.5, 2.0), access=SHARE)
def test_money_answers_missed_targets_and_is_squeezed_when_they_are_met(funds: float, access: float) -> None:
    after = rules_centre.funding(Record(funding=funds), Record(access=access), parameters(target_level=0.5), K)
    assert K.FUND_MIN <= after <= K.FUND_MAX
    if K.FUND_MIN < after < K.FUND_MAX:
        assert (after > funds) == (access < 0.5) or after == funds


def test_a_new_minister_does_not_inherit_the_deal_unless_commitment_protects_it() -> None:
    centre, luck = Record(voted=False, buffer=0.8, tenure=20.0, zeal=0.1), Record(leaves=0.0, change=0.7)
    loose = rules_minister.ministry(centre, luck, parameters(deal_commitment=0.0), K)
    bound = rules_minister.ministry(centre, luck, parameters(deal_commitment=1.0), K)
    assert (loose.minister_changed, loose.tenure, loose.zeal) == (1.0, 0.0, 0.7)
    assert loose.buffer < bound.buffer == 0.8
    stays = rules_minister.ministry(centre, Record(leaves=0.999), parameters(), K)
    assert (stays.minister_changed, stays.tenure, stays.zeal, stays.buffer) == (0.0, 20.0, 0.1, 0.8)


@given(anxiety=SHARE, control=SHARE, detail=SHARE, challenge=SHARE, responsiveness=SHARE)
def test_anxiety_tightens_and_frozen_politics_does_nothing(
    anxiety: float, control: float, detail: float, challenge: float, responsiveness: float
) -> None:
    centre = Record(anxiety=anxiety, control=control, detail=detail, entrenched=0.0, buffer=0.2, party=1.0, body=0.0)
    nation = Record(challenge=challenge)
    grip = rules_minister.grip(centre, nation, parameters(political_responsiveness=responsiveness), K)
    centre.anxiety = 1.0
    anxious = rules_minister.grip(centre, nation, parameters(political_responsiveness=responsiveness), K)
    assert anxious.control_change >= grip.control_change
    assert grip.control_conceded >= 0.0
    frozen = rules_minister.grip(centre, nation, parameters(political_responsiveness=0.0), K)
    assert frozen.control_change == frozen.detail_change == 0.0


@given(access=SHARE, integration=SHARE, reported=SHARE, quality=SHARE)
def test_attention_is_shared_out_whole(access: float, integration: float, reported: float, quality: float) -> None:
    centre = Record(focus_access=access * 0.5, focus_integration=integration * 0.5)
    nation = Record(reported=reported, quality=quality, found=0.01, integration=integration)
    focus = rules_minister.focus(centre, nation, parameters(), K)
    assert focus.focus_access + focus.focus_quality + focus.focus_integration == pytest.approx(1.0, abs=1e-12)
    assert min(focus) >= -1e-12


@pytest.mark.parametrize(("month", "starts"), [(5.0, 0.0), (6.0, 1.0), (7.0, 0.0)])
def test_a_forced_reorganisation_starts_in_its_month_alone(month: float, starts: float) -> None:
    p = parameters(forced_reorganisation_month=6.0, forced_reorganisation_direction=-1.0)
    centre = Record(hazard=0.0, transition_left=0.0, direction=0.0)
    launch = rules_reorganisation.launch(centre, Record(reorganises=0.5), Record(month=month), p, K)
    assert launch.started == starts
    assert launch.direction == (-1.0 if starts else 0.0)
    assert launch.months_since == (0.0 if starts else TYPICAL)


def test_no_reorganisation_starts_by_itself_while_one_is_under_way() -> None:
    under_way = Record(hazard=1.0, transition_left=3.0)
    assert (
        rules_reorganisation.launch(under_way, Record(reorganises=0.0), Record(month=9.0), parameters(), K).started
        == 0.0
    )
    at_rest = Record(hazard=1.0, transition_left=0.0)
    assert (
        rules_reorganisation.launch(at_rest, Record(reorganises=0.0), Record(month=9.0), parameters(), K).started == 1.0
    )


def test_a_liberating_transition_tightens_first_and_frees_at_its_end() -> None:
    centre = Record(
        control=0.6, detail=0.6, direction=-1.0, control_change=0.0, detail_change=0.0, room=0.4, buffer=0.1
    )
    centre.transition_left = 5.0
    during = rules_reorganisation.transition(centre, parameters(), K)
    centre.transition_left = 1.0
    at_the_end = rules_reorganisation.transition(centre, parameters(), K)
    assert during.control > 0.6 > at_the_end.control
    assert at_the_end.detail < during.detail == 0.6
    assert at_the_end.buffer == PARAMETERS["arms_length_design"].default > during.buffer == 0.1


# --- managers ---


@given(strength=SHARE, seen=SHARE, gap=st.floats(0.0, 0.5), fear=SHARE)
def test_sanctions_frighten_and_company_encourages(strength: float, seen: float, gap: float, fear: float) -> None:
    manager, centre = Record(gap=gap, seen=seen, fear=fear), Record(control=0.8, soft=1.0)
    after = rules_manager.fear(manager, centre, parameters(sanction_strength=strength), K)
    assert 0.0 <= after <= 1.0
    assert rules_manager.fear(manager, centre, parameters(sanction_strength=1.0), K) >= after
    assert (
        rules_manager.fear(Record(gap=gap, seen=1.0, fear=fear), centre, parameters(sanction_strength=strength), K)
        <= after
    )


@given(fear=SHARE, gap=st.floats(0.0, 0.5), gaming=SHARE)
def test_nobody_learns_to_game_without_fear_or_without_a_gap(fear: float, gap: float, gaming: float) -> None:
    p = parameters()
    assert rules_manager.gaming(Record(fear=0.0, true_gap=gap, gaming=0.0), p, K) == 0.0
    assert rules_manager.gaming(Record(fear=fear, true_gap=0.0, gaming=0.0), p, K) == 0.0
    assert rules_manager.gaming(Record(fear=fear, true_gap=gap, gaming=gaming), p, K) >= gaming * (1.0 - K.GAMING_RATE)


def test_it_takes_more_to_start_a_challenge_than_to_go_on() -> None:
    """Just below the threshold a challenger goes on and nobody begins (Granovetter 1978)."""
    manager = Record(grievance=0.5, seen=0.0, fear=0.0, threshold=0.5 + 0.5 * K.CHALLENGE_STAY, guard=1.0)
    centre, luck = Record(cynicism=0.0, challenge_bar=0.0), Record(challenge=0.5)
    manager.challenges = 0.0
    assert rules_manager.challenges(manager, centre, luck, parameters(), K) == 0.0
    manager.challenges = 1.0
    assert rules_manager.challenges(manager, centre, luck, parameters(), K) == 1.0


@given(control=SHARE, detail=SHARE, compliance=SHARE, challenges=st.sampled_from([0.0, 1.0]))
def test_discretion_is_what_control_detail_and_obedience_leave(
    control: float, detail: float, compliance: float, challenges: float
) -> None:
    manager = Record(compliance=compliance, challenges=challenges)
    latitude = rules_manager.latitude(manager, Record(control=control, detail=detail), parameters(), K)
    assert latitude.obey <= compliance
    assert 1.0 - control * detail <= latitude.discretion <= 1.0
    assert 0.0 <= latitude.pressure <= TYPICAL


def test_a_capable_manager_who_works_alone_climbs_towards_the_optimum() -> None:
    trust = Record(method=0.0, optimum=1.0, trap=4.0)
    manager = Record(learning=0.1, discretion=1.0, capability=1.0, obey=0.0, own_disruption=0.0)
    centre = Record(control=0.0, best_practice=-3.0)
    council = Record(lead=0.0, lead_method=0.0)
    p = parameters(contractor_use=0.0, local_trap=0.0)
    after = rules_methods.method(trust, manager, centre, council, Record(), Record(method=0.9), p, K)
    assert after == pytest.approx(0.1)
    trapped = rules_methods.method(
        Record(method=4.6, optimum=1.0, trap=4.0),
        manager,
        centre,
        council,
        Record(),
        Record(),
        parameters(local_trap=0.9),
        K,
    )
    assert 4.6 < trapped < 5.0


def test_a_successor_obeys_brings_a_new_mind_and_does_not_challenge() -> None:
    manager = Record(departure=0.02, just_departure=0.01, challenges=1.0, gaming=0.6)
    keeps = rules_succession.succession(manager, Record(), Record(), Record(), Record(departs=0.5), parameters(), K)
    assert (keeps.departed, keeps.sacked, keeps.challenges, keeps.gaming) == (False, False, 1.0, 0.6)
    blamed = rules_succession.succession(manager, Record(), Record(), Record(), Record(departs=0.015), parameters(), K)
    assert (blamed.departed, blamed.sacked, blamed.challenges, blamed.gaming) == (True, True, 0.0, 0.3)
    just = rules_succession.succession(manager, Record(), Record(), Record(), Record(departs=0.005), parameters(), K)
    assert (just.departed, just.sacked) == (True, False)
