"""Tables of a spec: former keys are told, and tables whose keys are names of the model read, checked and frozen."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

from pydantic import AliasChoices, Field, PlainSerializer, PlainValidator

from ...datasets.dates import read_start
from ...model.constants import constants_with
from ...model.outcomes import choose_outcomes
from ...store.format import FORMER, FORMER_VALUES, PRESENT
from ...store.random_streams import KINDS, KINDS_IN_WORDS
from ..forms.data_tables import FILES, POINTS, PROVIDERS
from .design import Strict
from .errors import SpecError, either, safe_name, shown

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


class CountrySpec(Strict):
    """How large the country is: a synthetic ring of equal areas, or the real trusts of a providers table."""

    trusts: int | None = Field(
        default=None, ge=1, le=MOST_TRUSTS, description=f"a whole number from 1 to {MOST_TRUSTS}"
    )
    clinicians: int = Field(
        default=40, ge=1, le=MOST_CLINICIANS, description=f"a whole number from 1 to {MOST_CLINICIANS}"
    )
    providers: str | None = Field(
        default=None, min_length=1, max_length=1000, description="the path of a CSV file, relative to the spec"
    )


class RecordSpec(Strict):
    """What of a run is kept: which outcomes, at which interval in months, and whether the records of every trust."""

    outcomes: Annotated[
        tuple[str, ...] | None, PlainValidator(outcomes_to_record), PlainSerializer(lambda names: names)
    ] = None
    every: int = Field(default=1, ge=1, le=MOST_MONTHS, description="a whole number of months that divides 'months'")
    trusts: bool = Field(default=False, description="true or false")


def tables_of_spec(spec: Any) -> dict[str, Any]:
    """Return all tables of a spec, every value written out; specs that mean the same have equal ones."""
    country: dict[str, Any] = {"trusts": spec.trusts, "clinicians": spec.clinicians}
    if spec.providers is not None:
        country["providers"] = FILES[PROVIDERS]
    # What a design may have and has not: specs from before there was such a key keep their text and their hash, too.
    design = spec.design.model_dump(exclude={"seed"}, exclude_none=True)
    if "file" in design:
        design["file"] = FILES[POINTS]
    return {
        **{key: getattr(spec, key) for key in ("name", "seed", "months", "replicates", "streams")},
        # Absent where there is none: specs from before there was this key keep their text and their hash.
        **({} if spec.start is None else {"start": spec.start}),
        "country": country,
        "fixed": {name: spec.fixed[name] for name in sorted(spec.fixed)},
        "design": {**design, "seed": spec.sampler_seed},
        "vary": {name: varied.as_toml() for name, varied in spec.vary.items()},
        "constants": {name: spec.constants[name] for name in sorted(spec.constants)},
        "record": {"outcomes": spec.outcomes, "every": spec.record.every, "trusts": spec.record.trusts},
    }
