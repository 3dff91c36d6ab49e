"""Points that a caller gives: refused before memory is taken, and not written out where runs share them."""

from __future__ import annotations

import pytest

from tredegar.kernels import simulate
from tredegar.kernels.batch.batch import RunBatch


def test_lists_inside_lists_are_refused_before_numpy_writes_them_out() -> None:
    few = [0.5] * 4
    for _ in range(30):  # a few bytes, and 4 ** 31 numbers
        few = [few] * 4
    with pytest.raises(ValueError, match="'solidarity' must be numbers, got lists inside lists"):
        simulate(points={"solidarity": few}, months=1)
    with pytest.raises(ValueError, match="got lists inside lists"):
        simulate(points={"solidarity": 0.5}, months=1, runs=few)


def test_only_values_that_are_given_are_written_out_for_every_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[RunBatch] = []

    def stopped(batch: RunBatch) -> None:
        seen.append(batch)
        raise RuntimeError("seen")

    monkeypatch.setattr("tredegar.kernels.simulation.load_engine", lambda *_: ("numpy", stopped))
    points = {"real_control": [0.2, 0.8], "target_level": 0.5, "sanction_strength@7": 0.3}
    with pytest.raises(RuntimeError, match="seen"):
        simulate(points, replicates=3, months=12, trusts=3, clinicians=4, engine="numpy")
    (batch,) = seen
    assert [name for name, values in batch.parameters.items() if values.strides != (0,)] == ["real_control"]
    assert {values.shape for values in batch.parameters.values()} == {(6,)}
    assert batch.changes[7]["sanction_strength"].strides == (0,)
