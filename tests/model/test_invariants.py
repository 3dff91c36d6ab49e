"""Every run has finite numbers within their units, conserves people, and does not depend on order or neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tredegar.kernels import simulate
from tredegar.kernels.array_engine.engine import ArrayBatch
from tredegar.model.constants import CONSTANTS
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.parameters import PARAMETERS

from ..support.cases import AVAILABLE, Case, assert_same_bits, batch_of, one_run, run_case
from .strict_array import STRICT, StrictArray, to_host

BOUNDS: dict[str, tuple[float, float]] = {
    "share": (0.0, 1.0),
    "share of trusts": (0.0, 1.0),
    "share of trusts per month": (0.0, 1.0),
    "share of supply": (0.0, 1.0),
    "share per month": (0.0, 1.0),
    "0..1": (0.0, 1.0),
    "-1..1": (-1.0, 1.0),
    "0/1": (0.0, 1.0),
    "-1/0/1": (-1.0, 1.0),
    "-1, +1": (-1.0, 1.0),
    "months": (0.0, np.inf),
    "months of initial demand": (0.0, np.inf),
    ">= 0": (0.0, np.inf),
    "skill": (0.0, np.inf),
    "method units": (0.0, np.inf),
    "clinicians": (0.0, np.inf),
    "ratio": (0.0, np.inf),
    "1/month": (0.0, np.inf),
    "index": (0.0, np.inf),
}
SEEDS = st.integers(0, 2**32 - 1)


def drawn_points(seed: int, count: int, corners: bool) -> dict[str, np.ndarray]:
    """Points anywhere in the declared ranges, or at their corners."""
    rng = np.random.default_rng(seed)
    points = {}
    for name, row in PARAMETERS.items():
        ends = rng.choice([row.low, row.high], count)
        points[name] = ends if corners else rng.uniform(row.low, row.high, count)
    return points


def assert_within_units(out: dict[str, np.ndarray]) -> None:
    """Every value is a number within the bounds of its unit; fixed-point sums may round by 2**-32 at the ends."""
    slack = 1e-6
    for name, row in OUTCOMES.items():
        low, high = BOUNDS[row.unit]
        assert np.isfinite(out[name]).all(), name
        assert out[name].min() >= low - slack, f"{name}: {out[name].min()}"
        assert out[name].max() <= high + slack, f"{name}: {out[name].max()}"


@pytest.mark.parametrize("corners", [False, True], ids=["anywhere", "corners"])
@settings(max_examples=4)
@given(seed=SEEDS)
def test_outcomes_stay_finite_and_within_their_units(corners: bool, seed: int) -> None:
    out = simulate(drawn_points(seed, 40, corners), 1, 72, 6, 4, seed=seed, dtype="float64")
    assert out.failures == ()
    assert_within_units(out)


@settings(max_examples=4)
@given(seed=SEEDS)
def test_constants_a_third_higher_or_lower_break_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    constants = {n: min(row.most, row.value * float(rng.uniform(0.7, 1.3))) for n, row in CONSTANTS.items()}
    out = simulate(drawn_points(seed, 16, corners=False), 1, 48, 6, 4, constants=constants, dtype="float64")
    assert out.failures == ()
    assert all(np.isfinite(out[name]).all() for name in OUTCOMES)
    assert out["queue"].min() >= 0.0


@settings(max_examples=4)
@given(seed=SEEDS)
def test_focus_is_shared_out_whole(seed: int) -> None:
    out = simulate(drawn_points(seed, 16, corners=True), 1, 36, 4, 2, dtype="float64")
    total = out["focus_access_now"] + out["focus_quality_now"] + out["focus_integration_now"]
    assert np.abs(total - 1.0).max() < 1e-12


def test_reports_are_never_below_the_truth_and_groups_add_up() -> None:
    out = simulate(drawn_points(3, 40, corners=False), 1, 48, 6, 4, dtype="float64")
    assert out["gaming_gap"].min() >= 0.0
    for quantity in ("access", "quality", "overall"):
        low, middle, high = (out[f"{quantity}_{which}"] for which in ("p10", "p50", "p90"))
        assert np.all(low <= middle)
        assert np.all(middle <= high)


def seat_counts(engine: ArrayBatch) -> dict[str, Any]:
    """Numbers of seats by what happened this month, per run and trust, and who sits there next month."""
    names = ("at_work", "left", "displaced", "hired", "rehired", "occupied")
    return {name: sum(getattr(seat, name).sum(axis=0) for seat in engine.seats) for name in names}


@settings(max_examples=6)
@given(seed=SEEDS)
def test_people_are_conserved(seed: int) -> None:
    """Who sat here leaves, is moved on, is removed or stays; who is moved on waits, is rehired or gives up."""
    points = drawn_points(seed, 3, corners=False) | {"displacement_rate": np.array([0.1, 0.05, 0.0])}
    settings_of_runs = tuple({name: float(values[i]) for name, values in points.items()} for i in range(3))
    case = Case(trusts=4, clinicians=6, seed=seed, runs=(0, 1, 2), settings=settings_of_runs)
    engine = ArrayBatch(batch_of(case), np)
    keep = 1.0 - CONSTANTS["POOL_DECAY"].value
    nation, sums = engine.records["nation"], engine.records["country_sums"]
    for month in range(1, 25):
        occupied = sum(seat.occupied.sum(axis=0) for seat in engine.seats)
        waiting = nation.pool
        engine.advance(month)
        counts = seat_counts(engine)
        removed = occupied - counts["left"] - counts["displaced"] - counts["at_work"]
        assert (removed >= 0).all()
        assert (counts["occupied"] == counts["at_work"] + counts["hired"]).all()
        assert (counts["hired"] <= 6 - occupied).all()
        assert (counts["rehired"] <= counts["hired"]).all()
        moved, rehired = sums.displaced / 2.0**32, sums.rehired / 2.0**32
        assert np.allclose(nation.pool, np.maximum(0.0, waiting + moved - rehired) * keep, rtol=0, atol=1e-12)


def test_patients_are_conserved() -> None:
    """Who waited and who came is treated or waits."""
    engine = ArrayBatch(batch_of(Case(trusts=6)), np)
    trust = engine.records["trust"]
    for month in range(1, 25):
        before = trust.queue
        engine.advance(month)
        assert np.allclose(before + trust.demand, trust.treated + trust.queue, rtol=1e-12)
        assert (trust.queue >= 0.0).all()
        assert ((trust.access > 0.0) & (trust.access <= 1.0)).all()


def test_the_order_of_agents_does_not_matter() -> None:
    pytest.importorskip("mesa")
    from tredegar.kernels.mesa_engine import build_run

    batch = batch_of(Case(trusts=5, clinicians=3, settings=({"displacement_rate": 0.1, "solidarity": 1.2},)))
    usual, shuffled = build_run(batch, 0), build_run(batch, 0)
    for agents in shuffled.agents_by_type.values():
        agents.shuffle(inplace=True)
    for level, circles in shuffled.groups.items():
        shuffled.groups[level] = [(members[::-1], sums) for members, sums in circles]
    for _ in range(24):
        usual.step()
        shuffled.step()
        assert usual.outcomes == shuffled.outcomes


HUGE = {"METHOD_NOISE": 1e6}


@pytest.mark.parametrize("engine", AVAILABLE)
def test_a_run_that_leaves_all_bounds_is_nan_throughout_and_named(engine: str) -> None:
    points = {"manager_capability": [1.0, 0.1]}  # a perfectly capable manager makes no noise
    out = simulate(points, 2, 12, 3, 2, engine=engine, constants=HUGE, dtype="float64", trust_records=True)
    quiet = simulate({"manager_capability": [1.0]}, 2, 12, 3, 2, engine=engine, constants=HUGE, dtype="float64")
    failed = {(failure.point, failure.replicate) for failure in out.failures}
    assert (1, 0) in failed
    for point in range(2):
        for replicate in range(2):
            lost = [bool(np.isnan(values[point, replicate]).all()) for values in out.values()]
            whole = [bool(np.isfinite(values[point, replicate]).all()) for values in out.values()]
            assert all(lost) if (point, replicate) in failed else all(whole)
    for name in OUTCOMES:
        kept = [r for r in range(2) if (0, r) not in failed]
        assert out[name][0][kept].tobytes() == quiet[name][0][kept].tobytes()
    assert all("month" in failure.message for failure in out.failures)


def failing_case() -> Case:
    """Methods that err the more the less capable managers are: one run fails at once, one later, one never."""
    return Case(
        trusts=4,
        months=24,
        runs=(0, 1, 2),
        settings=({"manager_capability": 0.1}, {"manager_capability": 0.7}, {"manager_capability": 1.0}),
        constants={"METHOD_NOISE": 3e4, "CAPABILITY_START": 0.0, "CAPABILITY_NOISE": 0.0, "CAPABILITY_LIFT": 0.0},
    )


@pytest.mark.parametrize("engine", AVAILABLE)
def test_runs_fail_in_the_same_month_in_every_engine(engine: str) -> None:
    at_once, later, never = run_case("numpy", failing_case()).failed
    assert never == 0 < at_once < later
    assert_same_bits(run_case(engine, failing_case()), run_case("numpy", failing_case()), engine)


@pytest.mark.parametrize("clinicians", [1, 200])
@pytest.mark.parametrize("engine", AVAILABLE)
def test_sums_that_would_wrap_around_fail_in_every_engine(engine: str, clinicians: int) -> None:
    case = Case(
        trusts=2,
        clinicians=clinicians,
        months=3,
        runs=(0, 1),
        settings=({"skill_spread": 100.0}, {}),
        constants={"EFFORT_BASE": 1e6},
    )
    expected = run_case("numpy", case)
    assert expected.failed.tolist() == ([1, 0] if clinicians == 200 else [0, 0])
    assert_same_bits(run_case(engine, case), expected, engine)


def test_what_a_float_beyond_the_integers_becomes_has_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CPU turns NaN and huge floats into one integer, a GPU into another, here they become any."""
    rng = np.random.default_rng(1)

    def any_integer(self: StrictArray, dtype: Any) -> StrictArray:
        held, wanted = self.held, np.dtype(dtype)
        if held.dtype.kind == "f" and wanted.kind in "iu":
            fits = (held >= -(2.0**63)) & (held < 2.0**63)
            garbage = rng.integers(-(2**62), 2**62, held.shape)
            return StrictArray(np.where(fits, np.where(fits, held, 0.0).astype(wanted), garbage.astype(wanted)))
        return StrictArray(held.astype(wanted))

    monkeypatch.setattr(StrictArray, "astype", any_integer)
    assert_same_bits(run_case("strict", failing_case()), run_case("numpy", failing_case()))
    assert to_host(STRICT.asarray([1.5]).astype(np.int64)).tolist() == [1]


@pytest.mark.parametrize("engine", AVAILABLE)
def test_a_neighbour_that_fails_leaves_no_trace(engine: str) -> None:
    case = failing_case()
    together, alone = run_case(engine, case), run_case(engine, one_run(case, 2))
    assert together.failed[2] == alone.failed[0] == 0
    for name in case.outcomes:
        assert alone.outcomes[name][0].tobytes() == together.outcomes[name][2].tobytes()
