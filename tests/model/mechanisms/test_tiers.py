"""Tiers of a reorganisation: whom it reaches and when, what that does, and one tier as a limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tredegar.kernels import Simulated, simulate
from tredegar.model.constants import constants_with
from tredegar.model.rules.reorganisation import provider_step, reach, upheaval

from ...support.cases import Case
from ..rule_records import SHARE, UNIFORM, K, Record, parameters
from .runs_of_trusts import unlike_rival

ONE_TIER = {"provider_chance": 1.0, "reform_spread": 1.0, "middle_rate": 0.0, "merger_rate": 0.0}
ONE_TIER_CONSTANTS = {"SCOPE_LEAST": 1.0, "SPREAD_LEAST": 1.0, "MARK_TILT": 0.0, "NATIONAL_SHOCK": 0.0}
"""Parameters and constants at which a national start is every trust's own, at once."""
NO_TILT = constants_with({"MARK_TILT": 0.0})
FROZEN = {"political_responsiveness": 0.0, "forced_reorganisation_month": 13.0, "merger_rate": 0.0}
"""One national reorganisation, in month 13, and nothing else."""


def run(
    months: int, trusts: int = 60, replicates: int = 4, constants: dict[str, float] | None = None, **values: float
) -> Simulated:
    names = ["trusts_reorganised", "reorganisation_started", "any_tier_started", "disruption_of_trusts", "disruption"]
    return simulate(
        {name: [value] for name, value in values.items()}, constants=constants, outcomes=names, replicates=replicates,
        months=months, trusts=trusts, clinicians=1, seed=8, engine="numpy",
    )  # fmt: skip


# --- rules by hand ---


def centre(**changed: float) -> Record:
    return Record(**{"started": 0.0, "anxiety": 0.4, "months_settled": 23.0, "shock": 0.35, "reform_scope": 0.0,
                     "reform_spread": 30.0, "middle_started": 0.0, **changed})  # fmt: skip


def step(
    luck: dict[str, float] | None = None,
    left: float = -1.0,
    unrest: float = 0.2,
    k: Any = K,
    trust: Record | None = None,
    failing: float = 0.0,
    **of_centre: float,
) -> Any:
    """Return what a trust's own step comes to; luck that is not given never strikes."""
    drawn = Record(**{"marked": 0.999, "merges": 0.999, "touched": 0.999, **(luck or {})})
    manager = Record(months_to_step=left, unrest=unrest, failing=failing)
    return provider_step(manager, trust or Record(size=1.0, overlap=0.5), centre(**of_centre), drawn, parameters(), k)


def test_a_national_start_reaches_providers_or_does_not() -> None:
    luck = {"scope": 0.5, "spread": 0.25, "middle": 0.0}
    reaches = reach(centre(started=1.0), Record(reaches=0.39, **luck), parameters(), K)
    assert reaches == (0.4 + 0.6 * 0.5, 12.0 + 48.0 * 0.25, 0.0, 0.0)
    assert reach(centre(started=1.0), Record(reaches=0.41, **luck), parameters(), K).reform_scope == 0.0
    assert reach(centre(), Record(reaches=0.0, **luck), parameters(), K).reform_scope == 0.0


def test_an_anxious_centre_reorganises_the_middle_once_the_last_start_is_forgotten() -> None:
    hazard = 0.12 * 0.4 * 0.5  # months_settled becomes 24, which is middle_rest
    p, luck = parameters(), {"reaches": 0.9, "scope": 0.5, "spread": 0.5}
    begins = reach(centre(), Record(middle=hazard * 0.999, **luck), p, K)
    waits = reach(centre(), Record(middle=hazard * 1.001, **luck), p, K)
    assert (begins.middle_started, begins.months_settled) == (1.0, 0.0)
    assert (waits.middle_started, waits.months_settled) == (0.0, 24.0)
    assert reach(centre(anxiety=0.0), Record(middle=0.0, **luck), p, K).middle_started == 0.0
    frozen = parameters(political_responsiveness=0.0)
    assert reach(centre(), Record(middle=0.0, **luck), frozen, K).middle_started == 0.0


@pytest.mark.parametrize(
    ("trust", "failing", "chance"),
    [
        ({}, 0.0, 0.6),
        ({"size": 0.4}, 0.0, 0.6 * 1.3),
        ({}, 1.0, 1.0),
        ({"overlap": 1.0}, 0.0, 0.6 * 0.75),
        ({"size": 3.5}, 0.0, 0.0),
    ],
)
def test_small_failing_and_border_trusts_are_marked_rather(
    trust: dict[str, float], failing: float, chance: float
) -> None:
    of_trust = Record(**{"size": 1.0, "overlap": 0.5, **trust})
    for marked in (0.0, 0.25, 0.5, 0.7, 0.9):
        found = step({"marked": marked}, reform_scope=0.6, trust=of_trust, failing=failing).months_to_step
        assert found == (float(int(30.0 * marked / chance)) if marked < chance else -1.0)
    assert step({"marked": 0.59}, reform_scope=0.6, trust=of_trust, k=NO_TILT).months_to_step == 29.0


@given(month=UNIFORM, scope=st.floats(0.1, 1.0), spread=st.floats(1.0, 60.0))
def test_a_marked_trust_has_its_own_step_once_within_the_spread(month: float, scope: float, spread: float) -> None:
    luck = {"marked": month * scope}
    left = [step(luck, reform_scope=scope, reform_spread=spread, k=NO_TILT).months_to_step]
    for _ in range(61):
        left.append(step(left=left[-1]).months_to_step)
    assert left.count(0.0) == 1 and left.index(0.0) < spread
    assert left[-1] == -1.0


def test_the_months_of_marked_trusts_are_spread_evenly() -> None:
    months = [
        step({"marked": (number + 0.5) / 1200.0}, reform_scope=0.5, reform_spread=12.0, k=NO_TILT).months_to_step
        for number in range(600)
    ]
    assert [months.count(float(month)) for month in range(12)] == [50] * 12


def test_a_trust_is_merged_outside_reforms_and_keeps_no_older_plan() -> None:
    assert step({"merges": 0.0013}).months_to_step == 0.0
    assert step({"merges": 0.0015}).months_to_step == -1.0
    assert step({"merges": 0.0}, left=9.0).months_to_step == 0.0
    assert step(left=9.0).months_to_step == 8.0


@pytest.mark.parametrize(
    ("luck", "left", "of_centre", "blow"),
    [
        ({}, -1.0, {}, 0.0),
        ({}, 1.0, {}, 1.0),
        ({}, -1.0, {"started": 1.0}, 0.4),
        ({}, 1.0, {"started": 1.0}, 1.4),
        ({"touched": 0.29}, -1.0, {"middle_started": 1.0}, 0.3),
        ({"touched": 0.31}, -1.0, {"middle_started": 1.0}, 0.0),
        ({"touched": 0.0}, -1.0, {}, 0.0),
    ],
)
def test_disruption_is_what_touched_the_trust(
    luck: dict[str, float], left: float, of_centre: dict[str, float], blow: float
) -> None:
    found = step(luck, left=left, **of_centre).unrest
    assert found == pytest.approx(0.2 * (1.0 - 1.0 / K.DISRUPTION_MONTHS) + 0.35 * blow)


@given(unrest=SHARE, shock=SHARE, left=st.sampled_from([-1.0, 1.0]), started=st.sampled_from([0.0, 1.0]))
def test_disruption_is_at_most_whole(unrest: float, shock: float, left: float, started: float) -> None:
    assert 0.0 <= step(left=left, unrest=unrest, shock=shock, started=started).unrest <= 1.0


def test_a_trust_is_reorganised_in_its_own_month_alone() -> None:
    state = {"unrest": 0.3}
    now = upheaval(Record(months_to_step=0.0, **state), centre(started=0.0))
    later = upheaval(Record(months_to_step=1.0, **state), centre(started=1.0))
    assert now == (1.0, 0.3, 0.35) and later == (0.0, 0.3, 0.35)


# --- one tier as a limit ---


def test_with_every_trust_reached_at_once_there_is_one_tier() -> None:
    case = Case(
        trusts=9, clinicians=4, months=120, seed=5, runs=(0, 1, 4), constants=ONE_TIER_CONSTANTS,
        settings=(
            {"reform_propensity": 0.8, "blame_salience": 3.0},
            {"forced_reorganisation_month": 4.0, "anticipatory_dismantling": 1.0, "reorganisation_shock": 1.0},
            {"forced_reorganisation_month": 30.0, "reform_propensity": 100.0},
        ),
    )  # fmt: skip
    assert unlike_rival({"reorganisation": "all-at-once"}, case, **ONE_TIER) == set()
    assert {"trusts_reorganised", "quality"} <= unlike_rival({"reorganisation": "all-at-once"}, case)


# --- runs ---


def test_a_reform_of_full_scope_reorganises_each_trust_once_within_its_spread() -> None:
    out = run(90, constants={"SCOPE_LEAST": 1.0, "MARK_TILT": 0.0}, **FROZEN, provider_chance=1.0)[
        "trusts_reorganised"
    ][0]
    assert out[:, :12].sum() == 0.0
    assert out[:, 12:72].sum(axis=1) == pytest.approx(np.ones(4)) and out[:, 72:].sum() == 0.0
    assert (out[:, 12:24].sum(axis=1) > 0.1).all()


def test_a_reform_that_reaches_nobody_shakes_all_a_little() -> None:
    out = run(40, **FROZEN, provider_chance=0.0)
    shock = out["disruption"][0, 0, 12]
    assert out["trusts_reorganised"].sum() == 0.0
    months = np.arange(28)
    expected = K.NATIONAL_SHOCK * shock * (1.0 - 1.0 / K.DISRUPTION_MONTHS) ** months
    assert out["disruption_of_trusts"][0, :, 12:] == pytest.approx(np.tile(expected, (4, 1)), abs=1e-8)
    assert out["any_tier_started"].tobytes() == out["reorganisation_started"].tobytes()


def test_mergers_outside_reforms_fall_on_years_by_chance() -> None:
    frozen = {"political_responsiveness": 0.0, "merger_rate": 0.005}
    out = run(240, trusts=50, replicates=20, **frozen)["trusts_reorganised"][0]
    yearly = 50.0 * out.reshape(20, 20, 12).sum(axis=2)
    assert abs(yearly.mean() - 50 * 0.06) < 4.0 * np.sqrt(3.0 / 400.0)
    # Binomial counts of 600 trust-months: variance over mean is 1 - rate.
    assert abs(yearly.var(ddof=1) / yearly.mean() - 0.995) < 4.0 * np.sqrt(2.0 / 399.0)


def test_the_middle_tier_adds_starts_and_reorganises_no_provider() -> None:
    left = run(240, trusts=12, replicates=8, middle_rate=0.0, merger_rate=0.0, provider_chance=0.0)
    out = run(240, trusts=12, replicates=8, middle_rate=0.2, merger_rate=0.0, provider_chance=0.0)
    assert out["trusts_reorganised"].sum() == left["trusts_reorganised"].sum() == 0.0
    assert (out["any_tier_started"] >= out["reorganisation_started"]).all()
    assert out["any_tier_started"].sum() > 2.0 * out["reorganisation_started"].sum() > 0.0
    assert left["any_tier_started"].tobytes() == left["reorganisation_started"].tobytes()


def test_starts_of_providers_come_in_bursts_and_not_all_at_once() -> None:
    out = run(360, trusts=100, replicates=24)["trusts_reorganised"][0]
    yearly = 230.0 * out.reshape(24, 30, 12).sum(axis=2)
    ratio = (yearly.var(axis=1, ddof=1) / yearly.mean(axis=1)).mean()
    assert 10.0 < ratio < 60.0
    assert 0.05 < out.max() < 1.0
