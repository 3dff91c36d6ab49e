"""Whether a store holds what the model computes: every chunk decodes, and runs computed again are equal bit for bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .compute import compute_runs, default_simulate, run_numbers
from .layout import DONE, MISSING, current_rules_hash
from .pending import Counts, count, file_fault
from .repair import points_of, skeleton_faults
from .runner import check_engine
from .store import Batch, SweepStore


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked: files decoded, runs computed again, and one line for each fault found."""

    files: int
    recomputed: int
    faults: tuple[str, ...]
    counts: Counts
    engine: str = ""


def verify_store(path: str | Path, runs: int = 3, engine: str = "auto", seed: int | None = None) -> Verified:
    """Decode every chunk of the store at ``path`` and compute ``runs`` of its runs, drawn at random, again.

    ``seed`` makes the draw repeatable. Raises StoreError for what is no store of ours.
    """
    check_engine(engine)
    store = SweepStore(path)
    faults = list(_metadata_faults(store))
    files = 0
    status = store.read_status()
    for number in range(store.number_of_batches):
        batch = store.batch(number)
        if (status[batch.points, batch.replicates] == MISSING).all():
            continue
        files += len(store.recorded) + 1
        faults += _batch_faults(store, batch)
    engine_used = ""
    again: list[tuple[int, int]] = []
    # Runs computed elsewhere under other rules would differ without anything being wrong with the files.
    if runs and not faults:
        again = _draw(status, runs, seed)
        for point, replicate in again:
            engine_used, differing = _differing(store, point, replicate, engine)
            faults += [f"run (point {point}, replicate {replicate}): {name} differs" for name in differing]
    return Verified(files, len(again), tuple(faults), count(status), engine_used)


def _metadata_faults(store: SweepStore) -> Iterator[str]:
    rules = current_rules_hash()
    if store.facts["rules_hash"] != rules:
        yield (
            f"the store was written under other rules (rules hash {store.facts['rules_hash'][:12]},"
            f" installed {rules[:12]}): verify it with the version of tredegar that wrote it"
        )
    if not store.archived:
        yield from (f"{path}: is missing or damaged" for path in skeleton_faults(store))
    points = {}
    for name in store.facts["coordinates"].split():
        try:
            points[name] = np.asarray(store.array(name)[...])
        except (OSError, ValueError, RuntimeError) as error:
            yield f"{name}: cannot be decoded ({str(error).splitlines()[0]})"
            return
    if store.spec.design.method == "table":
        return
    for name, values in points_of(store, store.spec).items():
        if points[name].tobytes() != values.tobytes():
            yield f"{name}: the points are not those that the spec of the store gives"


def _batch_faults(store: SweepStore, batch: Batch) -> Iterator[str]:
    for name in (*store.recorded, "status"):
        path = store.chunk_file(name, batch)
        # In an archive the chunks of several batches share a file, which reading them checks as well.
        fault = "" if store.archived else file_fault(path)
        if not fault:
            try:
                store.array(name)[batch.points, batch.replicates]
            except (OSError, ValueError, RuntimeError) as error:
                fault = f"cannot be decoded ({str(error).splitlines()[0]})"
        if fault:
            yield f"{path.relative_to(store.path)}: {fault}"


def _draw(status: NDArray[np.uint8], runs: int, seed: int | None) -> list[tuple[int, int]]:
    done = np.argwhere(status == DONE)
    chosen = np.random.default_rng(seed).permutation(len(done))[:runs]
    return [(int(point), int(replicate)) for point, replicate in done[np.sort(chosen)]]


def _differing(store: SweepStore, point: int, replicate: int, engine: str) -> tuple[str, list[str]]:
    """Return the engine that ran and the names of the variables in which the run differs from what is stored."""
    numbers = run_numbers(store.spec, np.array([point]), slice(replicate, replicate + 1))
    points = store.read_points(slice(point, point + 1))
    computed = compute_runs(store.spec, points, numbers, engine, default_simulate())
    if computed.failures:
        return computed.engine, [f"it failed here ({computed.failures[0, 0]}); every variable"]
    return computed.engine, [
        name
        for name in store.recorded
        if np.asarray(store.array(name)[point, replicate]).tobytes() != computed.values[name][0, 0].tobytes()
    ]
