"""Conventions for climate and forecast data (CF 1.11), as far as they fit: units, flags, means, axes of time.

Source: https://cfconventions.org; units are those of UDUNITS.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from ..model.outcomes import OUTCOMES, TRUST_RECORDS
from .dates import dates_of, first_month, years_of

CONVENTIONS = "CF-1.11"
WORDS = "unit_in_words"
"""The attribute that keeps a unit of the model where ``units`` says it as UDUNITS can read it."""
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "1/month": "1/month",
        "1/year": "1/year",
        "month": "month",
        "months": "months",
        "months of initial demand": "months",
        "share of trusts per month": "1/month",
        "share per month": "1/month",
        "years": "years",
    }
)
"""Unit of the model -> the unit of UDUNITS that it is; of most, which are shares and scales, that is "1"."""
NOT_OF_UDUNITS = frozenset({"method units/sqrt(month)"})
"""Units that UDUNITS cannot say: it knows no roots."""


def readable_unit(unit: str) -> str:
    """Return ``unit`` as UDUNITS reads it where it can.

    >>> readable_unit("share per month"), readable_unit("0..1")
    ('1/month', '1')
    """
    return unit if unit in NOT_OF_UDUNITS else UNITS.get(unit, "1")


def by_convention(dataset: xr.Dataset, start: str | None = None) -> xr.Dataset:
    """Return runs, (point, replicate, month[, trust, year]), labelled as CF has it, with years and dates on ``month``.

    ``year``, the year of the run from 1, becomes a coordinate on ``month`` (``year_of_month`` where records of trusts
    have a dimension ``year``); with ``start``, the calendar month of month 1 such as "1997-05", so does ``time``, the
    first day of each month. ``units`` are those of UDUNITS, ``unit_in_words`` keeps the model's. Means over several
    months carry ``cell_methods``. Raises ValueError for a ``start`` that is no month.

    >>> runs = xr.Dataset({"quality": ("month", [0.5, 0.6], {"units": "0..1"})}, {"month": [6, 12]})
    >>> found = by_convention(runs, start="1997-05")
    >>> found["quality"].attrs
    {'units': '1', 'unit_in_words': '0..1', 'cell_methods': 'month: mean'}
    >>> found["year"].values.tolist(), str(found["time"].values[1])[:10]
    ([1, 1], '1998-04-01')
    """
    found = with_calendar(dataset.assign_attrs(Conventions=CONVENTIONS), start)
    # The first recorded value is the mean of the months up to its own.
    windows = "month" in found.coords and found.sizes["month"] > 0 and int(found["month"][0]) > 1
    for name, variable in found.variables.items():
        _with_units(variable.attrs)
        if name in TRUST_RECORDS and TRUST_RECORDS[str(name)].yearly:
            variable.attrs["cell_methods"] = "year: mean"
        elif windows and name in OUTCOMES:
            variable.attrs["cell_methods"] = "month: mean"
    if "status" in found:
        about = found["status"].attrs
        about["standard_name"] = "status_flag"
        if "flag_values" in about:
            about["flag_values"] = np.asarray(about["flag_values"], dtype=found["status"].dtype)
    if "replicate" in found.coords:
        found["replicate"].attrs["standard_name"] = "realization"
    return found


def with_calendar(dataset: xr.Dataset, start: str | None) -> xr.Dataset:
    """Return a copy of ``dataset``, (month, ...), with the year of the run on ``month``, and dates from ``start`` on.

    Raises ValueError for a ``start`` that is no month.

    >>> runs = with_calendar(xr.Dataset(coords={"month": [1, 13]}), start="1997-05")
    >>> runs["year"].values.tolist(), runs["time"].dt.year.values.tolist()
    ([1, 2], [1997, 1998])
    """
    found = dataset.copy()
    if "month" not in found.coords:
        return found
    months = found["month"].values
    about: dict[str, Any] = {"long_name": "year of the run", "units": "years"}
    about["meaning"] = "year of the run in which the month lies, counted from 1"
    name = "year_of_month" if "year" in found.dims else "year"
    found = found.assign_coords({name: ("month", years_of(months), about)})
    if start is None:
        found["month"].attrs["axis"] = "T"
        return found
    meaning = {"standard_name": "time", "long_name": "first day of the month", "axis": "T"}
    meaning["meaning"] = "the day on which the month begins, or the last month of a window"
    found = found.assign_coords(time=("month", dates_of(months, start), meaning))
    days = f"days since {first_month(start)}-01"
    found["time"].encoding = {"units": days, "calendar": "proleptic_gregorian", "dtype": "int32"}
    return found


def _with_units(attributes: dict[Any, Any]) -> None:
    unit = attributes.get("units")
    if unit is not None and WORDS not in attributes and readable_unit(str(unit)) != unit:
        words = {"units": readable_unit(str(unit)), WORDS: unit}
        others = dict(attributes)
        attributes.clear()
        # The words stand beside the unit, not at the end.
        for key, value in others.items():
            attributes.update(words if key == "units" else {key: value})
