"""A batch in the memory of the CUDA engine: filled at month 0, described to the kernel, read back at the end.

Works on NumPy arrays and on CuPy arrays alike (``xp``); only addresses differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...model.constants import CONSTANTS
from ...model.outcomes import PERCENTILES
from ...model.schedule.recording import YEARLY, final_trust_records
from ..array_engine.start import ArrayStart
from ..batch.batch import Recorded, RunBatch
from .memory_layout import WARP, Layout, args_dtype, layout_of_model, padded

NOT_RECORDED = 2**32 - 1


@dataclass(frozen=True)
class DeviceBatch:
    """A batch and its arrays: name of the kernel's pointer -> array of ``xp``."""

    batch: RunBatch
    arrays: dict[str, Any]
    groups: int

    @property
    def layout(self) -> Layout:
        """Where the quantities lie, under the rules of the batch."""
        return layout_of_model(self.batch.rules)

    @property
    def shared_bytes(self) -> int:
        """Shared memory that each block needs."""
        return self.layout.shared_bytes(self.groups)

    def arguments(self, months: int, address: Callable[[Any], int]) -> np.ndarray[Any, Any]:
        """Return the kernel's argument for a launch up to month ``months``: a scalar of ``args_dtype()``, as (1,).

        ``address`` returns that of an array on the device.

        >>> from tredegar.kernels.batch.small import small_batch
        >>> device = load_batch(small_batch(), np)  # a stand-in for a device: arrays of NumPy have addresses, too
        >>> given = device.arguments(12, lambda array: array.ctypes.data)
        >>> given.shape, int(given["months"][0]), int(given["trust_count"][0]), int(given["clinicians"][0])
        ((1,), 12, 3, 4)
        """
        batch, record = self.batch, self.batch.record
        given = np.zeros(1, dtype=args_dtype())
        for name, array in self.arrays.items():
            # The kernel gets addresses: whoever launches it keeps the arrays alive (Pending in launch.py).
            given[name] = address(array)
        numbers = {
            "seed": batch.seed, "trust_count": batch.country.trusts, "stride": padded(batch.country.trusts),
            "clinicians": batch.country.clinicians, "groups": self.groups, "months": months,
            "every": record.every, "windows": batch.windows, "recorded": len(record.outcomes),
            "years": batch.years if record.trusts else 0, "changes": self.arrays["change_month"].size,
            "percentiles": int(any(name in PERCENTILES for name in record.outcomes)),
        }  # fmt: skip
        for name, number in numbers.items():
            given[name] = number
        for name in CONSTANTS:
            given["constants"][name] = getattr(batch.constants, name)
        return given

    def recorded(self, to_host: Callable[[Any], Any]) -> Recorded:
        """Return what the batch recorded, on the host."""
        kept = to_host(self.arrays["outcomes"])
        outcomes = {name: kept[:, :, slot] for slot, name in enumerate(self.batch.record.outcomes)}
        failed = to_host(self.arrays["country"][:, -1]).view(np.int64)
        return Recorded(outcomes, self._trust_records(to_host), failed, {})

    def _trust_records(self, to_host: Callable[[Any], Any]) -> dict[str, Any]:
        if not self.batch.record.trusts:
            return {}
        trusts, at = self.batch.country.trusts, self.layout
        years = to_host(self.arrays["trust_years"])[:, :, :, :trusts]
        found = {name: np.moveaxis(years[:, k], 1, 2) for k, name in enumerate(YEARLY)}
        records: dict[str, Any] = {name: SimpleNamespace() for name in ("trust", "manager", "centre", "p")}
        for row, (record, name) in enumerate(at.trust):
            if record in records and at.model.kind((record, name)) == "number":
                rows = self.arrays["trusts"][:, :, row, :]
                setattr(records[record], name, rows.reshape(len(rows), -1)[:, :trusts])
        for word, (record, name) in enumerate(at.country):
            if record in records:
                setattr(records[record], name, self.arrays["country"][:, word : word + 1])
        return found | {name: to_host(values) for name, values in final_trust_records(records).items()}


def load_batch(batch: RunBatch, xp: Any) -> DeviceBatch:
    """Return ``batch`` at month 0 in arrays of ``xp``, but for the clinicians' seats, which the kernel fills."""
    begun = ArrayStart(batch, xp)
    records = begun.records()
    records["place"] = SimpleNamespace(council=begun.councils.group, catchment=begun.catchments.group)
    runs, at, record = len(batch.runs), layout_of_model(batch.rules), batch.record
    stride, clinicians = padded(batch.country.trusts), batch.country.clinicians
    warps = stride // WARP
    slots = [record.outcomes.index(name) if name in record.outcomes else NOT_RECORDED for name in at.outcomes]
    years = batch.years if record.trusts else 0
    arrays = {
        "country": _country_words(records, batch, xp),
        "trusts": _trust_rows(records, batch, xp),
        "seats": xp.empty((runs, warps, clinicians, len(at.seat), WARP), dtype=np.float64),
        "occupied": xp.empty((runs, warps, clinicians, WARP), dtype=np.uint8),
        "outcomes": xp.zeros((runs, batch.windows, len(record.outcomes)), dtype=np.float64),
        "trust_years": xp.zeros((runs, len(YEARLY), years, stride), dtype=np.float64),
        "slots": xp.asarray(np.array(slots, dtype=np.uint32)),
        **_changes(batch, xp),
    }
    return DeviceBatch(batch, arrays, begun.councils.groups)


def _country_words(records: dict[str, Any], batch: RunBatch, xp: Any) -> Any:
    at = layout_of_model(batch.rules)
    words = xp.zeros((len(batch.runs), at.country_words), dtype=np.float64)
    # Country ends in run, month and month of failure; the last two begin at 0.
    words.view(np.uint64)[:, -3] = xp.asarray(batch.runs)
    for word, (record, name) in enumerate(at.country):
        value = getattr(records[record], name, None)
        if value is not None:
            words[:, word : word + 1] = value
    return words


def _trust_rows(records: dict[str, Any], batch: RunBatch, xp: Any) -> Any:
    at, runs, trusts = layout_of_model(batch.rules), len(batch.runs), batch.country.trusts
    warps = padded(trusts) // WARP
    rows = xp.zeros((runs, warps, len(at.trust), WARP), dtype=np.float64)
    for row, (record, name) in enumerate(at.trust):
        value = getattr(records[record], name, None)
        if value is not None:
            kind = np.float64 if at.model.kind((record, name)) == "number" else np.int64
            lanes = xp.zeros((runs, warps * WARP), dtype=kind)
            lanes[:, :trusts] = value
            # Bit by bit, not converted: the kernel reads whole numbers of 64 bits from there.
            rows.view(kind)[:, :, row, :] = lanes.reshape(runs, warps, WARP)
    return rows


def _changes(batch: RunBatch, xp: Any) -> dict[str, Any]:
    """Levers that change, in arrays by change; parameters that no rule of the month reads are left out."""
    at = layout_of_model(batch.rules)
    found = [
        (month, at.word("p", name), values)
        for month, changed in sorted(batch.changes.items())
        for name, values in changed.items()
        if ("p", name) in at.country
    ]
    values = np.array([values for _, _, values in found], dtype=np.float64).reshape(len(found), len(batch.runs))
    return {
        "change_month": xp.asarray(np.array([month for month, _, _ in found], dtype=np.uint32)),
        "change_word": xp.asarray(np.array([word for _, word, _ in found], dtype=np.uint32)),
        "change_values": xp.asarray(values),
    }
