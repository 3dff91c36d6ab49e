"""A sweep from spec to complete store: create or resume, compute what is missing, say what became of it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from ...model.graph.merkle import same_numbers
from ...model.text.amounts import counted, span
from ...model.text.names import whole_number
from ...model.text.plain_text import brief
from ...store.format import STATUS
from ..forms.described import Rows, as_page
from ..jobs.task_rank import one_of_several
from ..quantities.own_rules import differing_rule
from ..spec.errors import SpecError
from ..spec.spec import Spec
from ..spec.text import present_text
from ..store.create import create_store, is_to_be_created, place_of_store
from ..store.late import wait_until_seen
from ..store.layout import current_rules_hash, other_observation
from ..store.store import StoreError, SweepStore
from ..upkeep.missing import Counts, count_status, pending, remove_stray_files
from ..upkeep.repair import repair_skeleton
from .arguments import MOST_WORKERS, check_kinds, check_scheduler, checked_task
from .compute import BatchReport
from .computed import Simulate
from .executors import Say, Scheduler, in_this_process, on_workers

SIGNALS_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a call of ``complete_sweep`` is. Runs are counted over its own share of the sweep."""

    runs: int
    done_before: int
    done: int
    failed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SweepSummary:
    """What became of a sweep. ``counts`` are of the whole store; ``computed`` and ``seconds`` of this call alone.

    ``stopped`` says why the call ended early: "" when it did not, "interrupted", or what went wrong. ``repaired`` says,
    a line each, what was damaged and made anew; ``redone`` counts the batches among that. ``digests`` says whether the
    store has digests.
    """

    path: Path
    created: bool
    counts: Counts
    computed: int
    redone: int
    seconds: float
    stopped: str = ""
    repaired: tuple[str, ...] = ()
    digests: bool = True

    @property
    def complete(self) -> bool:
        """Whether every run of the sweep was tried and recorded."""
        return self.counts.complete

    def _repr_html_(self) -> str:
        return as_page(f"Sweep {self.path}", self._rows())

    def _rows(self) -> Rows:
        counts = self.counts
        rows = [(name, f"{getattr(counts, name):,}") for name in ("done", "failed", "missing")]
        rows.append(("computed now", f"{counted(self.computed, 'run')} in {span(self.seconds)}"))
        return [
            *rows,
            *(("repaired", line) for line in self.repaired),
            *([("stopped", self.stopped)] * bool(self.stopped)),
        ]


def require_spec(spec: Any) -> None:
    """Raise SpecError for what is no spec."""
    if not isinstance(spec, Spec):
        raise SpecError(f"spec must be a Spec, such as Spec.from_file('my.toml') reads, got {brief(spec)}")


def complete_sweep(
    spec: Spec,
    path: str | os.PathLike[str],
    workers: int = 2,
    engine: str = "auto",
    scheduler: Scheduler | None = None,
    task: tuple[int, int] | None = None,
    progress: Callable[[Progress], None] | None = None,
    points_per_batch: int | None = None,
    check: bool = True,
    simulate: Simulate | None = None,
    say: Say | None = None,
    retry_failed: bool = False,
) -> SweepSummary:
    """Create the store of ``spec`` at ``path``, or resume it, and compute what is missing.

    Main arguments: ``workers`` processes of this machine (0: this process), or the workers of the Dask ``scheduler``
    (an address, a scheduler file or a cluster object), or with ``task=(k, n)`` the batches b with b % n == k, in this
    process. ``progress`` is called after each batch, ``say`` with a line if the scheduler has no workers. ``check``
    compares all values that are there with their digests, and has made anew what is damaged. ``retry_failed`` computes
    failed runs again.

    Other arguments: ``points_per_batch`` sets the batch size of a new store; ``simulate`` stands in for the model's
    own (tests).

    Raises ValueError for an argument of another kind than it must be, StoreError if the store belongs to another spec,
    other rules or another store format, SchedulerError if no scheduler answers.

    >>> design, vary = {"method": "grid"}, {"real_control": {"values": [0.2, 0.8]}}
    >>> size, record = {"trusts": 3, "clinicians": 4}, {"outcomes": ["quality"]}
    >>> spec = Spec(design=design, vary=vary, country=size, record=record, months=12, replicates=2)
    >>> complete_sweep(spec, "store.zarr", workers=0, engine="numpy").counts
    Counts(done=4, failed=0, missing=0)
    """
    require_spec(spec)
    check_kinds({"check": check, "retry_failed": retry_failed}, {"progress": progress, "say": say})
    workers, task = whole_number("workers", workers, 0, MOST_WORKERS), checked_task(task)
    size = None if points_per_batch is None else whole_number("points_per_batch", points_per_batch, 1)
    check_scheduler(scheduler)
    if scheduler is None:
        check_engine(engine, simulate)
    path = place_of_store(path)
    if task is None and (note := one_of_several()):
        _note_once(note)
    with stop_on_signal() as interrupted:
        created = is_to_be_created(path) and create_store(spec, path, size)
        store = SweepStore(path)
        check_same_sweep(store, spec)
        repaired = repair_skeleton(store, spec) if check and not created else {}
        mine = range(task[0], store.number_of_batches, task[1]) if task else range(store.number_of_batches)
        tasks = pending(store, mine, check and not created, interrupted, retry_failed)
        share = sum(store.batch(number).runs for number in mine) if task else store.number_of_runs
        before = share - sum(store.batch(item.number).runs for item in tasks)
        began = time.monotonic()
        if not tasks or interrupted():
            reports: Iterator[BatchReport] = iter(())
        elif task or (workers == 0 and scheduler is None):
            reports = in_this_process(str(path), tasks, engine, interrupted, simulate)
        else:
            reports = on_workers(str(path), tasks, engine, interrupted, simulate, workers, scheduler, say)
        done, failed, stopped = _follow(reports, share, before, progress)
        stopped = stopped or ("interrupted" if interrupted() else "")
    counts = _counts(store, all_is_written=bool(tasks) and not stopped and task is None)
    # Before that, what looks left behind may be in work in another process.
    if counts.complete:
        remove_stray_files(store)
    redone = sum(bool(item.faults) for item in tasks)
    lines = (*(f"{name}: {fault}" for name, fault in repaired.items()), *(f for item in tasks for f in item.faults))
    seconds = time.monotonic() - began
    return SweepSummary(path, created, counts, done + failed, redone, seconds, stopped, lines, store.has_digests)


def _note_once(text: str) -> None:
    from ...kernels.machine.notes import note_once

    note_once(text)


def _counts(store: SweepStore, all_is_written: bool) -> Counts:
    """Count the runs of ``store``; what workers of other machines report as written this one may see later."""
    if all_is_written:
        wait_until_seen(lambda: count_status(store.read_status()).complete, store.path / STATUS)
    return count_status(store.read_status())


def _follow(
    reports: Iterator[BatchReport], share: int, before: int, progress: Callable[[Progress], None] | None
) -> tuple[int, int, str]:
    """Take the reports of batches as they come; return the runs done and failed, and why it stopped, if it did."""
    began = time.monotonic()
    done = failed = 0
    if progress is not None:
        progress(Progress(share, before, 0, 0, 0.0))
    for report in reports:
        done, failed = done + report.done, failed + report.failed
        if report.stop:
            return done, failed, report.stop
        if progress is not None:
            progress(Progress(share, before, done, failed, time.monotonic() - began))
    return done, failed, ""


def check_engine(name: str, simulate: Simulate | None = None) -> None:
    """Raise ValueError if engine ``name`` does not exist or cannot run on this machine, saying what is missing."""
    if not isinstance(name, str):
        raise ValueError(f"engine must be a name, got {brief(name)}")
    if simulate is not None:
        return
    from ...kernels import EngineUnavailable, engine_table

    try:
        engine_table.require_engine(name)
    except EngineUnavailable as error:
        raise ValueError(str(error)) from None


def check_same_sweep(store: SweepStore, spec: Spec) -> None:
    """Raise StoreError, naming what differs, unless ``store`` was made of ``spec`` under the installed rules."""
    if store.archived:
        raise StoreError(f"'{store.path}' is an archive, which is complete and never written to; choose another --out")
    begun, rules = store.facts["rules_hash"], current_rules_hash(store.rules)
    # Of own rules the hash of the spec holds that of all rules: whose these are is asked first.
    if store.facts["spec_hash"] != spec.hash() and not (store.rules.text and begun != rules):
        raise StoreError(
            f"store '{store.path}' belongs to another spec ('{store.facts['title']}', spec hash"
            f" {store.facts['spec_hash'][:12]}, yours {spec.hash()[:12]}): first difference"
            f" {_difference(store, spec)}; choose another --out or restore the spec"
        )
    if begun != rules:
        raise StoreError(
            f"store '{store.path}' was begun under other rules (rules hash {begun[:12]}, installed"
            f" {rules[:12]}){same_numbers(begun)}; finish it with the version of tredegar that began it, or choose"
            " another --out"
        )
    if what := other_observation(store.facts):
        finish = "finish it with the version of tredegar that began it, or choose another --out"
        raise StoreError(f"store '{store.path}' was begun with {what}; {finish}")


def _difference(store: SweepStore, spec: Spec) -> str:
    if what := differing_rule(store.rules, spec.rules):
        return f"{what}, which the spec has otherwise than the store"
    stored, given = present_text(store.facts["spec"]), spec.canonical()
    for old, new in zip(stored.splitlines(), given.splitlines(), strict=False):
        if old != new:
            return f"'{old[:80]}' in the store, '{new[:80]}' in the spec"
    return "in the length of the text or in a table"


@contextmanager
def stop_on_signal() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C and the signals of a scheduler into a question: has one come? A second Ctrl-C ends at once."""
    came: list[int] = []
    # Python lets the main thread alone set handlers.
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return

    def remember(number: int, frame: FrameType | None) -> None:
        if came and number == signal.SIGINT:
            raise KeyboardInterrupt
        # Noted and not raised: the batch in work ends, and is kept.
        came.append(number)

    before: dict[int, Any] = {number: signal.signal(number, remember) for number in SIGNALS_TO_STOP}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
