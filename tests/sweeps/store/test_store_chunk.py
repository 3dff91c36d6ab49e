"""The files of chunks: byte for byte those of Zarr; the status as Zarr reads it, damaged chunks as missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st

from tredegar.store.format import MISSING
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.store import Batch, SweepStore
from tredegar.sweeps.store.writing import write_batch

from ...support.sweep_cases import SMALL, contents, small_spec

POINTS, REPLICATES = 25, 3


@settings(max_examples=10)
@given(
    points_per_batch=st.integers(1, POINTS),
    statuses=st.lists(st.integers(0, 2), min_size=POINTS * REPLICATES, max_size=POINTS * REPLICATES),
    written=st.sets(st.integers(0, POINTS - 1)),
)
def test_the_status_is_what_zarr_reads_whichever_batches_are_there(
    tmp_path_factory: pytest.TempPathFactory, points_per_batch: int, statuses: list[int], written: set[int]
) -> None:
    path = tmp_path_factory.mktemp("status") / "s.zarr"
    create_store(small_spec(), path, points_per_batch)
    store = SweepStore(path)
    status = np.array(statuses, dtype=np.uint8).reshape(POINTS, REPLICATES)
    for number in written & set(range(store.number_of_batches)):
        batch = store.batch(number)
        write_batch(store, batch, blank(store, batch), status[batch.points, batch.replicates])
    assert np.array_equal(store.read_status(), np.asarray(store.array("status")[...]))


VALUES = st.floats(width=32) | st.just(float("nan"))
"""Zeros of both signs, infinities and NaN among them; a chunk that is all fill value has to be written, too."""


@settings(max_examples=10)
@given(
    points_per_batch=st.integers(1, POINTS), values=st.lists(VALUES, min_size=1, max_size=12), status=st.integers(0, 2)
)
def test_a_batch_is_written_as_zarr_would_write_it(
    tmp_path_factory: pytest.TempPathFactory, points_per_batch: int, values: list[float], status: int
) -> None:
    folder = tmp_path_factory.mktemp("written")
    spec = Spec.from_text(SMALL + "trusts = true\n")
    for name in ("ours", "zarr"):
        create_store(spec, folder / name, points_per_batch)
    store, group = SweepStore(folder / "ours"), zarr.open_group(folder / "zarr", mode="r+")
    for number in range(store.number_of_batches):
        batch = store.batch(number)
        arrays = {name: block(store, name, batch, values) for name in store.recorded}
        states = np.full((batch.points.stop - batch.points.start, REPLICATES), status, dtype=np.uint8)
        write_batch(store, batch, arrays, states)
        for name, array in (*arrays.items(), ("status", states)):
            group[name].with_config({"write_empty_chunks": True})[batch.points, batch.replicates] = array
        group["digest"].with_config({"write_empty_chunks": True})[batch.place] = store.read_chunk("digest", batch)
    assert contents(folder / "ours") == contents(folder / "zarr")


def blank(store: SweepStore, batch: Batch) -> dict[str, np.ndarray]:
    """Return what a batch of failed runs records."""
    return {name: block(store, name, batch, [float("nan")]) for name in store.recorded}


def block(store: SweepStore, name: str, batch: Batch, values: list[float]) -> np.ndarray:
    """Return ``values``, over and over, as what a batch records of ``name``."""
    shape = (batch.points.stop - batch.points.start, *store.array(name).shape[1:])
    return np.resize(np.array(values, dtype=np.float32), shape)


@pytest.mark.parametrize("harm", ["missing", "empty", "cut", "flipped", "another array"])
def test_runs_whose_status_is_damaged_read_as_missing_and_their_neighbours_as_they_are(
    tmp_path: Path, harm: str
) -> None:
    create_store(small_spec(), tmp_path / "s.zarr", 5)
    store = SweepStore(tmp_path / "s.zarr")
    for number in range(store.number_of_batches):
        write_batch(
            store, store.batch(number), blank(store, store.batch(number)), np.ones((5, REPLICATES), dtype=np.uint8)
        )
    file = store.chunk_file("status", store.batch(2))
    content = file.read_bytes()
    if harm == "missing":
        file.unlink()
    elif harm == "another array":
        create_store(small_spec(), tmp_path / "other.zarr", 7)
        other = SweepStore(tmp_path / "other.zarr")
        write_batch(other, other.batch(0), blank(other, other.batch(0)), np.ones((7, REPLICATES), dtype=np.uint8))
        file.write_bytes(other.chunk_file("status", other.batch(0)).read_bytes())
    else:
        file.write_bytes({"empty": b"", "cut": content[:-6], "flipped": content[:-1] + bytes([content[-1] ^ 1])}[harm])
    expected = np.ones((25, REPLICATES))
    expected[10:15] = MISSING
    assert np.array_equal(store.read_status(), expected)
