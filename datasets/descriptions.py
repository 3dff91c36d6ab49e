"""Descriptions of variables, from the tables of the model: what a store writes into their attributes, and a Dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..model.outcomes import OUTCOMES, TRUST_RECORDS, Outcome
from ..model.parameters import PARAMETERS, Parameter, Quantity, base_of, find_parameter, quantity_of
from ..store.format import DONE, FAILED, MISSING
from .attributes import as_plain

if TYPE_CHECKING:
    import xarray as xr

AXES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "point": ("1", "number of the setting of the parameters, from 0"),
        "replicate": ("1", "number of the repeat, from 0"),
        "month": ("months", "last month of the window, counted from 1"),
        "trust": ("1", "number of the trust, from 0; providers sorted by code"),
        "year": ("years", "full year of the run, counted from 1"),
    }
)
"""Dimension -> unit and meaning of its coordinate."""
STATUS_ATTRIBUTES: Mapping[str, Any] = MappingProxyType(
    {
        "long_name": "status of the run",
        "meaning": "what became of the run; a failed run is NaN in every outcome",
        "units": "1",
        "flag_values": [MISSING, DONE, FAILED],
        "flag_meanings": "missing done failed",
    }
)


def axis_attributes(name: str) -> dict[str, Any]:
    """Return what is said of the coordinate of a dimension.

    >>> axis_attributes("month")["units"]
    'months'
    """
    unit, meaning = AXES[name]
    return {"long_name": name, "units": unit, "meaning": meaning}


def outcome_attributes(row: Outcome) -> dict[str, Any]:
    """Return what is said of an outcome, or of a record per trust.

    >>> outcome_attributes(OUTCOMES["quality"])["long_name"]
    'quality'
    """
    attributes = {"long_name": row.name.replace("_", " "), "units": row.unit, "meaning": row.meaning}
    return attributes | ({"evidence": row.evidence} if row.evidence else {})


def parameter_attributes(name: str, varied: bool, find: Callable[[str], Parameter] = find_parameter) -> dict[str, Any]:
    """Return what is said of ``parameter`` or ``parameter@month``, ``varied`` between points or fixed.

    Raises ValueError, or what ``find`` raises, for a name that is none.

    >>> found = parameter_attributes("sanction_strength@61", varied=False)
    >>> found["long_name"], found["design"], found["from_month"]
    ('sanction strength from month 61 on', 'fixed', 61)
    """
    row, month = _quantity(name, find)
    attributes: dict[str, Any] = {
        "long_name": row.name.replace("_", " ") + (f" from month {month} on" if month else ""),
        "units": row.unit,
        "meaning": row.meaning,
        "kind": row.kind,
        "actor": row.actor,
        "source": row.source,
        "default": row.default,
        "declared_range": [row.low, row.high],
        "design": "varied" if varied else "fixed",
    }
    return attributes | ({"from_month": month} if month else {})


def _quantity(name: str, find: Callable[[str], Parameter]) -> Quantity:
    return quantity_of(name, find=find)


def described(dataset: xr.Dataset) -> xr.Dataset:
    """Return ``dataset`` with what the tables say of its variables, where their attributes do not say it already.

    >>> import xarray as xr
    >>> runs = xr.Dataset({"quality": ("month", [0.5, 0.6])}, {"month": [1, 2]})
    >>> found = described(runs)
    >>> found["quality"].attrs["units"], found["month"].attrs["units"]
    ('0..1', 'months')
    """
    found = dataset.copy()
    for name, variable in found.variables.items():
        for key, value in _expected(str(name), variable.ndim > 0).items():
            variable.attrs.setdefault(key, value)
    return found


def _expected(name: str, varied: bool) -> dict[str, Any]:
    if name == "status":
        return as_plain(STATUS_ATTRIBUTES)
    if name in AXES:
        return axis_attributes(name)
    if base_of(name) in PARAMETERS:
        return as_plain(parameter_attributes(name, varied))
    row = OUTCOMES.get(name) or TRUST_RECORDS.get(name)
    return as_plain(outcome_attributes(row)) if row is not None else {}
