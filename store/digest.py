"""Digests: 16 bytes that bind the values of a variable in a batch to what they are and to where they belong.

A checksum says that a file is as it was written. A digest says that its values are those of this variable, of these
runs, of this sweep: a chunk that was swapped with another, or came from elsewhere, does not fit it. Digests are taken
of values, not of files, so that they survive another compression; and of what an extension may not change, so that
they survive one. They hold no random part: the same spec gives the same digests.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .blocks import Batch
from .design_methods import points_in_unit
from .format import MISSING, OBSERVATION
from .random_streams import PAIRED
from .root_file import with_former_keys
from .spec_text import spec_tables

BYTES = 16
_PERSON = b"tredegar"


def context_of(attributes: Mapping[str, Any]) -> bytes:
    """Return the digest of what decides all runs of a sweep but their points, from the ``attributes`` of its store.

    These are the rules, the seed, the random streams (how many points in turn share them, where they are paired), the
    size of the country, its providers, fixed parameters, constants, what a recorded value is a mean of, and what sums
    are sums of. Name, points, replicates and the choice of outcomes are left out.
    """
    spec = spec_tables(attributes["spec"])
    decisive = {name: spec.get(name) for name in ("seed", "streams", "months", "country", "fixed", "constants")}
    record = {name: spec.get("record", {}).get(name) for name in ("every", "trusts")}
    # Digests were taken of former keys first. They still are, so that one meaning has one digest, whichever key a spec
    # says: the batches of stores of before fit, and are merged with new ones.
    decisive = with_former_keys(decisive)
    if spec.get("streams") == PAIRED:
        decisive["together"] = points_in_unit(attributes["sampler"])
    facts = {**decisive, "record": record, "rules": attributes["rules_hash"], "providers": attributes["providers"]}
    # Absent without sums: digests of stores that have none stay.
    facts |= {OBSERVATION: attributes[OBSERVATION]} if OBSERVATION in attributes else {}
    # Sorted: the order in which a spec was written decides no run.
    return _digest(json.dumps(facts, sort_keys=True, default=str).encode())


def place_digest(
    context: bytes, batch: Batch, recorded: NDArray[np.bool_], points: Mapping[str, NDArray[np.float64]]
) -> bytes:
    """Return the digest of a place: which runs of ``batch`` are ``recorded`` (point, replicate), and their points.

    ``points`` are the varied parameters of the batch, name -> (point,). A batch at the end of a sweep that is extended
    later keeps its digest as long as it gains no run.

    >>> batch, recorded = Batch(0, slice(0, 2), slice(0, 1), (0, 0)), np.array([[True], [False]])
    >>> places = [place_digest(b"", batch, recorded, {"real_control": np.array([0.5, x])}) for x in (0.6, 0.7)]
    >>> places[0] == places[1]  # the second point has no run yet
    True
    """
    rows = np.flatnonzero(recorded.any(axis=1))
    parts = [context, struct.pack("<QQ", batch.points.start, batch.replicates.start)]
    parts.append(np.argwhere(recorded).astype("<u4").tobytes())
    for name in sorted(points):
        parts += [name.encode(), np.ascontiguousarray(points[name][rows], "<f8").tobytes()]
    return _digest(*parts)


def value_digest(place: bytes, name: str, values: NDArray[Any], recorded: NDArray[np.bool_]) -> bytes:
    """Return the digest of the ``values`` (point, replicate, ...) of variable ``name`` at a place (place_digest).

    >>> values, recorded = np.zeros((1, 2, 12)), np.ones((1, 2), dtype=bool)
    >>> value_digest(b"here", "quality", values, recorded) == value_digest(b"there", "quality", values, recorded)
    False
    """
    kept = values if recorded.all() else values[recorded]
    shape = json.dumps([str(values.dtype), *values.shape[2:]]).encode()
    return _digest(place, name.encode(), shape, _bytes(kept))


def coordinate_digest(name: str, values: NDArray[Any]) -> str:
    """Return the digest of a coordinate, (point,) or any shape, as 32 hexadecimal digits: name, type, shape, values.

    >>> coordinate_digest("point", np.array([0, 1]))
    '6f85989044d77a6e0a6a98e064fc8f92'
    """
    shape = json.dumps([str(values.dtype), *values.shape]).encode()
    return _digest(name.encode(), shape, _bytes(values)).hex()


def batch_digests(
    place: bytes, values: Mapping[str, NDArray[Any]], recorded: NDArray[np.bool_], names: tuple[str, ...]
) -> NDArray[np.uint8]:
    """Return the digests of a batch, (variable, byte) in order of ``names``: ``values`` are (point, replicate, ...).

    >>> batch_digests(b"place", {"quality": np.zeros((1, 2, 12))}, np.ones((1, 2), dtype=bool), ("quality",)).shape
    (1, 16)
    """
    found = b"".join(value_digest(place, name, values[name], recorded) for name in names)
    return np.frombuffer(found, dtype=np.uint8).reshape(len(names), BYTES)


def recorded_runs(status: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which runs of ``status`` (point, replicate) are recorded: done or failed.

    >>> from tredegar.store.format import DONE, FAILED, MISSING
    >>> recorded_runs(np.array([[DONE, FAILED, MISSING]], dtype=np.uint8))
    array([[ True,  True, False]])
    """
    return np.asarray(status != MISSING)


def _bytes(values: NDArray[Any]) -> bytes:
    # One order of bytes, so that machines of both kinds make the same digests.
    return np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()


def _digest(*parts: bytes) -> bytes:
    """Return the digest of ``parts``, each with its length, so that nothing can move from one to the next."""
    # With a name of its own: what another program digests never gives the same.
    found = blake2b(digest_size=BYTES, person=_PERSON)
    for part in parts:
        found.update(struct.pack("<Q", len(part)))
        found.update(part)
    return found.digest()
