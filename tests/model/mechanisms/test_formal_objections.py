"""Formal objection: when providers are asked, who objects, and that nothing else follows from it."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.kernels import simulate
from tredegar.kernels.mesa_engine import build_run
from tredegar.model.mechanisms.formal_objections import consulted, issue_severity, objection
from tredegar.model.mechanisms.table import MECHANISMS
from tredegar.model.outcomes import OUTCOMES
from tredegar.observation.counterparts import COUNTERPARTS, RIVAL_COURSES
from tredegar.observation.summaries import PLACES
from tredegar.results.record.validation import validate

from ...support.cases import Case, run_batch
from ..rule_records import Record
from .runs_of_trusts import CASE, batch_under, months_of, unlike_built_in

RIVAL = {"objection": "formal"}
CALM = {"issue_spread": 0.0, "objection_noise": 0.0}
P = Record(objection_size=0.5, objection_protection=0.9, objection_noise=0.2, objection_threshold=0.4, issue_spread=0.2)
ASKED, NOT_ASKED = Record(month=24.0), Record(month=23.0)


def objects(**given: float) -> float:
    """Return the answer of a manager who would object by 0.01 at most, of a trust of the mean size."""
    who = {"grievance": 0.46, "fear": 0.5, "objects": 0.0} | given
    centre = Record(issue_severity=who.pop("severity", 0.0))
    trust, luck = Record(size=who.pop("size", 1.0)), Record(noise_a=0.5, noise_b=who.pop("noise", 0.5))
    return objection(Record(**who), trust, centre, ASKED, luck, P)


def test_providers_are_asked_once_a_year() -> None:
    assert [month for month in range(1, 49) if consulted(Record(month=float(month)))] == [12, 24, 36, 48]


def test_grievance_size_and_severity_speak_for_an_objection_fear_and_luck_may_speak_against() -> None:
    assert objects() == 1.0
    against = {"grievance": 0.44, "size": 0.97, "severity": -0.02, "fear": 0.7, "noise": 0.45}
    assert {name: objects(**{name: value}) for name, value in against.items()} == dict.fromkeys(against, 0.0)
    assert objects(grievance=0.44, size=1.05) == objects(grievance=0.44, severity=0.02) == 1.0


def test_an_answer_stands_until_the_next_consultation() -> None:
    for last in (0.0, 1.0):
        quiet = Record(grievance=0.0, objects=last)
        assert objection(quiet, Record(), Record(), NOT_ASKED, Record(), P) == last
    drawn = Record(weight_a=0.25, weight_b=0.5)
    assert issue_severity(Record(issue_severity=0.3), NOT_ASKED, drawn, P) == 0.3
    assert issue_severity(Record(issue_severity=0.3), ASKED, drawn, P) == pytest.approx(-0.25 * 0.2 * np.sqrt(6.0))


def test_shares_of_a_run_change_once_a_year() -> None:
    found = run_batch("numpy", batch_under(RIVAL, Case(**{**vars(CASE), "every": 1}))).outcomes["objecting_share"]
    assert (found[:, :11] == 0.0).all()
    changed = {int(month) + 2 for month in np.argwhere(np.diff(found, axis=1))[:, 1]}
    assert {12} < changed <= {12, 24, 36, 48, 60}
    assert 0.05 < found[:, 11:].mean() < 0.95


def test_shares_by_number_and_by_supply_are_those_of_agents() -> None:
    batch = batch_under(RIVAL, objection_threshold=0.3)
    model = build_run(batch, 2)
    for _ in range(24):
        model.step()
    sizes = np.array([trust.size for trust in model.trusts])
    said = np.array([manager.objects for manager in model.managers])
    assert 0.0 < said.mean() < 1.0
    supply = model.outcomes["objecting_supply"] / model.outcomes["supply"]
    assert model.outcomes["objecting_share"] == pytest.approx(said.mean())
    assert supply == pytest.approx((said * sizes * sizes).sum() / (sizes * sizes).sum(), abs=1e-8)
    # Without noise and without differences between years the answer follows from what can be seen.
    calm = build_run(batch_under(RIVAL, objection_threshold=0.3, **CALM), 2)
    for _ in range(24):
        calm.step()
    net = [
        manager.grievance + 0.5 * (trust.size - 1.0) - 0.1 * manager.fear
        for manager, trust in zip(calm.managers, calm.trusts, strict=True)
    ]
    assert [manager.objects for manager in calm.managers] == [float(value > 0.3) for value in net]


def test_the_severity_of_issues_is_drawn_anew_each_year_for_the_country() -> None:
    case = Case(trusts=1, clinicians=1, months=36, runs=tuple(range(1500)), settings=({},) * 1500)
    drawn = [np.array(records["centre"].issue_severity)[:, 0] for records in months_of(batch_under(RIVAL, case))]
    years = np.array(drawn[11::12])
    assert all((month == years[number // 12 - 1]).all() for number, month in enumerate(drawn, 1) if number >= 12)
    spread = book_default("issue_spread")
    assert years.mean() == pytest.approx(0.0, abs=4.0 * spread / np.sqrt(years.size))
    assert years.std() == pytest.approx(spread, rel=0.05)
    assert abs(np.corrcoef(years[0], years[1])[0, 1]) < 4.0 / np.sqrt(1500)


def book_default(name: str) -> float:
    return float(batch_under(RIVAL).rules.parameters[name].default)


def test_an_objection_costs_nothing_and_moves_nothing() -> None:
    assert unlike_built_in(RIVAL) == set()


def test_what_the_law_protects_is_objected_to_more_often() -> None:
    shares = [
        run_batch("numpy", batch_under(RIVAL, objection_protection=protection, **CALM)).outcomes["objecting_share"]
        for protection in (0.0, 1.0)
    ]
    assert (shares[1] >= shares[0]).all() and shares[1].mean() > shares[0].mean() + 0.02


def test_the_sums_of_a_run_count_formal_objections_where_its_rules_have_them() -> None:
    """Whether the shares are recorded or not, and from a dataset as from the sums themselves."""
    small = {"replicates": 2, "months": 108, "trusts": 12, "clinicians": 2, "summaries": True, "dtype": "float64"}
    runs = simulate({}, rules=RIVAL, outcomes=["objecting_share", "challenge_share"], **small)
    bare = simulate({}, rules=RIVAL, outcomes=["quality"], **small)
    assert runs["summaries"].tobytes() == bare["summaries"].tobytes()
    for outcome, rules in (("objecting_share", RIVAL), ("challenge_share", None)):
        found = simulate({}, rules=rules, outcomes=[outcome], **small)
        peaks = found[outcome][0, :, 60:].astype(np.float32).max(axis=1)
        assert found["summaries"][0][:, PLACES["V34"]][:, 0].tolist() == peaks.tolist()
    both = ["objecting_share", "challenge_share"]
    monthly = simulate({}, rules=RIVAL, outcomes=both, **(small | {"summaries": False}))
    values = [
        next(each.value for each in validate(found.to_dataset()) if each.target.name == "V34")
        for found in (runs, monthly)
    ]
    assert values[0] == pytest.approx(values[1], rel=1e-6) and values[0] > 0.0
    former = runs["summaries"].copy()
    former[..., PLACES["V34"]] = simulate({}, outcomes=["quality"], **small)["summaries"][..., PLACES["V34"]]
    assert former.tobytes() == simulate({}, outcomes=["quality"], **small)["summaries"].tobytes()


def test_outcomes_that_targets_read_of_rivals_are_given_by_rivals_alone() -> None:
    given = {
        each.function.__name__ for row in MECHANISMS.values() for one in row.rivals.values() for each in one.outcomes
    }
    assert set(RIVAL_COURSES) <= given and not set(RIVAL_COURSES) & set(OUTCOMES)
    assert [name for name, one in COUNTERPARTS.items() if "objecting_share" in one.rival_courses] == ["V34"]


def test_runs_that_did_not_record_objections_are_not_read_by_challenges() -> None:
    """What is absent is said: public challenges are no stand-in where the rules have objections."""
    small = {"replicates": 2, "months": 108, "trusts": 12, "clinicians": 2}
    recorded = simulate({}, rules=RIVAL, outcomes=["challenge_share", "gaming_gap"], **small).to_dataset()
    (found,) = (each for each in validate(recorded) if each.target.name == "V34")
    assert found.verdict == "not measurable" and "objecting_share" in found.reason
    plain = simulate({}, outcomes=["challenge_share", "gaming_gap"], **small).to_dataset()
    (found,) = (each for each in validate(plain) if each.target.name == "V34")
    assert found.verdict != "not measurable"
