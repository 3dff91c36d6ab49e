"""Heads of government: hazards by hand, rates of long runs by an exact chain, ministers alone as a limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tredegar.kernels import simulate
from tredegar.model.constants import constants_with
from tredegar.model.mechanisms.minister_hazard import constant_hazard, minister_voted_out
from tredegar.model.rules.minister import calendar, headship, ministry

from ..rule_records import UNIFORM, K, Record, parameters

CONSTANT = {"head_hazard": 0.0, "minister_follows": 1.0, "minister_tenure": 30.0}
CONSTANT_K = constants_with({"MINISTER_WEAR": 1.0, "MINISTER_HALF": 1e-9, "RESHUFFLE_CHANCE": 1.0 / 30.0})
"""Parameters and constants at which ministers leave as they do by a constant hazard."""
MONTHS = 360


def centre(**changed: Any) -> Record:
    return Record(**{"voted": False, "months_since_election": 9.0, "new_head": 0.0, "tenure": 24.0, **changed})


# --- hazards by hand ---


@pytest.mark.parametrize(
    ("led", "hazard"), [(0.0, 0.015 / 145.0), (11.0, 0.0075), (23.0, 0.012), (119.0, 0.015 / 1.01)]
)
def test_a_head_falls_the_more_easily_the_longer_they_have_led(led: float, hazard: float) -> None:
    at_rest = centre(head_months=led)
    falls = headship(at_rest, Record(falls=hazard * 0.999), parameters(), K)
    stays = headship(at_rest, Record(falls=hazard * 1.001), parameters(), K)
    assert (falls.head_months, falls.new_head) == (0.0, 1.0)
    assert (stays.head_months, stays.new_head) == (led + 1.0, 0.0)


def test_an_election_alone_decides_in_its_month() -> None:
    lost = headship(centre(voted=True, months_since_election=0.0), Record(falls=0.999), parameters(), K)
    won = headship(centre(months_since_election=0.0, head_months=60.0), Record(falls=0.0), parameters(), K)
    assert (lost.head_months, lost.new_head) == (0.0, 1.0)
    assert (won.head_months, won.new_head) == (61.0, 0.0)


@pytest.mark.parametrize(
    ("state", "chance"),
    [
        ({}, 1.8 / 30.0 / 2.0),
        ({"tenure": 72.0}, 1.8 / 30.0 * 0.9),
        ({"months_since_election": 0.0}, 0.30),
        ({"new_head": 1.0}, 0.80),
        ({"new_head": 1.0, "months_since_election": 0.0, "voted": True}, 0.80),
    ],
)
def test_a_minister_leaves_with_the_head_in_a_reshuffle_or_by_time(state: dict[str, Any], chance: float) -> None:
    before = centre(zeal=0.1, buffer=0.8, **state)
    leaves = ministry(before, Record(leaves=chance * 0.999, party=0.99), parameters(), K)
    stays = ministry(before, Record(leaves=chance * 1.001, party=0.99), parameters(), K)
    assert (leaves.minister_changed, leaves.tenure) == (1.0, 0.0)
    assert leaves.buffer < 0.8
    assert (stays.minister_changed, stays.tenure, stays.zeal, stays.buffer) == (0.0, before.tenure, 0.1, 0.8)


def test_another_party_keeps_no_minister() -> None:
    lost = centre(new_head=1.0, months_since_election=0.0, voted=True)
    swing = Record(leaves=0.999, party=K.PARTY_CHANGE * 0.999, change=0.1)
    assert ministry(lost, swing, parameters(), K).minister_changed == 1.0
    kept = centre(new_head=1.0)
    assert ministry(kept, swing, parameters(), K).minister_changed == 0.0


@pytest.mark.parametrize(
    ("state", "first", "last"),
    [({"voted": True}, 0.0, 0.4), ({"months_since_election": 0.0}, 0.4, 1.0), ({"new_head": 1.0}, 0.0, 1.0)],
)
def test_zeal_is_uniform_whatever_the_election_took_of_its_luck(
    state: dict[str, Any], first: float, last: float
) -> None:
    changes = np.linspace(first, last, 41)[:-1].tolist()
    found = [
        ministry(centre(**state), Record(leaves=0.0, party=0.99, change=change), parameters(), K).zeal
        for change in changes
    ]
    assert np.allclose(found, np.linspace(0.0, 1.0, 41)[:-1])


# --- ministers alone as a limit ---


@given(waited=st.floats(0.0, 60.0), early=UNIFORM, change=UNIFORM, loses=st.floats(0.2, 0.6))
def test_elections_come_as_they_do_where_ministers_stand_alone(
    waited: float, early: float, change: float, loses: float
) -> None:
    before, luck = centre(months_since_election=waited), Record(early_election=early, change=change)
    found = calendar(before, luck, parameters(head_loses=loses), K)
    assert found == minister_voted_out(before, luck, Record(election_change=loses), K)
    assert found.voted == (found.months_since_election == 0.0 and change < loses)


@given(waited=st.floats(0.0, 60.0), early=UNIFORM, change=UNIFORM, leaves=UNIFORM, party=UNIFORM,
       served=st.floats(0.0, 600.0), loses=st.floats(0.2, 0.8))  # fmt: skip
def test_with_constant_hazards_ministers_leave_as_they_do_alone(
    waited: float, early: float, change: float, leaves: float, party: float, served: float, loses: float
) -> None:
    luck = Record(early_election=early, change=change, leaves=leaves, party=party, falls=0.0)
    before, p = centre(months_since_election=waited, tenure=served), parameters(**CONSTANT, head_loses=loses)
    alone = Record(**vars(p), election_change=loses)
    during = centre(**{**calendar(before, luck, p, CONSTANT_K)._asdict(), "head_months": 7.0})
    during.new_head = headship(during, luck, p, CONSTANT_K).new_head
    expected, found = constant_hazard(during, luck, alone, CONSTANT_K), ministry(during, luck, p, CONSTANT_K)
    won = during.months_since_election == 0.0 and not during.voted
    assert found._replace(zeal=0.0) == expected._replace(zeal=0.0)
    # A reshuffle after an election that was won takes zeal from what is left of the uniform.
    assert won or found.zeal == expected.zeal


# --- long runs ---


@pytest.fixture(scope="module")
def runs() -> dict[str, np.ndarray]:
    """Outcomes (run, month) of many runs of a small country."""
    names = ["head_changed", "minister_changed", "party"]
    found = simulate({}, outcomes=names, replicates=300, months=MONTHS, trusts=2, clinicians=1, seed=3, engine="numpy")
    return {name: found[name][0] for name in names}


def share_of_heads() -> tuple[float, float]:
    """Return the exact share of months in which heads begin, and of those that an election brings, by a chain.

    Its state is (months since the election, months of the head), as they begin, month by month.
    """
    p, due, longest = parameters(), int(K.ELECTION_DUE), MONTHS + 2
    led = np.arange(1.0, longest + 1.0)
    hazard = p.head_hazard * led**2 / (led**2 + K.HEAD_HALF**2)
    called = np.array([K.ELECTION_CHANCE if waited >= K.ELECTION_EARLY else 0.0 for waited in range(1, due + 1)])
    called[-1] = 1.0
    state = np.zeros((due, longest))
    state[0, 0] = 1.0
    total = np.zeros(2)
    for _ in range(MONTHS):
        won, between = state * called[:, None], state * (1.0 - called)[:, None]
        lost, fallen = p.head_loses * won.sum(), (between * hazard).sum(axis=1)
        after = np.zeros_like(state)
        after[0, 1:] += (1.0 - p.head_loses) * won.sum(axis=0)[:-1]
        after[0, 0] += lost
        after[1:, 1:] += (between * (1.0 - hazard))[:-1, :-1]
        after[1:, 0] += fallen[:-1]
        state = after
        total += (lost + fallen.sum(), lost)
    return float(total[0] / MONTHS), float(total[1] / MONTHS)


def test_heads_come_as_often_as_an_exact_chain_says(runs: dict[str, np.ndarray]) -> None:
    heads, _ = share_of_heads()
    by_run = runs["head_changed"].mean(axis=1)
    assert abs(by_run.mean() - heads) < 4.0 * by_run.std() / np.sqrt(len(by_run))
    assert 48.0 < 1.0 / heads < 64.0


def test_most_ministers_leave_with_the_head_and_all_with_the_party(runs: dict[str, np.ndarray]) -> None:
    heads, lost = share_of_heads()
    begins = runs["head_changed"] > 0.5
    follows = runs["minister_changed"][begins]
    expected = 0.80 + 0.20 * K.PARTY_CHANGE * lost / heads
    assert abs(follows.mean() - expected) < 4.0 * follows.std() / np.sqrt(len(follows))
    swings = np.diff(runs["party"], axis=1) != 0.0
    assert swings.sum() > 100
    assert (begins[:, 1:] & (runs["minister_changed"][:, 1:] > 0.5))[swings].all()


def test_tenures_of_ministers_are_less_uneven_than_by_a_constant_hazard(runs: dict[str, np.ndarray]) -> None:
    gaps = np.concatenate([np.diff(np.flatnonzero(run > 0.5)) for run in runs["minister_changed"]])
    assert 24.0 < gaps.mean() < 28.0
    assert 0.60 < gaps.std() / gaps.mean() < 0.70


def test_without_a_hazard_heads_change_at_elections_alone() -> None:
    out = simulate(
        {"head_hazard": [0.0]}, outcomes=["head_changed"], replicates=40, months=240, trusts=2,
        clinicians=1, seed=3, engine="numpy",
    )["head_changed"][0]  # fmt: skip
    gaps = np.concatenate([np.diff(np.flatnonzero(run > 0.5)) for run in out])
    assert len(gaps) > 20 and gaps.min() >= K.ELECTION_EARLY
