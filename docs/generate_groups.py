"""Generated sections of docs/groups.md: what a group of trusts can have of its own, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tredegar.model import OUTCOMES
from tredegar.model.graph.trace import trace_month
from tredegar.model.groups.by_group import outcomes_of_groups
from tredegar.model.groups.levers import levers_of_trusts, row_of
from tredegar.model.schedule.rulebook import BUILT_IN
from tredegar.model.trust_groups import EVENTS, GROUP_ONLY, GroupLever


def group_levers() -> str:
    """Return the table of the levers of groups, and of what only groups have."""
    of_centre = {name for phase in trace_month() if phase.name == "centre" for _, name in phase.reads}
    lines = ["Name | Range | What it is | The centre", "---|---|---|---"]
    for name in levers_of_trusts(BUILT_IN):
        row = BUILT_IN.parameters[name]
        read = "reads the mean by size" if name in of_centre else "does not read it"
        lines.append(f"`{name}[g]` | {row.low:g} to {row.high:g} | {row.meaning} | {read}")
    for name in GROUP_ONLY:
        row = row_of(GroupLever(name, "g"), BUILT_IN)
        said = "in its month alone" if name in EVENTS else "keeps its stance and its costs"
        shown = f"{name}[g]{'@m' if name in EVENTS else ''}"
        lines.append(
            f"`{shown}` | {row.low:g} to {row.high:g} | {row.meaning.partition(', for the trusts')[0]} | {said}"
        )
    return "\n".join(lines)


def outcomes() -> str:
    """Return the outcomes that can be recorded by group, and those that cannot, as two lists."""
    possible = outcomes_of_groups(BUILT_IN)
    others = [name for name in OUTCOMES if name not in possible]
    return f"By group: {_listed(possible)}.\n\nOf the country alone: {_listed(others)}."


def _listed(names: Iterable[str]) -> str:
    lines = [" " * len("Of the country alone: ")]
    for name in (f"`{name}`" for name in names):
        if len(lines[-1]) + len(name) > 116:
            lines.append("")
        lines[-1] += f"{name}, "
    return "\n".join(line.rstrip() for line in lines).strip().removesuffix(",")


SECTIONS: dict[str, Callable[[], str]] = {"levers of groups": group_levers, "outcomes of groups": outcomes}
"""The generated sections of docs/groups.md."""
