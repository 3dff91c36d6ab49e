"""Recording of a batch on arrays: windows of months, yearly means per trust, runs that are not finite."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...model.rules.outcomes import percentile_bin, percentile_rank, percentile_value
from ...model.schedule.recording import TENTHS, YEARLY, final_trust_records
from .batch import Recorded, RunBatch
from .spreading import spread_over


class ArrayRecorder:
    """Keeps what is asked for of a batch that runs on arrays of ``xp``; quantities are (run, 1) or (run, trust)."""

    def __init__(self, batch: RunBatch, xp: Any) -> None:
        runs = len(batch.runs)
        self._batch = batch
        self._xp = xp
        self._kept = {name: xp.zeros((runs, batch.windows), dtype=np.float64) for name in batch.record.outcomes}
        self._window = {name: xp.zeros((runs, 1), dtype=np.float64) for name in batch.record.outcomes}
        self._failed = xp.zeros((runs, 1), dtype=np.int64)
        self._every_run = xp.ones((runs, 1), dtype=np.bool_)
        self._trusts: dict[str, Any] = {}
        if batch.record.trusts:
            shape = (runs, batch.country.trusts, batch.years)
            self._trusts = {name: xp.zeros(shape, dtype=np.float64) for name in YEARLY}

    def keep(self, month: int, records: dict[str, Any], sound: Any) -> None:
        """Take in the outcomes of ``month`` (from 1); ``sound`` (run, 1) is false for runs whose sums went wrong."""
        values = self._batch.rules.values_of_month(records)
        for step in self._batch.rules.own_outcomes:
            values[step.writes[0]] = spread_over(self._every_run, values[step.writes[0]])
        finite = np.all(np.isfinite(np.concatenate(tuple(values.values()), axis=1)), axis=1, keepdims=True)
        goes_on = np.logical_or(np.logical_and(finite, sound), self._failed > 0)
        self._failed = np.where(goes_on, self._failed, month)
        every = self._batch.record.every
        for name in self._batch.record.outcomes:
            value = values[name] if name in values else self._percentile(name, records["trust"])
            total = self._window[name] + value
            if month % every == 0:
                self._kept[name][:, month // every - 1] = (total / float(every))[:, 0]
                total = self._xp.zeros_like(total)
            self._window[name] = total
        for name, kept in self._trusts.items():
            year = (month - 1) // 12
            if year < self._batch.years:
                record, field = YEARLY[name]
                kept[:, :, year] = kept[:, :, year] + getattr(records[record], field) / 12.0

    def _percentile(self, name: str, trust: Any) -> Any:
        quantity, which = name.rsplit("_", 1)
        bins: Any = percentile_bin(getattr(trust, quantity))
        rank = percentile_rank(TENTHS[which], self._batch.country.trusts)
        in_order: Any = np.sort(bins, axis=1)
        return percentile_value(in_order[:, rank : rank + 1])

    def finish(self, records: dict[str, Any], to_host: Any) -> Recorded:
        """Return everything kept, on the host; ``to_host`` turns an array of ``xp`` into a NumPy array."""
        trust_records = {name: to_host(values) for name, values in self._trusts.items()}
        if self._batch.record.trusts:
            trust_records |= {name: to_host(values) for name, values in final_trust_records(records).items()}
        return Recorded(
            {name: to_host(values) for name, values in self._kept.items()},
            trust_records,
            to_host(self._failed)[:, 0],
            {},
        )
