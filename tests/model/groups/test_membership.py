"""Membership of trusts: the same in all arms, of the share that was asked for, and independent of all other luck."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tredegar.kernels.simulation import simulate
from tredegar.model import draws
from tredegar.model.agents.health_service import HealthService
from tredegar.model.groups.membership import group_numbers
from tredegar.model.trust_groups import TrustGroups

SMALL = {"replicates": 3, "months": 2, "trusts": 30, "clinicians": 2, "engine": "numpy", "trust_records": True}
RUNS = np.arange(200, dtype=np.uint64)


def numbers_of(share: float, trusts: int = 150, seed: int = 7) -> np.ndarray:
    return group_numbers(TrustGroups(names=("a",), shares=(share,)), None, seed, RUNS, trusts)


def test_members_are_the_same_in_every_arm_and_whatever_the_parameters() -> None:
    points = {"target_toughness[a]@2": [0.0, 1.0, 1.5], "size_spread": [0.1, 0.5, 0.9], "number_of_units": [5, 42, 90]}
    found = simulate(points, groups={"a": 0.4}, **SMALL)["trust_group"]
    assert np.array_equal(found[0], found[1]) and np.array_equal(found[0], found[2])
    assert not np.array_equal(found[0, 0], found[0, 1])


def test_members_that_are_told_are_those_whom_the_rules_draw() -> None:
    found = simulate({"freedom[a]": 0.5}, groups={"a": 0.4, "b": 0.3}, **SMALL)["trust_group"]
    for run in range(2):
        country = HealthService(groups={"a": 0.4, "b": 0.3}, trusts=30, clinicians=1, run=run)
        assert [trust.group for trust in country.trusts] == found[0, run].tolist()


@settings(max_examples=20)
@given(share=st.floats(0.01, 0.99), seed=st.integers(0, 2**32 - 1))
def test_shares_lie_within_binomial_bounds(share: float, seed: int) -> None:
    members = int((numbers_of(share, 50, seed) == 1.0).sum())
    # Four of ten thousand such counts lie beyond, of 20 examples none but by a fault.
    assert stats.binom.cdf(members, 200 * 50, share) > 2e-5 and stats.binom.sf(members - 1, 200 * 50, share) > 2e-5


def test_groups_share_one_draw_so_that_nobody_is_in_two() -> None:
    both = group_numbers(TrustGroups(names=("a", "b"), shares=(0.2, 0.3)), None, 7, RUNS, 100)
    alone = group_numbers(TrustGroups(names=("a",), shares=(0.2,)), None, 7, RUNS, 100)
    assert set(np.unique(both)) == {0.0, 1.0, 2.0} and np.array_equal(both == 1.0, alone == 1.0)
    assert abs((both == 2.0).mean() - 0.3) < 0.01


def test_ten_tenths_are_all_trusts() -> None:
    groups = TrustGroups(names=tuple(f"g{number}" for number in range(8)), shares=(0.125,) * 8)
    assert group_numbers(groups, None, 7, RUNS, 100).min() == 1.0


def test_members_are_independent_of_all_other_luck_of_the_start() -> None:
    member = numbers_of(0.5).ravel()
    trusts = np.arange(150, dtype=np.uint64)[None, :]
    for stream, names in draws.START_LUCK.items():
        words = draws.uniforms(7, RUNS[:, None], trusts, 0, int(stream))
        for name, word in zip(names, words, strict=True):
            if name != "group":
                # 30,000 pairs: the standard error of a correlation of none is 0.006.
                assert abs(np.corrcoef(member, word.ravel())[0, 1]) < 0.025, name


def test_no_other_rule_reads_the_draw_of_groups() -> None:
    from tredegar.model.graph.expression_graph import in_order
    from tredegar.model.graph.trace import trace_start

    word = draws.START_LUCK[draws.Stream.TRUST_EXTRA].index("group")
    nodes = [node for phase in trace_start() for node in in_order(phase.results) if node.operation == "luck"]
    assert nodes and (int(draws.Stream.TRUST_EXTRA), word) not in {node.detail for node in nodes}
