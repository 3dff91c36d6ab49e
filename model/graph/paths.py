"""Paths through the rules: whether anything leads from a parameter, from a month on, to an outcome of some months.

Every field of the state is followed through the phases of the start and of each month: what a rule makes of a field
that a parameter reached is reached, too, whatever numbers stand in between. A path is no effect: it may lead through a
product with zero. No path is proof of none, as no number of a run could differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache

from ..outcomes import OUTCOMES
from ..parameters import quantity_of
from ..schedule.recording import BINNED, TENTHS
from .expression_graph import Node, in_order
from .fields import Field
from .trace import Traced, trace_bins, trace_month, trace_outcomes, trace_start

Sources = Mapping[Field, frozenset[Field]]
"""A field that is written -> the fields that it is made of, as they were before the phase."""


def leads(varied: str, outcomes: Iterable[str], months: tuple[int, int]) -> bool:
    """Whether a path leads from the parameter ``varied`` to any of ``outcomes`` in the ``months``, first to last.

    ``varied`` is a name, for a parameter that differs from the start on, or ``name@month``. Raises KeyError for what
    is no outcome, ValueError for what is no parameter.

    >>> leads("target_toughness@37", ["true_access"], (1, 36)), leads("target_toughness@37", ["true_access"], (1, 37))
    (False, True)
    """
    first, last = months
    wanted = {name: _outcome_sources()[name] for name in outcomes}
    reached = _reached(varied, last)
    return any(reached[month] & sources for month in range(max(first, 1), last + 1) for sources in wanted.values())


def outcomes_reached(varied: str, month: int) -> frozenset[str]:
    """Return the outcomes to which a path leads from ``varied`` (see :func:`leads`) in ``month``, 1 or later.

    Raises ValueError for what is no parameter.

    >>> "true_access" in outcomes_reached("target_toughness", 1), len(outcomes_reached("target_toughness@3", 2))
    (True, 0)
    """
    reached = _reached(varied, month)[month]
    return frozenset(name for name, sources in _outcome_sources().items() if reached & sources)


@cache
def _reached(varied: str, last: int) -> tuple[frozenset[Field], ...]:
    """Return the fields that are reached at the end of month 0 (the start) and of each month up to ``last``."""
    parameter, begins = quantity_of(varied)
    origin = ("p", parameter.name)
    months: list[frozenset[Field]] = []
    found: frozenset[Field] = frozenset()
    for month in range(last + 1):
        if month >= (begins or 0):
            found = found | {origin}
        for sources in _phases(month == 0):
            found = _after(sources, found)
        months.append(found)
        # A month that reaches what the one before did is followed by more of the same.
        if month > max(begins or 0, 1) and found == months[-2]:
            return (*months, *[found] * (last - month))
    return tuple(months)


def _after(sources: Sources, reached: frozenset[Field]) -> frozenset[Field]:
    """Return what is reached after a phase: what it writes is made anew, all else stays."""
    made = {field for field, of in sources.items() if of & reached}
    return (reached - sources.keys()) | made


@cache
def _phases(start: bool) -> tuple[Sources, ...]:
    return tuple(_sources_of(phase) for phase in (trace_start() if start else trace_month()))


def _sources_of(phase: Traced) -> Sources:
    results = {**phase.written, **{field: node for field, (_, node) in phase.summed.items()}}
    return {field: _fields_of((node,)) for field, node in results.items()}


def _fields_of(results: Collection[Node]) -> frozenset[Field]:
    return frozenset(node.detail for node in in_order(results) if node.operation == "field")


@cache
def _outcome_sources() -> Mapping[str, frozenset[Field]]:
    """Return outcome -> the fields of the state at the end of its month that it is read off."""
    read = {name: _fields_of((node,)) for (_, name), node in trace_outcomes().written.items()}
    bins = {name: _fields_of((node,)) for (_, name), node in trace_bins(BINNED).written.items()}
    read |= {f"{name}_{tenth}": sources for name, sources in bins.items() for tenth in TENTHS}
    return {name: read[name] for name in OUTCOMES}
