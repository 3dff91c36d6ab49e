"""Comparison of models by the record, on findings whose verdicts are known."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tredegar import simulate
from tredegar.observation.counterparts import COUNTERPARTS
from tredegar.observation.target_table import targets
from tredegar.results.record.model_comparison import (
    TARGETS_THAT_CAN_FAIL,
    WHY_OTHERS_CANNOT,
    ModelFindings,
    ablation_rows,
    effects_agree,
    findings_of,
    inside_in_words,
    lever_effect,
    lever_rows,
    section,
    target_rows,
    with_verdict,
)
from tredegar.results.record.validation import Finding, validate

TESTS = [one for one in targets().values() if one.standing == "test"][:3]


def model(*verdicts: str) -> ModelFindings:
    found = [
        Finding(target=target, value=target.value, low=target.low, high=target.high, verdict=verdict)
        for target, verdict in zip(TESTS, verdicts, strict=True)
    ]
    return ModelFindings(found, [found, found])


def test_targets_stand_side_by_side_with_the_seeds_that_meet_them() -> None:
    header, rows = target_rows({"model 1": model("inside", "outside", "inside"), "model 2": model(*["inside"] * 3)})
    assert header[6:] == ("model 1", "verdict", "seeds", "model 2", "verdict", "seeds") and len(rows) == 3
    assert [row[7] for row in rows] == ["inside", "**outside**", "inside"] and rows[1][10] == "inside"
    assert all(row[8] == "2 of 2" for row in rows)


def test_what_leaving_out_a_mechanism_loses_and_gains_is_named() -> None:
    whole, without = model("inside", "outside", "inside"), model("inside", "inside", "outside")
    rows = ablation_rows(whole, {"notch": without})[1]
    assert rows[0] == ("none", "2 of 30", "-", "-")
    assert rows[1] == ("`notch`", "2 of 30", TESTS[2].name, TESTS[1].name)
    assert with_verdict(without, "inside") == [TESTS[0].name, TESTS[1].name]


def test_the_targets_that_can_fail_do_not_hang_on_runs_and_every_other_has_its_reason() -> None:
    tests = [name for name, one in targets().items() if one.standing == "test" and name in COUNTERPARTS]
    assert list(TARGETS_THAT_CAN_FAIL) == tests and {*targets()} == {*tests} ^ {*WHY_OTHERS_CANNOT}
    assert all(WHY_OTHERS_CANNOT.values())


def test_what_is_not_measurable_is_not_inside_and_is_counted() -> None:
    found = model("inside", "not measurable", "inside")
    assert target_rows({"model": found})[1][1][6:] == ("-", "not measurable", "-")
    said = inside_in_words("Model 3", found)
    assert said.startswith(
        f"Model 3 has 2 of the 30 targets that can fail inside, and the runs cannot show {TESTS[1].name},"
    )


def test_an_effect_that_turns_is_marked_and_one_that_may_be_nothing_is_not() -> None:
    up, none, down = np.array([0.2, 0.21, 0.19]), np.array([0.3, -0.2, 0.1]), np.array([-0.2, -0.21, -0.19])
    first = [lever_effect("a", "quality", up, 2), lever_effect("b", "quality", none, 2)]
    second = [lever_effect("a", "quality", down, 2), lever_effect("b", "quality", 1.1 * down, 2)]
    assert [one.sign for one in (*first, *second)] == [1, 0, -1, -1]
    assert [row[-1] for row in lever_rows(first, second)[1]] == ["**turns**", ""]
    assert "Of 2 effects 1 are told from zero under both models, 1 of them with opposite signs" in effects_agree(
        first, second
    )


def test_seeds_are_pooled_and_kept_apart() -> None:
    size = {"replicates": 3, "months": 96, "trusts": 12, "clinicians": 5, "engine": "numpy", "outcomes": ["quality"]}
    runs = [simulate({"real_control": [0.5]}, seed=seed, summaries=True, **size).to_dataset() for seed in (1, 2)]
    found = findings_of(runs)
    assert len(found.by_seed) == 2 and found.pooled[0].target.name == "V01"
    spread = {one.target.name: one.value for one in found.pooled}["V08"]
    each = [{one.target.name: one.value for one in validate(run)}["V08"] for run in runs]
    assert min(each) < spread < max(each) and np.isclose(spread, np.mean(each))


def test_a_section_is_a_table_under_what_it_says() -> None:
    lines = section("Title", "word " * 60, ("a", "b"), [("1", "2")])
    assert lines[0] == "## Title" and lines[-3:] == ["|---|---|", "| 1 | 2 |", ""]
    assert max(len(line) for line in "\n".join(lines).splitlines()) <= 120 and not re.search("  ", "".join(lines))


def test_no_runs_are_no_model() -> None:
    with pytest.raises(ValueError, match="at least one"):
        findings_of([])
