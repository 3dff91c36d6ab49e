"""Checks of an experiment: keys, numbers and names, each refused in one line that says what to write instead."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ...model.outcomes import OUTCOMES
from ...model.parameters import PARAMETERS, parse_setting
from ...model.text.names import closest, real_number
from ...model.text.plain_text import brief
from .estimators import NEEDS
from .records import PARTS, SIDES, STATUSES, Experiment, Window, lever_of

ONLY_BY_GROUP = ("freedom", "reorganised", "manager_leaves")
"""Levers that exist for a group of trusts alone."""


def keys_of(table: Any, where: str, needed: Iterable[str], allowed: Iterable[str]) -> None:
    """Raise ValueError unless ``table`` is a table with all keys that are ``needed`` and none but those ``allowed``."""
    if not isinstance(table, dict):
        raise ValueError(f"{where} must be a table, got {brief(table)}")
    known = [*needed, *allowed]
    for key in table:
        if key not in known:
            raise ValueError(f"{where}: unknown key '{key}'{closest(key, known)} (keys: {', '.join(known)})")
    for key in needed:
        if key not in table:
            raise ValueError(f"{where}: '{key}' is missing; write it")


def checked_texts(values: Any, where: str) -> tuple[str, ...]:
    """Return ``values``, a list of texts, as a tuple; raise ValueError for anything else and for an empty text."""
    if not isinstance(values, list) or not all(isinstance(text, str) and text.strip() for text in values):
        raise ValueError(f"{where} must be words, got {brief(values)}")
    return tuple(values)


def checked_numbers(values: Any, where: str) -> Mapping[str, float]:
    """Return ``values``, name -> finite number, read-only; raise ValueError for anything else."""
    if not isinstance(values, dict):
        raise ValueError(f"{where} must be a table name = number, got {brief(values)}")
    numbers: dict[str, float] = {}
    for name, value in values.items():
        number = real_number(value)
        if number is None or not math.isfinite(number):
            raise ValueError(f"{where}: {name} must be a finite number, got {brief(value)}")
        numbers[name] = number
    return MappingProxyType(numbers)


def checked_window(values: Any, where: str) -> Window:
    """Return ``values``, a list of two whole numbers in order, as a window; raise ValueError for anything else."""
    whole = isinstance(values, list) and all(isinstance(one, int) and not isinstance(one, bool) for one in values)
    if not whole or len(values) != 2 or values[0] > values[1]:
        raise ValueError(f"{where} must be [first, last], two whole numbers in order, got {brief(values)}")
    return values[0], values[1]


def check_experiment(experiment: Experiment, where: str) -> None:
    """Raise ValueError, in one line that begins with ``where``, for an experiment that cannot be run or read."""
    _check_published(experiment, f"{where}, [published]")
    _known(experiment.side, SIDES, "side", where)
    _check_arms(experiment, f"{where}, [run]")
    _check_sides(experiment, f"{where}, [reading]")
    _check_windows(experiment, f"{where}, [reading]")
    reading = experiment.reading
    if not reading.terms:
        raise ValueError(f"{where}, [reading]: terms must name an outcome at least, such as {{ quality = 1.0 }}")
    for outcome in (*reading.terms, *reading.beside):
        _known(outcome, OUTCOMES, "outcome", f"{where}, [reading]")


def _known(name: str, known: Iterable[str], what: str, where: str) -> None:
    if name not in known:
        listed = [*known]
        told = f" ({what}s: {', '.join(listed)})" if len(listed) < 20 else ""
        raise ValueError(f"{where}: unknown {what} '{name}'{closest(name, listed)}{told}")


def _check_published(experiment: Experiment, where: str) -> None:
    published = experiment.published
    if not published.low <= published.effect <= published.high:
        raise ValueError(
            f"{where}: the effect must lie in its interval, got {published.effect:g} and "
            f"{published.low:g} to {published.high:g}"
        )
    _known(published.status, STATUSES, "status", where)
    _known(published.measures, PARTS, "part", where)


def _check_arms(experiment: Experiment, where: str) -> None:
    schedule = experiment.schedule
    names = {arm: set(settings) for arm, settings in schedule.arms.items()}
    every = set().union(*names.values())
    for arm, named in names.items():
        if named != every:
            lacking = ", ".join(sorted(every - named))
            raise ValueError(f"{where}: arm '{arm}' leaves {lacking} unset, which another sets; write what it has")
    for name in (*schedule.fixed, *every):
        _check_setting(name, experiment, where)


def _check_setting(name: str, experiment: Experiment, where: str) -> None:
    lever, groups = lever_of(name), experiment.schedule.groups
    group = name[name.find("[") + 1 : name.find("]")] if "[" in name else None
    if group is not None:
        _known(group, groups, "group", where)
    _known(lever, (*PARAMETERS, *(ONLY_BY_GROUP if group is not None else ())), "lever", where)
    try:
        month = parse_setting(name.replace(f"[{group}]", "")).month
    except ValueError as error:
        raise ValueError(f"{where}: '{name}': {error}") from None
    if month is not None and month > experiment.schedule.months:
        raise ValueError(f"{where}: '{name}' lies beyond the last month, {experiment.schedule.months}")


def _check_sides(experiment: Experiment, where: str) -> None:
    reading, schedule = experiment.reading, experiment.schedule
    sides = (*schedule.groups, "rest") if reading.treated in schedule.groups else tuple(schedule.arms)
    for side in (reading.treated, reading.control):
        _known(side, sides, "arm or group", where)
    if reading.placebo is not None:
        _known(reading.placebo, schedule.arms, "arm", where)
    if reading.by_group(schedule) and len(schedule.arms) != 1 + (reading.placebo is not None):
        raise ValueError(
            f"{where}: groups are compared within one arm, beside which a placebo may stand, got "
            f"{len(schedule.arms)} arms and {'a' if reading.placebo is not None else 'no'} placebo"
        )
    if reading.placebo is not None and not reading.by_group(schedule):
        raise ValueError(f"{where}: a placebo belongs to groups; compare the arms with each other")


def _check_windows(experiment: Experiment, where: str) -> None:
    reading, months = experiment.reading, experiment.schedule.months
    _known(reading.estimator, NEEDS, "estimator", where)
    for need in NEEDS[reading.estimator]:
        if getattr(reading, need) is None:
            raise ValueError(f"{where}: the estimator '{reading.estimator}' needs '{need}'; write it")
    for name in ("before", "after"):
        window = getattr(reading, name)
        if window is not None and not 1 <= window[0] <= window[1] <= months:
            raise ValueError(f"{where}: {name} must lie in months 1 to {months}, got {window[0]} to {window[1]}")
    if reading.event is not None and reading.years is not None:
        _check_years(reading.event, reading.years, months, where)


def _check_years(event: int, years: Window, months: int, where: str) -> None:
    first, last = event + 12 * years[0], event + 12 * (years[1] + 1) - 1
    if not years[0] <= -1 or years[1] < 0 or first < 1 or last > months:
        raise ValueError(
            f"{where}: years must reach from -1 or before to 0 or later, within months 1 to {months}, got "
            f"{years[0]} to {years[1]}, months {first} to {last}"
        )
