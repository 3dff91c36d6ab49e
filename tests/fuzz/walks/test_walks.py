"""Sweeps that are killed, grown, damaged, merged and retried in random order: what must be there is there.

``TREDEGAR_FUZZED_WALKS`` says how many walks (make fuzz WALKS=2000); the same number gives the same walks.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from .walk_machine import Walk

# Zarr leaves tasks behind when one of them fails.
pytestmark = [pytest.mark.fuzz, pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")]

WALKS = int(os.environ.get("TREDEGAR_FUZZED_WALKS", "40"))
SHARES = 4
"""The walks are divided into so many tests, which can run side by side."""
STEPS = 12
"""The most steps of a walk."""
KINDS = {"sweep", "extend", "compact", "verify", "merge", "copy", "harm", "mood"}


@pytest.mark.parametrize("share", range(SHARES))
def test_whatever_happens_to_a_sweep_what_is_said_of_it_is_true_and_it_can_be_finished(
    share: int, tmp_path: Path
) -> None:
    class Shared(Walk):
        taken: ClassVar[Counter[str]] = Counter()
        walks = 0
        tables = tmp_path / "tables"

    Shared.tables.mkdir()
    seed(share)(Shared)
    run_state_machine_as_test(
        Shared,
        settings=settings(
            max_examples=-(-WALKS // SHARES), stateful_step_count=STEPS, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    disturbed = {name: number for name, number in Shared.taken.items() if name.startswith("disturbed")}
    steps = Shared.taken.total() - sum(disturbed.values())
    print(f"{Shared.walks} walks, {steps} steps, {sum(disturbed.values())} disturbed; {Shared.taken}")  # noqa: T201
    assert Shared.walks * SHARES >= WALKS
    assert WALKS < 200 or set(Shared.taken) >= KINDS
    assert steps > Shared.walks and (WALKS < 200 or disturbed)
