"""Differences between units, and how long they last."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .history import History
from .operator import Operator
from .ordered import Floats, mean, ratio, total

WORST, STILL_WORST = 0.1, 0.2
"""The worst tenth of the units, and the fifth in which they are sought later (V39)."""


def present(read: Callable[..., Floats], *columns: Floats) -> Floats:
    """Return what ``read`` makes of ``columns`` (history, unit) of units that are in all of them: (history,) or more.

    ``read`` takes as many columns without NaN. Histories of files miss units; those of the model do not.

    >>> present(lambda column: mean(column), np.array([[0.5, np.nan, 0.7]])).tolist()
    [0.6]
    """
    if not any(np.isnan(column).any() for column in columns):
        return read(*columns)
    absent = np.asarray(np.isnan(np.stack(columns)).any(axis=0))
    kept = ~absent
    each = [read(*(column[one : one + 1, kept[one]] for column in columns)) for one in range(len(absent))]
    joined: Floats = np.concatenate(each, axis=-1)
    return joined


def spread_among(column: Floats) -> Floats:
    """Return the standard deviation (history,) between the units of ``column`` (history, unit); NaN of one unit.

    >>> spread_among(np.array([[0.5, 0.7, 0.9]])).round(6).tolist()
    [0.2]
    """
    number = column.shape[1]
    if number < 2:
        return np.full(len(column), np.nan)
    centred = column - mean(column)[:, None]
    deviation: Floats = np.sqrt(total(centred * centred) / (number - 1))
    return deviation


def correlation(first: Floats, second: Floats) -> Floats:
    """Return the correlation (history,) of two columns (history, unit); NaN where either does not vary.

    >>> correlation(np.array([[1.0, 2.0, 3.0]]), np.array([[2.0, 4.0, 6.0]])).tolist()
    [1.0]
    """
    first, second = (column - mean(column)[:, None] for column in (first, second))
    return ratio(total(first * second), np.sqrt(total(first * first) * total(second * second)))


def ranks(column: Floats) -> Floats:
    """Return the ranks from 1 within each row of ``column`` (history, unit); equal values share their mean rank.

    >>> ranks(np.array([[0.9, 0.5, 0.5]])).tolist()
    [[3.0, 1.5, 1.5]]
    """
    order = np.argsort(column, axis=1)  # in whatever order equal values come
    ordered = np.take_along_axis(column, order, axis=1)
    apart = ordered[:, 1:] != ordered[:, :-1]
    edge, places = np.ones((len(column), 1), dtype=np.bool_), np.arange(column.shape[1])
    # Of each group of equal values the first place and the last: halves are exact.
    first = np.maximum.accumulate(np.where(np.hstack([edge, apart]), places, 0), axis=1)
    backward = np.where(np.hstack([apart, edge]), places, places[-1:])[:, ::-1]
    last = np.minimum.accumulate(backward, axis=1)[:, ::-1]
    found = np.empty(column.shape)
    np.put_along_axis(found, order, (first + last) / 2.0 + 1.0, axis=1)
    return found


def columns_of(panel: Floats) -> Floats:
    """Return the years of ``panel`` (history, unit, year) below each other: (year times history, unit).

    >>> columns_of(np.array([[[0.5, 0.6], [0.7, 0.8]]])).tolist()
    [[0.5, 0.7], [0.6, 0.8]]
    """
    histories, units, years = panel.shape
    return np.ascontiguousarray(panel.transpose(2, 0, 1)).reshape(years * histories, units)


def _mean_over_years(values: Floats, histories: int) -> tuple[Floats, ...]:
    """Return the sum and the number of the years that have a value, each (history,), of (year times history,)."""
    table = values.reshape(len(values) // histories if histories else 0, histories)
    return total(np.nan_to_num(table), axis=0), (~np.isnan(table)).sum(axis=0).astype(np.float64)


def spread_between(panel: str, relative: bool = False) -> Operator:
    """Return the operator of the standard deviation between units, or of that over their mean: the mean of years.

    >>> values = np.array([[[0.5], [0.7], [0.9]]])
    >>> spread_between("access").observe(History({}, {"access": values}, {})).round(6).tolist()
    [0.2]
    """

    def of_year(column: Floats) -> Floats:
        return ratio(spread_among(column), mean(column)) if relative else spread_among(column)

    def gather(history: History) -> tuple[Floats, ...]:
        values = history.panels[panel]
        return _mean_over_years(present(of_year, columns_of(values)), len(values))

    return Operator(
        name=f"{'relative ' if relative else ''}spread of {panel}",
        meaning=f"{panel} by unit and year: standard deviation between units{' over their mean' if relative else ''}, "
        "mean over years",
        needs="two units",
        sums=("total", "years"),
        gather=gather,
        value=ratio,
        panels=(panel,),
    )


def variation_of_units(quantity: str) -> Operator:
    """Return the operator of the standard deviation over the mean of a quantity that units keep.

    >>> sizes = {"size": np.array([[0.5, 1.0, 1.5]])}
    >>> variation_of_units("size").observe(History({}, {}, sizes)).tolist()
    [0.5]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        values = present(lambda column: ratio(spread_among(column), mean(column)), history.units[quantity])
        return _mean_over_years(values, len(values))

    return Operator(
        name=f"variation of {quantity}",
        meaning=f"{quantity} of units: standard deviation over mean",
        needs="two units",
        sums=("total", "histories"),
        gather=gather,
        value=ratio,
        units=(quantity,),
    )


def persistence(panel: str, years: int) -> Operator:
    """Return the operator of the rank correlation of units with themselves so many ``years`` later: the mean.

    Within each year: what moves all units together is no persistence of any.

    >>> values = np.array([[[0.5, 0.6], [0.7, 0.9], [0.9, 0.95]]])
    >>> persistence("access", 1).observe(History({}, {"access": values}, {})).tolist()
    [1.0]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        values = history.panels[panel]
        pair = columns_of(values[:, :, :-years]), columns_of(values[:, :, years:])
        return _mean_over_years(present(lambda *both: correlation(*map(ranks, both)), *pair), len(values))

    return Operator(
        name=f"persistence of {panel} over {years}",
        meaning=f"{panel} by unit: rank correlation of a year with the "
        f"{'next' if years == 1 else f'year {years} later'}, mean over years",
        needs=f"{years + 1} years, and units that differ",
        sums=("total", "pairs"),
        gather=gather,
        value=ratio,
        panels=(panel,),
    )


def correlation_across(first: str, second: str) -> Operator:
    """Return the operator of the correlation of two panels across units: the mean of years.

    >>> panels = {"autonomy": np.array([[[0.2], [0.4], [0.6]]]), "burned_out": np.array([[[0.5], [0.4], [0.3]]])}
    >>> correlation_across("autonomy", "burned_out").observe(History({}, panels, {})).round(6).tolist()
    [-1.0]
    """

    def gather(history: History) -> tuple[Floats, ...]:
        one, other = history.panels[first], history.panels[second]
        return _mean_over_years(present(correlation, columns_of(one), columns_of(other)), len(one))

    return Operator(
        name=f"correlation of {first} and {second}",
        meaning=f"{first} and {second} across units: correlation within a year, mean over years",
        needs="units that differ",
        sums=("total", "years"),
        gather=gather,
        value=ratio,
        panels=(first, second),
    )


def worst_stay(panel: str, years: int) -> Operator:
    """Return the operator of the share of the worst tenth that is in the worst fifth so many ``years`` later.

    >>> values = np.repeat(np.linspace(0.5, 0.9, 10)[None, :, None], 3, axis=2)
    >>> worst_stay("access", 2).observe(History({}, {"access": values}, {})).tolist()
    [1.0]
    """

    def of_pair(before: Floats, after: Floats) -> Floats:
        worst = ranks(before) <= WORST * before.shape[1]
        stay = worst & (ranks(after) <= STILL_WORST * after.shape[1])
        return np.stack([stay.sum(axis=1), worst.sum(axis=1)]).astype(np.float64)

    def gather(history: History) -> tuple[Floats, ...]:
        values = history.panels[panel]
        found = present(of_pair, columns_of(values[:, :, :-years]), columns_of(values[:, :, years:]))
        # Counts, which are exact in any order.
        stay, worst = found.reshape(2, max(0, values.shape[2] - years), len(values)).sum(axis=1)
        return stay, worst

    return Operator(
        name=f"worst of {panel} that stay",
        meaning=f"units in the worst tenth of {panel} that are in the worst fifth {years} years later",
        needs=f"ten units and {years + 1} years",
        sums=("stay", "worst"),
        gather=gather,
        value=ratio,
        panels=(panel,),
    )
