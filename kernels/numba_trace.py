"""The rules as expressions: every rule is called once with quantities that note what is done to them.

A rule holds no data-dependent branches, so that one call shows all it ever does, in its order of operations. Equal
expressions are noted once. What comes out is independent of how it is computed; ``numba_emit`` makes it machine code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

import numpy as np

from ..model import draws, records, rules_outcomes, rules_start
from ..model.month import MONTH, Level, Phase
from .recording import final_trust_records, monthly_outcomes

Kind = Literal["number", "condition", "count"]
Field = tuple[str, str]
"""A quantity of a record: (record, field)."""


class Rank(IntEnum):
    """How often a quantity takes another value: once in the country, for each trust, for each seat."""

    COUNTRY = 0
    TRUST = 1
    SEAT = 2


RECORDS: dict[str, tuple[Rank, type | None]] = {
    "setting": (Rank.COUNTRY, records.Setting),
    "now": (Rank.COUNTRY, records.Now),
    "p": (Rank.COUNTRY, None),
    "k": (Rank.COUNTRY, None),
    "centre": (Rank.COUNTRY, records.CentreState),
    "nation": (Rank.COUNTRY, records.NationState),
    "country_sums": (Rank.COUNTRY, records.Sums),
    "trust": (Rank.TRUST, records.TrustState),
    "manager": (Rank.TRUST, records.ManagerState),
    "council": (Rank.TRUST, records.CouncilState),
    "catchment": (Rank.TRUST, records.CatchmentState),
    "totals": (Rank.TRUST, records.Sums),
    "council_sums": (Rank.TRUST, records.Sums),
    "catchment_sums": (Rank.TRUST, records.Sums),
    "seat": (Rank.SEAT, records.SeatState),
}
"""Record that rules read -> how often it differs, and the class that types its fields (None: all are numbers)."""

RANKS: dict[Level, Rank] = {
    "country": Rank.COUNTRY,
    "council": Rank.TRUST,  # each trust holds a copy of its council's and its catchment's view
    "catchment": Rank.TRUST,
    "trust": Rank.TRUST,
    "seat": Rank.SEAT,
}
LUCK = {Rank.COUNTRY: draws.CENTRE_LUCK, Rank.TRUST: draws.TRUST_LUCK, Rank.SEAT: draws.SEAT_LUCK}


class Quantity:
    """A node of an expression: an operation on other quantities. It can be calculated with, but has no value."""

    __slots__ = ("detail", "kind", "notes", "number", "operands", "operation", "rank")

    def __init__(
        self, notes: Notes, number: int, operation: str, operands: tuple[Quantity, ...], kind: Kind, rank: Rank,
        detail: Any,
    ) -> None:  # fmt: skip
        self.notes, self.number, self.operation, self.operands = notes, number, operation, operands
        self.kind, self.rank, self.detail = kind, rank, detail

    def __bool__(self) -> bool:
        raise TypeError("a rule must not branch on a value; use select")

    def _with(self, operation: str, other: Any, kind: Kind | None = None) -> Quantity:
        return self.notes.note(operation, (self, self.notes.read(other, self.kind)), kind or self.kind)

    def _after(self, operation: str, other: Any) -> Quantity:
        return self.notes.note(operation, (self.notes.read(other, self.kind), self), self.kind)

    def __add__(self, other: Any) -> Quantity:
        return self._with("+", other)

    def __radd__(self, other: Any) -> Quantity:
        return self._after("+", other)

    def __sub__(self, other: Any) -> Quantity:
        return self._with("-", other)

    def __rsub__(self, other: Any) -> Quantity:
        return self._after("-", other)

    def __mul__(self, other: Any) -> Quantity:
        return self._with("*", other)

    def __rmul__(self, other: Any) -> Quantity:
        return self._after("*", other)

    def __truediv__(self, other: Any) -> Quantity:
        return self._with("/", other)

    def __rtruediv__(self, other: Any) -> Quantity:
        return self._after("/", other)

    def __lt__(self, other: Any) -> Quantity:
        return self._with("<", other, "condition")

    def __le__(self, other: Any) -> Quantity:
        return self._with("<=", other, "condition")

    def __gt__(self, other: Any) -> Quantity:
        return self._with(">", other, "condition")

    def __ge__(self, other: Any) -> Quantity:
        return self._with(">=", other, "condition")

    def __eq__(self, other: object) -> Quantity:  # type: ignore[override]
        return self._with("==", other, "condition")

    __hash__ = object.__hash__

    def __and__(self, other: Any) -> Quantity:
        return self._with("&", other)

    def __or__(self, other: Any) -> Quantity:
        return self._with("|", other)

    def __neg__(self) -> Quantity:
        return self.notes.note("negative", (self,), "number")

    def __abs__(self) -> Quantity:
        return self.notes.note("magnitude", (self,), "number")

    def astype(self, dtype: Any) -> Quantity:
        """Take a whole number as a float, the one conversion that rules of a month make."""
        if np.dtype(dtype) != np.float64 or self.kind != "count":
            raise TypeError(f"a rule turned a {self.kind} into {dtype}")
        return self.notes.note("as_float", (self,), "number")

    def __array_function__(self, function: Any, types: Any, operands: Any, options: Any) -> Quantity:
        if function is not np.where or options:
            raise TypeError(f"a rule used {function}, which is no operation of model.arithmetic")
        condition, chosen, otherwise = operands
        kind: Kind = next((value.kind for value in (chosen, otherwise) if isinstance(value, Quantity)), "number")
        values = (self.notes.read(value, kind) for value in (chosen, otherwise))
        return self.notes.note("select", (condition, *values), kind)

    def __array_ufunc__(self, function: Any, method: str, *operands: Any, **options: Any) -> Quantity:
        operation = {np.sqrt: "root", np.floor: "floor", np.logical_not: "not"}.get(function)
        if operation is None or method != "__call__" or options:
            raise TypeError(f"a rule used {function}, which is no operation of model.arithmetic")
        return self.notes.note(operation, operands, self.kind)


class Notes:
    """All expressions of one phase; the same operation on the same operands is one quantity."""

    def __init__(self) -> None:
        self._known: dict[Any, Quantity] = {}

    def note(
        self, operation: str, operands: tuple[Quantity, ...], kind: Kind, rank: Rank = Rank.COUNTRY, detail: Any = None
    ) -> Quantity:
        """Return the quantity of ``operation`` on ``operands``; it differs as often as any of them."""
        rank = max((rank, *(operand.rank for operand in operands)))
        key = (operation, tuple(operand.number for operand in operands), kind, rank, detail)
        if key not in self._known:
            self._known[key] = Quantity(self, len(self._known), operation, operands, kind, rank, detail)
        return self._known[key]

    def read(self, value: Any, kind: Kind) -> Quantity:
        """Return ``value`` as a quantity; a plain number becomes a constant of ``kind``."""
        if isinstance(value, Quantity):
            return value
        # The sign of zero matters, and 0.0 == -0.0: the constant is known by its digits.
        return self.note("constant", (), kind, detail=int(value) if kind == "count" else float(value).hex())


class TracedRecord:
    """Stands for a record: what was written in the phase is read back, everything else is a field of the state."""

    def __init__(self, notes: Notes, name: str) -> None:
        self._notes, self._name = notes, name
        self._rank, self._class = RECORDS[name]

    def __getattr__(self, field: str) -> Quantity:
        if self._class is None:
            kind: Kind = "number"
        elif self._class is records.Sums:
            kind = "count"
        else:
            kind = "condition" if self._class.__annotations__[field] == "bool" else "number"
        quantity = self._notes.note("field", (), kind, self._rank, (self._name, field))
        setattr(self, field, quantity)
        return quantity


class TracedLuck:
    """Stands for a record of luck: a word of a Philox block for each name."""

    def __init__(self, notes: Notes, rank: Rank, table: Mapping[draws.Stream, tuple[str, ...]]) -> None:
        for stream, names in table.items():
            for word, name in enumerate(names):
                if name:
                    setattr(self, name, notes.note("luck", (), "number", rank, (int(stream), word)))


@dataclass(frozen=True)
class Traced:
    """One phase: what it writes to the state, and what it adds to sums over a level."""

    name: str
    rank: Rank
    written: dict[Field, Quantity]
    summed: dict[Field, tuple[Level, Quantity]]

    @property
    def results(self) -> Iterable[Quantity]:
        """Everything that the phase has to compute."""
        return (*self.written.values(), *(quantity for _, quantity in self.summed.values()))

    @property
    def reads(self) -> dict[Field, Kind]:
        """The fields of the state that it reads."""
        return {q.detail: q.kind for q in in_order(self.results) if q.operation == "field"}


def in_order(results: Iterable[Quantity]) -> list[Quantity]:
    """Return every quantity that ``results`` need, operands before what is made of them."""
    found: dict[int, Quantity] = {}
    waiting = list(results)
    while waiting:
        quantity = waiting.pop()
        if quantity.number not in found:
            found[quantity.number] = quantity
            waiting += quantity.operands
    return [found[number] for number in sorted(found)]


def trace_phase(phase: Phase) -> Traced:
    """Call the rules of ``phase`` and of its tallies, in order."""
    notes, rank = Notes(), RANKS[phase.level]
    state: dict[str, Any] = {name: TracedRecord(notes, name) for name in RECORDS}
    state["luck"] = TracedLuck(notes, rank, LUCK[rank])
    written: dict[Field, Quantity] = {}
    for step in phase.steps:
        result = step.rule(*[state[name] for name in step.reads])
        for name, value in zip(step.writes, (result,) if step.single else result, strict=True):
            quantity = notes.read(value, "number")
            setattr(state[step.actor], name, quantity)
            written[step.actor, name] = quantity
    summed: dict[Field, tuple[Level, Quantity]] = {}
    for tally in phase.tallies:
        for name, value in zip(tally.fields, tally.rule(*[state[name] for name in tally.reads]), strict=True):
            summed[tally.into, name] = (tally.over, notes.read(value, "number"))
    return Traced(phase.name, rank, written, summed)


def _trace_view(name: str, rank: Rank, into: str, rule: Callable[[dict[str, Any]], dict[str, Any]]) -> Traced:
    notes = Notes()
    view = rule({record: TracedRecord(notes, record) for record in RECORDS})
    return Traced(name, rank, {(into, field): notes.read(value, "number") for field, value in view.items()}, {})


def trace_outcomes() -> Traced:
    """The 73 outcomes of a month that are not percentiles, into the record ``outcomes``."""
    return _trace_view("outcomes", Rank.COUNTRY, "outcomes", monthly_outcomes)


def trace_bins(quantities: Iterable[str]) -> Traced:
    """The bins that percentiles of ``quantities`` of trusts are read off, into the record ``bins``."""
    return _trace_view(
        "bins",
        Rank.TRUST,
        "bins",
        lambda state: {name: rules_outcomes.percentile_bin(getattr(state["trust"], name)) for name in quantities},
    )


def trace_final() -> Traced:
    """The records of trusts at the end of a run, into the record ``final``."""
    return _trace_view("final", Rank.TRUST, "final", final_trust_records)


def trace_seat_start() -> Traced:
    """The people in the seats at month 0."""
    notes = Notes()
    luck: Any = TracedLuck(notes, Rank.SEAT, draws.START_SEAT_LUCK)
    p, k = (TracedRecord(notes, name) for name in ("p", "k"))
    start = rules_start.seat_start(luck, p, k)  # type: ignore[arg-type]
    written = {("seat", name): notes.read(value, "number") for name, value in start._asdict().items()}
    return Traced("seat_start", Rank.SEAT, written, {})


def trace_month() -> tuple[Traced, ...]:
    """The phases of a month, in order."""
    return tuple(trace_phase(phase) for phase in MONTH)
