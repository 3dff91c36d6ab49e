"""The numba engine: rules compiled for this processor, one run per thread, the state of a run in cache."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Event
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.rules.outcomes import percentile_rank
from ...model.schedule.recording import TENTHS, YEARLY
from ..array_engine.engine import run_arrays
from ..array_engine.start import ArrayStart
from ..batch.batch import Recorded, RunBatch
from ..machine.notes import note_once
from ..machine.threads import thread_count
from .cache import load_kernel
from .layout import traced_program
from .width import WIDTH

Array = NDArray[Any]
RUNS_AT_ONCE = 16
"""Runs that are started together."""
PIECE_WORK = 500_000
"""Clinician-months that a thread computes before it looks for more work."""
PIECES_WAITING = 4
"""Pieces per thread that wait before no further runs are started: enough to keep the others busy meanwhile."""


def _aligned(shape: tuple[int, ...]) -> Array:
    """Zeros that start at a multiple of 64 bytes."""
    # A line of the cache has 64 bytes: a vector that lies across two of them costs two reads.
    size = int(np.prod(shape))
    block = np.zeros(size + 8)
    offset = -(block.ctypes.data // 8) % 8
    return block[offset : offset + size].reshape(shape)


class StartedRuns:
    """The state of some runs at month 0, in the slots of the compiled engine."""

    def __init__(self, batch: RunBatch) -> None:
        layout = traced_program(batch.rules)
        runs, trusts = len(batch.runs), batch.country.trusts
        self.country = _aligned((runs, len(layout.country)))
        self.tiles = _aligned((runs, -(-trusts // WIDTH), len(layout.trust), WIDTH))
        # What is not finite is found in the months and judged by the array engine; a warning would name no run.
        with np.errstate(all="ignore"):
            start = ArrayStart(batch, np)
            records = start.records()
        groups = (start.councils.group, start.catchments.group)
        self.groups = 1 + max(int(group.max()) for group in groups)
        self.councils, self.catchments = (self._by_tile(group, self.groups) for group in groups)
        for (record, field), slot in layout.country.items():
            value = getattr(records.get(record), field, None)
            if value is not None:
                self.country[:, slot] = value[:, 0] if hasattr(value, "shape") else value
        for (record, field), slot in layout.trust.items():
            value = getattr(records.get(record), field, None)
            if value is not None:
                self._fill(slot, value)

    def _by_tile(self, group: Array, empty: int) -> Array:
        """Group numbers (run, tile, lane); ``empty`` for lanes without a trust."""
        runs, tiles, _, width = self.tiles.shape
        numbers = np.full((runs, tiles * width), empty, dtype=np.uint64)
        numbers[:, : group.shape[1]] = group
        return numbers.reshape(runs, tiles, width)

    def _fill(self, slot: int, value: Array) -> None:
        """Write a quantity (run, trust) to its slot; lanes without a trust get what the last trust has."""
        runs, tiles, _, width = self.tiles.shape
        padding = tiles * width - value.shape[1]
        # Sums over seats are watched in all lanes: a NaN made of zeros in an empty one would have the whole run left.
        filled = np.concatenate((value, np.repeat(value[:, -1:], padding, axis=1)), axis=1)
        target = self.tiles.view(np.int64) if filled.dtype.kind == "i" else self.tiles
        target[:, :, slot, :] = filled.reshape(runs, tiles, width)


class KernelInputs:
    """What is recorded, and which levers change, in the form that compiled code reads."""

    def __init__(self, batch: RunBatch) -> None:
        layout, trusts, record = traced_program(batch.rules), batch.country.trusts, batch.record
        chosen: list[int] = []
        slots: list[int] = []
        ranks: list[int] = []
        for name in record.outcomes:
            if ("outcomes", name) in layout.country:
                chosen.append(layout.country["outcomes", name])
            else:
                quantity, tenths = name.rsplit("_", 1)
                slots.append(layout.trust["bins", quantity])
                ranks.append(percentile_rank(TENTHS[tenths], trusts))
                chosen.append(-len(slots))
        self.yearly = tuple(YEARLY) if record.trusts else ()
        yearly_slots = [layout.trust[YEARLY[name]] for name in self.yearly]
        self.recording = tuple(np.array(numbers, np.int64) for numbers in (chosen, slots, ranks, yearly_slots))
        changes = [
            (month, layout.country["p", name], values)
            # In order of months, which the compiled code goes through once.
            for month, changed in sorted(batch.changes.items())
            for name, values in changed.items()
            # A lever that no rule of the month reads has no slot.
            if ("p", name) in layout.country
        ]
        self.change_months = np.array([month for month, _, _ in changes], np.int64)
        self.change_slots = np.array([slot for _, slot, _ in changes], np.int64)
        self.change_values = np.array([values for _, _, values in changes]).reshape(len(changes), len(batch.runs))


class Results:
    """What the runs of a batch leave behind; threads write to their own runs."""

    def __init__(self, batch: RunBatch, asked: KernelInputs) -> None:
        runs, trusts = len(batch.runs), batch.country.trusts
        self.recorded = np.zeros((runs, len(batch.record.outcomes), batch.windows))
        self.left = np.zeros(runs, dtype=np.bool_)
        self.yearly = np.zeros((runs, len(asked.yearly), trusts, batch.years))
        slots = traced_program(batch.rules).trust
        final = [(name, slot) for (into, name), slot in slots.items() if into == "final" and asked.yearly]
        self._final_slots = [slot for _, slot in final]
        self.final = {name: np.empty((runs, trusts)) for name, _ in final}

    def keep_final(self, chosen: slice, tiles: Array) -> None:
        """Take in the state of trusts at the end of the runs ``chosen``, ``tiles`` (run, tile, slot, lane).

        >>> from tredegar.kernels.batch.small import small_batch
        >>> batch = small_batch()
        >>> results = Results(batch, KernelInputs(batch))
        >>> results.keep_final(slice(0, 2), np.full_like(StartedRuns(batch).tiles, 0.5))
        >>> results.final["trust_quality"]
        array([[0.5, 0.5, 0.5],
               [0.5, 0.5, 0.5]])
        """
        for values, slot in zip(self.final.values(), self._final_slots, strict=True):
            values[chosen] = tiles[:, :, slot, :].reshape(len(tiles), -1)[:, : values.shape[1]]


def _compute(
    kernel: ModuleType,
    batch: RunBatch,
    asked: KernelInputs,
    results: Results,
    state: StartedRuns,
    first: int,
    piece: slice,
) -> None:
    """Compute some runs in the thread at hand: those at ``piece`` of ``state``, which starts with the run ``first``."""
    trusts, clinicians = batch.country.trusts, batch.country.clinicians
    chosen = slice(first + piece.start, first + piece.stop)
    tiles = state.tiles[piece]
    kernel.run_kernel(
        batch.months, batch.record.every, trusts, kernel.run_size(trusts, state.groups, clinicians), batch.seed,
        batch.runs[chosen].astype(np.int64),
        state.country[piece], tiles, state.councils[piece], state.catchments[piece],
        # The one signature that is compiled wants arrays without gaps, which a slice of columns has.
        asked.change_months, asked.change_slots, np.ascontiguousarray(asked.change_values[:, chosen]),
        *asked.recording,
        results.recorded[chosen], results.left[chosen], results.yearly[chosen],
        # Room of its own: other pieces are computed at the same time.
        _aligned((kernel.block_size(trusts, clinicians),)),
    )  # fmt: skip
    results.keep_final(chosen, tiles)


def _pieces(batch: RunBatch, runs: int) -> list[slice]:
    """Cut ``runs`` runs into pieces that take a thread about a hundredth of a second, or one run."""
    each = batch.country.trusts * batch.country.clinicians * batch.months
    step = max(1, min(runs, PIECE_WORK // each))
    return [slice(first, min(first + step, runs)) for first in range(0, runs, step)]


def _started_pieces(
    kernel: ModuleType, batch: RunBatch, asked: KernelInputs, results: Results
) -> Iterator[Callable[[], None]]:
    """Start runs as their turn comes and yield the work on each piece of them."""
    for first in range(0, len(batch.runs), RUNS_AT_ONCE):
        part = batch.take(slice(first, first + RUNS_AT_ONCE))
        state = StartedRuns(part)
        for piece in _pieces(batch, len(part.runs)):
            yield partial(_compute, kernel, batch, asked, results, state, first, piece)


def _compute_all(batch: RunBatch, asked: KernelInputs, results: Results) -> None:
    """Compute all runs on as many threads as are granted; an interruption waits for the pieces in work.

    The calling thread is one of them. It starts runs, which takes Python, and computes pieces itself as soon as
    enough of them wait for the others: then no more runs are started, so that few are in memory at a time.
    """
    works = _started_pieces(load_kernel(batch.rules), batch, asked, results)
    others = thread_count() - 1
    pool, others = _started_threads(others) if others else (None, 0)
    if pool is None:
        for work in works:
            work()
        return
    waiting: deque[tuple[Future[None], _Piece]] = deque()
    with pool:
        try:
            for piece in map(_Piece, works):
                waiting.append((pool.submit(piece), piece))
                while len(waiting) > PIECES_WAITING * (others + 1):
                    _help_out(waiting)
            while waiting:
                _help_out(waiting)
        # Ctrl-C as well: pieces that wait must not be computed for nobody.
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _started_threads(wanted: int) -> tuple[ThreadPoolExecutor | None, int]:
    """Return ``wanted`` threads that run already, or as many as the system lets us start, and their number.

    A limit of processes may be reached at any number of threads; the runs have no part in that.
    """
    pool = ThreadPoolExecutor(wanted, thread_name_prefix="tredegar")
    begin = Event()
    started = 0
    try:
        while started < wanted:
            pool.submit(begin.wait)  # each is busy until all have started, so that the next submission starts another
            started += 1
    except RuntimeError as error:
        note_once(f"only {started + 1} of {wanted + 1} threads can be started here ({error})")
    finally:
        begin.set()
    if started == wanted:
        return pool, started
    # A pool that lacks threads tries to start one at each submission, and would raise in the middle of a batch.
    pool.shutdown()
    return _started_threads(started) if started else (None, 0)


class _Piece:
    """Work that is let go when it is begun: a pool keeps what was cancelled until a thread of it comes by."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = [work]

    def __call__(self) -> None:
        self._work.pop()()


def _help_out(waiting: deque[tuple[Future[None], _Piece]]) -> None:
    """Compute the last piece that waits, unless a thread has begun it: then all have been, and it is waited for."""
    begun, piece = waiting.pop()
    if begun.cancel():
        piece()
    else:
        begun.result()
    while waiting and waiting[0][0].done():
        waiting.popleft()[0].result()


def run_numba(batch: RunBatch) -> Recorded:
    """Run ``batch`` and return what it asks to keep."""
    asked = KernelInputs(batch)
    results = Results(batch, asked)
    _compute_all(batch, asked, results)
    recorded = Recorded(
        {name: results.recorded[:, number] for number, name in enumerate(batch.record.outcomes)},
        {name: results.yearly[:, number] for number, name in enumerate(asked.yearly)} | results.final,
        np.zeros(len(batch.runs), dtype=np.int64),
        {},
    )
    for position in np.flatnonzero(results.left):
        _judge(batch, int(position), recorded)
    return recorded


def _judge(batch: RunBatch, position: int, recorded: Recorded) -> None:
    """Let the array engine compute a run whose values are too large for quick sums, or not finite."""
    here = slice(position, position + 1)
    again = run_arrays(batch.take(here), np, lambda array: array)
    for mine, its in ((recorded.outcomes, again.outcomes), (recorded.trust_records, again.trust_records)):
        for name, values in its.items():
            mine[name][here] = values
    recorded.failed[here] = again.failed
