"""Layout of a run in the compiled engine: slots of 8 bytes for the country, tiles of trusts, their seats.

A tile is ``width`` neighbouring trusts, as many as the processor calculates at once; each slot of a tile, and of a
seat of a tile, holds one value per trust. The last tile is filled up with trusts that count nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from ...model.graph.expression_graph import Rank, in_order
from ...model.graph.fields import SEAT_NUMBER, Field
from ...model.graph.trace import Traced, trace_bins, trace_final, trace_month, trace_outcomes, trace_seat_start
from ...model.schedule.recording import BINNED, YEARLY
from ...model.schedule.rulebook import BUILT_IN, RuleBook

LEFT: Field = ("status", "left")
"""1 once the run has to be left to another engine, because its sums may not be exact."""
RESULTS = ("outcomes", "bins", "final")
"""Records that only the recording reads."""


@dataclass(frozen=True)
class Program:
    """Everything that is computed, and the slot of every field that outlives its phase, by how often it differs."""

    phases: dict[str, Traced]
    country: dict[Field, int]
    trust: dict[Field, int]
    seat: dict[Field, int]

    def slots(self, rank: Rank) -> dict[Field, int]:
        """The slots of the fields that differ as often as ``rank`` says."""
        return (self.country, self.trust, self.seat)[rank]

    def kept(self, phase: Traced) -> list[Field]:
        """The fields that ``phase`` writes and somebody else reads, by slot."""
        slots = self.slots(phase.rank)
        return sorted((field for field in phase.written if field in slots), key=slots.__getitem__)


def sums_of(phase: Traced, level: str, kind: str) -> list[Field]:
    """The fields that ``phase`` adds up over ``level``: those of numbers or those of conditions."""
    return [field for field, (over, quantity) in phase.summed.items() if over == level and quantity.kind == kind]


def _slots(fields: Iterable[Field]) -> dict[Field, int]:
    return {field: slot for slot, field in enumerate(dict.fromkeys(fields))}


def traced_program(book: RuleBook = BUILT_IN) -> Program:
    """Trace the rules of ``book`` and give every field that has to be remembered its slot."""
    return _program_of(book)


@cache
def _program_of(book: RuleBook) -> Program:
    recorded = (trace_outcomes(book), trace_bins(BINNED, book), trace_final(book))
    phases = (*trace_month(book), *recorded, trace_seat_start(book))
    wanted: dict[Rank, dict[Field, None]] = {rank: {} for rank in Rank}
    for phase in phases:
        # Sums first, numbers before conditions: the sums of one phase over one level stand side by side.
        for kind in ("number", "condition"):
            for level in ("country", "trust", "council", "catchment"):
                rank = Rank.COUNTRY if level == "country" else Rank.TRUST
                wanted[rank] |= dict.fromkeys(sums_of(phase, level, kind))
    for phase in phases:
        # Only what a phase finds in the state needs a slot; the rest lives in registers.
        for quantity in in_order(phase.results):
            if quantity.operation == "field" and quantity.detail != SEAT_NUMBER:
                wanted[quantity.rank][quantity.detail] = None
        wanted[phase.rank] |= {field: None for field in phase.written if field[0] in RESULTS}
    wanted[Rank.COUNTRY][LEFT] = None
    wanted[Rank.TRUST] |= dict.fromkeys(YEARLY.values())
    return Program(
        {phase.name: phase for phase in phases},
        _slots(wanted[Rank.COUNTRY]),
        _slots(wanted[Rank.TRUST]),
        _slots(wanted[Rank.SEAT]),
    )
