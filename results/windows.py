"""Parts of a run in time: what is left after the burn-in, its mean, and means of successive windows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from ..datasets.attributes import is_outcome
from .dataset import chosen_outcomes


def settled_from(sweep: xr.Dataset) -> int:
    """Return the month from which reports read by default: the first of the second half of the run (assumption).

    ``sweep`` is an opened sweep; only its months, (month,), are read.

    >>> settled_from(xr.Dataset(coords={"month": range(1, 121)}))
    61
    """
    months = sweep["month"].values
    return int(months[len(months) // 2]) - _length(months) + 1


def _length(months: np.ndarray) -> int:
    """Return how many months each recorded value is the mean of: ``every``, the distance of the recorded months."""
    return int(np.diff(months).min()) if len(months) > 1 else 1


def window(sweep: xr.Dataset, from_month: int | None = None, to_month: int | None = None) -> xr.Dataset:
    """Return the recorded months ``from_month .. to_month``, both included; all of them by default.

    ``sweep`` has dims ``(..., month)``; nothing but the number of months changes, and nothing is loaded. Where values
    are means of several months (``every`` > 1), those are kept whose months all lie inside. Raises ValueError where
    none is left.

    >>> sweep = xr.Dataset({"quality": ("month", [0.1, 0.2, 0.3, 0.4])}, {"month": [1, 2, 3, 4]})
    >>> window(sweep, from_month=3)["quality"].values.tolist()
    [0.3, 0.4]
    """
    months = sweep["month"].values
    length = _length(months)
    starts = months - length + 1
    first = int(starts[0]) if from_month is None else int(from_month)
    last = int(months[-1]) if to_month is None else int(to_month)
    kept = np.flatnonzero((starts >= first) & (months <= last))
    if not len(kept):
        what = "month" if length == 1 else f"mean of {length} months"
        known = f"the window must hold one of those in {starts[0]} .. {months[-1]}"
        raise ValueError(f"no recorded {what} lies in {first} .. {last}; {known}")
    return sweep.isel(month=kept)


def window_mean(
    sweep: xr.Dataset,
    outcomes: Iterable[str] | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
) -> xr.Dataset:
    """Return the mean of each outcome over the months of a window, float64, dims ``(point, replicate)``, in memory.

    Means are in the unit of the outcome. ``from_month`` defaults to the second half of the run. A run that failed or is
    missing stays NaN. The attributes ``from_month`` and ``to_month`` tell the window. Raises ValueError for an outcome
    that the store does not hold, and where no recorded month lies in the window.

    >>> runs = (("point", "replicate", "month"), [[[0.1, 0.2, 0.3, 0.5]], [[0.1, 0.2, np.nan, 0.5]]])
    >>> means = window_mean(xr.Dataset({"quality": runs}, {"month": [1, 2, 3, 4]}), ["quality"])
    >>> means["quality"].values.tolist()
    [[0.4], [nan]]
    >>> means.attrs["from_month"]
    3
    """
    part = window(sweep, settled_from(sweep) if from_month is None else from_month, to_month)
    names = list(chosen_outcomes(sweep, outcomes))
    means = said_to_be_means(part[names].mean("month", skipna=False, dtype=np.float64, keep_attrs=True).compute())
    first = int(part.month[0]) - _length(sweep["month"].values) + 1
    means.attrs.update(from_month=first, to_month=int(part.month[-1]))
    return means


def window_means(sweep: xr.Dataset, length: int, outcomes: Iterable[str] | None = None) -> xr.Dataset:
    """Return means of successive windows of ``length`` recorded months, float64, lazy; ``month`` ends each window.

    Dims stay ``(point, replicate, month)``, units those of the outcomes. Months at the start that fill no window are
    left out. Raises ValueError for a length that leaves no window, and for an outcome that the store does not hold.

    >>> sweep = xr.Dataset({"quality": ("month", [0.1, 0.2, 0.4, 0.6, 0.8])}, {"month": [1, 2, 3, 4, 5]})
    >>> means = window_means(sweep, 2)
    >>> means["month"].values.tolist(), means["quality"].values.round(6).tolist()
    ([3, 5], [0.3, 0.7])
    """
    if not 1 <= length <= sweep.sizes["month"]:
        raise ValueError(f"a window must have 1 .. {sweep.sizes['month']} recorded months, got {length}")
    part = sweep[list(chosen_outcomes(sweep, outcomes))].astype(np.float64)
    return means_of_windows(part, length)


def means_of_windows(part: xr.Dataset, length: int) -> xr.Dataset:
    """Return means of each ``length`` recorded months of ``part``, (..., month), in its units; the last one is full.

    What lies on ``month`` (its number, year, date) is that of the last month of a window.

    >>> means = means_of_windows(xr.Dataset({"quality": ("month", [0.2, 0.4, 0.6])}, {"month": [1, 2, 3]}), 2)
    >>> means["month"].values.tolist(), means["quality"].values.round(6).tolist()
    ([3], [0.5])
    """
    last = {str(name): "max" for name, row in part.coords.items() if "month" in row.dims}
    # What does not fill a window is cut off at the start, so that the last one ends with the run.
    windows = part.coarsen(month=length, boundary="trim", side="right", coord_func=last)
    return said_to_be_means(windows.mean(keep_attrs=True))


def said_to_be_means(means: xr.Dataset) -> xr.Dataset:
    """Return ``means``, (point, replicate) or with windows (..., month), whose outcomes say that they are means.

    Units stay those of the outcomes. Source of the attribute: the conventions of CF.

    >>> said_to_be_means(xr.Dataset({"quality": ("point", [0.5])}))["quality"].attrs
    {'cell_methods': 'month: mean'}
    """
    found = means.copy()
    for name, variable in found.data_vars.items():
        if is_outcome(str(name), variable.attrs):
            variable.attrs["cell_methods"] = "month: mean"
    return found
