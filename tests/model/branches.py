"""A counter over the branches of the rules: which comparisons and selects took both sides.

The rules have no ``if``: they branch in comparisons, ``select``, ``larger``, ``smaller`` and ``clip01``. While it is
measured, every rule's code is replaced by one in which each of these reports, for its place in the source, whether
it was true and whether it was false, for at least one agent of one run.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

import tredegar.model.rules

FOLDER = Path(tredegar.model.rules.__file__).parent
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


@dataclass
class Branches:
    """For each place (``module.function: source``), the sides that were taken."""

    places: set[str] = field(default_factory=set)
    taken: dict[str, set[bool]] = field(default_factory=dict)

    def note(self, place: str, condition: Any) -> Any:
        """Take in the values of a condition and return it."""
        values = np.asarray(condition)
        sides = self.taken.setdefault(place, set())
        if len(sides) < 2 and values.size:
            sides |= {bool(values.any()), bool(values.all())}
        return condition

    def note_larger(self, place: str, a: Any, b: Any) -> Any:
        """What ``larger(a, b)`` decides on."""
        self.note(place, np.asarray(b) > np.asarray(a))

    def note_smaller(self, place: str, a: Any, b: Any) -> Any:
        """What ``smaller(a, b)`` decides on."""
        self.note(place, np.asarray(b) < np.asarray(a))

    def note_clip01(self, place: str, x: Any) -> Any:
        """What ``clip01(x)`` decides on: above 0, and below 1."""
        self.note(f"{place} [above 0]", np.asarray(x) > 0.0)
        self.note(f"{place} [below 1]", np.asarray(x) < 1.0)

    def one_sided(self) -> dict[str, set[bool]]:
        """The places at which one side or both were never taken."""
        sides = {place: self.taken.get(place, set()) for place in self.places}
        return {place: taken for place, taken in sorted(sides.items()) if len(taken) < 2}


class _Reporting(ast.NodeTransformer):
    """Rewrites the body of one function so that its branches report to ``_branches``."""

    def __init__(self, where: str, places: set[str]) -> None:
        self.where, self.places = where, places

    def _place(self, node: ast.AST, suffixes: tuple[str, ...] = ("",)) -> ast.Constant:
        place = f"{self.where}: {ast.unparse(node)}"
        self.places |= {place + suffix for suffix in suffixes}
        return ast.Constant(place)

    def _report(self, method: str, *arguments: ast.expr) -> ast.Call:
        report = ast.Attribute(ast.Name("_branches", ast.Load()), method, ast.Load())
        return ast.Call(report, list(arguments), [])

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        place = self._place(node)
        self.generic_visit(node)
        return self._report("note", place, node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "select" and not isinstance(node.args[0], ast.Compare):
            place = self._place(node.args[0])
            self.generic_visit(node)
            node.args[0] = self._report("note", place, node.args[0])
            return node
        if name in ("larger", "smaller", "clip01"):
            place = self._place(node, (" [above 0]", " [below 1]") if name == "clip01" else ("",))
            self.generic_visit(node)
            # (note(...), operation(...))[1]: arguments are pure, so that computing them twice changes nothing
            both = ast.Tuple([self._report(f"note_{name}", place, *node.args), node], ast.Load())
            return ast.Subscript(both, ast.Constant(1), ast.Load())
        self.generic_visit(node)
        return node


def reporting_code(module: ModuleType, places: set[str]) -> dict[str, CodeType]:
    """Return, for each function of ``module``, its code with branches that report, and add the places."""
    codes = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef):
            where = f"{module.__name__.rsplit('.', 1)[-1]}.{node.name}"
            node.body = [_Reporting(where, places).visit(statement) for statement in node.body]
            tree = ast.fix_missing_locations(ast.Module([node], []))
            compiled = compile(tree, f"<reporting {where}>", "exec", dont_inherit=True)
            codes[node.name] = next(c for c in compiled.co_consts if isinstance(c, CodeType) and c.co_name == node.name)
    return codes


@contextmanager
def watched() -> Iterator[Branches]:
    """Count the branches that all rules take while the block runs."""
    branches = Branches()
    before: list[tuple[FunctionType, CodeType]] = []
    modules = [importlib.import_module(f"tredegar.model.rules.{name}") for name in MODULES]
    try:
        for module in modules:
            for name, code in reporting_code(module, branches.places).items():
                function = getattr(module, name)
                before.append((function, function.__code__))
                function.__code__ = code
            vars(module)["_branches"] = branches
        yield branches
    finally:
        for function, code in before:
            function.__code__ = code
        for module in modules:
            vars(module).pop("_branches", None)
