"""Rules turned into straight-line CUDA C: a rule is called with symbols instead of numbers, and each operation noted.

A :class:`Symbol` takes part in operators and in the NumPy functions that ``model.arithmetic`` uses; each operation
becomes one C statement in the order in which Python performs it, so that the C code rounds as the rule does. Whatever
a rule must not use (a Python branch on data, exp, an unlisted function, arithmetic that mixes whole numbers with
floats) raises :class:`CannotTrace`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

Kind = Literal["double", "i64", "bool"]

_INFIX = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/",
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!=",
    "bitwise_and": "&", "bitwise_or": "|",
}  # fmt: skip
_COMPARISONS = frozenset({"less", "less_equal", "greater", "greater_equal", "equal", "not_equal"})
_CONDITIONS = frozenset({"bitwise_and", "bitwise_or"})
_CONSTANT = re.compile(r"const \w+ (\w+) = ")
_NAMES = re.compile(r"[A-Za-z_]\w*")
_CALLS = {"sqrt": "square_root", "floor": "round_down", "absolute": "magnitude"}


class CannotTrace(TypeError):
    """A rule uses something that has no place in a rule, or that the CUDA engine cannot express exactly."""


class Trace:
    """The C statements of one straight-line piece of code, as they come."""

    def __init__(self) -> None:
        self.before: list[str] = []  # what stands before a loop, where the piece is one
        self.statements: list[str] = []
        self._count = 0

    def note(self, text: str) -> None:
        """Add a comment."""
        self.statements.append(f"// {text}")

    def value(self, kind: Kind, expression: str, operation: tuple[Any, ...] = ()) -> Symbol:
        """Add the result of an operation; return it as a symbol."""
        self._count += 1
        return self.named(f"v{self._count}", kind, expression, self.statements, operation)

    def named(
        self, name: str, kind: Kind, expression: str, statements: list[str], operation: tuple[Any, ...] = ()
    ) -> Symbol:
        """Add a constant ``name`` that holds ``expression`` to ``statements``; return it as a symbol."""
        statements.append(f"const {kind} {name} = {expression};")
        return Symbol(self, name, kind, operation)

    def body(self, results: list[tuple[int, str]]) -> tuple[list[str], list[str]]:
        """Return what stands before the loop and in it, without unused constants.

        ``results`` are statements and after how many of the traced ones each of them comes.
        """
        used: set[str] = set()
        before: list[str] = []
        inside: list[str] = []
        for place in range(len(self.statements), -1, -1):
            for text in [text for after, text in results if after == place]:
                _keep(text, used, inside)
            if place > 0:
                _keep(self.statements[place - 1], used, inside)
        for statement in reversed(self.before):
            _keep(statement, used, before)
        return before[::-1], inside[::-1]

    def text(self, value: Any, kind: Kind) -> str:
        """Return ``value``, a symbol or a Python number, as C of ``kind``."""
        if isinstance(value, Symbol):
            if value.kind != kind:
                raise CannotTrace(f"a {value.kind} stands where a {kind} is needed: convert it in the rule")
            return value.name
        return literal(value, kind)


def _keep(statement: str, used: set[str], lines: list[str]) -> None:
    """Add ``statement`` to ``lines`` (kept backwards) unless it is a constant that nothing after it uses."""
    constant = _CONSTANT.match(statement)
    if constant is not None and constant[1] not in used:
        return
    lines.append(statement)
    if not statement.startswith("//"):
        used.update(_NAMES.findall(statement.partition("=")[2] if constant else statement))


def literal(value: Any, kind: Kind) -> str:
    """Return a Python number as an exact C literal of ``kind``."""
    if kind == "bool" and isinstance(value, bool):
        return "true" if value else "false"
    if kind == "double" and isinstance(value, float):
        return value.hex() if np.isfinite(value) else _refuse(f"the literal {value!r}")
    if kind == "i64" and isinstance(value, int) and not isinstance(value, bool):
        return f"{value}LL"
    raise CannotTrace(f"{value!r} ({type(value).__name__}) stands where a {kind} is needed")


def _refuse(what: str) -> NoReturn:
    raise CannotTrace(f"{what} cannot be traced: rules use + - * /, comparisons, & | and model.arithmetic alone")


def common_kind(*values: Any) -> Kind:
    """Return the kind that symbols and Python numbers share."""
    kinds = {value.kind for value in values if isinstance(value, Symbol)}
    if not kinds:
        kinds = {"bool" if isinstance(value, bool) else "double" for value in values}
    if len(kinds) > 1:
        raise CannotTrace(f"{' and '.join(sorted(kinds))} are mixed: convert one of them in the rule")
    return kinds.pop()


class Symbol(NDArrayOperatorsMixin):
    """A value that is not known yet: the name of a C constant, its kind and the operation that made it."""

    __array_priority__ = 1000

    def __init__(self, trace: Trace, name: str, kind: Kind, operation: tuple[Any, ...] = ()) -> None:
        self.trace, self.name, self.kind, self.operation = trace, name, kind, operation

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Symbol:
        """Note one operation."""
        name = ufunc.__name__
        if method != "__call__" or options:
            _refuse(f"np.{name}.{method} or its options {sorted(options)}")
        if name in _INFIX:
            return self._infix(name, *inputs)
        (x,) = inputs if len(inputs) == 1 else _refuse(f"np.{name}")
        if name == "negative" and x.kind == "double":
            return self.trace.value("double", f"-{x.name}")
        if name == "logical_not" and x.kind == "bool":
            return self.trace.value("bool", f"!{x.name}")
        if name in _CALLS and x.kind == "double":
            return self.trace.value("double", f"{_CALLS[name]}({x.name})", (name, x))
        _refuse(f"np.{name} of a {x.kind}")

    def _infix(self, name: str, left: Any, right: Any) -> Symbol:
        kind = common_kind(left, right)
        if (kind == "bool") != (name in _CONDITIONS) or (kind == "i64" and name in ("multiply", "divide")):
            _refuse(f"np.{name} of {kind}")
        text = self.trace.text
        result: Kind = "bool" if name in _COMPARISONS else kind
        return self.trace.value(result, f"{text(left, kind)} {_INFIX[name]} {text(right, kind)}")

    def __array_function__(
        self, function: Callable[..., Any], types: Any, inputs: tuple[Any, ...], options: dict[str, Any]
    ) -> Symbol:
        """Note a selection; nothing else is a rule's business."""
        if function is not np.where or options or len(inputs) != 3:
            _refuse(f"np.{function.__name__}")
        condition, chosen, otherwise = inputs
        kind = common_kind(chosen, otherwise)
        text = self.trace.text
        expression = f"{text(condition, 'bool')} ? {text(chosen, kind)} : {text(otherwise, kind)}"
        return self.trace.value(kind, expression, ("select", condition, chosen, otherwise))

    def astype(self, target: Any) -> Symbol:
        """Convert: a whole number into a float, or a rounded-down float into a whole number."""
        if self.kind == "i64" and target is np.float64:
            return self.trace.value("double", f"as_double({self.name})")
        if self.kind == "double" and target is np.int64 and self.operation[:1] == ("floor",):
            # Rounding down and converting is one instruction on the GPU, with the same result.
            return self.trace.value("i64", f"whole_below({self.operation[1].name})")
        _refuse(f"the conversion of a {self.kind} to {target!r}")

    def __bool__(self) -> bool:
        """Refuse: a rule must not branch on data."""
        _refuse("a Python branch on data (use select)")

    def __float__(self) -> float:
        """Refuse: the value is not known yet."""
        _refuse("float() of a value")

    __hash__ = None  # type: ignore[assignment]
