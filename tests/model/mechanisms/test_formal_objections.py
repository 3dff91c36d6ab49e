"""Formal objection: when providers are asked, who objects, and that nothing else follows from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tredegar.kernels.mesa_engine import build_run
from tredegar.model.constants import CONSTANTS, constants_with
from tredegar.model.rules.manager import objects
from tredegar.model.rules.minister import consulted, issue_severity

from ...support.cases import Case, run_batch
from ..rule_records import Record, parameters
from .runs_of_trusts import CASE, batch_under, months_of, unlike_rival, with_constants

CALM = with_constants(ISSUE_SPREAD=0.0, OBJECT_NOISE=0.0, OBJECT_THRESHOLD=0.3)
K = constants_with({"OBJECT_SIZE": 0.5, "OBJECT_NOISE": 0.2, "OBJECT_THRESHOLD": 0.4, "ISSUE_SPREAD": 0.2})
P = parameters(objection_protection=0.9)
ASKED, NOT_ASKED = Record(month=24.0), Record(month=23.0)


def answer(**given: float) -> float:
    """Return the answer of a manager who would object by 0.01 at most, of a trust of the mean size."""
    who = {"grievance": 0.46, "fear": 0.5, "objects": 0.0} | given
    centre = Record(issue_severity=who.pop("severity", 0.0))
    trust, luck = Record(size=who.pop("size", 1.0)), Record(noise_a=0.5, noise_b=who.pop("noise", 0.5))
    return objects(Record(**who), trust, centre, ASKED, luck, P, K)


def test_providers_are_asked_once_a_year() -> None:
    assert [month for month in range(1, 49) if consulted(Record(month=float(month)))] == [12, 24, 36, 48]


def test_grievance_size_and_severity_speak_for_an_objection_fear_and_luck_may_speak_against() -> None:
    assert answer() == 1.0
    against = {"grievance": 0.44, "size": 0.97, "severity": -0.02, "fear": 0.7, "noise": 0.45}
    assert {name: answer(**{name: value}) for name, value in against.items()} == dict.fromkeys(against, 0.0)
    assert answer(grievance=0.44, size=1.05) == answer(grievance=0.44, severity=0.02) == 1.0


def test_an_answer_stands_until_the_next_consultation() -> None:
    for last in (0.0, 1.0):
        quiet = Record(grievance=0.0, objects=last)
        assert objects(quiet, Record(), Record(), NOT_ASKED, Record(), P, K) == last
    drawn = Record(weight_a=0.25, weight_b=0.5)
    assert issue_severity(Record(issue_severity=0.3), NOT_ASKED, drawn, K) == 0.3
    assert issue_severity(Record(issue_severity=0.3), ASKED, drawn, K) == pytest.approx(-0.25 * 0.2 * np.sqrt(6.0))


def test_shares_of_a_run_change_once_a_year() -> None:
    found = run_batch("numpy", batch_under(None, replace(CASE, every=1))).outcomes["objecting_share"]
    assert (found[:, :11] == 0.0).all()
    changed = {int(month) + 2 for month in np.argwhere(np.diff(found, axis=1))[:, 1]}
    assert {12} < changed <= {12, 24, 36, 48, 60}
    assert 0.05 < found[:, 11:].mean() < 0.95


def test_shares_by_number_and_by_supply_are_those_of_agents() -> None:
    batch = batch_under(None, with_constants(OBJECT_THRESHOLD=0.3))
    model = build_run(batch, 2)
    for _ in range(24):
        model.step()
    sizes = np.array([trust.size for trust in model.trusts])
    said = np.array([manager.objects for manager in model.managers])
    assert 0.0 < said.mean() < 1.0
    assert model.outcomes["objecting_share"] == pytest.approx(said.mean())
    supply = model.outcomes["objecting_supply_share"]
    assert supply == pytest.approx((said * sizes * sizes).sum() / (sizes * sizes).sum(), abs=1e-8)
    # Without noise and without differences between years the answer follows from what can be seen.
    calm = build_run(batch_under(None, CALM), 2)
    for _ in range(24):
        calm.step()
    net = [
        manager.grievance + 0.5 * (trust.size - 1.0) - 0.1 * manager.fear
        for manager, trust in zip(calm.managers, calm.trusts, strict=True)
    ]
    assert [manager.objects for manager in calm.managers] == [float(value > 0.3) for value in net]


def test_the_severity_of_issues_is_drawn_anew_each_year_for_the_country() -> None:
    case = Case(trusts=1, clinicians=1, months=36, runs=tuple(range(1500)), settings=({},) * 1500)
    drawn = [np.array(records["centre"].issue_severity)[:, 0] for records in months_of(batch_under(None, case))]
    years = np.array(drawn[11::12])
    assert all((month == years[number // 12 - 1]).all() for number, month in enumerate(drawn, 1) if number >= 12)
    spread = CONSTANTS["ISSUE_SPREAD"].value
    assert years.mean() == pytest.approx(0.0, abs=4.0 * spread / np.sqrt(years.size))
    assert years.std() == pytest.approx(spread, rel=0.05)
    assert abs(np.corrcoef(years[0], years[1])[0, 1]) < 4.0 / np.sqrt(1500)


def test_an_objection_costs_nothing_and_moves_nothing() -> None:
    assert unlike_rival({"objection": "none"}) == {"objecting_share", "objecting_supply_share"}


def test_what_the_law_protects_is_objected_to_more_often() -> None:
    shares = [
        run_batch("numpy", batch_under(None, CALM, objection_protection=protection)).outcomes["objecting_share"]
        for protection in (0.0, 1.0)
    ]
    assert (shares[1] >= shares[0]).all() and shares[1].mean() > shares[0].mean() + 0.02
