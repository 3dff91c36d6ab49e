"""Merging stores of one spec: sweeps that ran in part on several machines become one.

Every batch is taken from the first store that has it whole, as its digests tell. Where two stores have the same runs,
their digests must be equal: the same spec gives the same bits on any machine, so that a difference is a fault.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...store.blocks import Batch
from ...store.format import DIGEST, LOG, MISSING, STATUS, StoreDamaged, StoreError
from ..spec.text import present_text
from ..store.create import is_to_be_created, place_of_store, write_root, write_skeleton
from ..store.durable import TEMPORARY
from ..store.layout import current_rules_hash, other_observation
from ..store.store import SweepStore
from ..store.temporary import building_place, put_in_place, remove, remove_abandoned
from ..store.writing import write_batch
from .missing import Counts, count_status, damage
from .repair import skeleton_faults

ALIKE = ("spec_hash", "rules_hash", "points_per_batch", "replicates_per_batch", "specs", "coordinate_digests")
"""In what stores must be equal. Points may differ under one spec: other versions of a sampler draw others."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged store: where it is, its counts, and a line for each file of a batch that was damaged and left out."""

    path: Path
    counts: Counts
    left_out: tuple[str, ...]


def merge_stores(stores: Sequence[SweepStore], out: str | Path) -> Merged:
    """Write a new store at ``out`` with the runs that any of ``stores`` has, which are all of one spec.

    It is built beside ``out`` and renamed. Raises StoreError for stores that differ in more than what is done, have no
    digests, have damaged coordinates, or hold different values for the same runs; nothing is left behind then.
    """
    path = place_of_store(out)
    _check_alike(stores)
    if not is_to_be_created(path):
        raise StoreError(f"'{path}' exists already; choose another --out")
    remove_abandoned(path)
    building = building_place(path)
    try:
        _write_skeleton_like(stores[0], building)
        target = SweepStore(building)
        left_out = [line for batch in target.batches for line in _merge_batch(stores, target, batch)]
        _copy_logs(stores, building / LOG)
        counts = count_status(target.read_status())
        put_in_place(building, path)
    except OSError as error:
        raise StoreError(f"store '{path}' cannot be written: {error.strerror or error}") from error
    finally:
        remove(building)
    return Merged(path, counts, tuple(left_out))


def _check_alike(stores: Sequence[SweepStore]) -> None:
    if len(stores) < 2:
        raise StoreError("expected two stores or more to merge")
    first = stores[0]
    for store in stores:
        if store.archived or not store.has_digests:
            what = "is an archive" if store.archived else "has no digests (its format is the first)"
            raise StoreError(f"'{store.path}' {what}: it cannot be merged")
        for name in ALIKE:
            if _present(store.facts[name]) != _present(first.facts[name]):
                raise StoreError(f"'{first.path}' and '{store.path}' are not of one sweep: they differ in '{name}'")
        faults = [f"{name}: {fault}" for name, fault in skeleton_faults(store).items()]
        if faults:
            raise StoreError(f"store '{store.path}' is damaged ({faults[0]}); give its sweep again, which repairs it")
    if first.facts["rules_hash"] != current_rules_hash(first.rules):
        raise StoreError(f"'{first.path}' was swept under other rules; merge with the version of tredegar that did")
    if what := max(other_observation(store.facts) for store in stores):
        raise StoreError(f"a store has sums of {what}; merge with the version of tredegar that made them")


def _present(fact: Any) -> Any:
    """Return a fact of ALIKE so that it can be compared: texts of specs say former keys or present ones."""
    return list(map(present_text, fact)) if isinstance(fact, list) else fact


def _write_skeleton_like(store: SweepStore, path: Path) -> None:
    """Write a store like ``store`` without any run: its points are taken from it, not drawn again."""
    # Another version of a sampler would draw other points, which no batch was computed at.
    points = {name: np.asarray(store.array(name)[...]) for name in store.axes_of_points}
    write_skeleton(store.spec, path, store.batch_shape[0], points)
    for name in store.metadata:
        # Coordinates of an extended sweep lie in several chunks: copied, they are the same bytes.
        if name not in (*store.recorded, STATUS, DIGEST):
            for file in sorted(file for file in (store.path / name).glob("c*") if file.suffix != TEMPORARY):
                shutil.copyfile(file, path / name / file.name)
        shutil.copyfile(store.path / name / "zarr.json", path / name / "zarr.json")
    write_root(path, store.content)


def _copy_logs(stores: Sequence[SweepStore], folder: Path) -> None:
    """Copy the logs, which tell why runs failed; their names are of a process each, so that none is in the way."""
    for store in stores:
        for file in sorted((store.path / LOG).glob("*.jsonl")):
            shutil.copyfile(file, folder / file.name)


def _merge_batch(stores: Sequence[SweepStore], target: SweepStore, batch: Batch) -> list[str]:
    """Write ``batch`` with the runs that any store has; return a line for each damaged file that was left out."""
    left_out: list[str] = []
    values: dict[str, NDArray[Any]] = {}
    status = np.zeros(batch.shape, dtype=np.uint8)
    for store in stores:
        if not store.chunk_file(STATUS, batch).exists():
            continue
        faults = list(damage(store, batch))
        if faults:
            # No reason to stop: another store may have the batch whole, and else a sweep computes it.
            left_out += [f"{store.path}/{fault}" for fault in faults]
            continue
        _take(store, batch, store.read_status_of(batch), values, status)
    if values:
        write_batch(target, batch, values, status)
    return left_out


def _take(
    store: SweepStore,
    batch: Batch,
    theirs: NDArray[np.uint8],
    values: dict[str, NDArray[Any]],
    status: NDArray[np.uint8],
) -> None:
    """Put the runs of ``store`` into ``values`` and ``status`` where there are none yet; raise where both differ."""
    fresh, both = (theirs != MISSING) & (status == MISSING), (theirs != MISSING) & (status != MISSING)
    if (theirs[both] != status[both]).any():
        raise StoreError(
            f"'{store.path}' and a store before it disagree on which runs of batch {batch.number} failed; compute"
            " failed runs again in both, with 'tredegar sweep --retry-failed', and merge then"
        )
    for name in store.recorded:
        given = store.read_chunk(name, batch)
        if name not in values:
            values[name] = np.full_like(given, np.nan)
        # By bytes: failed runs are NaN in both, which == would call different.
        if given[both].tobytes() != values[name][both].tobytes():
            raise StoreDamaged(_differ(store, batch, name))
        values[name][fresh] = given[fresh]
    status[fresh] = theirs[fresh]


def _differ(store: SweepStore, batch: Batch, name: str) -> str:
    return (
        f"'{store.path}' holds other values of '{name}' in batch {batch.number} than a store before it, though both fit"
        " their digests: one of the machines computes wrongly, or failed; find out with 'tredegar verify --runs 100'"
    )
