"""Model of the CUDA engine: every piece that it computes, and the quantities that stay in memory between pieces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from ...model.graph.expression_graph import Kind, in_order
from ...model.graph.fields import SEAT_NUMBER, Field, kind_of_field
from ...model.graph.trace import (
    Traced,
    trace_final,
    trace_month,
    trace_outcome_rule,
    trace_own_outcomes,
    trace_seat_start,
)
from ...model.schedule.recording import BINNED, OUTCOME_RULES, YEARLY
from ...model.schedule.rulebook import BUILT_IN, RuleBook

COUNTRY_RECORDS = ("p", "setting", "centre", "nation", "country_sums")
"""One set of values per run."""
TRUST_RECORDS = ("trust", "manager", "council", "catchment", "totals", "council_sums", "catchment_sums", "place")
"""One set of values per trust; ``place`` holds the numbers of its council and its catchment."""
OCCUPIED = "occupied"
"""The condition of a seat that has a place of its own in memory, a byte; those of own rules are kept as numbers."""
GROUPS = ("council", "catchment")
VIEWS = ("councils", "catchments")
"""Phases that trusts compute while the first thread computes the one before, ``outlook``."""


@dataclass(frozen=True)
class CudaModel:
    """All pieces, and the fields that are kept in memory, in the order in which they were met.

    ``group_sums`` are the sums over councils and catchments that are made each month, with the kind of group; they
    live in shared memory. ``outcomes`` are the rules of outcomes; those of own ones, if there are any, are the last.
    """

    book: RuleBook
    phases: tuple[Traced, ...]
    outcomes: tuple[Traced, ...]
    start: Traced
    kept: tuple[Field, ...]
    group_sums: Mapping[Field, str]

    @property
    def pieces(self) -> tuple[Traced, ...]:
        """Every piece, in the order in which it is printed."""
        return (*self.phases, *self.outcomes, self.start)

    @property
    def watches(self) -> bool:
        """Whether sums are watched: under other rules than those whose quantities are known to stay in bounds."""
        return self.book is not BUILT_IN

    def flags(self) -> Mapping[str, bool]:
        """Return what the schedule (``schedule.cuh``) asks of the rules: own sums, own outcomes, who waits for whom."""
        phases = {phase.name: phase for phase in self.phases}
        read = {place for name in VIEWS for place in phases[name].reads}
        return {
            "WATCHED": self.watches,
            "OWN_SUMS": "own_sums" in phases,
            "OWN_OUTCOMES": bool(self.book.own_outcomes),
            "VIEWS_READ_OUTLOOK": bool(read & phases["outlook"].written.keys()),
        }

    def kept_in(self, *names: str) -> tuple[Field, ...]:
        """Return the kept fields of the records ``names``."""
        return tuple(place for place in self.kept if place[0] in names)

    def kind(self, place: Field) -> Kind:
        """Return the kind of a kept field; the numbers of a trust's groups are whole numbers."""
        return "count" if place[0] == "place" else kind_of_field(*place, self.book)

    def keeps(self, place: Field) -> bool:
        """Whether what is written to ``place`` is written to memory."""
        return place[0] == "outcomes" or place in self.kept


def c_name(*words: str) -> str:
    """Return the name that a field or an outcome has in C: a lever of a group of trusts has brackets, which C has not.

    >>> c_name("p", "target_level"), c_name("p", "target_level[treated]")
    ('p_target_level', 'p_target_level__treated')
    """
    return "_".join(words).replace("[", "__").removesuffix("]")


def _met(pieces: Iterable[Traced]) -> Iterable[Field]:
    """Yield the fields that ``pieces`` read, in the order in which they are met."""
    for piece in pieces:
        yield from (node.detail for node in in_order(piece.results) if node.operation == "field")


def cuda_model(book: RuleBook = BUILT_IN) -> CudaModel:
    """Return the traced model. Raises CannotTrace for a rule that no engine can express exactly."""
    return _model_of(book)


@cache
def _model_of(book: RuleBook) -> CudaModel:
    phases, own = trace_month(book), trace_own_outcomes(book)
    outcomes = tuple(trace_outcome_rule(rule, book) for rule in OUTCOME_RULES) + (() if own is None else (own,))
    start = trace_seat_start(book)
    summed = {place: level for phase in phases for place, (level, _) in phase.summed.items()}
    groups = {place: level for place, level in summed.items() if level in GROUPS}
    recorded = (*(("trust", name) for name in BINNED), *YEARLY.values(), *trace_final(book).reads)
    places = (*_met((*phases, *outcomes, start)), *(("place", over) for over in GROUPS), *summed, *recorded)
    stays = (*COUNTRY_RECORDS, *TRUST_RECORDS, "seat")
    # A dict and no set: the order decides the source, and with it the hash of the kernel.
    dropped = {*groups, SEAT_NUMBER}
    kept = tuple(place for place in dict.fromkeys(places) if place[0] in stays and place not in dropped)
    return CudaModel(book, phases, outcomes, start, kept, groups)
