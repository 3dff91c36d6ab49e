"""Recipes: how each target is made of the tables of its definition, with the window of the record's own chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ..counterparts import COUNTERPARTS, PROVIDERS
from ..operators.history import History
from ..operators.ordered import Floats, total
from .definitions import (
    ALL_TYPES,
    BOARDS,
    COUNCILS,
    DEFINITIONS,
    MAJOR,
    REORGANISATIONS,
    SECRETARIES,
    SUCCESSIONS,
    WAITING,
)
from .event_months import (
    CHANGED,
    STARTED,
    comings,
    event_course,
    major_reorganisations,
    pieces_of,
    succession_history,
    without_each_year,
)
from .shares_of_patients import gain_within_limit, largest_shares, largest_trusts, mean_admissions
from .table_reader import FileTable
from .trust_months import (
    compared_years,
    histories_without_each,
    months_by_type,
    panel_history,
    report_courses,
    sizes_of,
    sizes_without_each,
    yearly_access,
)
from .windows import NO_WINDOW, RecordWindow, Scale, jackknife_window, median_window, share_window

Tables = Mapping[str, FileTable]
YEARS_OF_A_BLOCK, LEAST_BLOCKS = 5, 3


class Observed(NamedTuple):
    """What files say of a target: value and window in its unit, the units and the months that it rests on."""

    value: float
    window: RecordWindow
    units: int
    months: int


def observed_target(name: str, tables: Tables) -> Observed:
    """Return what ``tables`` say of the target ``name``; raise ValueError where they do not hold what it needs."""
    for file in DEFINITIONS[name].files:
        if not len(tables[file].lines):
            raise ValueError(f"'{file}' has no rows that count")
    found = RECIPES[name](tables)
    if not np.isfinite(found.value):
        needs = COUNTERPARTS[name].needs if name in COUNTERPARTS else "both years"
        raise ValueError(f"needs {needs}")
    return found


def _added(name: str, pieces: list[History], scale: Scale, units: int, months: int) -> Observed:
    """Observe pieces whose sums add up to those of the whole: the value of all, and of all but each."""
    operator = COUNTERPARTS[name]
    sums = np.concatenate([operator.sums_of(piece) for piece in pieces]) if pieces else np.zeros((1, 0))
    value, without = _all_and_without(name, sums)
    return Observed(value, jackknife_window(value, without, scale), units, months)


def _all_and_without(name: str, sums: Floats) -> tuple[float, Floats]:
    whole = total(sums, axis=0)
    values = COUNTERPARTS[name].value_of(np.concatenate([whole[None], whole - sums]))
    return float(values[0]), values[1:]


def _panel(name: str, access: Floats, scale: Scale, months: int) -> Observed:
    """Observe access (unit, year) of trusts, and of all but each."""
    operator = COUNTERPARTS[name]
    value = float(operator.observe(panel_history(access))[0])
    without = operator.observe(histories_without_each(access))
    return Observed(value, jackknife_window(value, without, scale), len(access), months)


def _events(name: str, months: np.ndarray, with_first: bool) -> Observed:
    course = STARTED if name in ("V01", "V02") else CHANGED
    if len(np.unique(months)) < 2:
        return Observed(np.nan, NO_WINDOW, 0, 0)
    span = event_course(course, months, with_first).months
    return _added(name, pieces_of(course, months, with_first), "log", 1, span)


def _reorganisations(name: str, with_first: bool) -> Callable[[Tables], Observed]:
    return lambda tables: _events(name, major_reorganisations(tables[REORGANISATIONS]), with_first)


def _median_spell(tables: Tables) -> Observed:
    months = np.unique(comings(tables[SECRETARIES]))
    course = event_course(CHANGED, months)
    value = float(COUNTERPARTS["V05"].observe(course)[0])
    return Observed(value, median_window(np.diff(months).astype(np.float64)), 1, course.months)


def _burstiness(tables: Tables) -> Observed:
    history = succession_history(tables[SUCCESSIONS])
    value = float(COUNTERPARTS["V06"].observe(history)[0])
    return Observed(value, NO_WINDOW, PROVIDERS, history.months)


def _busiest(tables: Tables) -> Observed:
    history = succession_history(tables[SUCCESSIONS])
    operator = COUNTERPARTS["V07"]
    value = float(operator.observe(history)[0])
    if history.months < LEAST_BLOCKS * 12 * YEARS_OF_A_BLOCK:
        return Observed(value, NO_WINDOW, PROVIDERS, history.months)
    without = np.concatenate([operator.observe(one) for one in without_each_year(history, YEARS_OF_A_BLOCK)])
    return Observed(value, jackknife_window(value, without, "logit"), PROVIDERS, history.months)


def _type_one(name: str, years: tuple[int, ...], scale: Scale) -> Callable[[Tables], Observed]:
    def recipe(tables: Tables) -> Observed:
        one, _ = months_by_type(tables[MAJOR])
        return _panel(name, yearly_access(one, years), scale, 12 * len(years))

    return recipe


def _four_years(tables: Tables) -> Observed:
    return _panel("V11", compared_years(tables[ALL_TYPES]), "atanh", 60)


def _bunching(name: str) -> Callable[[Tables], Observed]:
    def recipe(tables: Tables) -> Observed:
        _, all_types = months_by_type(tables[MAJOR])
        sums = COUNTERPARTS[name].sums_of(report_courses(all_types))
        value, without = _all_and_without(name, sums)
        return Observed(value, jackknife_window(value, without, "log"), len(all_types.units), 36)

    return recipe


def _variation_of_sizes(tables: Tables) -> Observed:
    one, _ = months_by_type(tables[MAJOR])
    sizes, operator = sizes_of(one), COUNTERPARTS["V38"]
    value = float(operator.observe(History({}, {}, {"size": sizes[None]}))[0])
    without = operator.observe(sizes_without_each(sizes))
    return Observed(value, jackknife_window(value, without, "log"), len(sizes), 36)


def _worst_stay(tables: Tables) -> Observed:
    one, _ = months_by_type(tables[MAJOR])
    operator, access = COUNTERPARTS["V39"], yearly_access(one, (0, 1, 2))
    sums = operator.sums_of(panel_history(access))[0]
    return Observed(float(operator.value_of(sums)), share_window(*sums.tolist()), len(access), 36)


def _gain(tables: Tables) -> Observed:
    value, months = gain_within_limit(tables[WAITING])
    return Observed(value, NO_WINDOW, 1, months)


def _council_median(tables: Tables) -> Observed:
    shares = largest_trusts(tables[COUNCILS], mean_admissions(tables[ALL_TYPES]))
    return _median(shares)


def _median(shares: Floats) -> Observed:
    value = float(np.median(shares)) if len(shares) else np.nan
    return Observed(value, median_window(shares), len(shares), 0)


RECIPES: Mapping[str, Callable[[Tables], Observed]] = MappingProxyType(
    {
        "V01": _reorganisations("V01", with_first=False),
        "V02": _reorganisations("V02", with_first=True),
        "V04": lambda tables: _events("V04", comings(tables[SECRETARIES]), with_first=False),
        "V05": _median_spell,
        "V06": _burstiness,
        "V07": _busiest,
        "V08": _type_one("V08", (1,), "log"),
        "V09": _type_one("V09", (0, 1, 2), "atanh"),
        "V10": _type_one("V10", (0, 1, 2), "atanh"),
        "V11": _four_years,
        "V12": _bunching("V12"),
        "V13": _bunching("V13"),
        "V17": _gain,
        "V35": _council_median,
        "V36": lambda tables: _median(largest_shares(tables[COUNCILS])),
        "V37": lambda tables: _median(largest_shares(tables[BOARDS])),
        "V38": _variation_of_sizes,
        "V39": _worst_stay,
    }
)
"""Target -> what makes it of the tables of its definition."""
