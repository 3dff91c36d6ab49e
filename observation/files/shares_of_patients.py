"""Shares that have no operator: where the patients of trusts are from, and who waits within a limit."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ..operators.ordered import Floats, mean
from .calendar_months import month_number
from .table_reader import FileTable

EARLY = (month_number("2007-04"), month_number("2008-03"))
LATER = (month_number("2012-01"), month_number("2012-12"))
WITHIN, BEYOND = "No. within 18 weeks", "No. > 18 weeks"


def largest_shares(table: FileTable) -> Floats:
    """Return the largest share (trust,) that one council or board has in the patients of each trust, 0..1.

    >>> from .shapes import SHAPES
    >>> shape = SHAPES["catchment_trust22_icb22.csv"]
    >>> texts = dict(zip(shape.codes, (np.array(["R1", "R1"]), np.array(["E1", "E2"])), strict=True))
    >>> numbers = {shape.numbers[0]: np.array([0.3, 0.7])}
    >>> largest_shares(FileTable(shape, np.array([2, 3]), texts, {}, numbers)).tolist()
    [0.7]
    """
    trust, _ = table.shape.codes
    largest: dict[str, float] = {}
    for code, share in zip(table.texts[trust].tolist(), table.numbers[table.shape.numbers[0]].tolist(), strict=True):
        if not np.isnan(share):
            largest[code] = max(share, largest.get(code, 0.0))
    return np.array(list(largest.values()))


def largest_trusts(table: FileTable, weights: dict[str, float]) -> Floats:
    """Return the largest share (council,) that one trust has in the patients of each council, 0..1.

    ``weights``: patients of a trust, in any unit; trusts without a weight are left out.

    >>> from .shapes import SHAPES
    >>> shape = SHAPES["catchment_trust22_ltla21.csv"]
    >>> texts = dict(zip(shape.codes, (np.array(["R1", "R2"]), np.array(["E1", "E1"])), strict=True))
    >>> numbers = {shape.numbers[0]: np.array([0.3, 0.3])}
    >>> largest_trusts(FileTable(shape, np.array([2, 3]), texts, {}, numbers), {"R1": 30.0, "R2": 10.0}).tolist()
    [0.75]
    """
    trust, place = table.shape.codes
    patients: dict[str, list[float]] = defaultdict(list)
    columns = (table.texts[trust], table.texts[place], table.numbers[table.shape.numbers[0]])
    for code, council, share in zip(*(column.tolist() for column in columns), strict=True):
        if not np.isnan(share) and weights.get(code, 0.0) * share > 0.0:
            patients[council].append(weights[code] * share)
    return np.array([max(each) / sum(each) for each in patients.values()])


def mean_admissions(table: FileTable) -> dict[str, float]:
    """Return the mean emergency admissions a month of each trust that the file has them of."""
    found: dict[str, list[float]] = defaultdict(list)
    columns = (table.texts["nhs_trust22_code"], table.numbers["total_emergency_admissions"])
    for code, number in zip(*(column.tolist() for column in columns), strict=True):
        if not np.isnan(number):
            found[code].append(number)
    return {code: float(mean(np.array(numbers))) for code, numbers in found.items()}


def gain_within_limit(table: FileTable) -> tuple[float, int]:
    """Return the rise of the share that waits within 18 weeks, 2012 less 2007-08, and the months that it rests on.

    NaN where either year has no month.
    """
    months: set[int] = set()
    shares = []
    kinds, when, counts = table.texts["type_of_wait"], table.months["month"], table.numbers["count"]
    for first, last in (EARLY, LATER):
        known = (when >= first) & (when <= last) & ~np.isnan(counts)
        # A month of one kind alone would pass for one in which nobody waits longer, or all do.
        year = known & np.isin(when, np.intersect1d(when[known & (kinds == WITHIN)], when[known & (kinds == BEYOND)]))
        within, beyond = (float(counts[year & (kinds == kind)].sum()) for kind in (WITHIN, BEYOND))
        shares.append(within / (within + beyond) if within + beyond > 0.0 else np.nan)
        months |= set(when[year].tolist())
    return shares[1] - shares[0], len(months)
