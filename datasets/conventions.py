"""Conventions for climate and forecast data (CF 1.11), as far as they fit: units, flags, axes of time.

Source: https://cfconventions.org; units are those of UDUNITS.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from .dates import dates_of, read_start, years_of

if TYPE_CHECKING:
    import xarray as xr

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
STANDARD_NAMES: Mapping[str, str] = MappingProxyType({"status of the run": "status_flag", "replicate": "realization"})
"""Long name -> standard name, where CF has one."""


def readable_unit(unit: str) -> str:
    """Return ``unit`` as UDUNITS reads it where it can.

    >>> readable_unit("share per month"), readable_unit("0..1")
    ('1/month', '1')
    """
    return unit if unit in NOT_OF_UDUNITS else UNITS.get(unit, "1")


def readable(attributes: Mapping[str, Any], dtype: np.dtype[Any]) -> dict[str, Any]:
    """Return the attributes of a variable of type ``dtype`` as CF has them: its unit, its flags, its standard name.

    >>> readable({"units": "0..1", "long_name": "quality"}, np.dtype("float32"))
    {'units': '1', 'unit_in_words': '0..1', 'long_name': 'quality'}
    """
    found: dict[str, Any] = {}
    for key, value in attributes.items():
        found[key] = value
        if key == "units" and WORDS not in attributes and readable_unit(str(value)) != value:
            found |= {key: readable_unit(str(value)), WORDS: value}
        if key == "flag_values":
            found[key] = np.asarray(value, dtype=dtype)
    standard = STANDARD_NAMES.get(str(attributes.get("long_name")))
    return found if standard is None else {**found, "standard_name": standard}


def calendar_coordinates(months: xr.Variable, year: str, start: str | None) -> dict[str, xr.Variable]:
    """Return the coordinates that lie on ``months`` (month,): their number, the ``year`` of the run, and dates.

    Numbers count from 1; dates, from the calendar month ``start`` of month 1 on, are the coordinate ``time``, which is
    then the axis of time in place of the number. Raises ValueError for a ``start`` that is no month.

    >>> import xarray as xr
    >>> found = calendar_coordinates(xr.Variable("month", [1, 13]), "year", "1997-05")
    >>> found["year"].values.tolist(), str(found["time"].values[1])[:10]
    ([1, 2], '1998-05-01')
    """
    import xarray as xr

    meaning = "year of the run in which the month lies, counted from 1"
    about = {"long_name": "year of the run", "units": "years", "meaning": meaning}
    found = {year: xr.Variable("month", years_of(months.values), about)}
    if start is None:
        return found | {"month": xr.Variable("month", months.values, {**months.attrs, "axis": "T"})}
    words = {"standard_name": "time", "long_name": "first day of the month", "axis": "T"}
    words["meaning"] = "the day on which the month begins, or the last month of a window"
    days = {"units": f"days since {read_start(start)}-01", "calendar": "proleptic_gregorian", "dtype": "int32"}
    return found | {"time": xr.Variable("month", dates_of(months.values, start), words, days)}
