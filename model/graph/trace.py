"""Trace of the model: every phase of a month, the outcomes and the start of a seat as graphs of nodes.

A rule is called with records whose fields are nodes (``graph``). Records are read-only: a rule returns what it
changes. Printers for processors and for GPUs, and whoever asks what the model reads and writes, start from here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from .. import draws
from ..constants import CONSTANTS
from ..rules import outcomes as rules_outcomes
from ..schedule.month import Level, Phase, Step, Tally
from ..schedule.recording import final_trust_records
from ..schedule.rulebook import BUILT_IN, Field, RuleBook
from .expression_graph import CannotTrace, Graph, Kind, Node, Rank, in_order
from .fields import RECORDS, SEAT_NUMBER, TracedLuck, TracedRecord, kind_of_field

RANKS: dict[Level, Rank] = {
    "country": Rank.COUNTRY,
    "council": Rank.TRUST,  # each trust holds a copy of its council's and its catchment's view
    "catchment": Rank.TRUST,
    "trust": Rank.TRUST,
    "seat": Rank.SEAT,
}
LUCK_OF: dict[Rank, Level] = {Rank.COUNTRY: "country", Rank.TRUST: "trust", Rank.SEAT: "seat"}
"""How often luck differs -> the level whose luck it is."""
START_LUCK = {
    Rank.COUNTRY: draws.START_CENTRE_LUCK,
    Rank.TRUST: draws.START_LUCK,
    Rank.SEAT: draws.START_SEAT_LUCK,
}


def known_before(book: RuleBook = BUILT_IN) -> frozenset[Field]:
    """Return what is known before the first rule: the size of the country, the numbers of its trusts, the settings."""
    return frozenset(
        {
            *(("setting", name) for name in ("trusts", "clinicians", "seats")),
            ("place", "index"),
            ("now", "month"),
            SEAT_NUMBER,
            *(("p", name) for name in book.parameters),
            *(("k", name) for name in CONSTANTS),
        }
    )


KNOWN = known_before()


@dataclass(frozen=True)
class Traced:
    """One phase: what it writes to the state, and what it adds to sums over a level.

    ``rules`` are its rules and tallies, each with the number of its first node; ``written_after`` says how many nodes
    had been noted when the rule that writes a field had returned.
    """

    name: str
    rank: Rank
    written: dict[Field, Node]
    summed: dict[Field, tuple[Level, Node]]
    rules: tuple[tuple[Callable[..., Any], int], ...]
    written_after: dict[Field, int]

    @property
    def results(self) -> Iterable[Node]:
        """Everything that the phase has to compute."""
        return (*self.written.values(), *(node for _, node in self.summed.values()))

    @property
    def reads(self) -> dict[Field, Kind]:
        """The fields of the state that it reads before it writes them."""
        return {node.detail: node.kind for node in in_order(self.results) if node.operation == "field"}


class Tracer:
    """Traces rules one after the other into one graph; ``written`` is what they returned so far."""

    def __init__(self, rank: Rank, luck: draws.LuckTable | None = None, book: RuleBook = BUILT_IN) -> None:
        self.graph, self.written, self.book = Graph(), dict[Field, Node](), book
        self.written_after: dict[Field, int] = {}
        self.rules: list[tuple[Callable[..., Any], int]] = []
        self.records: dict[str, Any] = {name: TracedRecord(self.graph, name, self.written, book) for name in RECORDS}
        if luck is not None:
            self.records["luck"] = TracedLuck(self.graph, rank, luck)
            for name, field in draws.NODES.items():
                node = getattr(self.records["place"], field)
                self.records[name] = TracedLuck(self.graph, rank, draws.NODE_LUCK, (node,))

    def call(self, rule: Callable[..., Any], reads: Iterable[str]) -> Any:
        """Call ``rule`` on nodes. Raises CannotTrace with its file and line, if it does what no rule may."""
        self.rules.append((rule, len(self.graph)))
        try:
            return rule(*[self.records[name] for name in reads])
        except CannotTrace as refusal:
            # The trace leads through NumPy's dispatch; who wrote the rule needs its line alone.
            raise CannotTrace(f"{_place(rule, refusal)}: {refusal}") from None

    def follow(self, step: Step) -> None:
        """Take the fields that ``step`` returns into the record that it writes to."""
        result = self.call(step.rule, step.reads)
        for name, value in zip(step.writes, (result,) if step.single else result, strict=True):
            self._write(step, name, value)
        self.written_after |= dict.fromkeys(((step.actor, name) for name in step.writes), len(self.graph))

    def _write(self, step: Step, name: str, value: Any) -> None:
        try:
            node = self.graph.read(value, kind_of_field(step.actor, name, self.book))
        except CannotTrace as refusal:
            raise CannotTrace(f"{_place(step.rule)}: it writes '{step.actor}.{name}': {refusal}") from None
        self.written[step.actor, name] = node

    def sum(self, tally: Tally) -> dict[Field, tuple[Level, Node]]:
        """Return what ``tally`` adds to exact sums: numbers in fixed point, conditions as counts."""
        given = self.call(tally.rule, tally.reads)
        named = zip(tally.fields, given, strict=True)
        return {(tally.into, name): (tally.over, self._addend(value)) for name, value in named}

    def _addend(self, value: Any) -> Node:
        return self.graph.read(value, "condition" if getattr(value, "kind", "") == "condition" else "number")

    def traced(self, name: str, rank: Rank, summed: dict[Field, tuple[Level, Node]] | None = None) -> Traced:
        """Return everything traced so far as one phase."""
        return Traced(name, rank, self.written, summed or {}, tuple(self.rules), self.written_after)


def _place(rule: Callable[..., Any], refusal: BaseException | None = None) -> str:
    """Return the file, the line and the name of a rule; the line is the one that ``refusal`` passed through."""
    code = inspect.unwrap(rule).__code__
    file, line = code.co_filename, code.co_firstlineno
    trace = refusal.__traceback__ if refusal is not None else None
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == file else line
        trace = trace.tb_next
    return f"{file.rsplit('/', 1)[-1]}:{line}, rule '{rule.__name__}'"


def trace_phase(phase: Phase, luck: draws.LuckTable | None = None, book: RuleBook = BUILT_IN) -> Traced:
    """Trace the rules of ``phase`` and of its tallies, in order. Raises CannotTrace, naming file, line and rule.

    ``luck`` is by default what the level of the phase draws each month.
    """
    rank = RANKS[phase.level]
    tracer = Tracer(rank, book.luck[LUCK_OF[rank]] if luck is None else luck, book)
    for step in phase.steps:
        tracer.follow(step)
    summed: dict[Field, tuple[Level, Node]] = {}
    for tally in phase.tallies:
        summed |= tracer.sum(tally)
    return tracer.traced(phase.name, rank, summed)


def trace_month(book: RuleBook = BUILT_IN) -> tuple[Traced, ...]:
    """Trace the phases of a month, in order."""
    return _month_of(book)


@cache
def _month_of(book: RuleBook) -> tuple[Traced, ...]:
    return tuple(trace_phase(phase, book=book) for phase in book.month)


def _trace_view(
    name: str, rank: Rank, into: str, view: Callable[[dict[str, Any]], dict[str, Any]], book: RuleBook
) -> Traced:
    tracer = Tracer(rank, book=book)
    for field, value in view(tracer.records).items():
        tracer.written[into, field] = tracer.graph.read(value, "number")
    return tracer.traced(name, rank)


def trace_outcomes(book: RuleBook = BUILT_IN) -> Traced:
    """Trace the outcomes of a month, own ones too and percentiles not, into the record ``outcomes``."""
    return _trace_view("outcomes", Rank.COUNTRY, "outcomes", book.values_of_month, book)


def trace_outcome_rule(rule: Callable[..., Any], book: RuleBook = BUILT_IN) -> Traced:
    """Trace one rule of outcomes, into the record ``outcomes``."""
    tracer = Tracer(Rank.COUNTRY, book=book)
    result = tracer.call(rule, inspect.signature(rule).parameters)
    for field, value in result._asdict().items():
        tracer.written["outcomes", field] = tracer.graph.read(value, "number")
    tracer.written_after |= dict.fromkeys(tracer.written, len(tracer.graph))
    return tracer.traced(rule.__name__, Rank.COUNTRY)


def trace_own_outcomes(book: RuleBook) -> Traced | None:
    """Trace the own outcomes of ``book`` by themselves, into the record ``outcomes``; None where it has none."""
    if not book.own_outcomes:
        return None
    tracer = Tracer(Rank.COUNTRY, book=book)
    for step in book.own_outcomes:
        place = "outcomes", step.writes[0]
        tracer.written[place] = tracer.graph.read(tracer.call(step.rule, step.reads), "number")
        tracer.written_after[place] = len(tracer.graph)
    return tracer.traced("own_outcomes", Rank.COUNTRY)


def trace_bins(quantities: Iterable[str], book: RuleBook = BUILT_IN) -> Traced:
    """Trace the bins that percentiles of ``quantities`` of trusts are read off, into the record ``bins``."""

    def view(state: dict[str, Any]) -> dict[str, Any]:
        return {name: rules_outcomes.percentile_bin(getattr(state["trust"], name)) for name in quantities}

    return _trace_view("bins", Rank.TRUST, "bins", view, book)


def trace_final(book: RuleBook = BUILT_IN) -> Traced:
    """Trace the records of trusts at the end of a run, into the record ``final``."""
    return _trace_view("final", Rank.TRUST, "final", final_trust_records, book)


def trace_start(book: RuleBook = BUILT_IN) -> tuple[Traced, ...]:
    """Trace the phases of month 0, in order."""
    return _start_of(book)


@cache
def _start_of(book: RuleBook) -> tuple[Traced, ...]:
    return tuple(trace_phase(phase, START_LUCK[RANKS[phase.level]], book) for phase in book.start)


def trace_seat_start(book: RuleBook = BUILT_IN) -> Traced:
    """Trace the people in the seats at month 0."""
    (seats,) = (phase for phase in trace_start(book) if phase.rank is Rank.SEAT)
    return replace(seats, name="seat_start")


def trace_function(function: Callable[[Any], Any], kind: Kind = "number") -> tuple[Node, Node]:
    """Trace a function of one value; return the node of the value and that of the result."""
    graph = Graph()
    given = graph.note("field", (), kind, Rank.COUNTRY, ("given", "value"))
    result = function(given)
    return given, graph.read(result, result.kind)


def unmade(phases: Sequence[Traced], known: Collection[Field] = KNOWN) -> list[str]:
    """Return what one of ``phases`` reads that is neither ``known`` before the first nor made by an earlier one.

    The array engine would stop at such a read; compiled code would find zeros.
    """
    made, missing = set(known), []
    for phase in phases:
        missing += [f"{phase.name}: {record}.{name}" for record, name in phase.reads if (record, name) not in made]
        made |= {*phase.written, *phase.summed}
    return missing
