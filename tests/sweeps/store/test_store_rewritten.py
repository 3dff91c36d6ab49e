"""Batches that are written anew (an extension, failed runs again): killed or read in between, nothing is damaged."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tredegar.results import open_sweep, recorded
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store import writing
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.store.writing import write_batch
from tredegar.sweeps.upkeep.extend import extend_store

from ...support.fake_model import simulate
from ...support.sweep_cases import SMALL, contents


class Killed(BaseException):
    """Stands for a signal that ends the process between two writes."""


def tables(folder: Path) -> tuple[Spec, Spec]:
    """Return a sweep over a table of points, and one over the same rows and more below them."""
    text = SMALL[: SMALL.index("[vary]")] + SMALL[SMALL.index("[record]") :]
    specs = []
    for name, rows in (("few.csv", 8), ("many.csv", 12)):
        lines = [f"{number / 20},{number / 40}" for number in range(rows)]
        (folder / name).write_text("\n".join(["real_control,mandate_detail", *lines]) + "\n")
        specs.append(Spec.from_text(text.replace('"grid"', f'"table"\nfile = "{name}"'), folder=folder))
    return specs[0], specs[1]


@pytest.fixture
def extended(tmp_path: Path) -> tuple[Path, Spec]:
    """A store whose last batch has runs and is to gain more, and the spec that asks for them."""
    few, many = tables(tmp_path)
    complete_sweep(few, tmp_path / "s.zarr", workers=0, simulate=simulate, points_per_batch=5)
    extend_store(SweepStore(tmp_path / "s.zarr"), many)
    return tmp_path / "s.zarr", many


@pytest.mark.parametrize("after", range(5))
def test_an_extension_that_is_killed_between_two_writes_leaves_no_damage(
    extended: tuple[Path, Spec], after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, spec = extended
    writes = []

    def killed(file: Path, content: bytes) -> None:
        writes.append(file)
        if len(writes) > after:
            raise Killed
        real(file, content)

    real = writing.write_durably
    monkeypatch.setattr(writing, "FLUSHING_THREADS", 1)
    with monkeypatch.context() as patch:
        patch.setattr(writing, "write_durably", killed)
        with pytest.raises(Killed):
            complete_sweep(spec, path, workers=0, simulate=simulate)
    partial = open_sweep(path, partial=True).load()
    assert partial.attrs["runs_missing"] == 7 * 3, "the batch in work, and the one that was not begun"
    assert verify_store(path, runs=0, repair=False).faults == ()
    summary = complete_sweep(spec, path, workers=0, simulate=simulate)
    assert (summary.complete, summary.repaired) == (True, ())
    complete_sweep(spec, path.with_name("large.zarr"), workers=0, simulate=simulate, points_per_batch=5)
    assert np.array_equal(open_sweep(path).quality, open_sweep(path.with_name("large.zarr")).quality, equal_nan=True)


def test_a_reader_of_an_unfinished_sweep_never_takes_what_is_written_anew_for_damage(
    extended: tuple[Path, Spec],
) -> None:
    path, spec = extended
    ended = threading.Event()
    refusals: list[str] = []
    reads = []

    def read() -> None:
        while not ended.is_set() or not reads:
            try:
                reads.append(open_sweep(path, partial=True).load().attrs["runs_missing"])
            except ValueError as refusal:
                if "is being written anew by another process: open the store again" not in str(refusal):
                    refusals.append(str(refusal))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(20):
        complete_sweep(spec, path, workers=0, simulate=simulate)
        for batch in SweepStore(path).batches:
            rewrite(SweepStore(path), batch.number)
    ended.set()
    reader.join()
    assert reads and refusals == []


def test_a_status_that_is_taken_away_between_two_looks_is_of_runs_that_are_missing(
    extended: tuple[Path, Spec], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, spec = extended
    complete_sweep(spec, path, workers=0, simulate=simulate)
    real, taken = recorded.Stored.block, []

    def block(stored: recorded.Stored, array: Any, batch: Any) -> Any:
        if array.path == "status" and not taken:
            taken.append(batch)
            (path / recorded.key_of(array, batch)).unlink()
        return real(stored, array, batch)

    monkeypatch.setattr(recorded.Stored, "block", block)
    assert open_sweep(path, partial=True).attrs["runs_missing"] == np.prod(taken[0].shape)


def rewrite(store: SweepStore, number: int) -> None:
    batch = store.batch(number)
    values: dict[str, Any] = {name: store.read_chunk(name, batch) for name in store.recorded}
    write_batch(store, batch, values, store.read_status_of(batch))


def test_a_batch_written_anew_has_the_same_bytes(extended: tuple[Path, Spec]) -> None:
    path, spec = extended
    complete_sweep(spec, path, workers=0, simulate=simulate)
    before = contents(path)
    rewrite(SweepStore(path), 1)
    assert contents(path) == before
