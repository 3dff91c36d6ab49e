"""Errors in a spec: one line that names the key, what was expected and what came."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ...model.text.names import closest
from ...model.text.plain_text import brief, plain
from ...store.format import FORMER_VALUES
from .variants import variants_of


class SpecError(ValueError):
    """A spec that cannot be run; the message is one line that says what to change.

    >>> from tredegar import Spec
    >>> Spec.from_text("month = 12")
    Traceback (most recent call last):
    tredegar.sweeps.spec.errors.SpecError: unknown key 'month'; did you mean 'months'? ...
    """


MOST_LETTERS_SHOWN = 60
MOST_LETTERS_OF_A_MESSAGE = 1000
MOST_LEVELS_SHOWN = 3


def shown(value: object, levels: int = MOST_LEVELS_SHOWN) -> str:
    """Return ``value`` as a TOML file would write it, on one line of at most about 60 letters.

    Lists inside lists are shown ``levels`` deep, and what TOML does not have as Python writes it.
    """
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, float):
        text = str(float(value))
    elif isinstance(value, Mapping):
        text = "a table" if value else "an empty table"
    elif isinstance(value, list):
        items = [shown(item, levels - 1) for item in value[:4]] if levels else []
        text = "[" + ", ".join(items) + ("" if len(value) == len(items) else ", ..." if items else "...") + "]"
    elif isinstance(value, datetime.date | datetime.time):
        text = f"the date or time {value.isoformat()}"
    else:
        text = brief(value)
    return plain(text, MOST_LETTERS_SHOWN)


def safe_name(name: object) -> str:
    """Return a key as it may be printed: control characters replaced, cut to 60 letters."""
    return plain(name, MOST_LETTERS_SHOWN) if isinstance(name, str) else shown(name)


def either(values: Sequence[str]) -> str:
    """Return texts as a choice between them: "'common' or 'independent'"."""
    *first, last = (f"'{value}'" for value in values)
    return f"{', '.join(first)} or {last}" if first else last


def unknown_key(place: str, name: str, known: Sequence[str]) -> SpecError:
    """Return the refusal of a key that does not exist; ``place`` is the table that holds it ("" for the spec)."""
    key = safe_name(f"{place}.{name}" if place else name)
    where = f"keys of [{safe_name(place)}]" if place else "keys of a spec"
    from .places import belongs

    help_given = belongs(name, place) or closest(name, known) or belongs(name, place, slips=True)
    return SpecError(f"unknown key '{key}'{help_given} ({where}: {', '.join(known)})")


def explain(error: ValidationError, spec: type[BaseModel]) -> SpecError:
    """Return the first thing wrong with a spec, unknown keys before all else, as one line."""
    problems = sorted(error.errors(include_url=False), key=lambda problem: problem["type"] != "extra_forbidden")
    problem = problems[0]
    cause = problem.get("ctx", {}).get("error")
    if isinstance(cause, ValueError):
        return SpecError(plain(cause, MOST_LETTERS_OF_A_MESSAGE))
    models, keys = _walk(spec, problem["loc"])
    if problem["type"] == "extra_forbidden":
        if reason := getattr(models[-1], "lacks", {}).get(keys[-1]):
            return SpecError(f"a {_tag(models[-1])} design has no key '{safe_name('.'.join(keys))}': {reason}")
        return unknown_key(".".join(keys[:-1]), keys[-1], list(models[-1].model_fields))
    if problem["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return _bad_method(problem, keys, [_tag(model) for model in _models_of(models[-1], keys[-1])])
    key, expected = ".".join(keys), _expectation(models[-1], keys[-1] if keys else "")
    if problem["type"] == "missing":
        return SpecError(f"key '{safe_name(key)}' is missing; expected {expected}")
    return SpecError(f"key '{safe_name(key)}' must be {expected}, got {shown(problem['input'])}")


def _walk(spec: type[BaseModel], location: tuple[int | str, ...]) -> tuple[list[type[BaseModel]], list[str]]:
    """Return the models met on the way to ``location`` and the keys on that way, the tags of unions left out."""
    models: list[type[BaseModel]] = [spec]
    keys: list[str] = []
    for step in location:
        variants = {_tag(variant): variant for variant in _models_of(models[-1], keys[-1] if keys else "")}
        if len(models) <= len(keys) and step in variants and len(variants) > 1:
            models.append(variants[str(step)])
            continue
        if len(models) <= len(keys) and len(variants) == 1:
            models.append(next(iter(variants.values())))
        keys.append(str(step))
    return models, keys


def _models_of(owner: type[BaseModel], key: str) -> list[type[BaseModel]]:
    field = owner.model_fields.get(key)
    if field is None:
        return []
    if variants := variants_of(field):
        return list(variants)
    kinds = get_args(field.annotation) or (field.annotation,)
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]


def _tag(model: type[BaseModel]) -> str:
    field = model.model_fields.get("method")
    return str(get_args(field.annotation)[0]) if field is not None else model.__name__


def _bad_method(problem: Mapping[str, Any], keys: Sequence[str], methods: Sequence[str]) -> SpecError:
    given = problem["input"].get("method") if isinstance(problem["input"], Mapping) else None
    key = f"{'.'.join(keys)}.method"
    if given is None:
        return SpecError(f"key '{key}' is missing; expected one of {', '.join(methods)}")
    if not isinstance(given, str):
        return SpecError(f"key '{key}' must be one of {', '.join(methods)}, got {shown(given)}")
    return SpecError(f"unknown method '{safe_name(given)}'{closest(given, methods)} (methods: {', '.join(methods)})")


def _expectation(model: type[BaseModel], key: str) -> str:
    if key in FORMER_VALUES:
        return either(FORMER_VALUES[key])
    field = model.model_fields.get(key)
    return field.description if field is not None and field.description else "a table"
