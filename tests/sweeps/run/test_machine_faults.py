"""The machine's fault is never recorded as the run's: only the arithmetic of a rule can fail a run."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tredegar.kernels import EngineUnavailable
from tredegar.model.failed_run import RunFailed
from tredegar.results import open_sweep
from tredegar.sweeps.run import compute, computed
from tredegar.sweeps.run.poison_runs import settle
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.missing import Task

from ...support.commands import tredegar
from ...support.fake_model import simulate
from ...support.sweep_cases import SMALL, contents, small_spec


class CompiledCodeTorn(Exception):
    """Stands for what libraries raise: EOFError, UnpicklingError, errors of CUDA, of threads, of LLVM."""


FAULTS = [
    EOFError("Ran out of input"),
    CompiledCodeTorn("pickle data was truncated"),
    ValueError("Number of threads specified must be > 0"),
    RuntimeError("can't start new thread"),
    RuntimeError("Could not determine home directory."),
    KeyError("CUDA_PATH"),
    AssertionError(),
    TypeError("'NoneType' object is not callable"),
    AttributeError("module 'cupy' has no attribute 'cuda'"),
    ZeroDivisionError("division by zero"),
    RecursionError("maximum recursion depth exceeded"),
    ImportError("libnvrtc.so.13: cannot open shared object file"),
    OSError(5, "Input/output error"),
    MemoryError(),
    EngineUnavailable("engine 'cuda' cannot run here"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{type(fault).__name__}-{str(fault)[:20]}")
def test_a_fault_of_the_machine_stops_the_sweep_and_nothing_is_stored(tmp_path: Path, fault: Exception) -> None:
    def broken(points: Any, **others: Any) -> Any:
        raise fault

    summary = complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=broken)
    assert (summary.counts.done, summary.counts.failed, summary.counts.missing) == (0, 0, 75)
    assert summary.stopped and "\n" not in summary.stopped
    assert (str(fault) or type(fault).__name__).split(":")[0].strip("'") in summary.stopped
    assert not list((tmp_path / "s.zarr" / "status").glob("c.*"))
    assert complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate).complete


def broken_once_in_a_while(points: Any, **others: Any) -> Any:
    if 0.5 in np.asarray(next(iter(points.values()))):
        raise CompiledCodeTorn("torn")
    return simulate(points, **others)


def test_a_fault_in_mid_sweep_keeps_what_is_done_and_the_same_command_finishes_it(tmp_path: Path) -> None:
    complete_sweep(small_spec(), tmp_path / "sound.zarr", workers=0, simulate=simulate)
    summary = complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=broken_once_in_a_while)
    assert summary.stopped == "CompiledCodeTorn: torn"
    assert summary.counts.failed == 0
    assert 0 < summary.counts.done < 75
    assert complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate).complete
    assert contents(tmp_path / "s.zarr") == contents(tmp_path / "sound.zarr")


def test_a_fault_on_a_worker_ends_the_sweep_in_one_line_too(tmp_path: Path) -> None:

    def broken(*points: Any, **others: Any) -> Any:
        raise EOFError("Ran out of input")

    summary = complete_sweep(small_spec(), tmp_path / "s.zarr", workers=1, simulate=broken)
    assert summary.stopped == "EOFError: Ran out of input"
    assert (summary.counts.failed, summary.counts.missing) == (0, 75)


@pytest.mark.parametrize("fault", ["lost", "swapped"])
def test_points_that_are_damaged_while_a_sweep_runs_are_not_computed_with(tmp_path: Path, fault: str) -> None:
    """As a job of an array meets them that was told not to check."""
    path = tmp_path / "s.zarr"
    complete_sweep(small_spec(), path, workers=0, simulate=simulate, task=(0, 2))
    copy = tmp_path / "copy.zarr"  # what a process has read of one store, it need not read again
    shutil.copytree(path, copy)
    if fault == "lost":
        (copy / "real_control/c.0").unlink()
    else:
        shutil.copyfile(copy / "mandate_detail/c.0", copy / "real_control/c.0")
    summary = complete_sweep(small_spec(), copy, workers=0, simulate=simulate, check=False)
    assert summary.stopped.startswith("coordinate 'real_control' of") and summary.computed == 0
    assert complete_sweep(small_spec(), copy, workers=0, simulate=simulate).complete
    complete_sweep(small_spec(), path, workers=0, simulate=simulate)
    assert contents(copy) == contents(path)


def test_a_failed_run_is_computed_again_on_request_and_alone_by_it(tmp_path: Path) -> None:
    def with_a_sick_rule(points: Any, **others: Any) -> Any:
        if 0.25 in np.asarray(next(iter(points.values()))):
            raise RunFailed("month 3: gaming of Manager 4 made gaming = nan")
        return simulate(points, **others)

    spec = small_spec()
    complete_sweep(spec, tmp_path / "sound.zarr", workers=0, simulate=simulate)
    first = complete_sweep(spec, tmp_path / "s.zarr", workers=0, simulate=with_a_sick_rule)
    assert first.complete and first.counts.failed > 15
    again = complete_sweep(spec, tmp_path / "s.zarr", workers=0, simulate=simulate)
    assert (again.computed, again.counts.failed) == (0, first.counts.failed)
    retried = complete_sweep(spec, tmp_path / "s.zarr", workers=0, simulate=simulate, retry_failed=True)
    assert (retried.counts.failed, retried.repaired) == (3, ())
    assert contents(tmp_path / "s.zarr") == contents(tmp_path / "sound.zarr")


@pytest.fixture
def spec_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(SMALL)
    return "small.toml"


SWEEP = ("sweep", "small.toml", "--out", "s.zarr", "--workers", "0")


def test_the_command_ends_with_1_when_every_run_failed_and_when_nothing_could_be_verified(
    spec_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(points: Any, **others: Any) -> Any:
        raise RunFailed("always")

    with monkeypatch.context() as patched:
        patched.setattr(compute, "default_simulate", lambda: broken)
        assert tredegar(*SWEEP) == 1
    assert "error: every run of s.zarr failed; 'tredegar status s.zarr' says why" in capsys.readouterr().err
    assert tredegar(*SWEEP) == 1, "given again, it still says so"
    assert tredegar("verify", "s.zarr", "--engine", "numpy") == 1
    assert "no run of s.zarr succeeded, so that none could be computed again" in capsys.readouterr().err
    assert tredegar(*SWEEP, "--retry-failed", "--engine", "numpy") == 0
    assert tredegar("verify", "s.zarr", "--engine", "numpy") == 0


def test_the_command_ends_with_1_in_one_line_on_a_fault_of_the_machine(
    spec_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(points: Any, **others: Any) -> Any:
        raise CompiledCodeTorn("torn\nin two")

    monkeypatch.setattr(compute, "default_simulate", lambda: broken)
    assert tredegar(*SWEEP) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["error: the sweep stopped: CompiledCodeTorn: torn in two; 75 runs are missing in s.zarr"]


def test_verify_that_cannot_compute_is_an_error_and_not_a_word_of_praise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate)

    def broken(points: Any, **others: Any) -> Any:
        raise CompiledCodeTorn("torn")

    monkeypatch.setattr("tredegar.sweeps.run.verify.default_simulate", lambda: broken)
    with pytest.raises(computed.MachineFault, match="CompiledCodeTorn: torn"):
        verify_store(tmp_path / "s.zarr", runs=1, engine="numpy")


def deadly(points: Any, **others: Any) -> Any:
    os.kill(os.getpid(), signal.SIGSEGV)


def test_a_batch_of_which_every_run_dies_is_blamed_on_the_machine_unless_other_runs_live(tmp_path: Path) -> None:
    path = tmp_path / "s.zarr"
    complete_sweep(small_spec(), path, workers=0, simulate=simulate)
    for name in ("status/c.1.0", "digest/c.1.0.0.0"):
        (path / name).unlink()
    calls: list[str] = []

    def alone(sick: bool) -> Any:
        def call(function: Any, path: str, number: int, engine: str, *rest: Any) -> tuple[bool, Any]:
            calls.append(function.__name__)
            if function is compute.try_runs:
                (point, _), *_others = rest[-1]
                return (not sick and not 3 <= point < 6), None
            if len(rest) < 3:
                return False, None
            return True, compute.run_batch(path, number, engine, *rest)

        return call

    (report,) = settle(str(path), Task(1), "numpy", simulate, alone(sick=True))
    assert report.stop.startswith("every run of batch 1 kills the process that computes it here, and so do other runs")
    assert (SweepStore(path).read_status() == 0).sum() == 9, "nothing was stored"
    (report,) = settle(str(path), Task(1), "numpy", simulate, alone(sick=False))
    assert (report.stop, report.failed) == ("", 9)
    assert (open_sweep(path).status == 2).sum() == 9 + 3


@pytest.mark.parametrize("words", [("status", "s.zarr"), ("verify", "s.zarr", "--runs", "1", "--engine", "numpy")])
def test_other_programs_can_read_what_is_said(
    spec_file: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert tredegar(*SWEEP, "--engine", "numpy") == 0
    capsys.readouterr()
    assert tredegar(*words, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["digests"] is True
    assert said["counts"]["done"] == 75 and said["counts"]["missing"] == 0


def test_a_plan_can_be_read_by_other_programs(spec_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert tredegar("sweep", "small.toml", "--out", "s.zarr", "--plan", "--json", "--engine", "numpy") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["runs"], said["points"], said["replicates"]) == (75, 25, 3)
    assert said["seconds"] > 0 and said["pilot"]["engine"] == "numpy"
    assert tredegar(*SWEEP, "--json") == 2
    assert not Path("s.zarr").exists()
