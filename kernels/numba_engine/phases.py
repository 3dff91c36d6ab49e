"""Phases of the month as LLVM functions, and how compiled Python code calls them.

A phase reads and writes the slots of ``layout``. Quantities of the country are computed once, before the loop
over tiles; those of trusts once per tile, before the loop over its seats. Sums over seats and trusts are exact: they
add whole numbers (fixed point) that fit a double, lane by lane; values too large for that take a slower road.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ...model.graph.expression_graph import Node, Rank, in_order
from ...model.graph.fields import SEAT_NUMBER, Field
from ...model.graph.trace import Traced
from .emit import DOUBLE, FLAG, WHOLE, Expressions, Lanes, Value
from .layout import Program
from .sums import ExactSums

ARGUMENTS = (
    "country", "tiles", "tiles_again", "seats", "seats_again", "scratch", "first", "end", "lanes", "clinicians",
    "seed", "run", "month",
)  # fmt: skip
"""What every phase is told, as 64-bit integers: addresses of the state and of scratch memory, the tiles to work on
(``first`` up to ``end``), how many lanes of each are trusts, seats per trust, the key of luck and the month.

Tiles and seats are written through a second copy of their address. Where LLVM sees a value selected and written back
to where it was read, it makes a masked store of it, which is slow on some processors.
"""

NO_SEAT = WHOLE(0)
"""The seat of what a trust or the centre draws."""
SEATS_AHEAD = 32
"""For how many seats luck is drawn ahead; a power of two."""


def streams_of(phase: Traced) -> tuple[int, ...]:
    """Return the streams of luck that ``phase`` reads, in the order in which they are met."""
    return tuple(dict.fromkeys(node.detail[0] for node in in_order(phase.results) if node.operation == "luck"))


def scratch_slots(program: Program) -> int:
    """Return how many slots of scratch memory hold the luck that is drawn ahead for seats, by the lane."""
    most = max(len(streams_of(phase)) for phase in program.phases.values() if phase.rank is Rank.SEAT)
    return 4 * SEATS_AHEAD * max(1, most)


class PhaseFunction:
    """Builds the LLVM function of one phase for tiles of ``width`` trusts."""

    def __init__(self, module: ir.Module, program: Program, phase: Traced, width: int) -> None:
        self.program, self.phase, self.width = program, phase, width
        signature = ir.FunctionType(ir.VoidType(), [WHOLE] * len(ARGUMENTS))
        self.function = ir.Function(module, signature, f"tredegar_{phase.name}")
        self.function.linkage = "internal"
        # Some phases are called from two places; inlined there, they would be compiled twice.
        self.function.attributes.add("noinline")
        self.builder = ir.IRBuilder(self.function.append_basic_block())
        self.told = dict(zip(ARGUMENTS, self.function.args, strict=True))
        self.lanes = Lanes(self.builder, width)
        self.expressions = Expressions(self.lanes, self._read)
        self._streams = streams_of(phase)
        self._luck: dict[int, list[Value]] = {}
        self._tile: Value = None
        self._seat: Value = None
        self._seat_number: Value = None

    def build(self) -> ir.Function:
        """Fill the function and return it."""
        needed = in_order(self.phase.results)
        self._emit(needed, Rank.COUNTRY)
        if self.phase.rank is Rank.COUNTRY:
            self._write()
        else:
            self._over_tiles(needed)
        self.builder.ret_void()
        return self.function

    def _emit(self, needed: list[Node], rank: Rank) -> None:
        for node in needed:
            if node.rank is rank:
                self.expressions.emit(node)

    # The state ---------------------------------------------------------------------------------------------------

    def country_slot(self, field: Field, kind: Any) -> Value:
        """Return a pointer to the slot of a node of the country."""
        offset = 8 * self.program.country[field]
        return self.builder.inttoptr(self.builder.add(self.told["country"], WHOLE(offset)), kind.as_pointer())

    def address(self, field: Field, rank: Rank, kind: Any) -> Value:
        """Return a pointer to the slot of ``field``: one value for the country, a vector for trusts and seats."""
        if rank is Rank.COUNTRY:
            return self.country_slot(field, kind)
        base = self._tile if rank is Rank.TRUST else self._seat
        offset = 8 * self.width * self.program.slots(rank)[field]
        # Addresses travel as integers: compiled Python code knows no pointer to a vector.
        return self.builder.inttoptr(self.builder.add(base, WHOLE(offset)), self.lanes.wide(kind).as_pointer())

    def _read(self, node: Node) -> Value:
        if node.operation == "luck":
            stream, word = node.detail
            if stream not in self._luck:
                self._luck[stream] = self._draw(stream)
            return self._luck[stream][word]
        if node.detail == SEAT_NUMBER:
            return self.lanes.spread(self.builder.uitofp(self._seat_number, DOUBLE))
        # Sums over the seats of a trust stay whole numbers in doubles: only those over trusts may outgrow these.
        kind = WHOLE if node.kind == "count" and node.detail[0] != "totals" else DOUBLE
        pointer = self.address(node.detail, node.rank, kind)
        # Without align LLVM would take the address for one of whole vectors, and an aligned load of another traps.
        value = self.builder.load(pointer, align=8, typ=pointer.type.pointee)
        if node.kind != "condition":
            return value
        return self.builder.fcmp_ordered("!=", value, self.lanes.constant(0.0, value))

    def _store(self, field: Field, value: Value) -> None:
        rank = self.phase.rank
        if rank is not Rank.COUNTRY:
            value = self.lanes.spread(value)
        kind = value.type.element if isinstance(value.type, ir.VectorType) else value.type
        if kind == FLAG:
            # Every slot has 8 bytes, so that one layout serves numbers, counts and conditions.
            kind = DOUBLE
            one = self.lanes.spread(DOUBLE(1.0)) if isinstance(value.type, ir.VectorType) else DOUBLE(1.0)
            value = self.builder.select(value, one, self.lanes.constant(0.0, one))
        self.builder.store(value, self.address(field, rank, kind), align=8)

    def _write(self) -> None:
        for field in self.program.kept(self.phase):
            self._store(field, self.expressions.value(self.phase.written[field]))

    def _draw(self, stream: int) -> list[Value]:
        """Return the four uniforms of ``stream`` for the agents at hand; those of seats have been drawn before."""
        if self.phase.rank is Rank.SEAT:
            return [
                self.builder.load(self._drawn(stream, self._seat_number, word), align=8, typ=self.lanes.wide(DOUBLE))
                for word in range(4)
            ]
        return self._uniforms(stream, self._trust_numbers if self.phase.rank is Rank.TRUST else WHOLE(0))

    def _uniforms(self, stream: int, trust: Value, seat: Value = NO_SEAT) -> list[Value]:
        told = self.told
        month = WHOLE(0) if self.phase.name == "seat_start" else told["month"]
        words = self.lanes.philox([trust, month, WHOLE(stream), seat], [told["seed"], told["run"]])
        return self.lanes.words_as_uniforms(words)

    def _drawn(self, stream: int, seat: Value, word: int) -> Value:
        """Return a pointer to the uniforms ``word`` of ``stream`` of ``seat`` (a number), in scratch memory."""
        b, size = self.builder, 8 * self.width
        # SEATS_AHEAD is a power of two: LLVM makes a mask of this and no division.
        number = b.urem(seat, WHOLE(SEATS_AHEAD))
        place = 4 * self._streams.index(stream) + word
        offset = b.add(b.mul(number, WHOLE(4 * len(self._streams) * size)), WHOLE(place * size))
        return b.inttoptr(b.add(self.told["scratch"], offset), self.lanes.wide(DOUBLE).as_pointer())

    def _draw_seats(self, start: Value, end: Value) -> None:
        """Draw luck for the seats ``start`` up to ``end`` of the tile, apart from the long chain of their rules."""
        b = self.builder
        with self.loop(start, end) as seat:
            for stream in self._streams:
                for word, value in enumerate(self._uniforms(stream, self._trust_numbers, seat)):
                    b.store(value, self._drawn(stream, seat, word), align=8)

    def seat_offset(self, tile: Value, seat: Value) -> Value:
        """Return how many bytes behind the first seat of all a seat of ``tile`` lies."""
        b = self.builder
        number = b.add(b.mul(tile, self.told["clinicians"]), seat)
        return b.mul(number, WHOLE(8 * self.width * len(self.program.seat)))

    # Loops -------------------------------------------------------------------------------------------------------

    @contextmanager
    def loop(self, start: Value, end: Value, step: int = 1) -> Iterator[Value]:
        """A loop over whole numbers from ``start`` up to ``end``; ``step`` must divide their number."""
        b = self.builder
        head, body, after = (b.append_basic_block() for _ in range(3))
        before = b.block
        b.branch(head)
        b.position_at_end(head)
        index = b.phi(WHOLE)
        index.add_incoming(start, before)
        b.cbranch(b.icmp_unsigned("<", index, end), body, after)
        b.position_at_end(body)
        yield index
        index.add_incoming(b.add(index, WHOLE(step)), b.block)
        b.branch(head)
        b.position_at_end(after)

    def _over_tiles(self, needed: list[Node]) -> None:
        b, told = self.builder, self.told
        # A phase over seats sums up over seats, tile by tile; one over trusts over all of them.
        sums = ExactSums(self, "country") if self.phase.rank is Rank.TRUST else None
        with self.loop(told["first"], told["end"]) as tile:
            tile_offset = b.mul(tile, WHOLE(8 * self.width * len(self.program.trust)))
            self._tile = b.add(told["tiles"], tile_offset)
            first_trust = self.lanes.spread(b.mul(tile, WHOLE(self.width)))
            self._trust_numbers = b.add(first_trust, self.lanes.lane_numbers())
            self._emit(needed, Rank.TRUST)
            # What follows is written: by the second copy of the address, as ARGUMENTS says why.
            self._tile = b.add(told["tiles_again"], tile_offset)
            if sums is None:
                self._over_seats(needed, tile)
            else:
                self._write()
                sums.take_in()
        if sums is not None:
            sums.finish()

    def _over_seats(self, needed: list[Node], tile: Value) -> None:
        b, told = self.builder, self.told
        totals = ExactSums(self, "trust")
        blocks = b.udiv(b.add(told["clinicians"], WHOLE(SEATS_AHEAD - 1)), WHOLE(SEATS_AHEAD))
        with self.loop(WHOLE(0), blocks) as block:
            start = b.mul(block, WHOLE(SEATS_AHEAD))
            end = b.add(start, WHOLE(SEATS_AHEAD))
            end = b.select(b.icmp_unsigned("<", end, told["clinicians"]), end, told["clinicians"])
            if self._streams:
                self._draw_seats(start, end)
            # Two seats at a time fill the wait for quotients; an odd one is left for the loop behind.
            pairs_end = b.add(start, b.and_(b.sub(end, start), WHOLE(-2)))
            with self.loop(start, pairs_end, 2) as seat:
                self._side_by_side(needed, tile, (seat, b.add(seat, WHOLE(1))), totals)
            with self.loop(pairs_end, end) as seat:
                self._side_by_side(needed, tile, (seat,), totals)
        totals.finish()

    def _side_by_side(self, needed: list[Node], tile: Value, seats: tuple[Value, ...], totals: ExactSums) -> None:
        """Compute ``seats`` of a tile, operation by operation: one goes on while the other waits for a quotient."""
        b, told, of_trust = self.builder, self.told, self.expressions
        views = []
        for number in seats:
            expressions = Expressions(self.lanes, self._read)
            expressions.values |= of_trust.values
            offset = self.seat_offset(tile, number)
            places = b.add(told["seats"], offset), b.add(told["seats_again"], offset)
            views.append((expressions, number, *places, dict[int, list[Value]]()))
        for node in needed:
            if node.rank is Rank.SEAT:
                for self.expressions, self._seat_number, self._seat, _, self._luck in views:
                    self.expressions.emit(node)
        for self.expressions, _, _, self._seat, _ in views:
            self._write()
            # Seats are not added in the order of other engines: these sums are exact, so that no bit depends on it.
            totals.take_in()
        self.expressions = of_trust


def phase_call(program: Program, name: str, width: int) -> Callable[..., None]:
    """Return the phase ``name`` as a function that compiled Python code can call with the ``ARGUMENTS``."""
    signature = types.void(*[types.int64] * len(ARGUMENTS))

    def generate(context: Any, builder: ir.IRBuilder, _: Any, arguments: list[Value]) -> Value:
        # A phase that is called twice was built at the first call; LLVM takes each name once.
        function = builder.module.globals.get(f"tredegar_{name}")
        if function is None:
            function = PhaseFunction(builder.module, program, program.phases[name], width).build()
        builder.call(function, arguments)
        return context.get_dummy_value()

    def call(  # type: ignore[no-untyped-def]
        typing, country, tiles, tiles_again, seats, seats_again, scratch, first, end, lanes, clinicians, seed, run,
        month,
    ):  # fmt: skip
        return signature, generate

    call.__name__ = name
    return intrinsic(call)
