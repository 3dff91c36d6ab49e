"""The start of a batch on arrays: month 0 of every run, from the rules of ``model.rules_start``.

Shapes: centre and country (run, 1), trusts (run, trust), seats (seat, run, trust); seats are kept in blocks along
their first axis, so that the clinicians' phase stays in cache. Every rule broadcasts over these shapes as it stands.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from ..model import draws, rules_start
from ..model.arithmetic import fixed, unfixed
from ..model.draws import uniforms
from ..model.providers import Providers
from ..model.records import (
    CatchmentState,
    CentreState,
    CouncilState,
    ManagerState,
    NationState,
    Now,
    SeatState,
    Setting,
    Sums,
    TrustState,
)
from .batch import Batch
from .grouping import Grouping


class Luck:
    """Draws of a batch: uniforms for any agent, month and stream, named after their use."""

    def __init__(self, batch: Batch, xp: Any) -> None:
        self._seed = batch.seed
        self._runs = xp.asarray(batch.runs)[:, None]
        self._xp = xp

    def draw(self, table: draws.LuckTable, agent: Any, month: int) -> Any:
        """Return a record of uniforms for ``agent`` (uint64, broadcasts against (run, 1)), one field per use."""
        luck = SimpleNamespace()
        for stream, names in table.items():
            words = uniforms(self._seed, self._runs, agent, month, int(stream), self._xp)
            for name, word in zip(names, words, strict=True):
                if name:
                    setattr(luck, name, word)
        return luck


def fill(record: Any, values: dict[str, float], shape: tuple[int, ...], xp: Any) -> Any:
    """Set each named value of ``record`` to an array of ``shape`` and return the record."""
    for name, value in values.items():
        setattr(record, name, xp.full(shape, value, dtype=np.float64))
    return record


def take(record: Any, values: Any) -> None:
    """Write the fields of a NamedTuple into a record."""
    for name, value in zip(values._fields, values, strict=True):
        setattr(record, name, value)


class ArrayStart:
    """Builds the records of a batch at month 0: see :meth:`records`, :attr:`councils`, :attr:`catchments`."""

    def __init__(self, batch: Batch, xp: Any) -> None:
        self.batch, self.xp = batch, xp
        self.runs, self.trusts = len(batch.runs), batch.country.trusts
        self.luck = Luck(batch, xp)
        self.p: Any = SimpleNamespace(**{name: xp.asarray(v)[:, None] for name, v in batch.parameters.items()})
        self.agents = xp.arange(self.trusts, dtype=np.uint64)[None, :]
        self._start_luck = self.luck.draw(draws.START_LUCK, self.agents, 0)
        self.setting = self._setting()
        self._places()

    def _setting(self) -> Setting:
        country, k = self.batch.country, self.batch.constants
        setting = Setting()
        setting.trusts, setting.clinicians = float(country.trusts), float(country.clinicians)
        setting.seats = float(country.trusts * country.clinicians)
        if country.providers is None:
            setting.units = rules_start.number_of_units(setting, self.p)
        else:
            units = float(len(set(country.providers.council)))
            setting.units = self.xp.full((self.runs, 1), units, dtype=np.float64)
        take(setting, rules_start.units(setting, k))
        return setting

    def _places(self) -> None:
        """Sizes, councils, catchments and their overlap."""
        index = self.xp.arange(self.trusts, dtype=np.float64)[None, :]
        self._index = self._each_run(index)
        self._place: Any = rules_start.position(self._index, self._start_luck, self.setting)
        providers = self.batch.country.providers
        drawn, council, catchment, groups = self._ring() if providers is None else self._table(providers)
        total: Any = np.sum(fixed(drawn), axis=1, keepdims=True, dtype=np.int64)
        self.size = drawn / (unfixed(total) / self.setting.trusts)
        size_units: Any = fixed(self.size)
        weight: Any = np.sum(size_units, axis=1, keepdims=True, dtype=np.int64)
        self.setting.weight = unfixed(weight)
        self.councils = Grouping(council, groups, self.xp)
        self.catchments = Grouping(catchment, groups, self.xp)
        self.council_size, self.catchment_size = self.councils.totals(size_units), self.catchments.totals(size_units)
        if providers is not None and providers.overlap is not None:
            self.overlap = self._each_run(self._row(providers.overlap))
            return
        same = np.equal(council, catchment)
        shared = self.catchments.totals(np.where(same, size_units, 0))
        within: Any = np.where(same, shared, self.catchment_size - shared)
        self.overlap = unfixed(within) / unfixed(self.catchment_size)

    def _ring(self) -> tuple[Any, Any, Any, int]:
        """Return size as drawn, council and catchment (run, trust) on the ring, and how many groups there may be."""
        arcs: Any = rules_start.arcs(self._place, self.setting, self.p)
        drawn = rules_start.drawn_size(self._start_luck, self.p)
        return drawn, arcs.council.astype(np.int64), arcs.catchment.astype(np.int64), self.trusts

    def _table(self, providers: Providers) -> tuple[Any, Any, Any, int]:
        """Return the same of a providers table; labels of councils and catchments are numbered together, sorted."""
        labels = sorted({*providers.council, *providers.catchment})
        number = {label: float(position) for position, label in enumerate(labels)}
        council, catchment = (
            self._each_run(self._row(tuple(number[label] for label in column))).astype(np.int64)
            for column in (providers.council, providers.catchment)
        )
        return self._each_run(self._row(providers.size)), council, catchment, len(labels)

    def _row(self, values: tuple[float, ...]) -> Any:
        return self.xp.asarray(np.array(values, dtype=np.float64))[None, :]

    def _each_run(self, row: Any) -> Any:
        return row + self.xp.zeros((self.runs, 1), dtype=np.float64)

    def records(self) -> dict[str, Any]:
        """Return every record but seats, by the name that rules read."""
        xp, p, k = self.xp, self.p, self.batch.constants
        country, per_trust = (self.runs, 1), (self.runs, self.trusts)
        centre = fill(CentreState(), rules_start.CENTRE_START, country, xp)
        zero = self.agents[:, :1] - self.agents[:, :1]
        take(centre, rules_start.centre_start(self.luck.draw(draws.START_CENTRE_LUCK, zero, 0).party, p))
        nation = fill(NationState(), {**rules_start.NATION_START, "wait": k.BASE_WAIT}, country, xp)
        nation.challenge = p.initial_challenge + xp.zeros(country, dtype=np.float64)
        council = fill(CouncilState(), rules_start.COUNCIL_START, per_trust, xp)
        council.challenge = p.initial_challenge + xp.zeros(per_trust, dtype=np.float64)
        catchment = fill(CatchmentState(), rules_start.CATCHMENT_START, per_trust, xp)
        council_sums: Any = Sums()
        catchment_sums: Any = Sums()
        council_sums.size, catchment_sums.size = self.council_size, self.catchment_size
        one_each = xp.ones(per_trust, dtype=np.int64)
        catchment_sums.trusts = self.catchments.totals(one_each)
        return {
            "setting": self.setting, "now": Now(), "p": p, "k": k,
            "centre": centre, "nation": nation, "council": council, "catchment": catchment,
            "council_sums": council_sums, "catchment_sums": catchment_sums, "country_sums": Sums(), "totals": Sums(),
            "trust": self._trust(), "manager": self._manager(),
        }  # fmt: skip

    def _trust(self) -> Any:
        xp, p, k = self.xp, self.p, self.batch.constants
        node_count = max(2, self.trusts // 10)
        places = rules_start.nodes(self._place, float(node_count))
        ends = []
        both: tuple[Any, Any] = (places.first, places.second)
        for node in both:
            luck = self.luck.draw(draws.NODE_LUCK, node.astype(np.uint64), 0)
            ends.append(luck.a + luck.b + luck.c - 1.5)
        trust = fill(TrustState(), rules_start.TRUST_START, (self.runs, self.trusts), xp)
        trust.queue = trust.wait = xp.full((self.runs, self.trusts), k.BASE_WAIT, dtype=np.float64)
        trust.size, trust.overlap = self.size, self.overlap
        trust.regional_optimum = rules_start.regional_optimum(ends[0], ends[1], places.nearness)
        take(trust, rules_start.trust_start(trust.regional_optimum, self._start_luck, p, k))
        return trust

    def _manager(self) -> Any:
        manager = fill(ManagerState(), rules_start.MANAGER_START, (self.runs, self.trusts), self.xp)
        take(
            manager,
            rules_start.manager_start(self._index, self._start_luck, self.setting, self.p, self.batch.constants),
        )
        return manager

    def seat_agents(self, block: range) -> Any:
        """Return the agent numbers of the seats ``block`` of every trust, uint64 (seat, 1, trust)."""
        seats = self.xp.arange(block.start, block.stop, dtype=np.uint64)[:, None, None]
        return self.agents[None, :, :] * self.xp.uint64(self.batch.country.clinicians) + seats

    def seats(self, block: range) -> SeatState:
        """Return the seats ``block`` of every trust, arrays (seat, run, trust)."""
        luck = self.luck.draw(draws.START_SEAT_LUCK, self.seat_agents(block), 0)
        seat = SeatState()
        start = rules_start.seat_start(luck, self.p, self.batch.constants)
        shape = (len(block), self.runs, self.trusts)
        for name, value in zip(start._fields, start, strict=True):
            setattr(seat, name, value if hasattr(value, "shape") else self.xp.full(shape, value, dtype=np.float64))
        return seat
