"""Names of quantities that can be set: a parameter, or ``parameter@month``, its value from the start of that month on.

The one grammar of these names: specs, calls and Datasets read and write them by it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

SIGN = "@"
_FORM = re.compile(rf"(?P<base>[^{SIGN}]*){SIGN}(?P<month>[1-9][0-9]{{0,8}})", re.ASCII)
_ZEROS = re.compile(rf"(?P<base>\w+){SIGN}0+(?P<month>[1-9][0-9]{{0,8}})", re.ASCII)


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
    """Return the name of ``parameter`` from the start of ``month`` on.

    >>> change_of("sanction_strength", 61)
    'sanction_strength@61'
    """
    return f"{parameter}{SIGN}{month}"
