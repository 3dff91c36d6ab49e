"""A sweep while it runs: what others see of it, and how it ends when it is asked to or cannot write."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from tredegar.cli.entry import main
from tredegar.results import open_sweep
from tredegar.sweeps.run.runner import Progress, complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.upkeep.status import report_status

from ...support.fake_model import simulate
from ...support.sweep_cases import small_spec
from ...support.waiting import PATIENCE, wait_while_it_runs
from .test_sweep_killed import allow, started_sweep


def test_readers_see_what_is_done_while_the_sweep_runs(tmp_path: Path) -> None:
    path = tmp_path / "s.zarr"
    complete_sweep(small_spec(), tmp_path / "whole.zarr", workers=0, simulate=simulate)
    whole = open_sweep(tmp_path / "whole.zarr").load()
    seen = []

    def look(state: Progress) -> None:
        sweep = open_sweep(path, partial=True).load()
        done = sweep.status.values != 0
        assert done.sum() == state.done + state.failed == sweep.runs_done + sweep.runs_failed
        assert sweep.quality.values[done].tobytes() == whole.quality.values[done].tobytes()
        assert np.isnan(sweep.quality.values[~done]).all()
        counts = report_status(path).counts
        assert counts.missing == sweep.runs_missing == 75 - done.sum()
        seen.append(int(done.sum()))

    complete_sweep(small_spec(), path, workers=0, simulate=simulate, progress=look)
    assert seen == sorted(set(seen))
    assert (seen[0], seen[-1], len(seen)) == (0, 75, 10)


def test_ctrl_c_in_a_terminal_reaches_workers_too_and_ends_with_status_3_and_no_traceback(tmp_path: Path) -> None:
    with started_sweep(tmp_path, "--workers", "2", allowed=1) as process:
        wait_while_it_runs(process, (tmp_path / "held").exists)
        os.killpg(process.pid, signal.SIGINT)
        allow(tmp_path, 99)
        said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3, errors
    assert "run the same command again to finish" in said
    assert "Traceback" not in errors


def test_ctrl_c_before_there_is_anything_ends_with_status_3_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*words: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tredegar.sweeps.upkeep.status.report_status", interrupted)
    with pytest.raises(SystemExit) as end:
        main(["status", str(tmp_path)])
    assert end.value.code == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert "interrupted" in line


def test_a_store_that_cannot_be_written_is_read_and_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.zarr"
    complete_sweep(small_spec(), path, task=(0, 2), simulate=simulate)

    def read_only(*words: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr("tredegar.sweeps.store.durable._write_and_rename", read_only)
    monkeypatch.setattr("tredegar.sweeps.store.log._append", read_only)
    summary = complete_sweep(small_spec(), path, workers=0, simulate=simulate)
    assert "Read-only file system" in summary.stopped
    assert "\n" not in summary.stopped
    assert (summary.computed, summary.counts.missing) == (0, 36)
    assert verify_store(path, runs=0).faults == ()
    counts = report_status(path).counts
    assert counts.done + counts.failed == 39
