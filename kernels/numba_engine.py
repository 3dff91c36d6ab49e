"""The numba engine: rules compiled for this processor, one run per thread, the state of a run in cache."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..model.constants import CONSTANTS
from ..model.parameters import PARAMETERS
from ..model.rules_outcomes import percentile_rank
from .array_start import ArrayStart
from .batch import Batch, Recorded
from .numba_layout import program
from .numba_width import WIDTH
from .recording import TENTHS, YEARLY, final_trust_records

Array = NDArray[Any]


def _aligned(shape: tuple[int, ...]) -> Array:
    """Zeros that start at a multiple of 64 bytes."""
    size = int(np.prod(shape))
    block = np.zeros(size + 8)
    offset = -(block.ctypes.data // 8) % 8
    return block[offset : offset + size].reshape(shape)


def _groups(group: Array) -> Array:
    """Group numbers (run, trust), and behind them one more than the largest."""
    return np.concatenate((group, group.max(axis=1, keepdims=True) + 1), axis=1)


class StartedRuns:
    """The state of some runs at month 0, in the slots of the compiled engine."""

    def __init__(self, batch: Batch) -> None:
        layout = program()
        runs, trusts = len(batch.runs), batch.country.trusts
        self.country = _aligned((runs, len(layout.country)))
        self.tiles = _aligned((runs, -(-trusts // WIDTH), len(layout.trust), WIDTH))
        with np.errstate(all="ignore"):
            start = ArrayStart(batch, np)
            records = start.records()
        self.councils, self.catchments = _groups(start.councils.group), _groups(start.catchments.group)
        for (record, field), slot in layout.country.items():
            value = getattr(records.get(record), field, None)
            if value is not None:
                self.country[:, slot] = np.broadcast_to(value, (runs, 1))[:, 0]
        for (record, field), slot in layout.trust.items():
            value = getattr(records.get(record), field, None)
            if value is not None:
                self._fill(slot, value)

    def _fill(self, slot: int, value: Array) -> None:
        runs, tiles, _, width = self.tiles.shape
        padding = tiles * width - value.shape[1]
        filled = np.concatenate((value, np.repeat(value[:, -1:], padding, axis=1)), axis=1)
        whole = filled.dtype.kind == "i"
        target = self.tiles.view(np.int64) if whole else self.tiles
        target[:, :, slot, :] = filled.reshape(runs, tiles, width)


def run_numba(batch: Batch) -> Recorded:
    """Run ``batch`` and return what it asks to keep."""
    from . import numba_kernel

    layout = program()
    runs, trusts, record = len(batch.runs), batch.country.trusts, batch.record
    state = StartedRuns(batch)
    chosen, percentile_slots, percentile_ranks = [], [], []
    for name in record.outcomes:
        if ("outcomes", name) in layout.country:
            chosen.append(layout.country["outcomes", name])
        else:
            quantity, tenths = name.rsplit("_", 1)
            percentile_slots.append(layout.trust["bins", quantity])
            percentile_ranks.append(percentile_rank(TENTHS[tenths], trusts))
            chosen.append(-len(percentile_slots))
    changes = [
        (month, layout.country["p", name], values)
        for month, changed in sorted(batch.changes.items())
        for name, values in changed.items()
        if ("p", name) in layout.country
    ]
    recorded = np.zeros((runs, len(chosen), batch.windows))
    left = np.zeros(runs, dtype=np.bool_)
    yearly_names = tuple(YEARLY) if record.trusts else ()
    yearly = np.zeros((runs, len(yearly_names), trusts, batch.years))
    whole = np.int64
    numba_kernel.compute_runs(
        0, runs, batch.months, record.every, batch.country.clinicians, batch.seed, batch.runs.astype(whole),
        state.country, state.tiles, state.councils, state.catchments,
        np.array([m for m, _, _ in changes], whole), np.array([s for _, s, _ in changes], whole),
        np.array([v for _, _, v in changes], np.float64).reshape(len(changes), runs),
        np.array(chosen, whole), np.array(percentile_slots, whole), np.array(percentile_ranks, whole),
        np.array([layout.trust["trust", YEARLY[name]] for name in yearly_names], whole),
        recorded, left, yearly, _aligned((numba_kernel.block_size(trusts, batch.country.clinicians),)),
    )  # fmt: skip
    trust_records: dict[str, Any] = {name: yearly[:, number] for number, name in enumerate(yearly_names)}
    if record.trusts:
        for (into, name), slot in layout.trust.items():
            if into == "final":
                flat = state.tiles[:, :, slot, :].reshape(runs, -1)
                trust_records[name] = flat[:, :trusts].copy()
    return Recorded(
        {name: recorded[:, number] for number, name in enumerate(record.outcomes)}, trust_records, np.zeros(runs, dtype=np.int64), {}
    )
