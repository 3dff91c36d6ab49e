"""Arms of a table, and random streams that are paired within samples: what a spec takes and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tredegar.sweeps.run.computed import run_numbers
from tredegar.sweeps.spec.checks import number_of_points, points_sharing
from tredegar.sweeps.spec.errors import SpecError
from tredegar.sweeps.spec.spec import Spec

RANGES = {"real_control": (0.0, 1.0), "mandate_detail": (0.0, 1.0), "solidarity": (0.0, 1.0)}
ROWS = {"real_control": [0.1, 0.1, 0.1, 0.4, 0.4, 0.4], "mandate_detail": [0.0, 0.5, 1.0, 0.0, 0.5, 1.0]}
GROUPS = {"rules": ["real_control", "mandate_detail"]}


@pytest.mark.parametrize(
    ("tables", "together"),
    [
        ({"design": "latin-hypercube", "points": 6, "vary": RANGES}, 1),
        ({"design": "sobol", "points": 2, "vary": RANGES}, 8),
        ({"design": "sobol", "points": 2, "second_order": False, "vary": RANGES}, 5),
        ({"design": "sobol", "points": 2, "groups": GROUPS, "vary": RANGES}, 6),
        ({"design": "morris", "trajectories": 3, "vary": RANGES}, 4),
        ({"points": ROWS, "arms": 3}, 3),
        ({"points": ROWS, "arms": 1}, 1),
    ],
)
def test_the_points_of_a_sample_have_one_run_number_and_those_of_the_next_4096_more(
    tables: dict[str, Any], together: int
) -> None:
    spec = Spec(streams="paired", replicates=2, **tables)
    count = number_of_points(spec)
    assert points_sharing(spec) == together and count > together
    expected = [[point // together * 4096 + replicate for replicate in (0, 1)] for point in range(count)]
    assert run_numbers(spec, np.arange(count), slice(0, 2)).tolist() == expected
    # Whichever points and replicates are in a batch.
    assert run_numbers(spec, np.arange(1, count), slice(1, 2)).tolist() == [[row[1]] for row in expected[1:]]


def test_the_last_run_of_the_last_sample_has_the_last_number_that_there_is() -> None:
    spec = Spec(streams="paired", replicates=4096, points=ROWS, arms=3)
    last = run_numbers(spec, np.array([3 * 2**20 - 1]), slice(4095, 4096))
    assert last.tolist() == [[2**32 - 1]] and last.dtype == np.uint32


def test_points_that_are_each_a_sample_have_the_run_numbers_of_independent_streams() -> None:
    kinds = [Spec(streams=kind, points=5, vary=RANGES, design="latin-hypercube") for kind in ("paired", "independent")]
    found = [run_numbers(spec, np.arange(5), slice(0, 3)).tolist() for spec in kinds]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            {"design": "grid", "vary": {"real_control": np.array([0.0, 0.5, 1.0])}},
            (
                "streams = 'paired' are shared by the arms of a sample, and a grid has none: take 'common', or a table "
                "of points with the key 'design.arms'"
            ),
        ),
        (
            {"points": ROWS},
            (
                "key 'design.arms' is missing: with streams = 'paired' it says how many rows in turn are the arms of a"
                " sample"
            ),
        ),
        ({"points": ROWS, "arms": 4}, "key 'design.arms' is 4, and 6 rows are no whole number of samples of 4 arms"),
        ({"points": ROWS, "arms": 0}, "key 'design.arms' must be a whole number from 1 to 16777216, got 0"),
        (
            {"design": "latin-hypercube", "points": 2**20 + 1, "vary": RANGES},
            "the design has 1,048,577 points; at most 1,048,576 fit streams = 'paired'",
        ),
        (
            {"design": "morris", "trajectories": 2**20 + 1, "vary": RANGES},
            "the design has 4,194,308 points; at most 1,048,576 x 4 fit streams = 'paired'",
        ),
    ],
)
def test_what_cannot_be_paired_is_refused_in_one_line(tables: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as refusal:
        Spec(streams="paired", replicates=1, **tables)
    assert str(refusal.value) == message


def test_arms_are_part_of_the_spec_and_of_its_hash_and_absent_where_none_are_said() -> None:
    spec = Spec(points=ROWS, arms=3, streams="paired")
    assert Spec.from_text(spec.to_toml()) == spec
    assert Spec.from_stored(spec.canonical(), None, lambda: dict(spec.table or {})) == spec
    assert len({spec.hash(), Spec(points=ROWS, arms=2, streams="paired").hash(), Spec(points=ROWS, arms=3).hash()}) == 3
    assert "\narms" not in Spec(points=ROWS).canonical() and "\narms = 3\n" in spec.canonical()


def test_a_spec_says_in_words_what_its_points_share() -> None:
    assert "2 replicates of each point, random streams shared by the points of a sample" in str(
        Spec(points=ROWS, arms=3, streams="paired", replicates=2)
    )
