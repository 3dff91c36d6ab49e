"""Parameters of a run: all 103, each with its unit, range, kind and source.

The facts stand in ``parameters.toml`` alone; spec checks, samplers, Zarr attributes, axis labels, documentation and
``tredegar parameters`` are generated from the table built here. What can be set has a name of one grammar: a parameter,
or ``parameter@month``, its value from the start of that month on.

>>> Parameters(real_control=0.8).real_control, Parameters().target_toughness
(0.8, 0.6)
>>> Parameters(real_controll=1.0)
Traceback (most recent call last):
ValueError: unknown parameter 'real_controll'; did you mean 'real_control'?
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, fields, make_dataclass
from functools import wraps
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .text.names import closest, real_number
from .text.plain_text import brief, plain

Kind = Literal["lever", "uncertainty", "initial", "experiment"]
SIGN = "@"
_FORM = re.compile(rf"(?P<base>[^{SIGN}]*){SIGN}(?P<month>[1-9][0-9]{{0,8}})", re.ASCII)
_ZEROS = re.compile(rf"(?P<base>\w+){SIGN}0+(?P<month>[1-9][0-9]{{0,8}})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One row of the table of parameters.

    ``low`` and ``high`` bound what a design samples; ``least`` and ``most`` what the equations accept. ``kind`` is
    ``lever`` (a government can choose it), ``uncertainty`` (it cannot), ``initial`` (a state at the start) or
    ``experiment`` (a switch). ``initial_only`` marks values that work at the start alone. ``source`` names the
    evidence (docs/evidence.md) or says that the value is assumed.
    """

    name: str
    symbol: str
    default: float
    low: float
    high: float
    least: float
    most: float
    unit: str
    kind: Kind
    actor: str
    meaning: str
    source: str
    initial_only: bool = False
    minor: bool = False

    def check(self, value: Any) -> float:
        """Return ``value`` as a float if the equations accept it; raise ValueError, naming the range, otherwise."""
        number = real_number(value)
        if number is None:
            raise ValueError(f"parameter '{self.name}' must be a number, got {brief(value)}")
        if not math.isfinite(number) or not self.least <= number <= self.most:
            raise ValueError(
                f"parameter '{self.name}' must lie in {self.least:g} .. {self.most:g} ({self.unit}), got {brief(value)}"
            )
        return number


def _read_table() -> Mapping[str, Parameter]:
    rows = tomllib.loads((files(__package__) / "parameters.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: Parameter(name=name, **row) for name, row in rows.items()})


PARAMETERS: Mapping[str, Parameter] = _read_table()
"""The table of parameters: name -> :class:`Parameter`, in the order of the documentation."""


def find_parameter(name: str, table: Mapping[str, Parameter] = PARAMETERS) -> Parameter:
    """Return the row of ``name`` in ``table``; raise ValueError that proposes the closest name if there is none.

    >>> find_parameter("real_control").unit
    'share'
    """
    if name not in table:
        raise ValueError(f"unknown parameter {brief(name)}{closest(name, table)}")
    return table[name]


def _check_values(record: Any) -> None:
    for field in fields(record):
        object.__setattr__(record, field.name, PARAMETERS[field.name].check(getattr(record, field.name)))


def _by_name(init: Callable[..., None]) -> Callable[..., None]:
    """Wrap the initialiser of ``Parameters`` so that a name that is none gets a line that says which was meant."""

    @wraps(init)
    def initialise(self: Any, *given: Any, **values: float) -> None:
        if given:
            raise ValueError(f"parameters are given by name, Parameters(real_control=0.8), got {brief(given[0])}")
        for name in values:
            find_parameter(name)
        init(self, **values)

    return initialise


if TYPE_CHECKING:
    from .settings import Parameters as Parameters
else:
    Parameters = make_dataclass(
        "Parameters",
        [(row.name, float, row.default) for row in PARAMETERS.values()],
        namespace={
            "__post_init__": _check_values,
            "__doc__": "Settings of one point, checked: every parameter by name, at its default where not given.",
        },
        frozen=True,
        kw_only=True,
    )
    Parameters.__init__ = _by_name(Parameters.__init__)
    Parameters.__module__ = __name__


SAMPLED_KINDS = ("lever", "uncertainty", "initial")
"""Kinds of parameters that make up the space of the model; switches of experiments keep their defaults."""


def sampled_ranges(trusts: int, leave_out: Container[str] = ()) -> dict[str, tuple[float, float]]:
    """Return the space of the model in a country of so many ``trusts``: parameter -> declared (low, high) in its unit.

    Units end at one per trust. ``leave_out`` names what is not sampled.

    >>> space = sampled_ranges(40, leave_out=["solidarity"])
    >>> space["number_of_units"], "solidarity" in space, "season_start" in space
    ((2.0, 40.0), False, False)
    """
    return {
        name: (row.low, min(row.high, float(trusts)) if name == "number_of_units" else row.high)
        for name, row in PARAMETERS.items()
        if row.kind in SAMPLED_KINDS and name not in leave_out
    }


class ParameterAt(NamedTuple):
    """What a name sets: the parameter ``base``, from the start of the run (``month`` None) or from a month on."""

    base: str
    month: int | None

    @property
    def start(self) -> int:
        """The month from whose start on it holds, 0 for the start of the run."""
        return self.month or 0


def parse_setting(name: str) -> ParameterAt:
    """Split ``parameter`` or ``parameter@month``; whether there is such a parameter is not asked.

    Raises ValueError, which says the form alone, for a month that is no whole number from 1 on.

    >>> parse_setting("sanction_strength@61")
    ParameterAt(base='sanction_strength', month=61)
    """
    if SIGN not in name:
        return ParameterAt(name, None)
    found = _FORM.fullmatch(name)
    if found is None:
        zeros = _ZEROS.fullmatch(name)
        meant = f"; write '{zeros['base']}{SIGN}{zeros['month']}'" if zeros else ""
        raise ValueError(f"expected 'parameter{SIGN}month' with a whole month from 1 on{meant}")
    return ParameterAt(found["base"], int(found["month"]))


class Quantity(NamedTuple):
    """A parameter, or a change of it: the value that it takes from the start of ``month`` on."""

    parameter: Parameter
    month: int | None


def quantity_of(name: str, months: int | None = None, find: Callable[[str], Parameter] = find_parameter) -> Quantity:
    """Return what ``name`` (``parameter`` or ``parameter@month``) sets in a run of ``months``; ``find`` finds the row.

    Raises ValueError for a malformed or late month (beyond ``months``) and for a change of a parameter that works at
    the start alone; and whatever ``find`` raises for an unknown parameter.

    >>> quantity_of("sanction_strength@13", 24).month
    13
    """
    try:
        base, month = parse_setting(name)
    except ValueError as error:
        raise ValueError(f"'{plain(name)}' is no change of a parameter: {error}") from None
    row = find(base)
    if month is not None and row.initial_only:
        raise ValueError(f"'{name}' cannot change: '{row.name}' works at the start of a run alone")
    if month is not None and months is not None and month > months:
        raise ValueError(f"'{name}' changes after the last month, which is {months}")
    return Quantity(row, month)


def base_of(name: object) -> str:
    """Return the parameter or outcome that ``name`` begins with, whatever follows its ``@``.

    >>> base_of("sanction_strength@61")
    'sanction_strength'
    """
    return str(name).partition(SIGN)[0]


def is_change(name: str) -> bool:
    """Whether ``name`` sets something from a later month on.

    >>> is_change("sanction_strength@61"), is_change("sanction_strength")
    (True, False)
    """
    return SIGN in name


def change_of(parameter: str, month: int) -> str:
    """Return the name of ``parameter`` from the start of ``month`` on, a whole number from 1 on.

    Raises ValueError for an unknown parameter, one that works at the start alone, and what is no month.

    >>> change_of("sanction_strength", 61)
    'sanction_strength@61'
    """
    name = f"{parameter}{SIGN}{month}"
    quantity_of(name)
    return name
