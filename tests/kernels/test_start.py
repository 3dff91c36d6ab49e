"""Start of a batch on arrays: what its draws cost."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.kernels.array_engine import start
from tredegar.kernels.simulation import simulate


def test_a_start_draws_each_block_once_however_many_phases_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []

    def count(seed, run, trust, month, stream, seat=0, xp=np):
        drawn.append((month, stream))
        return uniforms(seed, run, trust, month, stream, seat, xp)

    uniforms = start.uniforms
    monkeypatch.setattr(start, "uniforms", count)
    simulate({}, months=1, trusts=6, clinicians=4, engine="numpy")
    at_start = [stream for month, stream in drawn if month == 0]
    tables = (start.draws.START_LUCK, start.draws.START_CENTRE_LUCK, start.draws.START_SEAT_LUCK)
    two_nodes = [*start.draws.NODE_LUCK] * len(start.draws.NODES)
    assert sorted(at_start) == sorted([*(stream for table in tables for stream in table), *two_nodes])
