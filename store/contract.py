"""The root file of a store, checked: every attribute is of its kind, and all arrays are of one sweep.

The seal says that the file is as it was written; this says that it is what a store needs, whoever sealed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .blocks import Batches
from .digest import BYTES
from .format import BATCH_DIMENSIONS, DIGEST, OBSERVATION, OWN_RULES, STATUS
from .random_streams import KINDS, KINDS_IN_WORDS
from .root_file import with_present_keys
from .spec_text import spec_tables


def _whole(least: int) -> Callable[[Any], bool]:
    # To Python True is a whole number.
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_text, value))


def _digests(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_text(digest) and len(digest) == 2 * BYTES for digest in value.values())


def _spec(value: Any) -> bool:
    try:
        tables = spec_tables(value)
    except (AttributeError, TypeError, ValueError):
        return False
    return all(isinstance(tables.get(name), Mapping) for name in ("country", "design", "record"))


ATTRIBUTES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "title": (_text, "a text"),
    "spec": (_spec, "the text of a spec"),
    "spec_hash": (_text, "a text"),
    "specs": (_texts, "a list of texts"),
    "rules_hash": (_text, "a text"),
    "seed": (_whole(0), "a whole number"),
    "streams": (lambda value: value in KINDS, KINDS_IN_WORDS),
    "sampler": (lambda value: isinstance(value, Mapping) and _text(value.get("method")), "a table with a method"),
    "providers": (lambda value: value is None or _text(value), "a text or nothing"),
    "defaults": (lambda value: isinstance(value, Mapping), "a table"),
    "points": (_whole(1), "a whole number from 1 on"),
    "points_per_batch": (_whole(1), "a whole number from 1 on"),
    "replicates_per_batch": (_whole(1), "a whole number from 1 on"),
    "coordinates": (_text, "a text"),
    "coordinate_digests": (_digests, "a table of digests"),
}
"""What the root file of a store must say, from format 2 on."""
OPTIONAL: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    OWN_RULES: (_text, "a text"),
    OBSERVATION: (_text, "a text"),
}
"""What it may say."""


def root_fault(content: Any) -> str:
    """Return what is wrong with the ``content`` of a root file of the present format, "" if nothing is."""
    attributes = content.get("attributes") if isinstance(content, Mapping) else None
    if not isinstance(attributes, Mapping):
        return "it has no attributes"
    attributes = with_present_keys(attributes)
    for name, (fits, expected) in ATTRIBUTES.items():
        if name not in attributes:
            return f"attribute '{name}' is missing"
        if not fits(attributes[name]):
            return f"attribute '{name}' must be {expected}"
    for name, (fits, expected) in OPTIONAL.items():
        if name in attributes and not fits(attributes[name]):
            return f"attribute '{name}' must be {expected}"
    metadata = metadata_of(content)
    for name, facts in metadata.items():
        if not _is_described(facts):
            return f"array '{name}' is not described as arrays are"
    return next(_array_faults(attributes, metadata), "")


def metadata_of(content: Any) -> dict[str, dict[str, Any]]:
    """Return the metadata of all arrays that the ``content`` of a root file tells, by name."""
    consolidated = content.get("consolidated_metadata") if isinstance(content, Mapping) else None
    found = consolidated.get("metadata") if isinstance(consolidated, Mapping) else None
    if not isinstance(found, Mapping):
        return {}
    arrays = {name: facts for name, facts in found.items() if isinstance(facts, Mapping)}
    return {name: dict(facts) for name, facts in arrays.items() if facts.get("node_type") == "array"}


def filled_by_runs(metadata: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the names of the arrays that runs fill, but ``status``."""
    return tuple(
        name
        for name, facts in metadata.items()
        if name != STATUS and tuple(facts.get("dimension_names") or ())[:2] == BATCH_DIMENSIONS
    )


def _array_faults(attributes: Mapping[str, Any], metadata: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    shapes = {name: _shape(facts) for name, facts in metadata.items()}
    status = shapes.get(STATUS)
    if status is None or len(status) != 2 or status[0] != attributes["points"]:
        yield f"array '{STATUS}' is missing or not of shape (points, replicates)"
        return
    filled = filled_by_runs(metadata)
    for name in filled:
        if shapes[name] is None or tuple(shapes[name] or ())[:2] != status:
            yield f"array '{name}' is not of the shape of '{STATUS}'"
    for name in attributes["coordinates"].split():
        if shapes.get(name) not in ((status[0],), ()):
            yield f"coordinate '{name}' is missing or not of one value for each point"
    if set(attributes["coordinate_digests"]) != set(metadata) - {*filled, STATUS, DIGEST}:
        yield "the digests of coordinates are not those of the coordinates"
    blocks = Batches(status, (attributes["points_per_batch"], attributes["replicates_per_batch"])).blocks
    named = (metadata.get(DIGEST, {}).get("attributes") or {}).get("variables")
    if not isinstance(named, str) or set(named.split()) != {*filled, STATUS}:
        yield f"array '{DIGEST}' is missing or does not name its variables"
    elif shapes[DIGEST] != (*blocks, len(named.split()), BYTES):
        yield f"array '{DIGEST}' is not of one digest for each variable and batch"


def _is_described(facts: Mapping[str, Any]) -> bool:
    names, attributes = facts.get("dimension_names"), facts.get("attributes", {})
    grid = facts.get("chunk_grid")
    configuration = grid.get("configuration") if isinstance(grid, Mapping) else None
    chunks = configuration.get("chunk_shape") if isinstance(configuration, Mapping) else None
    return (
        (names is None or isinstance(names, list))
        and isinstance(attributes, Mapping)
        and isinstance(chunks, list)
        and all(map(_whole(1), chunks))
    )


def _shape(facts: Mapping[str, Any]) -> tuple[int, ...] | None:
    shape = facts.get("shape")
    return tuple(shape) if isinstance(shape, list) and all(map(_whole(0), shape)) else None
