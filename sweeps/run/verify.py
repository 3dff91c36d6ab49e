"""Verification of a store: every value fits its digest, and runs computed again are equal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...store.blocks import Batch
from ...store.format import DONE, MISSING, STATUS, StoreError
from ..spec.samplers import SAMPLERS, sampler_of
from ..store.late import Patience
from ..store.layout import current_rules_hash, other_observation
from ..store.store import SweepStore
from ..upkeep.missing import Counts, Task, count_status, damage, remove_stray_files
from ..upkeep.repair import points_of, repair_skeleton, skeleton_faults
from ..upkeep.seen import store_within
from .compute import run_batch
from .computed import compute_runs, default_simulate, run_numbers
from .poison_runs import in_a_process_of_its_own, settle
from .runner import check_engine


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked and done: files read, runs computed again, and a line for each fault.

    ``repaired`` are faults that are no more; ``faults`` those that are left. ``digests`` says whether values were
    compared with digests, which stores of the first format do not have; ``why_not`` why nothing was repaired.
    """

    files: int
    recomputed: int
    faults: tuple[str, ...]
    repaired: tuple[str, ...]
    counts: Counts
    digests: bool
    engine: str = ""
    why_not: str = ""

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to verify: no batch is recorded."""
        return self.files == 0 and not self.repaired


def verify_store(
    path: str | Path,
    runs: int = 3,
    engine: str = "auto",
    seed: int | None = None,
    repair: bool = True,
    patience: float = 0.0,
) -> Verified:
    """Compare every value of the store, or archive, at ``path`` with its digest; compute ``runs`` runs again.

    With ``repair`` what is damaged is made anew: metadata and coordinates from the spec, batches by computing them.
    ``seed`` makes the draw of the runs repeatable. What is missing or damaged is looked at again for ``patience``
    seconds first: where tasks on other machines have just ended, it may not be seen yet. Raises StoreError for what is
    no store of ours.
    """
    check_engine(engine)
    patient = Patience(patience)
    store = store_within(path, patient)
    before = [f"{name}: {fault}" for name, fault in skeleton_faults(store).items()]
    why_not = _why_no_repair(store, bool(before)) or ("" if repair else "--no-repair")
    if before and not why_not:
        repair_skeleton(store, store.spec)
        store = SweepStore(path)
    faults = [f"{name}: {fault}" for name, fault in skeleton_faults(store).items()] or list(_other_points(store))
    repaired = [fault for fault in before if fault not in faults]
    files = 0
    if not faults or not store.has_digests:
        files, batch_faults, made = _batches(store, engine, not why_not, patient)
        faults, repaired = [*faults, *batch_faults], [*repaired, *made]
    status = store.read_status(tolerant=bool(faults))
    again: list[tuple[int, int]] = []
    engine_used = ""
    # Runs computed here under other rules would differ without anything being wrong with the files.
    if store.facts["rules_hash"] != current_rules_hash(store.rules):
        faults.append(other_rules(store))
    elif what := other_observation(store.facts):
        faults.append(f"the sums in the store are of {what}: verify it with the version of tredegar that wrote it")
    elif runs and not faults:
        again = _draw(status, runs, seed)
        for point, replicate in again:
            engine_used, differing = _differing(store, point, replicate, engine)
            faults += [f"run (point {point}, replicate {replicate}): {name} differs" for name in differing]
    counts = count_status(status)
    if counts.complete and not faults and not why_not:
        remove_stray_files(store)  # as a sweep does that completes the store
    return Verified(files, len(again), tuple(faults), tuple(repaired), counts, store.has_digests, engine_used, why_not)


def other_rules(store: SweepStore) -> str:
    """Return the line that says that ``store`` is of other rules than those installed, and what helps."""
    return (
        f"the store was written under other rules (rules hash {store.facts['rules_hash'][:12]},"
        f" installed {current_rules_hash(store.rules)[:12]}): verify it with the version of tredegar that wrote it"
    )


def _why_no_repair(store: SweepStore, skeleton: bool) -> str:
    """Return why nothing can be repaired in ``store``, "" if it can; ``skeleton``: whether that is damaged."""
    if store.archived:
        return "an archive is never written to: make it again from its store"
    if store.facts["rules_hash"] != current_rules_hash(store.rules):
        return "the store was written under other rules: repair it with the version of tredegar that wrote it"
    if what := other_observation(store.facts):
        return f"the sums in the store are of {what}: repair it with the version of tredegar that wrote it"
    sampler = SAMPLERS.get((store.facts["sampler"] or {}).get("method", ""))
    if skeleton and sampler is not None and sampler.from_file:
        return "only the spec has the points of a table: give 'tredegar sweep SPEC --out STORE', which repairs it"
    return ""


def _other_points(store: SweepStore) -> Iterator[str]:
    """Yield a line for each varied quantity whose values are not those that the spec of ``store`` gives.

    With digests of coordinates this can only be another version of a sampler, which is no fault.
    """
    if store.has_digests or sampler_of(store.spec.design).from_file:
        return
    for name, values in points_of(store, store.spec).items():
        if np.asarray(store.array(name)[...]).tobytes() != values.tobytes():
            yield f"{name}: the points are not those that the spec of the store gives"


def _batches(store: SweepStore, engine: str, repair: bool, patience: Patience) -> tuple[int, list[str], list[str]]:
    """Check every recorded batch; return the number of files, the faults that are left and those repaired."""
    files, left, made = 0, [], []
    status = store.read_status(tolerant=True)
    for batch in store.batches:
        block = status[batch.points, batch.replicates]
        if patience.left > 0 and not store.archived and not _is_whole(store, batch):
            patience.wait_until(lambda: _is_whole(store, batch), store.path / STATUS)  # noqa: B023
            block = store.read_status_of(batch)
        recorded = bool((block != MISSING).any())
        if not recorded and (store.archived or not store.chunk_file(STATUS, batch).exists()):
            continue
        files += len(store.recorded) + 1 + store.has_digests
        faults = list(damage(store, batch))
        if faults and repair:
            _compute_again(store, batch, engine, faults[0])
            after = list(damage(store, batch))
            made += [fault for fault in faults if fault not in after]
            faults = after
        left += faults
    return files, left, made


def _is_whole(store: SweepStore, batch: Batch) -> bool:
    return bool((store.read_status_of(batch) != MISSING).all()) and not any(damage(store, batch))


def _compute_again(store: SweepStore, batch: Batch, engine: str, fault: str) -> None:
    """Compute ``batch`` again; in a process of its own if it may hold runs that kill theirs."""
    task = Task(batch.number, redo=True)
    # Runs that were all done once kill no process; a failed one may have.
    if (store.read_status_of(batch, tolerant=True) == DONE).all():
        report = run_batch(str(store.path), batch.number, engine, redo=True)
    else:
        (report,) = settle(str(store.path), task, engine, None, in_a_process_of_its_own)
    if report.stop:
        raise StoreError(f"batch {batch.number} of '{store.path}' ({fault}) could not be computed again: {report.stop}")


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
    # By bytes: NaN is equal to itself there, and 0.0 is not -0.0.
    return computed.engine, [
        name
        for name in store.recorded
        if np.asarray(store.array(name)[point, replicate]).tobytes() != computed.values[name][0, 0].tobytes()
    ]
