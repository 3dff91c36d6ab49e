"""Means under a condition of the same run: by the party in government, by the direction of the last reorganisation."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from .dataset import chosen_outcomes, varied_parameters
from .windows import window

CARRIED = frozenset({"reorganisation_direction"})
"""Outcomes that are 0 but in the month of an event; as conditions they hold until the next event."""
MOST_VALUES = 7
"""A condition takes few values; more show a quantity, or the means of windows (assumption)."""


def average_by(
    sweep: xr.Dataset,
    by: str,
    outcomes: Iterable[str] | None = None,
    carried: bool = False,
    from_month: int | None = None,
    to_month: int | None = None,
) -> xr.Dataset:
    """Return the mean of each outcome over the months of a run in which outcome ``by`` has each of its values.

    ``by`` is a recorded outcome that takes few values: ``party`` (-1, +1), ``reorganisation_direction`` (-1, 0, +1),
    ``minister_changed``. With ``carried`` a zero takes the last other value before it, so that a direction holds until
    the next one (months before the first keep 0). Dims ``(by, point, replicate)``, float64, in memory; ``months``
    counts the months behind each mean; a mean of none, or of a failed run, is NaN. The months of a run depend on each
    other: an interval takes runs, by ``mean_with_interval`` of (point, replicate, ...) and ``scatter_of`` the sweep.
    Raises ValueError for an outcome that is not recorded and for one that is no condition.

    >>> of = ("point", "replicate", "month")
    >>> runs = {"quality": (of, [[[0.2, 0.4, 0.6]]]), "party": (of, [[[-1.0, 1.0, 1.0]]])}
    >>> means = average_by(xr.Dataset(runs, {"month": [1, 2, 3]}), by="party", outcomes=["quality"])
    >>> means["party"].values.tolist(), means["quality"].values.ravel().tolist()
    ([-1.0, 1.0], [0.2, 0.5])
    """
    if by in varied_parameters(sweep):
        raise ValueError(
            f"'{by}' is a parameter, and the same in all months of a run; choose points with at(sweep, ...)"
        )
    names = [name for name in chosen_outcomes(sweep, outcomes) if name != by]
    (condition_name,) = chosen_outcomes(sweep, by)
    part = window(sweep, from_month, to_month)[list(dict.fromkeys([*names, condition_name]))].astype(np.float64)
    condition = part[condition_name].transpose(..., "month").compute()
    if carried:
        condition = condition.copy(data=_carried(condition.values))
    values = np.unique(condition.values[np.isfinite(condition.values)])
    if len(values) > MOST_VALUES:
        raise ValueError(
            f"outcome '{by}' takes {len(values)} values, a condition at most {MOST_VALUES}; choose one such as "
            "'party', recorded with every = 1"
        )
    key = xr.DataArray(values, dims=by, name=by, attrs=sweep[by].attrs)
    means = [_means_where(part[names], condition == value) for value in values]
    return xr.concat(means, dim=by).assign_coords({by: key}) if means else part[names].isel(month=[]).sum("month")


def _means_where(part: xr.Dataset, where: xr.DataArray) -> xr.Dataset:
    found = part.where(where).mean("month", skipna=True, keep_attrs=True).compute()
    found["months"] = where.sum("month")
    return found


def _carried(values: np.ndarray) -> np.ndarray:
    """Return ``values`` (..., month) with each zero replaced by the last other value before it, if there is one."""
    months = np.arange(values.shape[-1])
    last = np.maximum.accumulate(np.where(values != 0.0, months, 0), axis=-1)
    return np.take_along_axis(values, last, axis=-1)
