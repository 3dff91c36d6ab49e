"""Books with groups: any book of rules made into one in which some trusts have levers of their own.

The built-in rules do not move: a book without groups is the very one that it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from ..schedule.month import Phase, Step
from ..schedule.rulebook import Field, RuleBook
from ..text.plain_text import plain
from ..trust_groups import GROUP_ONLY, TrustGroups, group_levers_among, groups_as_text
from .by_group import with_outcomes_by_group
from .levers import check_group_lever, row_of
from .membership import draw_step, group_memory, size_step, size_tally
from .steps import Reader, fields_read, judging_step, on_views, with_events
from .views import Own, own_levers

FORMAT = 2
"""Of the text that a store keeps of rules with groups."""
_BOOKS: dict[tuple[RuleBook, TrustGroups], RuleBook] = {}


def with_groups(book: RuleBook, groups: TrustGroups | None) -> RuleBook:
    """Return ``book`` with ``groups`` and no others, made once for the same ones; for None, ``book`` without groups.

    Raises ValueError, with the reason, for a lever that no group can have, and for an outcome that groups have not.

    >>> from ..schedule.rulebook import BUILT_IN
    >>> book = with_groups(BUILT_IN, TrustGroups(names=("treated",), shares=(0.15,)))
    >>> with_groups(book, None) is BUILT_IN, with_groups(book, book.groups) is book
    (True, True)
    """
    base = without_groups(book)
    if groups is None:
        return base
    groups = _in_order(groups, base)
    if (base, groups) not in _BOOKS:
        for lever in groups.levers:
            check_group_lever(lever, groups, base)
        _BOOKS[base, groups] = with_outcomes_by_group(_transformed(base, groups))
    return _BOOKS[base, groups]


def without_groups(book: RuleBook) -> RuleBook:
    """Return the book that ``book`` was before it had groups, with no constant varied."""
    return (book.base or book).ungrouped or book.base or book


def with_levers_named(book: RuleBook, names: Iterable[object]) -> RuleBook:
    """Return ``book`` whose groups have, besides, the levers of their own that ``names`` name.

    Names are ``lever[group]`` or ``lever[group]@month``; others say nothing. Raises ValueError for one that cannot be.
    """
    levers = group_levers_among(names)
    if not levers:
        return book
    if book.groups is None:
        said = levers[0]
        raise ValueError(
            f"'{plain(said.name)}' needs a group, and there are no groups; name them with their shares, such as"
            f" groups = {{ {plain(said.group) or 'treated'} = 0.15 }} under [country]"
        )
    if set(levers) <= set(book.groups.levers):
        return book
    return with_groups(book, replace(book.groups, levers=(*book.groups.levers, *levers)))


def _in_order(groups: TrustGroups, book: RuleBook) -> TrustGroups:
    """Return ``groups`` with levers and outcomes in the order of the tables: one meaning is one book."""
    order = {name: number for number, name in enumerate((*book.parameters, *GROUP_ONLY))}
    place = {name: number for number, name in enumerate(groups.names)}
    levers = sorted(set(groups.levers), key=lambda each: (order.get(each.lever, -1), place.get(each.group, -1), each))
    column = {name: number for number, name in enumerate(book.outcomes)}
    outcomes = sorted(set(groups.outcomes), key=lambda name: (column.get(name, -1), name))
    return replace(groups, levers=tuple(levers), outcomes=tuple(outcomes))


def _text(book: RuleBook, groups: TrustGroups) -> str:
    """Return what a store keeps of the own rules of ``book``, and of its ``groups``."""
    kept = json.loads(book.text) if book.text else {"rules": [], "outcomes": [], "choices": []}
    return json.dumps(
        {**kept, "format": FORMAT, "groups": groups_as_text(groups)}, sort_keys=True, separators=(",", ":")
    )


def _transformed(book: RuleBook, groups: TrustGroups) -> RuleBook:
    """Return ``book`` in which every rule reads what holds for its group; outcomes by group are not there yet."""
    own = own_levers(groups)
    judging = judging_step(book, own)
    rows = {lever.name: row_of(lever, book) for lever in groups.levers}
    memory: dict[Field, type] = {**book.memory, **group_memory(groups)}
    known = replace(
        book,
        parameters=MappingProxyType({**book.parameters, **rows}),
        memory=MappingProxyType(memory),
        groups=groups,
        ungrouped=book,
        text=_text(book, groups),
    )
    return replace(
        known,
        month=tuple(_phase(phase, book, own, judging) for phase in book.month),
        start=tuple(_with_membership(_phase(phase, book, own, start=True), groups) for phase in book.start),
        own_outcomes=tuple(_outcome(step, book, own) for step in book.own_outcomes),
    )


def _phase(phase: Phase, book: RuleBook, own: Own, judging: Step | None = None, start: bool = False) -> Phase:
    def seen(reader: Reader) -> Reader:
        return on_views(reader, phase.level, fields_read(reader, phase, book, start), own, judging)

    steps = [seen(step) for step in phase.steps]
    if not start and phase.level == "trust":
        steps = [with_events(step, own) for step in steps]
    return replace(phase, steps=tuple(steps), tallies=tuple(seen(tally) for tally in phase.tallies))


def _outcome(step: Step, book: RuleBook, own: Own) -> Step:
    """Return an own outcome that is one value of the country: of levers it reads the mean."""
    phase = Phase("own_outcomes", "country", ())
    return on_views(step, "country", fields_read(step, phase, book), own)


def _with_membership(phase: Phase, groups: TrustGroups) -> Phase:
    if phase.name == "places":
        return replace(phase, steps=(*phase.steps, draw_step(groups)))
    if phase.name == "sizes":
        return replace(phase, tallies=(*phase.tallies, size_tally(groups)))
    if phase.name == "weights":
        return replace(phase, steps=(*phase.steps, size_step(groups)))
    return phase
