"""Grounds of a walk: two stores, what must be in them, and what happens to a step; how both are compared."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from unittest.mock import patch

import numpy as np
import pytest
import zarr
from hypothesis.stateful import RuleBasedStateMachine

from tredegar.results import open_sweep
from tredegar.store.format import DONE, FAILED, MISSING
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.extend import extend_store
from tredegar.sweeps.upkeep.missing import damage
from tredegar.sweeps.upkeep.repair import skeleton_faults

from ...support.sweep_cases import contents
from ..calls.failing_calls import calls_below
from ..calls.failing_ways import Failing, Killed
from .walk_model import HEALTHY, Given, Model, Place, Size, Sweep, place_of, points_of

ERRORS = (OSError, ValueError, RuntimeError)
"""What the command tells in one line (front/cli/application.py)."""
PLACES = ("ours.zarr", "theirs.zarr")


class Fate(NamedTuple):
    """What happens to a step: at the call number ``at`` of the file system something fails, or nothing does."""

    at: int = 0
    failing: Failing | None = None


def in_this_process(function: Callable[..., Any], *arguments: Any) -> tuple[bool, Any]:
    """Stand for a process of its own."""
    return True, function(*arguments)


@lru_cache(maxsize=512)
def undisturbed(method: str, luck: str, folder: Path, sizes: tuple[Size, ...], batch: int, shape: tuple[int, int],
                status: bytes) -> dict[str, str]:  # fmt: skip
    """Return the contents of the store that grew through ``sizes`` undisturbed, of which some runs have failed."""
    whole = np.frombuffer(status, dtype=np.uint8).reshape(shape)
    with tempfile.TemporaryDirectory() as place:
        store = Path(place) / "s.zarr"
        for end in range(1, len(sizes) + 1):
            now = Sweep(method, luck, folder, sizes[:end], (batch, sizes[0].replicates), whole)
            if end > 1:
                extend_store(SweepStore(store), now.spec)
            model = Given(now.points, whole[: len(now.points), : sizes[end - 1].replicates])
            assert complete_sweep(now.spec, store, workers=0, simulate=model, points_per_batch=batch).complete
        return contents(store)


class Grounds(RuleBasedStateMachine):
    """The stores of one walk. ``taken`` counts the steps of all walks by kind, ``walks`` the walks."""

    taken: ClassVar[Counter[str]] = Counter()
    walks: ClassVar[int] = 0
    tables: ClassVar[Path]
    kind: tuple[str, str, Path]
    first: tuple[Size, ...]
    batch: int
    reached: bool

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=self.tables.parent))
        self.sweeps: list[Sweep | None] = [None, None]
        self.mood = HEALTHY
        self.archives = 0
        self.stack = ExitStack()
        self.stack.enter_context(patch("os.fsync", lambda descriptor: None))  # no power is cut here
        self.stack.enter_context(patch("tredegar.sweeps.run.verify.default_simulate", lambda: Model(HEALTHY)))
        self.stack.enter_context(patch("tredegar.sweeps.run.compute.default_simulate", lambda: Model(HEALTHY)))
        self.stack.enter_context(patch("tredegar.sweeps.run.verify.in_a_process_of_its_own", in_this_process))
        self.stack.enter_context(patch("tredegar.sweeps.run.executors.in_a_process_of_its_own", in_this_process))
        self.stack.enter_context(patch("tredegar.sweeps.store.temporary._is_alive", lambda process: False))
        # One thing after the other, so that the same walk meets the same call.
        self.stack.enter_context(patch("tredegar.sweeps.store.writing.FLUSHING_THREADS", 1))
        self.stack.enter_context(patch("tredegar.sweeps.store.durable.FLUSHING_THREADS", 1))
        self.stack.enter_context(zarr.config.set({"async.concurrency": 1}))

    def place(self, which: int) -> Path:
        """Return where a store is."""
        return self.folder / PLACES[which]

    def step(self, name: str) -> None:
        """Count a step."""
        self.taken[name] += 1

    @contextmanager
    def disturbed(self, fate: Fate) -> Iterator[list[BaseException]]:
        """Let ``fate`` happen; yields a list that gets what came of it: the refusal, or the death of the process."""
        came: list[BaseException] = []
        with calls_below(self.folder, fate.at, fate.failing) as calls:
            try:
                yield came
            except (*ERRORS, Killed) as error:
                came.append(error)
        if calls.failed is None:
            assert not any(isinstance(error, Killed) for error in came)
        else:
            self.taken[f"disturbed: {fate.failing.name if fate.failing else ''}"] += 1
        if came and not isinstance(came[0], Killed):
            assert len(str(came[0]).splitlines()) == 1, came
        self.reached = calls.failed is not None

    def new(self, which: int) -> Sweep:
        """Return what must be in a store that is new."""
        sizes = self.first
        shape = (len(points_of(*self.kind[:2], sizes, self.tables)), sizes[0].replicates)
        status = np.full(shape, MISSING, dtype=np.uint8)
        return Sweep(*self.kind, sizes, (min(self.batch, shape[0]), sizes[0].replicates), status)

    def made(self, which: int) -> Sweep:
        """Return what must be in a store; it is swept in part if there is none."""
        now = self.sweeps[which]
        if now is None:
            self.sweeps[which] = now = self.new(which)
            part = (which, 2)
            complete_sweep(
                now.spec,
                self.place(which),
                workers=0,
                task=part,
                points_per_batch=self.batch,
                simulate=Model(self.mood),
            )
            self.repaired(now, self.swept(now, part, retry=False))
        return now

    def swept(self, now: Sweep, part: tuple[int, int] | None, retry: bool) -> dict[Place, Any]:
        """Return what a sweep makes of each batch of its part that has something to do."""
        found = {}
        for number, (place, block) in enumerate(now.blocks.items()):
            if part is not None and number % part[1] != part[0]:
                continue
            status = now.status[block]
            anew = place in now.damaged or (retry and bool((status == FAILED).any()))
            if anew or (status == MISSING).any():
                found[place] = now.computed(place, self.mood, anew)
        return found

    def repaired(self, now: Sweep, after: dict[Place, Any]) -> None:
        """Take note that some batches were computed, and that everything else is what was written."""
        for place, status in after.items():
            now.status[now.blocks[place]] = status
            now.mended(place)
        now.mended(None)
        now.half = False

    def adopt(self, which: int, now: Sweep, after: dict[Place, Any], mood: int) -> None:
        """Take over what a disturbed step has left, each batch of which must be as before, as after, or missing.

        A batch of which a file could not be read may have been computed anew, in the ``mood`` of the step.
        """
        store = SweepStore(self.place(which))
        self.adopt_skeleton(store, now)
        for batch in store.batches:
            place, block = batch.place, now.blocks[batch.place]
            if not store.chunk_file("status", batch).exists():
                assert place in after or (now.status[block] == MISSING).all(), f"batch {place} was lost"
                now.status[block] = MISSING
                now.mended(place)
                continue
            if place in now.damaged and (now.skeleton or list(damage(store, batch))):
                continue
            found = store.read_status_of(batch)
            allowed = [now.status[block], after.get(place, now.status[block]), now.computed(place, mood, anew=True)]
            assert any(np.array_equal(found, status) for status in allowed), (place, found, allowed)
            now.status[block] = found
            now.mended(place)

    def adopt_skeleton(self, store: SweepStore, now: Sweep) -> None:
        """Take over which files of the skeleton are not what was written."""
        faults = set(skeleton_faults(store))
        for name in [name for name in now.harmed if place_of(name) is None]:
            if name not in faults and f"{name.partition('/')[0]}/" not in faults:
                del now.harmed[name]
        now.half = bool(faults - set(now.harmed) - {f"{name.partition('/')[0]}/" for name in now.harmed})

    def merged(self, first: Sweep, second: Sweep) -> Any:
        """Return the status of both, None if they disagree on which runs failed."""
        status = np.full(first.status.shape, MISSING, dtype=np.uint8)
        for sweep in (first, second):
            for place, block in sweep.blocks.items():
                theirs, ours = sweep.status[block], status[block]
                if place in sweep.damaged:
                    continue
                both = (theirs != MISSING) & (ours != MISSING)
                if (theirs[both] != ours[both]).any():
                    return None
                ours[ours == MISSING] = theirs[ours == MISSING]
        return status

    def assert_read(self, path: Path, now: Sweep) -> None:
        """Check that all that is read is what must be there."""
        found = open_sweep(path, partial=not now.complete, verify=True, chunks=None).load()
        assert np.array_equal(found.status.values, now.status)
        assert found.quality.values[..., 0].tobytes() == now.values().tobytes()
        points = zip(found.real_control.values.tolist(), found.mandate_detail.values.tolist(), strict=True)
        assert tuple(points) == now.points

    def assert_refused_or_true(self, path: Path, now: Sweep) -> None:
        """A damaged store is refused or, where the damage is to what is not read, read as it is."""
        if now.damaged:
            with pytest.raises(ValueError):
                open_sweep(path, verify=True, chunks=None).load()
        try:
            found = open_sweep(path, partial=True, verify=True, chunks=None).load()
        except ValueError:
            return
        done = found.status.values == DONE
        assert (now.status[done] == DONE).all()
        assert found.quality.values[done][..., 0].tobytes() == now.values()[done].tobytes()

    def finish(self, which: int, now: Sweep) -> None:
        """Sweep to the end, and compare every byte with a store to which nothing happened."""
        after = self.swept(now, None, retry=False)
        assert complete_sweep(now.spec, self.place(which), workers=0, simulate=Model(self.mood)).complete
        self.repaired(now, after)
        assert now.complete
        self.assert_read(self.place(which), now)
        whole = undisturbed(*self.kind, now.sizes, now.batch[0], now.status.shape, now.status.tobytes())
        assert contents(self.place(which)) == whole
