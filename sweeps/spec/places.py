"""Places of names in a spec: what is said of a key that stands in another table than its own."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import TypeVar, get_args

from pydantic import BaseModel

from ...model.constants import CONSTANTS
from ...model.parameters import base_of
from ...model.schedule.rulebook import BUILT_IN, RuleBook
from ...store.format import PRESENT
from .variants import variants_of

Model = TypeVar("Model", bound=BaseModel)

_ROOT: list[type[BaseModel]] = []
"""The model of a spec, once it is there."""
NEAR = 0.85
"""How like a key a name must be to be taken for a slip of it (1 = equal)."""


def belongs(name: str, place: str | None = None, slips: bool = False, book: RuleBook = BUILT_IN) -> str:
    """Return "; 'months' is a key of the spec..." for a name that has its place elsewhere than in ``place``, else "".

    ``place`` is the table that it stands in, "" for the spec above its first table, None where it has no place at all.
    With ``slips`` a name that is nearly a key is taken for it. Parameters are those of ``book``.
    """
    known = _homes(book)
    found = PRESENT.get(base_of(name), base_of(name))
    if slips and found not in known:
        found = next(iter(get_close_matches(found, known, n=1, cutoff=NEAR)), found)
    homes = [home for home in known.get(found, ()) if home != place]
    if not homes:
        return ""
    return f"; '{found}' is {_words(found, homes, book)}"


def _words(name: str, homes: list[str], book: RuleBook) -> str:
    if "" in homes:
        others = "".join(f", or below [{home}]" for home in homes if home)
        return f"a key of the spec itself: it stands above its first table{others}"
    tables = " or ".join(f"[{home}]" for home in homes)
    kind = "a constant: it" if name in CONSTANTS else "a parameter: it" if name in book.parameters else "a key that"
    return f"{kind} belongs below {tables}"


def root_of_specs(model: type[Model]) -> type[Model]:
    """Take ``model`` for the spec, whose keys and tables are the places that names have.

    It is told from above, because the modules that check a part of a spec, and ask for places, stand below it.
    """
    _ROOT[:] = [model]
    _homes.cache_clear()
    return model


def models_of_tables() -> dict[str, tuple[type[BaseModel], ...]]:
    """Return the models of each table of a spec that has keys of its own, by the name of the table."""
    fields = [item for model in _ROOT for item in model.model_fields.items()]
    found = {key: variants_of(field) or tuple(_tables(field.annotation)) for key, field in fields}
    return {key: models for key, models in found.items() if models}


@cache
def _homes(book: RuleBook) -> dict[str, tuple[str, ...]]:
    """Return the tables that each name may stand in, "" for the spec itself."""
    homes: dict[str, tuple[str, ...]] = {}
    for key in (key for model in _ROOT for key in model.model_fields if key not in models_of_tables()):
        homes[key] = (*homes.get(key, ()), "")
    for key, tables in models_of_tables().items():
        for name in dict.fromkeys(name for table in tables for name in table.model_fields):
            homes[name] = (*homes.get(name, ()), key)
    named = {"fixed", "vary", "constants", "rules"}
    homes = {name: places for name, places in homes.items() if name not in named}
    homes |= dict.fromkeys(book.parameters, ("fixed", "vary"))
    return homes | dict.fromkeys(CONSTANTS, ("constants", "vary"))


def _tables(kind: object) -> Iterator[type[BaseModel]]:
    """Yield the models of a field: itself, or the members of a union."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _tables(part)
