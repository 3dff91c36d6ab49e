"""Values of groups over the months: until it has its own, a group follows the nation; an event lasts for a month."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np

from ..schedule.rulebook import RuleBook
from ..trust_groups import EVENTS, FREEDOM, GroupLever


def follow_nation(
    book: RuleBook, starts: dict[str, Any], changes: dict[int, dict[str, Any]], given: Container[str]
) -> None:
    """Fill in what groups of ``book`` have in months in which nothing of their own was set; in place.

    ``starts`` are name -> value at the start, ``changes`` month -> name -> value from that month on, values being
    floats or arrays. ``given`` holds the names that were set at the start. What is filled in already stays.

    >>> from ..trust_groups import TrustGroups
    >>> from .grouped import with_groups
    >>> from ..schedule.rulebook import BUILT_IN
    >>> lever = GroupLever("target_toughness", "treated")
    >>> book = with_groups(BUILT_IN, TrustGroups(names=("treated",), shares=(0.15,), levers=(lever,)))
    >>> starts = {"target_toughness": 0.2, lever.name: 0.6}
    >>> changes = {13: {"target_toughness": 0.4}, 25: {lever.name: 1.0}, 37: {"target_toughness": 0.5}}
    >>> follow_nation(book, starts, changes, ())
    >>> starts[lever.name], [changed.get(lever.name) for changed in changes.values()]
    (0.2, [0.4, 1.0, None])
    """
    for lever in book.groups.levers if book.groups is not None else ():
        if lever.lever in EVENTS:
            _last_a_month(lever.name, changes)
        elif lever.lever != FREEDOM and lever.name not in given:
            _follow(lever, starts, changes)


def _follow(lever: GroupLever, starts: dict[str, Any], changes: dict[int, dict[str, Any]]) -> None:
    starts[lever.name] = starts[lever.lever]
    own = min((month for month, changed in changes.items() if lever.name in changed), default=None)
    for month, changed in changes.items():
        if lever.lever in changed and (own is None or month < own):
            changed[lever.name] = changed[lever.lever]


def _last_a_month(name: str, changes: dict[int, dict[str, Any]]) -> None:
    for month in sorted(month for month, changed in changes.items() if name in changed):
        if np.any(changes[month][name]):
            changes.setdefault(month + 1, {}).setdefault(name, changes[month][name] * 0.0)
