"""The law of equality: for the same parameters, seed and run number every engine gives the same bits.

Compared are all outcomes of all months and all per-trust records, in float64, signs of zeros included. Not compared:
what is left of a run that failed (its outcomes are NaN by contract; that it failed, and in which month, is compared),
and the wording of its message. "strict" is the array engine on arrays that refuse what CuPy refuses.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tredegar.kernels import simulate
from tredegar.kernels.array_engine.engine import run_arrays
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.parameters import PARAMETERS

from ..support.cases import (
    AVAILABLE,
    Case,
    assert_same_bits,
    batch_of,
    cases,
    one_run,
    random_case,
    run_batch,
    run_case,
)

OTHERS = [name for name in (*AVAILABLE, "strict") if name != "numpy"]
SETS = int(os.environ.get("TREDEGAR_EQUALITY_SETS", "200"))
SMALL = Case(trusts=5, clinicians=3, months=18, runs=(0, 1, 9), settings=({}, {"solidarity": 1.2}, {"local_trap": 0.9}))


@settings(max_examples=12)
@given(case=cases())
@example(case=Case(trusts=1, clinicians=1, settings=({"number_of_units": 150.0},)))
@example(case=Case(trusts=2, clinicians=1, months=6, seed=2**32 - 1, runs=(2**32 - 1,)))
@example(case=SMALL)
def test_engines_agree_on_drawn_cases(case: Case) -> None:
    expected = run_case("numpy", case)
    for engine in OTHERS:
        assert_same_bits(run_case(engine, case), expected, engine)


@pytest.mark.parametrize(
    ("trusts", "clinicians", "months"),
    [(1, 40, 6), (7, 3, 6), (9, 1, 6), (16, 2, 6), (17, 3, 6), (31, 1, 4), (33, 2, 4), (65, 1, 3), (150, 40, 2)],
)
def test_engines_agree_on_countries_of_any_size(trusts: int, clinicians: int, months: int) -> None:
    """Sizes around the widths of vectors, warps and blocks, one trust alone, and a country like England."""
    case = Case(trusts=trusts, clinicians=clinicians, months=months, settings=({"displacement_rate": 0.1},), runs=(5,))
    expected = run_case("numpy", case)
    for engine in OTHERS:
        assert_same_bits(run_case(engine, case), expected, engine)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(SETS))
def test_engines_agree_on_random_parameter_sets(number: int) -> None:
    """200 sets of 30 to 120 months, synthetic and real-shaped trusts (TREDEGAR_EQUALITY_SETS)."""
    case = random_case(np.random.default_rng(number), real=number % 4 == 3)
    expected = run_case("numpy", case)
    for engine in OTHERS:
        assert_same_bits(run_case(engine, case), expected, engine)


def case_at_the_ends(rng: np.random.Generator) -> Case:
    """Few or all parameters at the ends of what the equations accept: some of these runs fail."""
    names = {share: [name for name in PARAMETERS if rng.random() < share] for share in (0.03, 0.1, 0.4, 1.0)}
    ends = [
        {n: float(rng.choice([PARAMETERS[n].least, PARAMETERS[n].most])) for n in chosen} for chosen in names.values()
    ]
    return Case(
        trusts=int(rng.integers(1, 10)),
        clinicians=int(rng.integers(1, 5)),
        months=18,
        runs=(0, 1, 2, 3),
        settings=tuple(ends),
    )


@pytest.mark.slow
@pytest.mark.parametrize("number", range(20))
def test_engines_agree_at_the_ends_of_what_the_equations_accept(number: int) -> None:
    case = case_at_the_ends(np.random.default_rng(number))
    expected = run_case("numpy", case)
    for engine in AVAILABLE:
        assert_same_bits(run_case(engine, case), expected, engine)


@pytest.mark.parametrize("engine", [*AVAILABLE, "strict"])
def test_a_run_does_not_depend_on_the_runs_beside_it(engine: str) -> None:
    together = run_case(engine, SMALL)
    for position in range(3):
        alone = run_case(engine, one_run(SMALL, position))
        for name, values in {**together.outcomes, **together.trust_records}.items():
            assert {**alone.outcomes, **alone.trust_records}[name][0].tobytes() == values[position].tobytes()


@pytest.mark.parametrize("engine", AVAILABLE)
def test_the_order_of_runs_does_not_matter(engine: str) -> None:
    there = run_case(engine, SMALL)
    back = run_case(engine, replace(SMALL, runs=SMALL.runs[::-1], settings=SMALL.settings[::-1]))
    for name in SMALL.outcomes:
        assert np.ascontiguousarray(there.outcomes[name][::-1]).tobytes() == back.outcomes[name].tobytes()


@pytest.mark.parametrize("block_elements", [1, 7, 40, 2**62])
def test_the_size_of_blocks_does_not_matter(block_elements: int) -> None:
    batch = batch_of(replace(SMALL, clinicians=7))
    assert_same_bits(run_arrays(batch, np, lambda array: array, block_elements), run_batch("numpy", batch))


@pytest.mark.parametrize("engine", AVAILABLE)
def test_chunks_of_any_size_give_the_same_results(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    front_door = sys.modules["tredegar.kernels.simulation"]
    points = {"solidarity": [0.2, 1.4], "removal_rate": [0.0, 0.05]}
    results = []
    for size in (1, 3, 1000):
        monkeypatch.setattr(front_door, "chunk_size", lambda batch, engine, size=size: size)
        results.append(simulate(points, 2, 12, 3, 2, engine=engine, dtype="float64"))
    for other in results[1:]:
        assert all(results[0][name].tobytes() == other[name].tobytes() for name in OUTCOMES)


@pytest.mark.parametrize("engine", AVAILABLE)
@pytest.mark.parametrize("every", [2, 6, 24])
def test_windows_are_means_of_months_added_in_their_order(engine: str, every: int) -> None:
    monthly = simulate({}, 2, 24, 3, 2, engine=engine, dtype="float64")
    windows = simulate({}, 2, 24, 3, 2, engine=engine, dtype="float64", every=every)
    for name in OUTCOMES:
        by_hand = np.zeros((1, 2, 24 // every))
        for month in range(24):
            by_hand[:, :, month // every] += monthly[name][:, :, month]
        assert windows[name].tobytes() == (by_hand / float(every)).tobytes()


@pytest.mark.parametrize("engine", AVAILABLE)
def test_rounding_is_the_last_act(engine: str) -> None:
    whole = simulate({}, 2, 12, 3, 2, engine=engine, dtype="float64", every=3, trust_records=True)
    rounded = simulate({}, 2, 12, 3, 2, engine=engine, every=3, trust_records=True)
    assert all(rounded[name].tobytes() == whole[name].astype(np.float32).tobytes() for name in whole)


@pytest.mark.parametrize("engine", AVAILABLE)
@given(chosen=st.sets(st.sampled_from(tuple(OUTCOMES)), min_size=1, max_size=4))
@settings(max_examples=5)
def test_what_is_recorded_does_not_change_what_happens(engine: str, chosen: set[str]) -> None:
    everything = simulate({"solidarity": [1.0]}, 1, 12, 3, 2, engine=engine, dtype="float64", trust_records=True)
    few = simulate({"solidarity": [1.0]}, 1, 12, 3, 2, engine=engine, dtype="float64", outcomes=sorted(chosen))
    assert set(few) == chosen
    assert all(few[name].tobytes() == everything[name].tobytes() for name in chosen)


@pytest.mark.parametrize("engine", AVAILABLE)
def test_a_lever_that_changes_in_the_first_month_was_never_otherwise(engine: str) -> None:
    changed = simulate({"target_toughness": [0.1], "target_toughness@1": [1.4]}, 1, 12, 3, 2, engine=engine)
    fixed = simulate({"target_toughness": [1.4]}, 1, 12, 3, 2, engine=engine)
    assert all(changed[name].tobytes() == fixed[name].tobytes() for name in OUTCOMES)


@pytest.mark.parametrize("engine", AVAILABLE)
def test_a_lever_that_changes_works_from_the_start_of_its_month_on(engine: str) -> None:
    changed = simulate({"sanction_strength": [0.1], "sanction_strength@7": [0.9]}, 1, 12, 3, 2, engine=engine)
    before = simulate({"sanction_strength": [0.1]}, 1, 12, 3, 2, engine=engine)
    assert all(changed[name][..., :6].tobytes() == before[name][..., :6].tobytes() for name in OUTCOMES)
    assert changed["manager_fear"][0, 0, 6] > before["manager_fear"][0, 0, 6]


@pytest.mark.parametrize("engine", AVAILABLE)
def test_luck_depends_on_the_seed_and_the_number_of_the_run(engine: str) -> None:
    numbers = np.array([[0, 1, 2**32 - 1, 0]], dtype=np.uint32)
    out = simulate({}, 4, 6, 3, 2, seed=5, engine=engine, runs=numbers)["quality"][0]
    other_seed = simulate({}, 1, 6, 3, 2, seed=6, engine=engine)["quality"][0, 0]
    assert out[0].tobytes() == out[3].tobytes()
    assert len({run.tobytes() for run in (*out[:3], other_seed)}) == 4
