"""Levers of groups: those that trusts read, which a group can have of its own; the rest is refused, with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from ..graph.trace import Traced, trace_month
from ..parameters import Parameter
from ..schedule.rulebook import RuleBook
from ..text.names import closest
from ..text.plain_text import plain
from ..trust_groups import GROUP_ONLY, ONLY_BY_GROUP, REORGANISED, GroupLever, TrustGroups
from .steps import OF_TRUSTS, fields_read


@cache
def levers_of_trusts(book: RuleBook) -> tuple[str, ...]:
    """Return the levers that rules of trusts or of their staff read each month, in the order of the parameters.

    >>> from ..schedule.rulebook import BUILT_IN
    >>> "target_level" in levers_of_trusts(BUILT_IN), "deal_commitment" in levers_of_trusts(BUILT_IN)
    (True, False)
    """
    levels = {phase.name: phase.level for phase in book.month}
    traced: Iterable[Traced] = (phase for phase in trace_month(book) if levels[phase.name] in OF_TRUSTS)
    read = {name for phase in traced for record, name in phase.reads if record == "p"}
    return tuple(
        name for name, row in book.parameters.items() if row.kind == "lever" and not row.initial_only and name in read
    )


def check_group_lever(lever: GroupLever, groups: TrustGroups, book: RuleBook) -> None:
    """Raise ValueError, with the reason, unless a group can have ``lever`` of its own under the rules of ``book``."""
    name = plain(lever.name)
    if lever.group not in groups.names:
        raise ValueError(
            f"'{name}': unknown group '{plain(lever.group)}'{closest(lever.group, groups.names)}"
            f" (groups: {', '.join(groups.names)})"
        )
    if lever.lever == REORGANISED and (why := _why_no_own_step(book)):
        raise ValueError(f"'{name}' cannot be: {why}")
    if lever.lever in GROUP_ONLY:
        return
    possible = (*levers_of_trusts(book), *GROUP_ONLY)
    if lever.lever in possible:
        return
    row = book.parameters.get(lever.lever)
    if row is None:
        raise ValueError(f"'{name}': unknown lever '{plain(lever.lever)}'{closest(lever.lever, possible)}")
    raise ValueError(f"'{name}' cannot be: '{row.name}' {_why(row)} (by group: {', '.join(possible)})")


def _why(row: Parameter) -> str:
    if row.initial_only:
        return "works at the start of a run alone"
    if row.kind != "lever":
        return "is no lever, and holds for all trusts alike"
    return "is read by the centre alone, not by trusts"


def _why_no_own_step(book: RuleBook) -> str:
    """Return why no group can be reorganised by itself; "" if it can: if trusts have months of their own."""
    phase = book.phase("managers")
    read = {step.rule.__name__: fields_read(step, phase, book) for step in phase.steps}
    fields = frozenset.union(*(fields for name, fields in read.items() if name in ("provider_step", "upheaval")))
    if any(record == "p" and name in book.choices for record, name in fields):
        return "whether trusts are reorganised one by one is a choice; fix the rules of 'reorganisation'"
    if ("manager", "months_to_step") not in read["upheaval"]:
        return "by these rules trusts are reorganised all at once"
    return ""


def row_of(lever: GroupLever, book: RuleBook) -> Parameter:
    """Return the row that ``lever`` has among the parameters: that of the national one, for this group.

    >>> from ..schedule.rulebook import BUILT_IN
    >>> row_of(GroupLever("freedom", "treated"), BUILT_IN).meaning
    "share of the centre's control and detail that is lifted, for the trusts of group 'treated'"
    """
    row = ONLY_BY_GROUP.get(lever.lever) or book.parameters[lever.lever]
    return replace(
        row,
        name=lever.name,
        symbol=f"{row.symbol}[{lever.group}]",
        meaning=f"{row.meaning}, for the trusts of group '{lever.group}'",
    )
