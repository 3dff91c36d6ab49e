"""Damage to what a store had before any run: the metadata of its arrays and the values of its coordinates.

All of it follows from the spec and from the root file of the store, so that what is damaged is written anew. The root
file is the one that cannot be: without it nothing says under which rules the runs were made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...store.arrays import is_of_the_system, read_array, unread
from ...store.chunk import read_chunk
from ...store.digest import coordinate_digest
from ...store.format import DIGEST, STATUS, StoreDamaged, StoreError
from ...store.root_file import json_bytes
from ..spec.samplers import Points, sampler_of
from ..spec.sampling import draw_points
from ..spec.spec import Spec
from ..store.durable import write_durably
from ..store.layout import coordinates
from ..store.store import SweepStore
from .extend import grown_points
from .missing import OTHER_VALUES


def skeleton_faults(store: SweepStore) -> dict[str, str]:
    """Return path in the store -> fault of metadata and coordinates that are missing or not what was written."""
    if store.archived:
        return dict(_coordinate_faults(store))
    checked = {f"{name}/zarr.json": _metadata_fault(store.path / name, facts) for name, facts in store.metadata.items()}
    faults = {name: fault for name, fault in checked.items() if fault}
    faults |= dict(_coordinate_faults(store))
    return faults | dict.fromkeys(_left_over(store), "was left by an extension that was given up")


def repair_skeleton(store: SweepStore, spec: Spec) -> dict[str, str]:
    """Write the damaged metadata and coordinates of ``store`` anew from ``spec``; return path -> what was wrong.

    What an extension that was killed and given up has added is taken back. Raises StoreError where the points that
    ``spec`` gives here are not those of the store: another version of a sampler drew them.
    """
    faults = skeleton_faults(store)
    # The root file is written last by an extension: what it does not know of was never part of the store.
    left = set(_left_over(store))
    for path in left:
        (store.path / path).unlink(missing_ok=True)
    damaged = [fault for fault in faults if fault not in left]
    for fault in damaged:
        if fault.endswith("zarr.json"):
            name = fault.partition("/")[0]
            (store.path / name).mkdir(exist_ok=True)
            write_durably(store.path / fault, json_bytes(store.metadata[name]))
    names = {fault.partition("/")[0] for fault in damaged if not fault.endswith("zarr.json")}
    if names:
        _write_coordinates(store, spec, names)
    return faults


def _write_coordinates(store: SweepStore, spec: Spec, names: set[str]) -> None:
    written: Mapping[str, str] = store.facts.get("coordinate_digests", {})
    for row in coordinates(spec, points_of(store, spec)):
        if row.name not in names or row.values is None:
            continue
        # Another version of a sampler may draw other points here, at which none of the stored runs was made.
        if written and coordinate_digest(row.name, row.values) != written[row.name]:
            helps = "install the versions of SALib and scipy that drew them (the log names them)"
            if sampler_of(spec.design).from_file:
                helps = "restore the table of points that it was made of"
            raise StoreError(
                f"store '{store.path}' has lost its coordinate '{row.name}', and the spec gives other values here"
                f" than it had: {helps}"
            )
        store.array(row.name).with_config({"write_empty_chunks": True})[...] = row.values


def points_of(store: SweepStore, spec: Spec) -> Points:
    """Return the points that ``spec``, the last of the store, gives: name -> (point,), in the order of the store.

    >>> from ..store.create import create_store
    >>> vary, record = {"real_control": {"values": [0.2, 0.8]}}, {"outcomes": ["quality"]}
    >>> spec = Spec(design={"method": "grid"}, vary=vary, record=record)
    >>> created = create_store(spec, Path("store.zarr"))
    >>> points_of(SweepStore("store.zarr"), spec)
    {'real_control': array([0.2, 0.8])}
    """
    points = draw_points(spec)
    sampler = sampler_of(spec.design)
    if sampler.put_last is not None:
        # The order of the points of a grid, which grows by levels, tells in which steps it did.
        texts = [*store.facts["specs"][:-1], spec.canonical()]
        carried = store.facts["providers"], dict, store.rules.text
        steps = [draw_points(Spec.from_stored(text, *carried)) for text in texts]
        points = steps[0]
        for step in steps[1:]:
            points = grown_points(points, step, sampler)
    return points


def coordinate_names(store: SweepStore) -> list[str]:
    """Return the names of the arrays that stand in ``store`` from the start: axes and parameters."""
    known = store.metadata or {name: {} for name, _ in store.group.arrays()}
    return [name for name in known if name not in {*store.recorded, STATUS, DIGEST}]


def _coordinate_faults(store: SweepStore) -> Iterator[tuple[str, str]]:
    written: Mapping[str, str] = store.facts.get("coordinate_digests", {})
    for name in coordinate_names(store):
        faults = {} if store.archived else _file_faults(store, name)
        yield from faults.items()
        if not faults:
            yield from _value_faults(store, name, written)


def _file_faults(store: SweepStore, name: str) -> dict[str, str]:
    array, faults = store.array(name), {}
    for chunk in _chunks(store.metadata[name]):
        try:
            read_chunk(store.path / name / chunk, array.chunks, array.dtype)
        except StoreDamaged as error:
            faults[f"{name}/{chunk}"] = str(error)
    return faults


def _value_faults(store: SweepStore, name: str, written: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if store.archived and store.has_lost(name):
        yield f"{name}/", "is missing"
        return
    try:
        values = read_array(store.array(name))
    except StoreDamaged as error:
        yield f"{name}/", str(error)
        return
    if written and coordinate_digest(name, values) != written[name]:
        yield f"{name}/", OTHER_VALUES


def _chunks(facts: Mapping[str, Any]) -> list[str]:
    """Return the names of the chunks of a coordinate: one, and one more for each time that the sweep was extended."""
    shape, chunks = facts["shape"], facts["chunk_grid"]["configuration"]["chunk_shape"]
    return [f"c.{block}" for block in range(-(-shape[0] // chunks[0]))] if shape else ["c"]


def _left_over(store: SweepStore) -> Iterator[str]:
    """Yield the files of coordinates beyond their end: an extension was killed before the store took it over."""
    for name in coordinate_names(store):
        expected = set(_chunks(store.metadata[name]))
        found = (path.name for path in (store.path / name).glob("c.*"))
        yield from (f"{name}/{chunk}" for chunk in found if chunk not in expected and chunk[2:].isdigit())


def _metadata_fault(folder: Path, facts: object) -> str:
    """Return what is wrong with the metadata file in ``folder``, which should say ``facts``; "" if nothing is."""
    try:
        if json.loads((folder / "zarr.json").read_bytes()) == facts:
            return ""
    except (OSError, ValueError) as error:
        if is_of_the_system(error):
            return str(unread(error))
    return "is missing or not what was written"
