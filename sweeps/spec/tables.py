"""Tables of a spec: former keys are told, and tables whose keys are names of the model read, checked and frozen."""

from __future__ import annotations

import hashlib
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AliasChoices, Field, PlainSerializer, PlainValidator, TypeAdapter, ValidationInfo

from ...datasets.dates import read_start
from ...model.constants import CONSTANTS, constants_with
from ...model.graph.merkle import rules_hash
from ...model.outcomes import choose_outcomes
from ...model.providers import MOST_BYTES as MOST_PROVIDERS_BYTES
from ...model.providers import Providers, parse_providers
from ...model.schedule.rulebook import BUILT_IN, RuleBook
from ...store.format import FORMER, FORMER_VALUES, PRESENT
from ...store.random_streams import KINDS, KINDS_IN_WORDS
from ..forms.data_tables import FILES, POINTS, PROVIDERS, RULES, SpecSource
from ..quantities.groups import listed_groups, outcomes_by_group
from .design import Strict
from .errors import SpecError, either, safe_name, shown
from .text import former_text
from .variants import Read

Streams = Annotated[
    str,
    Field(
        pattern=f"^({'|'.join(KINDS)})$",
        description=KINDS_IN_WORDS,
        validation_alias=AliasChoices("streams", FORMER["streams"]),
    ),
]
"""Random streams of a sweep: common to all points, to a sample, or to none. Its former key is read as well."""
MOST_MONTHS = 12_000
MOST_TRUSTS = 10_000
MOST_CLINICIANS = 10_000
_PACKAGE = __name__.partition(".")[0]


@contextmanager
def as_spec_error() -> Iterator[None]:
    """Have a refusal of what is made into a spec raised as SpecError, whatever ValueError it is."""
    try:
        yield
    except ValueError as error:
        raise SpecError(str(error)) from None


def tables_of(kind: str, parse: Callable[[str, Any, RuleBook], Any]) -> Callable[[Any, ValidationInfo], dict[str, Any]]:
    """Return a function that reads the table ``kind`` of a spec, each entry by ``parse(name, value, book)``."""

    def read(entries: Any, info: ValidationInfo) -> dict[str, Any]:
        if not isinstance(entries, Mapping):
            raise SpecError(f"key '{kind}' must be a table, got {shown(entries)}")
        for name in entries:
            if not isinstance(name, str):
                raise SpecError(f"keys of [{kind}] must be names, got {shown(name)}")
        # The book is made before any table is read, and is the field above these.
        book = info.data.get("rules", BUILT_IN)
        return FixedTable({name: parse(name, value, book) for name, value in entries.items()})

    return read


class FixedTable(dict[str, Any]):
    """A table of a spec, which cannot change."""

    def _refuse(self, *words: Any, **others: Any) -> Any:
        raise SpecError("a spec cannot be changed; make another one with Spec(...) or Spec.from_text(...)")

    __setitem__ = __delitem__ = update = pop = popitem = clear = setdefault = __ior__ = _refuse

    def __reduce__(self) -> Any:
        return FixedTable, (dict(self),)


def read_constant(name: str, value: object, book: RuleBook = BUILT_IN) -> float:
    """Return ``value`` as constant ``name`` takes it; raise SpecError for what cannot be one."""
    from .places import belongs

    if name not in CONSTANTS and (elsewhere := belongs(name, "constants", book=book)):
        raise SpecError(f"unknown constant '{safe_name(name)}'{elsewhere}")
    try:
        changed = constants_with({name: value})  # type: ignore[dict-item]  # whether it is a float is checked there
    except (ValueError, OverflowError) as error:
        raise SpecError(str(error)) from None
    return float(getattr(changed, name))


def outcomes_to_record(names: Any, info: ValidationInfo) -> tuple[str, ...] | None:
    """Return the outcomes that a spec names, in the order of the table of its book; None for all. Raises SpecError."""
    if names is None:
        return None
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise SpecError(f"key 'record.outcomes' must be a list of names of outcomes, got {shown(names)}")
    if len(names) != len(set(names)):
        raise SpecError("key 'record.outcomes' names an outcome twice")
    try:
        book = info.context if isinstance(info.context, RuleBook) else BUILT_IN
        return choose_outcomes([safe_name(name) for name in names], book.outcomes)
    except ValueError as error:
        raise SpecError(f"key 'record.outcomes': {error}") from None


def checked_start(value: Any, months: int = 1) -> str | None:
    """Return the year and month of month 1, as ``read_start`` of the datasets reads it; None for none.

    Raises SpecError where that raises ValueError.

    >>> checked_start("1997-05", months=240)
    '1997-05'
    """
    try:
        return None if value is None else read_start(value, months)
    except ValueError as error:
        raise SpecError(f"key 'start' {str(error).removeprefix('start ')}") from None


def said_once(tables: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return ``tables`` without the former keys that repeat a present one; warn whoever wrote any of them.

    Raises SpecError where both are given and differ.
    """
    warn_of_former_keys(tables)
    twice = {former: now for former, now in PRESENT.items() if former in tables and now in tables}
    for former, now in twice.items():
        if tables[former] != tables[now]:
            raise SpecError(
                f"key '{now}' is {shown(tables[now])} and '{former}', its former name, {shown(tables[former])};"
                f" leave '{former}' out"
            )
    return {key: value for key, value in tables.items() if key not in twice}


def check_former_values(tables: Any) -> Any:
    """Return ``tables``; raise SpecError for a former key that says what only the present one can."""
    for former, values in FORMER_VALUES.items() if isinstance(tables, Mapping) else ():
        said = tables.get(former)
        if said in KINDS and said not in values:
            raise SpecError(f"key '{former}' must be {either(values)}, got '{said}', which '{PRESENT[former]}' can be")
    return tables


def warn_of_former_keys(keys: Iterable[str]) -> None:
    """Warn whoever calls this package of each of ``keys`` that has another name now."""
    for former in (key for key in keys if key in PRESENT):
        text = f"key '{former}' of a spec is '{PRESENT[former]}' since version 0.2; '{former}' is still read"
        warnings.warn(text, DeprecationWarning, stacklevel=_calls_within())


def _calls_within() -> int:
    """Return the level of the first call from outside this package, as the caller's warning counts it."""
    level, frame = 0, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        level, frame = level + 1, frame.f_back
    return level + 1


def _frozen_groups(given: Any) -> tuple[str, ...] | FixedTable | None:
    found = listed_groups(given)
    return FixedTable(found) if isinstance(found, dict) else found


def _groups_to_record(names: Any, info: ValidationInfo) -> tuple[str, ...] | None:
    return outcomes_by_group(names, info.context if isinstance(info.context, RuleBook) else None)


class CountrySpec(Strict):
    """How large the country is: a synthetic ring of equal areas, or the real trusts of a providers table.

    ``groups`` are groups of trusts: names and shares, or the names in the column ``group`` of the providers table.
    """

    trusts: int | None = Field(
        default=None, ge=1, le=MOST_TRUSTS, description=f"a whole number from 1 to {MOST_TRUSTS}"
    )
    clinicians: int = Field(
        default=40, ge=1, le=MOST_CLINICIANS, description=f"a whole number from 1 to {MOST_CLINICIANS}"
    )
    providers: str | None = Field(
        default=None, min_length=1, max_length=1000, description="the path of a CSV file, relative to the spec"
    )
    groups: Annotated[Any, PlainValidator(_frozen_groups), PlainSerializer(lambda groups: groups)] = None


class RecordSpec(Strict):
    """What of a run is kept: which outcomes, at which interval in months, and whether the records of every trust.

    ``summaries``: whether also the sums from which the targets of the record follow. ``groups``: which outcomes by
    group of trusts, too.
    """

    outcomes: Annotated[
        tuple[str, ...] | None, PlainValidator(outcomes_to_record), PlainSerializer(lambda names: names)
    ] = None
    every: int = Field(default=1, ge=1, le=MOST_MONTHS, description="a whole number of months that divides 'months'")
    trusts: bool = Field(default=False, description="true or false")
    summaries: bool = Field(default=False, description="true or false")
    groups: Annotated[
        tuple[str, ...] | None, PlainValidator(_groups_to_record), PlainSerializer(lambda names: names)
    ] = None


def _book(value: Any, info: ValidationInfo) -> RuleBook:
    if not isinstance(value, RuleBook):
        raise SpecError(f"key 'rules' must be a table of rules, got {shown(value)}")
    return value


Book = Annotated[RuleBook, Read(_book)]
"""The rules of a spec, which are made of its table [rules] before any field is read."""


@cache
def _records() -> TypeAdapter[RecordSpec]:
    return TypeAdapter(RecordSpec)


def checked_record(value: Any, info: ValidationInfo) -> RecordSpec:
    """Return the table [record] of a spec, whose book says which outcomes there are."""
    return _records().validate_python(value, context=info.data.get("rules", BUILT_IN))


def read_trusts(name: str, source: SpecSource) -> tuple[str, Providers]:
    """Return the text of the providers table ``name`` of a spec, and its trusts. Raises SpecError."""
    text = source.table(name, PROVIDERS, MOST_PROVIDERS_BYTES)
    assert isinstance(text, str), "only points come as arrays"
    try:
        return text, parse_providers(text, safe_name(name))
    except ValueError as error:
        raise SpecError(str(error)) from None


def hash_of_spec(
    text: str, providers: Providers | None, points: Mapping[str, NDArray[np.float64]], book: RuleBook
) -> str:
    """Return the SHA-256 of the canonical ``text`` of a spec, its providers, its table of ``points``, its own rules.

    ``points`` are name -> (point,), none of other designs.

    >>> hash_of_spec("seed = 7", None, {}, BUILT_IN)[:12]
    'fb1e9e0f36c5'
    """
    # Of the text with former keys: a sweep begun before stays the same sweep, and one meaning has one hash.
    digest = hashlib.sha256(former_text(text).encode())
    digest.update(repr(providers).encode())
    if providers is not None and providers.group is not None:
        digest.update(repr(providers.group).encode())
    for name, values in points.items():
        digest.update(name.encode() + b"\0" + np.ascontiguousarray(values, "<f8").tobytes())
    if book.text:
        digest.update(rules_hash(book).encode())
    return digest.hexdigest()


def tables_of_spec(spec: Any, by_levels: bool) -> dict[str, Any]:
    """Return all tables of a spec, every value written out; specs that mean the same have equal ones.

    ``by_levels``: whether its design goes by the levels of what is varied.
    """
    country: dict[str, Any] = {"trusts": spec.trusts, "clinicians": spec.clinicians}
    if spec.providers is not None:
        country["providers"] = FILES[PROVIDERS]
    if spec.country.groups is not None:
        country["groups"] = spec.country.groups
    # What a design may have and has not: specs from before there was such a key keep their text and their hash, too.
    design = spec.design.model_dump(exclude={"seed"}, exclude_none=True)
    if "file" in design:
        design["file"] = FILES[POINTS]
    return {
        **{key: getattr(spec, key) for key in ("name", "seed", "months", "replicates", "streams")},
        # Absent where there is none: specs from before there was this key keep their text and their hash.
        **({} if spec.start is None else {"start": spec.start}),
        "country": country,
        **({"rules": {"file": FILES[RULES]}} if spec.rules.own_text else {}),
        "fixed": {name: spec.fixed[name] for name in sorted(spec.fixed)},
        "design": {**design, "seed": spec.sampler_seed},
        "vary": {name: varied.as_toml(by_levels) for name, varied in spec.vary.items()},
        "constants": {name: spec.constants[name] for name in sorted(spec.constants)},
        "record": {"outcomes": spec.outcomes, "every": spec.record.every, "trusts": spec.record.trusts}
        # Absent unless asked for, as above.
        | ({"summaries": True} if spec.record.summaries else {})
        | ({"groups": spec.record.groups} if spec.record.groups else {}),
    }
