"""Graph of what a rule does: it is called once on nodes instead of numbers, and every operation becomes a node.

A rule holds no branches on data, so that one call shows all it ever does, in its order of operations. The same
operation on the same operands is one node. What comes out is independent of how it is computed: the compiled engine
prints it as machine code, the engine of GPUs as CUDA C. Whatever has no place in a rule raises :class:`CannotTrace`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from enum import IntEnum
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

Kind = Literal["number", "condition", "count"]
"""What a node is: a float, a truth value, or a whole number (a sum, or one that is added to a sum)."""


class Rank(IntEnum):
    """How often a node takes another value: once in the country, for each trust, for each seat."""

    COUNTRY = 0
    TRUST = 1
    SEAT = 2


class CannotTrace(TypeError):
    """A rule uses something that has no place in a rule: not every engine could express it exactly."""


_ARITHMETIC = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_COMPARISONS = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "=="}
_LOGIC = {"bitwise_and": "&", "bitwise_or": "|"}
_OF_NUMBERS = {"negative": "negative", "absolute": "magnitude", "sqrt": "root", "floor": "floor"}
# By exact type: to isinstance True is an int, and a float32 would bring another rounding.
_KINDS: dict[type, Kind] = {float: "number", np.float64: "number", bool: "condition", int: "count"}
_WORDS: dict[Kind, str] = {"number": "a float", "condition": "a condition", "count": "a whole number"}
_INSTEAD = {
    "power": "for x ** 2 write x * x",
    "not_equal": "for a != b write negation(a == b)",
    "invert": "for ~a write negation(a)",
    "logical_and": "for a and b write a & b",
    "logical_or": "for a or b write a | b",
    "minimum": "use smaller",
    "maximum": "use larger",
    "clip": "use clip01, or smaller and larger",
}
_ALLOWED = "a rule uses + - * /, comparisons, & | and the functions of model.arithmetic"


NOTED: ContextVar[list[str] | None] = ContextVar("refusals", default=None)
"""Where a list is set, what was refused is noted in it: a rule that catches a refusal is found by it."""


def refuse(what: str, instead: str = "") -> NoReturn:
    """Raise CannotTrace for ``what`` a rule did, saying what it may do ``instead``."""
    said = f"{what} has no place in a rule: {instead or _ALLOWED}"
    if (noted := NOTED.get()) is not None:
        noted.append(said)
    raise CannotTrace(said)


class Node(NDArrayOperatorsMixin):
    """An operation on other nodes. It can be calculated with as a float or an array, but has no value."""

    __array_priority__ = 1000
    __slots__ = ("detail", "graph", "kind", "number", "operands", "operation", "rank")

    def __init__(
        self, graph: Graph, number: int, operation: str, operands: tuple[Node, ...], kind: Kind, rank: Rank, detail: Any
    ) -> None:
        self.graph, self.number, self.operation, self.operands = graph, number, operation, operands
        self.kind, self.rank, self.detail = kind, rank, detail

    def __array_ufunc__(self, function: np.ufunc, method: str, *operands: Any, **options: Any) -> Node:
        """Note one operation."""
        name = function.__name__
        if method != "__call__" or options:
            refuse(f"np.{name}.{method} with {sorted(options) or 'its options'}")
        if name in _ARITHMETIC or name in _COMPARISONS or name in _LOGIC:
            return self._of_two(name, *operands)
        (operand,) = operands if len(operands) == 1 else refuse(f"np.{name}", _INSTEAD.get(name, ""))
        if name in _OF_NUMBERS and operand.kind == "number":
            return self.graph.note(_OF_NUMBERS[name], operands, "number")
        if name == "logical_not" and operand.kind == "condition":
            return self.graph.note("not", operands, "condition")
        refuse(f"np.{name} of {_WORDS[operand.kind]}", _INSTEAD.get(name, ""))

    def _of_two(self, name: str, left: Any, right: Any) -> Node:
        kind = common_kind(left, right)
        logic = name in _LOGIC
        # Products of 64-bit sums could overflow, and quotients of them round differently: they become floats first.
        if (kind == "condition") != logic or (kind == "count" and name in ("multiply", "divide")):
            refuse(f"np.{name} of {_WORDS[kind]}")
        operation = {**_ARITHMETIC, **_COMPARISONS, **_LOGIC}[name]
        nodes = tuple(self.graph.read(value, kind) for value in (left, right))
        return self.graph.note(operation, nodes, "condition" if name in _COMPARISONS else kind)

    def __array_function__(
        self, function: Callable[..., Any], types: Any, given: tuple[Any, ...], options: dict[str, Any]
    ) -> Node:
        """Note a selection; nothing else is a rule's business."""
        if function is not np.where or options or len(given) != 3:
            refuse(f"np.{function.__name__}", _INSTEAD.get(function.__name__, ""))
        condition, *values = given
        kind = common_kind(*values)
        nodes = (self.graph.read(condition, "condition"), *(self.graph.read(value, kind) for value in values))
        return self.graph.note("select", nodes, kind)

    def astype(self, target: Any) -> Node:
        """Convert a whole number into a float, or a float that was rounded down into a whole number."""
        if self.kind == "count" and target is np.float64:
            return self.graph.note("as_float", (self,), "number")
        # Only behind floor, where nothing is left to cut off: conversions cut towards zero, floor does not.
        if self.operation == "floor" and target is np.int64:
            return self.graph.note("as_count", (self,), "count")
        refuse(f"a conversion of {_WORDS[self.kind]} to {getattr(target, '__name__', target)}")

    def __bool__(self) -> bool:
        """Refuse: a rule must not branch on data."""
        refuse("a Python branch on data (if, and, or, min, max, a < b < c)", "use select, &, |, smaller, larger")

    def _no_number(self, *_: Any) -> NoReturn:
        refuse("a function of Python or of math that wants a plain number")

    def _no_sequence(self, *_: Any) -> NoReturn:
        refuse("a loop over a value, or an element of it", "a rule is written for one agent")

    __float__ = __int__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = __complex__ = _no_number
    __iter__ = __len__ = __getitem__ = __contains__ = _no_sequence
    # The == of the mixin makes a node, and a class with its own == loses its hash.
    __hash__ = object.__hash__


class Graph:
    """All nodes of one piece of the model, in the order in which they were noted."""

    def __init__(self) -> None:
        self._known: dict[Any, Node] = {}

    def __len__(self) -> int:
        return len(self._known)

    def note(
        self, operation: str, operands: tuple[Node, ...], kind: Kind, rank: Rank = Rank.COUNTRY, detail: Any = None
    ) -> Node:
        """Return the node of ``operation`` on ``operands``; it differs as often as any of them."""
        rank = max((rank, *(operand.rank for operand in operands)))
        key = (operation, tuple(operand.number for operand in operands), kind, rank, detail)
        if key not in self._known:
            self._known[key] = Node(self, len(self._known), operation, operands, kind, rank, detail)
        return self._known[key]

    def read(self, value: Any, kind: Kind) -> Node:
        """Return ``value`` as a node of ``kind``; a plain number becomes a constant.

        Raises CannotTrace if it is of another kind, is no number, or belongs to another graph.
        """
        found = kind_of(value)
        if found != kind:
            refuse(f"{_WORDS[found]} where {_WORDS[kind]} is needed", "convert it: select, as_float, 1.0 for 1")
        if isinstance(value, Node):
            if value.graph is not self:
                refuse("a value kept from another rule")
            return value
        if found == "number" and not math.isfinite(value):
            refuse(f"the constant {value!r}", "constants are finite")
        # The sign of zero matters, and 0.0 == -0.0: the constant is known by its digits.
        return self.note("constant", (), kind, detail=float(value).hex() if kind == "number" else int(value))


def kind_of(value: Any) -> Kind:
    """Return the kind of a node or of a plain number. Raises CannotTrace for anything else."""
    if isinstance(value, Node):
        return value.kind
    if type(value) not in _KINDS:
        refuse(f"a value of type {type(value).__name__}")
    return _KINDS[type(value)]


def common_kind(*values: Any) -> Kind:
    """Return the kind that all ``values`` share. Raises CannotTrace if they are mixed."""
    kinds = {kind_of(value) for value in values}
    if len(kinds) > 1:
        mixed = " and ".join(sorted(_WORDS[kind] for kind in kinds))
        refuse(f"a calculation that mixes {mixed}", "convert one of them: select, as_float, 1.0 for 1")
    return kinds.pop()


def in_order(results: Iterable[Node]) -> list[Node]:
    """Return every node that ``results`` need, operands before what is made of them."""
    found: dict[int, Node] = {}
    waiting = list(results)
    while waiting:
        node = waiting.pop()
        if node.number not in found:
            found[node.number] = node
            waiting += node.operands
    # Numbers were given as Python evaluated the rule: operands have the smaller ones.
    return [found[number] for number in sorted(found)]
