"""Doors of pydantic to a spec: every way that it has to make or copy a model makes every check, or is shut."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from ..forms.written import tables_inside
from .design import Strict
from .errors import SpecError, shown
from .tables import as_spec_error
from .text import FileSource, parse_json


class Guarded(Strict):
    """A model that is made by its own initialiser alone, whichever way it is asked for."""

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Return ``obj`` if it is a spec, else the spec of these tables, with every check. Raises SpecError."""
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, Mapping) or not all(isinstance(key, str) for key in obj):
            raise SpecError(f"a spec must be a table of keys, got {shown(obj)}")
        return cls(**obj)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Return the spec of the tables in ``json_data``, with every check. Raises SpecError."""
        return cls.model_validate(parse_json(json_data))

    @classmethod
    def model_validate_strings(cls, obj: Any, **options: Any) -> Self:
        """Raise SpecError: a spec takes numbers as numbers, not as texts."""
        raise SpecError("a spec cannot be made of texts; use Spec(...) or Spec.from_text(...)")

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """Return the spec of ``values`` with every check: there is none without."""
        return cls(**values)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return this spec, which cannot change; with ``update``, raise SpecError: make another one instead."""
        if update:
            raise SpecError("a spec cannot be changed; make another one with Spec(...) or Spec.from_text(...)")
        return self

    def with_rules(self, rules: Any) -> Self:
        """Return this spec with rules of one's own, which are given as ``simulate`` takes them.

        Raises SpecError for rules that cannot be, and for a spec that has some already.
        """
        spec: Any = self
        if spec.rules.own_text:
            raise SpecError("the spec has rules of its own already: give rules in one place, the spec or the call")
        tables = tables_inside({**spec._shortest_tables(), "rules": rules}, spec.providers, spec.table)
        with as_spec_error():
            return type(spec)._from_tables(tables, FileSource(Path()))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any = None) -> Self:
        return self

    def __reduce__(self) -> Any:
        # As a store keeps it: a book of rules is one value wherever it is, and is made again there, not copied.
        spec: Any = self
        return _restored, (type(self), spec.canonical(), spec.providers_text, spec.table or {}, spec.rules.text)

    def copy(self, *, update: Mapping[str, Any] | None = None, **others: Any) -> Self:
        """Return this spec, as :meth:`model_copy` does."""
        return self.model_copy(update=update)


def _restored(kind: Any, text: str, providers: str | None, points: Mapping[str, Any], own_rules: str) -> Any:
    """Return the spec that was pickled, with every check."""
    return kind.from_stored(text, providers, lambda: points, own_rules)
