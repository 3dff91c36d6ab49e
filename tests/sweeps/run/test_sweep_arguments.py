"""Arguments of ``complete_sweep`` that are of another kind than they must be: one line, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tredegar.results import open_sweep
from tredegar.sweeps.run.runner import complete_sweep

from ...support.fake_model import simulate
from ...support.sweep_cases import small_spec

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"spec": "spec.toml"}, r"spec must be a Spec, such as Spec.from_file\('my.toml'\) reads, got 'spec.toml'"),
    ({"path": 5}, "a store must have a path, a text without NUL, got 5"),
    ({"path": b"s.zarr"}, "got b's.zarr'"),
    ({"path": ""}, "a store must have a path"),
    ({"path": "a\0b"}, r"got 'a\\x00b'"),
    ({"path": "x" * 5000}, "a store must have a shorter path than 'xxx"),
    ({"workers": -1}, r"workers must be a whole number in 0 \.\. 4096, got -1"),
    ({"workers": "2"}, "got '2'"),
    ({"workers": 1.0}, "got 1.0"),
    ({"task": (2, 2)}, r"k in task = \(k, n\) must be a whole number in 0 \.\. 1, got 2"),
    ({"task": (0, 0)}, r"the number of tasks in task = \(k, n\) must be a whole number in 1"),
    ({"task": "0/2"}, r"task must be a pair \(k, n\) of whole numbers, k from 0 to n - 1, got '0/2'"),
    ({"points_per_batch": 0}, "points_per_batch must be a whole number in 1"),
    ({"points_per_batch": 1.5}, "got 1.5"),
    ({"engine": ["numpy"]}, r"engine must be a name, got \['numpy'\]"),
    ({"scheduler": 5}, "scheduler must be an address, a scheduler file or a cluster of Dask, got 5"),
    ({"scheduler": "x" * 10_000}, "scheduler must be"),
    ({"progress": True}, "progress must be a function, or None, got True"),
    ({"say": "x"}, "say must be a function"),
    ({"check": None}, "check must be True or False, got None"),
    ({"retry_failed": "yes"}, "retry_failed must be True or False, got 'yes'"),
]


@pytest.mark.parametrize(("changes", "said"), WRONG)
def test_an_argument_of_another_kind_is_refused_before_a_store_is_made(
    changes: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good: dict[str, Any] = {"spec": small_spec(), "path": "s.zarr", "workers": 0, "simulate": simulate}
    with pytest.raises(ValueError, match=said) as refusal:
        complete_sweep(**good | changes)
    assert str(refusal.value).isprintable() and len(str(refusal.value)) < 500
    assert list(tmp_path.iterdir()) == []


def test_numbers_of_numpy_are_as_good_as_pythons(tmp_path: Path) -> None:
    path, part = tmp_path / "s.zarr", (np.int64(0), np.int8(2))
    assert not complete_sweep(
        small_spec(), path, np.int16(0), task=part, points_per_batch=np.uint8(5), simulate=simulate
    ).complete
    assert complete_sweep(small_spec(), path, workers=0, simulate=simulate, check=np.bool_(True)).complete


@pytest.mark.parametrize("path", ["", 5, None, b"s.zarr", "a\0b", "x" * 5000])
def test_what_is_no_path_is_refused_by_readers_as_well(path: Any) -> None:
    with pytest.raises(ValueError, match="a store must have a"):
        open_sweep(path)
