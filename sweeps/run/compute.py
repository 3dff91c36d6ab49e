"""One batch from beginning to end: read its points, run the model, write what it recorded, then its status.

``run_batch`` is what every driver calls, in this process, in a Dask worker and in a task of a job array. It may be
called twice, or by two processes at once: what it writes depends on the spec and the number of the batch alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...model.failed_run import RunFailed
from ...store.blocks import Batch
from ...store.format import DONE, FAILED, MISSING
from ..spec.sampling import Points
from ..spec.spec import Spec
from ..store.durable import FULL
from ..store.log import MOST_LETTERS, note
from ..store.store import SweepStore
from ..upkeep.missing import damage
from ..upkeep.seen import seen_store

Simulate = Callable[..., Any]
Runs = Sequence[tuple[int, int]]
"""Runs by point and replicate, numbered in the whole sweep."""
KILLS = "the run kills the process that computes it"
INDEPENDENT_STRIDE = 4096
"""Run numbers under independent streams: point * 4096 + replicate."""


class MachineFault(RuntimeError):
    """The machine cannot compute the runs; another one may, so that they are not recorded as failed."""


class BatchReport(NamedTuple):
    """What a worker sends back: a few numbers, and the reason if the whole sweep must stop."""

    number: int
    done: int
    failed: int
    seconds: float
    stop: str = ""


@dataclass(frozen=True, slots=True)
class Computed:
    """Arrays of some runs, (point, replicate, ...), and why runs failed: (point, replicate) among them -> reason."""

    values: dict[str, NDArray[Any]]
    failures: dict[tuple[int, int], str]
    engine: str


def run_batch(
    path: str,
    number: int,
    engine: str = "auto",
    redo: bool = False,
    simulate: Simulate | None = None,
    barred: Runs = (),
    spec_hash: str = "",
) -> BatchReport:
    """Compute batch ``number`` of the store at ``path`` and write it; return what became of it.

    ``spec_hash`` is that of the store as who asks sees it: this machine may see it later, or as it was before it was
    extended.

    Runs that are already done are kept (an extended sweep has batches that are done in part), unless ``redo`` says
    that all are to be computed: their chunks are damaged, or failed runs get another chance. What is the fault of the
    machine (a full disk, a library that does not load, too little memory) and not of a run's arithmetic is reported in
    ``stop``, and leaves the batch as it was. ``barred`` runs are not tried: each is known to kill its process, and
    recorded as failed.
    """
    began = time.perf_counter()
    try:
        store = seen_store(path, spec_hash)
        done, failed = _run(store, store.batch(number), engine, redo, simulate or default_simulate(), barred)
    except Exception as error:  # noqa: BLE001
        # The boundary of a worker: whatever goes wrong around the runs is the machine's, and stops the sweep.
        note(Path(path), "stop", batch=number, reason=stop_reason(error))
        return BatchReport(number, 0, 0, time.perf_counter() - began, stop_reason(error))
    return BatchReport(number, done, failed, time.perf_counter() - began)


def try_runs(path: str, number: int, engine: str, simulate: Simulate | None, chosen: Runs) -> None:
    """Compute the ``chosen`` runs of batch ``number`` and write nothing, to see whether the process survives."""
    store = seen_store(path)
    for point, replicate in chosen:
        points = store.read_points(slice(point, point + 1))
        numbers = run_numbers(store.spec, np.array([point]), slice(replicate, replicate + 1))
        with suppress(OSError, ImportError, MemoryError, MachineFault):  # the batch itself will say so
            compute_runs(store.spec, points, numbers, engine, simulate or default_simulate())


def default_simulate() -> Simulate:
    """Return the model's own ``simulate``; imported late, so that commands that run nothing stay quick."""
    from ...kernels import simulate

    return simulate


def stop_reason(error: BaseException) -> str:
    """Return in one line why the sweep must stop."""
    if isinstance(error, OSError) and error.errno in FULL:
        return f"the disk is full ({error.strerror}); free some space and run the same command again"
    text = _one_line(error) or type(error).__name__
    if not isinstance(error, OSError | ImportError | MemoryError) and not _is_ours(error):
        text = f"{type(error).__name__}: {text}"
    return ("not enough memory: " if isinstance(error, MemoryError) else "") + text[:MOST_LETTERS]


def _run(store: SweepStore, batch: Batch, engine: str, redo: bool, simulate: Simulate, barred: Runs) -> tuple[int, int]:
    began = time.perf_counter()
    status = np.full(batch.shape, MISSING, dtype=np.uint8) if redo else store.read_status_of(batch)
    if (status != MISSING).any() and (status == MISSING).any() and any(damage(store, batch)):
        # Runs that are done are kept only with values that are theirs: this machine may not see them all yet.
        status = np.full_like(status, MISSING)
    rows = np.flatnonzero((status == MISSING).any(axis=1))
    if not rows.size:
        return 0, 0
    # Said first: a batch that begins again and again and never ends is one that kills its process (poison_runs.py).
    note(store.path, "begin", batch=batch.number)
    points = {name: values[rows] for name, values in store.read_points(batch.points).items()}
    numbers = run_numbers(store.spec, rows + batch.points.start, batch.replicates)
    bars = np.zeros(numbers.shape, dtype=bool)
    for point, replicate in barred:
        bars[rows == point - batch.points.start, replicate - batch.replicates.start] = True
    computed = compute_runs(store.spec, points, numbers, engine, simulate, bars)
    fresh = status.copy()
    fresh[rows] = DONE
    for row, replicate in computed.failures:
        fresh[rows[row], replicate] = FAILED
    if not redo and (store.read_status_of(batch) != MISSING).all():
        return 0, 0  # a process beside this one, of another array, has written the same meanwhile
    values = {name: _values(store, name, numbers.shape, computed) for name in store.recorded}
    if rows.size < len(status):
        values = {name: _joined(store, batch, name, rows, values[name]) for name in values}
    store.write_batch(batch, values, fresh)
    failed = len(computed.failures)
    _note(store, batch, rows, computed, time.perf_counter() - began)
    return rows.size * fresh.shape[1] - failed, failed


def _values(store: SweepStore, name: str, runs: tuple[int, ...], computed: Computed) -> NDArray[Any]:
    array = store.array(name)
    if computed.values:
        values = computed.values.get(name)
        if values is None or values.shape != (*runs, *array.shape[2:]) or values.dtype != array.dtype:
            raise MachineFault(f"engine '{computed.engine}' gave no '{name}' of the shape and kind that were asked for")
        return values
    return np.full((*runs, *array.shape[2:]), np.nan, array.dtype)


def _joined(store: SweepStore, batch: Batch, name: str, rows: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
    """Return the whole chunk: ``values`` at ``rows``, what the store holds elsewhere."""
    whole = np.array(store.read_chunk(name, batch))
    whole[rows] = values
    return whole


def run_numbers(spec: Spec, points: NDArray[np.integer[Any]], replicates: slice) -> NDArray[np.uint32]:
    """Return the numbers that key the streams of runs, (point, replicate): equal at all points under common streams.

    >>> spec = Spec(streams="independent", design={"method": "grid"}, vary={"real_control": {"values": [0.2, 0.8]}})
    >>> run_numbers(spec, np.array([0, 1]), slice(0, 2))
    array([[   0,    1],
           [4096, 4097]], dtype=uint32)
    """
    numbers = np.arange(replicates.start, replicates.stop, dtype=np.uint32)[None, :]
    offsets = points.astype(np.uint32)[:, None] * np.uint32(INDEPENDENT_STRIDE if spec.streams == "independent" else 0)
    return np.ascontiguousarray(offsets + numbers)


def compute_runs(
    spec: Spec,
    points: Points,
    runs: NDArray[np.uint32],
    engine: str,
    simulate: Simulate,
    barred: NDArray[np.bool_] | None = None,
    months: int | None = None,
) -> Computed:
    """Run the model at ``points`` (name -> (point,)) with run numbers ``runs`` (point, replicate).

    A run in which a rule raises RunFailed is a failed run: NaN everywhere, with its reason. To find it, what raised is
    run in halves. Runs that are ``barred`` (point, replicate) are not tried. ``months`` stand in for those of ``spec``.

    Raises MachineFault for whatever else is raised: only the arithmetic of a rule can fail a run. OSError, ImportError
    and, if a single run does not fit, MemoryError pass as they are.
    """
    if barred is not None and barred.any():
        if runs.size == 1:
            return Computed({}, {(0, 0): KILLS}, engine)
        return _in_halves(spec, points, runs, engine, simulate, barred, months)
    try:
        return _simulated(spec, points, runs, engine, simulate, months)
    except (RunFailed, MemoryError) as error:
        if runs.size > 1:
            return _in_halves(spec, points, runs, engine, simulate, np.zeros(runs.shape, dtype=bool), months)
        # A run that does not fit here may fit elsewhere: that is no failure of its own.
        if isinstance(error, MemoryError):
            raise
        return Computed({}, {(0, 0): f"{type(error).__name__}: {_one_line(error)}"[:MOST_LETTERS]}, engine)
    except (OSError, ImportError):
        raise
    except Exception as error:
        # The worker boundary, the one place for a broad except: whatever a rule did not raise is no run's fault.
        what = "" if _is_ours(error) else f"{type(error).__name__}: "
        raise MachineFault(f"{what}{_one_line(error)}") from error


def _is_ours(error: BaseException) -> bool:
    """Whether the message of ``error`` is a sentence of Tredegar's own, which needs no name of a type."""
    return type(error).__module__.partition(".")[0] == "tredegar" or type(error) is ValueError


def _one_line(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())
    except Exception:  # noqa: BLE001
        return type(error).__name__  # an error that cannot say what it is


def _in_halves(
    spec: Spec,
    points: Points,
    runs: NDArray[np.uint32],
    engine: str,
    simulate: Simulate,
    barred: NDArray[np.bool_],
    months: int | None,
) -> Computed:
    axis = 0 if runs.shape[0] > 1 else 1
    middle = runs.shape[axis] // 2
    halves, bars = np.split(runs, [middle], axis=axis), np.split(barred, [middle], axis=axis)
    first, second = (
        compute_runs(spec, _part(points, axis, start, half), half, engine, simulate, bar, months)
        for start, half, bar in zip((0, middle), halves, bars, strict=True)
    )
    return _merged(first, second, halves, axis)


def _part(points: Points, axis: int, start: int, runs: NDArray[np.uint32]) -> Points:
    return points if axis else {name: values[start : start + runs.shape[0]] for name, values in points.items()}


def _merged(first: Computed, second: Computed, runs: list[NDArray[np.uint32]], axis: int) -> Computed:
    values = {}
    for name in first.values or second.values:
        # A half in which every run raised has no arrays; the other half says what shape its NaN must have.
        model = (first.values or second.values)[name]
        parts = [
            half.values[name] if half.values else np.full((*shape.shape, *model.shape[2:]), np.nan, model.dtype)
            for half, shape in zip((first, second), runs, strict=True)
        ]
        values[name] = np.concatenate(parts, axis=axis)
    shift = (runs[0].shape[0], 0) if axis == 0 else (0, runs[0].shape[1])
    moved = {(point + shift[0], replicate + shift[1]): why for (point, replicate), why in second.failures.items()}
    return Computed(values, {**first.failures, **moved}, first.engine if first.values else second.engine)


def _simulated(
    spec: Spec, points: Points, runs: NDArray[np.uint32], engine: str, simulate: Simulate, months: int | None
) -> Computed:
    out = simulate(
        points,
        replicates=runs.shape[1],
        months=months or spec.months,
        trusts=spec.trusts,
        clinicians=spec.clinicians,
        seed=spec.seed,
        engine=engine,
        outcomes=spec.outcomes,
        every=spec.record.every,
        runs=runs,
        providers=spec.providers,
        constants=spec.constants or None,
        trust_records=spec.record.trusts,
        dtype="float32",
    )
    failures = {(failure.point, failure.replicate): failure.message[:MOST_LETTERS] for failure in out.failures}
    return Computed({name: np.asarray(out[name]) for name in out}, failures, out.engine)


def _note(store: SweepStore, batch: Batch, rows: NDArray[Any], computed: Computed, seconds: float) -> None:
    for (row, replicate), reason in computed.failures.items():
        point = int(rows[row]) + batch.points.start
        note(store.path, "failure", point=point, replicate=replicate + batch.replicates.start, reason=reason)
    runs = int(rows.size) * (batch.replicates.stop - batch.replicates.start)
    facts = {"batch": batch.number, "runs": runs, "seconds": round(seconds, 4), "engine": computed.engine}
    note(store.path, "batch", **facts)
