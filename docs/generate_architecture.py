"""Generated parts of docs/architecture.md: the rooms, the order of a month, and one rule in four forms.

Run ``python docs/generate.py`` after a change of the rooms, the month or the rule; a test compares.
"""

from __future__ import annotations

import ast
import inspect
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tredegar.model.graph.expression_graph import Node, Rank, in_order
from tredegar.model.graph.trace import Traced, Tracer
from tredegar.model.rules.manager import gaming
from tredegar.model.schedule.month import MONTH, START, Phase, step_of

ROOT = Path(__file__).resolve().parent.parent
RULE = gaming
"""The rule that is shown in four forms: fear and a true gap tempt a manager to dress up reports."""


def rooms() -> str:
    """Return the table of all packages: folder, what it is for, number of modules."""
    places = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-dir"]
    folders = sorted({path.parent for top in places.values() for path in (ROOT / top).rglob("__init__.py")})
    order = ["front", "results", "sweeps", "kernels", "observation", "datasets", "model", "store"]
    folders.sort(key=lambda folder: (order.index(folder.relative_to(ROOT).parts[0]), folder))
    lines = ["Folder | What it is for | Modules", "---|---|---"]
    for folder in folders:
        said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
        number = len([path for path in folder.glob("*.py") if path.name != "__init__.py"])
        first = said.split("\n\n")[0].replace("\n", " ").replace("``", "`")
        lines.append(f"`{folder.relative_to(ROOT).as_posix()}/` | {first} | {number}")
    return "\n".join(lines)


def order_of_a_month() -> str:
    """Return the table of the phases of month 0 and of every month, with their rules in order."""
    lines = ["When | Phase | Who acts | Rules, in order | Exact sums", "---|---|---|---|---"]
    for when, phases in (("start", START), ("month", MONTH)):
        lines += [f"{when} | {_phase(phase)}" for phase in phases]
    return "\n".join(lines)


def _phase(phase: Phase) -> str:
    rules = ", ".join(f"`{rule.__name__}`" for rule in phase.rules if rule not in {t.rule for t in phase.tallies})
    sums = ", ".join(f"`{tally.rule.__name__}` over the {tally.over}" for tally in phase.tallies)
    return f"`{phase.name}` | each {phase.level} | {rules} | {sums or '-'}"


def traced_rule() -> Traced:
    """Trace the rule alone."""
    tracer = Tracer(Rank.TRUST)
    tracer.follow(step_of(RULE))
    return tracer.traced(RULE.__name__, Rank.TRUST)


def as_python() -> str:
    """Return the rule as it is written."""
    return _fenced("python", inspect.getsource(RULE).rstrip())


def as_graph() -> str:
    """Return the nodes of the graph of the rule: number, operation, operands."""
    (result,) = traced_rule().written.values()
    shown = [f"{node.number:3} {node.operation:9} {_operands(node)}".rstrip() for node in in_order((result,))]
    return _fenced("text", "\n".join(shown))


def _operands(node: Node) -> str:
    if node.operation == "constant":
        return str(float.fromhex(node.detail))
    if node.operation == "field":
        return ".".join(node.detail)
    return " ".join(str(operand.number) for operand in node.operands)


def as_llvm() -> str:
    """Return the instructions that the numba engine compiles, for one trust (the engine takes a tile at once)."""
    from llvmlite import ir

    from tredegar.kernels.numba_engine.emit import DOUBLE, Expressions, Lanes

    (result,) = traced_rule().written.values()
    nodes = in_order((result,))
    fields = [node for node in nodes if node.operation == "field"]
    function = ir.Function(ir.Module(), ir.FunctionType(DOUBLE, [DOUBLE] * len(fields)), RULE.__name__)
    given = dict(zip((node.number for node in fields), function.args, strict=True))
    for node, argument in zip(fields, function.args, strict=True):
        argument.name = ".".join(node.detail)
    builder = ir.IRBuilder(function.append_basic_block())
    expressions = Expressions(Lanes(builder, 1), lambda node: given[node.number])
    for node in nodes:
        expressions.emit(node)
    builder.ret(expressions.values[result.number])
    lines = [line.strip() for line in str(function.blocks[0]).splitlines()[1:]]
    return _fenced("llvm", "\n".join(lines).replace('"', ""))


def as_cuda() -> str:
    """Return the function that the CUDA engine compiles."""
    from tredegar.kernels.cuda_engine.model import cuda_model
    from tredegar.kernels.cuda_engine.print_c import FunctionPrinter

    return _fenced("c", FunctionPrinter(cuda_model(), traced_rule()).text().strip())


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


SECTIONS: dict[str, Callable[[], Any]] = {
    "rooms": rooms,
    "order of a month": order_of_a_month,
    "rule in Python": as_python,
    "rule as a graph": as_graph,
    "rule in LLVM": as_llvm,
    "rule in CUDA": as_cuda,
}
