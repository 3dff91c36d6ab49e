"""Keys of a spec as types, for editors and type checkers. Made by docs/generate.py: do not edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from ..model.name_types import OutcomeName, ParameterName
    from .spec.design import Strict


class CountryKeys(TypedDict, total=False):
    """The table [country]."""

    trusts: int | None
    clinicians: int
    providers: Any
    groups: Any


class DesignKeys(TypedDict, total=False):
    """The table [design]: the keys of all its methods."""

    method: Literal["latin-hypercube", "sobol", "morris", "grid", "table"]
    points: Any
    centred: bool
    correlations: Any
    seed: int | None
    beyond_range: bool
    second_order: bool
    groups: Any
    trajectories: int
    levels: int
    file: Any
    arms: int | None


class RecordKeys(TypedDict, total=False):
    """The table [record]."""

    outcomes: Iterable[OutcomeName] | None
    every: int
    trusts: bool
    summaries: bool
    groups: Any


class SpecKeys(TypedDict, total=False):
    """A whole spec; a key of a table may stand without it."""

    name: str
    seed: int
    months: int
    replicates: int
    streams: str
    start: Any
    country: CountryKeys | Strict
    rules: Any
    fixed: Mapping[ParameterName, float]
    design: DesignKeys | Strict | Literal["latin-hypercube", "sobol", "morris", "grid", "table"]
    vary: Mapping[ParameterName, Any]
    constants: Mapping[str, float]
    record: RecordKeys | Strict

    trusts: int | None
    clinicians: int | None
    providers: Any
    trust_groups: Any
    points: Any
    centred: bool | None
    correlations: Any
    sampler_seed: int | None
    beyond_range: bool | None
    second_order: bool | None
    groups: Any
    trajectories: int | None
    levels: int | None
    file: Any
    arms: int | None
    outcomes: Iterable[OutcomeName] | None
    every: int | None
    trust_records: bool | None
    summaries: bool | None
    group_outcomes: Any
