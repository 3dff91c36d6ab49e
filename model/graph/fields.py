"""Records as a rule sees them while it is traced: fields that are nodes, of the kinds that ``records`` declares."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NoReturn, get_type_hints

from .. import draws, records
from ..constants import CONSTANTS
from ..schedule.rulebook import BUILT_IN, RuleBook
from ..schedule.rulebook import Field as Field
from ..text.names import closest
from .expression_graph import Graph, Kind, Node, Rank, refuse

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
    "place": (Rank.TRUST, records.PlaceState),
}
"""Record that rules read -> how often it differs, and the class that types its fields (None: all are numbers)."""
SEAT_NUMBER: Field = ("seat", "number")
"""The one field of a seat that is known from where the seat lies."""


@cache
def _types(record: str) -> dict[str, type]:
    return get_type_hints(RECORDS[record][1])


def kind_of_field(record: str, name: str, book: RuleBook = BUILT_IN) -> Kind:
    """Return the kind of a field, from the tables, the types of ``model.records`` and the memory of own rules.

    Raises CannotTrace if the record has no such field.
    """
    typed = RECORDS[record][1]
    if typed is records.Sums:
        return "count"
    if (record, name) in book.memory:
        return "condition" if book.memory[record, name] is bool else "number"
    known: Mapping[str, Any] = {"p": book.parameters, "k": CONSTANTS}[record] if typed is None else _types(record)
    if name not in known:
        names = [*known, *(field for of, field in book.memory if of == record)]
        refuse(f"'{record}.{name}'", f"'{record}' has no field of this name{closest(name, names)}")
    return "condition" if typed is not None and known[name] is bool else "number"


class TracedRecord:
    """Stands for a record: what was written in the phase is read back, everything else is a field of the state."""

    __slots__ = ("_book", "_graph", "_name", "_written")
    _book: RuleBook
    _graph: Graph
    _name: str
    _written: Mapping[Field, Node]

    def __init__(self, graph: Graph, name: str, written: Mapping[Field, Node], book: RuleBook = BUILT_IN) -> None:
        for slot, value in (("_graph", graph), ("_name", name), ("_written", written), ("_book", book)):
            # Past the __setattr__ of this class, which is for rules and refuses.
            object.__setattr__(self, slot, value)

    def __getattr__(self, field: str) -> Node:
        place = (self._name, field)
        if place in self._written:
            return self._written[place]
        if self._name == "k" and field in self._book.varied_constants:
            place = ("p", field)  # a constant that differs between runs lives where parameters do
        return self._graph.note("field", (), kind_of_field(*place, self._book), RECORDS[self._name][0], place)

    def __setattr__(self, field: str, value: Any) -> NoReturn:
        refuse(f"the assignment to '{self._name}.{field}'", "a rule returns what it changes")

    def __delattr__(self, field: str) -> NoReturn:
        refuse(f"the deletion of '{self._name}.{field}'", "a rule returns what it changes")


class TracedLuck:
    """Stands for a record of luck: a word of a Philox block for each name; of ``agent``, if it is not one's own."""

    __slots__ = ("_agent", "_graph", "_rank", "_words")
    _agent: tuple[Node, ...]
    _graph: Graph
    _rank: Rank
    _words: Mapping[str, tuple[int, int]]

    def __init__(self, graph: Graph, rank: Rank, table: draws.LuckTable, agent: tuple[Node, ...] = ()) -> None:
        words = {
            name: (int(stream), word) for stream, names in table.items() for word, name in enumerate(names) if name
        }
        for slot, value in (("_graph", graph), ("_rank", rank), ("_words", words), ("_agent", agent)):
            object.__setattr__(self, slot, value)

    def __getattr__(self, name: str) -> Node:
        if name not in self._words:
            refuse(f"'luck.{name}'", f"no luck of this name is drawn for {self._rank.name.lower()}s")
        return self._graph.note("luck", self._agent, "number", self._rank, self._words[name])

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        refuse(f"the assignment to 'luck.{name}'", "a rule returns what it changes")
