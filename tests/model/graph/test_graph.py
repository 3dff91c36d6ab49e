"""A rule becomes a graph that does what the rule does, and nothing that some engine could not do exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tredegar.model.arithmetic import fixed, larger, select, unfixed
from tredegar.model.graph.expression_graph import CannotTrace, Graph, Kind, Node, Rank, in_order
from tredegar.model.graph.trace import (
    Traced,
    trace_bins,
    trace_final,
    trace_month,
    trace_outcomes,
    trace_phase,
    trace_seat_start,
    trace_start,
    unmade,
)
from tredegar.model.records import ManagerState, TrustState
from tredegar.model.schedule.month import MONTH, Phase, step_of

from .graph_values import follow, of_one, random_state, values_of


def given(graph: Graph, *kinds: Kind) -> list[Any]:
    return [graph.note("field", (), kind, Rank.TRUST, ("given", str(place))) for place, kind in enumerate(kinds)]


def traced(rule: Callable[..., Any], *kinds: Kind) -> list[str]:
    """Return the operations of a rule, in order, with the numbers of their operands."""
    graph = Graph()
    result = rule(*given(graph, *kinds))
    needed = in_order((result,))
    return [
        f"{node.number}: {node.operation} {' '.join(str(o.number) for o in node.operands)}".rstrip() for node in needed
    ]


def test_operations_come_in_the_order_of_python() -> None:
    assert traced(lambda x, y: 1.0 + x * y - y / 3.0, "number", "number") == [
        "0: field", "1: field", "2: * 0 1", "3: constant", "4: + 3 2", "5: constant", "6: / 1 5", "7: - 4 6",
    ]  # fmt: skip


def test_selects_keep_what_equals_and_what_cannot_be_compared() -> None:
    assert traced(larger, "number", "number")[2:] == ["2: > 1 0", "3: select 2 1 0"]


def test_fixed_point_is_rounded_down_and_becomes_a_whole_number() -> None:
    assert traced(fixed, "number")[-2:] == ["3: floor 2", "4: as_count 3"]
    assert traced(unfixed, "count")[1:] == ["1: as_float 0", "2: constant", "3: / 1 2"]


def test_equal_expressions_are_one_node_and_signed_zeros_are_told_apart() -> None:
    graph = Graph()
    (x,) = given(graph, "number")
    assert (x + 1.0) is (x + 1.0)
    assert select(x > 0.0, 0.0, x) is not select(x > 0.0, -0.0, x)
    assert isinstance(x * 2.0, Node) and (x * 2.0).rank is Rank.TRUST


BAD: dict[str, tuple[Callable[..., Any], tuple[Kind, ...], str]] = {
    "a branch": (lambda x: 1.0 if x > 0.0 else 0.0, ("number",), "use select"),
    "and": (lambda x, y: (x > 0.0) and (y > 0.0), ("number", "number"), "use select, &"),
    "a chain": (lambda x: 0.0 < x < 1.0, ("number",), "use select, &"),
    "the larger by Python": (lambda x: max(x, 1.0), ("number",), "smaller, larger"),
    "the larger by NumPy": (lambda x: np.maximum(x, 1.0), ("number",), "use larger"),
    "clip": (lambda x: np.clip(x, 0.0, 1.0), ("number",), "clip01"),
    "exp of math": (lambda x: math.exp(x), ("number",), "plain number"),
    "exp of NumPy": (lambda x: np.exp(x), ("number",), "model.arithmetic"),
    "a power": (lambda x: x**2.0, ("number",), r"x \* x"),
    "a power of 2": (lambda x: x**2, ("number",), r"x \* x"),
    "a remainder": (lambda x: x % 1.0, ("number",), "model.arithmetic"),
    "whole division": (lambda x: x // 1.0, ("number",), "model.arithmetic"),
    "unequal": (lambda x: x != 1.0, ("number",), r"negation\(a == b\)"),
    "a tilde": (lambda x: ~x, ("condition",), r"negation\(a\)"),
    "a sum by NumPy": (lambda x: np.sum(x), ("number",), "model.arithmetic"),
    "a loop": (lambda x: list(x), ("number",), "one agent"),
    "an element": (lambda x: x[0], ("number",), "one agent"),
    "float()": (lambda x: float(x), ("number",), "plain number"),
    "round()": (lambda x: round(x), ("number",), "plain number"),
    "a float and a count": (lambda x, y: x + y, ("number", "count"), "mixes"),
    "a condition times a float": (lambda x, y: (x > 0.5) * y, ("number", "number"), "mixes"),
    "a whole literal": (lambda x: x + 1, ("number",), "1.0 for 1"),
    "True as a number": (lambda x: x + True, ("number",), "mixes"),
    "a count divided": (lambda x: x / 2, ("count",), "whole number"),
    "a count multiplied": (lambda x: x * 2, ("count",), "whole number"),
    "a select of two kinds": (lambda x, y: select(x, y, 1), ("condition", "number"), "mixes"),
    "a select on a number": (lambda x, y: np.where(x, y, 1.0), ("number", "number"), "condition is needed"),
    "infinity": (lambda x: x * math.inf, ("number",), "finite"),
    "no number": (lambda x: x + math.nan, ("number",), "finite"),
    "a text": (lambda x: x + "1", ("number",), "str"),
    "an array": (lambda x: x + np.ones(3), ("number",), "ndarray"),
    "a float of 32 bits": (lambda x: x + np.float32(0.1), ("number",), "float32"),
    "a conversion": (lambda x: x.astype(np.int64), ("number",), "conversion"),
    "a condition as a float": (lambda x: (x > 0.0).astype(np.float64), ("number",), "conversion"),
    "minus a condition": (lambda x: -(x > 0.0), ("number",), "condition"),
    "less with conditions": (lambda x: (x > 0.0) < (x > 1.0), ("number",), "condition"),
    "a reduction": (lambda x: np.add.reduce(x), ("number",), "reduce"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_exact_everywhere_is_refused_in_a_line_that_says_what_to_write(name: str) -> None:
    rule, kinds, said = BAD[name]
    with pytest.raises(CannotTrace, match=said) as refused:
        rule(*given(Graph(), *kinds))
    assert "\n" not in str(refused.value)


def test_a_value_kept_from_another_rule_is_refused() -> None:
    (kept,), (x,) = given(Graph(), "number"), given(Graph(), "number")
    with pytest.raises(CannotTrace, match="another rule"):
        x + kept


def mutates(trust: TrustState) -> float:
    trust.quality = 0.5
    return trust.access


def forgets(trust: TrustState) -> float:
    del trust.quality
    return trust.access


def misspells(trust: TrustState) -> float:
    return trust.qualitty  # type: ignore[attr-defined, no-any-return]


def draws_a_stranger(trust: TrustState, luck: Any) -> float:
    return trust.quality * luck.dice  # type: ignore[no-any-return]


def branches(trust: TrustState, manager: ManagerState) -> float:
    careful = trust.quality
    if manager.fear > 0.5:
        return 0.0
    return careful


def access(trust: TrustState) -> float:
    return trust.quality > 0.5


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (mutates, "rule 'mutates': the assignment to 'trust.quality' has no place in a rule: a rule returns what"),
        (forgets, "the deletion of 'trust.quality'"),
        (misspells, "'trust' has no field of this name; did you mean 'quality'"),
        (draws_a_stranger, "no luck of this name is drawn for trusts"),
        (branches, "rule 'branches': a Python branch on data"),
        (access, "it writes 'trust.access': a condition where a float is needed"),
    ],
)
def test_a_bad_rule_is_refused_by_file_line_and_name(rule: Callable[..., Any], said: str) -> None:
    with pytest.raises(CannotTrace) as refused:
        trace_phase(Phase("trial", "trust", (step_of(rule),)))
    assert said in str(refused.value) and str(refused.value).startswith("test_graph.py:")


def test_the_line_is_the_one_in_the_rule_that_went_wrong() -> None:
    with pytest.raises(CannotTrace) as refused:
        trace_phase(Phase("trial", "trust", (step_of(branches),)))
    assert f":{branches.__code__.co_firstlineno + 2}," in str(refused.value)


def test_no_rule_reads_what_nobody_has_made() -> None:
    assert unmade((*trace_start(), *trace_month())) == []
    assert "service: nation.wait" in unmade(trace_month())
    assert "sizes: place.drawn_size" in unmade(trace_start()[2:])


PIECES: tuple[Traced, ...] = (
    *trace_month(), trace_outcomes(), trace_final(), trace_bins(("access", "quality")), trace_seat_start(),
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.name)
def test_tracing_again_gives_the_same_graph(piece: Traced) -> None:
    phases = {phase.name: phase for phase in MONTH}
    again = {
        "outcomes": trace_outcomes, "final": trace_final, "seat_start": trace_seat_start,
        "bins": lambda: trace_bins(("access", "quality")),
    }.get(piece.name, lambda: trace_phase(phases[piece.name]))()  # fmt: skip
    assert described(again) == described(piece)


def described(piece: Traced) -> list[tuple[Any, ...]]:
    return [
        (node.operation, tuple(operand.number for operand in node.operands), node.kind, node.rank, node.detail)
        for node in in_order(piece.results)
    ]


@pytest.mark.parametrize("phase", MONTH, ids=lambda phase: phase.name)
def test_the_graph_of_a_phase_gives_the_bits_of_its_rules(phase: Phase) -> None:
    """On 32 random states at once: rules on arrays, the graph, and rules on the floats of each."""
    piece = trace_phase(phase)
    state = random_state(phase, piece, 32, np.random.default_rng(len(phase.steps)))
    with np.errstate(all="ignore"):
        values = values_of(piece.results, state)
        found = [np.broadcast_to(values[node.number], 32) for node in piece.results]
        alone = [scalars(phase, of_one(state, place)) for place in range(32)]
        expected = [np.broadcast_to(value, 32) for value in follow(phase, state)]
    assert [value.tobytes() for value in found] == [value.tobytes() for value in expected]
    for place, values_alone in enumerate(alone):
        assert values_alone is None or [repr(value[place].item()) for value in found] == [repr(v) for v in values_alone]
    assert sum(values_alone is not None for values_alone in alone) > 8


def scalars(phase: Phase, state: dict[str, Any]) -> list[Any] | None:
    """Return what the rules give on plain numbers, or None where a float has no answer but an exception."""
    try:
        return follow(phase, state)
    except (ArithmeticError, ValueError):
        return None
