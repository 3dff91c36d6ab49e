"""Variants of a table of a spec: models told apart by their key ``method``, which a table of records may enlarge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union

from pydantic import BaseModel, Field, TypeAdapter, ValidationInfo
from pydantic.fields import FieldInfo
from pydantic_core import core_schema

Models = tuple[type[BaseModel], ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Mark of a field that takes one of several tables. ``models`` returns those that there are when one is read."""

    models: Callable[[], Models]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Return the schema of a value that is read by the model which its key ``method`` names."""
        return core_schema.no_info_plain_validator_function(lambda value: _union(self.models()).validate_python(value))


@cache
def _union(models: Models) -> TypeAdapter[Any]:
    union: Any = Annotated[Union[models], Field(discriminator="method")]  # noqa: UP007 - made of a tuple
    return TypeAdapter(union)


@dataclass(frozen=True, slots=True)
class Read:
    """Mark of a field that ``read(value, info)`` reads, and is not held against its annotation."""

    read: Callable[[Any, ValidationInfo], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Return the schema of a value that is read so, and written as it is."""
        return core_schema.with_info_plain_validator_function(self.read)


def variants_of(field: FieldInfo) -> Models:
    """Return the models of the variants of ``field``, none where it is no field of variants."""
    return tuple(model for mark in field.metadata if isinstance(mark, OneOf) for model in mark.models())
