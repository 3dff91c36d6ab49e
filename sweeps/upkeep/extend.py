"""Adding replicates or points to a finished sweep, without computing again what it has.

New points follow the old ones and new replicates the old ones, in chunks of their own; nothing that stands in the
store moves. The root file, which readers go by, is replaced last: until then the store is that of the old spec, and a
command that was killed is simply given again, or given up.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
import zarr

from ...store.blocks import Batches
from ...store.digest import coordinate_digest
from ...store.format import DIGEST, MISSING, STATUS, StoreError
from ...store.root_file import NAME, json_bytes, with_present_keys
from ..quantities.own_rules import differing_rule
from ..spec.checks import check_stream_sets
from ..spec.samplers import Points, Sampler, sampler_of
from ..spec.sampling import draw_points, sampler_settings
from ..spec.spec import Spec
from ..spec.text import present_text
from ..store.create import write_root
from ..store.durable import write_durably
from ..store.layout import (
    Variable,
    coordinate_digests,
    coordinates,
    current_rules_hash,
    other_observation,
    store_format,
)
from ..store.store import SweepStore


def extend_store(store: SweepStore, spec: Spec) -> tuple[int, int]:
    """Enlarge ``store`` to ``spec``, which asks for more replicates or points; return its new numbers of both.

    The new runs are missing until a sweep computes them. Raises StoreError, with the reason, if the sweep is not
    complete or ``spec`` is no extension of the one that the store has.
    """
    if store.archived:
        raise StoreError(f"'{store.path}' is an archive, which is never written to; extend the store it was made of")
    if store.facts["rules_hash"] != current_rules_hash(store.rules):
        raise StoreError(
            f"store '{store.path}' was written under other rules; extend it with the version that wrote it"
        )
    if what := other_observation(store.facts):
        raise StoreError(f"store '{store.path}' has sums of {what}; extend it with the version that wrote it")
    if what := differing_rule(store.rules, spec.rules):
        raise StoreError(f"store '{store.path}' cannot be extended so: the spec has {what} otherwise than the store")
    if store.facts["spec_hash"] == spec.hash():
        return store.shape
    # An extension that was killed half-way has enlarged the arrays already; only the old runs count.
    if (store.read_status()[: _number_before(store), : store.spec.replicates] == MISSING).any():
        raise StoreError(f"store '{store.path}' is unfinished; finish it with its own spec, then extend it")
    _check_settings(store, spec)
    _check_replicates(store, spec)
    points = _extended_points(store, spec)
    number = len(next(iter(points.values())))
    check_stream_sets(spec, number)
    _enlarge(store, spec, points)
    return number, spec.replicates


def _check_settings(store: SweepStore, spec: Spec) -> None:
    """Raise StoreError for the first setting that differs and may not."""
    sampler = sampler_of(spec.design)
    table, key = sampler.free or ("", None)
    had = present_text(store.facts["spec"])
    for before, after in zip_longest(_lines(had), _lines(spec.canonical()), fillvalue=("", "", "")):
        same_setting = before[:2] == after[:2]
        free = before[1] == "replicates" or (table and before[0] == table and key in (None, before[1]))
        if before == after or (same_setting and free):
            continue
        what = f"'{before[1]} = {before[2]}' in the store, '{after[1]} = {after[2]}' in the spec"
        raise StoreError(f"store '{store.path}' cannot be extended so: {what[:200]}; {sampler.why_not}")


def _lines(text: str) -> list[tuple[str, str, str]]:
    """Return the settings of a canonical text as (table, key, value)."""
    table = ""
    found: list[tuple[str, str, str]] = []
    for line in text.splitlines():
        if line.startswith("["):
            table = line.strip("[]")
        elif line:
            key, _, value = line.partition(" = ")
            found.append((table, key, value))
    return found


def _check_replicates(store: SweepStore, spec: Spec) -> None:
    step, had = store.batch_shape[1], store.spec.replicates
    # Whole chunks alone: a chunk that is half full would have to be written anew, with runs that are done.
    if spec.replicates < had or spec.replicates % step:
        raise StoreError(
            f"replicates can grow from {had} in steps of {step}, the chunks of the store, got {spec.replicates};"
            f" ask for {max(had, -(-spec.replicates // step) * step)}"
        )


def _extended_points(store: SweepStore, spec: Spec) -> Points:
    """Return the points of the extended sweep: those of the store, then the new ones of ``spec``."""
    new = draw_points(spec)
    # A command that was killed half-way may have written some of the new points: the old spec says where they begin.
    count = _number_before(store)
    written = store.facts.get("coordinate_digests", {})
    damaged = f"store '{store.path}' has damaged coordinates; give its own spec to 'tredegar sweep', then extend it"
    try:
        old = {name: np.asarray(store.array(name)[:count]) for name in new}
    except (OSError, ValueError, RuntimeError) as error:
        raise StoreError(damaged) from error
    if any(coordinate_digest(name, values) != written[name] for name, values in old.items() if name in written):
        raise StoreError(damaged)
    return grown_points(old, new, sampler_of(spec.design))


def grown_points(old: Points, new: Points, sampler: Sampler) -> Points:
    """Return the points ``old``, and after them those of the larger design ``new`` that are not among them.

    All are name -> (point,). Raises StoreError if ``new`` lacks points of ``old`` or has them in another order.

    >>> from tredegar.sweeps.spec.samplers import SAMPLERS
    >>> old, new = {"real_control": np.array([0.2, 0.8])}, {"real_control": np.array([0.2, 0.5, 0.8])}
    >>> grown_points(old, new, SAMPLERS["grid"])
    {'real_control': array([0.2, 0.8, 0.5])}
    """
    if sampler.put_last is not None:
        return sampler.put_last(old, new)
    count = len(next(iter(old.values())))
    for name, values in new.items():
        # By bytes and not by closeness: a run belongs to the very numbers that it was made with.
        if values[:count].tobytes() != old[name].tobytes():
            raise StoreError(
                f"the first {count:,} points of '{name}' are not those of the store;"
                " a table must keep its rows and add new ones below them, a sobol design be doubled"
            )
    return new


def _number_before(store: SweepStore) -> int:
    return int(store.facts["points"])


def _enlarge(store: SweepStore, spec: Spec, points: Points) -> None:
    rows = [row for row in coordinates(spec, points) if row.name in ("point", "replicate", *points)]
    # From what the root file says of every array, which is sealed; the files of arrays may be damaged.
    metadata = copy.deepcopy(store.content["consolidated_metadata"]["metadata"])
    # Readers go by the root file, and take no notice of larger arrays yet.
    for name, shape in _shapes(store, spec, rows).items():
        metadata[name]["shape"] = list(shape)
        write_durably(store.path / name / NAME, json_bytes(metadata[name]))
    group = zarr.open_group(store.files, mode="r+", use_consolidated=False)
    for row in rows:
        if row.values is not None:
            _array(group, row.name).with_config({"write_empty_chunks": True})[...] = row.values
    # Last of all, in one file: from here on the store is that of the new spec.
    root = copy.deepcopy(store.content)
    root["consolidated_metadata"]["metadata"] = metadata
    number = rows[0].shape[0]
    facts: dict[str, Any] = {"spec": spec.canonical(), "spec_hash": spec.hash(), "points": number}
    facts["sampler"] = sampler_settings(spec)
    if store.has_digests:
        facts |= {"coordinate_digests": coordinate_digests(spec, points), "tredegar_store": store_format(spec)}
    facts["specs"] = [*store.facts["specs"], spec.canonical()]
    root["attributes"] = with_present_keys(root["attributes"]) | facts
    write_root(store.path, root)


def _shapes(store: SweepStore, spec: Spec, rows: Sequence[Variable]) -> dict[str, tuple[int, ...]]:
    """Return the new shapes of the arrays that grow: the coordinates ``rows``, and what batches fill."""
    number, replicates = rows[0].shape[0], spec.replicates
    shapes = {row.name: row.shape for row in rows}
    for name in (*store.recorded, STATUS):
        shapes[name] = (number, replicates, *store.array(name).shape[2:])
    if store.has_digests:
        blocks = Batches((number, replicates), store.batch_shape).blocks
        shapes[DIGEST] = (*blocks, *store.array(DIGEST).shape[2:])
    return shapes


def _array(group: zarr.Group, name: str) -> zarr.Array:
    found = group[name]
    assert isinstance(found, zarr.Array), name
    return found
