"""The array engine: the rules over whole batches of runs, with NumPy or CuPy.

One code for both: arrays are made by ``xp`` and worked on through operators and plain ``np.`` functions, which
dispatch to CuPy for its arrays. It walks the month of the rule book of its batch; sums are exact integers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...model.arithmetic import FIXED_ONE, most_added
from ...model.records import SeatState
from ...model.schedule.month import Phase, Rule, Tally
from ..batch.batch import Recorded, RunBatch
from ..batch.memory import BLOCK_ELEMENTS
from ..batch.recording import ArrayRecorder
from ..batch.spreading import spread_over
from .start import ArrayStart


class ArrayBatch:
    """The state of a batch on arrays of ``xp``, advanced a month at a time."""

    def __init__(self, batch: RunBatch, xp: Any, block_elements: int = BLOCK_ELEMENTS) -> None:
        self.batch, self.xp = batch, xp
        self.start = ArrayStart(batch, xp)
        self.records = self.start.records()
        per_seat = len(batch.runs) * batch.country.trusts
        width = max(1, block_elements // per_seat)
        clinicians = batch.country.clinicians
        blocks = [range(first, min(first + width, clinicians)) for first in range(0, clinicians, width)]
        self.seats: list[SeatState] = [self.start.seats(block) for block in blocks]
        self._seat_numbers = [self.start.seat_numbers(block) for block in blocks]
        self._zero = self.start.trusts[:, :1] - self.start.trusts[:, :1]
        self.sound = xp.ones((len(batch.runs), 1), dtype=np.bool_)
        """Runs in which every value that entered an exact sum this month was a number within its bound."""

    def advance(self, month: int) -> None:
        """Compute ``month`` (from 1)."""
        for name, values in self.batch.changes.get(month, {}).items():
            setattr(self.records["p"], name, self.xp.asarray(values)[:, None])
        self.records["now"].month = float(month)
        self.sound = self.xp.ones_like(self.sound)
        draw, luck = self.start.luck.draw, self.batch.rules.luck
        trust_luck = draw(luck["trust"], self.start.trusts, month)
        centre_luck = draw(luck["country"], self._zero, month)
        for phase in self.batch.rules.month:
            if phase.level == "seat":
                self._clinicians(phase, month)
                continue
            self.records["luck"] = trust_luck if phase.level == "trust" else centre_luck
            self._follow(phase, self.records)
            for tally in phase.tallies:
                self._sum(tally)

    def _follow(self, phase: Phase, records: dict[str, Any]) -> None:
        for step in phase.steps:
            result = step.rule(*[records[name] for name in step.reads])
            actor = records[step.actor]
            for name, value in zip(step.writes, (result,) if step.single else result, strict=True):
                setattr(actor, name, self._whole(step.rule, step.actor, records, value))

    def _whole(self, rule: Rule, actor: str, records: dict[str, Any], value: Any) -> Any:
        """Return ``value``, which ``rule`` gave to ``actor``; in the shape of the actor's record if the rule is own."""
        # The rules of the model give whole arrays by themselves.
        if not getattr(rule, "own", False):
            return value
        return spread_over(self.start.everywhere(actor, records["seat"] if actor == "seat" else None), value)

    def _clinicians(self, phase: Phase, month: int) -> None:
        totals: dict[tuple[str, str], Any] = {}
        table = self.batch.rules.luck["seat"]
        for seat, numbers in zip(self.seats, self._seat_numbers, strict=True):
            luck = self.start.luck.draw(table, self.start.trusts, month, numbers)
            records = {**self.records, "seat": seat, "luck": luck}
            self._follow(phase, records)
            for tally in phase.tallies:
                for name, summed in self._over_seats(tally, records).items():
                    place = tally.into, name
                    totals[place] = summed if place not in totals else totals[place] + summed
        for (into, name), values in totals.items():
            setattr(self.records[into], name, values)

    def _over_seats(self, tally: Tally, records: dict[str, Any]) -> dict[str, Any]:
        """Return what the seats at hand add to the sums of their trusts, int64 (run, trust) by name."""
        given = tally.rule(*[records[name] for name in tally.reads])
        found = {}
        for name, values in zip(tally.fields, given, strict=True):
            values = self._whole(tally.rule, "seat", records, values)
            if values.dtype != np.bool_:
                values = values * FIXED_ONE
                self._check(np.max(np.abs(values), axis=0), self.batch.country.clinicians)
                values = np.floor(values).astype(np.int64)
            found[name] = np.sum(values, axis=0, dtype=np.int64)
        return found

    def _sum(self, tally: Tally) -> None:
        given = tally.rule(*[self.records[name] for name in tally.reads])
        sums = self.records[tally.into]
        for name, values in zip(tally.fields, given, strict=True):
            values = self._whole(tally.rule, "trust", self.records, values)
            if values.dtype == np.bool_:
                units = values.astype(np.int64)
            else:
                scaled = values * FIXED_ONE
                self._check(np.abs(scaled), self.batch.country.trusts)
                units = np.floor(scaled).astype(np.int64)
            if tally.over == "country":
                total = np.sum(units, axis=1, keepdims=True, dtype=np.int64)
            else:
                groups = self.start.councils if tally.over == "council" else self.start.catchments
                total = groups.totals(units)
            setattr(sums, name, total)

    def _check(self, sizes: Any, addends: int) -> None:
        """Note the runs in which one of ``addends`` sizes (run x trust) is no number, or too large for an exact sum."""
        limit = most_added(float(addends))
        self.sound = np.logical_and(self.sound, np.all(sizes < limit, axis=1, keepdims=True))


def run_arrays(batch: RunBatch, xp: Any, to_host: Any, block_elements: int = BLOCK_ELEMENTS) -> Recorded:
    """Run ``batch`` on arrays of ``xp`` and return what it asks to keep, on the host.

    ``to_host`` turns an array of ``xp`` into a NumPy array.
    """
    with np.errstate(all="ignore"):  # a run that fails is found by its non-finite outcomes, and recorded as failed
        state = ArrayBatch(batch, xp, block_elements)
        recorder = ArrayRecorder(batch, xp)
        for month in range(1, batch.months + 1):
            state.advance(month)
            recorder.keep(month, state.records, state.sound)
        return recorder.finish(state.records, to_host)
