"""Walks through the life of a sweep: swept, killed, grown, archived, verified, merged, damaged, in any order.

After every step the stores are held against the model (walk_model.py): what is said of them and what is read of them.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from tredegar.results import open_sweep
from tredegar.store.format import DONE, FAILED, MISSING
from tredegar.store.random_streams import KINDS
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.compact import compact_store
from tredegar.sweeps.upkeep.extend import extend_store
from tredegar.sweeps.upkeep.merge import merge_stores
from tredegar.sweeps.upkeep.status import report_status

from ...support.damage import HARMS, files_of
from ..calls.failing_ways import WAYS
from .walk_grounds import ERRORS, PLACES, Fate, Grounds
from .walk_model import GROWING, HEALTHY, METHODS, MOODS, Model, Size, Sweep, place_of, spec_of

MOST_CALLS = 300
"""Among how many calls of the file system the one that fails is drawn; the longest steps make more, most fewer."""
FATES = st.one_of(
    st.just(Fate()),
    st.builds(Fate, st.integers(0, MOST_CALLS), st.sampled_from([way for way in WAYS if way.kills])),
    st.builds(Fate, st.integers(0, MOST_CALLS), st.sampled_from(WAYS)),
)
HARMFUL = (*(name for name in HARMS if name not in ("from elsewhere", "flipped and signed")), "swapped")
WHICH = st.sampled_from([0, 0, 0, 1])


class Walk(Grounds):
    """One walk."""

    @initialize(
        method=st.sampled_from(METHODS), luck=st.sampled_from(KINDS), batch=st.integers(1, 3),
        replicates=st.integers(1, 2),
    )  # fmt: skip
    def begin(self, method: str, luck: str, batch: int, replicates: int) -> None:
        """Choose a sweep."""
        # A grid has no samples whose points could share paired streams.
        self.kind = (method, "common" if method == "grid" and luck == "paired" else luck, self.tables)
        self.first = (Size(0, replicates),)
        self.batch = batch

    @rule(mood=st.integers(0, MOODS - 1))
    def change_the_mood(self, mood: int) -> None:
        """From now on other runs fail."""
        self.mood = mood
        self.step("mood")

    @rule(
        which=WHICH, part=st.sampled_from([None, None, (0, 2), (1, 2), (2, 3)]), retry=st.booleans(), fate=FATES,
        fault=st.sampled_from([None, None, None, OSError(5, "Input/output error"), EOFError()]),
        calls=st.integers(0, 3),
    )  # fmt: skip
    def sweep(
        self, which: int, part: tuple[int, int] | None, retry: bool, fate: Fate, fault: BaseException | None, calls: int
    ) -> None:
        """Sweep a store, or a part of it, with or without a disturbance of the disk or of the model."""
        self.step("sweep")
        path, before = self.place(which), self.sweeps[which]
        now = before or self.new(which)
        model = Model(self.mood, calls, fault)
        summary = None
        with self.disturbed(fate) as came:
            summary = complete_sweep(
                now.spec, path, workers=0, task=part, points_per_batch=self.batch, simulate=model, retry_failed=retry
            )
        if before is None and not (path / "zarr.json").exists():
            assert came, "no store was made"
            return
        self.sweeps[which] = now
        stopped = bool(came) or model.fault is not fault
        after = self.swept(now, part, retry)
        if summary is not None and not self.reached:
            assert bool(summary.stopped) == (model.fault is not fault), summary
        if not self.reached and not stopped:
            assert not came, came
            self.repaired(now, after)
        else:
            self.adopt(which, now, after, self.mood)
        if summary is not None and not self.reached:
            said = report_status(path).counts
            assert summary.counts == said, summary
            assert now.status_harmed or summary.complete == now.complete, summary

    @rule(which=WHICH, more_points=st.booleans(), more_replicates=st.booleans(), fate=FATES)
    def extend(self, which: int, more_points: bool, more_replicates: bool, fate: Fate) -> None:
        """Ask for more points, more replicates, or both."""
        now, path = self.made(which), self.place(which)
        last = now.sizes[-1]
        points = last.step + (more_points and now.method in GROWING and last.step < 2)
        size = Size(points, last.replicates + now.batch[1] * (more_replicates and last.replicates < 3))
        if size == last:
            return
        self.step("extend")
        possible = now.complete and not now.status_harmed
        with self.disturbed(fate) as came:
            extend_store(SweepStore(path), spec_of(now.method, now.luck, size, now.folder))
        grown = SweepStore(path).shape != now.status.shape
        if not self.reached and not now.skeleton:
            assert grown == possible == (not came), (came, now)
        assert not (grown and not possible), "a sweep that is not complete was extended"
        if grown:
            now.grow(size)
        self.adopt_skeleton(SweepStore(path), now)

    @rule(which=WHICH, repair=st.booleans(), runs=st.integers(0, 2), seed=st.integers(0, 9), fate=FATES)
    def verify(self, which: int, repair: bool, runs: int, seed: int, fate: Fate) -> None:
        """Verify a store, with or without repair. What is computed again fails no longer."""
        now, path = self.made(which), self.place(which)
        self.step("verify")
        before, self.mood = self.mood, HEALTHY
        after = {place: now.computed(place, HEALTHY, anew=True) for place in now.damaged} if repair else {}
        self.mood = before
        found = None
        with self.disturbed(fate) as came:
            found = verify_store(path, runs=runs, seed=seed, repair=repair)
        if self.reached:
            self.adopt(which, now, after, HEALTHY)
            return
        helpless = now.skeleton and now.method == "table"
        if found is None:
            raise AssertionError(came)
        if repair and not helpless:
            assert not found.faults and bool(found.repaired) == (not now.sound), (found, now)
            self.repaired(now, after)
        else:
            assert bool(found.faults) == (not now.sound) and not found.repaired, (found, now)

    @rule(which=WHICH, one_file=st.booleans(), fate=FATES)
    def compact(self, which: int, one_file: bool, fate: Fate) -> None:
        """Make an archive, and read it."""
        now, path = self.made(which), self.place(which)
        self.step("compact")
        self.archives += 1
        archive = self.folder / f"archive{self.archives}{'.zip' if one_file else ''}"
        with self.disturbed(fate) as came:
            compact_store(SweepStore(path), archive)
        possible = now.complete and now.sound
        assert not (archive.exists() and not possible), "an archive of a store that is not whole"
        if not self.reached:
            assert archive.exists() == possible == (not came), came
        if archive.exists():
            if not self.reached:
                assert not verify_store(archive, runs=1, seed=1).faults
            self.assert_read(archive, now)
            shutil.rmtree(archive) if archive.is_dir() else archive.unlink()

    @rule()
    def copy(self) -> None:
        """Take the store to another machine, where it goes a way of its own."""
        ours = self.made(0)
        if self.sweeps[1] is not None:
            return
        self.step("copy")
        shutil.copytree(self.place(0), self.place(1))
        self.sweeps[1] = replace(ours, status=ours.status.copy(), harmed=dict(ours.harmed))

    @rule(fate=FATES, other_way_round=st.booleans())
    def merge(self, fate: Fate, other_way_round: bool) -> None:
        """Merge both stores; the new one takes the place of ours."""
        self.step("merge")
        which = [1, 0] if other_way_round else [0, 1]
        first, second = (self.made(number) for number in which)
        out = self.folder / "merged.zarr"
        alike = first.sizes == second.sizes and not first.skeleton and not second.skeleton
        merged = self.merged(first, second) if alike else None
        with self.disturbed(fate) as came:
            merge_stores([SweepStore(self.place(number)) for number in which], out)
        if not self.reached:
            assert out.exists() == (merged is not None) == (not came), (came, merged)
        if not out.exists():
            return
        assert merged is not None, "stores were merged that differ"
        for number in (0, 1):
            shutil.rmtree(self.place(number))
        out.rename(self.place(0))
        self.sweeps = [replace(first, status=merged, harmed={}, half=False), None]
        if self.reached:
            assert np.array_equal(SweepStore(self.place(0)).read_status(), merged)

    @rule(
        which=WHICH, file=st.integers(0, 10_000), other=st.integers(0, 10_000), seed=st.integers(0, 1000),
        how=st.sampled_from(HARMFUL),
    )  # fmt: skip
    def harm(self, which: int, file: int, other: int, seed: int, how: str) -> None:
        """Damage a file, or swap two."""
        now, path = self.made(which), self.place(which)
        self.step("harm")
        names = files_of(path)
        names = [name for name in names if not name.endswith(".partial")]
        name, another = names[file % len(names)], names[other % len(names)]
        before = {each: (path / each).read_bytes() for each in {name, another}}
        if how == "swapped":
            after = {name: before[another], another: before[name]}
        else:
            after = {name: HARMS[how](before[name], b"", np.random.default_rng(seed))}
        for each, content in after.items():
            if content == before[each]:
                continue
            (path / each).unlink()
            if content is not None:
                (path / each).write_bytes(content)
            self._harmed(which, now, each, before[each])

    def _harmed(self, which: int, now: Sweep, name: str, before: bytes) -> None:
        """Take note of what became of a file. The one at the top is restored at once: nothing could mend it."""
        path = self.place(which)
        if name == "zarr.json":
            with pytest.raises(ERRORS) as refusal:
                complete_sweep(now.spec, path, workers=0, simulate=Model(HEALTHY))
            with pytest.raises((ValueError, FileNotFoundError)):
                open_sweep(path, partial=True)
            assert len(str(refusal.value).splitlines()) == 1
            (path / name).write_bytes(before)
            return
        place = place_of(name)
        now.harmed.setdefault(name, before)
        if place is not None and not (path / "status" / f"c.{place[0]}.{place[1]}").exists():
            now.status[now.blocks[place]] = MISSING  # whatever else there is of the batch
            now.mended(place)
        elif (path / name).exists() and (path / name).read_bytes() == now.harmed[name]:
            del now.harmed[name]

    @invariant()
    def what_is_said_is_true(self) -> None:
        """Hold both stores against the model."""
        for which, now in enumerate(self.sweeps):
            path = self.place(which)
            if now is None:
                with pytest.raises(FileNotFoundError):
                    open_sweep(path, partial=True)
                continue
            if not now.status_harmed:
                said = report_status(path, examples=0).counts
                expected = [int((now.status == kind).sum()) for kind in (DONE, FAILED, MISSING)]
                assert [said.done, said.failed, said.missing] == expected
            if now.sound:
                self.assert_read(path, now)
                if not now.complete:
                    with pytest.raises(ValueError, match="is unfinished"):
                        open_sweep(path)
            else:
                self.assert_refused_or_true(path, now)

    def teardown(self) -> None:
        """Finish both sweeps, and compare every byte with those of stores that nothing happened to."""
        type(self).walks += 1
        try:
            for which, now in enumerate(self.sweeps):
                if now is not None:
                    self.finish(which, now)
            left = set(os.listdir(self.folder)) - {PLACES[which] for which, now in enumerate(self.sweeps) if now}
            assert not any(name for name in left if not name.startswith(".")), left
        finally:
            self.stack.close()
            shutil.rmtree(self.folder)
