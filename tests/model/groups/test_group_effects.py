"""Effects of groups of trusts: none where they have what the nation has, the nation's where they are all trusts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from tredegar.kernels.batch.batch import Recorded
from tredegar.kernels.simulation import Simulated, simulate
from tredegar.model.groups.by_group import label_in_group, outcomes_of_groups
from tredegar.model.groups.levers import levers_of_trusts
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.own.books import book_in_groups
from tredegar.model.parameters import PARAMETERS
from tredegar.model.providers import Providers
from tredegar.model.schedule.rulebook import BUILT_IN
from tredegar.model.trust_groups import GroupLever, TrustGroups

from ...support.cases import Case, run_batch, run_case
from .group_runs import FIXED, GroupCase, batch_in_groups, unlike

CASE = Case(
    trusts=24, clinicians=3, months=18, seed=3, runs=(0, 4),
    settings=({"trust_difference": 0.3}, {"size_spread": 0.6, "inspection_intensity": 0.9}),
    changes={13: {"target_toughness": 1.1, "inspection_intensity": 0.2}},
)  # fmt: skip
SMALL = {"replicates": 2, "months": 24, "trusts": 40, "clinicians": 3, "engine": "numpy", "dtype": "float64"}
CENTRE_READS = ("target_level", "inspection_intensity", "outcome_payment", "reform_preparedness")


def run(given: GroupCase) -> Recorded:
    return run_batch("numpy", batch_in_groups(given))


def simulated(points: Mapping[str, object], groups: object = None, **more: object) -> Simulated:
    return simulate(points, groups=groups, **{**SMALL, **more})  # type: ignore[arg-type]


def test_a_group_with_the_levers_of_the_nation_changes_no_bit() -> None:
    levers = tuple(GroupLever(lever, "a") for lever in (*levers_of_trusts(BUILT_IN), "freedom", "manager_leaves"))
    groups = TrustGroups(names=("a",), shares=(0.4,), levers=levers)
    assert unlike(run(GroupCase(case=CASE, groups=groups)), run_case("numpy", CASE)) == set()


@pytest.mark.parametrize("lever", ["target_toughness", "sanction_strength", "protocol_strength", "kaizen_support"])
def test_a_group_of_all_trusts_has_what_the_lever_does_to_the_nation(lever: str) -> None:
    groups = TrustGroups(names=("all",), shares=(1.0,), levers=(GroupLever(lever, "all"),))
    found = run(GroupCase(case=CASE, groups=groups, changes={7: {f"{lever}[all]": 0.9}}))
    # The nation's later change is not the group's any more.
    changes = {7: {lever: 0.9}, 13: {n: v for n, v in CASE.changes[13].items() if n != lever}}
    assert unlike(found, run_case("numpy", replace(CASE, changes=changes))) == set()


@pytest.mark.parametrize("lever", CENTRE_READS)
def test_the_centre_reads_the_mean_so_that_a_group_of_all_trusts_is_the_nation(lever: str) -> None:
    groups = TrustGroups(names=("all",), shares=(1.0,), levers=(GroupLever(lever, "all"),))
    value, forced = PARAMETERS[lever].high, {"forced_reorganisation_month": 9.0, "forced_reorganisation_direction": 1.0}
    case = replace(CASE, settings=tuple({**each, **forced} for each in CASE.settings), changes={})
    found = run(GroupCase(case=case, groups=groups, changes={7: {f"{lever}[all]": value}}))
    expected = run_case("numpy", replace(case, changes={7: {lever: value}}))
    assert unlike(found, expected) == set()
    assert unlike(run_case("numpy", case), expected)


def test_a_column_that_lists_all_trusts_is_the_nation_as_well() -> None:
    table = Providers(
        code=("A", "B", "C"), name=("a", "b", "c"), size=(1.0, 2.0, 0.5), council=("x", "y", "x"),
        catchment=("x", "y", "y"), group=("all", "all", "all"),
    )  # fmt: skip
    case = replace(CASE, providers=table, settings=({}, {"inspection_intensity": 0.9}), changes={})
    groups = TrustGroups(names=("all",), levers=(GroupLever("target_level", "all"),))
    found = run(GroupCase(case=case, groups=groups, starts={"target_level[all]": 0.7}))
    expected = replace(case, settings=tuple({**each, "target_level": 0.7} for each in case.settings))
    assert unlike(found, run_case("numpy", expected)) == set()


def test_until_it_has_its_own_value_a_group_follows_the_nation() -> None:
    points = {"target_toughness": 0.2, "target_toughness@7": 0.9}
    late = simulated({**points, "target_toughness[a]@24": 1.5}, {"a": 0.5})
    plain = simulated(points)
    assert all(np.array_equal(late[name][:, :, :23], plain[name][:, :, :23]) for name in plain)
    assert not np.array_equal(late["manager_fear"][:, :, 23], plain["manager_fear"][:, :, 23])


def test_trusts_of_other_groups_feel_a_lever_through_the_country_alone() -> None:
    groups, asked = {"a": 0.5}, {"group_outcomes": ["manager_fear", "quality"]}
    weak, strong = (
        simulated({"sanction_strength[a]@13": value}, groups, trust_records=True, **asked) for value in (0.0, 1.0)
    )
    change = (strong["manager_fear_by_group"] - weak["manager_fear_by_group"])[0].mean(axis=0)
    assert np.all(change[:, :12] == 0.0)
    # In its first month nobody else has seen anything of it.
    assert change[0, 12] == 0.0 and change[1, 12] > 0.0
    assert change[1, -1] > 5.0 * abs(change[0, -1])


def test_freedom_lifts_control_from_the_group_and_from_nobody_else() -> None:
    groups, asked = {"free": 0.5}, {"group_outcomes": ["compliance", "manager_fear"]}
    held, freed = (simulated({"freedom[free]@7": value}, groups, **asked) for value in (0.0, 1.0))
    change = (freed["manager_fear_by_group"] - held["manager_fear_by_group"])[0].mean(axis=0)
    assert change[0, 6] == 0.0 and change[1, 6] < 0.0
    assert np.array_equal(held["manager_fear"], simulated({})["manager_fear"])


def test_an_event_happens_to_its_group_in_its_month_alone() -> None:
    names = ["trusts_reorganised", "manager_departures", "disruption_of_trusts"]
    points = {"reorganised[a]@9": 1.0, "manager_leaves[b]@12": 1.0, "merger_rate": 0.0, "reform_propensity": 0.0}
    found = simulated(points, {"a": 0.4, "b": 0.4}, group_outcomes=names)
    reorganised, left = found["trusts_reorganised_by_group"][0], found["manager_departures_by_group"][0]
    assert np.all(reorganised[:, 1, 8] == 1.0) and np.all(reorganised[:, [0, 2], 8] == 0.0)
    assert np.all(np.delete(reorganised, 8, axis=2) == 0.0)
    assert np.all(left[:, 2, 11] == 1.0) and left[:, :2, 11].max() < 0.5 and left[:, 2, 12].max() < 0.5
    unrest = found["disruption_of_trusts_by_group"][0]
    assert np.all(unrest[:, 1, 8] > 0.0) and np.all(unrest[:, 1, 9] < unrest[:, 1, 8])
    assert np.all(unrest[:, [0, 2], 8] < unrest[:, 1:2, 8])


def test_who_is_made_to_leave_is_not_counted_as_sacked() -> None:
    points = {"manager_leaves[all]@3": 1.0}
    found = simulated(points, {"all": 1.0})
    assert np.all(found["manager_departures"][:, :, 2] == 1.0) and np.all(found["sacked_for_system"][:, :, 2] == 0.0)


def test_the_means_of_groups_recombine_to_the_mean_of_the_country() -> None:
    asked: dict[str, object] = {"trust_records": True, "group_outcomes": ["quality", "failing_share"]}
    found = simulated({"target_toughness[a]": 1.4}, {"a": 0.3, "b": 0.2}, **asked)
    number, size = found["trust_group"], found["trust_size"]
    members = np.stack([number == each for each in range(3)], axis=2)
    by_size = (members * size[:, :, None, :]).sum(axis=3) / size.sum(axis=2)[:, :, None]
    quality = np.nansum(found["quality_by_group"] * by_size[..., None], axis=2)
    np.testing.assert_allclose(quality, found["quality"], rtol=1e-8)
    by_number = members.mean(axis=3)
    failing = np.nansum(found["failing_share_by_group"] * by_number[..., None], axis=2)
    np.testing.assert_allclose(failing, found["failing_share"], rtol=1e-12, atol=1e-15)


def test_the_values_of_a_group_of_all_trusts_are_those_of_the_country_in_every_bit() -> None:
    possible = outcomes_of_groups(BUILT_IN)
    assert set(possible) < set(OUTCOMES) and len(possible) == 64
    groups = TrustGroups(names=("all",), shares=(1.0,), outcomes=possible)
    found = run(GroupCase(case=replace(CASE, outcomes=possible, months=14), groups=groups))
    for name in possible:
        assert found.outcomes[name].tobytes() == found.outcomes[label_in_group(name, "all")].tobytes(), name
        assert not found.outcomes[label_in_group(name, "rest")].any(), name


def test_a_group_without_trusts_is_nan_and_no_run_fails_of_it() -> None:
    found = simulated({}, {"few": 0.02}, trusts=6, replicates=6, group_outcomes=["quality", "objecting_supply_share"],
                      trust_records=True)  # fmt: skip
    empty = ~(found["trust_group"] == 1.0).any(axis=2)
    assert empty.any() and not empty.all() and found.failures == ()
    assert np.array_equal(np.isnan(found["quality_by_group"][:, :, 1]).all(axis=2), empty)
    assert not np.isnan(found["quality_by_group"][:, :, 0]).any()


def test_what_is_recorded_by_group_changes_no_bit_of_the_country() -> None:
    recorded = run_batch("numpy", batch_in_groups(FIXED))
    bare = replace(FIXED, groups=replace(FIXED.groups, outcomes=()))
    assert unlike(recorded, run_batch("numpy", batch_in_groups(bare))) == set()
    assert set(PARAMETERS) <= set(book_in_groups(BUILT_IN, FIXED.groups).parameters)
