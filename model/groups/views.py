"""Views of records: what a rule reads in place of the parameters, and of the centre, where groups differ.

A rule is called as it stands, on views instead of records. On floats, on arrays and on nodes of a graph alike, a view
selects what holds for the trust at hand, or takes the mean of all trusts.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Set
from typing import Any

from ..arithmetic import select
from ..trust_groups import EVENTS, FREEDOM, TrustGroups

Own = Mapping[str, tuple[tuple[int, str], ...]]
"""Lever -> the number of each group that has it of its own, and the name of the parameter that holds it."""
FREED = ("control", "detail")
"""What of the centre a group is freed from."""
JUDGED = ("incentive_access", "incentive_integration")
"""What of the centre follows from levers alone: how trusts are judged, which is another thing for each group."""


def own_levers(groups: TrustGroups) -> Own:
    """Return which groups have which levers of their own, freedom and events among them.

    >>> from ..trust_groups import GroupLever
    >>> own_levers(TrustGroups(names=("a", "b"), levers=(GroupLever("freedom", "b"),)))
    {'freedom': ((2, 'freedom[b]'),)}
    """
    found: dict[str, tuple[tuple[int, str], ...]] = {}
    for lever in groups.levers:
        found[lever.lever] = (*found.get(lever.lever, ()), (groups.number(lever.group), lever.name))
    return found


def share_field(number: int) -> str:
    """Return the field of the centre that holds the share of group ``number`` in the size of all trusts.

    >>> share_field(1)
    'group_share__1'
    """
    return f"group_share__{number}"


def own_or_given(trust: Any, p: Any, own: tuple[tuple[int, str], ...], value: Any) -> Any:
    """Return what the trust's group has of its own, or ``value`` for trusts of other groups."""
    for number, name in own:
        value = select(trust.group == float(number), getattr(p, name), value)
    return value


def happens(trust: Any, p: Any, own: tuple[tuple[int, str], ...]) -> Any:
    """Return whether an event happens to the trust: whether it is above one half for its group."""
    return own_or_given(trust, p, own, 0.0) > 0.5


class ParametersOfTrust:
    """The parameters as a trust reads them: its group's own where it has one."""

    __slots__ = ("_own", "_p", "_trust")

    def __init__(self, p: Any, trust: Any, own: Own) -> None:
        self._p, self._trust, self._own = p, trust, own

    def __getattr__(self, name: str) -> Any:
        return own_or_given(self._trust, self._p, self._own.get(name, ()), getattr(self._p, name))


class ParametersOfCountry:
    """The parameters as the centre, a unit or a catchment reads them: the mean over trusts, by size.

    Where no group differs, and where one holds all trusts, it is the value itself, to the last bit.
    """

    __slots__ = ("_centre", "_own", "_p")

    def __init__(self, p: Any, centre: Any, own: Own) -> None:
        self._p, self._centre, self._own = p, centre, own

    def __getattr__(self, name: str) -> Any:
        value = mean = getattr(self._p, name)
        for number, own_name in self._own.get(name, ()):
            own, share = getattr(self._p, own_name), getattr(self._centre, share_field(number))
            mean = select(share == 1.0, own, mean + share * (own - value))
        return mean


class CentreOfTrust:
    """The centre as a trust meets it: of control and detail what its group is not freed from, and how it is judged.

    ``judged`` gives the fields of the centre that are made anew for the trust, by name.
    """

    __slots__ = ("_centre", "_freedom", "_judged")

    def __init__(self, centre: Any, freedom: Any, judged: Mapping[str, Any]) -> None:
        self._centre, self._freedom, self._judged = centre, freedom, judged

    def __getattr__(self, name: str) -> Any:
        if name in self._judged:
            return self._judged[name]
        value = getattr(self._centre, name)
        return value * (1.0 - self._freedom) if name in FREED and self._freedom is not None else value


def levers_read(fields: Set[tuple[str, str]], own: Own) -> bool:
    """Whether ``fields`` hold a lever that groups have of their own.

    >>> levers_read({("p", "target_level"), ("centre", "control")}, {"target_level": ((1, "target_level[a]"),)})
    True
    """
    return any(record == "p" and name in own and name not in (FREEDOM, *EVENTS) for record, name in fields)


def centre_read(fields: Set[tuple[str, str]], names: Container[str]) -> bool:
    """Whether ``fields`` hold one of the fields ``names`` of the centre.

    >>> centre_read({("p", "target_level"), ("centre", "control")}, FREED)
    True
    """
    return any(record == "centre" and name in names for record, name in fields)
