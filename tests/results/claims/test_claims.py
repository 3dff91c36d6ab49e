"""The table of claims is complete and sound: every claim can be run, in ranges that the model declares."""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tredegar.model import PARAMETERS
from tredegar.results.claims.claims import BANDS, CLAIMS, find_claim, part_of
from tredegar.results.claims.designs import (
    FAMILIES,
    SEED,
    SIZES,
    claim_designs,
    find_size,
    sampled_space,
    setting,
)
from tredegar.results.claims.experiments.points import arm_columns
from tredegar.results.claims.phases import PHASES, axes_of, find_phase, phase_design
from tredegar.results.claims.walks import WALKS, walk_designs
from tredegar.sweeps import Spec

TINY = replace(SIZES["tiny"], samples=3, corner_samples=2, phase_points=4)


def designs() -> Iterator[tuple[str, object]]:
    yield from claim_designs(TINY).items()
    yield from ((name, phase_design(phase, TINY)) for name, phase in PHASES.items())
    for walk in WALKS.values():
        yield from walk_designs(walk, TINY).items()


def evidence(root: Path) -> str:
    return (root / "docs" / "evidence.md").read_text(encoding="utf-8")


def test_every_claim_and_contradiction_of_the_evidence_is_an_experiment(root: Path) -> None:
    text = evidence(root)
    assert list(CLAIMS) == re.findall(r'<a id="(A\d\d)"></a>', text)
    assert list(PHASES) == re.findall(r'<a id="(P\d\d?)"></a>', text)


def test_every_claim_is_held_by_the_position_that_the_evidence_names(root: Path) -> None:
    rows = dict(re.findall(r'<a id="(A\d\d)"></a>A\d\d \| ([^|]+) \|', evidence(root)))
    assert {name: claim.position for name, claim in CLAIMS.items()} == rows


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_names_a_rule_that_exists_and_arms_that_exist(name: str) -> None:
    claim = CLAIMS[name]
    module, function = claim.line.split(".")
    assert callable(getattr(importlib.import_module(f"tredegar.model.rules.{module}"), function))
    assert set(claim.arms) <= set(FAMILIES[claim.family].arms)


def test_no_arm_is_there_that_no_claim_reads() -> None:
    for family in FAMILIES.values():
        read = {arm for claim in CLAIMS.values() if claim.family == family.name for arm in claim.arms}
        assert read == set(family.arms)


def test_every_measure_has_a_band_of_practical_size_with_its_reason() -> None:
    parts = [part for claim in CLAIMS.values() for part in (*claim.parts, *claim.also)]
    assert all(part.band > 0.0 and part.reason for part in parts)
    assert all(row.band > 0.0 and row.reason for row in BANDS.values())


@pytest.mark.parametrize("name", [name for name, _ in designs()])
def test_every_design_is_a_spec_within_the_declared_ranges(name: str, tmp_path: Path) -> None:
    design = dict(designs())[name]
    (tmp_path / f"{name}.csv").write_text(design.points, encoding="utf-8")
    spec = Spec.from_text(design.spec, folder=tmp_path)  # a table without beyond_range is checked against the ranges
    assert spec.table is not None
    points = len(next(iter(spec.table.values())))
    assert points == design.samples * len(design.arms)
    for parameter, value in spec.fixed.items():
        row = PARAMETERS[parameter.partition("@")[0]]
        assert row.low <= value <= row.high


def test_the_space_of_a_family_is_all_that_is_declared_but_for_what_is_left_out_with_a_reason() -> None:
    for family in FAMILIES.values():
        sampled = set(sampled_space(family, TINY))
        switches = {name for name, row in PARAMETERS.items() if row.kind == "experiment"}
        assert sampled | switches | set(family.left_out) == set(PARAMETERS)
        assert bool(family.left_out) == bool(family.why_left_out)


@pytest.mark.parametrize("name", [name for name, _ in designs()])
def test_the_arms_of_a_sample_share_their_streams_and_the_ends_of_a_walk_share_them_with_each_other(name: str) -> None:
    design = dict(designs())[name]
    spec = tomllib.loads(design.spec)
    walk = "-from-" in name
    assert spec["streams"] == ("common" if walk else "paired")
    assert spec["design"].get("arms") == (None if walk else len(design.arms))
    assert spec["seed"] == SEED


def test_half_of_each_range_lies_about_the_default_and_has_the_same_arms() -> None:
    found = claim_designs(SIZES["standard"])
    for family in FAMILIES.values():
        whole, half = found[family.name], found[f"{family.name}-half"]
        assert half.arms == whole.arms and half.sampled == whole.sampled
        assert half.samples == SIZES["standard"].half_samples
        names, values = half.points.splitlines()[0].split(","), np.loadtxt(half.points.splitlines()[1:], delimiter=",")
        for name, (low, high) in sampled_space(family, SIZES["standard"]).items():
            free = next((place for place, arm in enumerate(half.arms.values()) if name not in arm), None)
            if free is None:
                continue
            drawn = values[free :: len(half.arms), names.index(name)]
            default = min(PARAMETERS[name].default, high)
            assert (drawn >= (low + default) / 2.0 - 1e-12).all() and (drawn <= (high + default) / 2.0 + 1e-12).all()
            assert np.ptp(drawn) > 0.45 * (high - low)


def test_another_seed_draws_other_points_and_other_streams_of_the_same_arms() -> None:
    first, other = (find_size("tiny", seed) for seed in (SEED, 7))
    assert first == SIZES["tiny"]
    for made in (claim_designs, lambda size: {"P1": phase_design(PHASES["P1"], size)}):
        for name, design in made(first).items():
            changed = made(other)[name]
            assert changed.arms == design.arms and changed.points != design.points
            assert tomllib.loads(changed.spec) == tomllib.loads(design.spec) | {"seed": 7}
    for walk in WALKS.values():
        for name, design in walk_designs(walk, other).items():
            assert tomllib.loads(design.spec)["seed"] == 7 and design.points == walk_designs(walk, first)[name].points


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, True])
def test_what_is_no_seed_of_a_spec_is_refused(seed: object) -> None:
    with pytest.raises(ValueError, match=r"seed must be a whole number in 0 \.\. 4294967295"):
        find_size("tiny", seed)  # type: ignore[arg-type]


def test_arms_share_their_points_and_an_arm_wins_over_the_sample() -> None:
    sample = np.array([[0.1, 5.0], [0.2, 6.0]])
    arms = [{}, {"mandate_detail": 1.0}, {"target_level@9": 0.7}]
    columns = arm_columns(sample, ["mandate_detail", "target_level"], arms, {})
    assert columns["mandate_detail"].tolist() == [0.1, 1.0, 0.1, 0.2, 1.0, 0.2]
    assert columns["target_level"].tolist() == [5.0, 5.0, 5.0, 6.0, 6.0, 6.0]
    assert columns["target_level@9"].tolist() == [5.0, 5.0, 0.7, 6.0, 6.0, 0.7]


def test_an_arm_that_sets_a_lever_keeps_it_through_a_change_that_others_make() -> None:
    arms = [{"target_toughness": 0.3}, {"target_toughness@37": 1.3}]
    columns = arm_columns(np.array([[0.5]]), ["target_toughness"], arms, {})
    assert columns["target_toughness@37"].tolist() == [0.3, 1.3]


def test_units_are_given_as_shares_of_the_trusts() -> None:
    assert setting("trusts / 4", TINY) == TINY.trusts / 4
    assert setting("trusts * 42 / 150", TINY) == TINY.trusts * 42 / 150
    with pytest.raises(ValueError, match="a share such as"):
        setting("trusts ** 2", TINY)


def test_unknown_ids_and_sizes_are_refused_with_the_closest_name() -> None:
    with pytest.raises(ValueError, match="unknown claim 'A49'; did you mean"):
        find_claim("A49")
    with pytest.raises(ValueError, match="unknown contradiction 'P11'"):
        find_phase("P11")
    with pytest.raises(ValueError, match="did you mean 'standard'"):
        find_size("standart")


def test_a_claim_that_cannot_be_measured_is_refused() -> None:
    entry = {"outcome": "qualty", "months": [1, 12], "sign": 1}
    with pytest.raises(ValueError, match="did you mean 'quality'"):
        part_of(entry, "A99", "difference", ("one", "two"))
    with pytest.raises(ValueError, match="takes 2 arms, got 1"):
        part_of({**entry, "outcome": "quality"}, "A99", "difference", ("one",))
    with pytest.raises(ValueError, match="no band of practical size"):
        part_of({**entry, "outcome": "queue"}, "A99", "difference", ("one", "two"))


def test_the_axes_of_contradictions_lie_within_the_declared_ranges() -> None:
    for phase in PHASES.values():
        for axis in axes_of(phase, SIZES["standard"]):
            row = PARAMETERS[axis.name]
            assert row.low <= axis.low < axis.high <= row.high
