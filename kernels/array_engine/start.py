"""The start of a batch on arrays: month 0 of every run, by the rules and in the order of its rule book.

Shapes: centre and country (run, 1), trusts (run, trust), seats (seat, run, trust); seats are kept in blocks along
their first axis, so that the clinicians' phase stays in cache. Every rule broadcasts over these shapes as it stands.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from ...model import draws
from ...model.arithmetic import fixed
from ...model.draws import uniforms
from ...model.providers import given
from ...model.records import (
    CatchmentState,
    CentreState,
    CouncilState,
    ManagerState,
    NationState,
    Now,
    PlaceState,
    SeatState,
    Setting,
    Sums,
    TrustState,
)
from ...model.schedule.month import Phase, Tally
from ..batch.batch import RunBatch
from ..batch.spreading import spread_over
from .grouping import Grouping

COUNTRY, TRUSTS = ("setting", "centre", "nation"), ("place", "trust", "manager", "council", "catchment")
"""Records of which a run has one set of values, and those of which it has one for each trust."""


class BatchDraws:
    """Draws of a batch: uniforms for any agent, month and stream, named after their use."""

    def __init__(self, batch: RunBatch, xp: Any) -> None:
        self._seed = batch.seed
        self._runs = xp.asarray(batch.runs)[:, None]
        self._xp = xp

    def draw(self, table: draws.LuckTable, trust: Any, month: int, seat: Any = 0) -> Any:
        """Return a record of uniforms for ``trust`` or its ``seat``, one field per use.

        Both are uint64 and broadcast against (run, 1).
        """
        luck = SimpleNamespace()
        for stream, names in table.items():
            words = uniforms(self._seed, self._runs, trust, month, int(stream), seat, self._xp)
            for name, word in zip(names, words, strict=True):
                if name:
                    setattr(luck, name, word)
        return luck


class ArrayStart:
    """Builds the records of a batch at month 0: see :meth:`records`, :attr:`councils`, :attr:`catchments`."""

    def __init__(self, batch: RunBatch, xp: Any) -> None:
        self.batch, self.xp = batch, xp
        runs, trusts = len(batch.runs), batch.country.trusts
        self.luck = BatchDraws(batch, xp)
        self._drawn: dict[str, Any] = {}
        self.trusts = xp.arange(trusts, dtype=np.uint64)[None, :]
        every_run = xp.ones((runs, 1), dtype=np.bool_)
        every_trust = xp.ones((runs, trusts), dtype=np.bool_)
        self._everywhere = {**dict.fromkeys(COUNTRY, every_run), **dict.fromkeys(TRUSTS, every_trust)}
        self._begun = self._records()
        self._given = given(batch.country.providers)
        for (record, field), values in self._given.items():
            setattr(self._begun[record], field, self._spread(record, self._row(values)))
        for phase in batch.rules.start:
            if phase.level != "seat":
                self._carry_out(phase)

    def _records(self) -> dict[str, Any]:
        """Return every record but seats, with what is known before any rule."""
        batch, xp = self.batch, self.xp
        p = SimpleNamespace(**{name: xp.asarray(values)[:, None] for name, values in batch.parameters.items()})
        place, setting = PlaceState(), Setting()
        indices: Any = xp.arange(batch.country.trusts, dtype=np.float64)[None, :]
        place.index = self._spread("place", indices)
        setting.trusts, setting.clinicians = float(batch.country.trusts), float(batch.country.clinicians)
        setting.seats = float(batch.country.trusts * batch.country.clinicians)
        return {
            "setting": setting, "now": Now(), "p": p, "k": self._constants(p), "place": place,
            "centre": CentreState(), "nation": NationState(), "council": CouncilState(), "catchment": CatchmentState(),
            "council_sums": Sums(), "catchment_sums": Sums(), "country_sums": Sums(), "totals": Sums(),
            "trust": TrustState(), "manager": ManagerState(),
        }  # fmt: skip

    def _constants(self, p: Any) -> Any:
        """Return the constants: those of the batch, and in their place those among the parameters that differ."""
        varied = {name: getattr(p, name) for name in self.batch.rules.varied_constants}
        return SimpleNamespace(**{**vars(self.batch.constants), **varied}) if varied else self.batch.constants

    def _row(self, values: tuple[float, ...]) -> Any:
        return self.xp.asarray(np.array(values, dtype=np.float64))[None, :]

    def _spread(self, record: str, value: Any) -> Any:
        """Return ``value`` for every run and, if the record is a trust's, for every trust, bit for bit."""
        return spread_over(self._everywhere[record], value)

    def _carry_out(self, phase: Phase) -> None:
        records = {**self._begun, **self._luck_of(phase)}
        for step in phase.steps:
            result = step.rule(*[records[name] for name in step.reads])
            for name, value in zip(step.writes, (result,) if step.single else result, strict=True):
                if (step.actor, name) not in self._given:
                    setattr(records[step.actor], name, self._spread(step.actor, value))
        for tally in phase.tallies:
            self._add_up(tally)
        if phase.name == "places":
            self._group()

    def _luck_of(self, phase: Phase) -> dict[str, Any]:
        """Return the luck that the rules of ``phase`` read: the trust's, the centre's, or that of two nodes.

        Several phases read the trust's: drawn anew for each, it cost a batch of the numba engine 8 % of its time.
        """
        found = {}
        for name in phase.reads:
            if name == "luck" or name in draws.NODES:
                key = f"{phase.level} {name}"
                if key not in self._drawn:
                    self._drawn[key] = self._draw(name, phase.level)
                found[name] = self._drawn[key]
        return found

    def _draw(self, name: str, level: str) -> Any:
        if name in draws.NODES:
            node = getattr(self._begun["place"], draws.NODES[name]).astype(np.uint64)
            return self.luck.draw(draws.NODE_LUCK, node, 0)
        if level == "trust":
            return self.luck.draw(draws.START_LUCK, self.trusts, 0)
        return self.luck.draw(draws.START_CENTRE_LUCK, self.trusts[:, :1] - self.trusts[:, :1], 0)

    def _add_up(self, tally: Tally) -> None:
        values = tally.rule(*[self._begun[name] for name in tally.reads])
        for name, value in zip(tally.fields, values, strict=True):
            units: Any = value.astype(np.int64) if value.dtype == np.bool_ else fixed(value)
            total: Any
            if tally.over == "country":
                total = np.sum(units, axis=1, keepdims=True, dtype=np.int64)
            else:
                total = (self.councils if tally.over == "council" else self.catchments).totals(units)
            setattr(self._begun[tally.into], name, total)

    def _group(self) -> None:
        """Note which trusts share a council and which a catchment, once their numbers are known."""
        place, trusts = self._begun["place"], self.batch.country.trusts
        numbers = (*self._given.get(("place", "council"), ()), *self._given.get(("place", "catchment"), ()))
        groups = int(max(numbers, default=trusts - 1)) + 1
        self.councils = Grouping(place.council.astype(np.int64), groups, self.xp)
        self.catchments = Grouping(place.catchment.astype(np.int64), groups, self.xp)

    def everywhere(self, record: str, seat: Any = None) -> Any:
        """Return truths in the shape of ``record``: (run, 1), (run, trust), or that of the seats ``seat``."""
        return self._everywhere[record] if seat is None else self.xp.ones(seat.occupied.shape, dtype=np.bool_)

    def records(self) -> dict[str, Any]:
        """Return every record but seats, by the name that rules read."""
        return dict(self._begun)

    def seat_numbers(self, block: range) -> Any:
        """Return the numbers of the seats ``block`` within their trusts, uint64 (seat, 1, 1)."""
        return self.xp.arange(block.start, block.stop, dtype=np.uint64)[:, None, None]

    def seats(self, block: range) -> SeatState:
        """Return the seats ``block`` of every trust, arrays (seat, run, trust)."""
        numbers = self.seat_numbers(block)
        luck = self.luck.draw(draws.START_SEAT_LUCK, self.trusts, 0, numbers)
        everywhere = self.xp.ones((len(block), len(self.batch.runs), self.batch.country.trusts), dtype=np.bool_)
        seat = SeatState()
        seat.number = numbers.astype(np.float64)
        records = {**self._begun, "seat": seat, "luck": luck}
        for phase in (phase for phase in self.batch.rules.start if phase.level == "seat"):
            for step in phase.steps:
                result = step.rule(*[records[name] for name in step.reads])
                for name, value in zip(step.writes, (result,) if step.single else result, strict=True):
                    setattr(seat, name, spread_over(everywhere, value))
        return seat
