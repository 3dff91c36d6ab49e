"""Random streams of a call of ``simulate``, by kind and by the labels of samples: the numbers, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tredegar.kernels import simulate
from tredegar.kernels.batch.points import chosen_runs
from tredegar.results.random_numbers import run_numbers_of, sets_of_points
from tredegar.store.random_streams import numbers_of_runs

POINTS = {"real_control": [0.1, 0.9, 0.1, 0.9], "solidarity": 0.5}
SIZE: dict[str, Any] = {
    "replicates": 2, "months": 12, "trusts": 3, "clinicians": 2, "engine": "numpy", "outcomes": ["quality"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("streams", "samples", "expected"),
    [
        ("independent", None, [[0, 1], [4096, 4097], [8192, 8193], [12288, 12289]]),
        ("paired", ["b", "b", "a", "a"], [[0, 1], [0, 1], [4096, 4097], [4096, 4097]]),
        ("paired", np.array([7, 2, 7, 2], dtype=np.uint8), [[0, 1], [4096, 4097], [0, 1], [4096, 4097]]),
        ("paired", xr.DataArray([3, 3, 3, 1], dims="point"), [[0, 1], [0, 1], [0, 1], [4096, 4097]]),
    ],
)
def test_streams_by_kind_are_run_numbers(streams: str, samples: Any, expected: list[list[int]]) -> None:
    named = simulate(POINTS, streams=streams, samples=samples, **SIZE)
    written = simulate(POINTS, runs=np.array(expected), **SIZE)
    assert named["quality"].tobytes() == written["quality"].tobytes()
    sweep = named.to_dataset()
    assert sweep.identical(written.to_dataset()) and run_numbers_of(sweep).tolist() == expected
    assert sweep.attrs["streams"] == streams
    _, first = np.unique(np.array(expected)[:, 0], return_inverse=True)
    assert sets_of_points(sweep).tolist() == first.tolist()
    assert (
        sets_of_points(sweep.isel(point=[3, 1])).tolist() == np.unique(first[[3, 1]], return_inverse=True)[1].tolist()
    )


def test_common_streams_are_those_of_a_call_that_names_none() -> None:
    named, usual = simulate(POINTS, streams="common", **SIZE), simulate(POINTS, **SIZE)
    assert named.to_dataset().identical(usual.to_dataset())


def test_what_points_share_is_read_off_run_numbers_that_were_written_out() -> None:
    kinds = {
        "common": [[5, 6]] * 4,
        "paired": [[5, 6], [7, 8], [7, 8], [1, 2]],
        # The second run of one point is the first of another: neither apart nor together.
        "independent": [[5, 6], [6, 7], [5, 6], [6, 7]],
    }
    for kind, numbers in kinds.items():
        found = simulate(POINTS, runs=np.array(numbers), **SIZE).to_dataset()
        assert found.attrs["streams"] == kind and '"arms"' not in found.attrs["sampler"]


def test_samples_that_stand_in_turn_are_told_as_arms() -> None:
    in_turn = simulate(POINTS, streams="paired", samples=[4, 4, 1, 1], **SIZE).to_dataset()
    mixed = simulate(POINTS, streams="paired", samples=[4, 1, 4, 1], **SIZE).to_dataset()
    assert '"arms": 2' in in_turn.attrs["sampler"] and '"arms"' not in mixed.attrs["sampler"]
    assert '"arms": 2' in in_turn.attrs["settings"] and '"streams": "paired"' in mixed.attrs["settings"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"streams": "pair"}, "streams must be 'common', 'independent' or 'paired', got 'pair'"),
        ({"streams": ["paired"]}, "streams must be 'common', 'independent' or 'paired', got"),
        ({"streams": "paired"}, "streams='paired' needs samples, a label for each point"),
        ({"streams": "independent", "samples": [0, 0, 1, 1]}, "samples are of paired streams; leave them out with str"),
        ({"samples": [0, 0, 1, 1]}, "samples say which points share paired streams; give streams='paired' with them"),
        ({"streams": "common", "runs": [[0, 1]] * 4}, "runs and streams both say the run numbers; leave one of them"),
        ({"streams": "paired", "samples": [0, 1]}, "samples must be 4 labels, whole numbers or texts, one for each"),
        ({"streams": "paired", "samples": [0.0, 0.0, 1.0, 1.0]}, "one for each point, got float64"),
        ({"streams": "paired", "samples": ["a", "a", 1.5, None]}, "one for each point, got"),
        ({"streams": "paired", "samples": [[0], [0, 1], [1], [1]]}, "one for each point, got list of another kind"),
        ({"streams": "paired", "samples": np.ma.masked_equal([0, 0, 1, 1], 1)}, "got masked values; fill them"),
    ],
)
def test_streams_that_say_too_much_or_too_little_are_refused_in_one_line(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as refusal:
        simulate(POINTS, **given, **SIZE)
    assert "\n" not in str(refusal.value)


def test_more_than_there_are_run_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 1,048,576 samples and 4,096 replicates fit streams='paired'"):
        chosen_runs(None, "paired", np.arange(2**20 + 1), points=2**20 + 1, replicates=1)
    with pytest.raises(ValueError, match="at most 1,048,576 points and 4,096 replicates fit streams='independent'"):
        chosen_runs(None, "independent", None, points=1, replicates=4097)
    # One replicate of all samples, and all replicates of the last: all of both would be 17 GB of numbers.
    last = chosen_runs(None, "paired", np.arange(2**20), points=2**20, replicates=1)
    assert int(np.asarray(last)[-1, -1]) == 2**32 - 4096
    assert int(numbers_of_runs(np.array([2**20 - 1], dtype=np.uint32), np.arange(4096))[-1, -1]) == 2**32 - 1
