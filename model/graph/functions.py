"""Functions made of graphs: what every engine calls in place of a researcher's own Python.

The text of a function is written from checked rows, one operation a line. It works on floats, arrays and nodes of a
graph alike, and where plain floats would raise it gives what arrays give: infinities and NaN.
"""

from __future__ import annotations

import linecache
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from ..arithmetic import as_float, floor, magnitude, negation, root, select
from .rows import Row, Rows

LuckNames = Mapping[tuple[int, int], str]
"""(stream, word) -> the name under which the record of luck has it."""
_FORMS = {
    "negative": "-{}",
    "not": "negation({})",
    "select": "select({}, {}, {})",
    "/": "quotient({}, {})",
    **{name: f"{name}({{}})" for name in ("magnitude", "root", "floor", "as_float")},
}
_numbers = count()


def quotient(a: Any, b: Any) -> Any:
    """``a / b``, infinite or NaN where a plain float of Python would raise.

    >>> quotient(1.0, 4.0), quotient(1.0, -0.0), quotient(0.0, 0.0)
    (0.25, -inf, nan)
    """
    if a.__class__ is float and b.__class__ is float and b == 0.0:
        return math.nan if a == 0.0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)
    return a / b


def root_or_nan(x: Any) -> Any:
    """Square root; NaN where a plain float of Python would raise.

    >>> root_or_nan(4.0), root_or_nan(-1.0)
    (2.0, nan)
    """
    return math.nan if x.__class__ is float and not x >= 0.0 else root(x)


def floor_or_itself(x: Any) -> Any:
    """The largest whole number not above ``x``, with the sign of a zero; infinities and NaN stay.

    >>> floor_or_itself(1.5), floor_or_itself(-0.0), floor_or_itself(math.inf)
    (1.0, -0.0, inf)
    """
    return x if x.__class__ is float and (x == 0.0 or not math.isfinite(x)) else floor(x)


_NAMES = {
    "as_float": as_float, "floor": floor_or_itself, "magnitude": magnitude, "negation": negation, "quotient": quotient,
    "root": root_or_nan, "select": select, "__builtins__": {},
}  # fmt: skip


def function_of(
    name: str, reads: Sequence[str], rows: Rows, results: Sequence[int], luck: LuckNames, single: bool
) -> Callable[..., Any]:
    """Return the function ``name`` of the records ``reads`` that does what ``rows`` say.

    It gives the row of ``results``, or with ``single`` False a tuple of them. Its attribute ``own`` is True.
    """
    given = [f"v{number}" for number in results]
    lines = [f"def {name}({', '.join(reads)}):"]
    lines += [f"    v{number} = {_expression(row, luck)}" for number, row in enumerate(rows)]
    returned = given[0] if single else f"({', '.join(given)},)"
    lines.append(f"    return {returned}")
    text, file = "\n".join(lines) + "\n", f"<own rule {name} {next(_numbers)}>"
    # A line of a traceback can then be shown.
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    made: dict[str, Any] = {}
    exec(compile(text, file, "exec"), dict(_NAMES), made)
    function: Any = made[name]
    function.own, function.__module__ = True, "own"
    return function  # type: ignore[no-any-return]


def _expression(row: Row, luck: LuckNames) -> str:
    name, given = row[0], row[1:]
    if name == "field":
        return f"{given[0]}.{given[1]}"
    if name == "luck":
        return f"luck.{luck[given]}"
    if name == "number":
        return repr(float.fromhex(given[0]))
    if name in ("condition", "count"):
        return repr(given[0])
    operands = [f"v{number}" for number in given]
    return _FORMS.get(name, f"{{}} {name} {{}}").format(*operands)
