"""Facts that a store states of itself: its spec, its design, which variables are parameters and which outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ..datasets.attributes import OWN_RULES, is_outcome, json_attribute, labels_of, parameter_of
from ..datasets.conventions import WORDS
from ..model.outcomes import OUTCOMES, TRUST_RECORDS, Outcome
from ..model.parameters import PARAMETERS, Parameter, base_of, parse_setting
from ..model.text.names import closest
from ..store.design_methods import find_design_method
from ..store.root_file import with_present_keys
from ..store.spec_text import spec_tables
from .design import Design

if TYPE_CHECKING:
    from ..model.schedule.rulebook import RuleBook

MAIN_OUTCOMES = ("quality", "fit", "true_access", "overall", "integration", "morale")
"""What a report shows first, where it was recorded."""
LONG_LABEL = 26
"""Longer labels put their unit on a second line."""


def spec_of(sweep: xr.Dataset) -> Mapping[str, Any]:
    """Return the spec of an opened sweep as the nested dictionary that its TOML text says.

    Raises ValueError for a dataset without one.

    >>> spec_of(xr.Dataset(attrs={"spec": "months = 120"}))["months"]
    120
    """
    if "settings" in sweep.attrs:  # of a call of simulate, in the form of a spec
        return json_attribute(sweep.attrs, "settings")
    if "spec" not in sweep.attrs:
        raise ValueError("the dataset carries no spec; open the store with tredegar.results.open_sweep")
    return spec_tables(sweep.attrs["spec"])


def design_of(sweep: xr.Dataset) -> Design:
    """Return the design of an opened sweep; raises ValueError for a dataset that ``open_sweep`` did not open.

    So it does for a design method that is not known here.

    >>> sampler = '{"method": "sobol", "names": ["mandate_detail"], "bounds": [[0.0, 1.0]]}'
    >>> runs = {"status": (("point", "replicate"), [[1, 1], [1, 1]])}
    >>> design = design_of(xr.Dataset(runs, {"mandate_detail": ("point", [0.2, 0.7])}, {"sampler": sampler}))
    >>> design.method, design.bounds, design.replicates
    ('sobol', {'mandate_detail': (0.0, 1.0)}, 2)
    """
    if "sampler" not in sweep.attrs:
        raise ValueError("the dataset does not tell its design; open the store with tredegar.results.open_sweep")
    settings = json_attribute(sweep.attrs, "sampler")
    ranges = dict(zip(settings["names"], settings["bounds"], strict=False))  # a table of points has no bounds
    varied = varied_parameters(sweep)
    return Design(
        method=find_design_method(str(settings["method"])).name,
        settings=settings,
        varied=varied,
        bounds={name: _bounds(ranges.get(name), sweep[name]) for name in varied},
        replicates=sweep.sizes["replicate"],
        streams=str(with_present_keys(sweep.attrs).get("streams", "common")),
        choices={name: labels for name in varied if (labels := labels_of(sweep[name].attrs))},
    )


def _bounds(given: Sequence[float] | None, values: xr.DataArray) -> tuple[float, float]:
    if labels := labels_of(values.attrs):
        return 0.0, len(labels) - 1.0
    low, high = (values.min(), values.max()) if given is None else given
    return float(low), float(high)


def book_in(sweep: xr.Dataset) -> RuleBook:
    """Return the rule book of an opened sweep: the model's own, with the own rules that it carries.

    Constants that it sets are parameters of it. Raises ValueError for own rules that cannot be read.

    >>> book_in(xr.Dataset()).text
    ''
    """
    from ..datasets.labelled import book_of_text  # who asks for no rules does not wait for them

    return book_of_text(str(sweep.attrs.get(OWN_RULES, "")), map(str, sweep.coords))


def parameter_in(sweep: xr.Dataset, name: str) -> Parameter | None:
    """Return what ``name`` or ``name@month`` is in an opened sweep; None where it is no parameter.

    A parameter of own rules, a choice between rules or a varied constant is known by the attributes of its coordinate.

    >>> parameter_in(xr.Dataset(), "mandate_detail@3").unit
    'share'
    """
    return parameter_of(name, sweep.coords[name].attrs if name in sweep.coords else {})


def varied_parameters(sweep: xr.Dataset) -> tuple[str, ...]:
    """Return the parameters of an opened sweep that differ between its points, in the order of the spec.

    They are coordinates on ``point`` or dimensions of an unstacked grid.

    >>> varied_parameters(xr.Dataset(coords={"mandate_detail": ("point", [0.2, 0.7]), "target_level": 0.9}))
    ('mandate_detail',)
    """
    # A fixed parameter that differs between arms of joined sweeps lies on their dimension, not on that of the points.
    on_points = (str(name) for name, c in sweep.coords.items() if c.dims in (("point",), (name,)))
    found = {name for name in on_points if parameter_in(sweep, name) is not None}
    order = [*json_attribute(sweep.attrs, "sampler").get("names", ()), *PARAMETERS, *sorted(found)]
    return tuple(dict.fromkeys(name for name in order if name in found))


def levels_in(sweep: xr.Dataset, name: str) -> tuple[str, ...]:
    """Return the labels of the levels of ``name`` in an opened sweep, of its values 0, 1 and so on; none of no choice.

    >>> levels_in(xr.Dataset(coords={"mandate_detail": ("point", [0.2, 0.7])}), "mandate_detail")
    ()
    """
    return labels_of(sweep.coords[name].attrs) if name in sweep.coords else ()


def shown_values(sweep: xr.Dataset, name: str) -> np.ndarray:
    """Return the values of parameter ``name`` of an opened sweep as people read them: of a choice, labels as texts.

    They have the dims of its coordinate, (point,) or none, and the unit of the parameter.

    >>> about = {"levels": '["built-in", "mine"]'}
    >>> shown_values(xr.Dataset(coords={"gaming": ("point", [1.0, 0.0], about)}), "gaming").tolist()
    ['mine', 'built-in']
    """
    return with_labels(sweep[name].values, levels_in(sweep, name))


def with_labels(values: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """Return ``values`` (any shape), numbers of levels, as the ``labels`` of these, texts; as they are without labels.

    >>> with_labels(np.array([1.0, 0.0]), ("built-in", "mine")).tolist(), with_labels(np.array([0.2]), ()).tolist()
    (['mine', 'built-in'], [0.2])
    """
    if not len(labels) or values.dtype.kind in "OUT":
        return values
    return np.asarray(np.array(labels, dtype=object)[values.astype(int)])


def value_said(value: float, labels: Sequence[str] = (), form: str = "g") -> str:
    """Return a value of a parameter as text: the label of a level of a choice, else the number in ``form``.

    >>> value_said(0.25), value_said(1.0, ("built-in", "mine")), value_said(0.123456, form=".3g")
    ('0.25', 'mine', '0.123')
    """
    return labels[int(value)] if labels else f"{value:{form}}"


def fixed_parameters(sweep: xr.Dataset) -> dict[str, float]:
    """Return the parameters that are scalar coordinates, with their values in the units of ``parameters.toml``.

    >>> fixed_parameters(xr.Dataset(coords={"mandate_detail": ("point", [0.2, 0.7]), "target_level": 0.9}))
    {'target_level': 0.9}
    """
    scalars = ((str(n), c) for n, c in sweep.coords.items() if c.ndim == 0)
    return {name: _number(c) for name, c in scalars if parameter_in(sweep, name) is not None}


def _number(scalar: xr.DataArray) -> float:
    """Return the value of a fixed parameter, of a choice that stands there by its label the number of the level."""
    value = scalar.item()
    return float(labels_of(scalar.attrs).index(value) if isinstance(value, str) else value)


def recorded_outcomes(sweep: xr.Dataset) -> tuple[str, ...]:
    """Return the monthly outcomes that an opened sweep holds, those of the table ``outcomes.toml`` in its order first.

    >>> recorded_outcomes(xr.Dataset({"quality": ("month", [0.5]), "true_access": ("month", [0.8])}))
    ('true_access', 'quality')
    """
    own = (str(name) for name, row in sweep.data_vars.items() if is_outcome(str(name), row.attrs))
    return tuple(dict.fromkeys([*(name for name in OUTCOMES if name in sweep.data_vars), *own]))


def chosen_outcomes(sweep: xr.Dataset, names: Iterable[str] | None, most: int | None = None) -> tuple[str, ...]:
    """Return ``names``, checked; for None the main outcomes that were recorded (else the first ones), ``most`` at most.

    Raises ValueError for an outcome that the store, an opened sweep, does not hold.

    >>> sweep = xr.Dataset({"quality": ("month", [0.5]), "true_access": ("month", [0.8])})
    >>> chosen_outcomes(sweep, None), chosen_outcomes(sweep, ["true_access"])
    (('quality', 'true_access'), ('true_access',))
    """
    recorded = recorded_outcomes(sweep)
    if names is None:
        return (tuple(name for name in MAIN_OUTCOMES if name in recorded) or recorded)[:most]
    chosen = (names,) if isinstance(names, str) else tuple(names)
    for name in chosen:
        if name not in recorded:
            raise ValueError(
                f"outcome '{name}' is not in this store{closest(name, recorded)}; recorded: {', '.join(recorded)}"
            )
    return chosen


def chosen_parameters(sweep: xr.Dataset, names: Iterable[str] | None) -> tuple[str, ...]:
    """Return ``names``, checked to be varied in an opened sweep; all varied parameters for None.

    Raises ValueError for a parameter that is not varied.

    >>> chosen_parameters(xr.Dataset(coords={"mandate_detail": ("point", [0.2, 0.7])}), None)
    ('mandate_detail',)
    """
    varied = varied_parameters(sweep)
    chosen = varied if names is None else tuple(names)
    for name in chosen:
        if name not in varied:
            raise ValueError(
                f"parameter '{name}' is not varied in this store{closest(name, varied)}; varied: {', '.join(varied)}"
            )
    return chosen


def label_of(name: str, unit: bool = True, of: xr.Dataset | None = None) -> str:
    r"""Return what an axis says of a parameter or an outcome: its name in words, and its unit in brackets.

    The unit of what is not the model's own is told by its variable ``of`` a Dataset (point, replicate, month). A choice
    has none.

    >>> label_of("mandate_detail@13")
    'mandate detail from month 13\n[share]'
    """
    base, month = parse_setting(name)
    words = base.replace("_", " ") + (f" from month {month}" if month else "")
    found = unit_of(name, of) if unit else ""
    return words if not found else f"{words}{' ' if len(words) + len(found) < LONG_LABEL else chr(10)}[{found}]"


def unit_of(name: str, of: xr.Dataset | None = None) -> str:
    """Return the unit of a parameter or an outcome in words; empty for a choice, and where nothing tells it.

    ``of`` is a Dataset (point, replicate, month) that has what is not the model's own.

    >>> dread = xr.Dataset({"mean_dread": ("point", [0.5], {"units": "index"})})
    >>> unit_of("mandate_detail"), unit_of("mean_dread", dread)
    ('share', 'index')
    """
    base = base_of(name)
    row: Parameter | Outcome | None = PARAMETERS.get(base) or OUTCOMES.get(base) or TRUST_RECORDS.get(base)
    if row is not None:
        return row.unit
    attributes = of[name].attrs if of is not None and name in of.variables else {}
    return "" if labels_of(attributes) else str(attributes.get(WORDS, attributes.get("units", "")))
