"""Known offences against the limits of the house, which may only become fewer: tests compare them exactly.

Whoever mends one strikes it here; an empty table is a limit that is kept. Classes and functions are named without
their module, so that a file that moves changes nothing here.
"""

from __future__ import annotations

CROWDED: tuple[str, ...] = ()
"""Folders with more than 14 modules."""

CIRCLES: tuple[tuple[str, ...], ...] = ()
"""Modules that import each other, by the last part of their names."""

CIRCLES_OF_TYPES: tuple[tuple[str, ...], ...] = (("tredegar.sweeps.spec.checks", "tredegar.sweeps.spec.spec"),)
"""Modules that import each other when imports for types alone are counted, too."""

NAMES_OF_SEVERAL: tuple[str, ...] = ()
"""Public names that more than one module defines."""

NAMED_AS_MODULES: tuple[str, ...] = ()
"""Public functions that bear the name of a module."""

SHAPES_UNSTATED: tuple[str, ...] = ()
"""Public functions that take or return an array and do not state its shape."""

WITHOUT_EXAMPLE: dict[str, tuple[str, ...]] = {}
"""Reason -> public functions of arrays that have no example that runs."""

HOPS_SINCE = 7
"""Stops that came with rules of one's own: a spec asks its book what a name is, simulate reads points by it, the book
itself says what a month and a level of it mean, and the design of a store stands in a module of its own. With groups of
trusts came three: the arguments of simulate stand in a module of their own, and a name, in a spec and among points, is
asked whether it is the lever of a group."""
WAY_BEFORE = {"hops": 37, "functions": 138, "calls": 1740, "named": 21, "parsed": 108, "checked": 2, "columns": 21}
"""The way of mandate_detail at commit a95e1c2, on Python 3.11, before there were sub-folders (see house_hops.Trip)."""

READS_OF_THE_SPEC = 2
"""How often the text of a spec is parsed in a sweep: as the user gives it, and as the store holds it."""
