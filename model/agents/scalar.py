"""Scalar code of a phase: its rules written out for one agent.

A rule is written for single numbers and whole arrays alike, with operations such as ``select`` and ``larger``. For one
agent these are Python's own ``x if condition else y``, and here they are written out as such, from the source of the
rule: the same arithmetic in the same order, without a call for every choice. Only what is chosen is computed.
"""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, get_type_hints

from ..schedule.month import Phase
from ..schedule.rulebook import RuleBook


class Script(NamedTuple):
    """The rules of a phase as one function of ``records``, the names of the records that they read."""

    records: tuple[str, ...]
    follow: Callable[..., None]


class _ScalarCode(ast.NodeTransformer):
    """Writes out the choices of a rule, and the NamedTuple ``returned`` as the tuple of its values."""

    def __init__(self, returned: Any) -> None:
        self._record = getattr(returned, "__name__", "")
        self._fields: tuple[str, ...] = getattr(returned, "_fields", ())
        self._numbers = itertools.count()

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Write out a call of an operation that chooses; leave the others."""
        self.generic_visit(node)
        name, given = node.func.id if isinstance(node.func, ast.Name) else "", node.args
        if name == "select":
            return ast.IfExp(*given)
        if name == "negation":
            return ast.UnaryOp(ast.Not(), *given)
        if name == "larger":
            return self._choice(ast.Gt(), *given)
        if name == "smaller":
            return self._choice(ast.Lt(), *given)
        if name == "clip01":
            return self._choice(ast.Lt(), ast.Constant(1.0), self._choice(ast.Gt(), ast.Constant(0.0), *given))
        if self._fields and name == self._record:
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            return ast.Tuple([*given, *(named[field] for field in self._fields[len(given) :])], ast.Load())
        return node

    def _choice(self, sign: ast.cmpop, a: ast.expr, b: ast.expr) -> ast.expr:
        """``b if b > a else a`` (or ``<``), as ``arithmetic.larger`` has it; each is computed once."""
        (first_a, later_a), (first_b, later_b) = self._once(a), self._once(b)
        # `a` stays where both are equal or not comparable: zeros of two signs and NaN must come out as from select.
        return ast.IfExp(ast.Compare(first_b, [sign], [first_a]), later_b, later_a)

    def _once(self, value: ast.expr) -> tuple[ast.expr, ast.expr]:
        """How ``value`` is written where it is computed, and where it is used again."""
        if isinstance(value, ast.Constant | ast.Name):
            return value, value
        name = f"_{next(self._numbers)}"
        return ast.NamedExpr(ast.Name(name, ast.Store()), value), ast.Name(name, ast.Load())


def scalar_code(rule: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``rule`` for single numbers: of the same arguments, giving a number, or a tuple for a NamedTuple."""
    if getattr(rule, "own", False):  # made of a graph: plain floats go through it as they are, and never raise
        return rule
    lines, first_line = inspect.getsourcelines(rule)
    (function,) = (node for node in ast.parse("".join(lines)).body if isinstance(node, ast.FunctionDef))
    for argument in function.args.args:
        argument.annotation = None
    function.returns = None
    tree = _ScalarCode(get_type_hints(rule)["return"]).visit(ast.Module([function], []))
    # An error in a rule then names the line where the rule stands.
    ast.increment_lineno(ast.fix_missing_locations(tree), first_line - 1)
    made: dict[str, Callable[..., Any]] = {}
    exec(compile(tree, inspect.getsourcefile(rule) or "<rules>", "exec"), rule.__globals__, made)
    return made[rule.__name__]


def script_of(phase: Phase) -> Script:
    """Write the rules of ``phase`` out, a line for each: ``seat.poor, seat.left = fate_rule_2(seat, luck, p)``."""
    records = tuple(sorted({name for step in phase.steps for name in step.reads}))
    lines = [f"def {phase.name}({', '.join(records)}):"]
    namespace: dict[str, Any] = {}
    for number, step in enumerate(phase.steps):
        written = ", ".join(f"{step.actor}.{name}" for name in step.writes) + ("" if step.single else ",")
        # By its number: steps of one's own may bear one name.
        called = f"{step.rule.__name__}_rule_{number}"
        lines.append(f"    {written} = {called}({', '.join(step.reads)})")
        namespace[called] = scalar_code(step.rule)
    exec(compile("\n".join(lines), f"<rules of {phase.name}>", "exec"), namespace)
    return Script(records, namespace[phase.name])


class Scripts(NamedTuple):
    """What agents do under a rule book: the script of each phase by name, and what one adds by the rule of a tally."""

    phases: Mapping[str, Phase]
    follow: Mapping[str, Script]
    added: Mapping[Callable[..., Any], Callable[..., Any]]


@cache
def scripts_of(book: RuleBook) -> Scripts:
    """Return the scripts of the phases of ``book``, written once."""
    return Scripts(
        {phase.name: phase for phase in book.month},
        {phase.name: script_of(phase) for phase in book.month if phase.steps},
        {tally.rule: scalar_code(tally.rule) for phase in book.month for tally in phase.tallies},
    )
