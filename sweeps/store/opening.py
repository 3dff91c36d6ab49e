"""The root file of a store, read and checked: the first thing that is done with one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import zarr

from ...model.schedule.rulebook import RuleBook
from ...store.arrays import first_line, is_of_the_system, unread
from ...store.contract import root_fault
from ...store.format import (
    BATCH_DIMENSIONS,
    FIRST_WITH_DIGESTS,
    OLDEST_FORMAT,
    OWN_RULES,
    STATUS,
    STORE_FORMAT,
    StoreDamaged,
    StoreError,
    StoreUnreadable,
)
from ...store.root_file import read_root_bytes, seal_is_broken
from ..quantities.books import book_in_store


def checked_root(path: Path) -> dict[str, Any]:
    """Return the content of the root file of the store at ``path``; raise StoreError for one that cannot be used."""
    try:
        content = read_root_bytes(path)
    except OSError as error:
        if is_of_the_system(error):
            raise StoreUnreadable(f"store '{path}' cannot be opened: zarr.json {unread(error)}") from error
        what = (
            "does not exist" if not path.exists() else f"is no store: it has no zarr.json ({error.strerror or error})"
        )
        raise StoreError(f"store '{path}' {what}; 'tredegar sweep SPEC --out STORE' creates one") from None
    try:
        found = json.loads(content)
    except ValueError as error:
        raise StoreError(f"store '{path}' cannot be read: zarr.json is no JSON ({first_line(error)})") from error
    facts = found.get("attributes") if isinstance(found, dict) else None
    if not isinstance(facts, dict) or "tredegar_store" not in facts:
        raise StoreError(f"'{path}' is a Zarr store, but no sweep wrote it")
    # The format comes before the seal: a later one may be sealed in another way, and is not damaged for that.
    number = facts["tredegar_store"]
    if not isinstance(number, int) or not OLDEST_FORMAT <= number <= STORE_FORMAT:
        known = f"{OLDEST_FORMAT} to {STORE_FORMAT}"
        raise StoreError(
            f"store '{path}' has store format {number}, this version reads {known}; use the version that wrote it"
        )
    if seal_is_broken(content, needed=number >= FIRST_WITH_DIGESTS):
        raise StoreDamaged(f"store '{path}' is damaged: zarr.json is not what was written; restore it from a copy")
    fault = root_fault(found) if number >= FIRST_WITH_DIGESTS else ""
    if fault:
        raise StoreDamaged(f"store '{path}' is damaged: in zarr.json {fault}; restore it from a copy")
    return found


def rules_in(path: Path, facts: Mapping[str, Any]) -> RuleBook:
    """Return the book of the own rules that the store at ``path`` carries among its attributes, the model's if none.

    Raises StoreError for own rules that this version cannot read.
    """
    try:
        return book_in_store(facts.get(OWN_RULES, ""))
    except ValueError as error:
        raise StoreError(f"store '{path}' cannot be used by this version of tredegar: {first_line(error)}") from error


def filled_in(group: zarr.Group) -> tuple[str, ...]:
    """Return the names of the variables that runs fill of a store without a copy of their metadata (old archives)."""
    found: dict[str, Any] = {name: array.metadata for name, array in sorted(group.arrays()) if name != STATUS}
    dimensions = {name: tuple(facts.dimension_names or ()) for name, facts in found.items()}
    return tuple(name for name, dims in dimensions.items() if dims[:2] == BATCH_DIMENSIONS)
