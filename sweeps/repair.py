"""Damage to what a store had before any run: the metadata of its arrays and the values of its coordinates.

All of it follows from the spec, so that what is damaged is written anew. The metadata of the whole store, with its
attributes, is the one file that cannot be: without it nothing says which spec and which batch size it was.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path

from .durable import write_durably
from .pending import file_fault
from .spec import Spec
from .store import StoreError, SweepStore, write_skeleton


def skeleton_faults(store: SweepStore) -> list[str]:
    """Return the paths, in the store, of metadata and coordinate files that are missing or not what was written."""
    written = json.loads((store.path / "zarr.json").read_text())["consolidated_metadata"]["metadata"]
    written.pop("log", None)
    faults = [f"{name}/zarr.json" for name, facts in written.items() if _metadata(store.path / name) != facts]
    filled = {*store.recorded, "status"}
    for name, facts in written.items():
        if name in filled or store.archived:
            continue
        shape, chunks = facts["shape"], facts["chunk_grid"]["configuration"]["chunk_shape"]
        # A coordinate has one chunk, and one more for each time that the sweep was extended.
        blocks = -(-shape[0] // chunks[0]) if shape else 0
        names = [f"c.{block}" for block in range(blocks)] or ["c"]
        faults += [f"{name}/{chunk}" for chunk in names if file_fault(store.path / name / chunk)]
    return faults


def _metadata(folder: Path) -> object:
    try:
        return json.loads((folder / "zarr.json").read_text())
    except (OSError, ValueError):
        return None


def repair_skeleton(store: SweepStore, spec: Spec) -> list[str]:
    """Write the damaged metadata and coordinates of ``store`` anew from ``spec``; return which files that were.

    Raises StoreError where the files cannot be made again, as in a sweep that was extended.
    """
    faults = skeleton_faults(store)
    if not faults:
        return []
    if len(store.facts["specs"]) > 1:
        raise StoreError(
            f"store '{store.path}' is damaged ({faults[0]}), and was extended: restore that file from a copy"
        )
    fresh = store.path.with_name(f".{store.path.name}.repairing-{socket.gethostname()}-{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        write_skeleton(spec, fresh, store.batch_shape[0])
        for fault in faults:
            (store.path / fault).parent.mkdir(exist_ok=True)
            write_durably(store.path / fault, (fresh / fault).read_bytes())
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return faults
