"""Trials of one's own rules on numbers: a function and its graph must give the same bits on random states.

A function that asks for types, keeps something between calls or changes a record passes for a rule while it is traced;
here it does not.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from ..draws import LuckTable
from ..failed_run import RULE_ERRORS
from ..graph.expression_graph import Kind, Node
from ..graph.fields import RECORDS, kind_of_field
from ..graph.functions import function_of
from ..graph.rows import Rows
from ..schedule.rulebook import RuleBook
from ..text.plain_text import brief
from .declared import Declared
from .refusal import RuleRefused, refused

TRIALS = 64
"""Random states that a function is tried on."""
Graph = tuple[Rows, tuple[int, ...]]
"""Rows, and the numbers of those that are the results."""


def try_on_numbers(
    declared: Declared, arguments: Sequence[str], writes: Sequence[str], graph: Graph, book: RuleBook, luck: LuckTable
) -> None:
    """Raise RuleRefused if the function gives other bits on numbers than its graph, or changes a record."""
    rows, results = graph
    words = {(int(stream), word): name for stream, names in luck.items() for word, name in enumerate(names)}
    follow = function_of(declared.function.__name__, arguments, rows, results, words, single=False)
    chance = random.Random(0)
    for _ in range(TRIALS):
        state = _state(rows, words, book, chance)
        records = [state[name] for name in arguments]
        before = [_fields(record) for record in records]
        try:
            given = results_of(declared.function(*records), writes)
        except RuleRefused as refusal:  # a ValueError, too
            raise refused(declared.place, str(refusal)) from None
        except RULE_ERRORS:  # plain floats of Python raise where arrays have infinities
            continue
        except Exception as error:  # noqa: BLE001 -- a researcher's own code may raise anything
            said = f"on numbers it raises {type(error).__name__}: {error}"
            raise refused(failing_line(declared, error), said) from None
        if [_fields(record) for record in records] != before:
            raise refused(declared.place, "it changes a record; a rule returns what it changes")
        if [_bits(value) for value in given] != [_bits(value) for value in follow(*records)]:
            raise refused(
                declared.place,
                "on numbers it gives something else than on what stands for them (it asks for types, keeps something"
                " between calls, or has np.where, for which write select); a rule is arithmetic alone",
            )


class _Record(SimpleNamespace):
    """A record of random numbers; a field that the graph does not read is asked for by no rule."""

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "_name", name)

    def __getattr__(self, field: str) -> Any:
        name = object.__getattribute__(self, "_name")
        raise RuleRefused(
            f"on numbers it reads '{name}.{field}', and what stands for numbers did not lead it there: a Python branch,"
            " a test of types or a try has no place in a rule; use select, &, |"
        )


def _state(rows: Rows, words: Mapping[tuple[int, int], str], book: RuleBook, chance: random.Random) -> dict[str, Any]:
    """Return records of random numbers for everything that the graph reads."""
    state: dict[str, Any] = {name: _Record(name) for name in (*RECORDS, "luck")}
    for row in rows:
        if row[0] == "field":
            setattr(state[row[1]], row[2], _random_value(kind_of_field(row[1], row[2], book), chance))
        elif row[0] == "luck":
            setattr(state["luck"], words[row[1], row[2]], chance.randrange(2**32) * 2.0**-32)
    return state


def results_of(result: Any, writes: Sequence[str]) -> list[Any]:
    """Return what a function gave for ``writes``: one value, or several by name or in order. Raises RuleRefused."""
    by_name: Mapping[str, Any] | None = result if isinstance(result, Mapping) else None
    if isinstance(result, tuple) and hasattr(result, "_asdict"):
        by_name = result._asdict()
    if by_name is not None:
        if set(by_name) != set(writes):
            raise RuleRefused(f"it must return {', '.join(writes)}, got {', '.join(map(str, by_name)) or 'nothing'}")
        return [by_name[name] for name in writes]
    if len(writes) == 1:
        if result is None:
            raise RuleRefused(f"it returns nothing; it must return {writes[0]}")
        return [result]
    if not isinstance(result, tuple | list) or len(result) != len(writes):
        form = f"a NamedTuple or a dict of {', '.join(writes)}, or a tuple in this order"
        raise RuleRefused(f"it must return {form}, got {_named(result)}")
    return list(result)


def _named(result: Any) -> str:
    return "one value" if isinstance(result, Node) else brief(result)


def failing_line(declared: Declared, error: BaseException) -> str:
    """Return where ``error`` came from: the last line of the rule's own file that it passed through."""
    file, line = declared.function.__code__.co_filename, 0
    trace = error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == file else line
        trace = trace.tb_next
    name, _, rest = declared.place.partition(":")
    return f"{name}:{line or rest.partition(',')[0]}, {declared.kind} '{declared.function.__name__}'"


def _random_value(kind: Kind, chance: random.Random) -> Any:
    if kind == "condition":
        return chance.random() < 0.5
    if kind == "count":
        return chance.randrange(2**40)
    # Months and other large numbers, too: what a rule does beyond some size is seen on such alone.
    size = chance.choice((1.0, 10.0, 600.0, 1e-9, 1e9))
    drawn = chance.random(), chance.random(), size * (2.0 * chance.random() - 1.0), float(chance.randrange(1, 601))
    return chance.choice((0.0, 1.0, 0.5, *drawn))


def _fields(record: _Record) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name != "_name"}


def _bits(value: Any) -> Any:
    """Return what tells two results apart: the digits of a number, every NaN alike."""
    if isinstance(value, float):
        return "nan" if value != value else float(value).hex()
    return value
