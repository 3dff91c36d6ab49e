"""Values of a graph: each node computed by NumPy from its operands, and random states to compute them for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import numpy as np

from tredegar.model.graph.expression_graph import Node, in_order
from tredegar.model.graph.fields import RECORDS, kind_of_field
from tredegar.model.graph.trace import LUCK_OF, RANKS, Traced
from tredegar.model.schedule.month import Phase
from tredegar.model.schedule.rulebook import LUCK

OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide,
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal,
    "&": np.bitwise_and, "|": np.bitwise_or, "not": np.logical_not, "select": np.where,
    "root": np.sqrt, "floor": np.floor, "magnitude": np.absolute, "negative": np.negative,
    "as_float": lambda count: count.astype(np.float64), "as_count": lambda number: number.astype(np.int64),
}  # fmt: skip


def values_of(results: Iterable[Node], state: dict[str, Any]) -> dict[int, Any]:
    """Return the value of every node that ``results`` need, by its number; ``state`` holds records of arrays."""
    found: dict[int, Any] = {}
    for node in in_order(results):
        if node.operation == "constant":
            found[node.number] = float.fromhex(node.detail) if node.kind == "number" else node.detail
        elif node.operation in ("field", "luck"):
            record, field = node.detail if node.operation == "field" else ("luck", word_name(node))
            found[node.number] = getattr(state[record], field)
        else:
            found[node.number] = OPERATIONS[node.operation](*(found[operand.number] for operand in node.operands))
    return found


def word_name(node: Node) -> str:
    """Return the name under which rules read a node of luck."""
    stream, word = node.detail
    return next(names[word] for number, names in LUCK[LUCK_OF[node.rank]].items() if int(number) == stream)


def random_state(phase: Phase, piece: Traced, size: int, luck: np.random.Generator) -> dict[str, Any]:
    """Return records of random arrays of ``size`` for everything that ``phase``, traced as ``piece``, reads."""
    state: dict[str, Any] = {name: SimpleNamespace() for name in (*RECORDS, "luck")}
    for record, field in piece.reads:
        setattr(state[record], field, random_field(kind_of_field(record, field), size, luck))
    for name in (name for names in LUCK[LUCK_OF[RANKS[phase.level]]].values() for name in names if name):
        setattr(state["luck"], name, luck.integers(0, 2**32, size) * 2.0**-32)
    for step in phase.steps:  # what the phase makes itself is read back from what it wrote
        for name in step.writes:
            if not hasattr(state[step.actor], name):
                setattr(state[step.actor], name, random_field(kind_of_field(step.actor, name), size, luck))
    return state


def random_field(kind: str, size: int, luck: np.random.Generator) -> Any:
    """Return ``size`` random values: shares and beyond, with zeros, ones and halves among them."""
    if kind == "condition":
        return luck.random(size) < 0.5
    if kind == "count":
        return luck.integers(0, 2**42, size)
    marks = luck.choice([0.0, -0.0, 0.5, 1.0], size)
    return np.where(luck.random(size) < 0.05, marks, luck.uniform(-0.1, 2.0, size))


def follow(phase: Phase, state: dict[str, Any]) -> list[Any]:
    """Call the rules of ``phase`` and its tallies on ``state``, changing it; return what they gave, in order."""
    written: dict[tuple[str, str], Any] = {}
    for step in phase.steps:
        result = step.rule(*[state[name] for name in step.reads])
        for name, value in zip(step.writes, (result,) if step.single else result, strict=True):
            setattr(state[step.actor], name, value)
            written[step.actor, name] = value
    given = [value for tally in phase.tallies for value in tally.rule(*[state[name] for name in tally.reads])]
    return [*written.values(), *given]


def of_one(state: dict[str, Any], place: int) -> dict[str, Any]:
    """Return the records of one agent, as plain Python numbers."""
    return {
        name: SimpleNamespace(**{field: values[place].item() for field, values in vars(record).items()})
        for name, record in state.items()
    }
