"""Exact sums in machine code: whole numbers in fixed point, added up lane by lane as doubles while these hold them.

A value becomes floor(value * 2**32), a whole number in a double. As long as the sizes of what one seat (or one tile)
adds stay below 2**53 / addends, every partial sum is a whole number that a double holds, and the additions are exact.
Larger values take the slower road of integer additions; those that no exact sum may take in make the run unsound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llvmlite import ir

from ..model.arithmetic import FIXED_ONE, MOST_SUM
from .numba_emit import DOUBLE, WHOLE, Value
from .numba_layout import UNSOUND, sums_of
from .numba_trace import Field, Rank

if TYPE_CHECKING:
    from .numba_phases import PhaseFunction

EXACT = 2.0**53
"""Whole numbers up to this size are doubles."""


def in_fixed_point(phase: PhaseFunction, value: Value) -> Value:
    """Return ``value`` (a vector) in fixed point, as whole numbers in doubles."""
    lanes = phase.lanes
    return lanes.call("llvm.floor", phase.builder.fmul(value, lanes.constant(FIXED_ONE, value)))


def limit_of(phase: PhaseFunction, level: str, whole: float) -> Value:
    """Return the size that each value of a sum over ``level`` must stay below for the sum to stay below ``whole``."""
    b = phase.builder
    addends = phase.told["clinicians" if level == "trust" else "trusts"]
    return phase.lanes.spread(b.fdiv(DOUBLE(whole), b.uitofp(addends, DOUBLE)))


def as_integers(phase: PhaseFunction, value: Value, level: str = "country") -> Value:
    """Turn whole numbers in doubles into integers; make the run unsound where a trust's number is out of bounds."""
    b, lanes = phase.builder, phase.lanes
    sound = b.fcmp_ordered("<", lanes.call("llvm.fabs", value), limit_of(phase, level, MOST_SUM))
    wrong = b.and_(b.xor(sound, lanes.constant(1, sound)), counted(phase))
    any_wrong = b.icmp_unsigned("!=", b.bitcast(wrong, ir.IntType(lanes.width)), ir.IntType(lanes.width)(0))
    slot = phase.country_slot(UNSOUND, DOUBLE)
    b.store(b.select(any_wrong, DOUBLE(1.0), b.load(slot, align=8, typ=DOUBLE)), slot, align=8)
    return b.fptosi(b.select(sound, value, lanes.constant(0.0, value)), lanes.wide(WHOLE))


def counted(phase: PhaseFunction) -> Value:
    """Return which lanes are trusts; the others of the last tile count nowhere."""
    numbers = phase.lanes.lane_numbers()
    return phase.builder.icmp_signed("<", numbers, phase.lanes.spread(phase.told["lanes"]))


class ExactSums:
    """The sums of one phase over the seats of each trust ("trust") or over the trusts of the country ("country").

    Made before the loop over the addends; :meth:`take_in` stands in the loop and :meth:`finish` behind it. Sums over
    seats end in the slots of the tile; those over trusts are added to the slots of the country.
    """

    def __init__(self, phase: PhaseFunction, level: str) -> None:
        self._phase, self._level = phase, level
        b, lanes = phase.builder, phase.lanes
        self._numbers = sums_of(phase.phase, level, "number")
        self._conditions = sums_of(phase.phase, level, "condition")
        with b.goto_entry_block():
            self._sums = [b.alloca(lanes.wide(DOUBLE)) for _ in self._numbers]
            self._counts = [b.alloca(lanes.wide(WHOLE)) for _ in self._conditions]
        for kind, slots in ((DOUBLE, self._sums), (WHOLE, self._counts)):
            zero = ir.Constant(lanes.wide(kind), [0] * lanes.width)
            for slot in slots:
                b.store(zero, slot)
        if level == "trust":
            for field in (*self._numbers, *self._conditions):
                b.store(ir.Constant(lanes.wide(WHOLE), [0] * lanes.width), self._total(field), align=8)
        self._limit = limit_of(phase, level, EXACT)

    def take_in(self) -> None:
        """Add what the seat, or the trust, at hand gives."""
        b, phase = self._phase.builder, self._phase
        # Conditions first: across the branch to the slower road they would be carried in an unhandy form.
        for slot, field in zip(self._counts, self._conditions, strict=True):
            one = b.sext(self._given(field), phase.lanes.wide(WHOLE))  # -1 where it holds
            b.store(b.sub(b.load(slot), one), slot)
        given = [in_fixed_point(phase, self._given(field)) for field in self._numbers]
        for slot, value in zip(self._sums, self._small(given) if given else (), strict=True):
            b.store(b.fadd(b.load(slot), value), slot)

    def finish(self) -> None:
        """Write the sums to the state."""
        b, lanes = self._phase.builder, self._phase.lanes
        for field, slot in zip(self._numbers, self._sums, strict=True):
            self._add(field, b.fptosi(b.load(slot), lanes.wide(WHOLE)))
        for field, slot in zip(self._conditions, self._counts, strict=True):
            self._add(field, b.load(slot))

    def _given(self, field: Field) -> Value:
        _, quantity = self._phase.phase.summed[field]
        return self._phase.lanes.spread(self._phase.expressions.value(quantity))

    def _small(self, given: list[Value]) -> list[Value]:
        """Return ``given`` if all are small; otherwise add them as integers and return zeros."""
        b, lanes = self._phase.builder, self._phase.lanes
        sizes = [lanes.call("llvm.fabs", value) for value in given]
        while len(sizes) > 1:
            sizes = [b.fadd(*pair) if len(pair) == 2 else pair[0] for pair in zip_pairs(sizes)]
        fits = b.fcmp_ordered("<", sizes[0], self._limit)
        mask = ir.IntType(lanes.width)
        all_fit = b.icmp_unsigned("==", b.bitcast(fits, mask), mask(-1))
        before, large, joined = b.block, b.append_basic_block(), b.append_basic_block()
        b.cbranch(all_fit, joined, large).set_weights([1_000_000, 1])
        b.position_at_end(large)
        self._add_large(given)
        after_large = b.block
        b.branch(joined)
        b.position_at_end(joined)
        small = []
        for value in given:
            phi = b.phi(value.type)
            phi.add_incoming(value, before)
            phi.add_incoming(lanes.constant(0.0, value), after_large)
            small.append(phi)
        return small

    def _add_large(self, given: list[Value]) -> None:
        """Add ``given`` as integers: through memory and in a loop, for this is seldom done and should take little room."""
        b, lanes = self._phase.builder, self._phase.lanes
        vector, integers = lanes.wide(DOUBLE).as_pointer(), lanes.wide(WHOLE).as_pointer()
        size = 8 * lanes.width
        scratch = self._phase.told["scratch"]
        for number, value in enumerate(given):
            b.store(value, b.inttoptr(b.add(scratch, WHOLE(number * size)), vector), align=8)
        first = b.ptrtoint(self._total(self._numbers[0]), WHOLE)
        with self._phase.loop(WHOLE(0), WHOLE(len(given))) as number:
            pointer = b.inttoptr(b.add(scratch, b.mul(number, WHOLE(size))), vector)
            units = as_integers(self._phase, b.load(pointer, align=8, typ=vector.pointee), self._level)
            if self._level == "trust":
                slot = b.inttoptr(b.add(first, b.mul(number, WHOLE(size))), integers)
                b.store(b.add(b.load(slot, align=8, typ=integers.pointee), units), slot, align=8)
            else:
                slot = b.inttoptr(b.add(first, b.mul(number, WHOLE(8))), WHOLE.as_pointer())
                b.store(b.add(b.load(slot, align=8, typ=WHOLE), self._over_lanes(units)), slot, align=8)

    def _total(self, field: Field) -> Value:
        if self._level == "country":
            return self._phase.country_slot(field, WHOLE)
        return self._phase.address(field, Rank.TRUST, WHOLE)

    def _add(self, field: Field, value: Value) -> None:
        b, slot = self._phase.builder, self._total(field)
        if self._level == "country":
            value = self._over_lanes(value)
        b.store(b.add(b.load(slot, align=8, typ=value.type), value), slot, align=8)

    def _over_lanes(self, value: Value) -> Value:
        b, lanes = self._phase.builder, self._phase.lanes
        value = b.select(counted(self._phase), value, lanes.constant(0, value))
        total: Value = WHOLE(0)
        for lane in range(lanes.width):
            total = b.add(total, b.extract_element(value, WHOLE(lane)))
        return total


def zip_pairs(values: list[Value]) -> list[list[Value]]:
    """Return ``values`` two by two; the last one may stay alone."""
    return [values[position : position + 2] for position in range(0, len(values), 2)]


