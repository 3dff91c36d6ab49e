"""Outcomes by group: the country's outcomes, read off the exact sums over the trusts of one group.

An outcome that is counted or averaged over trusts is traced down to the sums that it is read off. The same sums over
the trusts of a group, with the size and the number of these, give the outcome of the group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from ..arithmetic import select
from ..graph.expression_graph import Node, Rank
from ..graph.functions import function_of
from ..graph.rows import Row, rows_of
from ..graph.trace import Tracer, trace_phase
from ..outcomes import PERCENTILES, Outcome
from ..schedule.month import Phase, Step, Tally
from ..schedule.rulebook import RuleBook
from ..text.names import closest
from ..text.plain_text import plain
from ..trust_groups import BY_GROUP, MEMBERSHIP, TrustGroups
from .membership import size_field, trusts_field
from .steps import in_place_of

OWN_SUMS = "own_sums"
"""The last phase of a month, in which trusts add to sums that nobody but an outcome reads."""
_FIELDS = {"weight": size_field, "trusts": trusts_field}
"""Field of the setting -> what stands for it in a group."""


def label_in_group(outcome: str, group: str) -> str:
    """Return the name of ``outcome`` in one group, as engines compute it: a value a month.

    >>> label_in_group("quality", "treated")
    'quality[treated]'
    """
    return f"{outcome}[{group}]"


def values_by_group(groups: TrustGroups) -> dict[str, tuple[str, ...]]:
    """Return the name of what is recorded by group -> the names of its values, group after group, the rest first.

    >>> values_by_group(TrustGroups(names=("treated",), outcomes=("quality",)))
    {'quality_by_group': ('quality[rest]', 'quality[treated]')}
    """
    return {
        f"{outcome}{BY_GROUP}": tuple(label_in_group(outcome, group) for group in groups.labels)
        for outcome in groups.outcomes
    }


def labels_by_group(groups: TrustGroups | None) -> tuple[str, ...]:
    """Return the names of all values that are recorded by group, as engines compute them; none without groups.

    >>> labels_by_group(None)
    ()
    """
    return () if groups is None else tuple(label for labels in values_by_group(groups).values() for label in labels)


def rows_by_group(book: RuleBook) -> dict[str, Outcome]:
    """Return the rows, with unit and meaning, of what ``book`` records by group, and of the membership of trusts.

    >>> from ..schedule.rulebook import BUILT_IN
    >>> rows_by_group(BUILT_IN)
    {}
    """
    if book.groups is None:
        return {}
    listed = ", ".join(f"{number} {label}" for number, label in enumerate(book.groups.labels))
    found = {MEMBERSHIP: Outcome(name=MEMBERSHIP, unit="1", meaning=f"group of the trust: {listed}")}
    for outcome in book.groups.outcomes:
        row, name = book.outcomes[outcome], f"{outcome}{BY_GROUP}"
        found[name] = replace(row, name=name, meaning=f"{row.meaning}; of the trusts of each group", own_rule="")
    return found


def with_outcomes_by_group(book: RuleBook) -> RuleBook:
    """Return ``book``, whose groups are known, with the sums and the values of its outcomes by group.

    Raises ValueError, with the reason, for an outcome that groups have not.
    """
    groups = book.groups
    if groups is None or not groups.outcomes:
        return book
    graphs = {outcome: _graph_of(outcome, book) for outcome in groups.outcomes}
    needed = {row[2] for rows, _ in graphs.values() for row in rows if row[:2] == ("field", "country_sums")}
    tallies = tuple(tally for number in range(len(groups.labels)) for tally in _tallies_of_group(book, number, needed))
    values = tuple(
        _value_in_group(label, number, *graphs[outcome])
        for outcome, labels in zip(groups.outcomes, values_by_group(groups).values(), strict=True)
        for number, label in enumerate(labels)
    )
    return replace(book, month=_with_own_sums(book.month, tallies), own_outcomes=(*book.own_outcomes, *values))


def _with_own_sums(month: tuple[Phase, ...], tallies: tuple[Tally, ...]) -> tuple[Phase, ...]:
    if month[-1].name != OWN_SUMS:
        return (*month, Phase(OWN_SUMS, "trust", (), tallies))
    return (*month[:-1], replace(month[-1], tallies=(*month[-1].tallies, *tallies)))


def _graph_of(outcome: str, book: RuleBook) -> tuple[tuple[Row, ...], tuple[int, ...]]:
    """Return the graph of ``outcome`` down to the sums that it is read off. Raises ValueError if there is none."""
    place = f"'{plain(outcome)}' cannot be recorded by group"
    if outcome in PERCENTILES:
        raise ValueError(f"{place}: percentiles are read off the ranks of all trusts")
    if outcome not in book.outcomes:
        raise ValueError(f"{place}: unknown outcome{closest(outcome, book.outcomes)}")
    rows, results = rows_of([_values_of(book)[outcome]])
    for row in rows:
        if row[0] == "luck":
            raise ValueError(f"{place}: it is one value of the country, which hangs on the centre's luck")
        if row[0] == "field" and not _is_of_trusts(row):
            raise ValueError(f"{place}: it is one value of the country, which reads '{row[1]}.{row[2]}'")
    if not any(row[:2] == ("field", "country_sums") for row in rows):
        raise ValueError(f"{place}: it is one value of the country")
    return rows, results


@cache
def _values_of(book: RuleBook) -> dict[str, Node]:
    """Return the outcomes of ``book``, but percentiles, as nodes that are made of what is known before its means."""
    tracer = Tracer(Rank.COUNTRY, book.luck["country"], book)
    for step in book.phase("country").steps:
        tracer.follow(step)
    values = book.values_of_month(tracer.records)
    return {name: tracer.graph.read(value, "number") for name, value in values.items()}


def outcomes_of_groups(book: RuleBook) -> tuple[str, ...]:
    """Return the outcomes of ``book`` that can be recorded by group, in the order of the table.

    >>> from ..schedule.rulebook import BUILT_IN
    >>> "quality" in outcomes_of_groups(BUILT_IN), "anxiety" in outcomes_of_groups(BUILT_IN)
    (True, False)
    """
    return tuple(name for name in book.outcomes if _can_be(name, book))


def _can_be(outcome: str, book: RuleBook) -> bool:
    try:
        _graph_of(outcome, book)
    except ValueError:
        return False
    return True


def _is_of_trusts(row: Row) -> bool:
    """Whether a row reads what is summed over trusts, or what has a counterpart in a group."""
    return row[1] == "country_sums" or (row[1] == "setting" and row[2] in (*_FIELDS, "clinicians"))


def _sum_field(name: str, number: int) -> str:
    return f"{name}__group_{number}"


def _tallies_of_group(book: RuleBook, number: int, needed: Iterable[str]) -> Iterator[Tally]:
    """Yield what trusts of group ``number`` add to the sums ``needed``: what they add to those of the country."""
    wanted = set(needed)
    for phase in (phase for phase in book.month if phase.level == "trust" and phase.tallies):
        summed = trace_phase(phase, book=book).summed
        for tally in (tally for tally in phase.tallies if tally.over == "country"):
            fields = tuple(name for name in tally.fields if name in wanted)
            if fields:
                conditions = {name for name in fields if summed[tally.into, name][1].kind == "condition"}
                yield _tally_of_group(tally, number, fields, conditions)


def _tally_of_group(tally: Tally, number: int, fields: tuple[str, ...], conditions: set[str]) -> Tally:
    names = tuple(dict.fromkeys((*tally.reads, "trust")))
    place_of_trust = names.index("trust")

    def of_group(*records: Any) -> tuple[Any, ...]:
        added = dict(zip(tally.fields, tally.rule(*records[: len(tally.reads)]), strict=True))
        member = records[place_of_trust].group == float(number)
        return tuple(
            member & added[name] if name in conditions else select(member, added[name], 0.0) for name in fields
        )

    sums = tuple(_sum_field(name, number) for name in fields)
    return Tally(in_place_of(tally.rule, of_group), names, sums, "country", tally.into)


def _value_in_group(label: str, number: int, rows: tuple[Row, ...], results: tuple[int, ...]) -> Step:
    """Return the step that reads the value ``label`` off the sums of group ``number``; 0 in a group without trusts."""
    found = [_row_in_group(row, number) for row in rows]
    first = len(found)
    found += [
        ("field", "centre", trusts_field(number)),
        ("number", (0.5).hex()),
        (">", first, first + 1),
        ("number", (0.0).hex()),
        ("select", first + 2, results[0], first + 3),
    ]
    reads = ("centre", *dict.fromkeys(row[1] for row in found if row[0] == "field" and row[1] != "centre"))
    name = f"{label.replace('[', '_in_group_').removesuffix(']')}"
    value = function_of(name, reads, tuple(found), (len(found) - 1,), {}, single=True)
    return Step(value, reads, (label,), single=True)


def _row_in_group(row: Row, number: int) -> Row:
    if row[:2] == ("field", "country_sums"):
        return ("field", "country_sums", _sum_field(row[2], number))
    if row[:2] == ("field", "setting") and row[2] in _FIELDS:
        return ("field", "centre", _FIELDS[row[2]](number))
    return row
