"""Start of a batch: what its draws cost, and whose luck a seat has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tredegar.kernels.array_engine import start
from tredegar.kernels.array_engine.engine import ArrayBatch
from tredegar.kernels.mesa_engine import build_run
from tredegar.kernels.simulation import simulate

from ..support.cases import Case, batch_of


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


TRAITS = ("number", "occupied", "talent", "skill", "morale", "effort_access", "effort_integration")
SIZES = (2, 5, 9)
"""Clinicians per trust of countries that are alike in all else."""


def seats_of_arrays(clinicians: int) -> dict[tuple[int, int], list[float]]:
    """Return what is known of each seat in month 0: (trust, seat) -> traits."""
    seats = ArrayBatch(batch_of(Case(trusts=4, clinicians=clinicians, runs=(3,))), np).seats
    found: dict[tuple[int, int], list[float]] = {}
    for block in seats:
        columns = [np.broadcast_to(getattr(block, name), block.talent.shape)[:, 0, :] for name in TRAITS]
        for place, number in enumerate(columns[0][:, 0].tolist()):
            found |= {(trust, int(number)): [float(c[place, trust]) for c in columns] for trust in range(4)}
    return found


def seats_of_agents(clinicians: int) -> dict[tuple[int, int], list[float]]:
    """Return what is known of each seat in month 0: (trust, seat) -> traits."""
    model = build_run(batch_of(Case(trusts=4, clinicians=clinicians, runs=(3,))), 0)
    return {
        (seat.trust.number, int(seat.number)): [float(getattr(seat, name)) for name in TRAITS]
        for seat in model.clinicians
    }


@pytest.mark.parametrize("seats_of", [seats_of_arrays, seats_of_agents])
def test_a_seat_has_the_same_luck_whatever_the_number_of_clinicians(seats_of: Any) -> None:
    few, some, many = (seats_of(clinicians) for clinicians in SIZES)
    assert [len(seats) for seats in (few, some, many)] == [4 * clinicians for clinicians in SIZES]
    assert all(many[place] == seat for seats in (few, some) for place, seat in seats.items())
    assert len({tuple(seat[2:4]) for seat in many.values()}) == len(many)


def test_agents_and_arrays_start_alike() -> None:
    assert seats_of_agents(5) == seats_of_arrays(5)
