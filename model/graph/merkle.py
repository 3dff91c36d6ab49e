"""Hash of the rules: a store says by which rules its numbers were made, and a resume refuses others.

It is taken of what the rules do, not of their text: of the graphs of the start, of a month, of the outcomes and of the
sums, with the constants, the defaults of the parameters and the way luck is drawn. Names of modules and of local
variables, their order, comments and the version of Python do not count; whatever changes a bit of a run does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np

from ..arithmetic import fixed, most_added, unfixed
from ..constants import CONSTANTS
from ..draws import Stream, uniforms
from ..providers import Providers, given
from ..rules.outcomes import percentile_rank, percentile_value
from ..schedule.recording import BINNED, TENTHS, YEARLY
from ..schedule.rulebook import BUILT_IN, Field, RuleBook, with_varied_constants
from .expression_graph import Node, in_order
from .trace import Traced, trace_bins, trace_final, trace_function, trace_month, trace_outcomes, trace_start

RECORDING = 1
"""Raise it with a change of what no graph shows: windows of months, yearly means, how a failed run is found, what is
known before the first rule (sizes of the country, numbers of agents)."""
BY_THEIR_TEXT = "e7fddca28972df86ab920523d76321148a5ce660c5f704865674b6dddf97fa7c"
"""The hash of the rules of model 1 when it was still taken of their text."""
WITH_FEWER_OUTCOMES = "72e22cef80d30d8bfba4cb6ff42009c8fca7093dc8a78e89a972a003557ee6d7"
"""The hash of the rules of model 1 that had 82 outcomes and three yearly records of a trust."""
WITHOUT_TRUSTS_REORGANISED = "eb07edb2302e115b5f7907c65c971ecf8a1103a865d5a88f41d6dc23230ee23a"
"""The hash of the rules of model 1 that had 94 outcomes; trusts read the centre's reorganisation themselves."""
MODEL_1_BUILT_IN = "a945d6a04b9c97e286808268fa0e2d4348a984c4fdc47563899e552191184811"
"""The last hash of the rules of model 1 while they were built in. These four gave the same numbers."""
_OF_MODEL_1 = (BY_THEIR_TEXT, WITH_FEWER_OUTCOMES, WITHOUT_TRUSTS_REORGANISED, MODEL_1_BUILT_IN)
_TABLE = Providers(
    code=("A", "B", "C"), name=("a", "b", "c"), size=(1.0, 2.0, 0.5), council=("x", "z", "x"),
    catchment=("y", "y", "x"), overlap=(0.25, 0.5, 0.75),
)  # fmt: skip


def node_hashes(results: Iterable[Node]) -> dict[int, str]:
    """Return the hash of every node that ``results`` need: of its operation, its kind and those of its operands."""
    found: dict[int, str] = {}
    for node in in_order(results):
        operands = [found[operand.number] for operand in node.operands]
        facts = [node.operation, node.kind, int(node.rank), node.detail, operands]
        found[node.number] = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    return found


def _results(phase: Traced) -> Iterator[tuple[Field, str, Node]]:
    """Yield the fields that ``phase`` writes and adds up, over what, and their nodes; numbers in fixed point."""
    yield from ((field, "", node) for field, node in phase.written.items())
    for field, (level, node) in phase.summed.items():
        # What enters a sum is the fixed point of the value: another rounding there is another rule.
        added: Any = fixed(node) if node.kind == "number" else node  # type: ignore[arg-type]
        yield field, level, added


def phase_facts(phase: Traced) -> list[Any]:
    """Return what ``phase`` makes, in an order that does not depend on the order of its rules."""
    results = sorted(_results(phase), key=lambda result: result[:2])
    hashes = node_hashes(node for _, _, node in results)
    return [int(phase.rank), [[*field, over, hashes[node.number]] for field, over, node in results]]


def _function_facts() -> dict[str, str]:
    found = {}
    for function, kind in ((fixed, "number"), (unfixed, "count"), (percentile_value, "number")):
        _, result = trace_function(function, kind)  # type: ignore[arg-type]
        found[function.__name__] = node_hashes((result,))[result.number]
    return found


def _luck_facts() -> list[str]:
    """Return some uniforms of every stream, as digits."""
    run, trust, seat = (np.array([word], dtype=np.uint64) for word in (3, 5, 4))
    drawn = (uniforms(7, run, trust, 2, int(stream), seat) for stream in Stream)
    return [float(word[0]).hex() for words in drawn for word in words]


def _facts(book: RuleBook) -> Mapping[str, Any]:
    """Return everything that decides the bits of a run."""
    return {
        "start": [phase_facts(phase) for phase in trace_start(book)],
        "month": [phase_facts(phase) for phase in trace_month(book)],
        "outcomes": phase_facts(trace_outcomes(book)),
        "order of outcomes": list(book.outcomes),
        "percentiles": [phase_facts(trace_bins(BINNED)), TENTHS],
        # No graph shows these three: ranks, limits of sums and luck are told by samples of their values.
        "ranks": [[percentile_rank(tenths, trusts) for trusts in range(1, 101)] for tenths in TENTHS.values()],
        "records of trusts": [phase_facts(trace_final()), YEARLY],
        "functions": _function_facts(),
        "most that is added": [most_added(addends).hex() for addends in (1.0, 3.0, 150.0)],
        "luck": _luck_facts(),
        "table of trusts": sorted([*field, list(values)] for field, values in given(_TABLE).items()),
        "recording": RECORDING,
        "constants": {name: row.value for name, row in CONSTANTS.items()},
        "parameters": {name: row.default for name, row in book.parameters.items()},
    }


def rules_hash(book: RuleBook = BUILT_IN) -> str:
    """Return the SHA-256, as 64 hexadecimal digits, of everything that decides the bits of a run.

    That a constant is varied does not count: its values are part of the points.
    """
    return _hash_of(book)


@cache
def _hash_of(book: RuleBook) -> str:
    if book.varied_constants:
        return _hash_of(with_varied_constants(book, ()))
    return hashlib.sha256(json.dumps(_facts(book), sort_keys=True).encode()).hexdigest()


def same_numbers(former: str) -> str:
    """Return a remark for whoever is refused: whether the rules of hash ``former`` gave the numbers of these."""
    # Luck is drawn by trust and seat since, so that the rivals of model 1 give its rules back and not its numbers.
    return "; those were the rules of model 1, and these give other numbers" if former in _OF_MODEL_1 else ""
