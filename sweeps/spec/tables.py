"""Tables of a spec whose keys are names of the model: read, checked by name, and frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...model.constants import constants_with
from ...model.outcomes import choose_outcomes
from .errors import SpecError, safe_name, shown


def tables_of(kind: str, parse: Callable[[str, Any], Any]) -> Callable[[Any], dict[str, Any]]:
    """Return a function that reads the table ``kind`` of a spec, each entry by ``parse(name, value)``."""

    def read(entries: Any) -> dict[str, Any]:
        if not isinstance(entries, Mapping):
            raise SpecError(f"key '{kind}' must be a table, got {shown(entries)}")
        for name in entries:
            if not isinstance(name, str):
                raise SpecError(f"keys of [{kind}] must be names, got {shown(name)}")
        return FixedTable({name: parse(name, value) for name, value in entries.items()})

    return read


class FixedTable(dict[str, Any]):
    """A table of a spec, which cannot change."""

    def _refuse(self, *words: Any, **others: Any) -> Any:
        raise SpecError("a spec cannot be changed; make another one with Spec(...) or Spec.from_text(...)")

    __setitem__ = __delitem__ = update = pop = popitem = clear = setdefault = __ior__ = _refuse

    def __reduce__(self) -> Any:
        return FixedTable, (dict(self),)


def read_constant(name: str, value: object) -> float:
    """Return ``value`` as constant ``name`` takes it; raise SpecError for what cannot be one."""
    try:
        changed = constants_with({name: value})  # type: ignore[dict-item]  # whether it is a float is checked there
    except (ValueError, OverflowError) as error:
        raise SpecError(str(error)) from None
    return float(getattr(changed, name))


def outcomes_to_record(names: Any) -> tuple[str, ...] | None:
    """Return the outcomes that a spec names, in the order of the table; None for all. Raises SpecError."""
    if names is None:
        return None
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise SpecError(f"key 'record.outcomes' must be a list of names of outcomes, got {shown(names)}")
    if len(names) != len(set(names)):
        raise SpecError("key 'record.outcomes' names an outcome twice")
    try:
        return choose_outcomes([safe_name(name) for name in names])
    except ValueError as error:
        raise SpecError(f"key 'record.outcomes': {error}") from None
