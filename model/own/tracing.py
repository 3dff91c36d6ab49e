"""Tracing of one's own rules: a function of plain Python is called on nodes, judged, tried on numbers, kept as a graph.

Whatever no engine could express exactly is refused here, before anything runs: with the file, the line, what is allowed
and what to write instead. After that nobody's Python runs any more.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from ..draws import LuckTable
from ..graph.expression_graph import NOTED, CannotTrace, Kind, Node, Rank
from ..graph.fields import TracedLuck, TracedRecord
from ..graph.rows import MOST_ROWS, check_whole_numbers, rows_of
from ..graph.trace import Tracer
from ..schedule.rulebook import RuleBook
from ..text.names import closest
from .declared import Declared
from .places import names_of_records, record_named
from .refusal import RuleRefused, refused
from .trials import Graph, failing_line, results_of, try_on_numbers


class RuleReading:
    """How a function is traced: the records that it may read, its luck, and the book whose names it may use."""

    def __init__(self, book: RuleBook, records: Sequence[str], rank: Rank, luck: LuckTable) -> None:
        self.book, self.records, self.rank, self.luck = book, tuple(records), rank, luck

    def trace(self, declared: Declared, writes: Sequence[str], kinds: Sequence[Kind | None]) -> Graph:
        """Return the graph of a function that gives ``writes`` of ``kinds`` (None: a number or a condition).

        Raises RuleRefused for whatever has no place in a rule, and for what differs from call to call.
        """
        arguments = self._arguments(declared)
        found = [self._traced(declared, arguments, writes, kinds) for _ in range(2)]
        if found[0] != found[1]:
            raise refused(
                declared.place,
                "it does another thing each time that it is called (a clock, random numbers, or something that it keeps"
                " between calls); for chance declare draws=('u',) and read luck.u, for memory declare writes and start",
            )
        if len(found[0][0]) > MOST_ROWS:
            raise refused(declared.place, f"it has {len(found[0][0]):,} operations, at most {MOST_ROWS:,}")
        try_on_numbers(declared, arguments, writes, found[0], self.book, self.luck)
        return found[0]

    def _arguments(self, declared: Declared) -> tuple[str, ...]:
        """Return the records that the function reads, in the order of its arguments."""
        try:
            found = inspect.signature(declared.function).parameters
        except (TypeError, ValueError):
            raise refused(declared.place, "its arguments cannot be told; write it with def") from None
        if not found:
            raise refused(
                declared.place, f"it reads no record; its arguments name them: {names_of_records(self.records)}"
            )
        names = []
        for name, given in found.items():
            if given.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD or given.default is not given.empty:
                raise refused(declared.place, f"its argument '{name}' must be the plain name of a record")
            record = record_named(name)
            if record not in self.records:
                allowed = names_of_records(self.records)
                raise refused(
                    declared.place, f"it cannot read '{name}' here{closest(name, self.records)}; it may read: {allowed}"
                )
            names.append(record)
        if len(set(names)) < len(names):
            raise refused(declared.place, "it names a record twice")
        return tuple(names)

    def _traced(
        self, declared: Declared, arguments: Sequence[str], writes: Sequence[str], kinds: Sequence[Kind | None]
    ) -> Graph:
        tracer = Tracer(self.rank, self.luck, self.book)
        result = _called(tracer, declared, arguments)
        try:
            values = results_of(result, writes)
            rows, results = rows_of([_as_node(tracer, value, kind) for value, kind in zip(values, kinds, strict=True)])
            check_whole_numbers(rows)
            return rows, results
        except (CannotTrace, ValueError) as refusal:
            raise refused(declared.place, str(refusal)) from None


def _called(tracer: Tracer, declared: Declared, arguments: Sequence[str]) -> Any:
    noted: list[str] = []
    token = NOTED.set(noted)
    try:
        result = tracer.call(declared.function, arguments)
        if noted:
            raise refused(declared.place, f"it catches what refuses it: {noted[0]}")
        return result
    except RuleRefused:
        raise
    except CannotTrace as refusal:  # it says the place itself
        raise RuleRefused(str(refusal).replace(", rule '", f", {declared.kind} '", 1)) from None
    except RecursionError:
        raise refused(declared.place, "it calls itself without end") from None
    except Exception as error:  # noqa: BLE001 -- a researcher's own code may raise anything
        raise refused(failing_line(declared, error), f"{type(error).__name__}: {error}") from None
    finally:
        NOTED.reset(token)


def _as_node(tracer: Tracer, value: Any, kind: Kind | None) -> Node:
    if isinstance(value, TracedRecord | TracedLuck):
        raise RuleRefused("it returns a whole record; return a number")
    wanted: Kind = kind or ("condition" if getattr(value, "kind", "") == "condition" or value is True or value is False
                            else "number")  # fmt: skip
    return tracer.graph.read(value, wanted)
