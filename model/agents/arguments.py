"""Arguments of ``HealthService``: settings and changes by name, the seed, reporters of one's own; each checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from ..groups.by_group import labels_by_group
from ..groups.following import follow_nation
from ..parameters import PARAMETERS, SIGN, Parameter, Parameters, base_of, find_parameter
from ..schedule.rulebook import BUILT_IN, RuleBook, level_number, quantity_in
from ..text.names import WORD_END, closest, whole_number
from ..text.plain_text import brief

Changes = dict[int, dict[str, float]]
"""Month -> {parameter: value}, from the start of that month on."""

ARGUMENTS = (
    *("parameters", "trusts", "clinicians", "seed", "run", "providers", "constants", "changes", "checked", "months"),
    *("rng", "scenario", "model_reporters", "agent_reporters", "agenttype_reporters", "rules"),
    *("groups", "group_outcomes"),
)
"""Keywords of ``HealthService`` that are no parameters."""

DEFAULT_SEED = 7
_SOURCES = np.random.Generator | np.random.BitGenerator | np.random.SeedSequence


def settings_of(
    parameters: Parameters | None,
    changes: Mapping[int, Mapping[str, float]] | None,
    named: Mapping[str, Any],
    months: int | None = None,
    book: RuleBook = BUILT_IN,
) -> tuple[dict[str, float], Changes]:
    """Return the values of all parameters of ``book`` in a run of ``months`` (None: endless), and what changes when.

    ``named`` has values by the names of quantities (``parameter`` or ``parameter@month``), which count over
    ``parameters``. Raises ValueError for what cannot be used, for a change after the end, and for one that is given
    twice.
    """
    if not isinstance(parameters, Parameters | None):
        raise ValueError(f"parameters must be Parameters(name=value, ...), got {brief(parameters)}")
    find = partial(find_parameter, table=book.parameters)
    checked = dict(_checked_changes(month, changed, months, book) for month, changed in (changes or {}).items())
    starts = {name: row.default for name, row in book.parameters.items()}
    starts |= {name: getattr(parameters, name) for name in PARAMETERS if parameters is not None}
    for name, value in named.items():
        row, month = quantity_in(book, name, months, find)
        if month is None:
            starts[name] = _value(row, value, book)
        elif row.name in checked.get(month, {}):
            raise ValueError(f"'{name}' is given twice: by its name, and among the changes")
        else:
            checked.setdefault(month, {})[row.name] = _value(row, value, book)
    follow_nation(book, starts, checked, named)
    return starts, checked


def _value(row: Parameter, value: Any, book: RuleBook) -> float:
    """Return ``value`` as ``row`` takes it: a number, or the label of a level of a choice."""
    return level_number(row.name, value, book.choices[row.name]) if row.name in book.choices else row.check(value)


def _checked_changes(
    month: Any, changed: Mapping[str, float], months: int | None, book: RuleBook
) -> tuple[int, dict[str, float]]:
    try:
        number = whole_number("month", month, 1)
    except ValueError:
        raise ValueError(
            f"a lever changes at the start of a month, a whole number from 1 on, got {brief(month)}"
        ) from None
    find = partial(find_parameter, table=book.parameters)
    rows = {name: quantity_in(book, f"{find(name).name}{SIGN}{number}", months, find).parameter for name in changed}
    return number, {name: _value(row, changed[name], book) for name, row in rows.items()}


def names_in(scenario: Any, named: Mapping[str, Any], changes: Mapping[int, Mapping[str, float]] | None) -> list[str]:
    """Return all names of quantities that are given: by a ``Scenario`` of Mesa, by name, and among the changes.

    >>> names_in(None, {"real_control": 0.8}, {13: {"sanction_strength": 0.5}})
    ['real_control', 'sanction_strength']
    """
    of_scenario = [name for name, _ in scenario or ()]
    changed = [name for each in (changes or {}).values() if isinstance(each, Mapping) for name in each]
    return [*of_scenario, *named, *changed]


def values_by_name(scenario: Any, named: Mapping[str, Any], book: RuleBook = BUILT_IN) -> dict[str, Any]:
    """Return values by the names of quantities: those of a ``Scenario`` of Mesa and, over them, those of ``named``.

    Raises ValueError for a name that begins with no parameter of ``book``, proposing what was meant.
    """
    values = {name: value for name, value in scenario or () if name != "rng"} | dict(named)
    known = book.parameters
    for name in values:
        if base_of(name) not in known:
            raise ValueError(f"unknown parameter or argument {brief(name)}{closest(name, [*ARGUMENTS, *known])}")
    return values


def seed_of(seed: Any, rng: Any) -> int:
    """Return the seed of a run that Mesa gives as ``seed`` or as ``rng``; one drawn afresh where both are None.

    A generator of NumPy, or what makes one, gives its next number.

    >>> seed_of(7, None), seed_of(None, 3), seed_of(None, np.random.default_rng(1))
    (7, 3, 2032329983)
    """
    if rng is None or seed in (None, DEFAULT_SEED):
        name, given = ("seed", seed) if rng is None else ("rng", rng)
        if given is None or isinstance(given, _SOURCES):
            return int(np.random.default_rng(given).integers(WORD_END))
        return whole_number(name, given)
    raise ValueError(f"seed and rng are two names of one thing, got seed = {brief(seed)} and rng = {brief(rng)}")


def model_reporters_with(own: Mapping[str, Any] | None, book: RuleBook = BUILT_IN) -> dict[str, Any]:
    """Return the reporters of all outcomes of ``book`` and those of the user, as Mesa's ``DataCollector`` takes them.

    Raises ValueError for a reporter that is named like an outcome.
    """
    outcomes = (*book.outcomes, *labels_by_group(book.groups))
    for name in own or {}:
        if name in outcomes:
            raise ValueError(f"'{name}' is an outcome, which is reported anyway: name the reporter otherwise")
    return {name: partial(_outcome_of_month, name) for name in outcomes} | dict(own or {})


def _outcome_of_month(name: str, model: Any) -> float:
    value: float = model.outcomes[name]
    return value
