"""Every branch of every rule is taken both ways by the cases on which the engines are compared."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.model.arithmetic import clip01, larger
from tredegar.model.rules import trust as rules_trust

from ..support.cases import AVAILABLE, EDGES, Case, assert_same_bits, random_case, run_case
from .branches import Branches, watched

SAMPLE = 12
"""How many of the random parameter sets are counted here; the rest only add to them."""

UNREACHABLE = {
    "clinician.recruit: larger(1e-12, 1.0 - trust.from_pool)": "a guard: the pool's share is below 1",
    "country.council_view: larger(1e-09, unfixed(council_sums.size))": "a guard: no trust is that small",
    "places.nodes: whole >= node_count": "a guard: positions on the ring are below 1",
    "places.tally_partner: place.index >= 0.0": "a count: every trust counts one",
    "start.seat_start: clip01(p.professional_motivation - 0.1 + 0.2 * luck.morale - 0.1) [below 1]": (
        "motivation is at most 1 and a uniform below 1, so that the sum stays below 1"
    ),
    "tallies.tally_distribution: trust.size > 0.0": "a count: every trust has a size",
    "turnover.succession: larger(1e-12, manager.departure)": "a guard: the hazard is at least 1 / tenure",
}


@pytest.fixture(scope="module")
def branches() -> Branches:
    with watched() as counted:
        for case in EDGES.values():
            run_case("numpy", case)
        for number in range(SAMPLE):
            run_case("numpy", random_case(np.random.default_rng(number), real=number % 4 == 3))
    return counted


def test_every_branch_is_taken_both_ways(branches: Branches) -> None:
    assert len(branches.places) > 200
    assert {place: taken for place, taken in branches.one_sided().items() if place not in UNREACHABLE} == {}


def test_what_is_called_unreachable_was_not_reached(branches: Branches) -> None:
    assert set(UNREACHABLE) <= set(branches.one_sided())


@pytest.mark.parametrize("engine", [name for name in (*AVAILABLE, "strict") if name != "numpy"])
@pytest.mark.parametrize("edge", EDGES)
def test_engines_agree_at_the_edges(edge: str, engine: str) -> None:
    assert_same_bits(run_case(engine, EDGES[edge]), run_case("numpy", EDGES[edge]), engine)


def test_no_edge_makes_a_run_fail() -> None:
    assert {name: failed for name, case in EDGES.items() if (failed := run_case("numpy", case).failed.any())} == {}


def test_counting_leaves_rules_and_results_as_they_were() -> None:
    code = rules_trust.failure.__code__
    before = run_case("numpy", Case())
    with watched() as counted:
        during = run_case("numpy", Case())
    assert_same_bits(during, before)
    assert rules_trust.failure.__code__ is code
    assert counted.taken
    assert (larger(1.0, 2.0), clip01(2.0)) == (2.0, 1.0)


def test_a_branch_that_is_never_taken_is_seen() -> None:
    """One quiet month cannot start a forced reorganisation."""
    with watched() as counted:
        run_case("numpy", Case(months=1))
    assert any("forced" in place for place in counted.one_sided())
