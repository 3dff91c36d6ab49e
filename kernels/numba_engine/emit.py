"""Expressions of the rules as machine code: one LLVM instruction per operation, on one value or on a tile of trusts.

Every operation is the correctly rounded IEEE one, without any flag that would allow another order, a contraction
into a fused multiply-add or an approximation. Selects are selects, never branches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir

from ...model.draws import KEY_STEPS, MULTIPLIERS, ROUNDS, WORD
from ...model.graph.expression_graph import Kind, Node, Rank

DOUBLE, FLAG, WHOLE, LANE = ir.DoubleType(), ir.IntType(1), ir.IntType(64), ir.IntType(32)
TYPES: dict[Kind, Any] = {"number": DOUBLE, "condition": FLAG, "count": WHOLE}
_UNIFORM_BITS = 0x4130000000000000
"""The bits of 2.0**20, whose last place is worth 2.0**-32: a 32-bit word laid over them is 2**20 + word * 2**-32."""
_LOW_HALF_BITS = 0x4330000000000000  # 2.0**52
_HIGH_HALF_BITS = 0x4530000080000000  # 2.0**84 + 2.0**63, but for the sign of the upper half
_WHOLE_ONE, _WHOLE_BITS = 1.5 * 2.0**52, 0x4338000000000000
"""A double whose last place is worth 1, with room for 2**51 on both sides, and its bits."""

Value = Any


def is_double(value: Value) -> bool:
    """Whether ``value`` is a double or a vector of them."""
    return bool(getattr(value.type, "element", value.type) == DOUBLE)


def is_whole(value: Value) -> bool:
    """Whether ``value`` is a 64-bit integer or a vector of them."""
    return bool(getattr(value.type, "element", value.type) == WHOLE)


class Lanes:
    """Builds operations on scalars and vectors of ``width`` lanes; a scalar that meets a vector is spread over it."""

    def __init__(self, builder: ir.IRBuilder, width: int) -> None:
        self.builder, self.width = builder, width

    def wide(self, kind: Any) -> Any:
        """The type of ``width`` values of ``kind``."""
        return ir.VectorType(kind, self.width)

    def spread(self, value: Value) -> Value:
        """Return ``value`` in every lane; vectors are returned as they are."""
        if isinstance(value.type, ir.VectorType):
            return value
        empty = ir.Constant(self.wide(value.type), ir.Undefined)
        first = self.builder.insert_element(empty, value, LANE(0))
        return self.builder.shuffle_vector(first, empty, ir.Constant(self.wide(LANE), [0] * self.width))

    def alike(self, *values: Value) -> list[Value]:
        """Return all ``values`` as vectors if one of them is a vector."""
        mixed = any(isinstance(value.type, ir.VectorType) for value in values)
        return [self.spread(value) for value in values] if mixed else list(values)

    def constant(self, value: float | int, like: Value) -> Value:
        """Return ``value`` in the type of ``like``."""
        vector = isinstance(like.type, ir.VectorType)
        return ir.Constant(like.type, [value] * self.width if vector else value)

    def call(self, name: str, value: Value) -> Value:
        """Apply the LLVM function ``name`` (llvm.sqrt, llvm.floor, llvm.fabs) to ``value``."""
        vector = isinstance(value.type, ir.VectorType)
        full_name = f"{name}.{f'v{self.width}' if vector else ''}f64"
        module = self.builder.module
        function = module.globals.get(full_name) or ir.Function(
            module, ir.FunctionType(value.type, [value.type]), full_name
        )
        return self.builder.call(function, [value])

    def lane_numbers(self) -> Value:
        """Return 0, 1, 2 .. as whole numbers, one per lane."""
        return ir.Constant(self.wide(WHOLE), list(range(self.width)))

    def as_float(self, count: Value) -> Value:
        """Turn 64-bit integers into the nearest doubles.

        Vectors are converted in halves, each laid over the bits of a large power of two: both differences are exact,
        and their sum is rounded once. (Not every processor has an instruction for vectors of 64-bit integers.)
        """
        b = self.builder
        if not isinstance(count.type, ir.VectorType):
            # Every processor converts single integers in one instruction, rounded to nearest.
            return b.sitofp(count, DOUBLE)
        double = self.wide(DOUBLE)
        low = b.or_(b.and_(count, self.constant(WORD, count)), self.constant(_LOW_HALF_BITS, count))
        high = b.xor(b.lshr(count, self.constant(32, count)), self.constant(_HIGH_HALF_BITS, count))
        upper = b.bitcast(high, double)
        # The 2**52 of the lower half goes here, too: this difference is exact, and only the sum below rounds.
        upper = b.fsub(upper, self.constant(2.0**84 + 2.0**63 + 2.0**52, upper))
        return b.fadd(upper, b.bitcast(low, double))

    def as_count(self, number: Value) -> Value:
        """Turn a vector of whole numbers below 2**51 in doubles into integers."""
        b = self.builder
        # 1.5 and not 1.0 times 2**52: with a negative number, too, the sum keeps its exponent.
        bits = b.bitcast(b.fadd(number, self.constant(_WHOLE_ONE, number)), self.wide(WHOLE))
        return b.sub(bits, self.constant(_WHOLE_BITS, bits))

    def words_as_uniforms(self, words: list[Value]) -> list[Value]:
        """Turn 32-bit words (as 64-bit integers) into word * 2**-32; exact."""
        uniforms = []
        for word in words:
            # The word becomes the last bits of a double: no conversion, which vectors of integers have not everywhere.
            bits = self.builder.or_(word, self.constant(_UNIFORM_BITS, word))
            double = self.wide(DOUBLE) if isinstance(word.type, ir.VectorType) else DOUBLE
            number = self.builder.bitcast(bits, double)
            uniforms.append(self.builder.fsub(number, self.constant(2.0**20, number)))
        return uniforms

    def philox(self, counter: list[Value], key: list[Value]) -> list[Value]:
        """Return the four words of Philox4x32-10 as 64-bit integers; see ``model.draws``."""
        b, half = self.builder, 32

        def multiplied(value: Value, factor: int) -> tuple[Value, Value]:
            # Words of 32 bits are held in 64, so that one product gives both of its halves.
            product = b.mul(value, self.constant(factor, value))
            return b.lshr(product, self.constant(half, product)), b.and_(product, self.constant(WORD, product))

        c0, c1, c2, c3 = counter
        for number in range(ROUNDS):
            # Keys are the same for all lanes; as scalars they are worked out once for a whole vector.
            keys = [
                b.and_(b.add(part, WHOLE(number * step & WORD)), WHOLE(WORD))
                for part, step in zip(key, KEY_STEPS, strict=True)
            ]
            high0, low0 = multiplied(c0, MULTIPLIERS[0])
            high1, low1 = multiplied(c2, MULTIPLIERS[1])
            c0, c1, c2, c3 = self._xor(high1, c1, keys[0]), low1, self._xor(high0, c3, keys[1]), low0
        return [c0, c1, c2, c3]

    def _xor(self, *values: Value) -> Value:
        scalars = [value for value in values if not isinstance(value.type, ir.VectorType)]
        vectors = [value for value in values if isinstance(value.type, ir.VectorType)]
        result = None
        # Scalars go first: what all lanes share is combined once, before it meets a vector.
        for group in (scalars, vectors):
            for value in group:
                result = value if result is None else self.builder.xor(*self.alike(result, value))
        return result


class Expressions:
    """Emits quantities as they are needed; each is computed once, where the builder then stands."""

    def __init__(self, lanes: Lanes, read: Callable[[Node], Value]) -> None:
        self._lanes, self._read = lanes, read
        self.values: dict[int, Value] = {}

    def emit(self, node: Node) -> None:
        """Compute ``node`` from its operands, which have been computed before."""
        if node.operation in ("field", "luck"):
            value = self._read(node)
        elif node.operation == "constant":
            detail = node.detail
            # Hexadecimal digits are the double itself, with the sign of a zero.
            value = TYPES[node.kind](float.fromhex(detail) if node.kind == "number" else detail)
        else:
            value = self._apply(node.operation, node.operands)
        self.values[node.number] = value

    def value(self, node: Node) -> Value:
        """Return the value of ``node``: a scalar for the country, a vector for trusts and seats."""
        value = self.values[node.number]
        return value if node.rank is Rank.COUNTRY else self._lanes.spread(value)

    def _counted_alike(self, values: list[Value]) -> list[Value]:
        """Return ``values`` with counts as doubles where they meet such: sums over seats are kept as these."""
        if not any(map(is_double, values)):
            return values
        return [self._lanes.as_float(value) if is_whole(value) else value for value in values]

    def _apply(self, operation: str, operands: tuple[Node, ...]) -> Value:
        b = self._lanes.builder
        values = self._lanes.alike(*self._counted_alike([self.values[operand.number] for operand in operands]))
        # Ordered: a comparison with NaN is false, as in Python and NumPy.
        if operation in ("<", "<=", ">", ">=", "=="):
            return (b.fcmp_ordered if is_double(values[0]) else b.icmp_signed)(operation, *values)
        if operation in ("+", "-"):
            # Without flags: by "contract" LLVM may fuse a product and a sum, which rounds once instead of twice.
            choice = (b.fadd, b.fsub) if is_double(values[0]) else (b.add, b.sub)
            return choice[operation == "-"](*values)
        # IEEE 754 fixes every bit of these three; exp, log and powers differ between libraries: no rule has them.
        if operation in ("root", "floor", "magnitude"):
            function = {"root": "llvm.sqrt", "floor": "llvm.floor", "magnitude": "llvm.fabs"}[operation]
            return self._lanes.call(function, values[0])
        if operation == "as_float":  # sums over seats are kept as whole numbers in doubles
            return values[0] if is_double(values[0]) else self._lanes.as_float(values[0])
        # A select and no branch: lanes choose differently, and both values are needed by one lane or another.
        simple: dict[str, Callable[..., Value]] = {
            "*": b.fmul, "/": b.fdiv, "negative": b.fneg, "&": b.and_, "|": b.or_, "select": b.select,
        }  # fmt: skip
        if operation == "not":
            return b.xor(values[0], self._lanes.constant(1, values[0]))
        return simple[operation](*values)
