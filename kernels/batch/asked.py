"""Arguments of ``simulate`` that are more than a number: the country, the rules, and the kinds that all must have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...model.constants import CONSTANTS
from ...model.groups.by_group import labels_by_group
from ...model.groups.on_paths import book_for
from ...model.outcomes import choose_outcomes
from ...model.parameters import base_of
from ...model.providers import Providers, read_providers
from ...model.schedule.rulebook import BUILT_IN, RuleBook, with_varied_constants
from ...model.text.plain_text import brief
from ...model.trust_groups import TrustGroups, levers_of_groups
from .batch import Country
from .naming import named_values


def country_of(trusts: int, clinicians: int, providers: Providers | str | PathLike[str] | None) -> Country:
    """Return the country: of real trusts where there are ``providers``, whose number then stands.

    >>> country_of(3, 4, None)
    Country(trusts=3, clinicians=4, providers=None)
    """
    table = read_providers(providers) if isinstance(providers, str | PathLike) else providers
    return Country(len(table) if table is not None else trusts, clinicians, table)


def rules_of(
    rules: Any,
    groups: TrustGroups | None,
    points: Mapping[str, ArrayLike] | Any,
    constants: Mapping[str, float],
    providers: Providers | None = None,
) -> tuple[RuleBook, dict[str, Any]]:
    """Return the book that ``rules`` make, with groups and varied constants, and the points, name -> (point,) values.

    Raises ValueError for rules and groups that cannot be, and for a constant that is given twice.

    >>> book, named = rules_of(None, None, {"VOICE_BASE": [0.2, 0.4]}, {})
    >>> book.varied_constants, list(named)
    (('VOICE_BASE',), ['VOICE_BASE'])
    """
    book = BUILT_IN
    if rules is not None:
        from ...model.own.books import book_of  # nobody else needs it

        book = book_of(rules)
    named = named_values(points, {*book.parameters, *CONSTANTS, *levers_of_groups(points)})
    if groups is not None or levers_of_groups(named):
        from ...model.own.books import book_in_groups

        book = book_in_groups(book, groups, named)
    book = book_for(book, providers)
    varied = [base_of(name) for name in named if base_of(name) in CONSTANTS]
    if twice := [name for name in varied if name in constants]:
        raise ValueError(f"constant '{twice[0]}' is given twice: among the points, and in constants")
    return with_varied_constants(book, varied), named


def values_recorded(outcomes: Iterable[str] | None, book: RuleBook) -> tuple[str, ...]:
    """Return the names of the values to record each month: ``outcomes``, None for all, and those of groups.

    Raises ValueError for what is no outcome of ``book``.

    >>> values_recorded(["wait_months", "quality"], BUILT_IN)
    ('quality', 'wait_months')
    """
    return (*choose_outcomes(outcomes, book.outcomes), *labels_by_group(book.groups))


def most_groups(country: Country) -> int:
    """As how many councils, or catchments, the trusts are counted: on the ring there may be one for each.

    >>> most_groups(Country(3, 4))
    3
    """
    if country.providers is None:
        return country.trusts
    return len({*country.providers.council, *country.providers.catchment})


def check_argument_kinds(
    engine: Any, outcomes: Any, providers: Any, constants: Any, trust_records: Any, dtype: Any, summaries: Any
) -> None:
    """Raise ValueError for an argument of another kind than it must be."""
    if not isinstance(dtype, str | type | np.dtype) or dtype not in ("float32", "float64", np.float32, np.float64):
        raise ValueError(f"dtype must be 'float32' or 'float64', got {brief(dtype)}")
    for name, value, kinds, wanted in (
        ("engine", engine, str, "a name"),
        ("outcomes", outcomes, Iterable | None, "names, or None for all"),
        ("providers", providers, Providers | str | PathLike | None, "a table of providers, or the path of one"),
        ("constants", constants, Mapping | None, "a mapping name -> value"),
        ("trust_records", trust_records, bool | np.bool_, "True or False"),
        ("summaries", summaries, bool | np.bool_, "True or False"),
    ):
        if not isinstance(value, kinds):
            raise ValueError(f"{name} must be {wanted}, got {brief(value)}")
