"""``tredegar.run_sweep``: the opened sweep, or why there is none; ``plan_sweep``: what it will take."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import tredegar as tg
from tredegar.store.format import StoreError

from ...support.fake_model import Failure, simulate
from ...support.sweep_cases import small_spec


@pytest.fixture(autouse=True)
def _warnings_are_told() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_a_sweep_is_returned_as_open_sweep_returns_it(tmp_path: Path) -> None:
    returned = tg.run_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate_all)
    xr.testing.assert_identical(returned, tg.open_sweep(tmp_path / "s.zarr"))
    assert (returned.attrs["runs"], returned.attrs["runs_done"]) == (75, 75)
    again = tg.run_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=never)
    xr.testing.assert_identical(again, returned)


def test_runs_that_failed_are_counted_and_warned_of(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"3 of 75 runs .* failed, which are NaN \(not finite: quality\)") as told:
        sweep = tg.run_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate)
    assert [row.filename for row in told] == [__file__]
    assert (sweep.attrs["runs_done"], sweep.attrs["runs_failed"]) == (72, 3)
    assert int(np.isnan(sweep["quality"].values).any(axis=2).sum()) == 3
    again = tg.run_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate_all, retry_failed=True)
    assert again.attrs["runs_failed"] == 0


def test_a_sweep_that_is_interrupted_returns_what_is_there_and_warns(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="interrupted: 60 of 75 runs .* are missing, which are NaN; the same call"):
        sweep = tg.run_sweep(
            small_spec(), tmp_path / "s.zarr", workers=0, simulate=interrupting, points_per_batch=5
        )  # fmt: skip
    assert (sweep.attrs["runs_done"], sweep.attrs["runs_missing"]) == (15, 60)
    whole = tg.run_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate_all)
    assert whole.attrs["runs_missing"] == 0


def test_the_share_of_a_task_is_returned_without_a_warning(tmp_path: Path) -> None:
    words = {"simulate": simulate_all, "points_per_batch": 5}
    first = tg.run_sweep(small_spec(), tmp_path / "s.zarr", task=(0, 2), **words)
    second = tg.run_sweep(small_spec(), tmp_path / "s.zarr", task=(1, 2), **words)
    assert (first.attrs["runs_missing"], second.attrs["runs_missing"]) == (30, 0)


def test_if_every_run_failed_that_is_an_error_with_its_cause(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"every run of .*s\.zarr failed: never finite$"):
        tg.run_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=failing)


def test_what_stops_a_sweep_is_an_error_and_the_same_call_finishes_it(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the sweep stopped: .*no memory.*; 75 runs are missing in "):
        tg.run_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=out_of_memory)
    assert tg.run_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate_all).attrs["runs_done"] == 75


def test_damage_is_mended_and_told(tmp_path: Path) -> None:
    whole = tg.run_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate_all).load()
    (tmp_path / "s.zarr" / "quality" / "c.0.0.0").unlink()
    with pytest.warns(UserWarning, match="was damaged and is mended"):
        mended = tg.run_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate_all)
    xr.testing.assert_identical(mended.load(), whole)


def test_a_function_follows_the_sweep(tmp_path: Path) -> None:
    seen: list[int] = []
    words = {"simulate": simulate_all, "points_per_batch": 10}
    tg.run_sweep(small_spec(), tmp_path / "s.zarr", 0, progress=lambda state: seen.append(state.done), **words)
    assert seen == [0, 30, 60, 75]


def test_without_a_store_the_sweep_is_there_as_long_as_the_process_and_no_longer() -> None:
    code = (
        "import os, tredegar as tg\nfrom tests.support.sweep_cases import small_spec\n"
        "from tests.support.fake_model import simulate\nimport warnings; warnings.simplefilter('ignore')\n"
        "sweep = tg.run_sweep(small_spec(), workers=0, simulate=simulate)\n"
        "if (child := os.fork()) == 0:\n    raise SystemExit\n"
        "os.waitpid(child, 0)\n"
        "print(sweep['quality'].sizes['point'], sweep.attrs['store'])\nsweep.load()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    points, store = done.stdout.split()
    assert (points, done.stderr) == ("25", "")
    assert not Path(store).parent.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"spec": "my.toml"}, "spec must be a Spec"),
        ({"progress": "yes"}, r"progress \(where it is no function\) must be True or False, got 'yes'"),
        ({"workers": -1}, "workers must be a whole number"),
        ({"workers": 1.5}, "workers must be a whole number"),
        ({"engine": "nosuch"}, "nosuch"),
        ({"task": 3}, "task must be a pair"),
        ({"task": (0, 2), "store": None}, "a task is a part of a sweep that others share: give store"),
        ({"store": "s3://bucket/x"}, "a store must be in a file system"),
    ],
)
def test_a_wrong_argument_is_refused_in_one_line_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: dict[str, Any], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=said) as refusal:
        tg.run_sweep(**{"spec": small_spec(), "store": "s.zarr", **words})
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_another_spec_is_refused(tmp_path: Path) -> None:
    tg.run_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate_all)
    with pytest.raises(StoreError, match="belongs to another spec"):
        tg.run_sweep(small_spec("seed = 3", "seed = 4"), tmp_path / "s.zarr", workers=0, simulate=simulate_all)


def test_a_plan_says_what_a_sweep_will_take_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plan = tg.plan_sweep(small_spec(), workers=3, pilot=False)
    assert (plan.runs, plan.processes, plan.seconds) == (75, 3, None)
    assert plan.size.files > 0
    assert list(tmp_path.iterdir()) == []
    for words, said in (({"engine": "nosuch"}, "nosuch"), ({"workers": -1}, "workers"), ({"spec": 3}, "a Spec")):
        with pytest.raises(ValueError, match=said):
            tg.plan_sweep(**{"spec": small_spec(), "pilot": False, **words})


def simulate_all(points: Any, **others: Any) -> Any:
    """Compute every run: beside the corner where the fake model fails."""
    return simulate({name: np.asarray(values) + 1.0 for name, values in points.items()}, **others)


def never(points: Any, **others: Any) -> Any:
    raise AssertionError("there is nothing to compute")


def interrupting(points: Any, **others: Any) -> Any:
    os.kill(os.getpid(), signal.SIGINT)
    return simulate_all(points, **others)


def failing(points: Any, runs: Any, **others: Any) -> Any:
    """Fail in every run."""
    out = simulate(points, runs=runs, **others)
    out.failures = tuple(Failure(p, r, "never finite") for p in range(runs.shape[0]) for r in range(runs.shape[1]))
    return out


def out_of_memory(points: Any, **others: Any) -> Any:
    raise MemoryError("no memory")
