"""The notch of a target: who pushes over it, where the report lands, what is true of it and what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tredegar.model.constants import constants_with
from tredegar.model.mechanisms.no_notch import dressed_alone
from tredegar.model.rules.trust import performance, publication, push

from ...support.cases import Case, run_batch
from ..rule_records import SHARE, UNIFORM, Record, parameters
from .runs_of_trusts import CASE, batch_under, months_of, unlike, unlike_rival, with_constants

RIVAL = {"notch": "none"}
MARGIN = 0.03
"""How far above the target the rival's reports land at most."""
OF_RIVAL = with_constants(GAMING_MARGIN=MARGIN)
HONEST = Record(gaming=0.0)
K = constants_with({"NOTCH_WIDTH": 0.006, "NOTCH_LANDING": 0.003, "NOTCH_COST": 2.0, "GAMING_MARGIN": 0.02})
P = parameters(target_level=0.9, target_toughness=0.5, notch_effort=0.2, notch_truth=0.5)


def pushed(access: float, tries: float = 0.0, last: float = 0.0, manager: Any = HONEST) -> Any:
    return push(Record(access=access, pushed=last), manager, Record(pushes=tries, margin=0.0), P, K)


@pytest.mark.parametrize(
    ("access", "tries", "moves"),
    [
        (0.895, 0.0, True),
        (0.895, 0.075, True),
        (0.8939, 0.0, False),
        (0.9, 0.0, False),
        (0.95, 0.0, False),
        (0.895, 0.11, False),
    ],
)  # fmt: skip
def test_a_trust_just_below_a_tough_target_pushes_over_it(access: float, tries: float, moves: bool) -> None:
    found = pushed(access, tries)
    assert (found.pushed > 0.0) is moves
    if moves:
        assert access + found.pushed == pytest.approx(0.9 + 0.003 * tries / 0.1)


@given(access=SHARE | st.floats(0.893, 0.9), gaming=SHARE, margin=UNIFORM, tries=UNIFORM | st.floats(0.0, 0.1))
def test_half_of_a_push_is_true_and_a_report_is_never_below_the_truth(
    access: float, gaming: float, margin: float, tries: float
) -> None:
    luck, manager = Record(pushes=tries, margin=margin), Record(gaming=gaming)
    trust = Record(access=access, pushed=0.0)
    trust.pushed = push(trust, manager, luck, P, K).pushed
    shown = publication(trust, manager, luck, P, K)
    assert shown.access == access + 0.5 * trust.pushed
    assert shown.access <= shown.reported <= 1.0
    if trust.pushed > 0.0:
        assert shown.reported + 1e-12 >= 0.9 and shown.reported <= 0.903 + 1e-12
    elif shown.reported > shown.access:
        assert shown.reported <= 0.9 + 0.02


def test_a_push_is_paid_for_with_next_months_quality() -> None:
    assert pushed(0.5, last=0.004).push_debt == pytest.approx(2.0 * 0.5 * 0.004)
    trust = Record(raw_quality=1.0, wait=2.0, access=0.8, integration=0.5, push_debt=0.0)
    before = performance(trust, K)
    trust.push_debt = 0.004
    after = performance(trust, K)
    assert after.quality == pytest.approx(before.quality - 0.004)
    assert after.overall == pytest.approx(0.4 * 0.8 + 0.4 * after.quality + 0.2 * 0.5)
    assert performance(Record(**{**vars(trust), "push_debt": 2.0}), K).quality == 0.0


def test_without_effort_and_with_the_rivals_margin_every_bit_is_that_of_the_rival() -> None:
    assert unlike_rival(RIVAL, OF_RIVAL, notch_effort=0.0) == set()
    assert {"reported_access", "true_access", "quality"} <= unlike_rival(RIVAL, OF_RIVAL, notch_effort=0.3)


@given(access=SHARE, gaming=SHARE, margin=UNIFORM)
def test_the_rival_dresses_up_to_its_own_margin(access: float, gaming: float, margin: float) -> None:
    trust, manager, luck = Record(access=access, pushed=0.0), Record(gaming=gaming), Record(margin=margin)
    shown = dressed_alone(trust, manager, luck, Record(**vars(P), dressing_margin=MARGIN), K)
    assert shown == publication(trust, manager, luck, P, constants_with({"GAMING_MARGIN": MARGIN}))


def test_nobody_pushes_for_a_target_that_has_no_teeth() -> None:
    toothless = replace(CASE, settings=({"target_toughness": 0.0},) * 3)
    with_effort, without = (
        run_batch("numpy", batch_under(None, toothless, notch_effort=effort)) for effort in (0.3, 0.0)
    )
    assert unlike(with_effort, without) == set()


def test_as_many_push_as_their_effort_says() -> None:
    """Honest trusts: of those within the notch a share of effort times toughness pushes, and lands evenly."""
    settings = tuple({"gaming_propensity": 0.0, "target_toughness": toughness} for toughness in (0.5, 1.0))
    case = Case(trusts=600, clinicians=1, months=36, seed=5, runs=(0, 1), settings=settings)
    near, pushes, landings = np.zeros(2), np.zeros(2), []
    for records in months_of(batch_under(None, case, notch_effort=0.3)):
        trust, target = records["trust"], np.array(records["p"].target_level)
        moved = np.asarray(trust.pushed)
        short = target - (np.asarray(trust.access) - 0.5 * moved)
        near += ((short > 0.0) & (short < 0.006)).sum(axis=1)
        pushes += (moved > 0.0).sum(axis=1)
        landings.append((np.asarray(trust.reported) - target)[moved > 0.0])
    assert (near > 300).all()
    for run, chance in enumerate((0.15, 0.3)):
        assert pushes[run] / near[run] == pytest.approx(chance, abs=4.0 * np.sqrt(chance * (1.0 - chance) / near[run]))
    landed = np.concatenate(landings) / 0.003
    assert landed.min() > -1e-9 and landed.max() < 1.0 + 1e-9
    assert landed.mean() == pytest.approx(0.5, abs=4.0 / np.sqrt(12.0 * len(landed)))


def test_nothing_lands_above_one() -> None:
    p = Record(**(vars(P) | {"target_level": 1.0}))
    for gaming, tries in ((1.0, 1.0), (0.0, 0.09)):
        manager, luck = Record(gaming=gaming), Record(pushes=tries, margin=1.0)
        trust = Record(access=0.996, pushed=0.0)
        trust.pushed = push(trust, manager, luck, p, K).pushed
        assert publication(trust, manager, luck, p, K).reported == 1.0
        assert (trust.pushed > 0.0) is (gaming == 0.0)


@given(access=st.floats(0.85, 0.95), margin=UNIFORM)
def test_dressed_reports_land_within_their_margin(access: float, margin: float) -> None:
    dresser, luck = Record(gaming=1.0), Record(margin=margin, pushes=1.0)
    shown = publication(Record(access=access, pushed=0.0), dresser, luck, P, K)
    assert shown.reported == pytest.approx(max(access, 0.9 + 0.02 * margin))
