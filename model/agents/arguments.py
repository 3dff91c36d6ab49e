"""Arguments of ``HealthService``: settings and changes by name, the seed, reporters of one's own; each checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ..outcomes import OUTCOMES
from ..parameters import PARAMETERS, Parameters, base_of, change_of, find_parameter, quantity_of
from ..text.names import WORD_END, closest, whole_number
from ..text.plain_text import brief

Changes = dict[int, dict[str, float]]
"""Month -> {parameter: value}, from the start of that month on."""

ARGUMENTS = (
    *("parameters", "trusts", "clinicians", "seed", "run", "providers", "constants", "changes", "checked", "months"),
    *("rng", "scenario", "model_reporters", "agent_reporters", "agenttype_reporters"),
)
"""Keywords of ``HealthService`` that are no parameters."""

DEFAULT_SEED = 7
_SOURCES = np.random.Generator | np.random.BitGenerator | np.random.SeedSequence


def settings_of(
    parameters: Parameters | None,
    changes: Mapping[int, Mapping[str, float]] | None,
    named: Mapping[str, Any],
    months: int | None = None,
) -> tuple[Parameters, Changes]:
    """Return the settings of a run of ``months`` (None: without end), and what changes when.

    ``named`` has values by the names of quantities (``parameter`` or ``parameter@month``), which count over
    ``parameters``. Raises ValueError for what cannot be used, for a change after the end, and for one that is given
    twice.
    """
    if not isinstance(parameters, Parameters | None):
        raise ValueError(f"parameters must be Parameters(name=value, ...), got {brief(parameters)}")
    starts, checked = {}, dict(_checked_changes(month, changed, months) for month, changed in (changes or {}).items())
    for name, value in named.items():
        row, month = quantity_of(name, months)
        if month is None:
            starts[name] = value
        elif row.name in checked.get(month, {}):
            raise ValueError(f"'{name}' is given twice: by its name, and among the changes")
        else:
            checked.setdefault(month, {})[row.name] = row.check(value)
    return replace(parameters or Parameters(), **starts), checked


def _checked_changes(month: Any, changed: Mapping[str, float], months: int | None) -> tuple[int, dict[str, float]]:
    try:
        number = whole_number("month", month, 1)
    except ValueError:
        raise ValueError(
            f"a lever changes at the start of a month, a whole number from 1 on, got {brief(month)}"
        ) from None
    rows = {name: quantity_of(change_of(find_parameter(name).name, number), months).parameter for name in changed}
    return number, {name: row.check(changed[name]) for name, row in rows.items()}


def values_by_name(scenario: Any, named: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by the names of quantities: those of a ``Scenario`` of Mesa and, over them, those of ``named``.

    Raises ValueError for a name that begins with no parameter, proposing what was meant.
    """
    values = {name: value for name, value in scenario or () if name != "rng"} | dict(named)
    for name in values:
        if base_of(name) not in PARAMETERS:
            raise ValueError(f"unknown parameter or argument {brief(name)}{closest(name, [*ARGUMENTS, *PARAMETERS])}")
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


def model_reporters_with(own: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the reporters of all outcomes and those of the user, as Mesa's ``DataCollector`` takes them.

    Raises ValueError for a reporter that is named like an outcome.
    """
    for name in own or {}:
        if name in OUTCOMES:
            raise ValueError(f"'{name}' is an outcome, which is reported anyway: name the reporter otherwise")
    return {name: partial(_outcome_of_month, name) for name in OUTCOMES} | dict(own or {})


def _outcome_of_month(name: str, model: Any) -> float:
    value: float = model.outcomes[name]
    return value
