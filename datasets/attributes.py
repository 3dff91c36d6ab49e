"""Attributes of variables: what the tables of the model say of them, in kinds that every format of data takes.

A store writes them into its arrays; a Dataset of runs has them, whoever makes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model.outcomes import OUTCOMES, TRUST_RECORDS, Outcome
from ..model.parameters import PARAMETERS, Parameter, base_of, find_parameter, quantity_of
from ..model.trust_groups import BY_GROUP
from ..store.format import DONE, FAILED, MISSING, STATUS, SUMMARIES
from .conventions import CONVENTIONS, WORDS, calendar_coordinates, readable

if TYPE_CHECKING:
    import xarray as xr

    from ..model.schedule.rulebook import RuleBook
    from ..model.trust_groups import TrustGroups

AXES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "point": ("1", "number of the setting of the parameters, from 0"),
        "replicate": ("1", "number of the repeat, from 0"),
        "month": ("months", "last month of the window, counted from 1"),
        "trust": ("1", "number of the trust, from 0; providers sorted by code"),
        "group": ("1", "group of trusts; rest: the trusts of no group"),
        "year": ("years", "full year of the run, counted from 1"),
        "sum": ("1", "target of the record, and which of its sums"),
    }
)
"""Dimension -> unit and meaning of its coordinate."""
GROUPS = "groups"
"""The attribute of what is recorded by group: the labels of the groups, in order, as JSON in a Dataset."""
LEVELS = "levels"
"""The attribute of a choice between rules: the labels of its values 0, 1 and so on, as JSON in a Dataset."""
OWN_RULE = "own_rule"
"""The attribute that an own outcome has: where its rule stands."""
OWN_RULES = "own_rules"
"""The attribute of a store and of a Dataset of runs under own rules: the text of their rule book."""
KNOWN_BY = ("kind", "default", "declared_range")
"""Attributes by which a parameter is known whose name is none of the model's."""
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
    extra = {"evidence": row.evidence, OWN_RULE: row.own_rule}
    return attributes | {name: text for name, text in extra.items() if text}


def group_attributes(row: Outcome, groups: TrustGroups) -> dict[str, Any]:
    """Return what is said of what is recorded by group: with the labels of ``groups``, the rest first.

    >>> from ..model.trust_groups import TrustGroups
    >>> group_attributes(OUTCOMES["quality"], TrustGroups(names=("treated",)))["groups"]
    ['rest', 'treated']
    """
    return outcome_attributes(row) | {GROUPS: list(groups.labels)}


def parameter_attributes(name: str, varied: bool, book: RuleBook | None = None) -> dict[str, Any]:
    """Return what is said of ``parameter`` or ``parameter@month``, ``varied`` between points or fixed.

    ``book`` has the parameters, those of the model by default; a choice between rules has ``levels``, the labels of its
    values 0, 1 and so on. Raises ValueError for a name that is none.

    >>> found = parameter_attributes("sanction_strength@61", varied=False)
    >>> found["long_name"], found["design"], found["from_month"]
    ('sanction strength from month 61 on', 'fixed', 61)
    """
    rows = PARAMETERS if book is None else book.parameters
    row, month = quantity_of(name, find=lambda base: rows.get(base) or find_parameter(base))
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
    if book is not None and row.name in book.choices:
        attributes[LEVELS] = list(book.choices[row.name])
    return attributes | ({"from_month": month} if month else {})


def parameter_of(name: str, attributes: Mapping[Any, Any]) -> Parameter | None:
    """Return the parameter that a variable ``name`` with these ``attributes`` is; None where it is none.

    A parameter of the model is known by its name, one of own rules by what :func:`parameter_attributes` said of it.

    >>> about = {"kind": "uncertainty", "default": 0.3, "declared_range": [0.0, 1.0], "units": "share"}
    >>> parameter_of("bite@61", about).unit, parameter_of("bite", {"units": "share"})
    ('share', None)
    """
    base = base_of(name)
    if base in PARAMETERS:
        return PARAMETERS[base]
    if any(key not in attributes for key in KNOWN_BY):
        return None
    low, high = (float(end) for end in attributes["declared_range"])
    unit = str(attributes.get(WORDS, attributes.get("units", "1")))
    texts: dict[str, Any] = {key: str(attributes.get(key, "")) for key in ("actor", "meaning", "source")}
    return Parameter(
        name=base, symbol=base, default=float(attributes["default"]), low=low, high=high, least=low, most=high,
        unit=unit, kind=attributes["kind"], **texts,
    )  # fmt: skip


def labels_of(attributes: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return the labels of the values 0, 1 and so on of a choice, by its ``attributes``; none of what is no choice.

    >>> labels_of({"levels": '["built-in", "my_rules.py:gaming"]'}), labels_of({})
    (('built-in', 'my_rules.py:gaming'), ())
    """
    found = attributes.get(LEVELS, ())
    return tuple(str(label) for label in (json.loads(found) if isinstance(found, str) else found))


def with_descriptions(dataset: xr.Dataset, start: str | None = None, book: RuleBook | None = None) -> xr.Dataset:
    """Return runs, (point, replicate, month[, trust, year]), with all that the tables and the conventions say of them.

    ``book`` has the rows of own parameters and outcomes. Attributes that are there already stay. ``units`` become those
    of UDUNITS, ``unit_in_words`` keeps the model's. ``year``, the year of the run from 1, becomes a coordinate on
    ``month`` (``year_of_month`` where records of trusts have a dimension ``year``); with ``start``, the calendar month
    of month 1 such as "1997-05", so does ``time``, the first day of each month. Means over several months carry
    ``cell_methods``. Raises ValueError for a ``start`` that is no month.

    >>> import xarray as xr
    >>> runs = xr.Dataset({"quality": ("month", [0.5, 0.6])}, {"month": [6, 12]})
    >>> found = with_descriptions(runs, start="1997-05")
    >>> [found["quality"].attrs[key] for key in ("units", "unit_in_words", "cell_methods")]
    ['1', '0..1', 'month: mean']
    >>> found["year"].values.tolist(), str(found["time"].values[1])[:10]
    ([1, 1], '1998-04-01')
    """
    found = _with_names_of_groups(_with_names_of_sums(dataset.assign_attrs(Conventions=CONVENTIONS)))
    months: Any = found["month"].values if "month" in found.coords else []
    # The first recorded value is the mean of the months up to its own.
    windows = len(months) > 0 and int(months[0]) > 1
    for name, variable in found.variables.items():
        known = _expected(str(name), variable.ndim > 0, book) | variable.attrs
        variable.attrs = readable(known, variable.dtype) | _cell_methods(str(name), windows, known)
    if not len(months):
        return found
    name = "year_of_month" if "year" in found.dims else "year"
    return found.assign_coords(calendar_coordinates(found["month"].variable, name, start))


def _with_names_of_sums(dataset: xr.Dataset) -> xr.Dataset:
    """Return ``dataset`` with the names of the sums as a coordinate, where it has sums that say them."""
    if SUMMARIES not in dataset or "sums" not in dataset[SUMMARIES].attrs or "sum" in dataset.coords:
        return dataset
    # As objects: texts of a fixed length have no specification in Zarr 3.
    return dataset.assign_coords(sum=("sum", np.array(json.loads(dataset[SUMMARIES].attrs["sums"]), dtype=object)))


def _with_names_of_groups(dataset: xr.Dataset) -> xr.Dataset:
    """Return ``dataset`` with the labels of groups as a coordinate, where something in it is recorded by group."""
    said = [row.attrs[GROUPS] for row in dataset.data_vars.values() if "group" in row.dims and GROUPS in row.attrs]
    if not said or "group" in dataset.coords:
        return dataset
    labels = json.loads(said[0]) if isinstance(said[0], str) else said[0]
    return dataset.assign_coords(group=("group", np.array(labels, dtype=object)))


def _expected(name: str, varied: bool, book: RuleBook | None) -> dict[str, Any]:
    if name == STATUS:
        return as_plain(STATUS_ATTRIBUTES)
    if name in AXES:
        return axis_attributes(name)
    parameters, outcomes = (PARAMETERS, OUTCOMES) if book is None else (book.parameters, book.outcomes)
    if base_of(name) in parameters:
        return as_plain(parameter_attributes(name, varied, book))
    row = outcomes.get(name) or TRUST_RECORDS.get(name)
    return as_plain(outcome_attributes(row)) if row is not None else {}


def _cell_methods(name: str, windows: bool, attributes: Mapping[Any, Any]) -> dict[str, str]:
    if name in TRUST_RECORDS and TRUST_RECORDS[name].yearly:
        return {"cell_methods": "year: mean"}
    monthly = is_outcome(name, attributes) or name.endswith(BY_GROUP)
    return {"cell_methods": "month: mean"} if windows and monthly else {}


def is_outcome(name: str, attributes: Mapping[Any, Any]) -> bool:
    """Whether a variable ``name`` with these ``attributes`` is a monthly outcome, of the model or of own rules.

    >>> is_outcome("quality", {}), is_outcome("mean_dread", {"own_rule": "mean_dread"}), is_outcome("status", {})
    (True, True, False)
    """
    return name in OUTCOMES or OWN_RULE in attributes


def as_plain(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``attributes`` without empty ones: tables and lists of texts as JSON, truth values as 0 and 1."""
    return {name: _plain(value) for name, value in attributes.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        kinds = {type(item) for item in value}
        if value and kinds <= {int, float}:
            return value
    return json.dumps(value) if isinstance(value, Mapping | list) else value


def json_attribute(attributes: Mapping[Any, Any], name: str) -> dict[str, Any]:
    """Return the table that attribute ``name`` holds as JSON, an empty one where there is none."""
    found = json.loads(attributes.get(name, "{}"))
    return dict(found) if isinstance(found, Mapping) else {}


def with_texts(dataset: xr.Dataset) -> xr.Dataset:
    """Return ``dataset``, (outcome, month, ...), with labels of a fixed length as texts of any length (objects).

    Of a fixed length there is no specification in Zarr 3.

    >>> import xarray as xr
    >>> with_texts(xr.Dataset(coords={"outcome": ["quality", "queue"]}))["outcome"].dtype
    dtype('O')
    """
    fixed = {name: row for name, row in dataset.coords.items() if row.dtype.kind == "U"}
    return dataset.assign_coords({n: (row.dims, row.values.astype(object), row.attrs) for n, row in fixed.items()})
