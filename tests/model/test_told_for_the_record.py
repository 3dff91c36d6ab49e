"""Quantities told for the record alone: burnout, the failure regime, reports beside thresholds, yearly means."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tredegar.kernels import simulate
from tredegar.kernels.array_engine.engine import ArrayBatch
from tredegar.kernels.mesa_engine import build_run
from tredegar.model.agents.health_service import HealthService
from tredegar.model.graph.trace import trace_month
from tredegar.model.outcomes import TRUST_RECORDS
from tredegar.model.parameters import PARAMETERS
from tredegar.model.rules.tallies import NARROW_BIN, PLACEBO_STEP, WIDE_BIN, Reports, tally_reports
from tredegar.model.schedule.recording import YEARLY, monthly_outcomes

from ..support.cases import AVAILABLE, Case, batch_of, run_case
from .mechanisms.runs_of_trusts import batch_under

REPORTS = ("just_above", "just_below", "further_above", "further_below")
OF_THE_REGIME = ("failure_entries", "failure_exits", "failure_early_exits")
# Demand that moves fast lets trusts fail and recover; gaming brings reports to the target, which moves.
CASE = Case(
    trusts=9,
    clinicians=3,
    months=60,
    settings=(
        {
            "capacity_ratio": 1.0, "trust_difference": 0.3, "gaming_propensity": 1.0, "sanction_strength": 0.9,
            "inspection_rate": 0.3, "regime_entry_level": 0.6, "regime_exit_level": 0.45,
        },
    ),
    changes={25: {"target_level": 0.8}},
    constants={"DIFFICULTY_DRIFT": 0.2},
)  # fmt: skip


@pytest.fixture(scope="module")
def followed() -> tuple[list[HealthService], dict[str, np.ndarray], list[dict[str, list[float]]]]:
    """One run of agents: the model, the outcomes (month,) and, of each month, quantities of all trusts."""
    model, seen, outcomes = build_run(batch_of(CASE), 0), [], []
    for _ in range(CASE.months):
        model.step()
        outcomes.append(dict(model.outcomes))
        seen.append(
            {
                "failing": [manager.failing for manager in model.managers],
                "safety": [manager.safety for manager in model.managers],
                "discretion": [manager.discretion for manager in model.managers],
                "pressure": [manager.pressure for manager in model.managers],
                "reported": [trust.reported for trust in model.trusts],
                "morale": [trust.morale for trust in model.trusts],
                "target": [model.p.target_level],
                **burnout_of_agents(model),
            }
        )
    return [model], {name: np.array([row[name] for row in outcomes]) for name in outcomes[0]}, seen


def burnout_of_agents(model: HealthService) -> dict[str, list[float]]:
    """Return, by trust, how many clinicians are at work and how many of these are burned out."""
    teams = [[seat for seat in model.clinicians if seat.trust is trust and seat.at_work] for trust in model.trusts]
    return {
        "at_work": [float(len(team)) for team in teams],
        "burned_out": [float(sum(seat.morale < 0.5 for seat in team)) for team in teams],
    }


def test_the_burned_out_share_is_that_of_the_agents_by_the_size_of_their_trusts(followed: Any) -> None:
    (model,), outcomes, seen = followed
    size = np.array([trust.size for trust in model.trusts])
    for month, row in enumerate(seen):
        expected = size @ row["burned_out"] / (size @ row["at_work"])
        assert outcomes["burned_out_share"][month] == pytest.approx(expected, abs=1e-8)
        assert 0.0 <= outcomes["burned_out_share"][month] <= 1.0
    assert 0.0 < outcomes["burned_out_share"].mean() < 1.0


def test_entries_and_exits_are_those_of_spells_of_agents(followed: Any) -> None:
    _, outcomes, seen = followed
    failing = np.array([np.zeros(CASE.trusts), *(row["failing"] for row in seen)])
    change = np.diff(failing, axis=0)
    assert outcomes["failure_entries"] * CASE.trusts == pytest.approx((change > 0).sum(axis=1))
    assert outcomes["failure_exits"] * CASE.trusts == pytest.approx((change < 0).sum(axis=1))
    early = np.zeros(CASE.months)
    for month, trust in np.argwhere(change < 0):
        entered = np.flatnonzero(change[:month, trust] > 0)[-1]
        early[month] += month - entered <= 12
    assert outcomes["failure_early_exits"] * CASE.trusts == pytest.approx(early)
    assert (change > 0).sum() > (change < 0).sum() > early.sum() > 0, "the case has no such spells"


def test_reports_are_counted_beside_the_target_of_their_month(followed: Any) -> None:
    _, outcomes, seen = followed
    edges = {
        "just_above": (0.0, 0.005), "just_below": (-0.005, 0.0),
        "further_above": (0.005, 0.015), "further_below": (-0.015, -0.005),
    }  # fmt: skip
    counted = 0.0
    for month, row in enumerate(seen):
        for group, shift in (("reports", 0.0), ("placebo", 0.08)):
            distance = np.array(row["reported"]) - (row["target"][0] - shift)
            for name, (first, last) in edges.items():
                expected = ((distance >= first) & (distance < last)).mean()
                assert outcomes[f"{group}_{name}"][month] == pytest.approx(expected), (month, group, name)
                counted += expected
    assert counted > 5.0


@given(reported=st.floats(0.0, 1.0), target=st.floats(0.5, 1.0))
def test_a_report_lies_in_one_bin_at_most_and_in_none_only_far_from_the_threshold(
    reported: float, target: float
) -> None:
    trust, p = type("Trust", (), {"reported": reported}), type("Parameters", (), {"target_level": target})
    found = tally_reports(trust, p)  # type: ignore[arg-type]
    assert len(found) == len(Reports._fields) == 2 * len(REPORTS)
    for counts, threshold in ((found[:4], target), (found[4:], target - PLACEBO_STEP)):
        assert sum(counts) == (-WIDE_BIN <= reported - threshold < WIDE_BIN)
    assert 0.0 < NARROW_BIN < WIDE_BIN < PLACEBO_STEP - WIDE_BIN, "the bins of target and placebo must not overlap"


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_conditions_of_the_record_add_up_wherever_in_the_space(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = {name: rng.uniform(row.low, row.high, 20) for name, row in PARAMETERS.items()}
    out = simulate(points, 1, 60, 6, 3, seed=seed, dtype="float64")
    entries, exits, early = (np.rint(6.0 * out[name]) for name in OF_THE_REGIME)
    assert (np.rint(6.0 * out["long_failing_share"]) == np.cumsum(entries - exits, axis=-1)).all()
    assert (early <= exits).all()
    beside = [out[f"{group}_{name}"] for group in ("reports", "placebo") for name in REPORTS]
    assert (sum(beside) <= 1.0 + 1e-12).all(), "target and placebo are too far apart for one report to count twice"
    share = out["burned_out_share"]
    assert (share >= 0.0).all() and (share <= 1.0 + 1e-9).all()
    # Whoever is burned out has a morale below one half, all others at most 1: the mean lies between.
    assert (0.5 * (1.0 - share) <= out["morale"] + 1e-8).all() and (out["morale"] <= 1.0 - 0.5 * share + 1e-8).all()


@pytest.mark.parametrize("engine", AVAILABLE)
def test_yearly_records_are_means_of_twelve_months_of_agents(engine: str, followed: Any) -> None:
    _, _, seen = followed
    month = {name: np.array([row[name] for row in seen]) for name in ("morale", "safety", "discretion", "pressure")}
    pressure = month.pop("pressure")
    month["autonomy"] = month.pop("discretion") * (1.0 - 0.2 * (pressure / (1.0 + pressure)))
    at_work, burned_out = (np.array([row[name] for row in seen]) for name in ("at_work", "burned_out"))
    month["burned_out"] = burned_out / np.maximum(1.0, at_work)
    records = run_case(engine, CASE).trust_records
    for name, values in month.items():
        by_hand = np.zeros((CASE.trusts, CASE.months // 12))
        for number, row in enumerate(values):
            by_hand[:, number // 12] += row / 12.0
        assert records[f"trust_year_{name}"][0].tobytes() == by_hand.tobytes(), name


def test_every_yearly_record_of_the_table_has_its_quantity() -> None:
    assert tuple(YEARLY) == tuple(name for name, row in TRUST_RECORDS.items() if row.yearly)


def test_where_nobody_inspects_the_months_of_a_spell_move_nothing_but_its_end() -> None:
    """A country that remembers other spells has other early exits, and every other outcome in every bit."""
    batch = batch_under({"regime": "threshold"}, CASE, failing_months=2.0)
    plain, other = (ArrayBatch(batch, np) for _ in range(2))
    other.records["trust"].regime_months = other.records["trust"].regime_months + 100.0
    differs = set()
    for month in range(1, 25):
        outcomes = []
        for state in (plain, other):
            state.advance(month)
            outcomes.append(monthly_outcomes(state.records))
        differs |= {name for name in outcomes[0] if outcomes[0][name].tobytes() != outcomes[1][name].tobytes()}
    assert differs == {"failure_exits"}


def test_no_rule_but_its_own_reads_what_is_told_for_the_record() -> None:
    told = {("trust", name) for name in ("regime_entry", "regime_exit", "regime_early_exit", "autonomy", "burned_out")}
    read = {phase.name: told & phase.reads.keys() for phase in trace_month()}
    assert read.pop("service") == {("trust", f"regime_{name}") for name in ("entry", "exit", "early_exit")}
    assert not any(read.values())


def test_the_months_of_a_spell_decide_on_its_end_and_on_what_support_brings() -> None:
    reads = {phase.name for phase in trace_month() if ("trust", "regime_months") in phase.reads}
    assert reads == {"managers", "output"}
