"""Damage to what a store had before any run: the metadata of its arrays and the values of its coordinates.

All of it follows from the spec and from the root file of the store, so that what is damaged is written anew. The root
file is the one that cannot be: without it nothing says under which rules the runs were made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import zarr

from .designs import Points, draw_points
from .durable import write_durably
from .extend import grown_points
from .layout import variables
from .pending import file_fault
from .root_file import json_bytes, read_root
from .spec import Spec
from .store import SweepStore


def skeleton_faults(store: SweepStore) -> list[str]:
    """Return the paths, in the store, of metadata and coordinate files that are missing or not what was written."""
    written = _metadata(store)
    faults = [f"{name}/zarr.json" for name, facts in written.items() if _read(store.path / name) != facts]
    if store.archived:
        return faults
    for name in _coordinates(store):
        faults += [f"{name}/{chunk}" for chunk in _chunks(written[name]) if file_fault(store.path / name / chunk)]
    return [*faults, *_left_over(store)]


def repair_skeleton(store: SweepStore, spec: Spec) -> list[str]:
    """Write the damaged metadata and coordinates of ``store`` anew from ``spec``; return which files that were.

    What an extension that was killed and given up has added is taken back.
    """
    faults = skeleton_faults(store)
    written, names = _metadata(store), set()
    for left in _left_over(store):
        (store.path / left).unlink(missing_ok=True)
        faults.remove(left)
    for fault in faults:
        name = fault.partition("/")[0]
        if fault.endswith("zarr.json"):
            (store.path / name).mkdir(exist_ok=True)
            write_durably(store.path / fault, json_bytes(written[name]))
        else:
            names.add(name)
    if names:
        group = zarr.open_group(store.files, mode="r+")
        for variable in variables(spec, points_of(store, spec), store.batch_shape[0]):
            if variable.name in names and variable.values is not None:
                array = group[variable.name]
                assert isinstance(array, zarr.Array), variable.name
                array.with_config({"write_empty_chunks": True})[...] = variable.values
    return faults


def points_of(store: SweepStore, spec: Spec) -> Points:
    """Return the points that ``spec``, the last of the store, gives: name -> (point,), in the order of the store."""
    points = draw_points(spec)
    if spec.design.method == "grid":
        # A grid grows by levels; the order of its points tells in which steps it did.
        texts = [*store.facts["specs"][:-1], spec.canonical()]
        steps = [draw_points(Spec.from_stored(text, store.facts["providers"])) for text in texts]
        points = steps[0]
        for step in steps[1:]:
            points = grown_points(points, step, "grid")
    return points


def _metadata(store: SweepStore) -> dict[str, dict]:
    found = dict(read_root(store.path)["consolidated_metadata"]["metadata"])
    found.pop("log", None)
    return found


def _coordinates(store: SweepStore) -> list[str]:
    return [name for name in _metadata(store) if name not in {*store.recorded, "status"}]


def _chunks(facts: dict) -> list[str]:
    """Return the names of the chunks of a coordinate: one, and one more for each time that the sweep was extended."""
    shape, chunks = facts["shape"], facts["chunk_grid"]["configuration"]["chunk_shape"]
    return [f"c.{block}" for block in range(-(-shape[0] // chunks[0]))] if shape else ["c"]


def _left_over(store: SweepStore) -> Iterator[str]:
    """Yield the files of coordinates beyond their end: an extension was killed before the store took it over."""
    written = _metadata(store)
    for name in _coordinates(store):
        expected = set(_chunks(written[name]))
        found = (path.name for path in (store.path / name).glob("c.*"))
        yield from (f"{name}/{chunk}" for chunk in found if chunk not in expected and chunk[2:].isdigit())


def _read(folder: Path) -> object:
    try:
        return json.loads((folder / "zarr.json").read_bytes())
    except (OSError, ValueError):
        return None
