"""Exact sums in machine code: whole numbers in fixed point, added up lane by lane as doubles while these hold them.

A value becomes floor(value * 2**32), a whole number in a double. As long as the sizes of everything that is added up
stay below 2**51 in all, every partial sum is a whole number that a double holds, and the additions are exact. This is
watched; a run with larger values, or with one that is no number, is left to the array engine.
"""

from __future__ import annotations

from typing import Any, Protocol

from llvmlite import ir

from ...model.arithmetic import FIXED_ONE
from ...model.graph.expression_graph import Node, Rank
from ...model.graph.fields import Field
from ...model.graph.trace import Traced
from .emit import DOUBLE, WHOLE, Expressions, Lanes, Value
from .layout import LEFT, sums_of

EXACT = 2.0**51
"""Whole numbers up to this size are doubles, and quickly turned into integers."""


class Summing(Protocol):
    """What sums need of the function of a phase, as it is built: its place in the code, its values, its slots."""

    phase: Traced
    builder: ir.IRBuilder
    lanes: Lanes
    expressions: Expressions
    told: dict[str, Any]

    def address(self, field: Field, rank: Rank, kind: Any) -> Value:
        """Return where a quantity of the trusts at hand lives."""

    def country_slot(self, field: Any, kind: Any) -> Value:
        """Return where a quantity of the country lives."""


class ExactSums:
    """The sums of one phase over the seats of each trust ("trust") or over the trusts of the country ("country").

    Made before the loop over the addends; :meth:`take_in` stands in the loop and :meth:`finish` behind it. Sums over
    seats end in the slots of the tile, as whole numbers in doubles; those over trusts are added to the slots of the
    country, as integers. What a trust adds to its council or catchment is put in its own slots, as integers.
    """

    def __init__(self, phase: Summing, level: str) -> None:
        self._phase, self._level = phase, level
        lanes = phase.lanes
        numbers, conditions = (sums_of(phase.phase, level, kind) for kind in ("number", "condition"))
        self._sums = {field: self._slot(lanes.wide(DOUBLE)) for field in numbers}
        self._counts = {field: self._slot(lanes.wide(WHOLE)) for field in conditions}
        self._size = self._slot(lanes.wide(DOUBLE))

    def take_in(self) -> None:
        """Add what the seat, or the trust, at hand gives."""
        b, lanes = self._phase.builder, self._phase.lanes
        for field, slot in self._counts.items():
            one = b.sext(self._given(field), lanes.wide(WHOLE))  # -1 where it holds
            b.store(b.sub(b.load(slot), one), slot)
        sizes = []
        for field, (level, node) in self._phase.phase.summed.items():
            if node.kind == "number":
                units = self._in_fixed_point(node)
                # Sizes and not values: parts that cancel in the end may be too large on the way.
                sizes.append(lanes.call("llvm.fabs", units))
                if field in self._sums:
                    b.store(b.fadd(b.load(self._sums[field]), units), self._sums[field])
                else:
                    # The sizes above watch this, too: as_count is right for such numbers alone.
                    self._share(field, lanes.as_count(units))
            elif level != self._level:
                self._share(field, b.zext(self._given(field), lanes.wide(WHOLE)))
        if sizes:
            # In pairs: in one chain each addition would wait for the one before. Below EXACT no order changes the sum.
            while len(sizes) > 1:
                sizes = self._halved(sizes)
            b.store(b.fadd(b.load(self._size), sizes[0]), self._size)

    def finish(self) -> None:
        """Write the sums to the state; note whether they were exact."""
        b, lanes, phase = self._phase.builder, self._phase.lanes, self._phase
        for field, slot in self._sums.items():
            value = b.load(slot)
            if self._level == "trust":
                b.store(value, phase.address(field, Rank.TRUST, DOUBLE), align=8)
            else:
                self._add(field, lanes.as_count(value))
        for field, slot in self._counts.items():
            value = b.load(slot)
            if self._level == "trust":
                b.store(lanes.as_float(value), phase.address(field, Rank.TRUST, DOUBLE), align=8)
            else:
                self._add(field, value)
        self._watch()

    def _watch(self) -> None:
        """Note that the run is left to another engine if a trust's sums may not be exact."""
        b, lanes, phase = self._phase.builder, self._phase.lanes, self._phase
        size = b.load(self._size)
        # Ordered: a size that is NaN is not below either, and the run is left as well.
        exact = b.fcmp_ordered("<", size, lanes.constant(EXACT, size))
        wrong = b.and_(b.xor(exact, lanes.constant(1, exact)), self._counted())
        mask = ir.IntType(lanes.width)
        any_wrong = b.icmp_unsigned("!=", b.bitcast(wrong, mask), mask(0))
        slot = phase.country_slot(LEFT, DOUBLE)
        # Once set it stays: all later months follow from the sums that may be wrong.
        b.store(b.select(any_wrong, DOUBLE(1.0), b.load(slot, align=8, typ=DOUBLE)), slot, align=8)

    def _slot(self, kind: ir.Type) -> Value:
        """Return a local variable, set to zero here."""
        b = self._phase.builder
        # In a loop each turn would take new stack, and LLVM keeps only slots of the entry block in registers.
        with b.goto_entry_block():
            slot = b.alloca(kind)
        b.store(ir.Constant(kind, [0] * self._phase.lanes.width), slot)
        return slot

    def _given(self, field: Field) -> Value:
        _, node = self._phase.phase.summed[field]
        return self._phase.lanes.spread(self._phase.expressions.value(node))

    def _in_fixed_point(self, node: Node) -> Value:
        b, lanes = self._phase.builder, self._phase.lanes
        value = lanes.spread(self._phase.expressions.value(node))
        # A product with a power of two is exact, so that floor alone decides the bits, as in arithmetic.fixed.
        return lanes.call("llvm.floor", b.fmul(value, lanes.constant(FIXED_ONE, value)))

    def _halved(self, values: list[Value]) -> list[Value]:
        pairs = [values[position : position + 2] for position in range(0, len(values), 2)]
        return [self._phase.builder.fadd(*pair) if len(pair) == 2 else pair[0] for pair in pairs]

    def _share(self, field: Field, value: Value) -> None:
        self._phase.builder.store(value, self._phase.address(field, Rank.TRUST, WHOLE), align=8)

    def _add(self, field: Field, value: Value) -> None:
        """Add the lanes that are trusts to a sum of the country."""
        b, lanes, slot = self._phase.builder, self._phase.lanes, self._phase.country_slot(field, WHOLE)
        # Lanes of padding hold copies of the last trust, which must not be counted again.
        value = b.select(self._counted(), value, lanes.constant(0, value))
        total = b.load(slot, align=8, typ=WHOLE)
        for lane in range(lanes.width):
            total = b.add(total, b.extract_element(value, WHOLE(lane)))
        b.store(total, slot, align=8)

    def _counted(self) -> Value:
        """Return which lanes are trusts; the others of the last tile count nowhere."""
        numbers = self._phase.lanes.lane_numbers()
        return self._phase.builder.icmp_signed("<", numbers, self._phase.lanes.spread(self._phase.told["lanes"]))
