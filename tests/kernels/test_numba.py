"""The compiled engine: the order of a month, what it refuses, runs it leaves to others, threads within their limits.

That it gives the bits of the others is tested beside them (test_equality.py, test_golden.py), what it keeps on disk in
test_numba_cache.py.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import threading
import time
import weakref
from typing import Any

import pytest

from tredegar.kernels.batch.batch import Recorded, RunBatch
from tredegar.model.graph.expression_graph import Rank
from tredegar.model.graph.fields import SEAT_NUMBER
from tredegar.model.schedule.month import MONTH

from ..support.cases import Case, assert_same_bits, batch_of, run_batch
from ..support.waiting import PATIENCE

pytest.importorskip("numba")

from tredegar.kernels.machine import threads as numba_threads
from tredegar.kernels.numba_engine import engine as numba_engine
from tredegar.kernels.numba_engine.cache import load_kernel
from tredegar.kernels.numba_engine.layout import traced_program

MANY = Case(
    trusts=9, clinicians=3, months=14, runs=tuple(range(7)), settings=({}, {"solidarity": 1.5}, {}, {}, {}, {}, {})
)
HUGE_PRESSURE = Case(trusts=40, constants={"PRESSURE_LEVEL": 1e6})


def phases_called(function: Any) -> list[str]:
    """The phases that a function of the kernel computes, in the order in which they stand."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function.py_func)))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    wanted = [call for call in calls if call.func.id in ("_country", "_tiles", "_over_trusts")]  # type: ignore[attr-defined]
    return [call.args[0].id for call in sorted(wanted, key=lambda call: call.lineno)]  # type: ignore[attr-defined]


def test_the_compiled_month_has_the_order_of_the_month() -> None:
    assert phases_called(load_kernel()._advance) == [phase.name for phase in MONTH] + ["outcomes"]


def test_every_sum_over_councils_and_catchments_is_shared_out() -> None:
    tallied = {(phase.name, tally.over) for phase in MONTH for tally in phase.tallies}
    assert {pair for pair in tallied if pair[1] in ("council", "catchment")} == {
        ("output", "catchment"),
        ("examples", "council"),
        ("examples", "catchment"),
    }


def test_what_is_written_in_a_month_and_read_later_has_a_slot() -> None:
    layout = traced_program()
    # The number of a seat is that of the loop over seats.
    assert SEAT_NUMBER not in layout.slots(Rank.SEAT)
    for phase in layout.phases.values():
        for field, kind in phase.reads.items():
            if field == SEAT_NUMBER:
                continue
            rank = next(rank for rank in Rank if field in layout.slots(rank))
            assert (kind == "count") == field[0].endswith(("sums", "totals")), (field, rank)


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("runs_at_once", [1, 16])
def test_bits_do_not_depend_on_threads(threads: int, runs_at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = batch_of(MANY)
    expected = run_batch("numpy", batch)
    monkeypatch.setattr(numba_engine, "thread_count", lambda: threads)
    monkeypatch.setattr(numba_engine, "RUNS_AT_ONCE", runs_at_once)
    assert_same_bits(run_batch("numba", batch), expected, f"numba, {threads} threads")


@pytest.mark.parametrize("trusts", [1, 3, 4, 5, 8, 131])
def test_tiles_that_are_not_full_count_nothing(trusts: int) -> None:
    case = Case(trusts=trusts, clinicians=33, months=3)  # more seats than luck is drawn ahead for
    assert_same_bits(run_batch("numba", batch_of(case)), run_batch("numpy", batch_of(case)), "numba")


def judged(monkeypatch: pytest.MonkeyPatch, batch: RunBatch) -> tuple[list[int], Recorded]:
    """Run a batch; return the runs that were left to the array engine, and what was recorded."""
    positions: list[int] = []
    judge = numba_engine._judge

    def noting(given: RunBatch, position: int, recorded: Recorded) -> None:
        positions.append(position)
        judge(given, position, recorded)

    monkeypatch.setattr(numba_engine, "_judge", noting)
    return positions, run_batch("numba", batch)


def test_values_too_large_for_quick_sums_are_left_to_the_array_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = batch_of(HUGE_PRESSURE)
    positions, recorded = judged(monkeypatch, batch)
    assert positions == [0]
    assert recorded.failed.tolist() == [0]
    assert_same_bits(recorded, run_batch("numpy", batch), "numba")


def test_usual_runs_are_left_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    positions, recorded = judged(monkeypatch, batch_of(MANY))
    assert positions == []
    assert recorded.failed.tolist() == [0] * 7


MANY_RUNS = Case(runs=tuple(range(640)), settings=({},) * 640)


def test_an_interruption_stops_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    interrupted = threading.Event()

    def compute(kernel: Any, batch: RunBatch, asked: Any, results: Any, state: Any, first: int, piece: slice) -> None:
        done.append(first)
        if first == 0:
            interrupted.set()
            raise KeyboardInterrupt
        # The other thread is held at its piece until this one was interrupted, however late it gets a processor.
        assert interrupted.wait(PATIENCE)
        time.sleep(0.05)

    monkeypatch.setattr(numba_engine, "_compute", compute)
    monkeypatch.setattr(numba_engine, "thread_count", lambda: 2)
    with pytest.raises(KeyboardInterrupt):
        run_batch("numba", batch_of(MANY_RUNS))
    assert len(done) < 40


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_no_more_runs_are_started_than_the_threads_need_next(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    started: weakref.WeakSet[Any] = weakref.WeakSet()
    most, busy, names = [0], [0, 0], set()
    lock, all_of_them, met = threading.Lock(), threading.Barrier(threads), threading.local()

    def compute(kernel: Any, batch: RunBatch, asked: Any, results: Any, state: Any, first: int, piece: slice) -> None:
        with lock:
            started.add(state)
            most[0] = max(most[0], len(started))
            busy[:] = [busy[0] + 1, max(busy[1], busy[0] + 1)]
            names.add(threading.current_thread().name)
        if not hasattr(met, "others"):
            # Each thread waits at its first piece until all have one: none is late because the machine is busy.
            met.others = all_of_them.wait(PATIENCE)
        with lock:
            busy[0] -= 1

    monkeypatch.setattr(numba_engine, "_compute", compute)
    monkeypatch.setattr(numba_engine, "thread_count", lambda: threads)
    monkeypatch.setattr(numba_engine, "PIECE_WORK", 1)
    run_batch("numba", batch_of(MANY_RUNS))  # 40 times those that are started together, each run a piece
    # At most one for each piece that waits (a thread may be late with all of them) or is in work.
    assert most[0] <= threads * (numba_engine.PIECES_WAITING + 1)
    assert busy[1] == len(names) == threads


def test_a_thread_that_is_late_keeps_no_runs_in_memory_that_others_have_done(monkeypatch: pytest.MonkeyPatch) -> None:
    started: weakref.WeakSet[Any] = weakref.WeakSet()
    most, done, far_ahead = [0], [0], threading.Event()

    def compute(kernel: Any, batch: RunBatch, asked: Any, results: Any, state: Any, first: int, piece: slice) -> None:
        if threading.current_thread() is not threading.main_thread():
            assert far_ahead.wait(PATIENCE)
            return
        started.add(state)
        most[0] = max(most[0], len(started))
        done[0] += 1
        if done[0] == len(MANY_RUNS.runs) - 100:
            far_ahead.set()

    monkeypatch.setattr(numba_engine, "_compute", compute)
    monkeypatch.setattr(numba_engine, "thread_count", lambda: 2)
    monkeypatch.setattr(numba_engine, "PIECE_WORK", 1)
    run_batch("numba", batch_of(MANY_RUNS))
    assert far_ahead.is_set()
    assert most[0] <= 2 * (numba_engine.PIECES_WAITING + 1)


@pytest.fixture
def granted(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> pytest.MonkeyPatch:
    """A machine of 64 processors without any limit."""
    for name in numba_threads.LIMITS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(numba_threads, "_processors", lambda: 64)
    monkeypatch.setattr(numba_threads, "QUOTA", tmp_path / "cpu.max")
    return monkeypatch


@pytest.mark.parametrize(
    ("environment", "threads"),
    [
        ({}, 64),
        ({"SLURM_CPUS_PER_TASK": "8"}, 8),
        ({"OMP_NUM_THREADS": "4,2", "SLURM_CPUS_PER_TASK": "8"}, 4),
        ({"NUMBA_NUM_THREADS": "1"}, 1),
        ({"OMP_NUM_THREADS": "", "NUMBA_NUM_THREADS": "many"}, 64),
        ({"OMP_NUM_THREADS": "128"}, 64),
        ({"OMP_NUM_THREADS": "\u00b2", "SLURM_CPUS_PER_TASK": "-4"}, 64),  # a digit, says Python, but no number
        ({"NUMBA_NUM_THREADS": "0", "OMP_NUM_THREADS": "2"}, 2),
    ],
)
def test_threads_keep_to_what_is_granted(
    environment: dict[str, str], threads: int, granted: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        granted.setenv(name, value)
    assert numba_threads.thread_count() == threads


QUOTAS = [("250000 100000", 2), ("50000 100000", 1), ("max 100000", 64)]
QUOTAS += [(unusual, 64) for unusual in ("", "250000", "250000 0", "250000 soon", "\u00b2 100000")]


@pytest.mark.parametrize(("quota", "threads"), QUOTAS)
def test_threads_keep_to_the_quota_of_a_container(quota: str, threads: int, granted: pytest.MonkeyPatch) -> None:
    numba_threads.QUOTA.write_text(quota, encoding="utf-8")
    assert numba_threads.thread_count() == threads


def test_a_task_of_dask_uses_one_thread(granted: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address="127.0.0.1:0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert client.submit(numba_threads.thread_count).result() == 1
    assert numba_threads.thread_count() == 64
