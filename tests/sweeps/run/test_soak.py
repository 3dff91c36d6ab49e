"""A batch leaves nothing behind in the process that computed it. `make soak` asks the same of a real worker."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest

from tredegar.sweeps.run.compute import run_batch
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.store import SweepStore

from ...support.fake_model import simulate
from ...support.sweep_cases import small_spec

pytestmark = pytest.mark.processes

WARM_UP, BATCHES = 100, 200


def left_behind() -> tuple[int, int]:
    """Return how many objects there are that the collector knows, and how many blocks of memory Python holds."""
    gc.collect()
    return len(gc.get_objects()), sys.getallocatedblocks()


def grown_by(path: Path, model: object) -> tuple[int, int]:
    """Return by how many objects and blocks this process grew over many batches of the store at ``path``."""
    create_store(small_spec("levels = 5", "levels = 20"), path, points_per_batch=1)
    assert SweepStore(path).number_of_batches >= WARM_UP + BATCHES
    for number in range(WARM_UP):
        assert run_batch(str(path), number, simulate=model).done  # type: ignore[arg-type]
    before = left_behind()
    for number in range(WARM_UP, WARM_UP + BATCHES):
        assert run_batch(str(path), number, simulate=model).done  # type: ignore[arg-type]
    return tuple(now - then for then, now in zip(before, left_behind(), strict=True))  # type: ignore[return-value]


@pytest.mark.parametrize("model", [simulate, None], ids=["stand-in", "model"])
def test_a_batch_leaves_nothing_behind(model: object, tmp_path: Path) -> None:
    objects, blocks = grown_by(tmp_path / "s.zarr", model)
    assert objects < BATCHES / 4
    assert blocks < BATCHES * 5  # what Python keeps for later fills up in the first thousands


def test_what_a_batch_leaves_behind_would_be_seen(tmp_path: Path) -> None:
    kept: list[object] = []

    def hoards(points: object, **others: object) -> object:
        kept.append([[points], [others], [], []])  # more than what earlier tests left may go meanwhile
        return simulate(points, **others)  # type: ignore[arg-type]

    objects, blocks = grown_by(tmp_path / "s.zarr", hoards)
    assert objects > BATCHES
    assert blocks > BATCHES * 5
