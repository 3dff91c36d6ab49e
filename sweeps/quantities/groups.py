"""Groups of trusts in a spec: those that [country] names, what [record] keeps of them, and the levers that they have.

The book of the spec has them; they are put into it before any table is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...model.schedule.rulebook import RuleBook
from ...model.text.plain_text import brief
from ...model.trust_groups import TrustGroups, group_levers_among, read_groups


def listed_groups(given: Any) -> tuple[str, ...] | dict[str, float] | None:
    """Return groups of trusts as a spec says them: names and shares, or names alone. Raises ValueError.

    >>> listed_groups({"treated": 0.25}), listed_groups(["b", "a"])
    ({'treated': 0.25}, ('a', 'b'))
    """
    try:
        groups = read_groups(given)
    except ValueError as error:
        raise ValueError(f"key 'country.groups': {error}") from None
    if groups is None or groups.shares is None:
        return None if groups is None else groups.names
    return dict(zip(groups.names, groups.shares, strict=True))


def outcomes_by_group(names: Any, book: RuleBook | None = None) -> tuple[str, ...] | None:
    """Return the outcomes that a spec records by group, in the order of its ``book``; None for none.

    Raises ValueError for what is no list of names, and where the book has no groups.

    >>> outcomes_by_group(["quality"]), outcomes_by_group([])
    (('quality',), None)
    """
    if names is None:
        return None
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"key 'record.groups' must be a list of names of outcomes, got {brief(names)}")
    if book is None or not names:
        return tuple(names) or None
    if book.groups is None:
        raise ValueError("key 'record.groups' needs groups: name them under [country], groups = { treated = 0.15 }")
    return book.groups.outcomes


def with_groups_of_spec(book: RuleBook, tables: Mapping[str, Any], fixed: Iterable[str]) -> RuleBook:
    """Return ``book`` with the groups that the ``tables`` of a spec name, and the levers of theirs that are ``fixed``.

    Raises ValueError for groups that cannot be, and for a book that has groups which the spec does not name.

    >>> from ...model.schedule.rulebook import BUILT_IN
    >>> with_groups_of_spec(BUILT_IN, {"country": {"groups": {"treated": 0.15}}}, []).groups.names
    ('treated',)
    """
    groups = listed_groups(_value_in(tables.get("country"), "groups"))
    outcomes = outcomes_by_group(_value_in(tables.get("record"), "groups"))
    if groups is None and outcomes:
        return book  # the table [record] says it, in the words of its key
    found = read_groups(groups, outcomes)
    if book.groups is not None and not _are_those(book.groups, found):
        if found is None:
            raise ValueError(
                "groups that the rules have must be named under [country], such as groups = { treated = 0.15 }"
            )
    elif found is None or book.groups is not None:
        return with_levers(book, fixed)
    from ...model.own.books import book_in_groups  # who has no groups needs nothing of it

    return book_in_groups(book, found, fixed)


def _value_in(table: Any, key: str) -> Any:
    """Return what stands under ``key`` of a table of a spec, which is a mapping or has been read already."""
    return table.get(key) if isinstance(table, Mapping) else getattr(table, key, None)


def _are_those(groups: TrustGroups, found: TrustGroups | None) -> bool:
    """Whether ``groups`` of a book are those that were ``found`` in a spec, whatever levers they have."""
    if found is None or (groups.names, groups.shares) != (found.names, found.shares):
        return False
    return set(groups.outcomes) == set(found.outcomes)


def with_levers(book: RuleBook, names: Iterable[str]) -> RuleBook:
    """Return ``book`` with the levers of groups that ``names`` name. Raises ValueError for one that cannot be.

    >>> from ...model.schedule.rulebook import BUILT_IN
    >>> with_levers(BUILT_IN, ["real_control"]) is BUILT_IN
    True
    """
    listed = list(names)
    if not group_levers_among(listed):
        return book
    from ...model.own.books import book_in_groups

    return book_in_groups(book, None, listed)
