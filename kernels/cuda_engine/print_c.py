"""Printer of CUDA C: each traced piece of the model as one device function of straight-line code.

A function reads the fields that it needs where they live (``Country`` in shared memory, trusts and seats in global
memory, constants in the argument), and writes back those that another phase or the record of a run needs; all others
live in registers. Barriers, launches and the order of a month stand in ``schedule.cuh``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ...model import draws
from ...model.arithmetic import FIXED_ONE, MOST_SUM
from ...model.graph.expression_graph import Kind, Node, Rank, in_order
from ...model.graph.fields import SEAT_NUMBER, Field
from ...model.graph.trace import Traced, trace_function
from .model import COUNTRY_RECORDS, OCCUPIED, CudaModel, c_name

C_TYPES: dict[Kind, str] = {"number": "double", "condition": "bool", "count": "i64"}
_CALLS = {
    "root": "square_root({})",
    "floor": "round_down({})",
    "magnitude": "magnitude({})",
    "as_float": "as_double({})",
    "negative": "-{}",
    "not": "!{}",
    "select": "{} ? {} : {}",
}
_READ_LATE: frozenset[Field] = frozenset({("trust", "doctors_leaving")})
"""Fields of a trust that the loop over its seats reads at every turn: with one more before it registers would spill."""
_DRAW = {Rank.COUNTRY: "0u, {stream}u, 0u", Rank.TRUST: "trust, {stream}u, 0u", Rank.SEAT: "trust, {stream}u, seat"}
_STREAMS = {int(stream): stream.name.lower() for stream in draws.Stream}


class FunctionPrinter:
    """Prints one traced piece of ``model``. What does not differ between seats is read before the loop over them."""

    def __init__(self, model: CudaModel, piece: Traced) -> None:
        self.model, self.piece = model, piece
        self.loops = piece.rank is Rank.SEAT
        self.names: dict[int, str] = {}
        self.before: list[str] = []
        self.lines: list[str] = []
        self.declared: set[str] = set()

    def text(self) -> str:
        """Return the function."""
        written = {place: node for place, node in self.piece.written.items() if self.model.keeps(place)}
        nodes = in_order((*written.values(), *(node for _, node in self.piece.summed.values())))
        events = self._events(written, nodes)
        for _, _, act in sorted(events, key=lambda event: event[:2]):
            act()
        return self._function()

    def _events(self, written: dict[Field, Node], nodes: list[Node]) -> list[tuple[float, int, Callable[[], None]]]:
        """Return what is printed, with its place among the nodes: a store goes where its rule has returned.

        It goes to memory there, so that it need not be held until the end; what a rule reads comes before.
        """
        events: list[tuple[float, int, Callable[[], None]]] = []
        for rule, first in self.piece.rules:
            # The name of somebody's module is not part of what a rule does, and must not change the hash.
            module = "own" if getattr(rule, "own", False) else rule.__module__.rsplit(".", 1)[-1]
            comment = f"// {module}.{rule.__name__}"
            events.append((first, 1, partial(self.lines.append, comment)))
        events += [(node.number, 2, partial(self.declare, node)) for node in nodes]
        events += [
            (self.piece.written_after[place], 0, partial(self._store, place, node)) for place, node in written.items()
        ]
        last = float("inf")
        events += [(last, 0, partial(self._add, place, *summed)) for place, summed in self.piece.summed.items()]
        return events

    # Values ------------------------------------------------------------------------------------------------------

    def declare(self, node: Node) -> None:
        """Print ``node`` as a constant of C, and remember under which name."""
        if node.operation == "constant":
            self.names[node.number] = literal(node)
            return
        # Parameters are read in the loop: held from before it, they would take the registers that its rules need.
        known_before = (
            node.operation == "field" and node.detail[0] not in ("seat", "p") and node.detail not in _READ_LATE
        )
        first = self.loops and known_before
        name = c_name(*node.detail) if node.operation == "field" else f"v{node.number}"
        self.names[node.number] = name
        lines = self.before if first else self.lines
        lines.append(f"const {C_TYPES[node.kind]} {name} = {self._expression(node)};")

    def _expression(self, node: Node) -> str:
        if node.operation == "field":
            record, field = node.detail
            return self._field(record, field, node.kind)
        if node.operation == "luck":
            return self._luck(*node.detail)
        if node.operation == "as_count":  # rounding down and converting is one instruction, with the same result
            return f"whole_below({self.names[node.operands[0].operands[0].number]})"
        operands = [self.names[operand.number] for operand in node.operands]
        if node.operation in _CALLS:
            return _CALLS[node.operation].format(*operands)
        # One operation on two names: neither the rank of operators nor a compiler can order it differently.
        return f"{operands[0]} {node.operation} {operands[1]}"

    def _field(self, record: str, name: str, kind: Kind) -> str:
        truth = " != 0" if kind == "condition" else ""
        if record == "k":
            return f"w.args.constants.{name}"
        if record == "now":
            return "as_double((i64)w.country.month)"
        if record == "p" and self.loops and self.piece.name != "seat_start":
            return f"again(w.country.{c_name('p', name)})"
        if record in COUNTRY_RECORDS:
            return f"w.country.{c_name(record, name)}{truth}"
        if (record, name) == SEAT_NUMBER:
            return "as_double((i64)seat)"
        if record == "seat":
            return "occupied[lane] != 0" if name == OCCUPIED else f"person[SEAT_{name} * WARP]{truth}"
        if (record, name) in self.model.group_sums:
            return f"group_total(w, GROUP_{record}_{name}, {self._group(self.model.group_sums[record, name])})"
        read = f"own[TRUST_{record}_{name} * WARP]"
        return read if kind == "number" else f"whole({read}){truth}"

    def _group(self, over: str) -> str:
        name = f"place_{over}"
        self._once(name, f"const i64 {name} = whole(own[TRUST_{name} * WARP]);")
        return name

    def _luck(self, stream: int, word: int) -> str:
        block = f"words_{_STREAMS.get(stream, f'own_{stream}')}"
        # A block has four words: all luck of a stream comes from one draw.
        self._once(block, f"const Words {block} = draw(w, {_DRAW[self.piece.rank].format(stream=stream)});")
        return f"uniform({block}.w{word})"

    def _once(self, name: str, declaration: str) -> None:
        if name not in self.declared:
            self.declared.add(name)
            self.lines.append(declaration)

    # Results -----------------------------------------------------------------------------------------------------

    def _store(self, place: Field, node: Node) -> None:
        record, name = place
        value = self.names[node.number]
        if record == "outcomes":
            self.lines.append(f"w.country.outcome[{c_name('OUTCOME', name)}] = {value};")
        elif place == ("seat", OCCUPIED):
            self.lines.append(f"occupied[lane] = {value} ? 1 : 0;")
        elif record == "seat":
            value = value if node.kind == "number" else f"{value} ? 1.0 : 0.0"
            self.lines.append(f"{self._if_changed(place, node)}person[SEAT_{name} * WARP] = {value};")
        elif record in COUNTRY_RECORDS:
            self.lines.append(f"w.country.{record}_{name} = {value};")
        else:
            kept = value if node.kind == "number" else f"keep({value})"
            self.lines.append(f"own[TRUST_{record}_{name} * WARP] = {kept};")

    def _if_changed(self, place: Field, node: Node) -> str:
        """Return the condition for a store of what is mostly left as it was: that saves memory traffic."""
        if node.operation != "select":
            return ""
        changed, _, kept = node.operands
        return f"if ({self.names[changed.number]}) " if (kept.operation, kept.detail) == ("field", place) else ""

    def _add(self, place: Field, level: str, node: Node) -> None:
        record, name = place
        value = self.names[node.number]
        counts = node.kind == "condition"
        units = value if counts else f"whole_below({self._scaled(place, value)})"
        if level == "country":
            # Called by all lanes, padding too, which adds nothing: the lanes of a warp sum together, or wait for ever.
            how = "count_country" if counts else "sum_country"
            self.lines.append(f"{how}(active, {units}, &w.country.{record}_{name});")
        elif level == "trust":
            self.lines.append(f"{record}_{name} += {units};")
        else:
            cell = f"group_cell(w, GROUP_{record}_{name}, {self._group(level)})"
            self.lines.append(f"if (active) add_exact({cell}, {units});")

    def _scaled(self, place: Field, value: str) -> str:
        """Return ``value`` in fixed point; that of other rules, which nobody has bounded, is watched."""
        scaled = f"{value} * {FIXED_ONE.hex()}"
        if not self.model.watches:
            return scaled
        name = f"units_{'_'.join(place)}"
        self.lines += [f"const double {name} = {scaled};", f"sound = sound & (magnitude({name}) < most);"]
        return name

    def _watched(self) -> tuple[list[str], list[str]]:
        """Return what stands before and behind the sums of numbers: the run fails as soon as one cannot hold."""
        numbers = any(node.kind == "number" for _, node in self.piece.summed.values())
        if not (self.model.watches and numbers):
            return [], []
        addends = "clinicians" if self.loops else "trust_count"
        before = ["bool sound = true;", f"const double most = {MOST_SUM.hex()} / as_double((i64)w.args.{addends});"]
        return before, [f"if ({'' if self.loops else 'active & '}!sound) fail(w);"]

    # Functions ---------------------------------------------------------------------------------------------------

    def _function(self) -> str:
        name = self.piece.name
        if self.piece.rank is Rank.COUNTRY:
            return function(f"DEV void {name}(const World& w)", self.lines)
        before, behind = self._watched()
        own = ["double* const own = trust_values(w, trust);", *before]
        if not self.loops:
            head = f"DEV void {name}(const World& w, const u32 trust, const bool active)"
            return function(head, [*own, *self.lines, *behind])
        return function(
            f"DEV void {name}(const World& w, const u32 trust)", [*own, *self.before, *self._loop(), *behind]
        )

    def _loop(self) -> Iterator[str]:
        summed = {"_".join(place): node.kind for place, (_, node) in self.piece.summed.items()}
        yield from (f"{'u32' if kind == 'condition' else 'i64'} {name} = 0;" for name, kind in summed.items())
        yield "const u32 lane = trust % WARP;"
        yield "double* person = w.args.seats + first_seat(w, trust) * (SEAT_VALUES * WARP) + lane;"
        yield "u8* occupied = w.args.occupied + first_seat(w, trust) * WARP;"
        # A second copy of the body would need registers that are not there.
        yield "#pragma unroll 1"
        yield "for (u32 seat = 0u; seat < w.args.clinicians; ++seat) {"
        yield from (f"  {line}" for line in self.lines)
        yield "  person += SEAT_VALUES * WARP;"
        yield "  occupied += WARP;"
        yield "}"
        yield from (f"own[TRUST_{name} * WARP] = keep((i64){name});" for name in summed)


def literal(node: Node) -> str:
    """Return a constant as an exact literal of C."""
    if node.kind == "condition":
        return "true" if node.detail else "false"
    # Numbers are written in hexadecimal digits: C reads them without rounding.
    return f"{node.detail}LL" if node.kind == "count" else str(node.detail)


def function(head: str, lines: list[str]) -> str:
    """Return a function of C."""
    body = "\n".join(f"  {line}" if not line.startswith("#") else line for line in lines)
    return f"{head} {{\n{body}\n}}\n"


def one_value(model: CudaModel, rule: Callable[[Any], Any], name: str) -> str:
    """Return a function of C of one number, which it calls ``name``."""
    given, result = trace_function(rule)
    printer = FunctionPrinter(model, Traced(rule.__name__, Rank.COUNTRY, {}, {}, (), {}))
    for node in in_order((result,)):
        if node is given:
            printer.names[node.number] = name
        else:
            printer.declare(node)
    return function(
        f"DEV double {rule.__name__}(const double {name})", [*printer.lines, f"return {printer.names[result.number]};"]
    )
